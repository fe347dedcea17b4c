package dev.patchbay.stack.udp;

import static dev.patchbay.stack.udp.UdpTester.APPLIANCE;
import static dev.patchbay.stack.udp.UdpTester.APPLIANCE6;
import static dev.patchbay.stack.udp.UdpTester.GUEST;
import static dev.patchbay.stack.udp.UdpTester.GUEST6;
import static dev.patchbay.stack.udp.UdpTester.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.ip.UdpCounters;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Bytes;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What leaves a socket, what is refused, and the errors that come back. */
class UdpSendTest {
  private static final String WORLD = "198.51.100.7";

  private final UdpTester t = new UdpTester();
  private final UdpCounters four = t.lab.stack.counters(true).udp;

  @AfterEach
  void nothingLeaks() {
    t.close();
  }

  private static boolean forbidsFragments(byte[] ip) {
    return (Bytes.u16(ip, 6) & 0x4000) != 0;
  }

  @Test
  void aSocketWithoutPortGetsOneWhenItSends() {
    UdpSocket socket = t.open();
    assertThat(t.send(socket, GUEST, 9, "hello")).isEqualTo(5);
    assertThat(t.nextToGuest()).isEqualTo("hello");
    assertThat(socket.localPort()).isBetween(32768, 60999);
    assertThat(four.outDatagrams).isEqualTo(1);
    t.fromGuest(9, socket.localPort(), "answer");
    assertThat(read(socket)).isEqualTo("answer");
  }

  @Test
  void connectedAndNotAnyMore() {
    UdpSocket socket = t.open();
    assertThat(socket.send(new byte[1], 0, 1)).isEqualTo(-Errno.EDESTADDRREQ);
    assertThat(t.connect(socket, GUEST, 9)).isZero();
    assertThat(IpAddress.parse(APPLIANCE).lo()).isEqualTo(socket.localLo());
    assertThat(socket.send(new byte[] {'c'}, 0, 1)).isEqualTo(1);
    assertThat(t.nextToGuest()).isEqualTo("c");
    t.fromGuest(10, socket.localPort(), "stranger");
    t.fromGuest(9, socket.localPort(), "peer");
    assertThat(read(socket)).isEqualTo("peer");
    assertThat(t.lab.nextToA()[34]).as("port unreachable to the stranger").isEqualTo((byte) 3);
    socket.disconnect();
    t.fromGuest(10, socket.localPort(), "stranger");
    assertThat(read(socket)).isEqualTo("stranger");
    assertThat(socket.send(new byte[1], 0, 1)).isEqualTo(-Errno.EDESTADDRREQ);
  }

  @Test
  void theSourceMustBeOurs() {
    UdpSocket socket = t.open();
    IpAddress to = IpAddress.parse(GUEST);
    IpAddress foreign = IpAddress.parse("10.0.2.77");
    IpAddress six = IpAddress.parse(APPLIANCE6);
    byte[] data = {1};
    assertThat(socket.sendTo(data, 0, 1, foreign.hi(), foreign.lo(), to.hi(), to.lo(), 9, null))
        .isEqualTo(-Errno.EINVAL);
    assertThat(socket.sendTo(data, 0, 1, six.hi(), six.lo(), to.hi(), to.lo(), 9, null))
        .as("of the other family")
        .isEqualTo(-Errno.EINVAL);
    assertThat(t.lab.toA).isEmpty();
    socket.options().freebind = true;
    assertThat(socket.sendTo(data, 0, 1, foreign.hi(), foreign.lo(), to.hi(), to.lo(), 9, null))
        .isEqualTo(1);
    assertThat(Bytes.i32(t.lab.nextToA(), 26)).isEqualTo(Lab.v4("10.0.2.77"));
  }

  @Test
  void ofTheBoundAddress() {
    UdpSocket socket = t.bound("127.0.0.1", 7);
    assertThat(t.send(socket, "127.0.0.2", 9, "x")).isEqualTo(1);
    t.lab.loop.runForMillis(1);
    assertThat(t.lab.toA).isEmpty();
    UdpSocket own = t.bound(APPLIANCE6, 7);
    assertThat(t.send(own, GUEST6, 9, "y")).isEqualTo(1);
    byte[] frame = t.lab.nextToA();
    assertThat(Bytes.i64(frame, 30)).isEqualTo(2);
    assertThat(Bytes.u16(frame, 60)).as("never without checksum").isNotZero();
  }

  @Test
  void toOurselvesAlsoByTheAddressOfNobody() {
    UdpSocket server = t.bound("::", 7);
    UdpSocket client = t.open();
    for (String to : List.of("0.0.0.0", "::", "127.0.0.1", "::1", APPLIANCE, APPLIANCE6)) {
      assertThat(t.send(client, to, 7, to)).isEqualTo(to.length());
    }
    t.lab.loop.runForMillis(1);
    assertThat(read(server)).isEqualTo("0.0.0.0 :: 127.0.0.1 ::1 10.0.2.2 fec0::2");
  }

  @ParameterizedTest
  @CsvSource({"255.255.255.255", "10.0.2.255"})
  void aBroadcastNeedsLeaveAndComesBack(String to) {
    UdpSocket listener = t.bound("0.0.0.0", 9);
    UdpSocket socket = t.open();
    socket.options().device = t.lab.bridge;
    assertThat(t.send(socket, to, 9, "all")).isEqualTo(-Errno.EACCES);
    socket.options().broadcast = true;
    assertThat(t.send(socket, to, 9, "all")).isEqualTo(3);
    byte[] frame = t.lab.nextToA();
    assertThat(Bytes.u48(frame, 0)).isEqualTo(0xffffffffffffL);
    assertThat(Bytes.i32(frame, 26)).isEqualTo(Lab.v4(APPLIANCE));
    t.lab.loop.turn();
    assertThat(read(listener)).isEqualTo("all");
    assertThat(t.lab.stack.counters(true).outBcastPkts).isEqualTo(1);
  }

  @Test
  void lengthsThatDoNotFit() {
    UdpSocket socket = t.open();
    assertThat(t.send(socket, GUEST, 9, new byte[65508])).isEqualTo(-Errno.EMSGSIZE);
    assertThat(t.send(socket, GUEST6, 9, new byte[65528])).isEqualTo(-Errno.EMSGSIZE);
    assertThat(t.send(socket, "127.0.0.1", 9, new byte[65507])).isEqualTo(65507);
    t.lab.loop.runForMillis(1);
  }

  @Test
  void withoutRouteThereIsNoWay() {
    t.lab.stack.routes4().removeAll(entry -> entry.prefix() == 0);
    UdpSocket socket = t.open();
    assertThat(t.send(socket, WORLD, 9, "x")).isEqualTo(-Errno.ENETUNREACH);
    assertThat(t.connect(socket, WORLD, 9)).isEqualTo(-Errno.ENETUNREACH);
    assertThat(t.lab.stack.counters(true).outNoRoutes).isEqualTo(2);
    assertThat(four.outDatagrams).isZero();
  }

  @Test
  void wholeWhereItFitsAndInPiecesWhereNot() {
    UdpSocket socket = t.open();
    assertThat(t.send(socket, GUEST, 9, new byte[1472])).isEqualTo(1472);
    byte[] frame = t.lab.nextToA();
    assertThat(forbidsFragments(Arrays.copyOfRange(frame, 14, 34))).isTrue();
    assertThat(t.send(socket, GUEST, 9, new byte[1473])).isEqualTo(1473);
    byte[] first = t.lab.nextToA();
    assertThat(Bytes.u16(first, 20)).as("more fragments").isEqualTo(0x2000);
    assertThat(t.lab.nextToA()).hasSize(34 + 1);
    socket.options().mtuDiscover = IpSocketOptions.PMTUDISC_DONT;
    assertThat(t.send(socket, GUEST, 9, new byte[10])).isEqualTo(10);
    assertThat(Bytes.u16(t.lab.nextToA(), 20)).isZero();
    socket.options().mtuDiscover = IpSocketOptions.PMTUDISC_DO;
    socket.options().mtuDiscover6 = IpSocketOptions.PMTUDISC_DO;
    assertThat(t.send(socket, GUEST, 9, new byte[1473])).isEqualTo(-Errno.EMSGSIZE);
    assertThat(t.send(socket, GUEST6, 9, new byte[1453])).isEqualTo(-Errno.EMSGSIZE);
    assertThat(t.send(socket, GUEST6, 9, new byte[1452])).isEqualTo(1452);
    assertThat(t.lab.nextToA()).hasSize(1514);
    assertThat(t.lab.toA).isEmpty();
  }

  @Test
  void aPathIsLearntFromTooBigAndForgottenAfterTenMinutes() {
    UdpSocket socket = t.open();
    assertThat(t.send(socket, WORLD, 9, new byte[1400])).isEqualTo(1400);
    byte[] sent = t.lab.toWorld.removeLast();
    assertThat(forbidsFragments(sent)).isTrue();
    t.icmpFromWorld(3, 4, 1000, Arrays.copyOf(sent, 60));
    assertThat(t.send(socket, WORLD, 9, new byte[1400])).isEqualTo(1400);
    assertThat(t.lab.toWorld).as("two pieces").hasSize(2);
    assertThat(t.lab.toWorld.removeFirst().length).isBetween(990, 1000);
    t.lab.toWorld.clear();
    socket.options().mtuDiscover = IpSocketOptions.PMTUDISC_DO;
    assertThat(t.send(socket, WORLD, 9, new byte[973])).isEqualTo(-Errno.EMSGSIZE);
    socket.options().mtuDiscover = IpSocketOptions.PMTUDISC_PROBE;
    assertThat(t.send(socket, WORLD, 9, new byte[1400])).as("goes by the device").isEqualTo(1400);
    assertThat(t.lab.toWorld).hasSize(1);
    t.lab.loop.runForMillis(601_000);
    socket.options().mtuDiscover = IpSocketOptions.PMTUDISC_DO;
    assertThat(t.send(socket, WORLD, 9, new byte[1400])).isEqualTo(1400);
  }

  @Test
  void tooBigForNoSocketOfOursTeachesNothing() {
    UdpSocket socket = t.bound(APPLIANCE, 7);
    byte[] forged = Lab.ipv4(APPLIANCE, WORLD, 17, 64, Lab.udp(8, 9, new byte[100]));
    t.icmpFromWorld(3, 4, 600, forged);
    socket.options().mtuDiscover = IpSocketOptions.PMTUDISC_DO;
    assertThat(t.send(socket, WORLD, 9, new byte[1400])).isEqualTo(1400);
  }

  @Test
  void anErrorIsToldToTheSocketWhoseDatagramItQuotes() {
    UdpSocket connected = t.open();
    UdpSocket other = t.open();
    UdpSocket loose = t.open();
    UdpSocket asking = t.open();
    asking.options().receiveErrors = true;
    assertThat(t.connect(connected, WORLD, 9)).isZero();
    assertThat(t.connect(other, WORLD, 10)).isZero();
    byte[] data = {1, 2, 3};
    assertThat(connected.send(data, 0, 3)).isEqualTo(3);
    byte[] ofConnected = t.lab.toWorld.removeLast();
    assertThat(t.send(loose, WORLD, 9, "l")).isEqualTo(1);
    byte[] ofLoose = t.lab.toWorld.removeLast();
    assertThat(t.send(asking, WORLD, 9, "a")).isEqualTo(1);
    byte[] ofAsking = t.lab.toWorld.removeLast();
    // RFC 1122 section 4.1.3.3; time exceeded is no hard error
    t.icmpFromWorld(11, 0, 0, ofConnected);
    assertThat(t.errors(connected)).isEmpty();
    t.icmpFromWorld(3, 3, 0, ofConnected);
    t.icmpFromWorld(3, 3, 0, ofLoose);
    t.icmpFromWorld(11, 0, 0, ofAsking);
    assertThat(t.errors(connected)).containsExactly(WORLD + ":9 errno " + Errno.ECONNREFUSED);
    assertThat(connected.takeError()).isEqualTo(Errno.ECONNREFUSED);
    assertThat(connected.takeError()).isZero();
    assertThat(t.errors(loose)).as("not connected, did not ask").isEmpty();
    assertThat(loose.takeError()).isZero();
    assertThat(t.errors(asking)).containsExactly(WORLD + ":9 errno " + Errno.EHOSTUNREACH);
    assertThat(other.takeError()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "3, 0, 0",
    "3, 2, 92",
    "3, 3, 111",
    "3, 5, 0",
    "3, 9, 101",
    "3, 10, 113",
    "3, 13, 113",
    "3, 15, 113",
    "3, 16, 0",
    "4, 0, 0",
    "11, 0, 0",
    "12, 0, 71"
  })
  void whichErrorsAConnectedSocketHears(int type, int code, int errno) {
    UdpSocket socket = t.open();
    assertThat(t.connect(socket, WORLD, 9)).isZero();
    assertThat(socket.send(new byte[3], 0, 3)).isEqualTo(3);
    t.icmpFromWorld(type, code, 0, t.lab.toWorld.removeLast());
    assertThat(socket.takeError()).isEqualTo(errno);
  }

  @Test
  void overIpv6TheGuestSaysThatNobodyListens() {
    UdpSocket socket = t.open();
    assertThat(t.connect(socket, GUEST6, 9)).isZero();
    assertThat(socket.send(new byte[3], 0, 3)).isEqualTo(3);
    byte[] frame = t.lab.nextToA();
    byte[] icmp = new byte[8 + frame.length - 14];
    icmp[0] = 1;
    icmp[1] = 4;
    System.arraycopy(frame, 14, icmp, 8, frame.length - 14);
    t.fromGuest(GUEST6, APPLIANCE6, 58, icmp);
    assertThat(socket.takeError()).isEqualTo(Errno.ECONNREFUSED);
  }

  @Test
  void timeToLiveAndClassAreTheSockets() {
    UdpSocket socket = t.open();
    socket.options().ttl = 7;
    socket.options().tos = 0x48;
    socket.options().unicastHops = 9;
    socket.options().trafficClass = 0x60;
    assertThat(t.send(socket, GUEST, 9, "x")).isEqualTo(1);
    byte[] four4 = t.lab.nextToA();
    assertThat(four4[15]).isEqualTo((byte) 0x48);
    assertThat(four4[22]).isEqualTo((byte) 7);
    assertThat(t.send(socket, GUEST6, 9, "x")).isEqualTo(1);
    byte[] six = t.lab.nextToA();
    assertThat(Bytes.i32(six, 14)).isEqualTo(0x66000000);
    assertThat(six[21]).isEqualTo((byte) 9);
  }
}
