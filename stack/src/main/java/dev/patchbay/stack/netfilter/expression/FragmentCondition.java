package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;

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
    int at = ExtensionHeaders.find(p, IpProtocol.FRAGMENT);
    if (at == ExtensionHeaders.ABSENT) {
      return false;
    }
    if (at + LENGTH > packet.tail) {
      p.hotDrop = true;
      return false;
    }
    long id = Bytes.u32(packet.data, at + 4);
    int bits = Bytes.u8(packet.data, at + 1) << 16 | Bytes.u16(packet.data, at + 2);
    return (id >= low && id <= high) != notId && (bits & mask) == value;
  }
}
