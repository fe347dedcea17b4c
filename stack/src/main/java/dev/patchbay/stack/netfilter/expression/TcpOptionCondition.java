package dev.patchbay.stack.netfilter.expression;

/** A TCP header has an option of a kind, or has not ({@code tcp_mt --tcp-option}). */
public final class TcpOptionCondition extends Condition {
  private final int kind;
  private final boolean inverted;

  /** A condition; {@code kind} is 1 to 255. */
  public TcpOptionCondition(int kind, boolean inverted) {
    this.kind = kind;
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    boolean is = TcpOptionWalk.find(p, kind) >= 0;
    return !p.hotDrop && !p.laterFragment && is != inverted;
  }
}
