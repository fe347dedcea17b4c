package dev.patchbay.stack.netfilter.expression;

/** Source or destination lies in a network, or does not. Masks need not be prefixes. */
public final class AddressCondition extends Condition {
  private final boolean source;
  private final long hi;
  private final long lo;
  private final long maskHi;
  private final long maskLo;
  private final boolean inverted;

  /**
   * A condition.
   *
   * @param source ask for the source, else for the destination
   * @param hi the network, high half; an IPv4 address in its mapped form
   * @param maskHi the bits that count
   */
  public AddressCondition(
      boolean source, long hi, long lo, long maskHi, long maskLo, boolean inverted) {
    this.source = source;
    this.hi = hi & maskHi;
    this.lo = lo & maskLo;
    this.maskHi = maskHi;
    this.maskLo = maskLo;
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    long isHi = source ? p.srcHi : p.dstHi;
    long isLo = source ? p.srcLo : p.dstLo;
    return ((isHi & maskHi) == hi && (isLo & maskLo) == lo) != inverted;
  }

  @Override
  public void constrain(IndexKey key) {
    if (inverted || !isPrefix(maskHi, maskLo)) {
      return;
    }
    if (source && key.srcMaskHi == 0 && key.srcMaskLo == 0) {
      key.srcHi = hi;
      key.srcLo = lo;
      key.srcMaskHi = maskHi;
      key.srcMaskLo = maskLo;
    } else if (!source && key.dstMaskHi == 0 && key.dstMaskLo == 0) {
      key.dstHi = hi;
      key.dstLo = lo;
      key.dstMaskHi = maskHi;
      key.dstMaskLo = maskLo;
    }
  }

  private static boolean isPrefix(long maskHi, long maskLo) {
    boolean high = (maskHi | maskHi - 1) == -1 || maskHi == 0;
    boolean low = maskLo == 0 || (maskLo | maskLo - 1) == -1;
    return high && low && (maskHi == -1 || maskLo == 0 || maskHi == 0);
  }
}
