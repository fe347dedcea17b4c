package dev.patchbay.stack.loop;

import dev.patchbay.stack.time.TimerWheel;
import java.util.ArrayDeque;
import java.util.Deque;

/** A loop whose time stands still until a test moves it. Single-threaded. */
public final class VirtualLoop implements EventLoop {
  /** Wall time at the start: 2026-01-01T00:00:00Z in ns. */
  public static final long WALL_START = 1_767_225_600_000_000_000L;

  private final TimerWheel timers = new TimerWheel(0);
  private final TurnQueue turn = new TurnQueue();
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private long now;

  @Override
  public long now() {
    return now;
  }

  @Override
  public long wallTime() {
    return WALL_START + now;
  }

  @Override
  public TimerWheel timers() {
    return timers;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public void atEndOfTurn(TurnTask task) {
    turn.add(task);
  }

  /** Runs all that is due without moving time. */
  public void turn() {
    do {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      timers.advance(now);
      turn.run();
    } while (!tasks.isEmpty() || !turn.isEmpty());
  }

  /** Moves time by {@code nanos}, running what becomes due at its own time. */
  public void runFor(long nanos) {
    long end = now + nanos;
    turn();
    for (long next = timers.nextDeadline(); next <= end; next = timers.nextDeadline()) {
      now = Math.max(now, next);
      turn();
    }
    now = end;
    turn();
  }

  /** As {@link #runFor}, in milliseconds. */
  public void runForMillis(long millis) {
    runFor(millis * 1_000_000);
  }
}
