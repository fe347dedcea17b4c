package dev.patchbay.stack.socket;

import static dev.patchbay.stack.socket.SocketTester.LEVEL;
import static dev.patchbay.stack.socket.SocketTester.WORLD;
import static dev.patchbay.stack.socket.SocketTester.at;
import static dev.patchbay.stack.socket.SocketTester.poll;
import static dev.patchbay.stack.socket.SocketTester.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.wire.Bytes;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ICMP errors, the error queue and messages of datagram sockets. */
class DatagramErrorsTest {
  private final SocketTester t = new SocketTester();
  private final Socket s = t.datagrams();
  private final SocketAddress to = new SocketAddress();
  private final Message m = new Message().buffer(t.room, 0, 1000).name(to);

  @AfterEach
  void nothingLeaks() {
    s.close();
    t.lab.close();
  }

  @ParameterizedTest
  @CsvSource({
    "3,3,ECONNREFUSED",
    "3,2,ENOPROTOOPT",
    "3,9,ENETUNREACH",
    "3,0,0",
    "3,1,0",
    "11,0,0",
  })
  void aConnectedSocketHearsOfFatalErrors(int type, int code, String errno) {
    s.connect(at(WORLD, 53));
    t.send(s, "hello");
    t.icmp(type, code, 0, t.packet());
    assertThat(poll(s).contains("ERR")).isEqualTo(!errno.equals("0"));
    assertThat(t.error(s)).isEqualTo(errno);
  }

  @Test
  void anErrorForAnotherPeerIsNotOurs() {
    s.connect(at(WORLD, 53));
    t.send(s, "hello");
    byte[] sent = t.packet();
    Bytes.put16(sent, 22, 54);
    t.icmp(3, 3, 0, sent);
    assertThat(t.error(s)).isEqualTo("0");
  }

  @Test
  void theErrorQueueHasWhoWhatAndWhere() {
    s.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_RECVERR, 1);
    t.sendTo(s, "hello", at(WORLD, 53));
    t.icmp(3, 1, 0, t.packet());
    t.sendTo(s, "again", at(WORLD, 54));
    assertThat(poll(s)).isEqualTo("OUT|ERR|WRNORM|WRBAND");
    assertThat(s.recvmsg(m, MessageFlags.MSG_ERRQUEUE)).isEqualTo(5);
    assertThat(m.error).hasToString("EHOSTUNREACH origin 2 type 3 code 1");
    assertThat(m.error.offender).hasToString("10.9.9.1:0");
    assertThat(to).hasToString("10.9.9.9:53");
    assertThat(m.flags).isEqualTo(MessageFlags.MSG_ERRQUEUE);
    assertThat(m.control).isEqualTo(Message.CONTROL_ERROR);
    assertThat(result(s.recvmsg(m, MessageFlags.MSG_ERRQUEUE))).isEqualTo("EAGAIN");
  }

  @Test
  void aPendingErrorIsToldByTheNextSend() {
    s.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_RECVERR, 1);
    t.sendTo(s, "hello", at(WORLD, 53));
    t.icmp(3, 1, 0, t.packet());
    assertThat(t.sendTo(s, "again", at(WORLD, 53))).isEqualTo("EHOSTUNREACH");
    assertThat(t.sendTo(s, "again", at(WORLD, 53))).isEqualTo("5");
  }

  @Test
  void theErrorQueueIsBounded() {
    s.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_RECVERR, 1);
    t.sendTo(s, "hello", at(WORLD, 53));
    byte[] sent = t.packet();
    for (int i = 0; i < 200; i++) {
      t.icmp(3, 3, 0, sent);
    }
    int count = 0;
    while (s.recvmsg(m, MessageFlags.MSG_ERRQUEUE) >= 0) {
      count++;
    }
    assertThat(count).isEqualTo(64);
    s.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_RECVERR, 0);
    assertThat(poll(s)).isEqualTo("OUT|WRNORM|WRBAND");
  }

  @Test
  void aNarrowPathIsToldWithItsMtu() {
    s.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_MTU_DISCOVER, SocketOptions.PMTUDISC_DO);
    s.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_RECVERR, 1);
    s.connect(at(WORLD, 53));
    t.send(s, "x".repeat(2000));
    t.icmp(3, 4, 1400, t.packet());
    assertThat(s.recvmsg(m, MessageFlags.MSG_ERRQUEUE)).isGreaterThan(0);
    assertThat(m.error.errno).isEqualTo(Errno.EMSGSIZE);
    assertThat(m.error.info).isEqualTo(1400);
    assertThat(t.option(s, SocketOptions.SOL_IP, SocketOptions.IP_MTU)).isEqualTo("1400");
    assertThat(t.send(s, "x".repeat(1400))).isEqualTo("EMSGSIZE");
    assertThat(s.recvmsg(m, MessageFlags.MSG_ERRQUEUE)).isZero();
    assertThat(m.error.origin).isEqualTo(ExtendedError.ORIGIN_LOCAL);
    assertThat(m.error.info).isEqualTo(1400);
    assertThat(t.send(s, "x".repeat(1372))).isEqualTo("1372");
  }

  @Test
  void controlDataIsForOneDatagram() {
    Message one = new Message().buffer(new byte[4], 0, 4).name(at(WORLD, 53));
    one.control = Message.CONTROL_HOP_LIMIT | Message.CONTROL_TRAFFIC_CLASS;
    one.hopLimit = 3;
    one.trafficClass = 8;
    assertThat(s.sendmsg(one, 0)).isEqualTo(4);
    one.control = 0;
    assertThat(s.sendmsg(one, 0)).isEqualTo(4);
    byte[] first = t.packet();
    byte[] second = t.packet();
    assertThat(Bytes.u8(first, 8)).isEqualTo(3);
    assertThat(Bytes.u8(first, 1)).isEqualTo(8);
    assertThat(Bytes.u8(second, 8)).isEqualTo(64);
    assertThat(Bytes.u8(second, 1)).isZero();
    one.control = Message.CONTROL_HOP_LIMIT;
    one.hopLimit = 0;
    assertThat(result(s.sendmsg(one, 0))).isEqualTo("EINVAL");
    one.control = Message.CONTROL_PKTINFO;
    one.interfaceIndex = 99;
    assertThat(result(s.sendmsg(one, 0))).isEqualTo("ENODEV");
    one.interfaceIndex = 0;
    SocketAddress foreign = at("9.9.9.9", 0);
    one.localLo = foreign.lo;
    assertThat(result(s.sendmsg(one, 0))).as("a source that is not ours").isEqualTo("EINVAL");
  }

  @Test
  void severalMessagesAtOnce() {
    Socket receiver = t.datagrams();
    receiver.bind(at("127.0.0.1", 53));
    s.connect(at("127.0.0.1", 53));
    Message[] three = new Message[3];
    for (int i = 0; i < 3; i++) {
      byte[] text = {(byte) ('a' + i), '-', 'x'};
      three[i] = new Message().buffer(text, 0, 1).addBuffer(text, 1, i);
    }
    assertThat(s.sendmmsg(three, 3, 0)).isEqualTo(3);
    t.turn();
    byte[][] parts = new byte[4][2];
    Message[] four = new Message[4];
    for (int i = 0; i < 4; i++) {
      four[i] = new Message().buffer(parts[i], 0, 1).addBuffer(parts[i], 1, 1);
      four[i].name = new SocketAddress();
    }
    assertThat(receiver.recvmmsg(four, 4, 0)).isEqualTo(3);
    assertThat(four[0].length).isEqualTo(1);
    assertThat(four[1].length).isEqualTo(2);
    assertThat(four[2].flags).as("three bytes into two").isEqualTo(MessageFlags.MSG_TRUNC);
    assertThat(new String(parts[1], java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("b-");
    assertThat(result(receiver.recvmmsg(four, 4, 0))).isEqualTo("EAGAIN");
    receiver.close();
  }

  @Test
  void withoutMemoryThereAreNoBuffers() {
    s.setsockopt(LEVEL, SocketOptions.SO_BROADCAST, 1);
    java.util.List<dev.patchbay.stack.packet.Packet> held = new java.util.ArrayList<>();
    for (var p = t.lab.pool.acquire(60_000); p != null; p = t.lab.pool.acquire(60_000)) {
      held.add(p);
    }
    for (var p = t.lab.pool.acquire(1_000); p != null; p = t.lab.pool.acquire(1_000)) {
      held.add(p);
    }
    assertThat(t.sendTo(s, "x", at(WORLD, 53))).isEqualTo("ENOBUFS");
    held.forEach(dev.patchbay.stack.packet.Packet::release);
    assertThat(t.sendTo(s, "x", at(WORLD, 53))).isEqualTo("1");
  }

  @Test
  void aHopLimitByControlDataHoldsForGroupsAsWell() {
    Message one = new Message().buffer(new byte[4], 0, 4).name(at("239.1.1.1", 53));
    one.control = Message.CONTROL_HOP_LIMIT;
    one.hopLimit = 9;
    assertThat(s.sendmsg(one, 0)).isEqualTo(4);
    one.control = 0;
    assertThat(s.sendmsg(one, 0)).isEqualTo(4);
    assertThat(Bytes.u8(t.packet(), 8)).isEqualTo(9);
    assertThat(Bytes.u8(t.packet(), 8)).isEqualTo(1);
    assertThat(t.option(s, SocketOptions.SOL_IP, SocketOptions.IP_MULTICAST_TTL)).isEqualTo("1");
  }

  @Test
  void theSameOverIpv6() {
    Socket six =
        Objects.requireNonNull(t.layer.socket(AddressFamily.AF_INET6, SocketType.SOCK_DGRAM, 0));
    t.lab.toA.clear();
    Message one = new Message().buffer(new byte[4], 0, 4).name(at("ff05::9", 53));
    one.control = Message.CONTROL_HOP_LIMIT;
    one.hopLimit = 9;
    assertThat(six.sendmsg(one, 0)).isEqualTo(4);
    one.control = 0;
    assertThat(six.sendmsg(one, 0)).isEqualTo(4);
    assertThat(Bytes.u8(t.lab.nextToA(), 21)).isEqualTo(9);
    assertThat(Bytes.u8(t.lab.nextToA(), 21)).isEqualTo(1);
    six.close();
  }

  @Test
  void anErrorKeepsOnlySoMuchOfWhatItQuotes() {
    s.setsockopt(SocketOptions.SOL_IP, SocketOptions.IP_RECVERR, 1);
    t.sendTo(s, "x".repeat(1400), at(WORLD, 53));
    byte[] error = Lab.icmp(3, 3, 0, t.packet());
    t.lab.fromWorld(Lab.ipv4("10.9.9.1", "10.0.2.2", 1, 64, error));
    Message all = new Message().buffer(t.room, 0, 2000);
    assertThat(s.recvmsg(all, MessageFlags.MSG_ERRQUEUE)).isEqualTo(1280);
    assertThat(all.flags).isEqualTo(MessageFlags.MSG_ERRQUEUE);
  }
}
