package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.random.RandomSource;

/** Holds for a share of the packets ({@code xt_statistic --mode random}). */
public final class ChanceCondition extends Condition {
  private final RandomSource random;
  private final int below;
  private final boolean inverted;

  /**
   * A condition.
   *
   * @param below holds where 31 random bits are less than that
   */
  public ChanceCondition(RandomSource random, int below, boolean inverted) {
    this.random = random;
    this.below = below;
    this.inverted = inverted;
  }

  @Override
  public boolean remembers() {
    return true;
  }

  @Override
  public boolean holds(PacketFields p) {
    return (random.nextInt() >>> 1 < below) != inverted;
  }
}
