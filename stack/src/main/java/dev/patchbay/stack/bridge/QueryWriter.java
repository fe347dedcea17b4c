package dev.patchbay.stack.bridge;

import dev.patchbay.stack.bridge.MulticastSettings.Interval;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the queries of a bridge that asks for members (Linux: {@code
 * br_ip4_multicast_alloc_query}, {@code br_ip6_multicast_alloc_query}).
 */
final class QueryWriter {
  private static final long ALL_HOSTS = Addresses.V4_PREFIX | 0xe000_0001L;
  private static final long LINK_HI = 0xff02_0000_0000_0000L;
  private static final long ALL_NODES = 1;
  private static final int QUERY4 = 0x11;
  private static final int QUERY6 = 130;

  /** With the option Router Alert (RFC 2113). */
  private static final int IP_HEADER = Ipv4.LENGTH + 4;

  private static final int ROUTER_ALERT4 = 0x9404_0000;

  /** Hop-by-hop header with Router Alert for MLD (RFC 2711), and ICMPv6 behind it. */
  private static final long ROUTER_ALERT6 = 0x3a00_0502_0000_0000L;

  private static final int ROBUSTNESS = 2;
  private static final long SECOND = 1_000_000_000L;
  private static final long TENTH = SECOND / 10;
  private static final long MILLISECOND = 1_000_000L;

  private final Bridge bridge;
  private final MulticastSettings settings;
  private @Nullable PacketPool pool;

  /** Whether the last query of MLD found an address to come from ({@code BROPT_HAS_IPV6_ADDR}). */
  private boolean hasSource6 = true;

  QueryWriter(Bridge bridge, MulticastSettings settings) {
    this.bridge = bridge;
    this.settings = settings;
  }

  void pool(@Nullable PacketPool value) {
    pool = value;
  }

  boolean hasSource6() {
    return hasSource6;
  }

  /** A general query; null where there is no memory, or no address to come from. */
  @Nullable Packet general(boolean six) {
    return six
        ? query6(0, 0, LINK_HI, ALL_NODES, List.of(), false)
        : query4(0, ALL_HOSTS, List.of(), false);
  }

  /** A query for a group, to all: what a member of it that leaves is answered by. */
  @Nullable Packet specific(MulticastGroup group) {
    return group.family == 6
        ? query6(group.hi, group.lo, LINK_HI, ALL_NODES, List.of(), false)
        : query4((int) group.lo, ALL_HOSTS, List.of(), false);
  }

  /**
   * A query for some sources of a group, to the group.
   *
   * @param suppress whether routers are not to lower their timers for it
   */
  @Nullable Packet specific(MulticastGroup group, List<GroupSource> sources, boolean suppress) {
    return group.family == 6
        ? query6(group.hi, group.lo, group.hi, group.lo, sources, suppress)
        : query4((int) group.lo, group.lo, sources, suppress);
  }

  private Interval response(boolean general) {
    return general ? Interval.QUERY_RESPONSE : Interval.LAST_MEMBER;
  }

  private @Nullable Packet query4(
      int group, long destination, List<GroupSource> sources, boolean suppress) {
    boolean three = settings.igmpVersion() == 3;
    int length = three ? 12 + 4 * sources.size() : 8;
    Packet packet = pool == null ? null : pool.acquire(Ethernet.LENGTH + IP_HEADER + length);
    if (packet == null) {
      return null;
    }
    byte[] b = packet.data;
    packet.l4 = packet.append(length);
    int at = packet.l4;
    int code = (int) (settings.get(response(group == 0)) / TENTH) & 0xff;
    Bytes.put32(b, at, QUERY4 << 24 | code << 16);
    Bytes.put32(b, at + 4, group);
    if (three) {
      Bytes.put32(b, at + 8, trailer(suppress, sources.size()));
      for (int i = 0; i < sources.size(); i++) {
        Bytes.put32(b, at + 12 + 4 * i, (int) sources.get(i).lo);
      }
    }
    Bytes.put16(b, at + 2, InternetChecksum.finish(InternetChecksum.sum(b, at, length)));
    packet.protocol = IpProtocol.IGMP;
    packet.l3 = packet.push(IP_HEADER);
    packet
        .ipv4()
        .versionAndLength(0x46)
        .tos(0xc0)
        .totalLength(IP_HEADER + length)
        .id(0)
        .flagsAndOffset(Ipv4.DONT_FRAGMENT)
        .ttl(1)
        .protocol(IpProtocol.IGMP)
        .source(settings.usesOwnAddress() ? own4() : Addresses.V4_PREFIX)
        .destination(destination);
    Bytes.put32(b, packet.l3 + Ipv4.LENGTH, ROUTER_ALERT4);
    packet.ipv4().fillChecksum();
    return framed(packet, 0, destination, EtherType.IPV4);
  }

  /** What versions 3 and 2 have behind the group: S, QRV, QQIC and the number of sources. */
  private int trailer(boolean suppress, int sources) {
    int interval = (int) Math.min(settings.get(Interval.QUERY) / SECOND, 0xff);
    return (suppress ? 8 | ROBUSTNESS : ROBUSTNESS) << 24 | interval << 16 | sources;
  }

  private @Nullable Packet query6(
      long hi, long lo, long dstHi, long dstLo, List<GroupSource> sources, boolean suppress) {
    IpAddress own = own6();
    hasSource6 = own != null;
    boolean two = settings.mldVersion() == 2;
    int length = two ? 28 + 16 * sources.size() : 24;
    int all = Ethernet.LENGTH + Ipv6.LENGTH + 8 + length;
    Packet packet = pool == null || own == null ? null : pool.acquire(all);
    if (packet == null || own == null) {
      return null;
    }
    byte[] b = packet.data;
    packet.l4 = packet.append(length);
    int at = packet.l4;
    long delay = settings.get(response(hi == 0 && lo == 0)) / MILLISECOND & 0xffff;
    Bytes.put64(b, at, (long) QUERY6 << 56 | delay << 16);
    Bytes.put64(b, at + 8, hi);
    Bytes.put64(b, at + 16, lo);
    if (two) {
      Bytes.put32(b, at + 24, trailer(suppress, sources.size()));
      for (int i = 0; i < sources.size(); i++) {
        Bytes.put64(b, at + 28 + 16 * i, sources.get(i).hi);
        Bytes.put64(b, at + 36 + 16 * i, sources.get(i).lo);
      }
    }
    long sum =
        InternetChecksum.sum(b, at, length)
            + InternetChecksum.pseudo6(own.hi(), own.lo(), dstHi, dstLo, IpProtocol.ICMPV6, length);
    Bytes.put16(b, at + 2, InternetChecksum.finish(sum));
    packet.protocol = IpProtocol.ICMPV6;
    Bytes.put64(b, packet.push(8), ROUTER_ALERT6);
    packet.l3 = packet.push(Ipv6.LENGTH);
    packet
        .ipv6()
        .versionClassFlow(6 << 28)
        .payloadLength(length + 8)
        .nextHeader(IpProtocol.HOP_BY_HOP)
        .hopLimit(1)
        .sourceHi(own.hi())
        .sourceLo(own.lo())
        .destinationHi(dstHi)
        .destinationLo(dstLo);
    return framed(packet, dstHi, dstLo, EtherType.IPV6);
  }

  private Packet framed(Packet packet, long dstHi, long dstLo, int type) {
    packet.l2 = packet.push(Ethernet.LENGTH);
    Bytes.put48(packet.data, packet.l2, Addresses.groupMac(dstHi, dstLo));
    Bytes.put48(packet.data, packet.l2 + 6, bridge.mac());
    Bytes.put16(packet.data, packet.l2 + 12, type);
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
    return packet;
  }

  /** The bridge's first address, or 0.0.0.0. */
  private long own4() {
    for (InterfaceAddress each : bridge.addresses()) {
      if (each.address().isV4()) {
        return each.address().lo();
      }
    }
    return Addresses.V4_PREFIX;
  }

  private @Nullable IpAddress own6() {
    for (InterfaceAddress each : bridge.addresses()) {
      IpAddress address = each.address();
      if (!address.isV4() && Addresses.isLinkLocal(address.hi(), address.lo())) {
        return address;
      }
    }
    return null;
  }
}
