package dev.patchbay.backend.cli;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DaemonConfig;
import java.util.List;

/** {@code patchbay run}: reads the options and starts the daemon. */
final class RunCommand {
  private RunCommand() {}

  static int run(List<String> args, Io io, DaemonStarter starter) {
    int end = args.indexOf("--");
    List<String> options = end < 0 ? args : args.subList(0, end);
    if (options.contains("--help") || options.contains("-h")) {
      io.out().print(RunHelp.text());
      return 0;
    }
    if (options.contains("--version") || options.contains("-V")) {
      io.out().println(Version.line());
      return 0;
    }
    DaemonConfig config;
    try {
      config = RunOptions.parse(args, io.cwd());
    } catch (ConfigException e) {
      return io.fail(e.getMessage(), ConfigException.EXIT_STATUS);
    }
    return starter.run(config, () -> RunOptions.parse(args, io.cwd()), io);
  }
}
