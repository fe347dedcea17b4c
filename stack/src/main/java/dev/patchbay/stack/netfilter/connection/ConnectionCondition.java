package dev.patchbay.stack.netfilter.connection;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.packet.Packet;
import java.util.List;

/**
 * How a packet stands to its connection, and what that is ({@code conntrack_mt}). A packet without
 * one fits where its state was asked for and fits; whatever else is asked for does not count then.
 */
public final class ConnectionCondition extends Condition {
  /** No state is asked for. */
  public static final int ANY_STATE = -1;

  private final int states;
  private final boolean inverted;
  private final ConnectionCheck[] checks;

  /**
   * A condition.
   *
   * @param states bits of {@link StateBits}, one of which must be the packet's; {@link #ANY_STATE}
   * @param inverted none of these bits may be the packet's
   * @param checks what must hold of the connection
   */
  public ConnectionCondition(int states, boolean inverted, List<ConnectionCheck> checks) {
    this.states = states;
    this.inverted = inverted;
    this.checks = checks.toArray(ConnectionCheck[]::new);
  }

  @Override
  public boolean needsTracking() {
    return true;
  }

  @Override
  public boolean holds(PacketFields p) {
    Packet packet = p.packet();
    if (states != ANY_STATE && (states & StateBits.of(packet)) != 0 == inverted) {
      return false;
    }
    Connection c = TrackingInfo.of(packet);
    if (c == null) {
      return states != ANY_STATE;
    }
    for (ConnectionCheck check : checks) {
      if (!check.holds(c, packet.trackingInfo, p.now)) {
        return false;
      }
    }
    return true;
  }
}
