package dev.patchbay.stack.nat;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * IP packets as a line of text, in both directions. What is written has right checksums, and what
 * is read must have them.
 *
 * <pre>
 *   udp 10.0.2.15:4000 > 192.0.2.7:53 text           the words "no sum" before the text: without
 *   tcp 10.0.2.15:4000 > 192.0.2.7:80 SA 1000 2000 text        flags, sequence, acknowledgment
 *   ping 10.0.2.15 > 192.0.2.7 77                    echo request, identification
 *   pong 192.0.2.7 > 10.0.2.15 77
 *   error 192.0.2.7 > 10.0.2.15 3/1 about udp 10.0.2.15:4000 > 192.0.2.7:53 text
 *   proto47 10.0.2.15 > 192.0.2.7 text
 * </pre>
 *
 * Addresses of IPv6 stand in brackets.
 */
final class PacketText {
  private static final String FLAGS = "FSRPAU";
  private static final int TCP = 6;
  private static final int UDP = 17;

  private PacketText() {}

  // ---- from text

  /** The packet of a line. */
  static byte[] packet(String line) {
    int about = line.indexOf(" about ");
    String[] w = (about < 0 ? line : line.substring(0, about)).split(" ", 5);
    IpAddress from = address(w[1]);
    IpAddress to = address(w[3]);
    boolean v4 = from.isV4();
    String rest = w.length > 4 ? w[4] : "";
    int icmp = v4 ? 1 : 58;
    return switch (w[0]) {
      case "udp" -> {
        boolean bare = rest.startsWith("no sum");
        byte[] data = bytes(bare ? rest.substring("no sum".length()).strip() : rest);
        byte[] b = new byte[8 + data.length];
        Bytes.put16(b, 0, port(w[1]));
        Bytes.put16(b, 2, port(w[3]));
        Bytes.put16(b, 4, b.length);
        System.arraycopy(data, 0, b, 8, data.length);
        yield ip(from, to, UDP, bare ? -1 : 6, b);
      }
      case "tcp" -> tcp(from, to, port(w[1]), port(w[3]), rest);
      case "ping", "pong" -> {
        byte[] b = new byte[16];
        boolean ping = w[0].equals("ping");
        Bytes.put8(b, 0, v4 ? ping ? 8 : 0 : ping ? 128 : 129);
        Bytes.put16(b, 4, Integer.parseInt(rest));
        Bytes.put16(b, 6, 1);
        yield ip(from, to, icmp, 2, b);
      }
      case "error" -> {
        byte[] quote = packet(line.substring(about + " about ".length()));
        String[] code = rest.split("/");
        byte[] b = new byte[8 + quote.length];
        Bytes.put8(b, 0, Integer.parseInt(code[0]));
        Bytes.put8(b, 1, Integer.parseInt(code[1]));
        System.arraycopy(quote, 0, b, 8, quote.length);
        yield ip(from, to, icmp, 2, b);
      }
      default -> ip(from, to, Integer.parseInt(w[0].substring("proto".length())), -1, bytes(rest));
    };
  }

  private static byte[] tcp(IpAddress from, IpAddress to, int fromPort, int toPort, String rest) {
    String[] w = rest.split(" ", 4);
    byte[] data = bytes(w.length > 3 ? w[3] : "");
    byte[] options = {};
    if (w.length > 2 && w[2].contains("+")) {
      String[] sack = w[2].split("[+-]");
      options = new byte[12];
      Bytes.put32(options, 0, 0x0101050a);
      Bytes.put32(options, 4, (int) Long.parseLong(sack[1]));
      Bytes.put32(options, 8, (int) Long.parseLong(sack[2]));
    }
    int header = 20 + options.length;
    byte[] b = new byte[header + data.length];
    Bytes.put16(b, 0, fromPort);
    Bytes.put16(b, 2, toPort);
    Bytes.put32(b, 4, (int) Long.parseLong(w[1]));
    Bytes.put32(b, 8, w.length > 2 ? (int) Long.parseLong(w[2].split("\\+")[0]) : 0);
    int flags = 0;
    for (char c : w[0].toCharArray()) {
      flags |= 1 << FLAGS.indexOf(c);
    }
    Bytes.put16(b, 12, header / 4 << 12 | flags);
    Bytes.put16(b, 14, 65535);
    System.arraycopy(options, 0, b, 20, options.length);
    System.arraycopy(data, 0, b, header, data.length);
    return ip(from, to, TCP, 16, b);
  }

  private static byte[] bytes(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] ip(IpAddress from, IpAddress to, int protocol, int sumAt, byte[] body) {
    boolean v4 = from.isV4();
    int header = v4 ? 20 : 40;
    byte[] b = new byte[header + body.length];
    System.arraycopy(body, 0, b, header, body.length);
    if (v4) {
      Bytes.put16(b, 0, 0x4500);
      Bytes.put16(b, 2, b.length);
      Bytes.put16(b, 4, 7);
      Bytes.put8(b, 8, 64);
      Bytes.put8(b, 9, protocol);
      Bytes.put32(b, 12, (int) from.lo());
      Bytes.put32(b, 16, (int) to.lo());
      Bytes.put16(b, 10, InternetChecksum.finish(InternetChecksum.sum(b, 0, 20)));
    } else {
      Bytes.put32(b, 0, 6 << 28);
      Bytes.put16(b, 4, body.length);
      Bytes.put8(b, 6, protocol);
      Bytes.put8(b, 7, 64);
      Bytes.put64(b, 8, from.hi());
      Bytes.put64(b, 16, from.lo());
      Bytes.put64(b, 24, to.hi());
      Bytes.put64(b, 32, to.lo());
    }
    if (sumAt >= 0) {
      int sum = InternetChecksum.finish(total(b, header, protocol));
      Bytes.put16(b, header + sumAt, protocol == UDP && sum == 0 ? 0xffff : sum);
    }
    return b;
  }

  private static long total(byte[] b, int header, int protocol) {
    int length = b.length - header;
    long sum = InternetChecksum.sum(b, header, length);
    if (protocol != 1) {
      IpAddress from = from(b, 0);
      IpAddress to = to(b, 0);
      sum += InternetChecksum.pseudo(from.hi(), from.lo(), to.hi(), to.lo(), protocol, length);
    }
    return sum;
  }

  private static IpAddress address(String word) {
    if (word.startsWith("[")) {
      return IpAddress.parse(word.substring(1, word.indexOf(']')));
    }
    return IpAddress.parse(word.indexOf(':') < 0 ? word : word.substring(0, word.indexOf(':')));
  }

  private static int port(String word) {
    return Integer.parseInt(word.substring(word.lastIndexOf(':') + 1));
  }

  // ---- to text

  /** The line of a packet; an assertion fails where a checksum is wrong. */
  static String of(byte[] b) {
    return of(b, 0, true);
  }

  private static String of(byte[] b, int at, boolean whole) {
    boolean v4 = b[at] >>> 4 == 4;
    int protocol = Bytes.u8(b, at + (v4 ? 9 : 6));
    int l4 = at + (v4 ? 20 : 40);
    if (v4 && InternetChecksum.finish(InternetChecksum.sum(b, at, 20)) != 0) {
      throw new AssertionError("IP checksum");
    }
    String from = name(from(b, at));
    String to = name(to(b, at));
    boolean summed = protocol != UDP || Bytes.u16(b, l4 + 6) != 0;
    boolean known = List.of(1, TCP, UDP, 58).contains(protocol);
    if (whole && known && summed && InternetChecksum.finish(total(b, l4, protocol)) != 0) {
      throw new AssertionError("checksum of " + protocol + " " + from + " > " + to);
    }
    String both = " " + from + " > " + to + " ";
    String text;
    switch (protocol) {
      case UDP -> {
        String none = summed ? "" : "no sum ";
        text = "udp" + withPorts(both, b, l4) + none + text(b, l4 + 8);
      }
      case TCP -> text = "tcp" + withPorts(both, b, l4) + tcp(b, l4);
      case 1, 58 -> text = icmp(b, l4, both, v4);
      default -> text = "proto" + protocol + both + text(b, l4);
    }
    return text.strip();
  }

  private static String icmp(byte[] b, int l4, String both, boolean v4) {
    int type = Bytes.u8(b, l4);
    boolean ping = type == (v4 ? 8 : 128);
    if (ping || type == (v4 ? 0 : 129)) {
      return (ping ? "ping" : "pong") + both + Bytes.u16(b, l4 + 4);
    }
    String code = type + "/" + Bytes.u8(b, l4 + 1);
    return "error" + both + code + " about " + of(b, l4 + 8, false);
  }

  private static String withPorts(String both, byte[] b, int l4) {
    String[] w = both.strip().split(" ");
    return " %s:%d > %s:%d ".formatted(w[0], Bytes.u16(b, l4), w[2], Bytes.u16(b, l4 + 2));
  }

  private static String tcp(byte[] b, int l4) {
    StringBuilder text = new StringBuilder();
    int flags = Bytes.u8(b, l4 + 13);
    for (int i = 0; i < FLAGS.length(); i++) {
      if ((flags >> i & 1) != 0) {
        text.append(FLAGS.charAt(i));
      }
    }
    text.append(' ').append(Bytes.u32(b, l4 + 4));
    text.append(' ').append(Bytes.u32(b, l4 + 8));
    int header = Bytes.u8(b, l4 + 12) >> 4 << 2;
    if (header == 32 && Bytes.i32(b, l4 + 20) == 0x0101050a) {
      text.append('+').append(Bytes.u32(b, l4 + 24)).append('-').append(Bytes.u32(b, l4 + 28));
    }
    return text + " " + text(b, l4 + header);
  }

  private static String text(byte[] b, int at) {
    byte[] data = at >= b.length ? new byte[0] : Arrays.copyOfRange(b, at, b.length);
    String all = new String(data, StandardCharsets.ISO_8859_1);
    return all.replace("\r", "\\r").replace("\n", "\\n");
  }

  private static IpAddress from(byte[] b, int at) {
    return b[at] >>> 4 == 4
        ? v4(b, at + 12)
        : new IpAddress(Bytes.i64(b, at + 8), Bytes.i64(b, at + 16));
  }

  private static IpAddress to(byte[] b, int at) {
    return b[at] >>> 4 == 4
        ? v4(b, at + 16)
        : new IpAddress(Bytes.i64(b, at + 24), Bytes.i64(b, at + 32));
  }

  private static IpAddress v4(byte[] b, int at) {
    return new IpAddress(0, 0xffff_0000_0000L | Bytes.u32(b, at));
  }

  private static String name(IpAddress a) {
    return a.isV4() ? a.toString() : "[" + a + "]";
  }
}
