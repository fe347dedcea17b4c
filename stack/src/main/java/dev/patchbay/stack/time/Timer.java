package dev.patchbay.stack.time;

import org.jspecify.annotations.Nullable;

/**
 * One deadline, armed and cancelled any number of times without allocation.
 *
 * <p>Expires at the first turn of the loop at or after its deadline, at most {@link
 * TimerWheel#TICK} late.
 */
public final class Timer {
  final Runnable action;
  final TimerWheel wheel;
  long deadline;
  boolean armed;

  /** The tick at which it expires, while armed. */
  long tick;

  int slot;
  @Nullable Timer previous;
  @Nullable Timer next;

  /** A timer that is not armed. */
  public Timer(TimerWheel wheel, Runnable action) {
    this.wheel = wheel;
    this.action = action;
  }

  /** Arms it, or moves it if it is armed. {@code deadline}: ns on the loop's monotonic clock. */
  public void arm(long deadlineNanos) {
    wheel.arm(this, deadlineNanos);
  }

  /** Disarms it; nothing happens if it is not armed. */
  public void cancel() {
    wheel.cancel(this);
  }

  public boolean isArmed() {
    return armed;
  }

  /** The deadline, ns; meaningful while armed. */
  public long deadline() {
    return deadline;
  }
}
