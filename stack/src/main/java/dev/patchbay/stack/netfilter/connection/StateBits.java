package dev.patchbay.stack.netfilter.connection;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Template;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.packet.Packet;

/** How a packet stands to its connection, as bits with Linux's values ({@code xt_conntrack.h}). */
public final class StateBits {
  public static final int INVALID = 1;
  public static final int ESTABLISHED = 1 << 1;
  public static final int RELATED = 1 << 2;
  public static final int NEW = 1 << 3;

  /** The source, or destination, of its connection is translated. */
  public static final int SNAT = 1 << 6;

  public static final int DNAT = 1 << 7;

  public static final int UNTRACKED = 1 << 8;

  private StateBits() {}

  /** The bits of a packet. */
  static int of(Packet packet) {
    Connection c = TrackingInfo.of(packet);
    if (c == null) {
      return without(packet);
    }
    int bits =
        switch (packet.trackingInfo) {
          case TrackingInfo.RELATED, TrackingInfo.RELATED_REPLY -> RELATED;
          case TrackingInfo.NEW -> NEW;
          default -> ESTABLISHED;
        };
    return bits | (c.has(Connection.SRC_NAT) ? SNAT : 0) | (c.has(Connection.DST_NAT) ? DNAT : 0);
  }

  private static int without(Packet packet) {
    if (packet.tracking instanceof Template) {
      return NEW;
    }
    return packet.trackingInfo == TrackingInfo.UNTRACKED ? UNTRACKED : INVALID;
  }
}
