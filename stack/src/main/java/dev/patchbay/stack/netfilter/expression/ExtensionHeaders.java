package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv6;

/** Finds extension headers of IPv6 ({@code ipv6_find_hdr}; RFC 8200 section 4). */
final class ExtensionHeaders {
  static final int ABSENT = -1;

  private ExtensionHeaders() {}

  /**
   * Where the first header of a kind stands, as an absolute offset, or {@link #ABSENT}; its first
   * two bytes are there, four of a routing or fragment header. At most one step for each eight
   * bytes of the packet. Where a header before it is cut short the packet is dropped. Nothing
   * stands behind the fragment header of a later fragment.
   */
  static int find(PacketFields p, int wanted) {
    Packet packet = p.packet();
    int protocol = packet.ipv6().nextHeader();
    int at = packet.l3 + Ipv6.LENGTH;
    while (isExtension(protocol)) {
      boolean fragment = protocol == IpProtocol.FRAGMENT;
      if (at + (fragment || protocol == IpProtocol.ROUTING ? 4 : 2) > packet.tail) {
        p.hotDrop = true;
        return ABSENT;
      }
      if (protocol == wanted) {
        return at;
      }
      if (fragment && (Bytes.u16(packet.data, at + 2) & ~7) != 0) {
        return ABSENT;
      }
      int next = Bytes.u8(packet.data, at);
      at += length(packet, protocol, at);
      protocol = next;
    }
    return ABSENT;
  }

  /** Bytes of the header of a kind that begins there; its first two bytes are there. */
  static int length(Packet packet, int protocol, int at) {
    int units = Bytes.u8(packet.data, at + 1);
    return switch (protocol) {
      case IpProtocol.FRAGMENT -> 8;
      case IpProtocol.AH -> units + 2 << 2;
      default -> units + 1 << 3;
    };
  }

  private static boolean isExtension(int protocol) {
    return protocol == IpProtocol.HOP_BY_HOP
        || protocol == IpProtocol.ROUTING
        || protocol == IpProtocol.FRAGMENT
        || protocol == IpProtocol.AH
        || protocol == IpProtocol.DESTINATION;
  }
}
