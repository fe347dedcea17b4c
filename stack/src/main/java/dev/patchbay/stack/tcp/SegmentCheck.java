package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;

/** What a segment must be before anybody looks into it (Linux's {@code tcp_v4_rcv}, its head). */
final class SegmentCheck {
  private SegmentCheck() {}

  /** Whether the header is whole and as long as it says. */
  static boolean header(Packet packet) {
    return packet.tcp().check(packet.tail);
  }

  /** Takes a segment whose header is not. */
  static void dropShort(Packet packet, TcpCounters counters) {
    counters.inErrs++;
    packet.drop(DropReason.PKT_TOO_SMALL);
  }

  /** Whether the checksum is right or need not be looked at; takes the packet where it is wrong. */
  static boolean checksum(Packet packet, TcpCounters counters) {
    if (packet.checksumState != Packet.CHECKSUM_NONE) {
      return true;
    }
    int length = packet.tail - packet.l4;
    long sum =
        InternetChecksum.pseudo(
            packet.sourceHi(),
            packet.sourceLo(),
            packet.destinationHi(),
            packet.destinationLo(),
            IpProtocol.TCP,
            length);
    sum += InternetChecksum.sum(packet.data, packet.l4, length);
    if (InternetChecksum.fold(sum) == 0xffff) {
      packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
      return true;
    }
    counters.inErrs++;
    counters.inCsumErrors++;
    packet.drop(DropReason.TCP_CSUM);
    return false;
  }
}
