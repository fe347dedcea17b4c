package dev.patchbay.qemu.ftgmac100;

import dev.patchbay.stack.wire.InternetChecksum;

/** Checksum offload: IPv4, TCP and UDP over IPv4, behind one VLAN tag at most. */
final class Checksums {
  private static final int TCP = 6;
  private static final int UDP = 17;

  private Checksums() {}

  /**
   * Where the IPv4 header is, or -1. Its version, header length and total length fit into the
   * frame.
   *
   * @param llc whether to look behind an LLC and SNAP header (RFC 1042)
   */
  private static int ipv4(byte[] b, int at, int length, boolean llc) {
    int type = Frames.type(b, at, length);
    int header = 14;
    if (type == Frames.VLAN && length >= 18) {
      type = Frames.u16(b, at + 16);
      header = 18;
    }
    if (llc && type <= 1500 && length >= header + 8 && isSnap(b, at + header)) {
      type = Frames.u16(b, at + header + 6);
      header += 8;
    }
    if (type != 0x0800 || length < header + 20) {
      return -1;
    }
    int ip = at + header;
    int headerLength = 4 * (b[ip] & 15);
    int total = Frames.u16(b, ip + 2);
    boolean sane =
        (b[ip] & 0xf0) == 0x40
            && headerLength >= 20
            && total >= headerLength
            && total <= length - header;
    return sane ? ip : -1;
  }

  private static boolean isSnap(byte[] b, int at) {
    return Frames.u16(b, at) == 0xaaaa && Frames.u16(b, at + 2) == 0x0300 && b[at + 4] == 0;
  }

  private static boolean isFragment(byte[] b, int ip) {
    return (Frames.u16(b, ip + 6) & 0x3fff) != 0;
  }

  private static void put(byte[] b, int at, int value) {
    b[at] = (byte) (value >> 8);
    b[at + 1] = (byte) value;
  }

  private static long pseudo(byte[] b, int ip, int length) {
    return InternetChecksum.sum(b, ip + 12, 8) + (b[ip + 9] & 0xff) + length;
  }

  /** Fills in what the flags of a transmit descriptor ask for; where it cannot, nothing. */
  static void transmit(byte[] b, int length, int flags) {
    int ip = ipv4(b, 0, length, (flags & Descriptor.TX_LLC) != 0);
    if (ip < 0) {
      return;
    }
    int headerLength = 4 * (b[ip] & 15);
    if ((flags & Descriptor.TX_IP_CHKSUM) != 0) {
      put(b, ip + 10, 0);
      put(b, ip + 10, InternetChecksum.finish(InternetChecksum.sum(b, ip, headerLength)));
    }
    if (!isFragment(b, ip)) {
      transport(b, ip, headerLength, Frames.u16(b, ip + 2) - headerLength, flags);
    }
  }

  private static void transport(byte[] b, int ip, int skip, int length, int flags) {
    int protocol = b[ip + 9];
    boolean tcp = protocol == TCP && (flags & Descriptor.TX_TCP_CHKSUM) != 0 && length >= 20;
    boolean udp = protocol == UDP && (flags & Descriptor.TX_UDP_CHKSUM) != 0 && length >= 8;
    if (tcp || udp) {
      int at = ip + skip + (tcp ? 16 : 6);
      put(b, at, 0);
      long sum = InternetChecksum.sum(b, ip + skip, length) + pseudo(b, ip, length);
      put(b, at, udp ? InternetChecksum.finishUdp(sum) : InternetChecksum.finish(sum));
    }
  }

  /**
   * As QEMU does it ({@code net_checksum_calculate}): as if no packet had IP options.
   *
   * <p>A TCP or UDP header is expected 20 bytes after the start of the IP header.
   */
  static void transmitAsQemu(byte[] b, int length, int flags) {
    int type = Frames.type(b, 0, length);
    int ip = 14;
    if (type == Frames.VLAN) {
      ip = 18;
    } else if (type == 0x88a8 && length >= 22) {
      ip = Frames.u16(b, 16) == Frames.VLAN ? 22 : 18;
    }
    if (length - ip < 20 || (b[ip] & 0xf0) != 0x40) {
      return;
    }
    int headerLength = 4 * (b[ip] & 15);
    if ((flags & Descriptor.TX_IP_CHKSUM) != 0) {
      put(b, ip + 10, 0);
      put(b, ip + 10, InternetChecksum.finish(InternetChecksum.sum(b, ip, headerLength)));
    }
    int total = Frames.u16(b, ip + 2);
    if (!isFragment(b, ip) && length - ip >= total) {
      // a header that says to be shorter than 20 bytes would have it sum what lies behind the frame
      transport(b, ip, 20, Math.min(total - headerLength, length - ip - 20), flags);
    }
  }

  /** The bits of a receive descriptor's second word that tell what was recognised and checked. */
  static int receive(byte[] b, int at, int length) {
    int type = Frames.type(b, at, length);
    int payload = type == Frames.VLAN && length >= 18 ? 18 : 14;
    int inner = payload == 18 ? Frames.u16(b, at + 16) : type;
    int llc = inner >= 0 && inner <= 1500 ? Descriptor.RX_LLC : 0;
    int ip = ipv4(b, at, length, true);
    if (ip < 0) {
      return llc;
    }
    int headerLength = 4 * (b[ip] & 15);
    int bits = llc;
    if (InternetChecksum.finish(InternetChecksum.sum(b, ip, headerLength)) != 0) {
      return bits | Descriptor.RX_PROT_IP | Descriptor.RX_IP_CHKSUM_ERR;
    }
    if (isFragment(b, ip)) {
      return bits | Descriptor.RX_PROT_IP;
    }
    bits |= Descriptor.RX_DF;
    return bits | transportBits(b, ip, headerLength, Frames.u16(b, ip + 2) - headerLength);
  }

  private static int transportBits(byte[] b, int ip, int skip, int length) {
    int protocol = b[ip + 9];
    boolean tcp = protocol == TCP && length >= 20;
    boolean udp = protocol == UDP && length >= 8;
    if (!tcp && !udp) {
      return Descriptor.RX_PROT_IP;
    }
    int prot = tcp ? Descriptor.RX_PROT_TCPIP : Descriptor.RX_PROT_UDPIP;
    if (udp && Frames.u16(b, ip + skip + 6) == 0) {
      // the sender made no checksum (RFC 768)
      return prot;
    }
    long sum = InternetChecksum.sum(b, ip + skip, length) + pseudo(b, ip, length);
    if (InternetChecksum.finish(sum) == 0) {
      return prot;
    }
    return prot | (tcp ? Descriptor.RX_TCP_CHKSUM_ERR : Descriptor.RX_UDP_CHKSUM_ERR);
  }
}
