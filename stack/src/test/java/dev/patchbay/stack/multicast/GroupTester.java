package dev.patchbay.stack.multicast;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins of the appliance and queries of guest A, in words. Reports are read as for instance {@code
 * 224.0.0.22 v3 TO_EX 239.1.1.1{10.0.2.9}}.
 */
final class GroupTester {
  static final String LINK_LOCAL = "fe80::5054:ff:fe00:1";

  private static final String[] RECORDS = {
    "?", "IS_IN", "IS_EX", "TO_IN", "TO_EX", "ALLOW", "BLOCK"
  };

  final Lab lab = new Lab();

  UdpSocket open(int port) {
    UdpSocket socket = lab.stack.udp().open((s, p) -> {}, () -> {});
    socket.reuseAddress = true;
    if (socket.bindTo(0, 0, port) != 0) {
      throw new AssertionError("port " + port + " is taken");
    }
    return socket;
  }

  int join(UdpSocket socket, String group) {
    IpAddress g = IpAddress.parse(group);
    return socket.memberships().join(g.hi(), g.lo(), lab.bridge);
  }

  int leave(UdpSocket socket, String group) {
    IpAddress g = IpAddress.parse(group);
    return socket.memberships().leave(g.hi(), g.lo(), lab.bridge);
  }

  int joinSource(UdpSocket socket, String group, String source) {
    IpAddress g = IpAddress.parse(group);
    IpAddress s = IpAddress.parse(source);
    return socket.memberships().joinSource(g.hi(), g.lo(), lab.bridge, s.hi(), s.lo());
  }

  int leaveSource(UdpSocket socket, String group, String source) {
    IpAddress g = IpAddress.parse(group);
    IpAddress s = IpAddress.parse(source);
    return socket.memberships().leaveSource(g.hi(), g.lo(), lab.bridge, s.hi(), s.lo());
  }

  int block(UdpSocket socket, String group, String source) {
    IpAddress g = IpAddress.parse(group);
    IpAddress s = IpAddress.parse(source);
    return socket.memberships().block(g.hi(), g.lo(), lab.bridge, s.hi(), s.lo());
  }

  int unblock(UdpSocket socket, String group, String source) {
    IpAddress g = IpAddress.parse(group);
    IpAddress s = IpAddress.parse(source);
    return socket.memberships().unblock(g.hi(), g.lo(), lab.bridge, s.hi(), s.lo());
  }

  static SourceFilter filter(boolean include, String... sources) {
    SourceFilter filter = SourceFilter.of(include);
    for (String source : sources) {
      IpAddress s = IpAddress.parse(source);
      filter = filter.plus(s.hi(), s.lo());
    }
    return filter;
  }

  int setFilter(UdpSocket socket, String group, SourceFilter filter) {
    IpAddress g = IpAddress.parse(group);
    return socket.memberships().setFilter(g.hi(), g.lo(), lab.bridge, filter);
  }

  /** What was reported within so many ms, IGMP and MLD. */
  List<String> reports(long millis) {
    lab.loop.runForMillis(millis);
    List<String> all = new ArrayList<>();
    for (byte[] frame : lab.toA) {
      String text = describe(frame);
      if (!text.isEmpty()) {
        all.add(text);
      }
    }
    lab.toA.clear();
    lab.toB.clear();
    return all;
  }

  /** As {@link #reports(long)} of about no time: what goes out at once. */
  List<String> reports() {
    return reports(5);
  }

  private static String describe(byte[] frame) {
    if (Bytes.u16(frame, 12) == EtherType.IPV4 && frame[23] == 2) {
      check(frame[14] == 0x46, "router alert");
      check(Bytes.i32(frame, 34) == 0x94040000, "router alert");
      check(frame[22] == 1, "TTL 1");
      check(frame[15] == (byte) 0xc0, "precedence");
      check(Bytes.i32(frame, 26) == Lab.v4("10.0.2.2"), "source");
      int length = Bytes.u16(frame, 16) - 24;
      check(InternetChecksum.fold(InternetChecksum.sum(frame, 38, length)) == 0xffff, "checksum");
      check(InternetChecksum.fold(InternetChecksum.sum(frame, 14, 24)) == 0xffff, "IP checksum");
      String to = Addresses.toString(0, Addresses.v4(Bytes.i32(frame, 30)));
      return to + " " + igmp(frame, 38);
    }
    boolean mld = Bytes.u16(frame, 12) == EtherType.IPV6 && frame[20] == 0 && frame[54] == 58;
    if (!mld) {
      return "";
    }
    check(Bytes.i64(frame, 54) == 0x3a00050200000100L, "router alert");
    check(frame[21] == 1, "hop limit 1");
    check(Bytes.u16(frame, 22) == 0xfe80, "link-local source");
    int length = Bytes.u16(frame, 18) - 8;
    long pseudo =
        InternetChecksum.pseudo6(
            Bytes.i64(frame, 22),
            Bytes.i64(frame, 30),
            Bytes.i64(frame, 38),
            Bytes.i64(frame, 46),
            58,
            length);
    long sum = pseudo + InternetChecksum.sum(frame, 62, length);
    check(InternetChecksum.fold(sum) == 0xffff, "checksum");
    String to = Addresses.toString(Bytes.i64(frame, 38), Bytes.i64(frame, 46));
    return to + " " + mld(frame, 62);
  }

  private static void check(boolean good, String what) {
    if (!good) {
      throw new AssertionError("wrong " + what);
    }
  }

  private static String igmp(byte[] b, int at) {
    String group = Addresses.toString(0, Addresses.v4(Bytes.i32(b, at + 4)));
    return switch (Bytes.u8(b, at)) {
      case 0x12 -> "v1 report " + group;
      case 0x16 -> "v2 report " + group;
      case 0x17 -> "leave " + group;
      case 0x22 -> "v3" + records(b, at, 4);
      default -> "type " + Bytes.u8(b, at);
    };
  }

  private static String mld(byte[] b, int at) {
    String group =
        b.length < at + 24 ? "" : Addresses.toString(Bytes.i64(b, at + 8), Bytes.i64(b, at + 16));
    return switch (Bytes.u8(b, at)) {
      case 131 -> "v1 report " + group;
      case 132 -> "done " + group;
      case 143 -> "v2" + records(b, at, 16);
      default -> "type " + Bytes.u8(b, at);
    };
  }

  private static String records(byte[] b, int report, int size) {
    StringBuilder out = new StringBuilder();
    int at = report + 8;
    for (int i = Bytes.u16(b, report + 6); i > 0; i--) {
      int sources = Bytes.u16(b, at + 2);
      out.append(' ').append(RECORDS[b[at]]).append(' ').append(address(b, at + 4, size));
      at += 4 + size;
      List<String> list = new ArrayList<>();
      for (int s = 0; s < sources; s++) {
        list.add(address(b, at, size));
        at += size;
      }
      out.append(list.isEmpty() ? "" : "{" + String.join(",", list) + "}");
    }
    check(at == b.length, "length");
    return out.toString();
  }

  private static String address(byte[] b, int at, int size) {
    return size == 4
        ? Addresses.toString(0, Addresses.v4(Bytes.i32(b, at)))
        : Addresses.toString(Bytes.i64(b, at), Bytes.i64(b, at + 8));
  }

  /** An IGMP query; {@code version} 1, 2 or 3. */
  static byte[] query4(int version, int code, String group, int qrv, String... sources) {
    byte[] igmp = new byte[version < 3 ? 8 : 12 + 4 * sources.length];
    igmp[0] = 0x11;
    igmp[1] = (byte) code;
    Bytes.put32(igmp, 4, Lab.v4(group));
    if (version == 3) {
      igmp[8] = (byte) qrv;
      igmp[9] = 125;
      Bytes.put16(igmp, 10, sources.length);
      for (int i = 0; i < sources.length; i++) {
        Bytes.put32(igmp, 12 + 4 * i, Lab.v4(sources[i]));
      }
    }
    Bytes.put16(igmp, 2, InternetChecksum.finish(InternetChecksum.sum(igmp, 0, igmp.length)));
    return igmp;
  }

  void igmp(String to, int ttl, byte[] body) {
    IpAddress d = IpAddress.parse(to);
    lab.fromA(
        Lab.ethernet(
            Addresses.groupMac(d.hi(), d.lo()),
            Lab.GUEST_A,
            EtherType.IPV4,
            Lab.ipv4("10.0.2.15", to, 2, ttl, body)));
  }

  void query(int version, int code, String group, String... sources) {
    String to = group.equals("0.0.0.0") ? "224.0.0.1" : group;
    igmp(to, 1, query4(version, code, group, 2, sources));
  }

  /** An MLD query; {@code version} 1 or 2. */
  static byte[] query6(int version, int code, String group, int qrv, String... sources) {
    byte[] mld = new byte[version == 1 ? 24 : 28 + 16 * sources.length];
    mld[0] = (byte) 130;
    Bytes.put16(mld, 4, code);
    put(mld, 8, group);
    if (version == 2) {
      mld[24] = (byte) qrv;
      mld[25] = 125;
      Bytes.put16(mld, 26, sources.length);
      for (int i = 0; i < sources.length; i++) {
        put(mld, 28 + 16 * i, sources[i]);
      }
    }
    return mld;
  }

  private static void put(byte[] b, int at, String address) {
    IpAddress a = IpAddress.parse(address);
    Bytes.put64(b, at, a.hi());
    Bytes.put64(b, at + 8, a.lo());
  }

  /** An MLD message in its packet, with the option Router Alert or without. */
  static byte[] mldPacket(String from, String to, int hops, boolean alert, byte[] mld) {
    IpAddress a = IpAddress.parse(from);
    IpAddress b = IpAddress.parse(to);
    long pseudo = InternetChecksum.pseudo6(a.hi(), a.lo(), b.hi(), b.lo(), 58, mld.length);
    Bytes.put16(mld, 2, 0);
    Bytes.put16(mld, 2, InternetChecksum.finish(pseudo + InternetChecksum.sum(mld, 0, mld.length)));
    byte[] body = new byte[8 + mld.length];
    Bytes.put64(body, 0, alert ? 0x3a00050200000100L : 0x3a00010400000000L);
    System.arraycopy(mld, 0, body, 8, mld.length);
    return Lab.ipv6(from, to, 0, hops, body);
  }

  void mld(String from, String to, int hops, boolean alert, byte[] mld) {
    IpAddress d = IpAddress.parse(to);
    lab.fromA(
        Lab.ethernet(
            Addresses.groupMac(d.hi(), d.lo()),
            Lab.GUEST_A,
            EtherType.IPV6,
            mldPacket(from, to, hops, alert, mld)));
  }

  void querySix(int version, int code, String group, String... sources) {
    String to = group.equals("::") ? "ff02::1" : group;
    mld(LINK_LOCAL, to, 1, true, query6(version, code, group, 2, sources));
  }

  /** Guest A sends a datagram to a group. */
  void datagram(String from, String group, int port, String text) {
    IpAddress d = IpAddress.parse(group);
    byte[] udp = Lab.udp(1000, port, text.getBytes(StandardCharsets.UTF_8));
    if (!d.isV4()) {
      IpAddress s = IpAddress.parse(from);
      long pseudo = InternetChecksum.pseudo6(s.hi(), s.lo(), d.hi(), d.lo(), 17, udp.length);
      Bytes.put16(
          udp, 6, InternetChecksum.finishUdp(pseudo + InternetChecksum.sum(udp, 0, udp.length)));
    }
    byte[] ip = d.isV4() ? Lab.ipv4(from, group, 17, 1, udp) : Lab.ipv6(from, group, 17, 1, udp);
    lab.fromA(
        Lab.ethernet(
            Addresses.groupMac(d.hi(), d.lo()),
            Lab.GUEST_A,
            d.isV4() ? EtherType.IPV4 : EtherType.IPV6,
            ip));
  }

  static String read(UdpSocket socket) {
    List<String> all = new ArrayList<>();
    for (Packet p = socket.poll(); p != null; p = socket.poll()) {
      all.add(new String(p.data, p.l4 + 8, p.tail - p.l4 - 8, StandardCharsets.UTF_8));
      p.release();
    }
    return String.join(" ", all);
  }

  void close() {
    lab.stack.udp().sockets().forEach(UdpSocket::close);
    lab.close();
  }
}
