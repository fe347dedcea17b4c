package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;

/** Looks for an option in a TCP header that nobody has checked yet. */
final class TcpOptionWalk {
  private static final int MSS = 2;

  private TcpOptionWalk() {}

  /** Where option {@code kind} stands, or -1; options cut short end the search. */
  static int find(PacketFields p, int kind) {
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
      if (option == kind) {
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

  /** The value of the MSS option, or {@link Field#ABSENT}. */
  static long mss(PacketFields p) {
    int at = find(p, MSS);
    boolean whole = at >= 0 && at + 4 <= p.packet().tail && Bytes.u8(p.packet().data, at + 1) == 4;
    return whole ? Bytes.u16(p.packet().data, at + 2) : Field.ABSENT;
  }
}
