package dev.patchbay.stack.netfilter.log;

import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv6;

/** Words an IPv6 header, its extension headers and ICMPv6. */
final class Ipv6Text {
  private final LineBuffer to;
  private final TransportText transport;

  // where the walk is
  private byte[] data = {};
  private int end;
  private int at;
  private int next;
  private boolean later;

  Ipv6Text(LineBuffer to, TransportText transport) {
    this.to = to;
    this.transport = transport;
  }

  /**
   * A header and what is behind it.
   *
   * @param quoted whether it stands in an error of ICMPv6, in which no further one is looked for
   * @return whether it was whole enough to go on
   */
  boolean write(int from, boolean quoted) {
    data = transport.data();
    end = transport.end();
    if (from + Ipv6.LENGTH > end) {
      to.text("TRUNCATED");
      return false;
    }
    to.text("SRC=");
    address(from + 8);
    to.text(" DST=");
    address(from + 24);
    long word = Bytes.u32(data, from);
    to.text(" ").field("LEN=", Bytes.u16(data, from + 4) + Ipv6.LENGTH);
    to.field("TC=", word >>> 20 & 0xff).field("HOPLIMIT=", Bytes.u8(data, from + 7));
    to.field("FLOWLBL=", word & 0xfffff);
    at = from + Ipv6.LENGTH;
    next = Bytes.u8(data, from + 6);
    later = false;
    return extensions() && protocol(quoted);
  }

  private void address(int from) {
    for (int i = 0; i < 16; i += 2) {
      to.text(i == 0 ? "" : ":").hex(Bytes.u16(data, from + i), 4);
    }
  }

  private static boolean isExtension(int header) {
    return switch (header) {
      case IpProtocol.HOP_BY_HOP,
          IpProtocol.ROUTING,
          IpProtocol.FRAGMENT,
          IpProtocol.ESP,
          IpProtocol.AH,
          IpProtocol.DESTINATION ->
          true;
      default -> false;
    };
  }

  /** Walks to the first header that is none; false where there is none to come to. */
  private boolean extensions() {
    while (isExtension(next)) {
      if (at + 2 > end) {
        to.text("TRUNCATED");
        return false;
      }
      boolean says = transport.says(PacketLog.IP_OPTIONS);
      to.text(says ? "OPT ( " : "");
      int following = Bytes.u8(data, at);
      int length = extension(says);
      if (length == 0) {
        return false;
      }
      to.text(says ? ") " : "");
      next = following;
      at += length;
    }
    return true;
  }

  /** One header; its length, 0 where nothing can be said of what is behind it. */
  private int extension(boolean says) {
    switch (next) {
      case IpProtocol.FRAGMENT -> {
        return fragment() ? 8 : 0;
      }
      case IpProtocol.AH -> {
        boolean whole = !says || security("AH ", 4, 12, " ");
        return whole ? Bytes.u8(data, at + 1) + 2 << 2 : 0;
      }
      case IpProtocol.ESP -> {
        if (says) {
          security("ESP ", 0, 8, " )");
        }
        return 0;
      }
      default -> {
        to.text(later && says ? ")" : "");
        return later ? 0 : Bytes.u8(data, at + 1) + 1 << 3;
      }
    }
  }

  private boolean fragment() {
    to.text("FRAG:");
    if (at + 8 > end) {
      to.text("TRUNCATED ");
      return false;
    }
    int word = Bytes.u16(data, at + 2);
    to.number(word & 0xfff8).text(" ").text((word & 1) != 0 ? "INCOMPLETE " : "");
    to.text("ID:").hex(Bytes.u32(data, at + 4), 8).text(" ");
    later |= (word & 0xfff8) != 0;
    return true;
  }

  private boolean security(String name, int index, int length, String behind) {
    to.text(name);
    if (later) {
      to.text(")");
      return false;
    }
    if (at + length > end) {
      transport.incomplete(at);
      to.text(")");
      return false;
    }
    to.text("SPI=0x").shortHex(Bytes.u32(data, at + index)).text(behind);
    return true;
  }

  private boolean protocol(boolean quoted) {
    switch (next) {
      case IpProtocol.TCP -> {
        return transport.tcp(at, later);
      }
      case IpProtocol.UDP, IpProtocol.UDPLITE -> {
        return transport.udp(at, next, later);
      }
      case IpProtocol.ICMPV6 -> {
        return icmp(quoted);
      }
      default -> to.field("PROTO=", next);
    }
    return true;
  }

  private boolean icmp(boolean quoted) {
    to.text("PROTO=ICMPv6 ");
    if (later) {
      return true;
    }
    int message = at;
    if (message + 8 > end) {
      transport.incomplete(message);
      return false;
    }
    int type = Bytes.u8(data, message);
    to.field("TYPE=", type).field("CODE=", Bytes.u8(data, message + 1));
    switch (type) {
      case 128, 129 -> transport.echo(message);
      case 1, 2, 3, 4 -> {
        if (type == 4) {
          to.text("POINTER=").hex(Bytes.u32(data, message + 4), 8).text(" ");
        }
        if (!quoted) {
          to.text("[");
          write(message + 8, true);
          to.text("] ");
        }
        if (type == 2) {
          to.field("MTU=", Bytes.u32(data, message + 4));
        }
      }
      default -> {
        // type and code say all
      }
    }
    return true;
  }
}
