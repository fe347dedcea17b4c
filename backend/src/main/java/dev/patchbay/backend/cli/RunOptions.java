package dev.patchbay.backend.cli;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.ConfigBuilder;
import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DaemonConfig;
import dev.patchbay.backend.config.Source;
import dev.patchbay.backend.config.YamlConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** The options of {@code patchbay run}: one table, from which parsing and help come. */
public final class RunOptions {
  private static final String SEE = "; see patchbay run --help";

  /** Groups of the help text. */
  enum Group {
    ATTACHMENTS(
        "Attachments: one port and one guest each (with none: --listen unix:DIR/net0.sock)"),
    NETWORK("Network"),
    CONFIGURATION("Configuration and captures"),
    INSTANCE("Instance, its files and logs");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  /**
   * An option.
   *
   * @param name without dashes
   * @param argument the name of its argument; empty for a switch
   * @param many whether it may be given more than once
   * @param help what it does, with its default
   */
  record Row(Group group, String name, String argument, boolean many, String help) {}

  static final List<Row> TABLE =
      List.of(
          many(Group.ATTACHMENTS, "listen", "ADDRESS", "wait for QEMU to connect"),
          many(
              Group.ATTACHMENTS,
              "connect",
              "ADDRESS",
              "connect to QEMU, again and again until it answers"),
          many(
              Group.ATTACHMENTS,
              "dgram",
              "ADDRESS",
              "datagrams: local=unix:PATH,remote=unix:PATH or local=udp:HOST:PORT,remote=…; local"
                  + " is ours"),
          many(
              Group.ATTACHMENTS,
              "mcast",
              "GROUP:PORT",
              "a multicast group; [,local=IP] is our address to send from"),
          many(
              Group.ATTACHMENTS, "tap", "IFNAME", "a TAP interface of the host (needs its rights)"),
          many(
              Group.NETWORK,
              "hostfwd",
              "RULE",
              "forward a port of the host: [tcp|udp]:[HOSTADDR]:HOSTPORT-[GUEST]:GUESTPORT or"
                  + " unix:PATH-[GUEST]:GUESTPORT. HOSTADDR is 127.0.0.1 if left out, HOSTPORT 0 is"
                  + " any; GUEST is an IPv4 address, [IPv6], [MAC] or the name of an attachment"
                  + " (default: the only attachment, else 10.0.2.15)"),
          flag(
              Group.NETWORK,
              "restrict",
              "nothing leaves to the host or beyond; DHCP, RA, forwards still work"),
          one(
              Group.NETWORK,
              "host-loopback",
              "PORTS",
              "ports of 10.0.2.2 and fec0::2 that lead to the host's loopback: all, none or PORT,…"
                  + " (default all)"),
          flag(
              Group.NETWORK,
              "allow-link-local",
              "let guests reach link-local and cloud metadata addresses"),
          one(Group.NETWORK, "mtu", "N", "MTU of the ports in bytes, 576 to 65520 (default 1500)"),
          one(
              Group.CONFIGURATION,
              "config",
              "FILE",
              "YAML; options replace its scalars and append to its lists"),
          many(
              Group.CONFIGURATION,
              "exec",
              "COMMAND",
              "a command (ip …) to run at start, in order, before any frame is accepted"),
          many(
              Group.CONFIGURATION,
              "pcap",
              "FILE",
              "capture to pcapng; [,port=NAME] only that attachment, or nflog:N what rules show to"
                  + " that group; - is standard output (and needs --ready-file)"),
          one(
              Group.CONFIGURATION,
              "seed",
              "N",
              "seed of everything random (default: random, shown in ready)"),
          one(
              Group.CONFIGURATION,
              "state",
              "none",
              "what outlives the daemon: none but the leases (the default)"),
          one(
              Group.INSTANCE,
              "name",
              "NAME",
              "name of this instance; auto: the first free of auto0, auto1, … (default default)"),
          one(
              Group.INSTANCE,
              "dir",
              "DIR",
              "where its files live (default $XDG_RUNTIME_DIR/patchbay/NAME, else"
                  + " ${TMPDIR:-/tmp}/patchbay-UID/NAME)"),
          one(Group.INSTANCE, "control", "PATH", "its control socket (default DIR/control.sock)"),
          one(Group.INSTANCE, "ready-file", "FILE", "write the ready line there too, atomically"),
          one(
              Group.INSTANCE,
              "log-level",
              "LEVEL",
              "error, warn, info, debug or trace (default info)"),
          one(Group.INSTANCE, "log-format", "FORMAT", "text or json (default text)"));

  /** Options of the contract that are refused by name. */
  private static final List<String> LATER = List.of("web");

  private RunOptions() {}

  private static Row one(Group group, String name, String argument, String help) {
    return new Row(group, name, argument, false, help);
  }

  private static Row many(Group group, String name, String argument, String help) {
    return new Row(group, name, argument, true, help);
  }

  private static Row flag(Group group, String name, String help) {
    return new Row(group, name, "", true, help);
  }

  /**
   * Reads the options, and the file that they name.
   *
   * @param argv what follows {@code run}; after {@code --} stands the command
   * @param cwd the directory to which relative paths are relative, absolute
   * @throws ConfigException naming the option or line, the word, and what was expected
   */
  public static DaemonConfig parse(List<String> argv, Path cwd) throws ConfigException {
    int end = argv.indexOf("--");
    List<String> ours = end < 0 ? argv : argv.subList(0, end);
    List<String> command = end < 0 ? List.of() : argv.subList(end + 1, argv.size());
    if (end >= 0 && command.isEmpty()) {
      throw new ConfigException("--: expected a command after it" + SEE);
    }
    QemuUserNet.refuse(command);
    ConfigBuilder to = new ConfigBuilder();
    List<Given> given = given(commandLine(ours));
    for (Given g : given) {
      if (g.row().name().equals("config")) {
        YamlConfig.read(g.source(), g.value(), cwd, to);
      }
    }
    for (Given g : given) {
      apply(g, cwd, to);
    }
    to.command(command);
    return to.build();
  }

  /** An option as it was given. */
  private record Given(Row row, Source source, String value) {}

  private static CommandLine commandLine(List<String> ours) throws ConfigException {
    Options options = new Options();
    for (Row row : TABLE) {
      options.addOption(
          Option.builder().longOpt(row.name()).hasArg(!row.argument().isEmpty()).get());
    }
    for (String later : LATER) {
      options.addOption(Option.builder().longOpt(later).hasArg().get());
    }
    CommandLine line;
    try {
      line =
          DefaultParser.builder()
              .setAllowPartialMatching(false)
              .setStripLeadingAndTrailingQuotes(false) // those of --exec '"a" "b"' are its own
              .get()
              .parse(options, ours.toArray(String[]::new));
    } catch (UnrecognizedOptionException e) {
      throw unknown(e.getOption());
    } catch (MissingArgumentException e) {
      String name = e.getOption().getLongOpt();
      throw new ConfigException("--" + name + " needs an argument (" + argument(name) + ")" + SEE);
    } catch (ParseException e) {
      throw new ConfigException(e.getMessage() + SEE);
    }
    if (!line.getArgList().isEmpty()) {
      String arg = line.getArgList().get(0);
      throw arg.startsWith("-") && arg.length() > 1
          ? unknown(arg)
          : new ConfigException(
              "unexpected argument '" + arg + "': a command stands after --" + SEE);
    }
    return line;
  }

  private static ConfigException unknown(String token) {
    int equals = token.indexOf('=');
    String option = equals < 0 ? token : token.substring(0, equals);
    return new ConfigException("unknown option '" + option + "'" + SEE);
  }

  private static String argument(String name) {
    return TABLE.stream()
        .filter(row -> row.name().equals(name))
        .map(Row::argument)
        .findFirst()
        .orElse("HOST:PORT");
  }

  private static List<Given> given(CommandLine line) throws ConfigException {
    Map<String, Row> rows = new HashMap<>();
    TABLE.forEach(row -> rows.put(row.name(), row));
    Map<String, Integer> counts = new HashMap<>();
    List<Given> given = new ArrayList<>();
    for (Option option : line.getOptions()) {
      String name = option.getLongOpt();
      Row row = rows.get(name);
      if (row == null) {
        throw new ConfigException("--" + name + " is not supported yet");
      }
      int number = counts.merge(name, 1, Integer::sum);
      String value = row.argument().isEmpty() ? "" : String.valueOf(option.getValue());
      if (number > 1 && !row.many()) {
        throw new ConfigException("--" + name + " '" + value + "': is given twice");
      }
      given.add(new Given(row, Source.option("--" + name, number, value), value));
    }
    return given;
  }

  private static void apply(Given g, Path cwd, ConfigBuilder to) throws ConfigException {
    String name = g.row().name();
    switch (name) {
      case "config" -> {} // read before, since options go over it
      case "listen", "connect", "dgram", "mcast", "tap" ->
          to.attach(
              g.source(), Attachment.Kind.valueOf(name.toUpperCase(Locale.ROOT)), g.value(), cwd);
      case "hostfwd" -> to.forward(g.source(), g.value(), cwd);
      case "pcap" -> to.capture(g.source(), g.value(), cwd);
      case "exec" -> to.exec(g.source(), g.value(), cwd);
      default -> {
        String value = g.row().argument().isEmpty() ? "true" : g.value();
        if (!to.set(g.source(), name, value, cwd)) {
          throw new IllegalStateException("no scalar " + name);
        }
      }
    }
  }
}
