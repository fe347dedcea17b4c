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
import java.util.function.Consumer;

/**
 * Cuts packets into fragments (RFC 791 section 3.2, RFC 8200 section 4.5; Linux: {@code
 * ip_do_fragment}).
 */
public final class Fragmenter {
  /** Bytes that a fragment carries at least: offsets count in eights. */
  private static final int LEAST = 8;

  private final NetworkStack stack;
  private final RandomSource random;

  public Fragmenter(NetworkStack stack) {
    this.stack = stack;
    this.random = stack.random().derive("fragment id");
  }

  /** Sends the packet (head at l3) as fragments of at most {@code mtu} bytes; takes it. */
  void fragment(Packet packet, NetDevice out, int mtu, long hopHi, long hopLo) {
    fragment(packet, mtu, piece -> stack.output().transmit(piece, out, hopHi, hopLo));
  }

  /**
   * Bytes of the longest piece of what was joined here ({@code frag_max_size}): as long as it came.
   *
   * @param mtu of the way that it goes
   */
  public static int piece(Packet packet, int mtu) {
    return Math.min(mtu, packet.fragmentMax);
  }

  /**
   * Cuts a packet into fragments; takes it.
   *
   * @param mtu bytes of a fragment at most, from its IP header on
   * @param send takes each of them, head at l3
   */
  public void fragment(Packet packet, int mtu, Consumer<Packet> send) {
    if (packet.checksumState == Packet.CHECKSUM_PARTIAL) {
      Segmenter.complete(packet);
    }
    boolean v4 = packet.isIpv4();
    int header = v4 ? packet.ipv4().headerLength() : perFragment6(packet);
    int overhead = v4 ? header : header + 8;
    int room = mtu - overhead & ~7;
    if (room < LEAST) {
      // headers of a guest's making that leave no place for anything else
      stack.counters(v4).fragFails++;
      packet.drop(DropReason.PKT_TOO_BIG);
      return;
    }
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
      piece.followAs(packet);
      System.arraycopy(packet.data, packet.l3, piece.data, piece.l3, header);
      System.arraycopy(packet.data, packet.l3 + header + offset, piece.data, piece.l4, length);
      boolean more = offset + length < payload;
      if (v4) {
        if (offset > 0) {
          Ipv4Options.keepCopied(piece.data, piece.l3 + Ipv4.LENGTH, piece.l4);
        }
        header4(packet.ipv4(), piece, offset, more);
      } else {
        header6(piece, header, offset, more, id);
      }
      stack.counters(v4).fragCreates++;
      send.accept(piece);
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
        .flagsAndOffset(units | (anyMore ? Ipv4.MORE_FRAGMENTS : 0) | flags & Ipv4.DONT_FRAGMENT)
        .fillChecksum();
  }

  /**
   * Bytes of the headers that each fragment has: up to a routing header where there is one, else to
   * hop-by-hop options (RFC 8200 section 4.5).
   */
  private static int perFragment6(Packet packet) {
    int next = packet.ipv6().nextHeader();
    int at = packet.l3 + Ipv6.LENGTH;
    int end = at;
    while (at + 8 <= packet.tail
        && (next == IpProtocol.HOP_BY_HOP
            || next == IpProtocol.DESTINATION
            || next == IpProtocol.ROUTING)) {
      boolean perHop = next != IpProtocol.DESTINATION;
      next = Bytes.u8(packet.data, at);
      at += Bytes.u8(packet.data, at + 1) + 1 << 3;
      end = perHop && at <= packet.tail ? at : end;
    }
    return end - packet.l3;
  }

  /** The headers of the whole stand in it already. */
  private static void header6(Packet piece, int header, int offset, boolean more, int id) {
    piece.ipv6().payloadLength(piece.tail - piece.l3 - Ipv6.LENGTH);
    int at = piece.l3 + header;
    int last = piece.l3 + 6;
    for (int from = piece.l3 + Ipv6.LENGTH; from < at; ) {
      last = from;
      from += Bytes.u8(piece.data, from + 1) + 1 << 3;
    }
    int next = Bytes.u8(piece.data, last);
    Bytes.put8(piece.data, last, IpProtocol.FRAGMENT);
    Bytes.put8(piece.data, at, next);
    Bytes.put8(piece.data, at + 1, 0);
    Bytes.put16(piece.data, at + 2, offset | (more ? 1 : 0));
    Bytes.put32(piece.data, at + 4, id);
  }
}
