package dev.patchbay.stack.netfilter.expression;

/** Source or destination lies between two addresses, or does not ({@code xt_iprange}). */
public final class AddressRangeCondition extends Condition {
  private final boolean source;
  private final long lowHi;
  private final long lowLo;
  private final long highHi;
  private final long highLo;
  private final boolean inverted;

  /** A condition; both ends are included, IPv4 addresses in their mapped form. */
  public AddressRangeCondition(
      boolean source, long lowHi, long lowLo, long highHi, long highLo, boolean inverted) {
    this.source = source;
    this.lowHi = lowHi;
    this.lowLo = lowLo;
    this.highHi = highHi;
    this.highLo = highLo;
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    long hi = source ? p.srcHi : p.dstHi;
    long lo = source ? p.srcLo : p.dstLo;
    boolean inside = !isBelow(hi, lo, lowHi, lowLo) && !isBelow(highHi, highLo, hi, lo);
    return inside != inverted;
  }

  private static boolean isBelow(long aHi, long aLo, long bHi, long bLo) {
    int high = Long.compareUnsigned(aHi, bHi);
    return high < 0 || high == 0 && Long.compareUnsigned(aLo, bLo) < 0;
  }
}
