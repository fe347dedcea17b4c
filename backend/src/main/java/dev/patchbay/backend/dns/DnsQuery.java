package dev.patchbay.backend.dns;

import dev.patchbay.stack.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The header and the one question of a query, read without trust (RFC 1035 section 4.1). */
final class DnsQuery {
  static final int NOERROR = 0;
  static final int FORMERR = 1;
  static final int SERVFAIL = 2;
  static final int NXDOMAIN = 3;
  static final int NOTIMP = 4;
  static final int REFUSED = 5;

  /** Bytes of the header. */
  static final int HEADER = 12;

  /** Greatest answer by UDP without EDNS. */
  static final int PLAIN_UDP = 512;

  private static final int TYPE_OPT = 41;

  final byte[] message;

  /** Where the question ends. */
  final int end;

  final int type;
  final int dnsClass;

  /** Lower case, without the last dot. */
  final String name;

  private DnsQuery(byte[] message, int end, String name) {
    this.message = message;
    this.end = end;
    this.name = name;
    type = Bytes.u16(message, end - 4);
    dnsClass = Bytes.u16(message, end - 2);
  }

  /** Reads the question; null where there is not exactly one or it is malformed. */
  static @Nullable DnsQuery parse(byte[] message) {
    if (message.length < HEADER || Bytes.u16(message, 4) != 1) {
      return null;
    }
    int at = HEADER;
    StringBuilder name = new StringBuilder();
    while (at < message.length && message[at] != 0) {
      int length = message[at] & 0xff;
      if (length > 63 || at + 1 + length > message.length || at - HEADER > 254) {
        return null;
      }
      if (!name.isEmpty()) {
        name.append('.');
      }
      name.append(new String(message, at + 1, length, StandardCharsets.ISO_8859_1));
      at += 1 + length;
    }
    if (at + 5 > message.length || at - HEADER > 254) {
      return null;
    }
    return new DnsQuery(message, at + 5, name.toString().toLowerCase(Locale.ROOT));
  }

  int id() {
    return Bytes.u16(message, 0);
  }

  int opcode() {
    return message[2] >>> 3 & 0xf;
  }

  /** Whether {@code answer} is a response to this question, its identifier aside. */
  boolean isAnsweredBy(byte[] answer) {
    DnsQuery other = parse(answer);
    return other != null
        && answer[2] < 0
        && other.opcode() == opcode()
        && other.type == type
        && other.dnsClass == dnsClass
        && other.name.equals(name);
  }

  /** The UDP size that the client takes: that of its OPT record (RFC 6891), else 512. */
  int udpSize() {
    int at = end;
    int records = Bytes.u16(message, 6) + Bytes.u16(message, 8) + Bytes.u16(message, 10);
    for (int i = 0; i < records; i++) {
      while (at < message.length && message[at] != 0 && (message[at] & 0xc0) != 0xc0) {
        at += 1 + (message[at] & 0xff);
      }
      if (at >= message.length) {
        return PLAIN_UDP;
      }
      at += message[at] == 0 ? 1 : 2;
      if (at + 10 > message.length) {
        return PLAIN_UDP;
      }
      if (Bytes.u16(message, at) == TYPE_OPT) {
        return Math.max(PLAIN_UDP, Bytes.u16(message, at + 2));
      }
      at += 10 + Bytes.u16(message, at + 8);
    }
    return PLAIN_UDP;
  }

  /** An answer of header and question alone. */
  byte[] reply(int rcode) {
    return header(message, end, rcode, 1);
  }

  /** An answer cut to nothing but its question, with TC: ask again by TCP. */
  byte[] truncated(byte[] answer) {
    byte[] out = Arrays.copyOf(answer, end);
    out[2] |= 2;
    Bytes.put16(out, 6, 0);
    Bytes.put16(out, 8, 0);
    Bytes.put16(out, 10, 0);
    return out;
  }

  /** FORMERR to a message of which no more than the header can be read. */
  static byte[] formErr(byte[] message) {
    return header(message, HEADER, FORMERR, 0);
  }

  private static byte[] header(byte[] message, int end, int rcode, int questions) {
    byte[] out = Arrays.copyOf(message, end);
    // QR, the query's opcode and RD, RA
    out[2] = (byte) (0x80 | message[2] & 0x79);
    out[3] = (byte) (0x80 | rcode);
    Bytes.put16(out, 4, questions);
    Bytes.put16(out, 6, 0);
    Bytes.put16(out, 8, 0);
    Bytes.put16(out, 10, 0);
    return out;
  }
}
