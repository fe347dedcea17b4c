package dev.patchbay.backend.cli;

import dev.patchbay.backend.config.DeviceConfig;
import java.util.ServiceLoader;

/** Runs a device in the foreground; found as a service ({@link ServiceLoader}). */
@FunctionalInterface
public interface DeviceStarter {
  /**
   * Runs until it is asked to end.
   *
   * @return the exit status: 0 ended as asked, 1 a socket could not be opened
   */
  int run(DeviceConfig config, Io io);

  /** The one of this program. */
  static DeviceStarter find() {
    return ServiceLoader.load(DeviceStarter.class)
        .findFirst()
        .orElse((config, io) -> io.fail("device: this build holds no devices", Words.FAILED));
  }
}
