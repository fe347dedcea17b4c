package dev.patchbay.backend.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The table of words and the commands behind them. */
public final class Words {
  /** Exit status of a failed resource. */
  public static final int FAILED = 1;

  /** Exit status of wrong usage. */
  public static final int USAGE = 2;

  /** Exit status where the daemon cannot be reached. */
  public static final int UNREACHABLE = 125;

  /** Words that Linux has too: links of these names work as those commands. */
  private static final Set<String> LINUX =
      Set.of(
          "ip",
          "bridge",
          "tc",
          "ss",
          "nstat",
          "ethtool",
          "sysctl",
          "conntrack",
          "ipset",
          "iptables",
          "iptables-save",
          "iptables-restore",
          "ip6tables",
          "ip6tables-save",
          "ip6tables-restore");

  /** What the daemon knows today; the others of the contract are refused by name. */
  private static final List<String> CLIENT =
      List.of(
          "ip",
          "bridge",
          "tc",
          "ss",
          "nstat",
          "iptables",
          "iptables-save",
          "iptables-restore",
          "ip6tables",
          "ip6tables-save",
          "ip6tables-restore",
          "ipset",
          "ethtool",
          "sysctl",
          "conntrack",
          "dhcp",
          "ra",
          "dns",
          "save",
          "load",
          "drops",
          "trace");

  /** Own words of the contract that are still to come. */
  private static final List<String> LATER =
      List.of("wait", "ncsi", "doctor", "qemu-args", "shell", "completion", "check");

  private final Map<String, Command> table = new LinkedHashMap<>();

  private Words() {}

  /** All words of this program. */
  public static Words standard() {
    Words words = new Words();
    words.put("run", (args, io) -> RunCommand.run(args, io, DaemonStarter.find()));
    words.put("list", ListCommand::run);
    words.put("device", (args, io) -> DeviceCommand.run(args, io, DeviceStarter::find));
    words.put(
        "demo", (args, io) -> io.fail("demo: is run by the script backend/bin/patchbay", USAGE));
    CLIENT.forEach(word -> words.put(word, new ClientCommand(word)));
    Stream.concat(LINUX.stream(), LATER.stream()).forEach(words::later);
    return words;
  }

  /** What no line above knows is refused. */
  private void later(String word) {
    table.putIfAbsent(word, new Later(word));
  }

  /** A word of the contract that is still to come. */
  private record Later(String word) implements Command {
    @Override
    public int run(List<String> args, Io io) {
      return io.fail("'" + word + "' is not supported yet", USAGE);
    }
  }

  private void put(String word, Command command) {
    table.put(word, command);
  }

  /** Whether a link of that name is a word. */
  boolean isLink(String name) {
    return LINUX.contains(name);
  }

  /**
   * Runs a word.
   *
   * @param before {@code --control} and {@code --name} with their values, as they stood before it
   */
  int run(String word, List<String> before, List<String> args, Io io) {
    Command command = table.get(word);
    if (command == null) {
      return io.fail("unknown command '" + word + "'; see patchbay --help", USAGE);
    }
    if (before.isEmpty() || command instanceof Later) {
      return command.run(args, io);
    }
    if (command instanceof ClientCommand client) {
      return client.run(before, args, io);
    }
    return io.fail(
        before.get(0) + " before '" + word + "' has no meaning; see patchbay --help", USAGE);
  }

  /** What {@code patchbay --help} prints. */
  String help() {
    return """
    Patchbay: a patch bay into which the network cards of virtual machines are plugged.

    Usage: patchbay run [options] [-- COMMAND…]     run the daemon; see patchbay run --help
           patchbay demo [options]                  boot a guest and show what works
           patchbay list                            the running instances
           patchbay device [options]                a device model under qtest; see its --help
           patchbay [--name NAME | --control PATH] WORD [arguments…]
                                                    act on a running daemon

    Words: %s
           A link of a word's name to patchbay (ip, …) is that command.

      --name NAME      the instance to act on (default: default)
      --control PATH   its control socket (default: $PATCHBAY_CONTROL, else that of --name)
      -h, --help       this text
      -V, --version    the version

    Exit status: that of the word; %d the daemon cannot be reached; %d wrong usage.
    """
        .formatted(String.join(" ", CLIENT), UNREACHABLE, USAGE);
  }
}
