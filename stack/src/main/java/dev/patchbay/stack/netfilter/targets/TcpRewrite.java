package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import dev.patchbay.stack.wire.Tcp;

/**
 * Changes the TCP header of a packet at a hook and keeps its checksum right. The checksum of a
 * packet whose sum is left to its device holds that of the pseudo header alone, which only a change
 * of the length is part of ({@code inet_proto_csum_replace2}).
 */
final class TcpRewrite {
  /** Where the checksum stands in the header. */
  private static final int CHECKSUM = 16;

  private TcpRewrite() {}

  /**
   * The length of a packet's TCP header with its options, 0 where there is none to be changed: in
   * fragments other than the first, and -1 where it is cut short.
   */
  static int headerLength(PacketFields p) {
    if (p.laterFragment || p.protocol != IpProtocol.TCP) {
      return 0;
    }
    int there = p.packet().tail - p.transport;
    if (there < Tcp.LENGTH) {
      return -1;
    }
    int length = Bytes.u8(p.packet().data, p.transport + 12) >>> 4 << 2;
    return length < Tcp.LENGTH || length > there ? -1 : length;
  }

  /** Sets one byte, {@code at} counted from the header's begin. */
  static void put8(PacketFields p, int at, int value) {
    byte[] data = p.packet().data;
    int word = p.transport + (at & ~1);
    int before = Bytes.u16(data, word);
    Bytes.put8(data, p.transport + at, value);
    update(p, before, Bytes.u16(data, word));
  }

  /** The word under the checksum has changed. */
  private static void update(PacketFields p, int before, int after) {
    Packet packet = p.packet();
    if (packet.checksumState != Packet.CHECKSUM_PARTIAL) {
      int at = p.transport + CHECKSUM;
      int sum = Bytes.u16(packet.data, at);
      Bytes.put16(packet.data, at, InternetChecksum.update16(sum, before, after));
    }
  }

  /**
   * Puts four bytes before all options of a header that ends its packet.
   *
   * @param length of the header, at most 56 bytes; the packet has room for four more
   * @param option all four bytes
   */
  static void insert(PacketFields p, int length, int option) {
    Packet packet = p.packet();
    byte[] data = packet.data;
    int at = p.transport + Tcp.LENGTH;
    System.arraycopy(data, at, data, at + 4, length - Tcp.LENGTH);
    Bytes.put32(data, at, option);
    packet.tail += 4;
    p.length += 4;
    update(p, 0, option >>> 16);
    update(p, 0, option & 0xffff);
    put8(p, 12, Bytes.u8(data, p.transport + 12) + (1 << 4));
    lengthOfSegment(p, length, length + 4);
    lengthOfPacket(p);
  }

  /** The length is part of the pseudo header, which is summed in any case. */
  private static void lengthOfSegment(PacketFields p, int before, int after) {
    Packet packet = p.packet();
    int at = p.transport + CHECKSUM;
    int sum = Bytes.u16(packet.data, at);
    boolean partial = packet.checksumState == Packet.CHECKSUM_PARTIAL;
    int now =
        partial
            ? InternetChecksum.fold(sum + (~before & 0xffffL) + after)
            : InternetChecksum.update16(sum, before, after);
    Bytes.put16(packet.data, at, now);
  }

  private static void lengthOfPacket(PacketFields p) {
    if (p.v4) {
      Ipv4 ip = p.packet().ipv4();
      int before = ip.totalLength();
      int after = before + 4;
      ip.totalLength(after);
      ip.checksum(InternetChecksum.update16(ip.checksum(), before, after));
    } else {
      Ipv6 ip = p.packet().ipv6();
      ip.payloadLength(ip.payloadLength() + 4);
    }
  }
}
