package dev.patchbay.backend.ra;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes a router advertisement (RFC 4861 section 4.2). */
final class RaMessage {
  private static final int TYPE = 134;
  private static final int SOURCE_LINK_LAYER = 1;
  private static final int PREFIX = 3;
  private static final int MTU = 5;
  private static final int ROUTE = 24;
  private static final int DNS_SERVERS = 25;
  private static final int DNS_SEARCH = 31;
  private static final int PREFERENCE = 0x18;
  private static final int ON_LINK = 0x80;
  private static final int AUTONOMOUS = 0x40;
  private static final int ETHERNET_MTU = 1500;

  private RaMessage() {}

  /**
   * The message, its checksum 0.
   *
   * @param last whether it is the last one: it is no router any more, nor anything else of it
   * @param mac its Ethernet address, 0 for none
   * @param linkMtu the link's
   */
  static byte[] of(RaSettings s, boolean last, long mac, int linkMtu) {
    int lifetime = last ? 0 : s.routerLifetime();
    ByteArrayOutputStream out = new ByteArrayOutputStream(128);
    byte[] head = new byte[16];
    head[0] = (byte) TYPE;
    head[4] = (byte) s.hopLimit();
    // RFC 4191 section 2.2: a lifetime of 0 has no preference
    head[5] = (byte) (lifetime == 0 ? s.flags() & ~PREFERENCE : s.flags());
    Bytes.put16(head, 6, lifetime);
    Bytes.put32(head, 8, s.reachable());
    Bytes.put32(head, 12, s.retrans());
    out.writeBytes(head);
    if (mac != 0) {
      byte[] option = option(SOURCE_LINK_LAYER, 8);
      Bytes.put48(option, 2, mac);
      out.writeBytes(option);
    }
    int mtu = s.mtu() != 0 ? s.mtu() : linkMtu;
    if (s.mtu() != 0 || linkMtu != ETHERNET_MTU) {
      byte[] option = option(MTU, 8);
      Bytes.put32(option, 4, mtu);
      out.writeBytes(option);
    }
    s.prefixes().forEach(prefix -> out.writeBytes(prefix(prefix)));
    s.routes().forEach(route -> out.writeBytes(route(route, s.flags() & PREFERENCE, lifetime)));
    // RFC 8106 section 5.1: 0 is "no longer". Three intervals, as radvd and the RFC have it
    long known = last ? 0 : Math.max(lifetime, 3L * s.interval());
    if (!s.dns().isEmpty()) {
      byte[] option = option(DNS_SERVERS, 8 + 16 * s.dns().size());
      Bytes.put32(option, 4, (int) known);
      int at = 8;
      for (IpAddress dns : s.dns()) {
        Bytes.put64(option, at, dns.hi());
        Bytes.put64(option, at + 8, dns.lo());
        at += 16;
      }
      out.writeBytes(option);
    }
    if (!s.search().isEmpty()) {
      byte[] names = names(s.search());
      byte[] option = option(DNS_SEARCH, 8 + (names.length + 7) / 8 * 8);
      Bytes.put32(option, 4, (int) known);
      System.arraycopy(names, 0, option, 8, names.length);
      out.writeBytes(option);
    }
    return out.toByteArray();
  }

  private static byte[] option(int type, int length) {
    byte[] option = new byte[length];
    option[0] = (byte) type;
    option[1] = (byte) (length / 8);
    return option;
  }

  private static byte[] prefix(RaSettings.Prefix prefix) {
    byte[] option = option(PREFIX, 32);
    option[2] = (byte) prefix.network().length();
    option[3] = (byte) ((prefix.onLink() ? ON_LINK : 0) | (prefix.autonomous() ? AUTONOMOUS : 0));
    Bytes.put32(option, 4, (int) prefix.valid());
    Bytes.put32(option, 8, (int) prefix.preferred());
    Bytes.put64(option, 16, prefix.network().address().hi());
    Bytes.put64(option, 24, prefix.network().address().lo());
    return option;
  }

  /** RFC 4191 section 2.3: as many octets of the prefix as its length needs. */
  private static byte[] route(RaSettings.Network route, int preference, int lifetime) {
    int octets = route.length() == 0 ? 0 : route.length() <= 64 ? 8 : 16;
    byte[] option = option(ROUTE, 8 + octets);
    option[2] = (byte) route.length();
    option[3] = (byte) preference;
    Bytes.put32(option, 4, lifetime);
    if (octets > 0) {
      Bytes.put64(option, 8, route.address().hi());
    }
    if (octets > 8) {
      Bytes.put64(option, 16, route.address().lo());
    }
    return option;
  }

  /** Names in the wire form of DNS (RFC 1035 section 3.1), without compression. */
  private static byte[] names(Iterable<String> names) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String name : names) {
      for (String label : name.split("\\.", -1)) {
        byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
        out.write(bytes.length);
        out.writeBytes(bytes);
      }
      out.write(0);
    }
    return out.toByteArray();
  }
}
