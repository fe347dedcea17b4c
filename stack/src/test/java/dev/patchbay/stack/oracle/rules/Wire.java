package dev.patchbay.stack.oracle.rules;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.Arrays;

/** Packets as bytes, with right checksums. */
final class Wire {
  static final int ICMP = 1;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int ICMP6 = 58;
  static final int FIN = 1;
  static final int SYN = 2;
  static final int RST = 4;
  static final int PSH = 8;
  static final int ACK = 16;
  static final int URG = 32;
  private static final int ETHERNET = 14;

  private Wire() {}

  /** An IP packet of one of the families, the checksum of its transport filled in. */
  static byte[] ip(
      IpAddress from, IpAddress to, int protocol, int hops, int tos, int id, byte[] body) {
    return from.isV4()
        ? ip4(from, to, protocol, hops, tos, id, body)
        : ip6(from, to, protocol, hops, tos, body);
  }

  private static byte[] ip4(
      IpAddress from, IpAddress to, int protocol, int hops, int tos, int id, byte[] body) {
    byte[] packet = new byte[20 + body.length];
    Bytes.put8(packet, 0, 0x45);
    Bytes.put8(packet, 1, tos);
    Bytes.put16(packet, 2, packet.length);
    Bytes.put16(packet, 4, id);
    Bytes.put8(packet, 8, hops);
    Bytes.put8(packet, 9, protocol);
    Bytes.put32(packet, 12, (int) from.lo());
    Bytes.put32(packet, 16, (int) to.lo());
    System.arraycopy(body, 0, packet, 20, body.length);
    return sealed(packet);
  }

  private static byte[] ip6(
      IpAddress from, IpAddress to, int protocol, int hops, int tos, byte[] body) {
    byte[] packet = new byte[40 + body.length];
    Bytes.put32(packet, 0, 6 << 28 | tos << 20);
    Bytes.put16(packet, 4, body.length);
    Bytes.put8(packet, 6, protocol);
    Bytes.put8(packet, 7, hops);
    Bytes.put64(packet, 8, from.hi());
    Bytes.put64(packet, 16, from.lo());
    Bytes.put64(packet, 24, to.hi());
    Bytes.put64(packet, 32, to.lo());
    System.arraycopy(body, 0, packet, 40, body.length);
    return sealed(packet);
  }

  /** The checksum of IPv4's header made right. */
  static byte[] headed(byte[] packet) {
    if (packet[0] >> 4 == 4) {
      Bytes.put16(packet, 10, 0);
      int length = Math.min((packet[0] & 15) * 4, packet.length);
      Bytes.put16(packet, 10, InternetChecksum.finish(InternetChecksum.sum(packet, 0, length)));
    }
    return packet;
  }

  /** Both checksums made right; the transport begins right behind the header. */
  private static byte[] sealed(byte[] packet) {
    headed(packet);
    boolean v4 = packet[0] >> 4 == 4;
    int at = v4 ? (packet[0] & 15) * 4 : 40;
    int protocol = packet[v4 ? 9 : 6];
    int field = checksumAt(protocol);
    int length = packet.length - at;
    if (field < 0 || length < field + 2) {
      return packet;
    }
    Bytes.put16(packet, at + field, 0);
    long sum = InternetChecksum.sum(packet, at, length);
    if (protocol != ICMP) {
      sum +=
          v4
              ? InternetChecksum.pseudo4(
                  Bytes.i32(packet, 12), Bytes.i32(packet, 16), protocol, length)
              : InternetChecksum.pseudo6(
                  Bytes.i64(packet, 8),
                  Bytes.i64(packet, 16),
                  Bytes.i64(packet, 24),
                  Bytes.i64(packet, 32),
                  protocol,
                  length);
    }
    Bytes.put16(
        packet,
        at + field,
        protocol == UDP ? InternetChecksum.finishUdp(sum) : InternetChecksum.finish(sum));
    return packet;
  }

  private static int checksumAt(int protocol) {
    return switch (protocol) {
      case TCP -> 16;
      case UDP -> 6;
      case ICMP, ICMP6 -> 2;
      default -> -1;
    };
  }

  static byte[] tcp(int from, int to, int seq, int ack, int flags, byte[] options, byte[] data) {
    byte[] body = new byte[20 + options.length + data.length];
    Bytes.put16(body, 0, from);
    Bytes.put16(body, 2, to);
    Bytes.put32(body, 4, seq);
    Bytes.put32(body, 8, ack);
    Bytes.put16(body, 12, (20 + options.length) / 4 << 12 | flags);
    Bytes.put16(body, 14, 8192);
    System.arraycopy(options, 0, body, 20, options.length);
    System.arraycopy(data, 0, body, 20 + options.length, data.length);
    return body;
  }

  static byte[] udp(int from, int to, byte[] data) {
    byte[] body = new byte[8 + data.length];
    Bytes.put16(body, 0, from);
    Bytes.put16(body, 2, to);
    Bytes.put16(body, 4, body.length);
    System.arraycopy(data, 0, body, 8, data.length);
    return body;
  }

  static byte[] icmp(int type, int code, int rest, byte[] data) {
    byte[] body = new byte[8 + data.length];
    Bytes.put8(body, 0, type);
    Bytes.put8(body, 1, code);
    Bytes.put32(body, 4, rest);
    System.arraycopy(data, 0, body, 8, data.length);
    return body;
  }

  static byte[] frame(long to, long from, byte[] packet) {
    byte[] frame = new byte[ETHERNET + packet.length];
    Bytes.put48(frame, 0, to);
    Bytes.put48(frame, 6, from);
    Bytes.put16(frame, 12, packet[0] >> 4 == 4 ? 0x0800 : 0x86dd);
    System.arraycopy(packet, 0, frame, ETHERNET, packet.length);
    return frame;
  }

  /** The IP packet of a frame. */
  static byte[] packet(byte[] frame) {
    return Arrays.copyOfRange(frame, ETHERNET, frame.length);
  }

  static boolean isV4(byte[] packet) {
    return packet.length > 0 && packet[0] >> 4 == 4;
  }

  static IpAddress source(byte[] packet) {
    return isV4(packet)
        ? address4(packet, 12)
        : new IpAddress(Bytes.i64(packet, 8), Bytes.i64(packet, 16));
  }

  static IpAddress destination(byte[] packet) {
    return isV4(packet)
        ? address4(packet, 16)
        : new IpAddress(Bytes.i64(packet, 24), Bytes.i64(packet, 32));
  }

  private static IpAddress address4(byte[] packet, int at) {
    return new IpAddress(0, IpAddress.ANY4.lo() | Bytes.u32(packet, at));
  }

  static int protocol(byte[] packet) {
    return Bytes.u8(packet, isV4(packet) ? 9 : 6);
  }

  /** Where the header behind the IP header begins. */
  static int transport(byte[] packet) {
    return isV4(packet) ? (packet[0] & 15) * 4 : 40;
  }

  /** Writes bytes over a packet, its checksums changed by as much as these were. */
  static void put(byte[] packet, int at, byte[] bytes) {
    int sumAt = transport(packet) + Math.max(checksumAt(protocol(packet)), 0);
    boolean none = protocol(packet) == UDP && Bytes.u16(packet, sumAt) == 0;
    boolean header = isV4(packet) && at < 20;
    boolean counts =
        at >= transport(packet) || at >= (isV4(packet) ? 12 : 8) && protocol(packet) != ICMP;
    for (int i = 0; i < bytes.length; i += 2) {
      int before = Bytes.u16(packet, at + i);
      int after = Bytes.u16(bytes, i);
      Bytes.put16(packet, at + i, after);
      if (header) {
        Bytes.put16(packet, 10, InternetChecksum.update16(Bytes.u16(packet, 10), before, after));
      }
      if (counts && !none && checksumAt(protocol(packet)) >= 0) {
        int sum = InternetChecksum.update16(Bytes.u16(packet, sumAt), before, after);
        Bytes.put16(packet, sumAt, sum);
      }
    }
  }
}
