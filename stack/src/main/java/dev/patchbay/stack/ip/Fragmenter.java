package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;

/**
 * Cuts packets into fragments (RFC 791 section 3.2, RFC 8200 section 4.5; Linux: {@code
 * ip_do_fragment}).
 */
public final class Fragmenter {
  private final NetworkStack stack;
  private final RandomSource random;

  public Fragmenter(NetworkStack stack) {
    this.stack = stack;
    this.random = stack.random().derive("fragment id");
  }

  /** Sends the packet (head at l3) as fragments of at most {@code mtu} bytes; takes it. */
  void fragment(Packet packet, NetDevice out, int mtu, long hopHi, long hopLo) {
    if (packet.checksumState == Packet.CHECKSUM_PARTIAL) {
      Segmenter.complete(packet);
    }
    boolean v4 = packet.isIpv4();
    int header = v4 ? packet.ipv4().headerLength() : Ipv6.LENGTH;
    int overhead = v4 ? header : header + 8;
    int room = mtu - overhead & ~7;
    int payload = packet.tail - packet.l3 - header;
    int id = random.nextInt();
    for (int offset = 0; offset < payload; offset += room) {
      int length = Math.min(room, payload - offset);
      Packet piece = stack.pool().acquire(overhead + length);
      if (piece == null) {
        stack.counters(v4).fragFails++;
        packet.drop(DropReason.NOMEM);
        return;
      }
      piece.l3 = piece.append(overhead + length);
      piece.l4 = piece.l3 + overhead;
      piece.mark = packet.mark;
      piece.priority = packet.priority;
      System.arraycopy(packet.data, packet.l3, piece.data, piece.l3, header);
      System.arraycopy(packet.data, packet.l3 + header + offset, piece.data, piece.l4, length);
      boolean more = offset + length < payload;
      if (v4) {
        if (offset > 0) {
          Ipv4Options.keepCopied(piece.data, piece.l3 + Ipv4.LENGTH, piece.l4);
        }
        header4(packet.ipv4(), piece, offset, more);
      } else {
        header6(packet, piece, offset, more, id);
      }
      stack.counters(v4).fragCreates++;
      stack.output().transmit(piece, out, hopHi, hopLo);
    }
    stack.counters(v4).fragOks++;
    packet.release();
  }

  private static void header4(Ipv4 whole, Packet piece, int offset, boolean more) {
    // a fragment may be cut again: its own offset and its "more" count
    int flags = whole.flagsAndOffset();
    int units = (flags & Ipv4.OFFSET_MASK) + (offset >>> 3);
    boolean anyMore = more || (flags & Ipv4.MORE_FRAGMENTS) != 0;
    piece
        .ipv4()
        .totalLength(piece.tail - piece.l3)
        .flagsAndOffset(units | (anyMore ? Ipv4.MORE_FRAGMENTS : 0))
        .fillChecksum();
  }

  private static void header6(Packet whole, Packet piece, int offset, boolean more, int id) {
    Ipv6 ip = piece.ipv6();
    int next = whole.ipv6().nextHeader();
    ip.nextHeader(IpProtocol.FRAGMENT).payloadLength(piece.tail - piece.l3 - Ipv6.LENGTH);
    int at = piece.l3 + Ipv6.LENGTH;
    Bytes.put8(piece.data, at, next);
    Bytes.put8(piece.data, at + 1, 0);
    Bytes.put16(piece.data, at + 2, offset | (more ? 1 : 0));
    Bytes.put32(piece.data, at + 4, id);
  }
}
