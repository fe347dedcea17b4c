package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Icmp;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
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
  private final Tuple quoted = new Tuple();
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
    if (!readQuoted(p.packet(), p.transport + Icmp.LENGTH, p.v4) || !inverse.invert(quoted)) {
      return null;
    }
    return conntrack.lookUp(inverse, template, p.now);
  }

  private boolean readQuoted(Packet packet, int at, boolean v4) {
    byte[] b = packet.data;
    int transport;
    if (v4) {
      if (at + Ipv4.LENGTH > packet.tail || b[at] >>> 4 != 4) {
        return false;
      }
      transport = at + ((b[at] & 15) << 2);
      if (transport < at + Ipv4.LENGTH || (Bytes.u16(b, at + 6) & Ipv4.OFFSET_MASK) != 0) {
        return false;
      }
      quoted.srcHi = 0;
      quoted.dstHi = 0;
      quoted.srcLo = Addresses.v4(Bytes.i32(b, at + 12));
      quoted.dstLo = Addresses.v4(Bytes.i32(b, at + 16));
      quoted.protocol = Bytes.u8(b, at + 9);
    } else {
      if (at + Ipv6.LENGTH > packet.tail) {
        return false;
      }
      quoted.srcHi = Bytes.i64(b, at + 8);
      quoted.srcLo = Bytes.i64(b, at + 16);
      quoted.dstHi = Bytes.i64(b, at + 24);
      quoted.dstLo = Bytes.i64(b, at + 32);
      transport = transport6(b, at, packet.tail);
      if (transport < 0) {
        return false;
      }
    }
    return readPorts(quoted, b, transport, packet.tail);
  }

  /** Walks to the quoted transport header; -1 where there is none. Sets the protocol. */
  private int transport6(byte[] b, int from, int tail) {
    int next = Bytes.u8(b, from + 6);
    int at = from + Ipv6.LENGTH;
    while (next == IpProtocol.HOP_BY_HOP
        || next == IpProtocol.ROUTING
        || next == IpProtocol.DESTINATION
        || next == IpProtocol.FRAGMENT) {
      if (at + 8 > tail) {
        return -1;
      }
      if (next == IpProtocol.FRAGMENT) {
        if ((Bytes.u16(b, at + 2) & ~7) != 0) {
          return -1;
        }
        next = Bytes.u8(b, at);
        at += 8;
      } else {
        next = Bytes.u8(b, at);
        at += Bytes.u8(b, at + 1) + 1 << 3;
      }
    }
    quoted.protocol = next;
    return at;
  }

  /** The part of a tuple that its transport header tells; false where that is cut short. */
  static boolean readPorts(Tuple tuple, byte[] b, int transport, int tail) {
    tuple.source = 0;
    tuple.destination = 0;
    if (Tuple.hasPorts(tuple.protocol)) {
      if (transport + 4 > tail) {
        return false;
      }
      tuple.source = Bytes.u16(b, transport);
      tuple.destination = Bytes.u16(b, transport + 2);
    } else if (Tuple.isIcmp(tuple.protocol)) {
      if (transport + Icmp.LENGTH > tail) {
        return false;
      }
      tuple.source = Bytes.u16(b, transport + 4);
      tuple.destination = Bytes.u16(b, transport);
    }
    return true;
  }
}
