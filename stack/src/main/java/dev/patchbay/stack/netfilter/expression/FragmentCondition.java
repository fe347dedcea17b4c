package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv6;

/**
 * An IPv6 packet has a fragment header that is so (RFC 8200 section 4.5; {@code frag_mt6}). Where
 * the headers before it are cut short the packet is dropped.
 */
public final class FragmentCondition extends Condition {
  /** The reserved byte and the two reserved bits. */
  public static final int RESERVED = 0xff_0006;

  /** The offset, in units of eight bytes. */
  public static final int OFFSET = 0xfff8;

  /** Whether more fragments follow. */
  public static final int MORE = 1;

  private static final int LENGTH = 8;
  private static final int ABSENT = -1;

  private final long low;
  private final long high;
  private final boolean notId;
  private final int mask;
  private final int value;

  /**
   * A condition.
   *
   * @param low the least identification, 32 bits without sign
   * @param notId whether the identification is not to lie between the two
   * @param mask which of RESERVED, OFFSET and MORE are asked for
   * @param value what these must be
   */
  public FragmentCondition(long low, long high, boolean notId, int mask, int value) {
    this.low = low;
    this.high = high;
    this.notId = notId;
    this.mask = mask;
    this.value = value;
  }

  @Override
  public boolean holds(PacketFields p) {
    Packet packet = p.packet();
    int at = find(p, packet);
    if (at == ABSENT) {
      return false;
    }
    long id = Bytes.u32(packet.data, at + 4);
    int bits = Bytes.u8(packet.data, at + 1) << 16 | Bytes.u16(packet.data, at + 2);
    return (id >= low && id <= high) != notId && (bits & mask) == value;
  }

  /** {@code ipv6_find_hdr}: at most one step for each eight bytes of the packet. */
  private static int find(PacketFields p, Packet packet) {
    int protocol = packet.ipv6().nextHeader();
    int at = packet.l3 + Ipv6.LENGTH;
    while (isExtension(protocol)) {
      if (at + LENGTH > packet.tail) {
        p.hotDrop = true;
        return ABSENT;
      }
      if (protocol == IpProtocol.FRAGMENT) {
        return at;
      }
      int length = Bytes.u8(packet.data, at + 1);
      int next = Bytes.u8(packet.data, at);
      at += protocol == IpProtocol.AH ? length + 2 << 2 : length + 1 << 3;
      protocol = next;
    }
    return ABSENT;
  }

  private static boolean isExtension(int protocol) {
    return protocol == IpProtocol.HOP_BY_HOP
        || protocol == IpProtocol.ROUTING
        || protocol == IpProtocol.FRAGMENT
        || protocol == IpProtocol.AH
        || protocol == IpProtocol.DESTINATION;
  }
}
