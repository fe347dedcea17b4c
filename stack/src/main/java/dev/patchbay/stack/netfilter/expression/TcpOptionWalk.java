package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;

/** Looks for an option in a TCP header that nobody has checked yet. */
final class TcpOptionWalk {
  private static final int MSS = 2;
  private static final int MSS_LENGTH = 4;

  private TcpOptionWalk() {}

  /** Where option {@code kind} stands, or -1; options cut short end the search. */
  static int find(PacketFields p, int kind) {
    return find(p, kind, 0);
  }

  /** The same of one of that length in bytes, 0 for any. */
  private static int find(PacketFields p, int kind, int bytes) {
    if (p.protocol != IpProtocol.TCP || !p.hasTransport(Tcp.LENGTH)) {
      return -1;
    }
    byte[] data = p.packet().data;
    int length = Bytes.u8(data, p.transport + 12) >>> 4 << 2;
    int end = p.transport + length;
    if (length < Tcp.LENGTH || end > p.packet().tail) {
      p.hotDrop = true;
      return -1;
    }
    int at = p.transport + Tcp.LENGTH;
    while (at < end) {
      int option = Bytes.u8(data, at);
      boolean fits = bytes == 0 || at + bytes <= end && Bytes.u8(data, at + 1) == bytes;
      if (option == kind && fits) {
        return at;
      }
      if (option < 2) {
        at++;
      } else if (at + 1 >= end || Bytes.u8(data, at + 1) < 2) {
        at += 1; // as tcp_find_option: a length of 0 or none is taken for 1
      } else {
        at += Bytes.u8(data, at + 1);
      }
    }
    return -1;
  }

  /**
   * The value of the first whole MSS option, or -1 ({@code tcpmss_mt}: one of another length is
   * passed over).
   */
  static int mss(PacketFields p) {
    int at = find(p, MSS, MSS_LENGTH);
    return at < 0 ? -1 : Bytes.u16(p.packet().data, at + 2);
  }
}
