package dev.patchbay.stack.udp;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.Udp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sockets of the appliance and datagrams of guest A, in words. */
final class UdpTester implements UdpHandler {
  static final String GUEST = "10.0.2.15";
  static final String APPLIANCE = "10.0.2.2";
  static final String GUEST6 = "fec0::15";
  static final String APPLIANCE6 = "fec0::2";

  final Lab lab = new Lab();
  private final Map<UdpSocket, List<String>> errors = new HashMap<>();

  UdpTester() {
    lab.introduceA();
    lab.stack
        .neighbours()
        .permanent(
            IpAddress.parse(GUEST6).hi(), IpAddress.parse(GUEST6).lo(), lab.bridge, Lab.GUEST_A);
  }

  @Override
  public void onDatagram(UdpSocket socket, Packet packet) {
    throw new AssertionError("these sockets queue");
  }

  @Override
  public void onError(UdpSocket socket, IcmpError error) {
    int port = Bytes.u16(error.packet().data, error.transport + 2);
    String dst = Addresses.toString(error.dstHi, error.dstLo);
    errors
        .computeIfAbsent(socket, s -> new ArrayList<>())
        .add(dst + ":" + port + " errno " + error.errno());
  }

  List<String> errors(UdpSocket socket) {
    return errors.getOrDefault(socket, List.of());
  }

  UdpSocket open() {
    return lab.stack.udp().open(this, () -> {});
  }

  UdpSocket lite() {
    return lab.stack.udpLite().open(this, () -> {});
  }

  int bind(UdpSocket socket, String address, int port) {
    IpAddress a = IpAddress.parse(address);
    return socket.bindTo(a.hi(), a.lo(), port);
  }

  /** A socket that is bound. */
  UdpSocket bound(String address, int port) {
    UdpSocket socket = open();
    if (bind(socket, address, port) != 0) {
      throw new AssertionError("cannot bind " + address + ":" + port);
    }
    return socket;
  }

  int connect(UdpSocket socket, String address, int port) {
    IpAddress a = IpAddress.parse(address);
    return socket.connect(a.hi(), a.lo(), port);
  }

  int send(UdpSocket socket, String to, int port, byte[] data) {
    IpAddress a = IpAddress.parse(to);
    return socket.sendTo(data, 0, data.length, 0, 0, a.hi(), a.lo(), port, null);
  }

  int send(UdpSocket socket, String to, int port, String text) {
    return send(socket, to, port, text.getBytes(StandardCharsets.UTF_8));
  }

  /** What waits in a socket, joined by blanks; it is read. */
  static String read(UdpSocket socket) {
    List<String> all = new ArrayList<>();
    for (Packet p = socket.poll(); p != null; p = socket.poll()) {
      all.add(new String(p.data, p.l4 + 8, p.tail - p.l4 - 8, StandardCharsets.UTF_8));
      p.release();
    }
    return String.join(" ", all);
  }

  static boolean isV4(String address) {
    return IpAddress.parse(address).isV4();
  }

  /** A datagram with its checksum over the first {@code covered} bytes, 0 for all. */
  static byte[] datagram(
      String from, int sport, String to, int dport, byte[] data, int protocol, int covered) {
    IpAddress a = IpAddress.parse(from);
    IpAddress b = IpAddress.parse(to);
    byte[] udp = Lab.udp(sport, dport, data);
    int sum = covered == 0 ? udp.length : covered;
    Bytes.put16(udp, 4, protocol == 136 ? covered : udp.length);
    long pseudo = InternetChecksum.pseudo(a.hi(), a.lo(), b.hi(), b.lo(), protocol, udp.length);
    Bytes.put16(udp, 6, InternetChecksum.finishUdp(pseudo + InternetChecksum.sum(udp, 0, sum)));
    return udp;
  }

  /** Guest A sends a transport packet. */
  void fromGuest(String from, String to, int protocol, byte[] body) {
    IpAddress b = IpAddress.parse(to);
    boolean many = Addresses.isMulticast(b.hi(), b.lo());
    boolean all = to.endsWith(".255");
    long mac =
        many ? Addresses.groupMac(b.hi(), b.lo()) : all ? Addresses.MAC_BROADCAST : Lab.APPLIANCE;
    boolean v4 = isV4(to);
    byte[] ip =
        v4 ? Lab.ipv4(from, to, protocol, 64, body) : Lab.ipv6(from, to, protocol, 64, body);
    lab.fromA(Lab.ethernet(mac, Lab.GUEST_A, v4 ? EtherType.IPV4 : EtherType.IPV6, ip));
  }

  /** Guest A sends a good datagram. */
  void fromGuest(String from, int sport, String to, int dport, String text) {
    byte[] data = text.getBytes(StandardCharsets.UTF_8);
    fromGuest(from, to, 17, datagram(from, sport, to, dport, data, 17, 0));
  }

  void fromGuest(int sport, int dport, String text) {
    fromGuest(GUEST, sport, APPLIANCE, dport, text);
  }

  /** A router of the world complains about a packet that left by host0. */
  void icmpFromWorld(int type, int code, int rest, byte[] about) {
    byte[] icmp = Lab.icmp(type, code, rest, about);
    lab.fromWorld(Lab.ipv4("192.0.2.254", "10.0.2.2", 1, 64, icmp));
  }

  /** The text of the next datagram to guest A. */
  String nextToGuest() {
    byte[] frame = lab.nextToA();
    int l4 = Bytes.u16(frame, 12) == EtherType.IPV4 ? 34 : 54;
    int from = l4 + Udp.LENGTH;
    return new String(frame, from, frame.length - from, StandardCharsets.UTF_8);
  }

  void close() {
    lab.stack.udp().sockets().forEach(UdpSocket::close);
    lab.stack.udpLite().sockets().forEach(UdpSocket::close);
    lab.close();
  }
}
