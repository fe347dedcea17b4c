package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv6;

/** An IPv6 packet has headers of some kinds and no others ({@code ipv6header_mt6}). */
public final class HeadersCondition extends Condition {
  /** A header that is none of the others: that of the transport. */
  public static final int TRANSPORT = 0x01;

  public static final int NONE = 0x02;
  public static final int ESP = 0x04;
  public static final int AH = 0x08;
  public static final int FRAGMENT = 0x10;
  public static final int ROUTING = 0x20;
  public static final int DESTINATION = 0x40;
  public static final int HOP_BY_HOP = 0x80;

  private static final int CUT_SHORT = -1;

  private final int kinds;
  private final boolean atLeast;
  private final boolean inverted;

  /**
   * A condition.
   *
   * @param kinds of headers, the constants of this class
   * @param atLeast whether there may be others too; inverted: whether none of the kinds may be
   *     there
   */
  public HeadersCondition(int kinds, boolean atLeast, boolean inverted) {
    this.kinds = kinds;
    this.atLeast = atLeast;
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    int are = kinds(p.packet());
    if (are == CUT_SHORT) {
      return false;
    }
    if (atLeast) {
      return (are & kinds) == (inverted ? 0 : kinds);
    }
    return (are == kinds) != inverted;
  }

  /** At most one step for each eight bytes of the packet. */
  private static int kinds(Packet packet) {
    int all = 0;
    int protocol = packet.ipv6().nextHeader();
    int at = packet.l3 + Ipv6.LENGTH;
    int kind = kind(protocol);
    while (kind != TRANSPORT && at <= packet.tail) {
      if (kind == NONE) {
        return all | NONE;
      }
      if (at + 2 > packet.tail) {
        return CUT_SHORT;
      }
      all |= kind;
      if (kind == ESP) {
        return all;
      }
      int next = Bytes.u8(packet.data, at);
      at += ExtensionHeaders.length(packet, protocol, at);
      protocol = next;
      kind = kind(protocol);
    }
    return kind == NONE || kind == ESP ? all : all | TRANSPORT;
  }

  private static int kind(int protocol) {
    return switch (protocol) {
      case IpProtocol.HOP_BY_HOP -> HOP_BY_HOP;
      case IpProtocol.DESTINATION -> DESTINATION;
      case IpProtocol.ROUTING -> ROUTING;
      case IpProtocol.FRAGMENT -> FRAGMENT;
      case IpProtocol.AH -> AH;
      case IpProtocol.ESP -> ESP;
      case IpProtocol.NONE -> NONE;
      default -> TRANSPORT;
    };
  }
}
