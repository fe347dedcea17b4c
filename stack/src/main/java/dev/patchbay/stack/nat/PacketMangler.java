package dev.patchbay.stack.nat;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.QuotedPacket;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Icmp;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;
import dev.patchbay.stack.wire.Udp;
import java.util.zip.CRC32C;

/**
 * Changes packets as their connections are translated ({@code nf_nat_manip_pkt}, {@code
 * nf_nat_icmp_reply_translation}). Of its loop's thread.
 */
public final class PacketMangler {
  private static final int REDIRECT = 5;

  /** Bytes of a transport header with ports that an error quotes at least (RFC 792). */
  private static final int QUOTED = 8;

  private static final int BOTH = Connection.SRC_NAT | Connection.DST_NAT;
  private static final int BOTH_DONE = Connection.SRC_NAT_DONE | Connection.DST_NAT_DONE;

  private final Tuple answer = new Tuple();
  private final Tuple becomes = new Tuple();
  private final QuotedPacket quoted = new QuotedPacket();
  private final CRC32C crc = new CRC32C();

  public PacketMangler() {}

  /** Whether packets of that direction have their source (else their destination) changed. */
  private static boolean changes(Connection c, int direction, boolean source) {
    boolean first = source == (direction == Connection.ORIGINAL);
    return c.has(first ? Connection.SRC_NAT : Connection.DST_NAT);
  }

  /**
   * Changes the source (else the destination) of a packet.
   *
   * @param p its fields, which say afterwards what it has become
   * @return false where it is to be dropped
   */
  public boolean mangle(PacketFields p, Connection c, boolean source) {
    int way = TrackingInfo.direction(p.packet().trackingInfo);
    if (!changes(c, way, source)) {
      return true;
    }
    if (!becomes.invert(c.tuple(1 - way, answer))) {
      return false;
    }
    change(p.packet(), p.packet().l3, p.transport, p.protocol, p.v4, source, true);
    tell(p, source);
    return true;
  }

  private void tell(PacketFields p, boolean source) {
    if (source) {
      p.srcHi = becomes.srcHi;
      p.srcLo = becomes.srcLo;
    } else {
      p.dstHi = becomes.dstHi;
      p.dstLo = becomes.dstLo;
    }
  }

  /**
   * Changes an ICMP error about a connection, and what it quotes.
   *
   * @return false where it is to be dropped
   */
  public boolean mangleError(PacketFields p, Connection c, boolean source) {
    Packet packet = p.packet();
    int at = p.transport;
    int type = Bytes.u8(packet.data, at);
    boolean redirect = p.v4 && type == REDIRECT;
    if (redirect && (!c.has(BOTH_DONE) || (c.status & BOTH) != 0)) {
      return false; // it would speak of an address that its receiver does not know
    }
    int way = TrackingInfo.direction(packet.trackingInfo);
    if (!changes(c, way, source)) {
      return true;
    }
    if (!quoted.read(packet, at + Icmp.LENGTH, p.v4) || !isIntact(p)) {
      return false;
    }
    if (Tuple.hasPorts(quoted.tuple.protocol) && quoted.transport + QUOTED > packet.tail) {
      return false;
    }
    // what it quotes went the other way: its destination is what the source of the error was
    becomes.set(c.tuple(1 - way, answer));
    change(packet, quoted.l3, quoted.transport, quoted.tuple.protocol, p.v4, !source, false);
    if (!becomes.invert(c.tuple(1 - way, answer))) {
      return false;
    }
    becomes.protocol = p.protocol;
    addresses(packet, packet.l3, p.v4, source);
    tell(p, source);
    sum(p);
    return true;
  }

  private static boolean isIntact(PacketFields p) {
    Packet packet = p.packet();
    return packet.checksumState != Packet.CHECKSUM_NONE || InternetChecksum.finish(total(p)) == 0;
  }

  private static long total(PacketFields p) {
    Packet packet = p.packet();
    int length = packet.tail - p.transport;
    long sum = InternetChecksum.sum(packet.data, p.transport, length);
    if (!p.v4) {
      sum += InternetChecksum.pseudo(p.srcHi, p.srcLo, p.dstHi, p.dstLo, p.protocol, length);
    }
    return sum;
  }

  private static void sum(PacketFields p) {
    byte[] b = p.packet().data;
    Bytes.put16(b, p.transport + 2, 0);
    Bytes.put16(b, p.transport + 2, InternetChecksum.finish(total(p)));
    p.packet().checksumState = Packet.CHECKSUM_UNNECESSARY;
  }

  /** Changes the address of one side and returns what the sum over addresses grows by. */
  private long addresses(Packet packet, int l3, boolean v4, boolean source) {
    byte[] b = packet.data;
    long hi = source ? becomes.srcHi : becomes.dstHi;
    long lo = source ? becomes.srcLo : becomes.dstLo;
    if (v4) {
      int at = l3 + (source ? 12 : 16);
      int before = Bytes.i32(b, at);
      Bytes.put32(b, at, (int) lo);
      int sum = Bytes.u16(b, l3 + 10);
      Bytes.put16(b, l3 + 10, InternetChecksum.update32(sum, before, (int) lo));
      return difference(before & 0xffff_ffffL, lo & 0xffff_ffffL);
    }
    int at = l3 + (source ? 8 : 24);
    long grown = difference(Bytes.i64(b, at), hi) + difference(Bytes.i64(b, at + 8), lo);
    Bytes.put64(b, at, hi);
    Bytes.put64(b, at + 8, lo);
    return grown;
  }

  /** What a sum of 16-bit words grows by where one value takes the place of another. */
  private static long difference(long before, long after) {
    return words(~before) + words(after);
  }

  private static long words(long w) {
    return (w >>> 48) + (w >>> 32 & 0xffff) + (w >>> 16 & 0xffff) + (w & 0xffff);
  }

  /**
   * Changes one side of a packet, or of a quoted one.
   *
   * @param whole whether it is no quotation: a quoted packet's transport header may be cut short
   */
  private void change(
      Packet packet,
      int l3,
      int transport,
      int protocol,
      boolean v4,
      boolean source,
      boolean whole) {
    long grown = addresses(packet, l3, v4, source);
    byte[] b = packet.data;
    int left = packet.tail - transport;
    boolean partial = whole && packet.checksumState == Packet.CHECKSUM_PARTIAL;
    switch (protocol) {
      case IpProtocol.TCP -> {
        long port = port(b, transport, source);
        if (left >= Tcp.LENGTH) {
          update(b, transport + 16, grown, port, partial, false);
        }
      }
      case IpProtocol.UDP, IpProtocol.UDPLITE -> {
        long port = port(b, transport, source);
        boolean summed = left >= Udp.LENGTH && (partial || Bytes.u16(b, transport + 6) != 0);
        if (summed) {
          update(b, transport + 6, grown, port, partial, true);
        }
      }
      case IpProtocol.ICMP, IpProtocol.ICMPV6 -> {
        int before = Bytes.u16(b, transport + 4);
        boolean query = left >= Icmp.LENGTH && Tuple.isIcmp(becomes.protocol);
        long id = 0;
        if (query) {
          Bytes.put16(b, transport + 4, becomes.source);
          id = (~before & 0xffffL) + becomes.source;
        }
        if (left >= Icmp.LENGTH) {
          boolean pseudo = protocol == IpProtocol.ICMPV6;
          update(b, transport + 2, pseudo ? grown : 0, id, partial, false);
        }
      }
      case IpProtocol.SCTP -> {
        port(b, transport, source);
        if (whole && left >= 12) {
          sumSctp(b, transport, left);
        }
      }
      default -> {
        // nothing above IP depends on it
      }
    }
  }

  /** Changes a port and returns what the sum grows by. */
  private long port(byte[] b, int transport, boolean source) {
    int at = transport + (source ? 0 : 2);
    int port = source ? becomes.source : becomes.destination;
    int before = Bytes.u16(b, at);
    Bytes.put16(b, at, port);
    return (~before & 0xffffL) + port;
  }

  /**
   * Updates a checksum.
   *
   * @param pseudo what the sum of the pseudo header grows by
   * @param text what that of the transport grows by
   * @param partial whether the field holds the sum of the pseudo header alone, not complemented
   */
  private static void update(
      byte[] b, int at, long pseudo, long text, boolean partial, boolean udp) {
    int before = Bytes.u16(b, at);
    if (partial) {
      Bytes.put16(b, at, InternetChecksum.fold(before + pseudo));
      return;
    }
    int after = InternetChecksum.finish((~before & 0xffff) + pseudo + text);
    Bytes.put16(b, at, udp && after == 0 ? 0xffff : after);
  }

  /** RFC 9260 appendix A. */
  private void sumSctp(byte[] b, int transport, int length) {
    Bytes.put32(b, transport + 8, 0);
    crc.reset();
    crc.update(b, transport, length);
    Bytes.put32(b, transport + 8, Integer.reverseBytes((int) crc.getValue()));
  }
}
