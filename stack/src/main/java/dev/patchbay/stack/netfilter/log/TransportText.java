package dev.patchbay.stack.netfilter.log;

import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;

/** Words what stands behind IP headers of both families. */
final class TransportText {
  private static final String[] FLAGS = {
    "CWR ", "ECE ", "URG ", "ACK ", "PSH ", "RST ", "SYN ", "FIN "
  };

  private final LineBuffer to;

  // of the packet at hand
  private byte[] data = {};
  private int end;
  private int flags;

  TransportText(LineBuffer to) {
    this.to = to;
  }

  /** Sets the packet: where it ends and what is to be said of it. */
  void packet(byte[] bytes, int tail, int logFlags) {
    data = bytes;
    end = tail;
    flags = logFlags;
  }

  byte[] data() {
    return data;
  }

  int end() {
    return end;
  }

  boolean says(int flag) {
    return (flags & flag) != 0;
  }

  /** Says how many bytes there are where a header begins. */
  void incomplete(int at) {
    to.text("INCOMPLETE [").number(Math.max(0, end - at)).text(" bytes] ");
  }

  /** {@code OPT (…) }: bytes in hexadecimal. */
  void octets(int from, int until) {
    to.text("OPT (");
    for (int i = from; i < until; i++) {
      to.upperHex(Bytes.u8(data, i), 2);
    }
    to.text(") ");
  }

  /** Returns whether the header is whole, or not here at all. */
  boolean tcp(int at, boolean later) {
    to.text("PROTO=TCP ");
    if (later) {
      return true;
    }
    if (at + Tcp.LENGTH > end) {
      incomplete(at);
      return false;
    }
    ports(at);
    if (says(PacketLog.TCP_SEQUENCE)) {
      to.field("SEQ=", Bytes.u32(data, at + 4)).field("ACK=", Bytes.u32(data, at + 8));
    }
    int word = Bytes.u16(data, at + 12);
    to.field("WINDOW=", Bytes.u16(data, at + 14));
    // the four bits behind the header's length, times four
    to.text("RES=0x").hex(word >>> 6 & 0x3c, 2).text(" ");
    for (int i = 0; i < FLAGS.length; i++) {
      to.text((word & 0x80 >>> i) != 0 ? FLAGS[i] : "");
    }
    to.field("URGP=", Bytes.u16(data, at + 18));
    int header = word >>> 12 << 2;
    if (says(PacketLog.TCP_OPTIONS) && header > Tcp.LENGTH) {
      if (at + header > end) {
        to.text("OPT (TRUNCATED)");
        return false;
      }
      octets(at + Tcp.LENGTH, at + header);
    }
    return true;
  }

  /** Returns whether the header is whole, or not here at all. */
  boolean udp(int at, int protocol, boolean later) {
    to.text(protocol == IpProtocol.UDP ? "PROTO=UDP " : "PROTO=UDPLITE ");
    if (later) {
      return true;
    }
    if (at + 8 > end) {
      incomplete(at);
      return false;
    }
    ports(at);
    to.field("LEN=", Bytes.u16(data, at + 4));
    return true;
  }

  private void ports(int at) {
    to.field("SPT=", Bytes.u16(data, at)).field("DPT=", Bytes.u16(data, at + 2));
  }

  /** Identifier and number of an echo. */
  void echo(int at) {
    to.field("ID=", Bytes.u16(data, at + 4)).field("SEQ=", Bytes.u16(data, at + 6));
  }

  /**
   * A header of IPsec.
   *
   * @param index where its security parameters index stands
   * @param length bytes that it must have
   */
  void security(String name, int at, int index, int length, boolean later) {
    if (later && name.equals("AH")) {
      return;
    }
    to.text("PROTO=").text(name).text(" ");
    if (later) {
      return;
    }
    if (at + length > end) {
      incomplete(at);
    } else {
      to.text("SPI=0x").shortHex(Bytes.u32(data, at + index)).text(" ");
    }
  }
}
