package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.wire.IpProtocol;

/** ICMP's questions and their answers ({@code icmp_invmap}, {@code icmpv6_invmap}). */
final class IcmpQuery {
  private static final int NODE_QUERY = 139;

  private IcmpQuery() {}

  /** The type that answers a type, or is answered by it; -1 for all others. */
  static int inverse(int protocol, int type) {
    if (protocol == IpProtocol.ICMP) {
      return switch (type) {
        case 8 -> 0; // echo
        case 0 -> 8;
        case 13, 15, 17 -> type + 1; // timestamp, information, address mask
        case 14, 16, 18 -> type - 1;
        default -> -1;
      };
    }
    return switch (type) {
      case 128, NODE_QUERY -> type + 1;
      case 129, NODE_QUERY + 1 -> type - 1;
      default -> -1;
    };
  }

  /** Whether a message of this type may be the first of a connection. */
  static boolean isQuestion(int protocol, int type) {
    return protocol == IpProtocol.ICMP
        ? type == 8 || type == 13 || type == 15 || type == 17
        : type == 128 || type == NODE_QUERY;
  }

  /** Whether it speaks of another packet, which it quotes. */
  static boolean isError(int protocol, int type) {
    if (protocol == IpProtocol.ICMP) {
      return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    }
    return type < 128;
  }
}
