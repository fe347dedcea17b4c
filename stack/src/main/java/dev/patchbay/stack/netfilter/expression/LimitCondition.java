package dev.patchbay.stack.netfilter.expression;

/**
 * Holds for so many packets in a time, and for a burst more ({@code xt_limit}: a bucket of credits
 * that fills at the rate). Has state, so it belongs to one rule.
 */
public final class LimitCondition extends Condition {
  private final long cost;
  private final long cap;
  private long credit;
  private long before = Long.MIN_VALUE;

  /**
   * A limit.
   *
   * @param interval ns from one packet to the next, at least 1
   * @param burst packets that may come at once, at least 1
   */
  public LimitCondition(long interval, int burst) {
    cost = interval;
    cap = Math.multiplyExact(interval, burst);
    credit = cap;
  }

  @Override
  public boolean remembers() {
    return true;
  }

  @Override
  public boolean holds(PacketFields p) {
    if (before != Long.MIN_VALUE) {
      credit = Math.min(cap, credit + Math.min(p.now - before, cap));
    }
    before = p.now;
    if (credit < cost) {
      return false;
    }
    credit -= cost;
    return true;
  }
}
