package dev.patchbay.it.hostile;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Builds Ethernet frames byte by byte, with code of its own: the daemon is not tested against
 * itself. Checksums are right unless somebody spoils them afterwards.
 */
final class Frames {
  static final int IPV4 = 0x0800;
  static final int ARP = 0x0806;
  static final int VLAN = 0x8100;
  static final int IPV6 = 0x86dd;
  static final int NCSI = 0x88f8;
  static final int ICMP = 1;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int FRAGMENT = 44;
  static final int ICMPV6 = 58;

  static final byte[] BRIDGE = mac("52:55:0a:00:02:02");
  static final byte[] BROADCAST = mac("ff:ff:ff:ff:ff:ff");
  static final byte[] GATEWAY = {10, 0, 2, 2};
  static final byte[] DNS = {10, 0, 2, 3};
  static final byte[] WORLD = {(byte) 192, 0, 2, 2};

  private static final int ETHERNET = 14;
  private static final int HEADER4 = 20;
  private static final int HEADER6 = 40;

  private Frames() {}

  static byte[] mac(String text) {
    ByteBuffer out = ByteBuffer.allocate(6);
    for (String part : text.split(":")) {
      out.put((byte) Integer.parseInt(part, 16));
    }
    return out.array();
  }

  /** fec0:: with this last number. */
  static byte[] site(int last) {
    return ByteBuffer.allocate(16).putShort((short) 0xfec0).putInt(12, last).array();
  }

  static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer out = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      out.put(part);
    }
    return out.array();
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] ethernet(byte[] to, byte[] from, int type, byte[] payload) {
    return ByteBuffer.allocate(ETHERNET + payload.length)
        .put(to)
        .put(from)
        .putShort((short) type)
        .put(payload)
        .array();
  }

  static byte[] arp(int operation, byte[] mac, byte[] ip, byte[] targetMac, byte[] targetIp) {
    return ByteBuffer.allocate(28)
        .putShort((short) 1)
        .putShort((short) IPV4)
        .put((byte) 6)
        .put((byte) 4)
        .putShort((short) operation)
        .put(mac)
        .put(ip)
        .put(targetMac)
        .put(targetIp)
        .array();
  }

  /**
   * An IPv4 packet.
   *
   * @param fragment flags and offset as in the header
   */
  static byte[] ipv4(
      byte[] from, byte[] to, int protocol, int id, int fragment, byte[] options, byte[] payload) {
    int header = HEADER4 + options.length;
    ByteBuffer out = ByteBuffer.allocate(header + payload.length);
    out.put((byte) (0x40 | header / 4)).put((byte) 0).putShort((short) out.capacity());
    out.putShort((short) id).putShort((short) fragment);
    out.put((byte) 64).put((byte) protocol).putShort((short) 0).put(from).put(to);
    out.put(options).put(payload);
    out.putShort(10, (short) ~fold(add(0, out.array(), 0, header)));
    return out.array();
  }

  static byte[] ipv4(byte[] from, byte[] to, int protocol, byte[] payload) {
    return ipv4(from, to, protocol, 7, 0, new byte[0], payload);
  }

  static byte[] ipv6(byte[] from, byte[] to, int next, byte[] payload) {
    return ByteBuffer.allocate(HEADER6 + payload.length)
        .putInt(0x60000000)
        .putShort((short) payload.length)
        .put((byte) next)
        .put((byte) 255)
        .put(from)
        .put(to)
        .put(payload)
        .array();
  }

  /** ICMP of both families; its checksum is at 2. */
  static byte[] icmp(int type, int code, int rest, byte[] data) {
    return ByteBuffer.allocate(8 + data.length)
        .put((byte) type)
        .put((byte) code)
        .putShort((short) 0)
        .putInt(rest)
        .put(data)
        .array();
  }

  static byte[] udp(int from, int to, byte[] data) {
    return ByteBuffer.allocate(8 + data.length)
        .putShort((short) from)
        .putShort((short) to)
        .putShort((short) (8 + data.length))
        .putShort((short) 0)
        .put(data)
        .array();
  }

  /**
   * A TCP segment.
   *
   * @param options a multiple of four
   */
  static byte[] tcp(int from, int to, int seq, int ack, int flags, byte[] options, byte[] data) {
    return ByteBuffer.allocate(20 + options.length + data.length)
        .putShort((short) from)
        .putShort((short) to)
        .putInt(seq)
        .putInt(ack)
        .put((byte) ((20 + options.length) / 4 << 4))
        .put((byte) flags)
        .putShort((short) 64000)
        .putInt(0)
        .put(options)
        .put(data)
        .array();
  }

  static byte[] ncsi(int id, int type, int channel, int length, byte[] payload) {
    return ByteBuffer.allocate(16 + payload.length)
        .put((byte) 0)
        .put((byte) 1)
        .put((byte) 0)
        .put((byte) id)
        .put((byte) type)
        .put((byte) channel)
        .putShort((short) length)
        .putLong(0)
        .put(payload)
        .array();
  }

  /** Makes the checksums of an untagged frame right, as far as its lengths make sense. */
  static byte[] repair(byte[] frame) {
    ByteBuffer all = ByteBuffer.wrap(frame);
    int type = frame.length < ETHERNET + HEADER4 ? 0 : all.getShort(12) & 0xffff;
    if (type == IPV4) {
      int header = (frame[ETHERNET] & 15) * 4;
      if (header >= HEADER4 && ETHERNET + header <= frame.length) {
        all.putShort(ETHERNET + 10, (short) 0);
        all.putShort(ETHERNET + 10, (short) ~fold(add(0, frame, ETHERNET, header)));
        int total = Math.min(all.getShort(ETHERNET + 2) & 0xffff, frame.length - ETHERNET);
        transport(all, frame[ETHERNET + 9] & 0xff, ETHERNET + header, total - header, 12, 8);
      }
    } else if (type == IPV6 && frame.length >= ETHERNET + HEADER6) {
      int length = all.getShort(ETHERNET + 4) & 0xffff;
      int room = frame.length - ETHERNET - HEADER6;
      int next = frame[ETHERNET + 6] & 0xff;
      transport(all, next, ETHERNET + HEADER6, Math.min(length, room), 8, 32);
    }
    return frame;
  }

  private static void transport(
      ByteBuffer all, int protocol, int at, int length, int addresses, int addressBytes) {
    int place = protocol == TCP ? 16 : protocol == UDP ? 6 : 2;
    boolean known = protocol == TCP || protocol == UDP || protocol == ICMP || protocol == ICMPV6;
    if (!known || length < place + 2) {
      return;
    }
    byte[] frame = all.array();
    all.putShort(at + place, (short) 0);
    long sum = add(0, frame, at, length);
    if (protocol != ICMP) {
      sum = add(sum, frame, ETHERNET + addresses, addressBytes) + protocol + length;
    }
    int checksum = ~fold(sum) & 0xffff;
    all.putShort(at + place, (short) (checksum == 0 ? 0xffff : checksum));
  }

  private static long add(long sum, byte[] data, int from, int length) {
    long total = sum;
    for (int i = 0; i < length; i++) {
      total += (i & 1) == 0 ? (data[from + i] & 0xff) << 8 : data[from + i] & 0xff;
    }
    return total;
  }

  private static int fold(long sum) {
    long folded = sum;
    while (folded >> 16 != 0) {
      folded = (folded & 0xffff) + (folded >> 16);
    }
    return (int) folded;
  }
}
