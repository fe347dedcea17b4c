package dev.patchbay.backend.capture;

import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Arp;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import dev.patchbay.stack.wire.Tcp;
import dev.patchbay.stack.wire.Udp;
import java.util.Arrays;

/** One line about a packet of which the first bytes are there, as tcpdump would write it. */
final class PacketSummary {
  private static final int NCSI = 0x88f8;
  private static final int VLAN = 0x8100;
  private static final int VLAN_SERVICE = 0x88a8;

  /** Zero bytes behind what is there, so that a header that is cut short can be looked at. */
  private static final int SPARE = 64;

  private final byte[] data;

  /** Bytes that are there. */
  private final int kept;

  /** Bytes of the whole packet. */
  private final int length;

  private PacketSummary(byte[] data, int kept, int length) {
    this.data = data;
    this.kept = kept;
    this.length = length;
  }

  /**
   * The line.
   *
   * @param ethernet whether it begins with an Ethernet header; else with that of IP
   * @param length of the whole packet
   */
  static String of(byte[] bytes, int offset, int kept, boolean ethernet, int length) {
    byte[] copy = Arrays.copyOfRange(bytes, offset, offset + kept + SPARE);
    Arrays.fill(copy, kept, copy.length, (byte) 0);
    PacketSummary summary = new PacketSummary(copy, kept, length);
    return ethernet ? summary.ethernet() : summary.ip(0);
  }

  private String ethernet() {
    if (kept < Ethernet.LENGTH) {
      return "truncated Ethernet, length " + length;
    }
    String tag = "";
    int at = Ethernet.LENGTH;
    int type = Bytes.u16(data, 12);
    if (type == VLAN || type == VLAN_SERVICE) {
      tag = "vlan " + (Bytes.u16(data, at) & 0xfff) + ", ";
      type = Bytes.u16(data, at + 2);
      at += 4;
    }
    return tag
        + switch (type) {
          case EtherType.ARP -> kept < at + 28 ? "truncated ARP" : new Arp().wrap(data, at) + "";
          case EtherType.IPV4, EtherType.IPV6 -> ip(at);
          case NCSI -> "NC-SI, length " + (length - at);
          default ->
              "%s > %s, ethertype 0x%04x, length %d"
                  .formatted(
                      Addresses.macToString(Bytes.u48(data, 6)),
                      Addresses.macToString(Bytes.u48(data, 0)),
                      type,
                      length);
        };
  }

  private String ip(int at) {
    int version = kept > at ? data[at] >>> 4 & 15 : 0;
    if (version == 4 && kept >= at + 20) {
      Ipv4 ip = new Ipv4().wrap(data, at);
      String source = Addresses.toString(0, ip.source());
      String target = Addresses.toString(0, ip.destination());
      int offset = Bytes.u16(data, at + 6) & 0x1fff;
      if (offset != 0) {
        return "IP " + source + " > " + target + ": fragment at " + offset * 8;
      }
      int header = (data[at] & 15) << 2;
      return transport("IP ", source, target, ip.protocol(), at + header, at);
    }
    if (version == 6 && kept >= at + Ipv6.LENGTH) {
      Ipv6 ip = new Ipv6().wrap(data, at);
      String source = Addresses.toString(ip.sourceHi(), ip.sourceLo());
      String target = Addresses.toString(ip.destinationHi(), ip.destinationLo());
      return transport("IP6 ", source, target, ip.nextHeader(), at + Ipv6.LENGTH, at);
    }
    return "truncated or no IP, length " + (length - at);
  }

  private String transport(
      String family, String source, String target, int protocol, int at, int network) {
    if (protocol == IpProtocol.TCP && kept >= at + 16) {
      Tcp tcp = new Tcp().wrap(data, at);
      return "%s%s.%d > %s.%d: Flags [%s], seq %s, length %d"
          .formatted(
              family,
              source,
              tcp.sourcePort(),
              target,
              tcp.destinationPort(),
              flags(tcp.flags()),
              Integer.toUnsignedString(tcp.sequence()),
              Math.max(0, length - at - tcp.headerLength()));
    }
    if (protocol == IpProtocol.UDP && kept >= at + 8) {
      Udp udp = new Udp().wrap(data, at);
      return "%s%s.%d > %s.%d: UDP, length %d"
          .formatted(
              family,
              source,
              udp.sourcePort(),
              target,
              udp.destinationPort(),
              Math.max(0, udp.length() - 8));
    }
    String rest = ", length " + (length - at);
    String name =
        switch (protocol) {
          case IpProtocol.ICMP -> icmp4(data[at] & 0xff) + rest;
          case IpProtocol.ICMPV6 -> icmp6(data[at] & 0xff) + rest;
          case IpProtocol.FRAGMENT -> "fragment, length " + (length - network);
          default -> "ip-proto-" + protocol + rest;
        };
    return family + source + " > " + target + ": " + name;
  }

  private static String flags(int bits) {
    // in the order in which tcpdump writes them; the dot is ACK
    String letters = "FSRP.UEW";
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < letters.length(); bit++) {
      if ((bits & 1 << bit) != 0 && bit != 4) {
        text.append(letters.charAt(bit));
      }
    }
    if ((bits & 1 << 4) != 0) {
      text.append('.');
    }
    return text.isEmpty() ? "none" : text.toString();
  }

  private static String icmp4(int type) {
    return switch (type) {
      case 0 -> "ICMP echo reply";
      case 3 -> "ICMP unreachable";
      case 8 -> "ICMP echo request";
      case 11 -> "ICMP time exceeded";
      default -> "ICMP type " + type;
    };
  }

  private static String icmp6(int type) {
    return switch (type) {
      case 1 -> "ICMP6, destination unreachable";
      case 2 -> "ICMP6, packet too big";
      case 3 -> "ICMP6, time exceeded";
      case 128 -> "ICMP6, echo request";
      case 129 -> "ICMP6, echo reply";
      case 133 -> "ICMP6, router solicitation";
      case 134 -> "ICMP6, router advertisement";
      case 135 -> "ICMP6, neighbor solicitation";
      case 136 -> "ICMP6, neighbor advertisement";
      case 143 -> "ICMP6, multicast listener report v2";
      default -> "ICMP6, type " + type;
    };
  }
}
