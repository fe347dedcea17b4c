package dev.patchbay.stack.netfilter.expression;

/**
 * Holds for one of every so many packets ({@code xt_statistic --mode nth}); belongs to one rule.
 */
public final class NthCondition extends Condition {
  private final long every;
  private final boolean inverted;
  private long count;

  /**
   * A condition.
   *
   * @param every 1 or more
   * @param packet which of them is the first for which it holds, 0 to {@code every - 1}
   */
  public NthCondition(long every, long packet, boolean inverted) {
    this.every = every;
    this.inverted = inverted;
    count = every - 1 - packet;
  }

  @Override
  public boolean remembers() {
    return true;
  }

  @Override
  public boolean holds(PacketFields p) {
    boolean is = count == every - 1;
    count = is ? 0 : count + 1;
    return is != inverted;
  }
}
