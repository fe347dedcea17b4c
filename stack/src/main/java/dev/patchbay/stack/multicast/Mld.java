package dev.patchbay.stack.multicast;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.IpCounters;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv6;

/** The messages of MLD (RFC 2710, RFC 3810; Linux: {@code igmp6_event_query}). */
public final class Mld extends ReportWriter {
  /** ICMPv6 types. */
  public static final int QUERY = 130;

  public static final int REPORT1 = 131;
  public static final int DONE = 132;
  public static final int REPORT2 = 143;

  private static final long LINK_HI = 0xff02_0000_0000_0000L;
  private static final long ALL_NODES = 1;
  private static final long ALL_ROUTERS = 2;
  private static final long ALL_V2_ROUTERS = 0x16;

  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;

  /**
   * RFC 3810 section 8.2.1; a querier that does not know the exponential form means at most this.
   */
  private static final int MAX_OLD_DELAY = 32767;

  /** Hop-by-hop header with the option Router Alert of value 0, MLD (RFC 2711), and padding. */
  private static final long ROUTER_ALERT = 0x3a00_0502_0000_0100L;

  private static final int HEADERS = Ipv6.LENGTH + 8;
  private static final int QUERY1_LENGTH = 24;
  private static final int QUERY2_LENGTH = 28;

  private final MulticastEngine engine;

  Mld(NetworkStack stack, MulticastEngine engine) {
    super(stack, 16, HEADERS);
    this.engine = engine;
  }

  /** Takes a message of type 130 to 132 or 143 whose checksum is right. */
  public void receive(Packet packet) {
    int length = packet.tail - packet.l4;
    NetDevice device = packet.device;
    int type = packet.icmp().type();
    if (device == null || length < QUERY1_LENGTH) {
      packet.drop(DropReason.HDR_TRUNC);
      return;
    }
    InterfaceGroups groups = engine.groups(device, false);
    if (groups != null && type == QUERY) {
      // RFC 3810 section 6.2: from this link, hop limit 1, Router Alert
      if (packet.ipv6().hopLimit() != 1
          || !Addresses.isLinkLocal(packet.sourceHi(), packet.sourceLo())
          || !hasRouterAlert(packet)) {
        packet.drop(DropReason.IP_INADDRERRORS);
        return;
      }
      query(packet, groups, length);
    } else if (groups != null && type == REPORT1 && packet.toMany) {
      long srcHi = packet.sourceHi();
      long srcLo = packet.sourceLo();
      if (Addresses.isAny(srcHi, srcLo) || Addresses.isLinkLocal(srcHi, srcLo)) {
        groups.heardReport(
            Bytes.i64(packet.data, packet.l4 + 8), Bytes.i64(packet.data, packet.l4 + 16));
      }
    }
    packet.release();
  }

  /** Whether its hop-by-hop header has the option with the value that means MLD. */
  private static boolean hasRouterAlert(Packet packet) {
    int at = packet.l3 + Ipv6.LENGTH;
    if (packet.ipv6().nextHeader() != IpProtocol.HOP_BY_HOP || at + 8 > packet.l4) {
      return false;
    }
    byte[] b = packet.data;
    int end = Math.min(at + (Bytes.u8(b, at + 1) + 1 << 3), packet.l4);
    for (at += 2; at + 4 <= end; ) {
      int type = Bytes.u8(b, at);
      if (type == 5 && Bytes.u8(b, at + 1) == 2) {
        return Bytes.u16(b, at + 2) == 0;
      }
      at += type == 0 ? 1 : 2 + Bytes.u8(b, at + 1);
    }
    return false;
  }

  private static void query(Packet packet, InterfaceGroups groups, int length) {
    byte[] b = packet.data;
    int at = packet.l4;
    int code = Bytes.u16(b, at + 4);
    long hi = Bytes.i64(b, at + 8);
    long lo = Bytes.i64(b, at + 16);
    boolean general = hi == 0 && lo == 0;
    if (!general && !Addresses.isMulticast(hi, lo)) {
      return;
    }
    if (length == QUERY1_LENGTH) {
      groups.oldQuery(2, Math.min(code, MAX_OLD_DELAY) * MS, hi, lo);
      return;
    }
    int count = length < QUERY2_LENGTH ? 0 : Bytes.u16(b, at + 26);
    if (length < QUERY2_LENGTH || QUERY2_LENGTH + 16 * count > length) {
      return;
    }
    int qrv = Bytes.u8(b, at + 24) & 7;
    long interval = Igmp.floating(Bytes.u8(b, at + 25)) * SECOND;
    groups.query(floating(code) * MS, qrv, interval, hi, lo, sources(b, at, count, groups));
  }

  private static SourceFilter sources(byte[] b, int message, int count, InterfaceGroups groups) {
    GroupState group = groups.find(Bytes.i64(b, message + 8), Bytes.i64(b, message + 16));
    SourceFilter asked = SourceFilter.NOBODY;
    boolean stranger = false;
    for (int i = 0; i < count && asked.count() < MulticastEngine.MAX_ASKED; i++) {
      long hi = Bytes.i64(b, message + QUERY2_LENGTH + 16 * i);
      long lo = Bytes.i64(b, message + QUERY2_LENGTH + 16 * i + 8);
      boolean listed = group != null && group.current.lists(hi, lo);
      if (listed || !stranger) {
        asked = asked.plus(hi, lo);
        stranger |= !listed;
      }
    }
    return asked;
  }

  /** RFC 3810 section 5.1.3: a code from 32768 on is a floating-point value. */
  static long floating(int code) {
    return code < 32768 ? code : (long) (code & 0xfff | 0x1000) << (code >>> 12 & 7) + 3;
  }

  @Override
  void send(Packet packet, NetDevice device) {
    Bytes.put8(packet.data, packet.l4, REPORT2);
    transmit(packet, device, LINK_HI, ALL_V2_ROUTERS);
  }

  @Override
  public void report(NetDevice device, int version, long hi, long lo) {
    old(device, REPORT1, hi, lo, hi, lo);
  }

  @Override
  public void leave(NetDevice device, long hi, long lo) {
    old(device, DONE, hi, lo, LINK_HI, ALL_ROUTERS);
  }

  private void old(NetDevice device, int type, long hi, long lo, long dstHi, long dstLo) {
    Packet packet = stack.pool().acquire(QUERY1_LENGTH);
    if (packet != null) {
      packet.l4 = packet.append(QUERY1_LENGTH);
      Bytes.put64(packet.data, packet.l4, (long) type << 56);
      Bytes.put64(packet.data, packet.l4 + 8, hi);
      Bytes.put64(packet.data, packet.l4 + 16, lo);
      transmit(packet, device, dstHi, dstLo);
    }
  }

  private void transmit(Packet packet, NetDevice device, long dstHi, long dstLo) {
    IpAddress own = stack.linkLocal(device);
    long srcHi = own == null ? 0 : own.hi();
    long srcLo = own == null ? 0 : own.lo();
    int length = packet.tail - packet.l4;
    int type = packet.icmp().type();
    packet.icmp().checksum(0);
    long sum =
        InternetChecksum.sum(packet.data, packet.l4, length)
            + InternetChecksum.pseudo6(srcHi, srcLo, dstHi, dstLo, IpProtocol.ICMPV6, length);
    packet.icmp().checksum(InternetChecksum.finish(sum));
    packet.protocol = IpProtocol.ICMPV6;
    Bytes.put64(packet.data, packet.push(8), ROUTER_ALERT);
    packet.l3 = packet.push(Ipv6.LENGTH);
    packet
        .ipv6()
        .versionClassFlow(6 << 28)
        .payloadLength(length + 8)
        .nextHeader(IpProtocol.HOP_BY_HOP)
        .hopLimit(1)
        .sourceHi(srcHi)
        .sourceLo(srcLo)
        .destinationHi(dstHi)
        .destinationLo(dstLo);
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
    packet.socket = Packet.SOCKET_STACK;
    IpCounters counters = stack.counters(false);
    counters.icmpOutMsgs++;
    counters.icmpOutTypes[type]++;
    counters.outMcastPkts++;
    counters.outMcastOctets += packet.tail - packet.l3;
    stack.output().sendOnLink(packet, device, dstHi, dstLo);
  }

  /** Not ff02::1, and nothing that does not leave the host (RFC 3810 section 6). */
  @Override
  public boolean isReported(long hi, long lo) {
    int scope = (int) (hi >>> 48) & 0xf;
    return scope >= 2 && !(hi == LINK_HI && lo == ALL_NODES);
  }

  @Override
  public long changeInterval() {
    return SECOND;
  }

  @Override
  public long oldInterval() {
    return 10 * SECOND;
  }
}
