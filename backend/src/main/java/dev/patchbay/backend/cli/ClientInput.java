package dev.patchbay.backend.cli;

import dev.patchbay.stack.admin.ip.NetnsExec;
import dev.patchbay.stack.admin.ipset.IpsetCommand;
import dev.patchbay.stack.admin.sysctl.SysctlFiles;
import dev.patchbay.stack.admin.trace.TraceCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the client reads for the daemon, which knows nothing of the caller's files: the batch of
 * {@code ip -batch FILE} and its like, the script of {@code load}, the settings of {@code sysctl -p
 * FILE}, the rules of {@code iptables-restore}, the sets of {@code ipset restore}, the commands of
 * {@code conntrack -R FILE}.
 *
 * @param args the arguments as the daemon gets them: {@code -batch -}, and no FILE for restore
 * @param stdin what was read, or null if nothing is to be read
 */
public record ClientInput(List<String> args, @Nullable String stdin) {
  /** Words with iproute2's {@code -batch}; it takes every abbreviation down to {@code -b}. */
  private static final Set<String> BATCH = Set.of("ip", "bridge", "tc");

  private static final Pattern BATCH_OPTION = Pattern.compile("--?b(?:a(?:t(?:ch?)?)?)?");

  /** Options before the object that take an argument (ip(8), tc(8)). */
  private static final Pattern WITH_ARGUMENT =
      Pattern.compile("--?(?:f|family|l|loops|n|netns|rc|rcvbuf|cf|conf)");

  /** Of conntrack(8). */
  private static final Set<String> LOAD_FILE = Set.of("-R", "--load-file");

  private static final Set<String> RESTORE = Set.of("iptables-restore", "ip6tables-restore");

  /** Options of iptables-restore(8) that take an argument. */
  private static final Set<String> RESTORE_WITH_ARGUMENT =
      Set.of("-T", "--table", "-M", "--modprobe", "-w", "--wait", "-W", "--wait-interval");

  /** Takes a copy of the arguments. */
  public ClientInput {
    args = List.copyOf(args);
  }

  /**
   * Reads what a word needs.
   *
   * @throws IOException with the message for the user
   */
  public static ClientInput of(String word, List<String> args, Io io) throws IOException {
    List<String> argv = new ArrayList<>(args);
    argv.addFirst(word);
    int prefix = NetnsExec.prefix(argv);
    if (prefix > 0) {
      ClientInput inner = of(argv.get(prefix), argv.subList(prefix + 1, argv.size()), io);
      List<String> sent = new ArrayList<>(argv.subList(1, prefix + 1));
      sent.addAll(inner.args());
      return new ClientInput(sent, inner.stdin());
    }
    if (BATCH.contains(word)) {
      return batch(args, io);
    }
    if (word.equals("sysctl")) {
      return sysctl(args, io);
    }
    if (word.equals("ipset")) {
      return ipset(args, io);
    }
    if (word.equals("conntrack") && args.size() > 1 && LOAD_FILE.contains(args.getFirst())) {
      String file = args.get(1);
      String text = file.equals("-") ? standardInput(io) : read(file, io);
      return new ClientInput(List.of("-R", "-"), text);
    }
    if (word.equals("load") && args.size() == 1) {
      String file = args.getFirst();
      return new ClientInput(args, file.equals("-") ? standardInput(io) : read(file, io));
    }
    return RESTORE.contains(word) ? restore(args, io) : new ClientInput(args, null);
  }

  /**
   * Whether a word prints what happens until it is ended: {@code ip monitor}, {@code trace}, {@code
   * conntrack -E}, in whatever namespace.
   */
  static boolean isEndless(String word, List<String> args) {
    List<String> argv = new ArrayList<>(args);
    argv.addFirst(word);
    int prefix = NetnsExec.prefix(argv);
    if (prefix > 0) {
      return isEndless(argv.get(prefix), argv.subList(prefix + 1, argv.size()));
    }
    if (word.equals("trace")) {
      return TraceCommand.isEndless(args);
    }
    if (word.equals("conntrack")) {
      return args.stream().anyMatch(arg -> arg.startsWith("-E") || arg.equals("--event"));
    }
    if (!word.equals("ip")) {
      return false;
    }
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (!arg.startsWith("-")) {
        return arg.length() > 1 && "monitor".startsWith(arg);
      }
      i += WITH_ARGUMENT.matcher(arg).matches() ? 1 : 0;
    }
    return false;
  }

  private static ClientInput batch(List<String> args, Io io) throws IOException {
    for (int i = 0; i < args.size() && args.get(i).startsWith("-"); i++) {
      if (BATCH_OPTION.matcher(args.get(i)).matches() && i + 1 < args.size()) {
        List<String> sent = new ArrayList<>(args);
        sent.set(i, "-batch");
        String file = sent.set(i + 1, "-");
        return new ClientInput(sent, file.equals("-") ? standardInput(io) : read(file, io));
      }
      if (WITH_ARGUMENT.matcher(args.get(i)).matches()) {
        i++;
      }
    }
    return new ClientInput(args, null);
  }

  private static ClientInput restore(List<String> args, Io io) throws IOException {
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (arg.equals("-h") || arg.equals("--help") || arg.equals("-V") || arg.equals("--version")) {
        return new ClientInput(args, null);
      }
      if (RESTORE_WITH_ARGUMENT.contains(arg)) {
        i++;
      } else if (!arg.startsWith("-")) {
        List<String> sent = new ArrayList<>(args);
        sent.remove(i);
        return new ClientInput(sent, read(arg, io));
      }
    }
    return new ClientInput(args, standardInput(io));
  }

  private static ClientInput ipset(List<String> args, Io io) throws IOException {
    if (!IpsetCommand.isRestore(args)) {
      return new ClientInput(args, null);
    }
    int file = IpsetCommand.fileOption(args);
    if (file < 0 || file + 1 >= args.size()) {
      return new ClientInput(args, file < 0 ? standardInput(io) : null);
    }
    List<String> sent = new ArrayList<>(args);
    sent.remove(file);
    return new ClientInput(sent, read(sent.remove(file), io));
  }

  /** The files of {@code sysctl -p}; one that cannot be read is told beside the others. */
  private static ClientInput sysctl(List<String> args, Io io) throws IOException {
    List<SysctlFiles.File> files = new ArrayList<>();
    for (String name : SysctlFiles.named(args)) {
      files.add(sysctlFile(name, io));
    }
    return new ClientInput(args, files.isEmpty() ? null : SysctlFiles.pack(files));
  }

  private static SysctlFiles.File sysctlFile(String name, Io io) throws IOException {
    if (name.equals("-")) {
      return new SysctlFiles.File(name, standardInput(io), "");
    }
    try {
      Path path = io.cwd().resolve(name);
      // a directory has no lines, as with procps
      String text =
          Files.isDirectory(path)
              ? ""
              : new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
      return new SysctlFiles.File(name, text, "");
    } catch (NoSuchFileException e) {
      return new SysctlFiles.File(name, "", "No such file or directory");
    } catch (AccessDeniedException e) {
      return new SysctlFiles.File(name, "", "Permission denied");
    } catch (IOException | InvalidPathException e) {
      return new SysctlFiles.File(name, "", String.valueOf(e.getMessage()));
    }
  }

  private static String standardInput(Io io) throws IOException {
    return new String(io.in().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String read(String file, Io io) throws IOException {
    try {
      Path path = io.cwd().resolve(file);
      return new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new IOException("cannot open file '" + file + "': No such file or directory", e);
    } catch (IOException | InvalidPathException e) {
      throw new IOException("cannot read file '" + file + "': " + e.getMessage(), e);
    }
  }
}
