package dev.patchbay.stack.multicast;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;

/** The messages of IGMP (RFC 1112 appendix I, RFC 2236, RFC 3376; Linux: {@code igmp_rcv}). */
public final class Igmp extends ReportWriter {
  private static final int QUERY = 0x11;
  private static final int REPORT1 = 0x12;
  private static final int REPORT2 = 0x16;
  private static final int LEAVE = 0x17;
  private static final int REPORT3 = 0x22;

  private static final long ALL_HOSTS = Addresses.V4_PREFIX | 0xe000_0001L;
  private static final long ALL_ROUTERS = Addresses.V4_PREFIX | 0xe000_0002L;
  private static final long ALL_V3_ROUTERS = Addresses.V4_PREFIX | 0xe000_0016L;

  private static final long MS = 1_000_000L;

  /** Max Resp Code and timers of queries count in tenths of a second. */
  private static final long TENTH = 100 * MS;

  private static final long SECOND = 1000 * MS;

  /** With the option Router Alert (RFC 2113). */
  private static final int IP_HEADER = Ipv4.LENGTH + 4;

  private static final int ROUTER_ALERT = 0x9404_0000;

  private final MulticastEngine engine;

  Igmp(NetworkStack stack, MulticastEngine engine) {
    super(stack, 4, IP_HEADER);
    this.engine = engine;
  }

  /** Takes an IGMP message that came in. */
  public void receive(Packet packet) {
    int length = packet.tail - packet.l4;
    NetDevice device = packet.device;
    if (length < 8 || device == null) {
      packet.drop(DropReason.HDR_TRUNC);
      return;
    }
    long sum = InternetChecksum.sum(packet.data, packet.l4, length);
    boolean unchecked = packet.checksumState == Packet.CHECKSUM_NONE;
    if (unchecked && InternetChecksum.fold(sum) != 0xffff) {
      packet.drop(DropReason.IP_CSUM);
      return;
    }
    // all messages are sent with TTL 1 (RFC 3376 section 4): another one is not of this link
    if (packet.ipv4().ttl() != 1) {
      packet.drop(DropReason.IP_TTL);
      return;
    }
    InterfaceGroups groups = engine.groups(device, true);
    if (groups != null) {
      read(packet, groups, length);
    }
    packet.release();
  }

  private static void read(Packet packet, InterfaceGroups groups, int length) {
    byte[] b = packet.data;
    int at = packet.l4;
    int code = Bytes.u8(b, at + 1);
    int group = Bytes.i32(b, at + 4);
    long lo = group == 0 ? 0 : Addresses.v4(group);
    switch (Bytes.u8(b, at)) {
      case QUERY -> {
        if (length == 8 && code == 0) {
          groups.oldQuery(1, 100 * TENTH, 0, 0);
        } else if (length == 8) {
          groups.oldQuery(2, code * TENTH, 0, lo);
        } else if (length >= 12) {
          query3(packet, groups, length, lo);
        }
      }
      case REPORT1, REPORT2 -> {
        if (packet.toMany) {
          groups.heardReport(0, lo);
        }
      }
      default -> {} // leaves and newer reports are for routers
    }
  }

  private static void query3(Packet packet, InterfaceGroups groups, int length, long lo) {
    byte[] b = packet.data;
    int at = packet.l4;
    int count = Bytes.u16(b, at + 10);
    if (12 + 4 * count > length) {
      return;
    }
    int qrv = Bytes.u8(b, at + 8) & 7;
    long interval = floating(Bytes.u8(b, at + 9)) * SECOND;
    long delay = floating(Bytes.u8(b, at + 1)) * TENTH;
    groups.query(delay, qrv, interval, 0, lo, sources(b, at + 12, count, groups, lo));
  }

  /** Only those that could matter are kept: a long list of a stranger costs nothing more. */
  private static SourceFilter sources(
      byte[] b, int at, int count, InterfaceGroups groups, long lo) {
    GroupState group = groups.find(0, lo);
    SourceFilter asked = SourceFilter.NOBODY;
    boolean stranger = false;
    for (int i = 0; i < count && asked.count() < MulticastEngine.MAX_ASKED; i++) {
      long source = Addresses.v4(Bytes.i32(b, at + 4 * i));
      boolean listed = group != null && group.current.lists(0, source);
      // one that is not listed stands for all of its kind
      if (listed || !stranger) {
        asked = asked.plus(0, source);
        stranger |= !listed;
      }
    }
    return asked;
  }

  /** RFC 3376 section 4.1.1: a code from 128 on is a floating-point value. */
  static long floating(int code) {
    return code < 128 ? code : (code & 15 | 16) << (code >>> 4 & 7) + 3;
  }

  @Override
  void send(Packet packet, NetDevice device) {
    Bytes.put8(packet.data, packet.l4, REPORT3);
    transmit(packet, device, ALL_V3_ROUTERS);
  }

  @Override
  public void report(NetDevice device, int version, long hi, long lo) {
    old(device, version == 1 ? REPORT1 : REPORT2, lo, lo);
  }

  @Override
  public void leave(NetDevice device, long hi, long lo) {
    old(device, LEAVE, lo, ALL_ROUTERS);
  }

  private void old(NetDevice device, int type, long group, long destination) {
    Packet packet = stack.pool().acquire(8);
    if (packet != null) {
      packet.l4 = packet.append(8);
      Bytes.put32(packet.data, packet.l4, type << 24);
      Bytes.put32(packet.data, packet.l4 + 4, (int) group);
      transmit(packet, device, destination);
    }
  }

  private void transmit(Packet packet, NetDevice device, long destination) {
    int length = packet.tail - packet.l4;
    Bytes.put16(packet.data, packet.l4 + 2, 0);
    long sum = InternetChecksum.sum(packet.data, packet.l4, length);
    Bytes.put16(packet.data, packet.l4 + 2, InternetChecksum.finish(sum));
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
        .source(source(device))
        .destination(destination);
    Bytes.put32(packet.data, packet.l3 + Ipv4.LENGTH, ROUTER_ALERT);
    packet.ipv4().fillChecksum();
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
    stack.counters(true).outMcastPkts++;
    stack.counters(true).outMcastOctets += packet.tail - packet.l3;
    stack.output().sendOnLink(packet, device, 0, destination);
  }

  /** The device's own address; 0.0.0.0 where it has none (RFC 3376 section 4.2.13). */
  private static long source(NetDevice device) {
    for (int i = 0; i < device.addresses().size(); i++) {
      IpAddress own = device.addresses().get(i).address();
      if (own.isV4()) {
        return own.lo();
      }
    }
    return Addresses.V4_PREFIX;
  }

  @Override
  public boolean isReported(long hi, long lo) {
    return lo != ALL_HOSTS;
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
