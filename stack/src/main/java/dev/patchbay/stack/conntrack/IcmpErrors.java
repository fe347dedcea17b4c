package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Icmp;
import org.jspecify.annotations.Nullable;

/**
 * Finds the connection that an ICMP error speaks of by the packet that it quotes ({@code
 * nf_conntrack_inet_error}). What is quoted is a guest's word: nothing is taken from it but a tuple
 * to look for, and the error must come to who sent the packet.
 */
final class IcmpErrors {
  /** What a packet of ICMP is. */
  enum Answer {
    /** A question or an answer: to be tracked as others are. */
    QUERY,
    /** An error about a connection, which it now belongs to. */
    RELATED,
    /** What is not tracked: neighbour discovery and multicast listeners. */
    UNTRACKED,
    INVALID
  }

  private static final int ICMP_TYPES = 18;
  private static final int REDIRECT6 = 137;

  private final Conntrack conntrack;
  private final QuotedPacket quoted = new QuotedPacket();
  private final Tuple inverse = new Tuple();

  IcmpErrors(Conntrack conntrack) {
    this.conntrack = conntrack;
  }

  /** Looks at a message; of an error the packet gets the connection. */
  Answer look(PacketFields p, Template template) {
    Packet packet = p.packet();
    if (p.transport + Icmp.LENGTH > packet.tail || !conntrack.hasGoodChecksum(p)) {
      return Answer.INVALID;
    }
    int type = Bytes.u8(packet.data, p.transport);
    if (p.v4 && type > ICMP_TYPES) {
      return Answer.INVALID;
    }
    if (!p.v4 && isOfTheLink(type)) {
      return Answer.UNTRACKED;
    }
    if (!p.v4 && type == REDIRECT6) {
      return Answer.INVALID;
    }
    if (!IcmpQuery.isError(p.protocol, type)) {
      return Answer.QUERY;
    }
    Connection c = find(p, template);
    if (c == null) {
      return Answer.INVALID;
    }
    int way = conntrack.table().direction();
    // it goes to who sent what is quoted, or it is forged (of NAT: before it is translated)
    c.tuple(way, inverse);
    if (inverse.dstHi != p.dstHi || inverse.dstLo != p.dstLo) {
      return Answer.INVALID;
    }
    packet.tracking = c;
    packet.trackingInfo =
        way == Connection.REPLY ? TrackingInfo.RELATED_REPLY : TrackingInfo.RELATED;
    return Answer.RELATED;
  }

  /** RFC 4861's and RFC 2710's messages, which no connection has. */
  private static boolean isOfTheLink(int type) {
    return type >= 130 && type <= 136 || type == 143;
  }

  private @Nullable Connection find(PacketFields p, Template template) {
    if (!quoted.read(p.packet(), p.transport + Icmp.LENGTH, p.v4)
        || !inverse.invert(quoted.tuple)) {
      return null;
    }
    return conntrack.lookUp(inverse, template, p.now);
  }
}
