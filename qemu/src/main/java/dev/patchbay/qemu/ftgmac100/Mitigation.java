package dev.patchbay.qemu.ftgmac100;

import dev.patchbay.qemu.device.DeviceClock;
import dev.patchbay.qemu.device.DeviceClock.DeviceTimer;

/**
 * Interrupt mitigation of one direction (ITC): a status bit waits until a number of frames has come
 * (THR) or a time has passed since the first of them (CNT cycles), whichever is first. Where both
 * are 0 each frame raises it; where only CNT is 0 the frames are counted without a limit of time.
 */
final class Mitigation {
  private final DeviceClock clock;
  private final DeviceTimer timer;
  private final Interrupts interrupts;
  private final int bit;
  private int threshold;
  private long wait;
  private int pending;
  private long since;

  Mitigation(MacCore core, int bit) {
    this.clock = core.clock();
    this.interrupts = core.interrupts();
    this.bit = bit;
    this.timer =
        core.timer(() -> {
          fire();
          interrupts.update();
        });
  }

  /**
   * Sets the limits, which are those of the frames that wait already, too.
   *
   * @param frames THR, 0 to 7
   * @param nanos CNT times the cycle, 0 for no limit of time
   */
  void configure(int frames, long nanos) {
    threshold = frames;
    wait = nanos;
    if (pending > 0) {
      timer.cancel();
      decide();
    }
  }

  /** A frame wants the status bit. */
  void event() {
    if (pending++ == 0) {
      since = clock.now();
    }
    decide();
  }

  private void decide() {
    boolean enough = threshold == 0 ? wait == 0 : pending >= threshold;
    if (enough) {
      fire();
    } else if (wait > 0 && !timer.isArmed()) {
      timer.arm(since + wait);
    }
  }

  void reset() {
    pending = 0;
    threshold = 0;
    wait = 0;
    timer.cancel();
  }

  private void fire() {
    pending = 0;
    timer.cancel();
    interrupts.raise(bit);
  }
}
