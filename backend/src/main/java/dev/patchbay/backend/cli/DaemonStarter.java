package dev.patchbay.backend.cli;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DaemonConfig;
import java.util.ServiceLoader;

/** Runs the daemon in the foreground; found as a service ({@link ServiceLoader}). */
public interface DaemonStarter {
  /**
   * Runs until the daemon ends.
   *
   * @param config what it is asked to do
   * @param reread reads options and file again, for SIGHUP
   * @param io its standard streams and environment
   * @return the exit status: 0 ended as asked, 1 a resource failed, 2 a command of {@code --exec}
   *     failed, or that of the command after {@code --}
   */
  int run(DaemonConfig config, Rereader reread, Io io);

  /** Reads the same options and the file, which may have changed, once more. */
  @FunctionalInterface
  interface Rereader {
    /** What is asked now. */
    DaemonConfig read() throws ConfigException;
  }

  /** Fails where no daemon is part of the program. */
  DaemonStarter ABSENT =
      (config, reread, io) -> io.fail("run: this build holds no daemon", Words.FAILED);

  /** The daemon of this program. */
  static DaemonStarter find() {
    return ServiceLoader.load(DaemonStarter.class).findFirst().orElse(ABSENT);
  }
}
