package dev.patchbay.stack.netfilter.expression;

/**
 * Holds until so many bytes have passed, or from then on ({@code xt_quota}). The first packet that
 * is too long for what is left uses all of it up. Has state, so it belongs to one rule.
 */
public final class QuotaCondition extends Condition {
  private final boolean inverted;
  private long left;

  /**
   * A condition.
   *
   * @param quota bytes from the IP header on, 64 bits without sign
   */
  public QuotaCondition(long quota, boolean inverted) {
    left = quota;
    this.inverted = inverted;
  }

  @Override
  public boolean remembers() {
    return true;
  }

  @Override
  public boolean holds(PacketFields p) {
    boolean fits = Long.compareUnsigned(left, p.length) >= 0;
    left = fits ? left - p.length : 0;
    return fits != inverted;
  }
}
