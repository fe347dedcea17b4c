package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.random.RandomSource;
import org.jspecify.annotations.Nullable;

/** One kind of random decision of netem, with its own stream ({@code get_crandom}). */
final class NetemDraw {
  private static final long RANGE = 1L << 32;

  private final RandomSource random;
  private long last;

  NetemDraw(RandomSource random) {
    this.random = random;
  }

  /** 32 bits, of which a share of {@code correlation} is that of the draw before. */
  long next(long correlation) {
    long value = random.nextInt() & 0xffff_ffffL;
    if (correlation == 0) {
      return value;
    }
    long rho = correlation + 1;
    last = high(value, RANGE - rho) + high(last, rho) & 0xffff_ffffL;
    return last;
  }

  /** {@code a * b} of up to 33 bits each, without the lower 32. */
  private static long high(long a, long b) {
    return Math.unsignedMultiplyHigh(a, b) << 32 | a * b >>> 32;
  }

  /** Whether an event of this probability happens. */
  boolean happens(long probability, long correlation) {
    return probability != 0 && probability >= next(correlation);
  }

  /**
   * A time around {@code middle}, ns. Linux ({@code tabledist}) takes the low bits of the draw, in
   * which nothing of a correlation is left; here the high ones, so that delays do follow each
   * other.
   *
   * @param deviation at most 31 bits
   * @param table quantiles, null for the uniform distribution
   */
  long around(long middle, long deviation, long correlation, short @Nullable [] table) {
    if (deviation == 0) {
      return middle;
    }
    long drawn = next(correlation);
    if (table == null) {
      return (drawn * (2 * deviation) >>> 32) + middle - deviation;
    }
    long quantile = table[(int) (drawn * table.length >>> 32)];
    long part = deviation % Distribution.SCALE * quantile;
    long half = part >= 0 ? Distribution.SCALE / 2 : -Distribution.SCALE / 2;
    return (part + half) / Distribution.SCALE + deviation / Distribution.SCALE * quantile + middle;
  }
}
