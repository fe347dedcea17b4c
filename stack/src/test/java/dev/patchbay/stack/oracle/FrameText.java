package dev.patchbay.stack.oracle;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * A frame as a line of text that two frames have in common if they are the same but for what a
 * router chooses by itself: IPv4 identification, IPv6 flow label, identification of a fragment, the
 * times of a timestamp's answer, all of packets that it has made. The line ends with the CRC-32 of
 * all bytes, so masked, behind the Ethernet header.
 */
public final class FrameText {
  private static final int ICMP = 1;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int FRAGMENT = 44;
  private static final int ICMP6 = 58;

  private final Set<IpAddress> own;
  private final StringBuilder text = new StringBuilder();
  private byte[] b = {};

  /** Whether the outermost IP header of the frame at hand is of the router's making. */
  private boolean made;

  /**
   * A maker of lines.
   *
   * @param own addresses of the router
   */
  public FrameText(List<IpAddress> own) {
    this.own = new HashSet<>(own);
  }

  /** The line of a frame. */
  public String of(byte[] frame) {
    return of(frame, false);
  }

  /**
   * The line of a frame.
   *
   * @param anyHop without the addresses of Ethernet, where the next hop does not matter
   */
  String of(byte[] frame, boolean anyHop) {
    b = Arrays.copyOf(frame, frame.length);
    text.setLength(0);
    made = false;
    if (!anyHop && b.length >= 14) {
      text.append(Addresses.macToString(Bytes.u48(b, 6))).append('>');
      text.append(Addresses.macToString(Bytes.u48(b, 0)));
    }
    int at = 12;
    while (at + 4 <= b.length && isTag(Bytes.u16(b, at))) {
      text.append(Bytes.u16(b, at) == 0x8100 ? " q" : " ad");
      text.append(String.format("%04x", Bytes.u16(b, at + 2)));
      at += 4;
    }
    int type = at + 2 <= b.length ? Bytes.u16(b, at) : -1;
    text.append(String.format(" %04x", type));
    if (type == 0x0800 && at + 22 <= b.length) {
      ip4(at + 2, true);
    } else if (type == 0x86dd && at + 42 <= b.length) {
      ip6(at + 2, true);
    }
    CRC32 crc = new CRC32();
    crc.update(b, Math.min(12, b.length), b.length - Math.min(12, b.length));
    return text.append(String.format(" #%d %08x", b.length, crc.getValue())).toString();
  }

  private static boolean isTag(int type) {
    return type == 0x8100 || type == 0x88a8;
  }

  /** A packet whose header is there, or in an error's quotation (not outer) its beginning. */
  private void ip4(int at, boolean outer) {
    IpAddress source = new IpAddress(0, Addresses.v4(Bytes.i32(b, at + 12)));
    int header = (b[at] & 15) * 4;
    int total = Bytes.u16(b, at + 2);
    int flags = Bytes.u16(b, at + 6);
    boolean whole = header >= 20 && at + header <= b.length;
    if (outer) {
      made = own.contains(source);
    }
    boolean good = whole && InternetChecksum.fold(InternetChecksum.sum(b, at, header)) == 0xffff;
    text.append(' ').append(source).append('>');
    text.append(new IpAddress(0, Addresses.v4(Bytes.i32(b, at + 16))));
    text.append(" ttl ").append(Bytes.u8(b, at + 8)).append(" len ").append(total);
    if (Bytes.u8(b, at + 1) != 0) {
      text.append(String.format(" tos %02x", Bytes.u8(b, at + 1)));
    }
    if (flags != 0) {
      text.append((flags & 0x8000) != 0 ? " evil" : "").append((flags & 0x4000) != 0 ? " df" : "");
      text.append((flags & 0x2000) != 0 ? " mf" : "");
      text.append((flags & 0x1fff) != 0 ? " at " + (flags & 0x1fff) * 8 : "");
    }
    if (whole && header > 20) {
      text.append(" opt ").append(HexFormat.of().formatHex(b, at + 20, at + header));
    }
    text.append(good ? "" : " sum?");
    if (outer && made && good) {
      Bytes.put16(b, at + 4, 0);
      Bytes.put16(b, at + 10, 0);
    }
    int protocol = Bytes.u8(b, at + 9);
    if (whole && (flags & 0x1fff) == 0) {
      boolean complete = (flags & 0x2000) == 0 && at + total <= b.length && total >= header;
      long pseudo =
          complete
              ? InternetChecksum.pseudo4(
                  Bytes.i32(b, at + 12), Bytes.i32(b, at + 16), protocol, total - header)
              : -1;
      transport(protocol, at + header, complete ? at + total : b.length, pseudo, outer);
    } else {
      text.append(" proto ").append(protocol);
    }
  }

  private void ip6(int at, boolean outer) {
    IpAddress source = new IpAddress(Bytes.i64(b, at + 8), Bytes.i64(b, at + 16));
    int payload = Bytes.u16(b, at + 4);
    if (outer) {
      made = own.contains(source) || Addresses.isLinkLocal(source.hi(), source.lo());
      if (made) {
        Bytes.put32(b, at, Bytes.i32(b, at) & 0xfff0_0000);
      }
    }
    text.append(' ').append(source).append('>');
    text.append(new IpAddress(Bytes.i64(b, at + 24), Bytes.i64(b, at + 32)));
    text.append(" hop ").append(Bytes.u8(b, at + 7)).append(" len ").append(payload);
    if ((Bytes.i32(b, at) & 0xfffffff) != 0) {
      text.append(String.format(" class %07x", Bytes.i32(b, at) & 0xfffffff));
    }
    int next = Bytes.u8(b, at + 6);
    int l4 = at + 40;
    boolean cut = at + 40 + payload > b.length;
    while (l4 + 8 <= b.length && (next == 0 || next == 43 || next == 60 || next == FRAGMENT)) {
      int length = next == FRAGMENT ? 8 : (Bytes.u8(b, l4 + 1) + 1) * 8;
      if (next == FRAGMENT) {
        int offset = Bytes.u16(b, l4 + 2);
        text.append(" frag ").append(offset & ~7).append((offset & 1) != 0 ? "+" : "");
        if (outer && made) {
          Bytes.put32(b, l4 + 4, 0);
        }
        if (offset != 0) {
          cut = true;
        }
        if ((offset & ~7) != 0) {
          text.append(" proto ").append(Bytes.u8(b, l4));
          return;
        }
      } else {
        int end = Math.min(l4 + length, b.length);
        text.append(" ext").append(next).append(' ').append(HexFormat.of().formatHex(b, l4, end));
      }
      next = Bytes.u8(b, l4);
      l4 += length;
    }
    int end = cut ? b.length : at + 40 + payload;
    long pseudo =
        cut || l4 > end
            ? -1
            : InternetChecksum.pseudo6(
                source.hi(),
                source.lo(),
                Bytes.i64(b, at + 24),
                Bytes.i64(b, at + 32),
                next,
                end - l4);
    transport(next, l4, end, pseudo, outer);
  }

  /**
   * @param pseudo sum of the pseudo header, -1 where the checksum cannot be told
   */
  private void transport(int protocol, int at, int end, long pseudo, boolean outer) {
    boolean told = pseudo >= 0 && at < end;
    int sum = told ? InternetChecksum.fold(InternetChecksum.sum(b, at, end - at)) : -1;
    int with = told ? InternetChecksum.fold(pseudo + InternetChecksum.sum(b, at, end - at)) : -1;
    switch (protocol) {
      case UDP -> {
        text.append(" udp");
        if (at + 8 <= end) {
          text.append(' ').append(Bytes.u16(b, at)).append('>').append(Bytes.u16(b, at + 2));
          text.append(" len ").append(Bytes.u16(b, at + 4));
          text.append(told && with != 0xffff && Bytes.u16(b, at + 6) != 0 ? " sum?" : "");
        }
      }
      case TCP -> {
        text.append(" tcp");
        if (at + 20 <= end) {
          text.append(' ').append(Bytes.u16(b, at)).append('>').append(Bytes.u16(b, at + 2));
          text.append(" seq ").append(Bytes.u32(b, at + 4)).append(" ack ");
          text.append(Bytes.u32(b, at + 8));
          text.append(
              String.format(" flags %04x win %d", Bytes.u16(b, at + 12), Bytes.u16(b, at + 14)));
          text.append(told && with != 0xffff ? " sum?" : "");
        }
      }
      case ICMP, ICMP6 -> icmp(protocol == ICMP, at, end, protocol == ICMP ? sum : with, outer);
      default -> text.append(" proto ").append(protocol);
    }
  }

  private void icmp(boolean v4, int at, int end, int sum, boolean outer) {
    text.append(" icmp");
    if (at + 8 > end) {
      return;
    }
    int type = Bytes.u8(b, at);
    text.append(String.format(" %d/%d %08x", type, Bytes.u8(b, at + 1), Bytes.i32(b, at + 4)));
    text.append(sum >= 0 && sum != 0xffff ? " sum?" : "");
    if (outer && made && v4 && type == 14 && end - at >= 20 && sum == 0xffff) {
      Bytes.put16(b, at + 2, 0);
      Bytes.put64(b, at + 12, 0);
    }
    boolean error4 = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    if (outer && v4 && error4 && at + 8 + 20 <= end) {
      text.append(" [");
      ip4(at + 8, false);
      text.append(']');
    } else if (outer && !v4 && type < 128 && at + 8 + 40 <= end) {
      text.append(" [");
      ip6(at + 8, false);
      text.append(']');
    }
  }
}
