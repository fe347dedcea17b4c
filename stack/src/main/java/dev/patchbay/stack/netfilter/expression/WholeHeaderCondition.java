package dev.patchbay.stack.netfilter.expression;

/** The transport header is there; a packet in which it is cut short is dropped. */
public final class WholeHeaderCondition extends Condition {
  private final int bytes;

  /** A condition; {@code bytes} is the least length of the header. */
  public WholeHeaderCondition(int bytes) {
    this.bytes = bytes;
  }

  @Override
  public boolean holds(PacketFields p) {
    return p.hasTransport(bytes);
  }
}
