package dev.patchbay.backend.cli;

import dev.patchbay.backend.config.InstanceDirs;
import dev.patchbay.backend.config.InstanceException;
import java.util.List;

/** {@code patchbay list}: the running instances of this user. */
final class ListCommand {
  private ListCommand() {}

  static int run(List<String> args, Io io) {
    if (args.equals(List.of("--help"))) {
      io.out().println("Usage: patchbay list     name, process and directory of each instance");
      return 0;
    }
    if (!args.isEmpty()) {
      return io.fail("list: unexpected argument '" + args.get(0) + "'", Words.USAGE);
    }
    try {
      for (InstanceDirs.Instance i : InstanceDirs.ofThisUser(io.env()).list()) {
        io.out().println(i.name() + "\tpid " + i.pid() + "\t" + i.dir());
      }
      return 0;
    } catch (InstanceException e) {
      return io.fail(e.getMessage(), Words.USAGE);
    }
  }
}
