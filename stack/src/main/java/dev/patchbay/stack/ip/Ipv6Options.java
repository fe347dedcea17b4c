package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;

/**
 * The options of a hop-by-hop or destination header (RFC 8200 section 4.2, Linux: {@code
 * ip6_parse_tlv}). None that we act on is there; what is unknown is skipped, dropped or answered,
 * as its type says.
 */
final class Ipv6Options {
  /**
   * Options of one header besides padding ({@code max_hbh_number}, {@code max_dst_opts_number}).
   */
  private static final int MAX_OPTIONS = 8;

  /** Bytes of padding at a stretch: more would hide something (RFC 4942 section 2.1.9.5). */
  private static final int MAX_PADDING = 7;

  private static final int PAD1 = 0;
  private static final int PADN = 1;
  private static final int ROUTER_ALERT = 5;
  private static final int JUMBO = 0xc2;

  private Ipv6Options() {}

  /**
   * Whether a packet may go on with the options of the header at {@code at}; where not, whoever
   * sent it has been told what he is to be told, and the packet is still the caller's.
   *
   * @param hopByHop whether each router looks at them
   */
  static boolean acceptable(NetworkStack stack, Packet packet, int at, boolean hopByHop) {
    byte[] b = packet.data;
    if (at + 8 > packet.tail) {
      return false;
    }
    int end = at + (Bytes.u8(b, at + 1) + 1 << 3);
    if (end > packet.tail) {
      return false;
    }
    int options = 0;
    int padding = 0;
    for (int i = at + 2; i < end; ) {
      int type = Bytes.u8(b, i);
      if (type == PAD1) {
        i++;
        if (++padding > MAX_PADDING) {
          return false;
        }
        continue;
      }
      int length = i + 1 < end ? Bytes.u8(b, i + 1) + 2 : Integer.MAX_VALUE;
      if (length > end - i) {
        return false;
      }
      if (type == PADN) {
        padding += length;
        if (padding > MAX_PADDING || !isZero(b, i + 2, i + length)) {
          return false;
        }
      } else {
        padding = 0;
        if (++options > MAX_OPTIONS || !mayPass(stack, packet, i, hopByHop)) {
          return false;
        }
      }
      i += length;
    }
    return true;
  }

  private static boolean isZero(byte[] b, int from, int to) {
    for (int i = from; i < to; i++) {
      if (b[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean mayPass(NetworkStack stack, Packet packet, int at, boolean hopByHop) {
    int type = Bytes.u8(packet.data, at);
    if (hopByHop && type == ROUTER_ALERT) {
      return packet.data[at + 1] == 2;
    }
    if (hopByHop && type == JUMBO) {
      return jumbo(stack, packet, at);
    }
    if (type >>> 6 >= 2) {
      // 10: tell whoever sent it; 11: the same, but not where it went to a group
      stack.icmp().parameterProblem(packet, 2, at - packet.l3);
    }
    return type >>> 6 == 0;
  }

  /**
   * RFC 2675 section 3. No link here carries jumbograms: at best its length is not one, or
   * contradicts the header's.
   */
  private static boolean jumbo(NetworkStack stack, Packet packet, int at) {
    if (packet.data[at + 1] != 4 || (at - packet.l3 & 3) != 2) {
      return false;
    }
    if (Integer.compareUnsigned(Bytes.i32(packet.data, at + 2), 0xffff) <= 0) {
      stack.icmp().parameterProblem(packet, 0, at + 2 - packet.l3);
    } else if (Bytes.u16(packet.data, packet.l3 + 4) != 0) {
      stack.icmp().parameterProblem(packet, 0, at - packet.l3);
    }
    return false;
  }
}
