package dev.patchbay.backend.uplink;

import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.sys.FdHandle;

/** A forward whose port is open. */
abstract class OpenForward implements FdHandle.Listener {
  final ForwardTable table;
  final int id;
  final Forward rule;
  final int port;
  final FdHandle handle;

  OpenForward(ForwardTable table, int id, Forward rule, int port, int fd) {
    this.table = table;
    this.id = id;
    this.rule = rule;
    this.port = port;
    handle = table.shared.io.open(fd, this);
    handle.setReadable(true);
  }

  /** Forgets clients that were idle for too long. */
  void sweep(long now) {}

  /** Closes the port. */
  void close() {
    handle.close();
  }
}
