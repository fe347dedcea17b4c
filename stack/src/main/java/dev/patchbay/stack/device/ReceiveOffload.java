package dev.patchbay.stack.device;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import dev.patchbay.stack.wire.Tcp;

/**
 * Generic receive offload: frames of one TCP stream that lie one after another in what was read
 * become one packet, so that the stack is walked once for all of them (Linux: {@code
 * dev_gro_receive}, {@code tcp_gro_receive}). Nothing is held back for frames that are still to
 * come.
 *
 * <pre>
 *   if (offload.begin(bytes, at, length)) {
 *     while (a whole frame follows and offload.add(bytes, its place, its length)) …
 *     if (offload.frames() &gt; 1) { offload.write(a packet with room for offload.length()) }
 *   }
 * </pre>
 *
 * <p>Merged is only what {@link Segmenter} would cut into the same frames again, byte for byte:
 * plain TCP data with {@code DF}, right checksums, ids that count up, and everything else alike.
 * All else is left as it is, for the stack to judge. Not thread-safe.
 */
public final class ReceiveOffload {
  /** Frames in one packet, at most. */
  public static final int MAX_FRAMES = 64;

  /** Shorter frames are not worth the look at them: they are mostly acknowledgments. */
  private static final int MIN_FRAME = 128;

  private static final int MAX_PACKET = 65535;

  /** Data offset, reserved bits and flags but PSH, window. */
  private static final int WORD_MASK = ~(Tcp.PSH << 16);

  private final int[] payloadAt = new int[MAX_FRAMES];
  private final int[] payloadLength = new int[MAX_FRAMES];
  private byte[] data = new byte[0];
  private int first;
  private int l3;
  private int l4;
  private int headers;
  private boolean v4;
  private int segment;
  private int total;
  private int frames;
  private boolean ended;
  private boolean firstChecked;

  /** Sum over both addresses, once the first checksum was asked for. */
  private long addresses;

  /**
   * Takes a frame as the first one.
   *
   * @return false where nothing can follow it: it is no plain TCP data
   */
  public boolean begin(byte[] bytes, int at, int length) {
    frames = 0;
    if (length < MIN_FRAME) {
      return false;
    }
    data = bytes;
    first = at;
    l3 = at + Ethernet.LENGTH;
    int type = Bytes.u16(bytes, at + 12);
    v4 = type == EtherType.IPV4;
    l4 = l3 + (v4 ? Ipv4.LENGTH : Ipv6.LENGTH);
    int end = at + length;
    if (!(v4 ? isPlain4(l3, end) : type == EtherType.IPV6 && isPlain6(l3, end))) {
      return false;
    }
    int header = Bytes.u8(bytes, l4 + 12) >>> 4 << 2;
    headers = l4 - at + header;
    segment = length - headers;
    if (header < Tcp.LENGTH || segment <= 0 || !isData(l4)) {
      return false;
    }
    payloadAt[0] = at + headers;
    payloadLength[0] = segment;
    total = segment;
    frames = 1;
    firstChecked = false;
    ended = (Bytes.u8(bytes, l4 + 13) & Tcp.PSH) != 0;
    return true;
  }

  /** IPv4 without options and fragments, not longer and not shorter than its frame. */
  private boolean isPlain4(int ip, int end) {
    return Bytes.u8(data, ip) == 0x45
        && Bytes.u16(data, ip + 2) == end - ip
        && Bytes.u16(data, ip + 6) == Ipv4.DONT_FRAGMENT
        && Bytes.u8(data, ip + 9) == IpProtocol.TCP
        && InternetChecksum.fold(InternetChecksum.sum(data, ip, Ipv4.LENGTH)) == 0xffff;
  }

  /** IPv6 without extension headers, not longer and not shorter than its frame. */
  private boolean isPlain6(int ip, int end) {
    return Bytes.u8(data, ip) >>> 4 == 6
        && Bytes.u16(data, ip + 4) == end - ip - Ipv6.LENGTH
        && Bytes.u8(data, ip + 6) == IpProtocol.TCP;
  }

  /** An ACK, with or without PSH, and no other flag or reserved bit. */
  private boolean isData(int tcp) {
    return (Bytes.u16(data, tcp + 12) & 0xfff & ~Tcp.PSH) == Tcp.ACK;
  }

  /**
   * Takes one more frame of the same array.
   *
   * @return false where it does not go on exactly where the others end: it is not part of them
   */
  public boolean add(byte[] bytes, int at, int length) {
    int payload = length - headers;
    if (ended
        || frames == MAX_FRAMES
        || payload <= 0
        || payload > segment
        || headers - Ethernet.LENGTH + total + payload > MAX_PACKET
        || !follows(at, length)
        || !firstIsGood()
        || !checksumIsGood(at, length)) {
      return false;
    }
    int shift = at - first;
    payloadAt[frames] = at + headers;
    payloadLength[frames] = payload;
    frames++;
    total += payload;
    ended = payload < segment || (Bytes.u8(bytes, l4 + shift + 13) & Tcp.PSH) != 0;
    return true;
  }

  /** Whether the headers are those that cutting the whole would give this frame. */
  private boolean follows(int at, int length) {
    int shift = at - first;
    int tcp = l4 + shift;
    if (Bytes.i32(data, tcp + 4) != Bytes.i32(data, l4 + 4) + total
        || Bytes.i32(data, tcp) != Bytes.i32(data, l4)
        || Bytes.i32(data, tcp + 8) != Bytes.i32(data, l4 + 8)
        || ((Bytes.i32(data, tcp + 12) ^ Bytes.i32(data, l4 + 12)) & WORD_MASK) != 0
        || Bytes.u16(data, tcp + 18) != Bytes.u16(data, l4 + 18)
        || Bytes.i64(data, at) != Bytes.i64(data, first)
        || Bytes.i32(data, at + 8) != Bytes.i32(data, first + 8)
        || Bytes.u16(data, at + 12) != Bytes.u16(data, first + 12)) {
      return false;
    }
    int optionsEnd = at + headers;
    for (int i = tcp + Tcp.LENGTH; i < optionsEnd; i += 4) {
      if (Bytes.i32(data, i) != Bytes.i32(data, i - shift)) {
        return false;
      }
    }
    return v4 ? follows4(l3 + shift, at + length) : follows6(l3 + shift, at + length);
  }

  private boolean follows4(int ip, int end) {
    return isPlain4(ip, end)
        && Bytes.u8(data, ip + 1) == Bytes.u8(data, l3 + 1)
        && Bytes.u16(data, ip + 4) == (Bytes.u16(data, l3 + 4) + frames & 0xffff)
        && Bytes.u8(data, ip + 8) == Bytes.u8(data, l3 + 8)
        && Bytes.i64(data, ip + 12) == Bytes.i64(data, l3 + 12);
  }

  private boolean follows6(int ip, int end) {
    return isPlain6(ip, end)
        && Bytes.i32(data, ip) == Bytes.i32(data, l3)
        && Bytes.u8(data, ip + 7) == Bytes.u8(data, l3 + 7)
        && Bytes.i64(data, ip + 8) == Bytes.i64(data, l3 + 8)
        && Bytes.i64(data, ip + 16) == Bytes.i64(data, l3 + 16)
        && Bytes.i64(data, ip + 24) == Bytes.i64(data, l3 + 24)
        && Bytes.i64(data, ip + 32) == Bytes.i64(data, l3 + 32);
  }

  /** The first frame's checksum is asked for only once a second one would follow it. */
  private boolean firstIsGood() {
    if (!firstChecked) {
      firstChecked = true;
      addresses = InternetChecksum.sum(data, l3 + (v4 ? 12 : 8), v4 ? 8 : 32);
      ended = !checksumIsGood(first, headers + payloadLength[0]);
    }
    return !ended;
  }

  private boolean checksumIsGood(int at, int length) {
    int tcp = at + (l4 - first);
    int bytes = length - (l4 - first);
    return InternetChecksum.fold(pseudo(bytes) + InternetChecksum.sum(data, tcp, bytes)) == 0xffff;
  }

  private long pseudo(int bytes) {
    return addresses + IpProtocol.TCP + bytes;
  }

  /** Frames taken so far. */
  public int frames() {
    return frames;
  }

  /** Bytes of the packet that they become. */
  public int length() {
    return headers + total;
  }

  /**
   * Appends the merged frame to an empty packet with room for {@link #length} bytes: the first
   * one's headers with the whole's lengths, the last one's PSH, and all data. The transport
   * checksum is left partial, to be done by whoever sends it on.
   */
  public void write(Packet packet) {
    int at = packet.append(headers + total);
    System.arraycopy(data, first, packet.data, at, headers);
    int to = at + headers;
    for (int i = 0; i < frames; i++) {
      System.arraycopy(data, payloadAt[i], packet.data, to, payloadLength[i]);
      to += payloadLength[i];
    }
    packet.l2 = at;
    packet.l3 = at + (l3 - first);
    packet.l4 = at + (l4 - first);
    int lastFlags = data[payloadAt[frames - 1] - headers + (l4 - first) + 13];
    packet.data[packet.l4 + 13] = (byte) lastFlags;
    int bytes = packet.tail - packet.l4;
    if (v4) {
      packet.ipv4().totalLength(packet.tail - packet.l3).fillChecksum();
    } else {
      packet.ipv6().payloadLength(bytes);
    }
    packet.tcp().checksum(InternetChecksum.fold(pseudo(bytes)));
    packet.checksumState = Packet.CHECKSUM_PARTIAL;
    packet.checksumStart = packet.l4;
    packet.checksumOffset = 16;
    packet.gsoType = v4 ? Packet.GSO_TCPV4 : Packet.GSO_TCPV6;
    packet.gsoSize = segment;
    packet.gsoCount = frames;
  }
}
