package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.wire.Addresses;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The sending side: windows, Nagle, loss recovery, timers, path MTU. Segments have 1000 bytes. */
class SendTest {
  private final TcpTester t = new TcpTester();

  SendTest() {
    t.config.congestionControl = "reno";
  }

  @AfterEach
  void noLeaks() {
    t.end();
  }

  @Test
  void oneLongPacketForManySegmentsWithinTheInitialWindow() {
    t.established();
    t.write(20_000);
    t.expect(tcp().seq(1).ack(1).len(10_000));
    t.expectNothing();
    t.send(tcp().seq(1).ack(10_001));
    t.expect(tcp().seq(10_001).ack(1).len(10_000));
  }

  @Test
  void severalWritesOfATurnGoTogether() {
    TcpSocket s = t.established();
    byte[] b = new byte[100];
    for (int k = 0; k < 3; k++) {
      for (int i = 0; i < 100; i++) {
        b[i] = (byte) (1 + 100 * k + i);
      }
      s.write(b, 0, 100);
    }
    t.loop.turn();
    t.expect(tcp().psh().seq(1).ack(1).len(300));
    t.expectNothing();
  }

  @Test
  void nagleHoldsAShortSegmentWhileAShortOneIsOutstanding() {
    t.established();
    t.write(10);
    t.expect(tcp().seq(1).ack(1).len(10));
    t.write(10);
    t.write(10);
    t.expectNothing();
    t.send(tcp().seq(1).ack(11));
    t.expect(tcp().seq(11).ack(1).len(20));
    t.write(1500);
    t.expect(tcp().seq(31).ack(1).len(1000));
    t.expectNothing();
    t.send(tcp().seq(1).ack(31));
    t.expect(tcp().seq(1031).ack(1).len(500));
  }

  @Test
  void noDelaySendsAtOnce() {
    t.established().noDelay(true);
    t.write(10);
    t.expect(tcp().seq(1).ack(1).len(10));
    t.write(10);
    t.expect(tcp().seq(11).ack(1).len(10));
  }

  @Test
  void scaledWindowIsHonoured() {
    t.established(tcp().mss(1000).scale(3).win(500));
    assertThat(t.socket().info().sendWindow()).isEqualTo(4000);
    t.write(9000);
    t.expect(tcp().seq(1).ack(1).len(4000));
    t.send(tcp().seq(1).ack(4001).win(250));
    t.expect(tcp().seq(4001).ack(1).len(2000));
    t.expectNothing();
  }

  @Test
  void zeroWindowIsProbedWithGrowingIntervalsForAsLongAsItIsAnswered() {
    t.established();
    t.write(3000);
    t.expect(tcp().seq(1).ack(1).len(3000));
    t.send(tcp().seq(1).ack(3001).win(0));
    t.write(500);
    t.expectNothing();
    long interval = t.socket().rtt.rto(0) / 1_000_000;
    for (int i = 0; i < 20; i++) {
      long wait = Math.min(interval << i, 120_000);
      assertThat(t.awaitSent(200_000)).isBetween(wait - 1, wait + 2);
      t.expect(tcp().seq(3000).ack(1));
      t.send(tcp().seq(1).ack(3001).win(0));
    }
    assertThat(t.socket().state()).isEqualTo(TcpState.ESTABLISHED);
    t.send(tcp().seq(1).ack(3001).win(1000));
    t.expect(tcp().seq(3001).ack(1).len(500));
    assertThat(t.engine.counters().tcpWinProbe).isEqualTo(20);
  }

  @Test
  void unansweredProbesEndTheConnection() {
    t.established();
    t.write(1000);
    t.next();
    t.send(tcp().seq(1).ack(1001).win(0));
    t.write(500);
    t.after(3_600_000);
    assertThat(t.events).containsExactly("closed TIMED_OUT");
    assertThat(t.pendingSent()).isEqualTo(15);
  }

  @Test
  void aSillyWindowIsNotFilledUntilTheOverrideTimeout() {
    t.established();
    t.write(1000);
    t.next();
    t.send(tcp().seq(1).ack(1001).win(100));
    t.write(5000);
    t.expectNothing();
    t.after(250);
    t.expect(tcp().seq(1001).ack(1).len(100));
    t.send(tcp().seq(1).ack(1101).win(5000));
    t.expect(tcp().seq(1101).ack(1).len(4900));
  }

  @Test
  void threeDuplicatesBringAFastRetransmitWithoutSack() {
    t.established();
    t.write(10_000);
    t.next();
    Segment duplicate = tcp().seq(1).ack(1);
    t.send(duplicate).send(duplicate).expectNothing();
    t.send(duplicate);
    t.expect(tcp().seq(1).ack(1).len(1000));
    assertThat(t.socket().info().slowStartThreshold()).isEqualTo(5000);
    // a partial ACK names the next hole (RFC 6582)
    t.send(tcp().seq(1).ack(3001));
    t.expect(tcp().seq(3001).ack(1).len(1000));
    t.send(tcp().seq(1).ack(10_001)).expectNothing();
    assertThat(t.socket().phase).isEqualTo(LossRecovery.Phase.OPEN);
    assertThat(t.engine.counters().tcpRenoRecovery).isOne();
  }

  @Test
  void windowUpdatesAndDataAreNoDuplicates() {
    t.established();
    t.write(10_000);
    t.next();
    for (int i = 0; i < 5; i++) {
      t.send(tcp().seq(1).ack(1).win(60_000 + i));
    }
    for (int i = 0; i < 5; i++) {
      t.send(tcp().seq(1 + i).ack(1).win(60_004).len(1));
    }
    t.clearSent();
    assertThat(t.socket().phase).isEqualTo(LossRecovery.Phase.OPEN);
  }

  @Test
  void sackRecoveryFillsAllHolesAndOnlyThese() {
    t.handshakeMillis = 40;
    t.established(tcp().mss(1000).sackOk());
    t.write(10_000);
    t.next();
    t.after(40);
    // 1 and 4 are lost: 2, 3, 5 to 10 arrive
    t.send(tcp().seq(1).ack(1).sack(1001, 2001));
    t.send(tcp().seq(1).ack(1).sack(1001, 3001)).expectNothing();
    t.send(tcp().seq(1).ack(1).sack(4001, 5001, 1001, 3001));
    t.expect(tcp().seq(1).ack(1).len(1000));
    t.expectNothing();
    t.send(tcp().seq(1).ack(1).sack(4001, 7001, 1001, 3001));
    t.expect(tcp().seq(3001).ack(1).len(1000));
    t.send(tcp().seq(1).ack(1).sack(4001, 10_001, 1001, 3001)).expectNothing();
    t.send(tcp().seq(1).ack(3001).sack(4001, 10_001)).expectNothing();
    t.send(tcp().seq(1).ack(10_001)).expectNothing();
    assertThat(t.socket().info().congestionWindow()).isEqualTo(5000);
    assertThat(t.engine.counters().retransSegs).isEqualTo(2);
    assertThat(t.engine.counters().tcpSackRecovery).isOne();
  }

  @Test
  void nonsenseInSackBlocksIsIgnored() {
    t.established(tcp().mss(1000).sackOk());
    t.write(5000);
    t.next();
    for (int i = 0; i < 10; i++) {
      t.send(tcp().seq(1).ack(1).sack(4001, 99_000, 2001, 1001, -500, 1));
    }
    t.expectNothing();
    assertThat(t.socket().scoreboard.sackedBytes()).isZero();
    assertThat(t.socket().phase).isEqualTo(LossRecovery.Phase.OPEN);
  }

  @Test
  void timeoutBacksOffAndSlowStartsAgain() {
    t.config.mtuProbing = 0;
    t.established();
    t.write(4000);
    t.expect(tcp().seq(1).ack(1).len(4000));
    int wait = (int) (t.socket().rtt.rto(0) / 1_000_000);
    for (int i = 0; i < 5; i++) {
      assertThat(t.awaitSent(100_000)).isBetween(wait - 1L, wait + 2L);
      t.expect(tcp().seq(1).ack(1).len(1000));
      assertThat(t.socket().info().congestionWindow()).isEqualTo(1000);
      wait *= 2;
    }
    assertThat(t.socket().info().slowStartThreshold()).isEqualTo(2000);
    t.send(tcp().seq(1).ack(1001));
    t.expect(tcp().seq(1001).ack(1).len(2000));
    t.send(tcp().seq(1).ack(4001)).expectNothing();
    assertThat(t.socket().info().backoff()).isZero();
    assertThat(t.engine.counters().tcpTimeouts).isEqualTo(5);
  }

  @Test
  void aPeerThatTakesItsWindowBackButAnswersIsNotGivenUp() {
    t.established();
    t.write(3000);
    t.next();
    for (int i = 0; i < 30; i++) {
      t.send(tcp().seq(1).ack(1).win(0));
      assertThat(t.awaitSent(130_000)).isLessThan(121_000);
      // only the head is tried
      t.expect(tcp().seq(1).ack(1).len(1000));
      t.expectNothing();
    }
    t.send(tcp().seq(1).ack(1001).win(5000));
    t.expect(tcp().seq(1001).ack(1).len(2000));
    t.send(tcp().seq(1).ack(3001).win(5000)).expectNothing();
    assertThat(t.events).isEmpty();
  }

  @Test
  void aPeerThatNeverAcknowledgesIsGivenUp() {
    t.established();
    t.write(1000);
    t.after(2_000_000);
    assertThat(t.events).containsExactly("closed TIMED_OUT");
    assertThat(t.pendingSent()).isEqualTo(16);
  }

  @Test
  void userTimeoutEndsItSooner() {
    t.established().userTimeout(5_000_000_000L);
    t.write(1000);
    t.after(4900);
    assertThat(t.events).isEmpty();
    t.after(200);
    assertThat(t.events).containsExactly("closed TIMED_OUT");
  }

  @Test
  void aSoftErrorNamesTheReasonOfATimeout() {
    t.established().userTimeout(5_000_000_000L);
    t.write(1000);
    icmp(IcmpErrorKind.UNREACHABLE_HARD, 0, 1);
    t.after(6000);
    assertThat(t.events).containsExactly("closed UNREACHABLE");
  }

  private void icmp(IcmpErrorKind kind, int mtu, int sequence) {
    int ports = TcpTester.OUR_PORT << 16 | TcpTester.PEER_PORT;
    int quoted = t.iss + sequence;
    t.engine.icmpError(kind, mtu, 0, TcpTester.US, 0, TcpTester.PEER, ports, quoted);
    t.loop.turn();
  }

  @Test
  void smallerPathMtuCutsWhatIsInFlightAnew() {
    t.established(tcp().mss(1460));
    t.write(2920);
    t.expect(tcp().seq(1).ack(1).len(2920));
    icmp(IcmpErrorKind.PACKET_TOO_BIG, 1040, 99_999);
    t.expectNothing();
    assertThat(t.engine.counters().outOfWindowIcmps).isOne();
    icmp(IcmpErrorKind.PACKET_TOO_BIG, 1040, 1);
    assertThat(t.socket().info().sendMss()).isEqualTo(1000);
    t.expect(tcp().seq(1).ack(1).len(2920));
    assertThat(t.socket().info().congestionWindow()).isEqualTo(14_600);
    t.send(tcp().seq(1).ack(2921)).expectNothing();
    // nobody makes us send crumbs
    icmp(IcmpErrorKind.PACKET_TOO_BIG, 68, 2921);
    t.write(1000);
    icmp(IcmpErrorKind.PACKET_TOO_BIG, 68, 2921);
    assertThat(t.socket().info().pathMtu()).isEqualTo(552);
  }

  @Test
  void keepAliveProbesAndGivesUp() {
    t.established().keepAlive(true, 10_000_000_000L, 2_000_000_000L, 3);
    t.after(10_001);
    t.expect(tcp().seq(0).ack(1));
    t.send(tcp().seq(1).ack(1)).after(9_990).expectNothing();
    t.after(20);
    t.expect(tcp().seq(0).ack(1));
    t.after(2001);
    t.expect(tcp().seq(0).ack(1));
    t.after(2001);
    t.expect(tcp().seq(0).ack(1));
    t.after(2001);
    t.expect(tcp().rst().seq(1).ack(1));
    assertThat(t.events).containsExactly("closed TIMED_OUT");
  }

  @Test
  void onWritableFollowsAShortWrite() {
    TcpSocket s = t.established();
    s.sendBuffer(8000);
    assertThat(t.write(10_000)).isEqualTo(8000);
    assertThat(t.write(10)).isZero();
    t.next();
    t.send(tcp().seq(1).ack(8001));
    assertThat(t.events).containsExactly("writable");
    assertThat(s.writable()).isEqualTo(8000);
  }

  @Test
  void slowStartDoublesAndIdleTimeRestarts() {
    TcpSocket s = t.established();
    t.write(10_000);
    t.send(tcp().seq(1).ack(10_001));
    assertThat(s.cwnd).isEqualTo(20_000);
    t.write(20_000);
    t.send(tcp().seq(1).ack(30_001));
    assertThat(s.cwnd).isEqualTo(40_000);
    t.after(5000).clearSent();
    t.write(50_000);
    t.expect(tcp().seq(30_001).ack(1).len(10_000));
    t.clearSent();
  }

  @Test
  void roundTripTimeIsMeasuredAndKarnHolds() {
    TcpSocket s = t.established();
    t.write(100);
    t.after(80).send(tcp().seq(1).ack(101));
    assertThat(s.rtt.latest()).isEqualTo(80_000_000L);
    t.write(100);
    t.after(700).send(tcp().seq(1).ack(201));
    assertThat(s.rtt.latest()).as("repeated: no sample").isEqualTo(80_000_000L);
    t.clearSent();
  }

  @Test
  void memoryShortageDelaysButLosesNothing() {
    t.established();
    TcpSocket s = t.socket();
    java.util.List<dev.patchbay.stack.packet.Packet> hogs = new java.util.ArrayList<>();
    dev.patchbay.stack.packet.Packet hog;
    while ((hog = t.pool.acquire(60_000)) != null || (hog = t.pool.acquire(10)) != null) {
      hogs.add(hog);
    }
    assertThat(t.write(1000)).isZero();
    t.after(100).expectNothing();
    hogs.forEach(dev.patchbay.stack.packet.Packet::release);
    t.after(100);
    assertThat(t.events).contains("writable");
    t.write(1000);
    t.expect(tcp().seq(1).ack(1).len(1000));
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(Addresses.isV4(s.remoteHi(), s.remoteLo())).isTrue();
  }
}
