package dev.patchbay.stack.qdisc;

/**
 * How long packets take at a rate, in the arithmetic of the kernel ({@code psched_ratecfg}): a
 * multiplication and a shift.
 */
final class PacketRate {
  private static final long NANOS = 1_000_000_000;
  private static final int ATM_PAYLOAD = 48;
  private static final int ATM_CELL = 53;

  private final int overhead;
  private final int minimum;
  private final boolean atm;
  private final long multiplier;
  private final int shift;

  /**
   * @param bytesPerSecond at least 1
   * @param overhead bytes added to each packet
   * @param minimum bytes that the shortest packet counts ({@code mpu})
   * @param atm whether packets are counted in ATM cells
   */
  PacketRate(long bytesPerSecond, int overhead, int minimum, boolean atm) {
    this.overhead = overhead;
    this.minimum = minimum;
    this.atm = atm;
    long factor = NANOS;
    int shifted = 0;
    while ((Long.divideUnsigned(factor, bytesPerSecond) & 1L << 31) == 0 && factor > 0) {
      factor <<= 1;
      shifted++;
    }
    multiplier = Long.divideUnsigned(factor, bytesPerSecond) & 0xffff_ffffL;
    shift = shifted;
  }

  /** Nanoseconds that {@code bytes} take ({@code psched_l2t_ns}). */
  long nanos(long bytes) {
    long counted = Math.max(bytes + overhead, minimum);
    if (atm) {
      counted = Math.ceilDiv(counted, ATM_PAYLOAD) * ATM_CELL;
    }
    return counted * multiplier >>> shift;
  }
}
