package dev.patchbay.stack.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.device.Tap;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Raw, ping, packet and UDP-Lite sockets and the options of groups through the socket layer. */
class SocketTypesTest {
  private final Lab lab = new Lab();
  private final List<Socket> open = new ArrayList<>();
  private final byte[] buffer = new byte[2048];

  SocketTypesTest() {
    lab.introduceA();
  }

  @AfterEach
  void nothingLeaks() {
    open.forEach(Socket::close);
    lab.close();
  }

  private Socket socket(int family, int type, int protocol) {
    Socket socket = Objects.requireNonNull(lab.stack.sockets().socket(family, type, protocol));
    open.add(socket);
    return socket;
  }

  private int errno(int family, int type, int protocol) {
    assertThat(lab.stack.sockets().socket(family, type, protocol)).isNull();
    return lab.stack.sockets().errno();
  }

  @Test
  void whichTypesThereAre() {
    assertThat(errno(AddressFamily.AF_INET, SocketType.SOCK_RAW, 0))
        .isEqualTo(Errno.EPROTONOSUPPORT);
    assertThat(errno(AddressFamily.AF_INET, SocketType.SOCK_DGRAM, 58))
        .isEqualTo(Errno.EPROTONOSUPPORT);
    assertThat(errno(AddressFamily.AF_PACKET, SocketType.SOCK_STREAM, 3))
        .isEqualTo(Errno.ESOCKTNOSUPPORT);
    assertThat(socket(AddressFamily.AF_INET6, SocketType.SOCK_DGRAM, 136).protocol())
        .isEqualTo(136);
  }

  @Test
  void aRawSocketSendsAndReceives() {
    Socket raw = socket(AddressFamily.AF_INET, SocketType.SOCK_RAW, 99);
    SocketAddress guest = SocketAddress.of("10.0.2.15", 0);
    assertThat(raw.sendto(new byte[5], 0, 5, 0, guest)).isEqualTo(5);
    assertThat(lab.nextToA()[23]).isEqualTo((byte) 99);
    assertThat(raw.recv(buffer, 0, 100, 0)).isEqualTo(-Errno.EAGAIN);
    byte[] ip = Lab.ipv4("10.0.2.15", "10.0.2.2", 99, 64, new byte[] {1, 2});
    lab.fromA(Lab.ethernet(Lab.APPLIANCE, Lab.GUEST_A, EtherType.IPV4, ip));
    assertThat(raw.poll() & PollEvents.POLLIN).isNotZero();
    SocketAddress from = new SocketAddress();
    assertThat(raw.recvfrom(buffer, 0, 100, 0, from)).isEqualTo(22);
    assertThat(from.toString()).isEqualTo("10.0.2.15:0");
    assertThat(raw.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_HDRINCL, 1)).isZero();
    assertThat(raw.setsockopt(SocketOptions.IPPROTO_RAW, RawLevel.ICMP_FILTER, 1))
        .as("not of ICMP")
        .isEqualTo(-Errno.EOPNOTSUPP);
    assertThat(raw.setsockopt(SocketOptions.SOL_IP, 999, 1)).isEqualTo(-Errno.ENOPROTOOPT);
  }

  @Test
  void aPingSocketPingsOurselves() {
    Socket ping = socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM, 1);
    byte[] echo = {8, 0, 0, 0, 0, 0, 0, 7, 'x'};
    assertThat(ping.sendto(echo, 0, 9, 0, SocketAddress.of("127.0.0.1", 0))).isEqualTo(9);
    lab.loop.runForMillis(1);
    assertThat(ping.recv(buffer, 0, 100, 0)).isEqualTo(9);
    assertThat(buffer[0]).isZero();
    SocketAddress own = new SocketAddress();
    assertThat(ping.getsockname(own)).isZero();
    assertThat(Bytes.u16(buffer, 4)).as("its port is the identifier").isEqualTo(own.port);
    echo[0] = 13;
    assertThat(ping.sendto(echo, 0, 9, 0, SocketAddress.of("127.0.0.1", 0)))
        .isEqualTo(-Errno.EINVAL);
  }

  @Test
  void aPacketSocketHasTheAddressOfEachFrame() {
    Socket frames = socket(AddressFamily.AF_PACKET, SocketType.SOCK_DGRAM, 0x88b5);
    lab.fromA(Lab.ethernet(Addresses.MAC_BROADCAST, Lab.GUEST_A, 0x88b5, new byte[46]));
    SocketAddress from = new SocketAddress();
    assertThat(frames.recvfrom(buffer, 0, 10, MessageFlags.MSG_TRUNC, from)).isEqualTo(46);
    assertThat(from.protocol).isEqualTo(0x88b5);
    assertThat(from.packetType).isEqualTo(1);
    assertThat(from.hardwareAddress).isEqualTo(Lab.GUEST_A);
    assertThat(from.scope).isEqualTo(lab.bridge.index());
    from.hardwareAddress = Lab.GUEST_A;
    assertThat(frames.sendto(new byte[50], 0, 50, 0, from)).isEqualTo(50);
    lab.toA.removeIf(f -> Bytes.u16(f, 12) != 0x88b5);
    assertThat(Bytes.u48(lab.nextToA(), 6)).isEqualTo(Lab.APPLIANCE);
    assertThat(frames.getsockopt(SocketOptions.SOL_PACKET, 6, buffer, 8)).isEqualTo(8);
    assertThat(buffer[0]).isEqualTo((byte) 1);
    assertThat(frames.connect(from)).isEqualTo(-Errno.EOPNOTSUPP);
  }

  @Test
  void groupsAreJoinedByOptions() {
    Socket socket = socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM, 0);
    byte[] mreq = new byte[12];
    Bytes.put32(mreq, 0, Lab.v4("239.1.1.1"));
    mreq[8] = (byte) lab.bridge.index();
    int join = SocketOptions.IP_ADD_MEMBERSHIP;
    assertThat(socket.setsockopt(SocketOptions.SOL_IP, join, mreq, 7)).isEqualTo(-Errno.EINVAL);
    assertThat(socket.setsockopt(SocketOptions.SOL_IP, join, mreq, 12)).isZero();
    assertThat(socket.setsockopt(SocketOptions.SOL_IP, join, mreq, 12))
        .isEqualTo(-Errno.EADDRINUSE);
    assertThat(lab.stack.multicast().isMember(lab.bridge, 0, Addresses.v4(0xef010101))).isTrue();
    int leave = SocketOptions.IP_DROP_MEMBERSHIP;
    assertThat(socket.setsockopt(SocketOptions.SOL_IP, leave, mreq, 12)).isZero();
    assertThat(socket.setsockopt(SocketOptions.SOL_IP, leave, mreq, 12))
        .isEqualTo(-Errno.EADDRNOTAVAIL);
    int[] ttl = new int[1];
    assertThat(socket.getsockopt(SocketOptions.SOL_IP, SocketOptions.IP_MULTICAST_TTL, ttl))
        .isZero();
    assertThat(ttl[0]).isEqualTo(1);
    assertThat(socket.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_MULTICAST_TTL, 256))
        .isEqualTo(-Errno.EINVAL);
    Socket six = socket(AddressFamily.AF_INET6, SocketType.SOCK_DGRAM, 0);
    byte[] mreq6 = new byte[20];
    Bytes.put64(mreq6, 0, 0xff05L << 48);
    Bytes.put64(mreq6, 8, 9);
    mreq6[16] = 99;
    int join6 = SocketOptions.IPV6_JOIN_GROUP;
    int level = SocketOptions.IPPROTO_IPV6;
    assertThat(six.setsockopt(level, join6, mreq6, 20)).isEqualTo(-Errno.ENODEV);
    mreq6[16] = (byte) lab.bridge.index();
    assertThat(six.setsockopt(level, join6, mreq6, 20)).isZero();
    assertThat(lab.stack.multicast().isMember(lab.bridge, 0xff05L << 48, 9)).isTrue();
  }

  @Test
  void coverageIsAnOptionOfUdpLiteAlone() {
    Socket lite = socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM, 136);
    int level = SocketOptions.IPPROTO_UDPLITE;
    assertThat(lite.setsockopt(level, UdpLiteLevel.UDPLITE_SEND_CSCOV, 3)).isZero();
    int[] value = new int[1];
    assertThat(lite.getsockopt(level, UdpLiteLevel.UDPLITE_SEND_CSCOV, value)).isZero();
    assertThat(value[0]).isEqualTo(8);
    Socket udp = socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM, 0);
    assertThat(udp.setsockopt(level, UdpLiteLevel.UDPLITE_SEND_CSCOV, 3))
        .isEqualTo(-Errno.ENOPROTOOPT);
  }

  @Test
  void onlySixHoldsAlsoForAPortThatSendingChose() {
    Socket six = socket(AddressFamily.AF_INET6, SocketType.SOCK_DGRAM, 0);
    assertThat(six.setsockopt(SocketOptions.IPPROTO_IPV6, SocketOptions.IPV6_V6ONLY, 1)).isZero();
    assertThat(six.sendto(new byte[1], 0, 1, 0, SocketAddress.of("::1", 9))).isEqualTo(1);
    SocketAddress own = new SocketAddress();
    assertThat(six.getsockname(own)).isZero();
    Socket four = socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM, 0);
    assertThat(four.bind(SocketAddress.of("0.0.0.0", own.port))).isZero();
  }

  @Test
  void rawSocketsHaveProtocolsThatAHeaderCanName() {
    for (int family : new int[] {AddressFamily.AF_INET, AddressFamily.AF_INET6}) {
      assertThat(socket(family, SocketType.SOCK_RAW, 255).protocol()).isEqualTo(255);
      assertThat(errno(family, SocketType.SOCK_RAW, 256)).isEqualTo(Errno.EPROTONOSUPPORT);
      assertThat(errno(family, SocketType.SOCK_RAW, 262))
          .as("IPPROTO_MPTCP")
          .isEqualTo(Errno.EPROTONOSUPPORT);
    }
  }

  @Test
  void theScopeOfAnAddressIsTheDeviceToSendBy() {
    Socket six = socket(AddressFamily.AF_INET6, SocketType.SOCK_DGRAM, 0);
    SocketAddress group = SocketAddress.of("ff02::9", 521);
    group.scope = lab.bridge.index();
    assertThat(six.bind(group)).isZero();
    lab.toA.clear();
    lab.toWorld.clear();
    SocketAddress all = SocketAddress.of("ff02::1", 521);
    assertThat(six.sendto(new byte[1], 0, 1, 0, all)).isEqualTo(1);
    assertThat(lab.toWorld).isEmpty();
    assertThat(lab.toA).hasSize(1);
  }

  @Test
  void aPingSocketWithoutPeerGivesUpWhatConnectChose() {
    Socket ping = socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM, 1);
    SocketAddress guest = SocketAddress.of("10.0.2.15", 0);
    SocketAddress own = new SocketAddress();
    assertThat(ping.connect(guest)).isZero();
    assertThat(ping.getsockname(own)).isZero();
    assertThat(own.toString()).startsWith("10.0.2.2:");
    assertThat(own.port).isNotZero();
    SocketAddress none = new SocketAddress();
    none.family = AddressFamily.AF_UNSPEC;
    assertThat(ping.connect(none)).isZero();
    assertThat(ping.getsockname(own)).isZero();
    assertThat(own).hasToString("0.0.0.0:0");
    assertThat(ping.bind(SocketAddress.of("10.0.2.2", 77))).isZero();
    assertThat(ping.connect(guest)).isZero();
    assertThat(ping.connect(none)).isZero();
    assertThat(ping.getsockname(own)).isZero();
    assertThat(own).as("what bind named stays").hasToString("10.0.2.2:77");
  }

  @Test
  void aPacketSocketWakesWhereItsDeviceGoesDown() {
    Socket frames = socket(AddressFamily.AF_PACKET, SocketType.SOCK_RAW, 3);
    SocketAddress at = new SocketAddress();
    at.family = AddressFamily.AF_PACKET;
    at.scope = lab.portB.index();
    assertThat(frames.bind(at)).isZero();
    List<String> woken = new ArrayList<>();
    Waiter waiter =
        new Waiter() {
          @Override
          protected void wake(Socket socket, int events) {
            woken.add(PollEvents.toString(socket.poll()));
          }
        };
    frames.addWaiter(waiter);
    lab.stack.setUp(lab.portB, false);
    assertThat(woken).containsExactly("OUT|ERR|WRNORM|WRBAND");
    assertThat(frames.recv(buffer, 0, 100, 0)).isEqualTo(-Errno.ENETDOWN);
    frames.removeWaiter(waiter);
  }

  @Test
  void markAndPriorityOfAPacketSocketAreThoseOfItsFrames() {
    Socket frames = socket(AddressFamily.AF_PACKET, SocketType.SOCK_RAW, 0);
    assertThat(frames.setsockopt(SocketOptions.SOL_SOCKET, SocketOptions.SO_MARK, 7)).isZero();
    assertThat(frames.setsockopt(SocketOptions.SOL_SOCKET, SocketOptions.SO_PRIORITY, 5)).isZero();
    List<String> seen = new ArrayList<>();
    Tap tap = (device, packet, outgoing) -> seen.add(packet.mark + " " + packet.priority);
    lab.portB.addTap(tap);
    SocketAddress to = new SocketAddress();
    to.family = AddressFamily.AF_PACKET;
    to.scope = lab.portB.index();
    assertThat(frames.sendto(new byte[60], 0, 60, 0, to)).isEqualTo(60);
    assertThat(seen).containsExactly("7 5");
    lab.portB.removeTap(tap);
  }

  @Test
  void aFrameTellsWhenItCame() {
    Socket frames = socket(AddressFamily.AF_PACKET, SocketType.SOCK_RAW, 0x88b5);
    int level = SocketOptions.SOL_SOCKET;
    assertThat(frames.setsockopt(level, SocketOptions.SO_TIMESTAMPNS, 1)).isZero();
    lab.loop.runForMillis(5);
    final long came = lab.loop.wallTime();
    lab.fromA(Lab.ethernet(Addresses.MAC_BROADCAST, Lab.GUEST_A, 0x88b5, new byte[46]));
    lab.fromA(Lab.ethernet(Addresses.MAC_BROADCAST, Lab.GUEST_A, 0x88b5, new byte[46]));
    lab.loop.runFor(7_000_100);
    Message m = new Message().buffer(buffer, 0, 100);
    assertThat(frames.recvmsg(m, 0)).isEqualTo(60);
    assertThat(m.control).isEqualTo(Message.CONTROL_TIMESTAMPNS);
    assertThat(m.timestamp).isEqualTo(came);
    assertThat(frames.setsockopt(level, SocketOptions.SO_TIMESTAMP, 1)).isZero();
    assertThat(frames.recvmsg(m, 0)).isEqualTo(60);
    assertThat(m.control).isEqualTo(Message.CONTROL_TIMESTAMP);
    assertThat(m.timestamp).isEqualTo(came / 1000 * 1000);
  }

  @Test
  void aPingSocketHasTheOptionsOfGroups() {
    Socket ping = socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM, 1);
    byte[] mreq = new byte[12];
    Bytes.put32(mreq, 0, Lab.v4("239.1.1.1"));
    mreq[8] = (byte) lab.bridge.index();
    int level = SocketOptions.SOL_IP;
    assertThat(ping.setsockopt(level, SocketOptions.IP_ADD_MEMBERSHIP, mreq, 12)).isZero();
    assertThat(lab.stack.multicast().isMember(lab.bridge, 0, Addresses.v4(0xef010101))).isTrue();
    assertThat(ping.setsockopt(level, SocketOptions.IP_MULTICAST_TTL, 9)).isZero();
    assertThat(ping.setsockopt(level, SocketOptions.IP_MULTICAST_IF, mreq, 12)).isZero();
    lab.loop.runForMillis(5000);
    lab.toA.clear();
    byte[] echo = {8, 0, 0, 0, 0, 0, 0, 7};
    assertThat(ping.sendto(echo, 0, 8, 0, SocketAddress.of("239.1.1.1", 0))).isEqualTo(8);
    byte[] frame = lab.nextToA();
    assertThat(Bytes.u48(frame, 0)).isEqualTo(0x01005e010101L);
    assertThat(frame[22]).as("time to live").isEqualTo((byte) 9);
    ping.close();
    assertThat(lab.stack.multicast().isMember(lab.bridge, 0, Addresses.v4(0xef010101))).isFalse();
    lab.loop.runForMillis(5000);
    lab.toA.clear();
    lab.toB.clear();
  }
}
