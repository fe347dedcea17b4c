package dev.patchbay.backend.ra;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Bytes;

/** Writes a router advertisement (RFC 4861 section 4.2). */
final class RaMessage {
  private static final int TYPE = 134;
  private static final int HOP_LIMIT = 64;
  private static final int PREFIX_ON_LINK_AND_AUTONOMOUS = 0xc0;
  private static final int ETHERNET_MTU = 1500;

  private RaMessage() {}

  /**
   * The message, its checksum 0.
   *
   * @param lifetime the router's in seconds; 0: it is no default router any more
   * @param mac its Ethernet address, 0 for none
   * @param mtu the link's, told where it is not that of Ethernet
   */
  static byte[] of(RaSettings s, int lifetime, long mac, int mtu) {
    int dnsLength = s.dns().isEmpty() ? 0 : 8 + 16 * s.dns().size();
    boolean tellMtu = mtu != ETHERNET_MTU;
    byte[] b = new byte[16 + (mac != 0 ? 8 : 0) + (tellMtu ? 8 : 0) + 32 + dnsLength];
    b[0] = (byte) TYPE;
    b[4] = HOP_LIMIT;
    Bytes.put16(b, 6, lifetime);
    int at = 16;
    if (mac != 0) {
      b[at] = 1;
      b[at + 1] = 1;
      Bytes.put48(b, at + 2, mac);
      at += 8;
    }
    if (tellMtu) {
      b[at] = 5;
      b[at + 1] = 1;
      Bytes.put32(b, at + 4, mtu);
      at += 8;
    }
    b[at] = 3;
    b[at + 1] = 4;
    b[at + 2] = (byte) s.prefixLength();
    b[at + 3] = (byte) PREFIX_ON_LINK_AND_AUTONOMOUS;
    Bytes.put32(b, at + 4, (int) s.valid());
    Bytes.put32(b, at + 8, (int) s.preferred());
    Bytes.put64(b, at + 16, s.prefix().hi());
    Bytes.put64(b, at + 24, s.prefix().lo());
    at += 32;
    if (dnsLength > 0) {
      b[at] = 25;
      b[at + 1] = (byte) (dnsLength / 8);
      // a router that ends is no resolver either (RFC 8106 section 5.1: 0 is "no longer")
      Bytes.put32(b, at + 4, lifetime);
      at += 8;
      for (IpAddress dns : s.dns()) {
        Bytes.put64(b, at, dns.hi());
        Bytes.put64(b, at + 8, dns.lo());
        at += 16;
      }
    }
    return b;
  }
}
