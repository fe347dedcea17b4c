package dev.patchbay.stack.netfilter.expression;

/**
 * The MSS option of a TCP segment lies between two numbers, or does not ({@code tcpmss_mt}): a
 * segment without the option does not.
 */
public final class MssCondition extends Condition {
  private final int low;
  private final int high;
  private final boolean inverted;

  /** A condition; {@code low} to {@code high} are 0 to 65535. */
  public MssCondition(int low, int high, boolean inverted) {
    this.low = low;
    this.high = high;
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    int mss = TcpOptionWalk.mss(p);
    boolean is = mss >= low && mss <= high;
    return !p.hotDrop && !p.laterFragment && is != inverted;
  }
}
