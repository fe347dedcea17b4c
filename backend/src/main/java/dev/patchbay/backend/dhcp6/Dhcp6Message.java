package dev.patchbay.backend.dhcp6;

import dev.patchbay.stack.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A DHCPv6 message between client and server (RFC 8415 section 8).
 *
 * @param type its type
 * @param transaction 24 bits
 * @param options in their order
 */
record Dhcp6Message(int type, int transaction, List<Option> options) {
  static final int SOLICIT = 1;
  static final int ADVERTISE = 2;
  static final int REQUEST = 3;
  static final int CONFIRM = 4;
  static final int RENEW = 5;
  static final int REBIND = 6;
  static final int REPLY = 7;
  static final int RELEASE = 8;
  static final int DECLINE = 9;
  static final int INFORMATION_REQUEST = 11;

  static final int CLIENT_ID = 1;
  static final int SERVER_ID = 2;
  static final int IA_NA = 3;
  static final int IA_TA = 4;
  static final int IA_ADDRESS = 5;
  static final int STATUS = 13;
  static final int RAPID_COMMIT = 14;
  static final int DNS_SERVERS = 23;
  static final int DOMAIN_LIST = 24;
  static final int IA_PD = 25;

  /** Options of one message or option that are read; a client sends a handful. */
  private static final int MOST = 64;

  /** An option. */
  record Option(int code, byte[] value) {}

  /** Reads a message; null where an option is cut or there are too many. */
  static @Nullable Dhcp6Message parse(byte[] b, int off, int len) {
    if (len < 4) {
      return null;
    }
    List<Option> options = options(b, off + 4, off + len);
    return options == null
        ? null
        : new Dhcp6Message(b[off] & 0xff, Bytes.i32(b, off) & 0xff_ffff, options);
  }

  /** Reads options that fill what lies from {@code from} to {@code end}; null where they do not. */
  static @Nullable List<Option> options(byte[] b, int from, int end) {
    List<Option> options = new ArrayList<>();
    int at = from;
    while (at < end) {
      if (at + 4 > end || options.size() == MOST) {
        return null;
      }
      int length = Bytes.u16(b, at + 2);
      if (at + 4 + length > end) {
        return null;
      }
      options.add(new Option(Bytes.u16(b, at), Arrays.copyOfRange(b, at + 4, at + 4 + length)));
      at += 4 + length;
    }
    return options;
  }

  /** The value of the first option of a code, or null. */
  byte @Nullable [] first(int code) {
    for (Option option : options) {
      if (option.code == code) {
        return option.value;
      }
    }
    return null;
  }

  byte[] emit() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    byte[] head = new byte[4];
    Bytes.put32(head, 0, transaction);
    head[0] = (byte) type;
    out.writeBytes(head);
    out.writeBytes(emit(options));
    return out.toByteArray();
  }

  static byte[] emit(List<Option> options) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Option option : options) {
      byte[] head = new byte[4];
      Bytes.put16(head, 0, option.code);
      Bytes.put16(head, 2, option.value.length);
      out.writeBytes(head);
      out.writeBytes(option.value);
    }
    return out.toByteArray();
  }
}
