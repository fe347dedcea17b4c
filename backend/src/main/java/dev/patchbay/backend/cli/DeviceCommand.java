package dev.patchbay.backend.cli;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DeviceConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.jspecify.annotations.Nullable;

/** {@code patchbay device}: reads the options and starts the device. */
final class DeviceCommand {
  private static final String SEE = "; see patchbay device --help";
  private static final List<String> OPTIONS =
      List.of("model", "profile", "qtest", "listen", "connect");

  /** Attachments of the contract that are still to come. */
  private static final List<String> LATER = List.of("vfio-user", "plugin");

  private DeviceCommand() {}

  static int run(List<String> args, Io io, Supplier<DeviceStarter> starter) {
    if (args.contains("--help") || args.contains("-h")) {
      io.out().print(help());
      return 0;
    }
    DeviceConfig config;
    try {
      config = parse(args, io.cwd());
    } catch (ConfigException e) {
      return io.fail("device: " + e.getMessage(), ConfigException.EXIT_STATUS);
    }
    return starter.get().run(config, io);
  }

  static DeviceConfig parse(List<String> args, Path cwd) throws ConfigException {
    CommandLine line = commandLine(args);
    for (String name : OPTIONS) {
      String[] values = line.getOptionValues(name);
      if (values != null && values.length > 1) {
        throw new ConfigException("--" + name + " '" + values[1] + "': is given twice");
      }
    }
    String model = needed(line, "model", "ftgmac100");
    for (String later : LATER) {
      if (line.hasOption(later)) {
        throw new ConfigException("--" + later + " is not supported yet; expected --qtest");
      }
    }
    @Nullable String listen = line.getOptionValue("listen");
    @Nullable String connect = line.getOptionValue("connect");
    if (listen != null && connect != null) {
      throw new ConfigException("--listen and --connect: expected one of them" + SEE);
    }
    Attachment.Kind kind = connect == null ? Attachment.Kind.LISTEN : Attachment.Kind.CONNECT;
    String wire = connect == null ? needed(line, "listen", "ADDRESS") : connect;
    return DeviceConfig.parse(
        model,
        line.getOptionValue("profile", "datasheet"),
        needed(line, "qtest", "unix:PATH"),
        kind,
        wire,
        cwd);
  }

  private static String needed(CommandLine line, String name, String argument)
      throws ConfigException {
    String value = line.getOptionValue(name);
    if (value == null) {
      String option = name.equals("listen") ? "--listen or --connect" : "--" + name;
      throw new ConfigException(option + " is missing: expected " + option + " " + argument + SEE);
    }
    return value;
  }

  private static CommandLine commandLine(List<String> args) throws ConfigException {
    Options options = new Options();
    OPTIONS.forEach(name -> options.addOption(Option.builder().longOpt(name).hasArg().get()));
    LATER.forEach(name -> options.addOption(Option.builder().longOpt(name).hasArg().get()));
    CommandLine line;
    try {
      line =
          DefaultParser.builder()
              .setAllowPartialMatching(false)
              .setStripLeadingAndTrailingQuotes(false)
              .get()
              .parse(options, args.toArray(String[]::new));
    } catch (UnrecognizedOptionException e) {
      throw new ConfigException("unknown option '" + e.getOption() + "'" + SEE);
    } catch (MissingArgumentException e) {
      throw new ConfigException("--" + e.getOption().getLongOpt() + " needs an argument" + SEE);
    } catch (ParseException e) {
      throw new ConfigException(e.getMessage() + SEE);
    }
    if (!line.getArgList().isEmpty()) {
      throw new ConfigException("unexpected argument '" + line.getArgList().getFirst() + "'" + SEE);
    }
    return line;
  }

  private static String help() {
    return """
    Usage: patchbay device --model ftgmac100 [--profile PROFILE] --qtest unix:PATH[,server=off]
                           (--listen ADDRESS | --connect ADDRESS)

    A device with some memory, under QEMU's qtest protocol: register-level tests run against it
    without QEMU. As on an AST2500: the FTGMAC100 at 0x1e660000, interrupt line 2, a PHY at MDIO
    address 0, 256 MiB of DRAM at 0x80000000. Time stands still but for clock_step and clock_set.

      --model ftgmac100    the device
      --profile PROFILE    whose behaviour it has: datasheet (default), qemu-7.2 or qemu-11
      --qtest unix:PATH    wait here for a client of qtest, one after the other;
                           ,server=off: connect to it, as QEMU does, and end with it
      --listen ADDRESS     its cable, in QEMU's stream framing: wait for the peer
      --connect ADDRESS    the same, connecting again and again until the peer answers
                           ADDRESS is unix:PATH or tcp:HOST:PORT; ,mac=MAC is the card's
                           address (default 52:54:00:12:34:56), ,allow=CIDR who may connect

    When all is open one line of JSON tells so on standard output. SIGTERM ends it with status 0.
    Exit status: 0 ended as asked; 1 a socket cannot be opened; 2 wrong usage.
    """;
  }
}
