package dev.patchbay.stack.loop;

import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.time.TimerWheel;

/**
 * Clock, timers and deferred work of one thread.
 *
 * <p>A turn: read the clock once, take a burst from each port, run due timers, run the work
 * deferred to the end of the turn, flush each port.
 */
public interface EventLoop {
  /** Monotonic time in ns, read once a turn. */
  long now();

  /** Wall-clock time in ns since 1970, read once a turn. */
  long wallTime();

  /** The wheel that holds this loop's timers. */
  TimerWheel timers();

  /** Runs {@code task} on the loop; the only method that any thread may call. */
  void execute(Runnable task);

  /**
   * Runs {@code task} once at the end of this turn; called twice in one turn it still runs once.
   */
  void atEndOfTurn(TurnTask task);

  /** A timer of this loop, not armed. */
  default Timer timer(Runnable action) {
    return new Timer(timers(), action);
  }
}
