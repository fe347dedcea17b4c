package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;

/**
 * An IPv6 packet has a header of hop-by-hop or destination options that is so long and begins with
 * these options (RFC 8200 sections 4.2, 4.3 and 4.6; {@code hbh_mt6}). A packet in which it is cut
 * short is dropped.
 */
public final class OptionsCondition extends Condition {
  /** In place of a length: any. */
  public static final int ANY = -1;

  private final int header;
  private final long length;
  private final boolean notLength;
  private final int[] types;
  private final int[] lengths;

  /**
   * A condition.
   *
   * @param header HOP_BY_HOP or DESTINATION
   * @param length bytes of the header, or ANY
   * @param types of its first options in order, 8 bits each
   * @param lengths of their data, or ANY
   */
  public OptionsCondition(int header, long length, boolean notLength, int[] types, int[] lengths) {
    this.header = header;
    this.length = length;
    this.notLength = notLength;
    this.types = types.clone();
    this.lengths = lengths.clone();
  }

  @Override
  public boolean holds(PacketFields p) {
    int at = ExtensionHeaders.find(p, header);
    if (at == ExtensionHeaders.ABSENT) {
      return false;
    }
    Packet packet = p.packet();
    int is = ExtensionHeaders.length(packet, header, at);
    if (at + is > packet.tail) {
      p.hotDrop = true;
      return false;
    }
    return (length == ANY || (is == length) != notLength)
        && hasOptions(packet.data, at + 2, at + is);
  }

  private boolean hasOptions(byte[] data, int from, int end) {
    int at = from;
    for (int i = 0; i < types.length; i++) {
      if (at >= end || Bytes.u8(data, at) != types[i]) {
        return false;
      }
      if (types[i] == 0) {
        at++; // Pad1 has no length
        continue;
      }
      if (at + 1 >= end || lengths[i] != ANY && Bytes.u8(data, at + 1) != lengths[i]) {
        return false;
      }
      at += Bytes.u8(data, at + 1) + 2;
      if (at > end && i < types.length - 1) {
        return false;
      }
    }
    return true;
  }
}
