package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;

/** A number that a packet has at a hook; addresses and devices are asked for apart. */
public enum Field {
  /** Protocol above IP and its extension headers. */
  PROTOCOL,
  /** Bytes from the IP header on ({@code skb->len - network offset}). */
  LENGTH,
  /** Time to live, or hop limit. */
  TTL,
  /** Type of service, or traffic class: 8 bits. */
  TOS,
  /** Netfilter's mark, 32 bits without sign. */
  MARK,
  /** Ports of TCP, UDP, UDP-Lite and SCTP. */
  SOURCE_PORT,
  DESTINATION_PORT,
  /** The flags of TCP, 8 bits. */
  TCP_FLAGS,
  /** ICMP's type and code: {@code type << 8 | code}. */
  ICMP_TYPE_CODE,
  /** 1 for a fragment other than the first, else 0. */
  LATER_FRAGMENT,
  /** Security parameters index of ESP and AH, 32 bits without sign. */
  SPI,
  /** The Ethernet source address, 48 bits. */
  SOURCE_MAC,
  /** How the frame was addressed: {@link #HOST}, {@link #BROADCAST}, {@link #MULTICAST}. */
  PACKET_TYPE;

  /** What a packet has that has no such field; no field is negative. */
  public static final long ABSENT = -1;

  /** Linux's {@code PACKET_HOST}, {@code PACKET_BROADCAST}, {@code PACKET_MULTICAST}. */
  public static final long HOST = 0;

  public static final long BROADCAST = 1;
  public static final long MULTICAST = 2;

  /** The value, or {@link #ABSENT}. */
  public long value(PacketFields p) {
    Packet packet = p.packet();
    return switch (this) {
      case PROTOCOL -> p.protocol;
      case LENGTH -> p.length;
      case TTL -> p.v4 ? packet.ipv4().ttl() : packet.ipv6().hopLimit();
      case TOS -> p.v4 ? packet.ipv4().tos() : packet.ipv6().trafficClass();
      case MARK -> packet.mark & 0xffff_ffffL;
      case SOURCE_PORT -> p.reaches(2) ? portAt(p, 0) : ABSENT;
      case DESTINATION_PORT -> p.reaches(4) ? portAt(p, 2) : ABSENT;
      case TCP_FLAGS -> p.reaches(14) ? Bytes.u8(packet.data, p.transport + 13) : ABSENT;
      case ICMP_TYPE_CODE -> p.hasTransport(8) ? Bytes.u16(packet.data, p.transport) : ABSENT;
      case LATER_FRAGMENT -> p.laterFragment ? 1 : 0;
      case SPI -> spi(p);
      case SOURCE_MAC -> sourceMac(p);
      case PACKET_TYPE -> packetType(p);
    };
  }

  /** A port at its offset in a transport header that is known to be there. */
  public static int portAt(PacketFields p, int offset) {
    return Bytes.u16(p.packet().data, p.transport + offset);
  }

  /**
   * Bytes of a header that is asked for by a module of iptables: the whole one that {@code tcp_mt},
   * {@code sctp_mt} and {@code udp_mt} want.
   */
  public static int portBytes(int protocol) {
    return switch (protocol) {
      case IpProtocol.TCP -> Tcp.LENGTH;
      case IpProtocol.SCTP -> 12;
      default -> 8;
    };
  }

  private static long spi(PacketFields p) {
    int at = p.protocol == IpProtocol.AH ? 4 : 0;
    return p.hasTransport(at + 8) ? Bytes.u32(p.packet().data, p.transport + at) : ABSENT;
  }

  private static long sourceMac(PacketFields p) {
    Packet packet = p.packet();
    NetDevice in = p.in;
    // the loopback's frames have a header of that form, but are none (ARPHRD_LOOPBACK)
    boolean none = in == null || !in.isEthernet() || in.kind() == NetDevice.Kind.LOOPBACK;
    return none || packet.l2 < 0 ? ABSENT : Bytes.u48(packet.data, packet.l2 + 6);
  }

  private static long packetType(PacketFields p) {
    Packet packet = p.packet();
    boolean framed = p.in != null && p.in.isEthernet() && packet.l2 >= 0;
    long mac = framed ? Bytes.u48(packet.data, packet.l2) : 0;
    if (mac == Addresses.MAC_BROADCAST) {
      return BROADCAST;
    }
    return framed && Addresses.isGroupMac(mac) ? MULTICAST : HOST;
  }
}
