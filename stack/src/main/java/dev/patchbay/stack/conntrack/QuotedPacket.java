package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Icmp;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;

/**
 * The packet that an ICMP error quotes: its tuple, and where its headers stand. It is cut short as
 * a rule, and whatever its sender wants it to be.
 */
public final class QuotedPacket {
  /** What it says that it is. */
  public final Tuple tuple = new Tuple();

  /** Absolute offset of its IP header. */
  public int l3;

  /** Absolute offset of its transport header. */
  public int transport;

  public QuotedPacket() {}

  /**
   * Reads what stands at {@code at}.
   *
   * @return false where it is no packet whose connection can be known
   */
  public boolean read(Packet packet, int at, boolean v4) {
    l3 = at;
    byte[] b = packet.data;
    boolean known = v4 ? read4(b, at, packet.tail) : read6(b, at, packet.tail);
    return known && readPorts(tuple, b, transport, packet.tail);
  }

  private boolean read4(byte[] b, int at, int tail) {
    if (at + Ipv4.LENGTH > tail || b[at] >>> 4 != 4) {
      return false;
    }
    transport = at + ((b[at] & 15) << 2);
    if (transport < at + Ipv4.LENGTH || (Bytes.u16(b, at + 6) & Ipv4.OFFSET_MASK) != 0) {
      return false;
    }
    tuple.srcHi = 0;
    tuple.dstHi = 0;
    tuple.srcLo = Addresses.v4(Bytes.i32(b, at + 12));
    tuple.dstLo = Addresses.v4(Bytes.i32(b, at + 16));
    tuple.protocol = Bytes.u8(b, at + 9);
    return true;
  }

  private boolean read6(byte[] b, int at, int tail) {
    if (at + Ipv6.LENGTH > tail) {
      return false;
    }
    tuple.srcHi = Bytes.i64(b, at + 8);
    tuple.srcLo = Bytes.i64(b, at + 16);
    tuple.dstHi = Bytes.i64(b, at + 24);
    tuple.dstLo = Bytes.i64(b, at + 32);
    tuple.protocol = Bytes.u8(b, at + 6);
    transport = at + Ipv6.LENGTH;
    return skipExtensions(b, tail);
  }

  /** To the transport header; false where there is none. */
  private boolean skipExtensions(byte[] b, int tail) {
    while (true) {
      boolean fragment = tuple.protocol == IpProtocol.FRAGMENT;
      boolean options =
          tuple.protocol == IpProtocol.HOP_BY_HOP
              || tuple.protocol == IpProtocol.ROUTING
              || tuple.protocol == IpProtocol.DESTINATION;
      if (!fragment && !options) {
        return true;
      }
      if (transport + 8 > tail || fragment && (Bytes.u16(b, transport + 2) & ~7) != 0) {
        return false;
      }
      tuple.protocol = Bytes.u8(b, transport);
      transport += fragment ? 8 : Bytes.u8(b, transport + 1) + 1 << 3;
    }
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
