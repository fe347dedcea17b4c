package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.ip.IpCommand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code tc} (iproute2 6.1): {@code qdisc} with {@code add}, {@code change}, {@code
 * replace}, {@code link}, {@code del} and {@code show}, {@code class} with {@code show}, {@code
 * filter}; {@code -batch} from standard input.
 */
public final class TcCommand {
  private static final List<String> OBJECTS_NOT_HERE =
      List.of("chain", "actions", "monitor", "exec");
  private static final String USAGE =
      """
      Usage: tc [ OPTIONS ] { qdisc | class | filter } { COMMAND | help }
             tc [ -f[orce] ] -b[atch] FILE
      where  OPTIONS := { -s[tatistics] | -d[etails] | -j[son] | -p[retty] | -V[ersion] }\
      """;

  /**
   * Answers what no namespace is needed for: the version, and the usage, which as with iproute2
   * goes to standard error with status 0.
   *
   * @param argv the words behind {@code tc}
   * @return null for all else
   */
  public static IpCommand.@Nullable Result withoutNetwork(List<String> argv) {
    try {
      TcOptions options = TcOptions.parse(argv);
      if (options.version()) {
        return new IpCommand.Result(0, "tc utility, patchbay (as iproute2-6.1.0)\n", "");
      }
      boolean help =
          options.help() || !options.batch() && IpOptions.matches(argv.get(options.used()), "help");
      return help ? new IpCommand.Result(0, "", USAGE + "\n") : null;
    } catch (RefusedException e) {
      return null; // who runs it says what is wrong
    }
  }

  /**
   * Runs a command, or those of a batch, on the loop of the namespace.
   *
   * @param argv the words behind {@code tc}
   * @param stdin the batch
   */
  public IpCommand.Result run(NetworkStack stack, List<String> argv, String stdin) {
    StringBuilder out = new StringBuilder();
    StringBuilder said = new StringBuilder();
    IpCommand.Result known = withoutNetwork(argv);
    if (known != null) {
      return known;
    }
    int status = 0;
    try {
      TcOptions options = TcOptions.parse(argv);
      String netns = options.netns();
      NetworkStack here = netns.isEmpty() ? stack : IpOptions.namespace(stack, netns);
      if (options.batch()) {
        status = batch(here, options, stdin, out, said);
      } else {
        List<String> words = argv.subList(options.used(), argv.size());
        status = command(here, options, words, out, said);
      }
    } catch (RefusedException e) {
      status = e.status();
      said.append(e.getMessage()).append('\n');
    }
    return new IpCommand.Result(status, out.toString(), said.toString());
  }

  /** {@code do_batch}: ends at the first command that fails, unless forced. */
  private static int batch(
      NetworkStack stack, TcOptions options, String stdin, StringBuilder out, StringBuilder said) {
    int status = 0;
    int number = 0;
    for (String line : stdin.lines().toList()) {
      number++;
      int comment = line.indexOf('#');
      String text = (comment < 0 ? line : line.substring(0, comment)).strip();
      if (text.isEmpty()) {
        continue;
      }
      if (command(stack, options, List.of(text.split("\\s+")), out, said) != 0) {
        said.append("Command failed -:").append(number).append('\n');
        status = 1;
        if (!options.force()) {
          break;
        }
      }
    }
    return status;
  }

  private static int command(
      NetworkStack stack,
      TcOptions options,
      List<String> words,
      StringBuilder out,
      StringBuilder said) {
    try {
      String object = words.getFirst();
      List<String> rest = words.subList(1, words.size());
      // the order in which iproute2 tries its objects decides what an abbreviation means
      if (IpOptions.matches(object, "qdisc")) {
        out.append(new TcQdisc(stack, options, said).run(rest));
      } else if (IpOptions.matches(object, "class")) {
        out.append(new TcClass(stack, options, said).run(rest));
      } else if (IpOptions.matches(object, "filter")) {
        out.append(new TcFilter(stack, options, said).run(rest));
      } else {
        other(object, said);
      }
      return 0;
    } catch (RefusedException e) {
      said.append(e.getMessage()).append('\n');
      return e.status();
    }
  }

  private static void other(String object, StringBuilder said) throws RefusedException {
    for (String name : OBJECTS_NOT_HERE) {
      if (IpOptions.matches(object, name)) {
        throw TcArgs.notHere("tc " + name);
      }
    }
    if (!IpOptions.matches(object, "help")) {
      throw new RefusedException(
          RefusedException.SYNTAX, "Object \"" + object + "\" is unknown, try \"tc help\".");
    }
    said.append(USAGE).append('\n');
  }
}
