package dev.patchbay.stack.bridge;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;

/**
 * Says what a packet to a group means for snooping (Linux: {@code ip_mc_check_igmp}, {@code
 * ipv6_mc_check_mld}). One object is used for packet after packet.
 */
final class SnoopedMessage {
  /** What it is. */
  enum Kind {
    /** No message: for the members of its group. */
    DATA,

    /** No message: to a group that goes to all ports. */
    LINK_LOCAL,

    /** Of IGMPv1 or 2, or MLDv1. */
    REPORT,

    /** Of IGMPv3 or MLDv2: records. */
    RECORDS,

    QUERY,

    LEAVE,

    /** PIM's hello (RFC 7761) or an advertisement of RFC 4286: there is a router. */
    ROUTER,

    /** One that cannot be true. */
    MALFORMED
  }

  private static final int IGMP_QUERY = 0x11;
  private static final int IGMP_REPORT1 = 0x12;
  private static final int IGMP_REPORT2 = 0x16;
  private static final int IGMP_LEAVE = 0x17;
  private static final int IGMP_REPORT3 = 0x22;
  private static final int IGMP_ROUTER = 0x30;

  private static final int MLD_QUERY = 130;
  private static final int MLD_REPORT1 = 131;
  private static final int MLD_DONE = 132;
  private static final int MLD_REPORT2 = 143;
  private static final int MLD_ROUTER = 151;

  private static final int PIM = 103;
  private static final int PIM_HELLO = 0x20;

  private static final int LOCAL_GROUPS = 0xe000_00;
  private static final int ALL_HOSTS = 0xe000_0001;
  private static final int ALL_PIM_ROUTERS = 0xe000_000d;
  private static final int ALL_SNOOPERS = 0xe000_006a;
  private static final long LINK_HI = 0xff02_0000_0000_0000L;
  private static final long ALL_SNOOPERS6 = 0x6a;

  private static final int MLD_LENGTH = 24;

  /** Where the message begins, and one past its end. */
  int at;

  int end;

  /** The group of a report, a leave or a query; 0 in a general one. */
  long hi;

  long lo;

  /** Whether an IPv4 group is one of 224.0.0.0/24, which go to all ports. */
  static boolean isLocal4(int group) {
    return group >>> 8 == LOCAL_GROUPS;
  }

  /** Whether a group is ff02::1. */
  static boolean isAllNodes(long hi, long lo) {
    return hi == LINK_HI && lo == 1;
  }

  /** Reads what the packet's IPv4 header leads to. */
  Kind read4(Packet packet) {
    Ipv4 ip = packet.ipv4();
    if (packet.tail - packet.l3 < Ipv4.LENGTH || !ip.check(packet.tail)) {
      return Kind.MALFORMED;
    }
    at = packet.l3 + ip.headerLength();
    end = packet.l3 + ip.totalLength();
    int destination = (int) ip.destination();
    if (ip.protocol() != IpProtocol.IGMP) {
      boolean hello =
          destination == ALL_PIM_ROUTERS
              && ip.protocol() == PIM
              && at < end
              && Bytes.u8(packet.data, at) == PIM_HELLO;
      return hello ? Kind.ROUTER : data4(destination);
    }
    int length = end - at;
    boolean whole =
        length >= 8
            && (packet.checksumState != Packet.CHECKSUM_NONE
                || InternetChecksum.fold(InternetChecksum.sum(packet.data, at, length)) == 0xffff);
    if (!whole) {
      return Kind.MALFORMED;
    }
    int group = Bytes.i32(packet.data, at + 4);
    hi = 0;
    lo = group == 0 ? 0 : Addresses.v4(group);
    return switch (Bytes.u8(packet.data, at)) {
      case IGMP_REPORT1, IGMP_REPORT2 -> Kind.REPORT;
      case IGMP_LEAVE -> Kind.LEAVE;
      case IGMP_REPORT3 -> Kind.RECORDS;
      case IGMP_QUERY -> {
        boolean good = (length == 8 || length >= 12) && (group != 0 || destination == ALL_HOSTS);
        yield good ? Kind.QUERY : Kind.MALFORMED;
      }
      case IGMP_ROUTER -> destination == ALL_SNOOPERS ? Kind.ROUTER : data4(destination);
      default -> data4(destination);
    };
  }

  private static Kind data4(int destination) {
    return isLocal4(destination) ? Kind.LINK_LOCAL : Kind.DATA;
  }

  /** Reads what the packet's IPv6 header leads to. */
  Kind read6(Packet packet) {
    Ipv6 ip = packet.ipv6();
    if (packet.tail - packet.l3 < Ipv6.LENGTH || !ip.check(packet.tail)) {
      return Kind.MALFORMED;
    }
    long dstHi = ip.destinationHi();
    long dstLo = ip.destinationLo();
    Kind data = isAllNodes(dstHi, dstLo) ? Kind.LINK_LOCAL : Kind.DATA;
    end = packet.l3 + Ipv6.LENGTH + ip.payloadLength();
    if (ip.nextHeader() != IpProtocol.HOP_BY_HOP || !findIcmp(packet.data, packet.l3)) {
      return data; // each message of MLD has Router Alert in such a header
    }
    byte[] b = packet.data;
    int length = end - at;
    if (length < 8 || !isWhole(packet, length)) {
      return length < 8 ? data : Kind.MALFORMED;
    }
    int type = Bytes.u8(b, at);
    boolean advertised = type == MLD_ROUTER && dstHi == LINK_HI && dstLo == ALL_SNOOPERS6;
    if (advertised) {
      return Kind.ROUTER;
    }
    if (type == MLD_REPORT2) {
      return Kind.RECORDS;
    }
    if (length < MLD_LENGTH) {
      return data;
    }
    hi = Bytes.i64(b, at + 8);
    lo = Bytes.i64(b, at + 16);
    return switch (type) {
      case MLD_REPORT1 -> Kind.REPORT;
      case MLD_DONE -> Kind.LEAVE;
      case MLD_QUERY -> {
        boolean general = hi == 0 && lo == 0;
        boolean good =
            Addresses.isLinkLocal(ip.sourceHi(), ip.sourceLo())
                && (length == MLD_LENGTH || length >= MLD_LENGTH + 4)
                && (!general || isAllNodes(dstHi, dstLo));
        yield good ? Kind.QUERY : Kind.MALFORMED;
      }
      default -> data;
    };
  }

  /** Passes over the extension headers; whether ICMPv6 is behind them. */
  private boolean findIcmp(byte[] b, int l3) {
    int next = IpProtocol.HOP_BY_HOP;
    at = l3 + Ipv6.LENGTH;
    while (next == IpProtocol.HOP_BY_HOP
        || next == IpProtocol.DESTINATION
        || next == IpProtocol.ROUTING) {
      if (at + 8 > end) {
        return false;
      }
      next = Bytes.u8(b, at);
      at += Bytes.u8(b, at + 1) + 1 << 3;
    }
    return next == IpProtocol.ICMPV6 && at <= end;
  }

  private boolean isWhole(Packet packet, int length) {
    if (packet.checksumState != Packet.CHECKSUM_NONE) {
      return true;
    }
    Ipv6 ip = packet.ipv6();
    long sum =
        InternetChecksum.sum(packet.data, at, length)
            + InternetChecksum.pseudo6(
                ip.sourceHi(),
                ip.sourceLo(),
                ip.destinationHi(),
                ip.destinationLo(),
                IpProtocol.ICMPV6,
                length);
    return InternetChecksum.fold(sum) == 0xffff;
  }
}
