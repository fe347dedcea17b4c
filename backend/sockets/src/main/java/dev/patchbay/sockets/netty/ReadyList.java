package dev.patchbay.sockets.netty;

import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.stack.loop.TurnTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The channels whose sockets may have become ready. They are served at the end of the turn, in the
 * order in which they came, once a turn and for at most {@link #SHARE}; what is left waits for the
 * loop's next round, so that cables and timers have their turn in between. On the loop.
 */
final class ReadyList {
  /** Time for handlers in a turn, after which the next channel has to wait, ns. */
  static final long SHARE = 2_000_000;

  private final NettyLoop loop;
  private final TurnTask endOfTurn = TurnTask.of(this::serve);
  private final Runnable nextRound = this::resume;
  private @Nullable AbstractStackChannel first;
  private @Nullable AbstractStackChannel last;
  private boolean resuming;

  /** The turn in which channels were served last. */
  private long served = -1;

  ReadyList(NettyLoop loop) {
    this.loop = loop;
  }

  /** The channel is to look at its socket. Within a turn. */
  void add(AbstractStackChannel channel) {
    if (channel.queued) {
      return;
    }
    channel.queued = true;
    channel.nextReady = null;
    if (last == null) {
      first = channel;
    } else {
      last.nextReady = channel;
    }
    last = channel;
    if (served == loop.turns()) {
      later();
    } else {
      loop.atEndOfTurn(endOfTurn);
    }
  }

  private @Nullable AbstractStackChannel poll() {
    AbstractStackChannel channel = first;
    if (channel != null) {
      first = channel.nextReady;
      if (first == null) {
        last = null;
      }
      channel.nextReady = null;
      channel.queued = false;
    }
    return channel;
  }

  private void serve() {
    served = loop.turns();
    long end = System.nanoTime() + SHARE;
    AbstractStackChannel stop = last;
    try {
      AbstractStackChannel channel;
      do {
        channel = poll();
        if (channel != null) {
          channel.ready();
        }
      } while (channel != null && !channel.equals(stop) && System.nanoTime() - end < 0);
    } finally {
      if (first != null) {
        later();
      }
    }
  }

  /** Not as an ordinary task: Netty runs those, and what they add, before it looks at cables. */
  private void later() {
    if (!resuming) {
      resuming = true;
      loop.netty().schedule(nextRound, 0, TimeUnit.NANOSECONDS);
    }
  }

  private void resume() {
    resuming = false;
    loop.enter();
    if (first != null) {
      loop.atEndOfTurn(endOfTurn);
    }
  }
}
