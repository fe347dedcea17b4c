package dev.patchbay.stack.admin.sysctl;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.sysctl.SysctlException;
import dev.patchbay.stack.sysctl.SysctlKey;
import dev.patchbay.stack.sysctl.SysctlTree;
import java.util.Collection;
import java.util.List;

/**
 * The command {@code sysctl} (procps 4.0.2): shows and sets the values of a namespace. Of the
 * loop's thread.
 *
 * <p>{@code --system}, and {@code -p} without a file, would read the host's own settings; both are
 * refused.
 */
public final class SysctlCommand {
  private static final String USAGE =
      """

      Usage:
       sysctl [options] [variable[=value] ...]

      Options:
        -a, --all            display all variables
        -A                   alias of -a
        -X                   alias of -a
            --deprecated     include deprecated parameters to listing
            --dry-run        Print the key and values but do not write
        -b, --binary         print value without new line
        -e, --ignore         ignore unknown variables errors
        -N, --names          print variable names without values
        -n, --values         print only values of the given variable(s)
        -p, --load[=<file>]  read values from file
        -f                   alias of -p
        -r, --pattern <expression>
                             select setting that match expression
        -q, --quiet          do not echo variable set
        -w, --write          enable writing a value to variable
        -o                   does nothing
        -x                   does nothing
        -d                   alias of -h

       -h, --help     display this help and exit
       -V, --version  output version information and exit

      For more details see sysctl(8).
      """;

  private static final String ROOT = "/proc/sys/";

  /** Runs one command line. */
  private static final class Run {
    final SysctlTree tree;
    final SysctlOptions options;
    final StringBuilder out = new StringBuilder();
    final StringBuilder err = new StringBuilder();
    boolean failed;

    Run(NetworkStack stack, SysctlOptions options) {
      tree = SysctlTree.of(stack);
      this.options = options;
    }

    IpCommand.Result result() {
      return new IpCommand.Result(failed ? 1 : 0, out.toString(), err.toString());
    }

    void fail(String message) {
      err.append("sysctl: ").append(message).append('\n');
      failed = true;
    }

    private void missing(String path) {
      if (!options.has('e')) {
        fail("cannot stat " + ROOT + path + ": No such file or directory");
      }
    }

    private boolean fits(String dotted) {
      return options.pattern() == null || options.pattern().matcher(dotted).find();
    }

    void showAll() {
      show(tree.all());
    }

    private void show(Collection<SysctlKey> keys) {
      for (SysctlKey key : keys) {
        show(key, SysctlNames.dotted(key.path()));
      }
    }

    private void show(SysctlKey key, String dotted) {
      if (fits(dotted)) {
        if (options.has('N')) {
          out.append(dotted).append('\n');
        } else {
          print(dotted, key.reader().get());
        }
      }
    }

    private void print(String dotted, String value) {
      if (options.has('b')) {
        out.append(value);
      } else if (options.has('n') || options.has('N')) {
        out.append(value).append('\n');
      } else {
        out.append(dotted).append(" = ").append(value).append('\n');
      }
    }

    /** {@code ReadSetting}. */
    void read(String name) {
      if (name.isEmpty()) {
        fail("\"\" is an unknown key");
        return;
      }
      String written = SysctlNames.path(name, err);
      String path = SysctlNames.plain(written);
      SysctlKey key = tree.find(path);
      List<SysctlKey> below = key == null ? tree.below(path) : List.of();
      if (key != null) {
        show(key, SysctlNames.dotted(name));
      } else if (below.isEmpty()) {
        missing(written);
      } else {
        show(below);
      }
    }

    /** {@code WriteSetting}. */
    void write(Settings.Setting setting) {
      if (setting.path().isEmpty()) {
        fail("Path is not under " + ROOT + ": " + ROOT);
        return;
      }
      String path = SysctlNames.plain(setting.path());
      String dotted = SysctlNames.dotted(setting.path());
      if (!fits(dotted)) {
        return;
      }
      SysctlKey key = tree.find(path);
      SysctlKey.Writer writer = key == null ? null : key.writer();
      if (key == null && tree.below(path).isEmpty()) {
        missing(setting.path());
      } else if (writer == null) {
        // a directory, or what is read-only: procps says so and goes on, with status 0
        err.append(refused(dotted, Errno.EINVAL));
      } else {
        write(writer, dotted, setting.value());
      }
    }

    private static String refused(String dotted, int errno) {
      return "sysctl: setting key \"" + dotted + "\": " + Errno.text(errno) + "\n";
    }

    private void write(SysctlKey.Writer writer, String dotted, String value) {
      if (!options.has(SysctlOptions.DRY_RUN)) {
        try {
          writer.write(value);
        } catch (SysctlException e) {
          err.append(refused(dotted, e.errno()));
          failed = true;
          return;
        }
      }
      if (!options.has('q') || options.has(SysctlOptions.DRY_RUN)) {
        print(dotted, value);
      }
    }

    void load(String files) {
      Settings settings = new Settings(err);
      for (SysctlFiles.File file : SysctlFiles.unpack(files)) {
        if (!file.fault().isEmpty()) {
          fail("cannot open \"" + file.name() + "\": " + file.fault());
        } else {
          failed |= !settings.file(file.name(), file.text());
        }
      }
      settings.resolved(tree).forEach(this::write);
    }

    void words() {
      for (String word : options.words()) {
        if (options.has('w') || word.indexOf('=') >= 0) {
          Settings one = new Settings(err);
          failed |= !one.line("command line", 0, word, false);
          one.resolved(tree).forEach(this::write);
        } else {
          read(word);
        }
      }
    }
  }

  /**
   * Runs a command.
   *
   * @param argv the words behind {@code sysctl}
   * @param files what {@link SysctlFiles#pack} made of the files that it names
   */
  public IpCommand.Result run(NetworkStack stack, List<String> argv, String files) {
    SysctlOptions options;
    try {
      options = SysctlOptions.parse(argv);
    } catch (RefusedException e) {
      // procps shows its usage as if it had been asked for it
      return new IpCommand.Result(0, USAGE, String.valueOf(e.getMessage()).strip() + "\n");
    }
    if (options.has('h') || options.has('d')) {
      return new IpCommand.Result(0, USAGE, "");
    }
    if (options.has('V')) {
      return new IpCommand.Result(0, "sysctl from patchbay (as procps-ng 4.0.2)\n", "");
    }
    if (options.has(SysctlOptions.SYSTEM) || options.loads() && options.words().isEmpty()) {
      String what = options.loads() ? "sysctl -p without a file" : "sysctl --system";
      return refused(RefusedException.unsupported(what));
    }
    if (options.loads() && files.isEmpty()) {
      String what = "sysctl -p " + options.words().getFirst() + " without its text";
      return refused(RefusedException.unsupported(what));
    }
    Run run = new Run(stack, options);
    if (options.loads()) {
      run.load(files);
    } else if (options.has('a') || options.has('A') || options.has('X')) {
      run.showAll();
    } else if (!options.words().isEmpty()) {
      run.words();
    } else if (argv.isEmpty()) {
      return new IpCommand.Result(1, "", USAGE);
    } else {
      run.fail("no variables specified\nTry `sysctl --help' for more information.");
    }
    return run.result();
  }

  private static IpCommand.Result refused(RefusedException e) {
    return new IpCommand.Result(e.status(), "", "sysctl: " + e.getMessage() + "\n");
  }
}
