package dev.patchbay.stack.device;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Tcp;

/**
 * Turns a packet into frames that need nothing more: completes a partial checksum, puts the VLAN
 * tag back, cuts a TCP packet into segments (Linux: {@code skb_checksum_help}, {@code
 * tcp_gso_segment}). Segments are written straight into the caller's buffer, so that cutting costs
 * one copy and one pass of the checksum.
 */
public final class Segmenter {
  /** Receives finished frames. */
  public interface FrameSink {
    /**
     * A place for a frame of {@code length} bytes.
     *
     * @return the offset in {@link #buffer} where it is to be written, or -1 where there is no
     *     room: it is dropped
     */
    int reserve(int length);

    /** The array into which {@link #reserve} points; asked for after each reserve. */
    byte[] buffer();
  }

  private Segmenter() {}

  /** Number of bytes of VLAN tag that go back between the addresses and the EtherType. */
  private static int tagLength(Packet packet) {
    return packet.vlanProtocol != 0 ? 4 : 0;
  }

  /**
   * Writes the packet as finished frames; the packet stays the caller's.
   *
   * @return the number of frames for which there was no room
   */
  public static int write(Packet packet, FrameSink sink) {
    if (packet.gsoType != Packet.GSO_NONE && payloadLength(packet) > packet.gsoSize) {
      return segments(packet, sink);
    }
    if (packet.checksumState == Packet.CHECKSUM_PARTIAL) {
      complete(packet);
    }
    int tag = tagLength(packet);
    int at = sink.reserve(packet.length() + tag);
    if (at < 0) {
      return 1;
    }
    copyFrame(packet, packet.length(), sink.buffer(), at);
    return 0;
  }

  /** Fills in a partial checksum; afterwards the packet has none to be done. */
  public static void complete(Packet packet) {
    int field = packet.checksumStart + packet.checksumOffset;
    long sum =
        InternetChecksum.sum(packet.data, packet.checksumStart, packet.tail - packet.checksumStart);
    int value =
        packet.checksumOffset == 6 ? InternetChecksum.finishUdp(sum) : InternetChecksum.finish(sum);
    Bytes.put16(packet.data, field, value);
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
  }

  private static int payloadLength(Packet packet) {
    return packet.tail - packet.l4 - packet.tcp().headerLength();
  }

  /**
   * Copies the first {@code length} bytes of the frame to {@code to}, with the tag put back;
   * returns bytes written.
   */
  private static int copyFrame(Packet packet, int length, byte[] to, int at) {
    if (packet.vlanProtocol == 0) {
      System.arraycopy(packet.data, packet.head, to, at, length);
      return length;
    }
    System.arraycopy(packet.data, packet.head, to, at, 12);
    Bytes.put16(to, at + 12, packet.vlanProtocol);
    Bytes.put16(to, at + 14, packet.vlanTci);
    System.arraycopy(packet.data, packet.head + 12, to, at + 16, length - 12);
    return length + 4;
  }

  private static int segments(Packet packet, FrameSink sink) {
    int headers = packet.l4 + packet.tcp().headerLength() - packet.head;
    int tag = tagLength(packet);
    int l3 = packet.l3 - packet.head + tag;
    int l4 = packet.l4 - packet.head + tag;
    int total = packet.tail - packet.head - headers;
    int sequence = packet.tcp().sequence();
    int flags = packet.tcp().offsetAndFlags();
    int id = packet.isIpv4() ? packet.ipv4().id() : 0;
    int refused = 0;
    for (int done = 0, n = 0; done < total; n++) {
      int payload = Math.min(packet.gsoSize, total - done);
      boolean lastOne = done + payload == total;
      int length = headers + tag + payload;
      int at = sink.reserve(length);
      if (at < 0) {
        refused++;
      } else {
        byte[] to = sink.buffer();
        copyFrame(packet, headers, to, at);
        System.arraycopy(
            packet.data, packet.head + headers + done, to, at + headers + tag, payload);
        // FIN and PSH belong to the last segment, CWR to the first (RFC 3168 section 6.1.2)
        int mine = flags;
        if (!lastOne) {
          mine &= ~(Tcp.FIN | Tcp.PSH);
        }
        if (n > 0) {
          mine &= ~Tcp.CWR;
        }
        Bytes.put32(to, at + l4 + 4, sequence + done);
        Bytes.put16(to, at + l4 + 12, mine);
        int l4Length = length - l4;
        fixNetworkHeader(packet, to, at + l3, l4 - l3 + l4Length, id + n & 0xffff);
        fixChecksum(packet, to, at + l4, l4Length);
      }
      done += payload;
    }
    return refused;
  }

  private static void fixNetworkHeader(Packet packet, byte[] to, int l3, int length, int id) {
    if (packet.gsoType == Packet.GSO_TCPV4) {
      Bytes.put16(to, l3 + 2, length);
      Bytes.put16(to, l3 + 4, id);
      Bytes.put16(to, l3 + 10, 0);
      int header = (to[l3] & 15) << 2;
      Bytes.put16(to, l3 + 10, InternetChecksum.finish(InternetChecksum.sum(to, l3, header)));
    } else {
      Bytes.put16(to, l3 + 4, length - 40);
    }
  }

  private static void fixChecksum(Packet packet, byte[] to, int l4, int length) {
    Bytes.put16(to, l4 + 16, 0);
    long pseudo;
    if (packet.isIpv4()) {
      Ipv4 ip = packet.ipv4();
      pseudo = InternetChecksum.pseudo4(ip.source(), ip.destination(), IpProtocol.TCP, length);
    } else {
      pseudo =
          InternetChecksum.pseudo6(
              packet.sourceHi(),
              packet.sourceLo(),
              packet.destinationHi(),
              packet.destinationLo(),
              IpProtocol.TCP,
              length);
    }
    Bytes.put16(
        to, l4 + 16, InternetChecksum.finish(pseudo + InternetChecksum.sum(to, l4, length)));
  }
}
