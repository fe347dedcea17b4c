package dev.patchbay.qemu.device;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until it is told to step, exact to the nanosecond: for tests and for
 * qtest's {@code clock_step}. Made for the few timers of a device.
 */
public final class VirtualClock implements DeviceClock {
  /**
   * The latest time, ns: 146 years. Far enough below the end of a {@code long} for devices to add
   * their waits to it.
   */
  public static final long END = 1L << 62;

  private final List<VirtualTimer> timers = new ArrayList<>();
  private long now;

  private final class VirtualTimer implements DeviceTimer {
    private final Runnable action;
    private long deadline;
    private boolean armed;

    VirtualTimer(Runnable action) {
      this.action = action;
    }

    @Override
    public void arm(long at) {
      // a deadline that has passed comes next, and time still moves: no timer can hold it
      deadline = Math.max(at, now + 1);
      armed = true;
    }

    @Override
    public void cancel() {
      armed = false;
    }

    @Override
    public boolean isArmed() {
      return armed;
    }
  }

  @Override
  public long now() {
    return now;
  }

  @Override
  public DeviceTimer timer(Runnable action) {
    VirtualTimer timer = new VirtualTimer(action);
    timers.add(timer);
    return timer;
  }

  /** The earliest deadline, ns, or {@link Long#MAX_VALUE} if no timer is armed. */
  public long nextDeadline() {
    VirtualTimer next = next();
    return next == null ? Long.MAX_VALUE : next.deadline;
  }

  private @Nullable VirtualTimer next() {
    VirtualTimer first = null;
    for (int i = 0; i < timers.size(); i++) {
      VirtualTimer timer = timers.get(i);
      if (timer.armed && (first == null || timer.deadline < first.deadline)) {
        first = timer;
      }
    }
    return first;
  }

  /**
   * Moves time by {@code nanos} (0 or more), running each timer at its own time.
   *
   * @throws IllegalArgumentException if that is beyond {@link #END}
   */
  public void step(long nanos) {
    if (nanos > END - now) {
      throw new IllegalArgumentException(
          "A step of " + nanos + " ns from " + now + " goes beyond " + END);
    }
    stepTo(now + nanos);
  }

  /**
   * Moves time to {@code nanos}; a time that has passed changes nothing.
   *
   * @throws IllegalArgumentException if that is beyond {@link #END}
   */
  public void stepTo(long nanos) {
    if (nanos > END) {
      throw new IllegalArgumentException("A time of " + nanos + " ns is beyond " + END);
    }
    for (VirtualTimer timer = next(); timer != null && timer.deadline <= nanos; timer = next()) {
      now = timer.deadline;
      timer.armed = false;
      timer.action.run();
    }
    now = Math.max(now, nanos);
  }
}
