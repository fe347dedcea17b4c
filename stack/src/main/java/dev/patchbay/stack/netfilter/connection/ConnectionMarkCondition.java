package dev.patchbay.stack.netfilter.connection;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.PacketFields;

/** The mark of the connection under a mask ({@code connmark_mt}). */
public final class ConnectionMarkCondition extends Condition {
  private final int value;
  private final int mask;
  private final boolean inverted;

  public ConnectionMarkCondition(int value, int mask, boolean inverted) {
    this.value = value;
    this.mask = mask;
    this.inverted = inverted;
  }

  @Override
  public boolean needsTracking() {
    return true;
  }

  @Override
  public boolean holds(PacketFields p) {
    Connection c = TrackingInfo.of(p.packet());
    return c != null && (c.mark & mask) == value != inverted;
  }
}
