package dev.patchbay.stack.bridge;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A bridge that snoops, br0, with ports p1 to p4, and a trace of what comes out where: {@code p2
 * 239.1.1.1} for a packet to that group, {@code p2 query 239.1.1.1}, {@code p2 report …} for
 * messages.
 */
final class SnoopingLab {
  static final long OURS = 0x0200_0000_000bL;
  static final long SECOND = 1_000_000_000L;

  final VirtualLoop loop = new VirtualLoop();
  final PacketPool pool = new PacketPool(16 << 20, true);
  final Bridge bridge = new Bridge(2, "br0", OURS, loop, 42);
  final List<PortDevice> devices = new ArrayList<>();
  private final List<String> trace = new ArrayList<>();

  /** VLAN of the frames that come in, 0 for none. */
  int vlan;

  SnoopingLab() {
    bridge.pool(pool);
    bridge.handler((packet, type) -> take("br0", packet));
    for (int i = 1; i <= 4; i++) {
      PortDevice device = new PortDevice(2 + i, "p" + i, 0x0200_0000_0000L | i, 1500);
      device.up(true);
      device.plug(packet -> take(device.name(), packet));
      bridge.addPort(device);
      devices.add(device);
    }
    bridge.up(true);
    pass(1);
  }

  BridgePort port(int number) {
    return Objects.requireNonNull(bridge.port(devices.get(number - 1)));
  }

  /** The station behind a port. */
  static long station(int port) {
    return 0x0200_0000_a000L | port;
  }

  /** Lets seconds pass. */
  SnoopingLab pass(double seconds) {
    loop.runFor((long) (seconds * SECOND));
    return this;
  }

  List<String> out() {
    List<String> now = trace.stream().sorted().toList();
    trace.clear();
    return now;
  }

  private void take(String where, Packet packet) {
    String vid = packet.vlanProtocol == 0 ? "" : " vlan " + VlanTag.id(packet);
    String to = text(packet);
    long mac = Bytes.u48(packet.data, packet.l2);
    trace.add(where + " " + to + (Addresses.isGroupMac(mac) ? "" : " to its own address") + vid);
    packet.release();
  }

  private static String text(Packet packet) {
    byte[] b = packet.data;
    int l3 = packet.l2 + 14;
    boolean six = Bytes.u16(b, packet.l2 + 12) == EtherType.IPV6;
    String group =
        six
            ? Addresses.toString(Bytes.i64(b, l3 + 24), Bytes.i64(b, l3 + 32))
            : Addresses.toString(0, Addresses.v4(Bytes.i32(b, l3 + 16)));
    int l4 = six ? l3 + 48 : l3 + (b[l3] & 15) * 4;
    boolean message = six ? b[l3 + 6] == 0 : b[l3 + 9] == 2;
    if (!message) {
      return group;
    }
    int type = Bytes.u8(b, l4);
    if (type == 0x11 || type == 130) {
      String asked =
          six
              ? Addresses.toString(Bytes.i64(b, l4 + 8), Bytes.i64(b, l4 + 16))
              : Addresses.toString(0, Addresses.v4(Bytes.i32(b, l4 + 4)));
      int length = (six ? packet.l2 + 54 + Bytes.u16(b, l3 + 4) : l3 + Bytes.u16(b, l3 + 2)) - l4;
      int fixed = six ? 28 : 12;
      int sources = length < fixed ? 0 : Bytes.u16(b, l4 + fixed - 2);
      return "query " + asked + (sources == 0 ? "" : " of " + sources);
    }
    return "report";
  }

  // ---- what comes in

  private void in(int port, byte[] frame) {
    Packet packet = Objects.requireNonNull(pool.acquire(frame.length));
    System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
    if (vlan != 0) {
      VlanTag.set(packet, EtherType.VLAN, vlan);
    }
    devices.get(port - 1).receive(packet);
  }

  private static byte[] toGroup(String group, long from, int type, byte[] packet) {
    IpAddress to = IpAddress.parse(group);
    return Lab.ethernet(Addresses.groupMac(to.hi(), to.lo()), from, type, packet);
  }

  /** A datagram to a group comes in. */
  SnoopingLab data(int port, String from, String group) {
    byte[] body = Lab.udp(5000, 5000, new byte[10]);
    boolean six = group.indexOf(':') >= 0;
    byte[] packet = six ? Lab.ipv6(from, group, 17, 1, body) : Lab.ipv4(from, group, 17, 1, body);
    in(port, toGroup(group, station(port), six ? EtherType.IPV6 : EtherType.IPV4, packet));
    return this;
  }

  /** A message of IGMP comes in. */
  SnoopingLab igmp(int port, String from, String to, byte[] body) {
    Bytes.put16(body, 2, 0);
    Bytes.put16(body, 2, InternetChecksum.finish(InternetChecksum.sum(body, 0, body.length)));
    return igmpAsIs(port, from, to, body);
  }

  /** One whose checksum is what it is. */
  SnoopingLab igmpAsIs(int port, String from, String to, byte[] body) {
    in(port, toGroup(to, station(port), EtherType.IPV4, Lab.ipv4(from, to, 2, 1, body)));
    return this;
  }

  static byte[] igmp2(int type, int tenths, String group) {
    return ByteBuffer.allocate(8).putInt(type << 24 | tenths << 16).putInt(Lab.v4(group)).array();
  }

  /** IGMPv2: who is behind a port is a member now. */
  SnoopingLab report(int port, String group) {
    return igmp(port, "10.0.0." + port, group, igmp2(0x16, 0, group));
  }

  /** IGMPv2: it leaves. */
  SnoopingLab leave(int port, String group) {
    return igmp(port, "10.0.0." + port, "224.0.0.2", igmp2(0x17, 0, group));
  }

  /** A general query comes in, to be answered within ten seconds. */
  SnoopingLab query(int port, String from) {
    return igmp(port, from, "224.0.0.1", igmp2(0x11, 100, "0.0.0.0"));
  }

  /** IGMPv3: a report of one record. */
  SnoopingLab record(int port, int type, String group, String... sources) {
    ByteBuffer body = ByteBuffer.allocate(16 + 4 * sources.length);
    body.putInt(0x2200_0000).putInt(1).putInt(type << 24 | sources.length).putInt(Lab.v4(group));
    for (String source : sources) {
      body.putInt(Lab.v4(source));
    }
    return igmp(port, "10.0.0." + port, "224.0.0.22", body.array());
  }

  /** The appliance itself reports. */
  SnoopingLab reportOfOurs(String group) {
    byte[] body = igmp2(0x16, 0, group);
    Bytes.put16(body, 2, InternetChecksum.finish(InternetChecksum.sum(body, 0, body.length)));
    byte[] frame = toGroup(group, OURS, EtherType.IPV4, Lab.ipv4("10.0.0.9", group, 2, 1, body));
    Packet packet = Objects.requireNonNull(pool.acquire(frame.length));
    System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
    bridge.transmit(packet);
    return this;
  }

  /** A message of MLD with Router Alert comes in. */
  SnoopingLab mld(int port, String to, int type, int delay, String group) {
    IpAddress own = IpAddress.parse("fe80::" + port);
    IpAddress destination = IpAddress.parse(to);
    IpAddress about = IpAddress.parse(group);
    ByteBuffer message = ByteBuffer.allocate(32);
    message.putLong(0x3a00_0502_0000_0000L).putInt(type << 24).putInt(delay << 16);
    message.putLong(about.hi()).putLong(about.lo());
    byte[] body = message.array();
    long sum =
        InternetChecksum.sum(body, 8, 24)
            + InternetChecksum.pseudo6(
                own.hi(), own.lo(), destination.hi(), destination.lo(), 58, 24);
    Bytes.put16(body, 10, InternetChecksum.finish(sum));
    byte[] packet = Lab.ipv6("fe80::" + port, to, 0, 1, body);
    in(port, toGroup(to, station(port), EtherType.IPV6, packet));
    return this;
  }

  /** What {@code bridge mdb} would show of a group's members. */
  List<String> members(String group) {
    IpAddress address = IpAddress.parse(group);
    return bridge.mdb().entries().stream()
        .filter(e -> e.group().hi() == address.hi() && e.group().lo() == address.lo())
        .filter(e -> e.group().isForAllSources())
        .map(e -> e.port() == null ? "br0" : e.port().device().name())
        .sorted()
        .toList();
  }

  List<String> routers() {
    return bridge.mdb().routers().stream().map(r -> r.port().device().name()).sorted().toList();
  }
}
