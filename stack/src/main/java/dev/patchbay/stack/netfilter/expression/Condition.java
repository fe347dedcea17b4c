package dev.patchbay.stack.netfilter.expression;

/** A question to a packet, as one match of a rule asks it. */
public abstract class Condition {
  /**
   * Whether the packet is so. Called for each packet that may meet the rule: allocates nothing,
   * throws nothing.
   */
  public abstract boolean holds(PacketFields p);

  /** Whether being asked changes what it answers next. */
  public boolean remembers() {
    return false;
  }

  /** Whether it asks for the connection of the packet: then there is tracking while it is there. */
  public boolean needsTracking() {
    return false;
  }

  /** Narrows the packets for which it can hold; what says nothing here is asked each time. */
  public void constrain(IndexKey key) {}
}
