package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;

/**
 * An IPv6 packet has a routing header that is so (RFC 8200 section 4.4; {@code rt_mt6}). A packet
 * in which it is cut short is dropped.
 */
public final class RoutingCondition extends Condition {
  /** In place of a type or a length: any. */
  public static final int ANY = -1;

  /**
   * What is asked.
   *
   * @param type or ANY
   * @param low the least number of segments left
   * @param high the greatest
   * @param length bytes of the header, or ANY
   * @param reserved whether the four reserved bytes of type 0 must be 0
   */
  public record Header(
      long type,
      boolean notType,
      long low,
      long high,
      boolean notSegments,
      long length,
      boolean notLength,
      boolean reserved) {}

  /** How the addresses of type 0 are compared. */
  public enum Addresses {
    /** Not at all. */
    NONE,
    /** All of them, in order. */
    STRICT,
    /** Those asked for are among them, in order. */
    AMONG
  }

  private final Header header;
  private final Addresses how;

  /** High and low half of each address. */
  private final long[] addresses;

  /**
   * A condition.
   *
   * @param addresses two longs for each
   */
  public RoutingCondition(Header header, Addresses how, long[] addresses) {
    this.header = header;
    this.how = how;
    this.addresses = addresses.clone();
  }

  @Override
  public boolean holds(PacketFields p) {
    Packet packet = p.packet();
    int at = ExtensionHeaders.find(p, IpProtocol.ROUTING);
    if (at == ExtensionHeaders.ABSENT) {
      return false;
    }
    byte[] data = packet.data;
    int length = ExtensionHeaders.length(packet, IpProtocol.ROUTING, at);
    if (at + length > packet.tail) {
      p.hotDrop = true;
      return false;
    }
    int left = Bytes.u8(data, at + 3);
    return (left >= header.low && left <= header.high) != header.notSegments
        && (header.length == ANY || (length == header.length) != header.notLength)
        && (header.type == ANY || (Bytes.u8(data, at + 2) == header.type) != header.notType)
        && (!header.reserved || Bytes.i32(data, at + 4) == 0)
        && (how == Addresses.NONE || hasAddresses(data, at + 8, (length - 8) / 16));
  }

  private boolean hasAddresses(byte[] data, int from, int count) {
    int wanted = addresses.length / 2;
    if (how == Addresses.STRICT && wanted != count) {
      return false;
    }
    int found = 0;
    for (int i = 0; i < count && found < wanted; i++) {
      int at = from + 16 * i;
      boolean is =
          Bytes.i64(data, at) == addresses[2 * found]
              && Bytes.i64(data, at + 8) == addresses[2 * found + 1];
      if (!is && how == Addresses.STRICT) {
        return false;
      }
      found += is ? 1 : 0;
    }
    return found == wanted;
  }
}
