package dev.patchbay.backend.device;

import java.io.IOException;
import java.nio.channels.SelectionKey;

/** One end of the device that has sockets. */
interface DevicePort extends AutoCloseable {
  /** One of its sockets is ready. */
  void ready(SelectionKey key) throws IOException;

  /** The address as an option takes it, with the port that was taken. */
  String address();

  /** Closes its sockets, and removes their files. */
  @Override
  void close();
}
