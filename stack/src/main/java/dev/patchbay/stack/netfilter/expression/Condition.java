package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.netfilter.state.SharedStates;
import org.jspecify.annotations.Nullable;

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

  /** Whether it asks what connections have carried: then that is counted from then on. */
  public boolean needsAccounting() {
    return false;
  }

  /** The name under which it remembers things together with others, null where it does not. */
  public @Nullable String shares() {
    return null;
  }

  /** Takes what it shares; on the loop, before its table takes its place and whenever one does. */
  public void bind(SharedStates states) {}

  /** Narrows the packets for which it can hold; what says nothing here is asked each time. */
  public void constrain(IndexKey key) {}
}
