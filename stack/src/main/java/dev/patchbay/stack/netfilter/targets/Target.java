package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;

/** What a rule does. Called for each packet that meets its rule: allocates and throws nothing. */
public abstract class Target {
  public abstract Verdict apply(PacketFields p);

  /** Whether it asks for the connection of the packet: then there is tracking while it is there. */
  public boolean needsTracking() {
    return false;
  }

  /**
   * What {@link #apply} would say of a packet that nobody has sent. Here nothing is done, as fits a
   * target that logs, counts or sends; what only changes the packet's own fields does it.
   */
  public Verdict describe(PacketFields p) {
    return Verdict.CONTINUE;
  }
}
