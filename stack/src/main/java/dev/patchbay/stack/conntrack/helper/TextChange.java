package dev.patchbay.stack.conntrack.helper;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;

/** Changes text in packets ({@code nf_nat_mangle_tcp_packet}). */
final class TextChange {
  private static final int MOST = 0xffff;
  private static final int CHECKSUM = 16;

  private final Conntrack conntrack;

  TextChange(Conntrack conntrack) {
    this.conntrack = conntrack;
  }

  /**
   * Puts a text in the place of another one in a TCP segment, and remembers by how much it grew.
   *
   * @param at absolute offset of the old text
   * @param length its length
   * @param text the new one, in its first {@code newLength} bytes
   * @return false where there is no room for it
   */
  boolean tcp(
      PacketFields p, Connection c, int way, int at, int length, byte[] text, int newLength) {
    Packet packet = p.packet();
    int by = newLength - length;
    if (by > packet.tailroom() || packet.tail - packet.l3 + by > MOST) {
      return false;
    }
    byte[] b = packet.data;
    int before = packet.tail - p.transport;
    System.arraycopy(b, at + length, b, at + newLength, packet.tail - at - length);
    System.arraycopy(text, 0, b, at, newLength);
    packet.tail += by;
    p.length += by;
    if (p.v4) {
      Ipv4 ip = packet.ipv4();
      ip.totalLength(packet.tail - packet.l3).fillChecksum();
    } else {
      packet.ipv6().payloadLength(packet.tail - packet.l3 - Ipv6.LENGTH);
    }
    int sumAt = p.transport + CHECKSUM;
    int after = packet.tail - p.transport;
    if (packet.checksumState == Packet.CHECKSUM_PARTIAL) {
      // the field has the sum of the pseudo header: its length is another one
      int sum = Bytes.u16(b, sumAt);
      Bytes.put16(b, sumAt, InternetChecksum.fold(sum + (~before & MOST) + after));
    } else {
      Bytes.put16(b, sumAt, 0);
      long sum = InternetChecksum.sum(b, p.transport, after);
      sum += InternetChecksum.pseudo(p.srcHi, p.srcLo, p.dstHi, p.dstLo, p.protocol, after);
      Bytes.put16(b, sumAt, InternetChecksum.finish(sum));
    }
    if (by != 0) {
      conntrack.moveSequence(c, way, Bytes.i32(b, p.transport + 4), by);
    }
    return true;
  }
}
