package dev.patchbay.qemu.ftgmac100;

import dev.patchbay.qemu.device.DeviceClock;
import dev.patchbay.qemu.device.DeviceClock.DeviceTimer;
import dev.patchbay.qemu.device.GuestMemory;
import dev.patchbay.qemu.device.RegisterFile;

/**
 * What the engines of one MAC share.
 *
 * @param profile whose behaviour it has
 * @param variant where it is built in
 * @param turn what is going on, and how much of it there may be
 */
record MacCore(
    Profile profile,
    Variant variant,
    RegisterFile registers,
    Interrupts interrupts,
    GuestMemory memory,
    DeviceClock clock,
    Turn turn) {

  /** A timer whose action is a turn of its own. */
  DeviceTimer timer(Runnable action) {
    return clock.timer(() -> turn(action));
  }

  /** Does something as a turn, or as a part of the one that is going on. */
  void turn(Runnable action) {
    turn.begin();
    try {
      action.run();
    } finally {
      turn.end();
    }
  }

  int get(int register) {
    return registers.get(register);
  }

  /** Whether all these bits of MACCR are set. */
  boolean enabled(int bits) {
    return (registers.get(Ftgmac100Registers.MACCR) & bits) == bits;
  }

  /** Bytes from a transmit descriptor to the next (DBLAC, in units of 8, at least 16). */
  int txDescriptorSize() {
    return Math.max(Descriptor.SIZE, 8 * (get(Ftgmac100Registers.DBLAC) >>> 16 & 15));
  }

  /** Bytes from a receive descriptor to the next. */
  int rxDescriptorSize() {
    return Math.max(Descriptor.SIZE, 8 * (get(Ftgmac100Registers.DBLAC) >>> 12 & 15));
  }

  /** Adds one to a counter of 32 bits. */
  void count(int register) {
    registers.set(register, registers.get(register) + 1);
  }

  /** Adds one to the counter in the low 16 bits, which wraps around in itself. */
  void countLow(int register) {
    int value = registers.get(register);
    registers.set(register, value & 0xffff0000 | value + 1 & 0xffff);
  }

  /** Adds one to the counter in the high 16 bits. */
  void countHigh(int register) {
    registers.set(register, registers.get(register) + 0x10000);
  }

  /** Mbit/s that MACCR has set. */
  int mbps() {
    if (enabled(Ftgmac100Registers.MACCR_GIGA_MODE)) {
      return 1000;
    }
    return enabled(Ftgmac100Registers.MACCR_FAST_MODE) ? 100 : 10;
  }

  /**
   * One cycle of ITC's and APTC's timers, ns. At 10, 100 and 1000 Mbit/s 51.2, 5.12 and 1.024 us,
   * and 16 times that with TIME_SEL (QEMU's ftgmac100_rxpoll gives the same figures in ms; 51.2 us
   * is the time of 512 bits at 10 Mbit/s).
   */
  long cycle(boolean timeSel) {
    long unit =
        switch (mbps()) {
          case 1000 -> 1_024;
          case 100 -> 5_120;
          default -> 51_200;
        };
    return timeSel ? 16 * unit : unit;
  }
}
