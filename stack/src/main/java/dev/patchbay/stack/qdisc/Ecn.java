package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;

/**
 * Explicit congestion notification (RFC 3168) in packets whose head is the link header. A packet
 * with a VLAN tag among its bytes is none of IP here, as in Linux.
 */
final class Ecn {
  private static final int CE = 3;

  private Ecn() {}

  /**
   * The version of IP: 4, 6, or 0 for what is not IP or has no whole header.
   *
   * @param link bytes of the link header
   */
  static int version(Packet p, int link) {
    int ip = p.head + link;
    if (ip + Ipv4.LENGTH > p.tail) {
      return 0;
    }
    int nibble = Bytes.u8(p.data, ip) >>> 4;
    int type = link == 0 ? 0 : Bytes.u16(p.data, ip - 2);
    if (nibble == 4 && (link == 0 || type == EtherType.IPV4)) {
      return 4;
    }
    boolean six = nibble == 6 && (link == 0 || type == EtherType.IPV6);
    return six && ip + Ipv6.LENGTH <= p.tail ? 6 : 0;
  }

  /** TOS or traffic class, -1 for what is not IP. */
  static int trafficClass(Packet p, int link) {
    int ip = p.head + link;
    return switch (version(p, link)) {
      case 4 -> Bytes.u8(p.data, ip + 1);
      case 6 -> Bytes.u16(p.data, ip) >>> 4 & 0xff;
      default -> -1;
    };
  }

  /**
   * Marks a packet whose sender knows ECN ({@code INET_ECN_set_ce}).
   *
   * @return whether it bears the mark now
   */
  static boolean mark(Packet p, int link) {
    int tos = trafficClass(p, link);
    int ecn = tos & CE;
    if (tos < 0 || ecn == 0 || ecn == CE) {
      return tos >= 0 && ecn == CE;
    }
    int ip = p.head + link;
    int word = Bytes.u16(p.data, ip);
    if (version(p, link) == 4) {
      Bytes.put16(p.data, ip, word | CE);
      int sum = Bytes.u16(p.data, ip + 10);
      Bytes.put16(p.data, ip + 10, InternetChecksum.update16(sum, word, word | CE));
    } else {
      Bytes.put16(p.data, ip, word | CE << 4);
    }
    return true;
  }
}
