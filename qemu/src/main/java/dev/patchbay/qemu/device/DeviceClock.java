package dev.patchbay.qemu.device;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.time.Timer;

/** Time as a device sees it. */
public interface DeviceClock {

  /** Monotonic, in ns. */
  long now();

  /** A timer that is not armed; {@code action} runs on the device's thread. */
  DeviceTimer timer(Runnable action);

  /** One deadline, armed and cancelled any number of times without allocation. */
  interface DeviceTimer {
    /** Arms it or moves it to {@code deadline}, ns of {@link DeviceClock#now}. */
    void arm(long deadline);

    /** Disarms it, if it is armed. */
    void cancel();

    /** Whether it waits for its deadline. */
    boolean isArmed();
  }

  /**
   * The clock of an event loop. Its timers are those of the loop's wheel: up to a millisecond late,
   * which is long beside the cycles of some of a device's timers.
   */
  static DeviceClock of(EventLoop loop) {
    return new DeviceClock() {
      @Override
      public long now() {
        return loop.now();
      }

      @Override
      public DeviceTimer timer(Runnable action) {
        Timer timer = loop.timer(action);
        return new DeviceTimer() {
          @Override
          public void arm(long deadline) {
            timer.arm(deadline);
          }

          @Override
          public void cancel() {
            timer.cancel();
          }

          @Override
          public boolean isArmed() {
            return timer.isArmed();
          }
        };
      }
    };
  }
}
