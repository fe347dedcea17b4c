package dev.patchbay.backend.uplink;

import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.stack.loop.EventLoop;

/** The loop as the uplink needs it: time, and descriptors whose callbacks run inside a turn. */
public interface HostIo {
  /** The loop of the namespace. */
  EventLoop loop();

  /**
   * Registers a descriptor, which the handle owns from now on, without interest in anything yet.
   * Each callback of {@code listener} must run inside a turn: after it, what was deferred to the
   * end of the turn is run. On the loop's thread.
   */
  FdHandle open(int fd, FdHandle.Listener listener);

  /** The daemon's loop. */
  static HostIo of(NettyLoop netty) {
    return new HostIo() {
      @Override
      public EventLoop loop() {
        return netty;
      }

      @Override
      public FdHandle open(int fd, FdHandle.Listener listener) {
        return netty.register(fd, listener);
      }
    };
  }
}
