package dev.patchbay.backend.dhcp;

import dev.patchbay.stack.wire.Bytes;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A DHCP message (RFC 2131 section 2), BOOTP included. Fields are plain; addresses are ints with
 * the first byte on the wire in the high bits. Options are kept by number in the order in which
 * they came; one that came in several parts is joined (RFC 3396).
 */
final class DhcpMessage {
  /** {@link #op} of a client's message. */
  static final int BOOTREQUEST = 1;

  /** {@link #op} of a server's message. */
  static final int BOOTREPLY = 2;

  static final int DISCOVER = 1;
  static final int OFFER = 2;
  static final int REQUEST = 3;
  static final int DECLINE = 4;
  static final int ACK = 5;
  static final int NAK = 6;
  static final int RELEASE = 7;
  static final int INFORM = 8;

  /** The flag by which a client asks for a broadcast answer. */
  static final int FLAG_BROADCAST = 0x8000;

  /** Bytes of the fixed fields, without the magic cookie. */
  static final int FIXED = 236;

  /** The least message: what BOOTP clients expect (RFC 1542 section 2.1). */
  static final int MIN_LENGTH = 300;

  private static final int COOKIE = 0x63825363;
  private static final int OPTIONS_AT = FIXED + 4;
  private static final int SNAME_AT = 44;
  private static final int FILE_AT = 108;
  private static final int SNAME_LENGTH = 64;
  private static final int FILE_LENGTH = 128;

  int op;
  int htype = 1;
  int hlen = 6;
  int hops;
  int xid;
  int secs;
  int flags;
  int ciaddr;
  int yiaddr;
  int siaddr;
  int giaddr;
  byte[] chaddr = new byte[16];
  byte[] sname = new byte[0];
  byte[] file = new byte[0];
  final Map<Integer, byte[]> options = new LinkedHashMap<>();

  /**
   * Reads a message.
   *
   * @param b array with the UDP payload
   * @param off its start
   * @param len its length
   * @return null where it is none: too short, not Ethernet-like, an option beyond the end
   */
  static @Nullable DhcpMessage parse(byte[] b, int off, int len) {
    if (len < FIXED || off < 0 || off + len > b.length) {
      return null;
    }
    DhcpMessage m = new DhcpMessage();
    m.op = b[off] & 0xff;
    m.htype = b[off + 1] & 0xff;
    m.hlen = b[off + 2] & 0xff;
    m.hops = b[off + 3] & 0xff;
    m.xid = Bytes.i32(b, off + 4);
    m.secs = Bytes.u16(b, off + 8);
    m.flags = Bytes.u16(b, off + 10);
    m.ciaddr = Bytes.i32(b, off + 12);
    m.yiaddr = Bytes.i32(b, off + 16);
    m.siaddr = Bytes.i32(b, off + 20);
    m.giaddr = Bytes.i32(b, off + 24);
    m.chaddr = Arrays.copyOfRange(b, off + 28, off + 44);
    if (m.hlen > 16) {
      return null;
    }
    boolean cookie = len >= OPTIONS_AT && Bytes.i32(b, off + FIXED) == COOKIE;
    if (cookie && !m.readOptions(b, off + OPTIONS_AT, off + len)) {
      return null;
    }
    int overload = m.number(52, 0);
    if (overload > 3 || cookie && !m.readOverload(b, off, overload)) {
      return null;
    }
    if ((overload & 2) == 0) {
      m.sname = text(b, off + SNAME_AT, SNAME_LENGTH);
    }
    if ((overload & 1) == 0) {
      m.file = text(b, off + FILE_AT, FILE_LENGTH);
    }
    return m;
  }

  /** Option 52 (RFC 2132 section 9.3): first {@code file}, then {@code sname}. */
  private boolean readOverload(byte[] b, int off, int overload) {
    boolean good = true;
    if ((overload & 1) != 0) {
      good = readOptions(b, off + FILE_AT, off + FILE_AT + FILE_LENGTH);
    }
    if (good && (overload & 2) != 0) {
      good = readOptions(b, off + SNAME_AT, off + SNAME_AT + SNAME_LENGTH);
    }
    return good;
  }

  private boolean readOptions(byte[] b, int from, int end) {
    int at = from;
    while (at < end) {
      int code = b[at++] & 0xff;
      if (code == 255) {
        return true;
      }
      if (code == 0) {
        continue;
      }
      // the last option of a message without an end option may be cut by lazy clients: refuse it
      if (at >= end || at + 1 + (b[at] & 0xff) > end) {
        return false;
      }
      int length = b[at++] & 0xff;
      byte[] part = Arrays.copyOfRange(b, at, at + length);
      options.merge(code, part, DhcpMessage::join);
      at += length;
    }
    return true;
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private static byte[] text(byte[] b, int at, int length) {
    int end = at;
    while (end < at + length && b[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(b, at, end);
  }

  /** The message type (option 53), 0 for BOOTP, -1 where the option is malformed. */
  int type() {
    byte[] value = options.get(53);
    return value == null ? 0 : value.length == 1 && value[0] > 0 ? value[0] : -1;
  }

  /** An option that is one byte, or {@code otherwise}. */
  int number(int code, int otherwise) {
    byte[] value = options.get(code);
    return value != null && value.length == 1 ? value[0] & 0xff : otherwise;
  }

  /** An option that is one address, 0 where it is missing or malformed. */
  int address(int code) {
    byte[] value = options.get(code);
    return value != null && value.length == 4 ? Bytes.i32(value, 0) : 0;
  }

  /** An option, empty where it is missing. */
  byte[] bytes(int code) {
    byte[] value = options.get(code);
    return value == null ? new byte[0] : value;
  }

  /** The hardware address as 48 bits, 0 where it is not Ethernet's. */
  long mac() {
    return htype == 1 && hlen == 6 ? Bytes.u48(chaddr, 0) : 0;
  }

  /** Whether an answer must be sent to all (the client cannot receive otherwise). */
  boolean wantsBroadcast() {
    return (flags & FLAG_BROADCAST) != 0;
  }

  /**
   * Writes the message; what does not fit goes into {@code file} and {@code sname}, where those are
   * empty, and option 52 says so.
   *
   * @param max greatest length of the UDP payload, at least {@value #MIN_LENGTH}; options that do
   *     not fit even so are left out, the last first
   */
  byte[] emit(int max) {
    byte[] out = new byte[Math.max(max, MIN_LENGTH)];
    emitFixed(out);
    boolean overload = optionsLength() > out.length - OPTIONS_AT - 1;
    int fileFree = overload && file.length == 0 ? FILE_LENGTH - 1 : 0;
    int snameFree = overload && sname.length == 0 ? SNAME_LENGTH - 1 : 0;
    int at = OPTIONS_AT;
    int end = out.length - 1 - (overload ? 3 : 0);
    int fileAt = FILE_AT;
    int snameAt = SNAME_AT;
    for (Map.Entry<Integer, byte[]> option : options.entrySet()) {
      int need = need(option.getValue());
      if (at + need <= end) {
        at = put(out, at, option);
      } else if (fileAt - FILE_AT + need <= fileFree) {
        fileAt = put(out, fileAt, option);
      } else if (snameAt - SNAME_AT + need <= snameFree) {
        snameAt = put(out, snameAt, option);
      }
    }
    int used = (fileAt > FILE_AT ? 1 : 0) | (snameAt > SNAME_AT ? 2 : 0);
    if (used != 0) {
      out[at++] = 52;
      out[at++] = 1;
      out[at++] = (byte) used;
      if ((used & 1) != 0) {
        out[fileAt] = (byte) 255;
      }
      if ((used & 2) != 0) {
        out[snameAt] = (byte) 255;
      }
    }
    out[at++] = (byte) 255;
    return Arrays.copyOf(out, Math.max(at, MIN_LENGTH));
  }

  private void emitFixed(byte[] out) {
    out[0] = (byte) op;
    out[1] = (byte) htype;
    out[2] = (byte) hlen;
    out[3] = (byte) hops;
    Bytes.put32(out, 4, xid);
    Bytes.put16(out, 8, secs);
    Bytes.put16(out, 10, flags);
    Bytes.put32(out, 12, ciaddr);
    Bytes.put32(out, 16, yiaddr);
    Bytes.put32(out, 20, siaddr);
    Bytes.put32(out, 24, giaddr);
    System.arraycopy(chaddr, 0, out, 28, 16);
    System.arraycopy(sname, 0, out, SNAME_AT, Math.min(sname.length, SNAME_LENGTH - 1));
    System.arraycopy(file, 0, out, FILE_AT, Math.min(file.length, FILE_LENGTH - 1));
    Bytes.put32(out, FIXED, COOKIE);
  }

  private int optionsLength() {
    int length = 0;
    for (byte[] value : options.values()) {
      length += need(value);
    }
    return length;
  }

  /** Bytes of an option; one above 255 bytes is written in parts (RFC 3396). */
  private static int need(byte[] value) {
    return value.length + 2 * Math.max(1, (value.length + 254) / 255);
  }

  private static int put(byte[] out, int start, Map.Entry<Integer, byte[]> option) {
    int at = start;
    byte[] value = option.getValue();
    int from = 0;
    do {
      int length = Math.min(255, value.length - from);
      out[at++] = option.getKey().byteValue();
      out[at++] = (byte) length;
      System.arraycopy(value, from, out, at, length);
      at += length;
      from += length;
    } while (from < value.length);
    return at;
  }
}
