package dev.patchbay.stack.tcp;

import dev.patchbay.stack.time.Timer;
import java.util.ArrayList;
import java.util.List;

/** Connections that could not get packet memory, and when they try again. */
final class MemoryWaiters {
  private static final long RETRY = 20_000_000L;

  private final TcpEngine engine;
  private final Timer timer;
  private final List<TcpSocket> sockets = new ArrayList<>();

  MemoryWaiters(TcpEngine engine) {
    this.engine = engine;
    timer = engine.loop.timer(this::retry);
  }

  /** No memory to send or to take what the user writes: try again soon. */
  void add(TcpSocket s) {
    if (!s.waitsForMemory) {
      s.waitsForMemory = true;
      sockets.add(s);
      engine.counters.tcpMemoryPressures++;
    }
    if (!timer.isArmed()) {
      timer.arm(engine.loop.now() + RETRY);
    }
  }

  private void retry() {
    for (int i = 0; i < sockets.size(); i++) {
      TcpSocket s = sockets.get(i);
      s.waitsForMemory = false;
      if (s.wantWrite && s.writable() > 0) {
        s.events |= TcpSocket.EVENT_WRITABLE;
      }
      engine.markDirty(s);
    }
    sockets.clear();
  }
}
