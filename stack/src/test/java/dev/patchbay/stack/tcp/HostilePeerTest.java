package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers that mean harm: each test shows the limit and what counts it, and that a connection of
 * somebody else, open all the time, goes on.
 */
class HostilePeerTest {
  private static final int BYSTANDER_PORT = 5000;

  private final TcpTester t = new TcpTester();
  private TcpSocket bystander;
  private int bystanderIss;
  private int theirs = 1;
  private int ours = 1;

  @BeforeEach
  void somebodyElseIsThere() {
    t.peerPort = BYSTANDER_PORT;
    bystander = t.established();
    bystanderIss = t.iss;
    t.peerPort = TcpTester.PEER_PORT;
  }

  @AfterEach
  void noLeaks() {
    theOtherGoesOn();
    List<TcpSocket> all = new ArrayList<>();
    t.engine.forEach(all::add);
    all.forEach(TcpSocket::abort);
    t.loop.turn();
    t.checkNoLeaks();
  }

  /** The bystander receives, sends and is acknowledged. */
  private void theOtherGoesOn() {
    TcpSocket attacked = t.accepted;
    int iss = t.iss;
    int port = t.peerPort;
    int to = t.ourPort;
    long address = t.peerAddress;
    t.clearSent();
    t.ourPort = TcpTester.OUR_PORT;
    t.peerAddress = TcpTester.PEER;
    t.accepted = bystander;
    t.iss = bystanderIss;
    t.peerPort = BYSTANDER_PORT;
    t.send(tcp().seq(theirs).ack(ours).len(100));
    t.read(theirs, 100);
    theirs += 100;
    t.clearSent();
    t.write(100);
    t.expect(tcp().psh().seq(ours).ack(theirs).len(100));
    ours += 100;
    t.send(tcp().seq(theirs).ack(ours));
    assertThat(bystander.info().flight()).isZero();
    assertThat(bystander.state()).isEqualTo(TcpState.ESTABLISHED);
    t.clearSent();
    t.accepted = attacked;
    t.iss = iss;
    t.peerPort = port;
    t.ourPort = to;
    t.peerAddress = address;
  }

  private long drops(DropReason reason) {
    return t.pool.drops(reason);
  }

  // ---- out of the window

  @Test
  void resetsThatAreNotExactlyInPlaceEndNothing() {
    TcpSocket s = t.established();
    for (int i = 0; i < 1000; i++) {
      t.send(tcp().rst().seq(2 + 60 * i));
      t.send(tcp().rst().seq(-1 - i));
      t.send(tcp().rst().seq(70_000 + i));
    }
    // one challenge in half a second, the rest is counted
    t.expect(tcp().seq(1).ack(1));
    t.expectNothing();
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(t.engine.counters().tcpChallengeAck).isOne();
    assertThat(t.engine.counters().tcpAckSkipped).isEqualTo(999);
    assertThat(drops(DropReason.TCP_INVALID_SEQUENCE)).isEqualTo(2000);
    assertThat(drops(DropReason.TCP_OLD_SEQUENCE)).isEqualTo(1000);
    assertThat(t.engine.counters().estabResets).isZero();
    theOtherGoesOn();
  }

  @Test
  void acksOfWhatWasNeverSentAndOfTheDistantPastAreNotTaken() {
    TcpSocket s = t.established();
    t.write(1000);
    t.next();
    int cwnd = s.cwnd;
    for (int i = 0; i < 1000; i++) {
      t.send(tcp().seq(1).ack(1002 + i * 1000).len(10));
      t.send(tcp().seq(1).ack(-65_536 - i * 1000).len(10));
    }
    t.expect(tcp().seq(1001).ack(1));
    t.expectNothing();
    assertThat(s.available()).as("their data is not taken either").isZero();
    assertThat(s.cwnd).isEqualTo(cwnd);
    assertThat(s.info().flight()).isEqualTo(1000);
    assertThat(t.engine.counters().tcpChallengeAck).isOne();
    assertThat(t.engine.counters().tcpAckSkipped).isEqualTo(1999);
    assertThat(drops(DropReason.TCP_INVALID_ACK_SEQUENCE)).isEqualTo(2000);
    theOtherGoesOn();
  }

  @Test
  void dataBeyondTheWindowIsCutAtItsEdge() {
    TcpSocket s = t.established();
    int edge = 1 + ReceiveWindow.offered(s);
    for (int i = 0; i < 1000; i++) {
      t.send(tcp().seq(edge + i).ack(1).len(1000));
    }
    assertThat(drops(DropReason.TCP_INVALID_SEQUENCE)).isEqualTo(1000);
    assertThat(s.receive.charge()).isZero();
    // each is answered, so that a peer that is merely wrong learns where we are
    for (int i = 0; i < 1000; i++) {
      t.expect(tcp().seq(1).ack(1));
    }
    t.send(tcp().seq(edge - 10).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1));
    assertThat(s.receive.earlyBytes()).isEqualTo(10);
    assertThat(s.available()).isZero();
    theOtherGoesOn();
  }

  @Test
  void contentSentTwiceIsThatWhichCameFirst() {
    TcpSocket s = t.established(tcp().mss(1000).sackOk());
    for (int i = 0; i < 20; i++) {
      t.send(tcp().seq(11 + 20 * i).ack(1).len(10));
    }
    // other bytes over all of it, in one piece and in many
    t.send(tcp().seq(2).ack(1).data(new byte[1000]));
    for (int i = 0; i < 20; i++) {
      t.send(tcp().seq(6 + 20 * i).ack(1).data(new byte[20]));
    }
    t.send(tcp().seq(1).ack(1).data(new byte[1000]));
    for (int i = 0; i < 60 && s.available() < 1000; i++) {
      t.send(tcp().seq(1 + s.available()).ack(1).data(new byte[1000 - s.available()]));
    }
    byte[] got = new byte[1000];
    assertThat(s.read(got, 0, 1000)).isEqualTo(1000);
    for (int i = 0; i < 1000; i++) {
      boolean first = i >= 10 && i < 400 && (i - 10) % 20 < 10;
      assertThat(got[i]).as("byte %d", i).isEqualTo(first ? (byte) (1 + i) : 0);
    }
    assertThat(t.engine.counters().tcpOfoQueue).isPositive();
    assertThat(t.engine.counters().tcpDsackOfoSent).as("told to the peer").isPositive();
    assertThat(s.receive.charge()).isZero();
    theOtherGoesOn();
  }

  @Test
  void optionsThatMakeNoSenseAreSkippedAndHarmNobody() {
    TcpSocket s = t.established();
    int seq = 1;
    for (int kind = 0; kind < 256; kind++) {
      for (int length : new int[] {0, 1, 2, 3, 5, 9, 11, 255}) {
        t.send(tcp().seq(seq).ack(1).len(1).raw(kind, length, 0, 0, 0, 0, 0, 0));
        seq++;
      }
      t.clearSent();
    }
    t.read(1, seq - 1);
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(s.info().sack()).isFalse();
    assertThat(s.info().sendScale()).isEqualTo(-1);
    assertThat(s.info().segmentsIn()).isEqualTo(seq);
    theOtherGoesOn();
  }

  // ---- peers that keep us waiting

  @Test
  void aPeerThatNeverReadsHoldsASendBufferAndNoMore() {
    TcpSocket s = t.established();
    s.sendBuffer(50_000);
    int before = t.pool.live();
    t.write(10_000);
    t.next();
    t.send(tcp().seq(1).ack(10_001).win(0));
    t.clearSent();
    int taken = 0;
    for (int i = 0; i < 100; i++) {
      taken += t.write(1000);
    }
    assertThat(taken).as("then it says 0").isEqualTo(50_000);
    int held = t.pool.live() - before;
    t.expectNothing();
    for (int minute = 0; minute < 600; minute++) {
      t.after(60_000);
      while (t.pendingSent() > 0) {
        t.expect(tcp().seq(10_000).ack(1));
        t.send(tcp().seq(1).ack(10_001).win(0));
      }
      if (minute == 300) {
        theOtherGoesOn();
      }
    }
    assertThat(t.write(1)).isZero();
    assertThat(t.pool.live() - before).isEqualTo(held);
    assertThat(t.engine.counters().tcpWinProbe).isGreaterThan(300);
    assertThat(s.state()).as("it answers").isEqualTo(TcpState.ESTABLISHED);
    // who must not wait for ever sets a limit
    s.userTimeout(10_000_000_000L);
    t.after(400_000).clearSent();
    assertThat(t.events).endsWith("closed TIMED_OUT");
    assertThat(t.engine.counters().tcpAbortOnTimeout).isOne();
    assertThat(t.pool.live()).isEqualTo(before);
  }

  @Test
  void aPeerThatNeverAcknowledgesIsGivenUpAndItsMemoryComesBack() {
    // else its silence would be taken for a black hole of the path MTU first
    t.config.mtuProbing = 0;
    TcpSocket s = t.established();
    int before = t.pool.live();
    t.write(60_000);
    t.expect(tcp().seq(1).ack(1).len(10_000));
    long bytes = 0;
    for (int minute = 0; minute < 20; minute++) {
      t.after(60_000);
      while (t.pendingSent() > 0) {
        Segment again = t.expect(tcp().seq(1).ack(1).len(1000));
        bytes += again.payload.length;
      }
      if (minute == 5) {
        assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
        theOtherGoesOn();
      }
    }
    assertThat(bytes).as("one segment each time").isEqualTo(15_000);
    assertThat(t.engine.counters().tcpTimeouts).isEqualTo(15);
    assertThat(t.engine.counters().tcpAbortOnTimeout).isOne();
    assertThat(t.events).endsWith("closed TIMED_OUT");
    assertThat(t.pool.live()).isEqualTo(before);
  }

  @Test
  void hundredsOfThemLeaveRoomForOthers() {
    int before = t.pool.live();
    t.config.retries2 = 6;
    for (int port = 1; port <= 300; port++) {
      t.peerPort = port;
      t.established();
      t.write(20_000);
      t.clearSent();
    }
    theOtherGoesOn();
    t.after(60_000);
    t.clearSent();
    assertThat(t.engine.counters().tcpAbortOnTimeout).isEqualTo(300);
    assertThat(t.engine.counters().currEstab).isOne();
    assertThat(t.pool.live()).isEqualTo(before);
  }

  // ---- acknowledgments that lie

  /** The window after 10 000 bytes were acknowledged in so many pieces. */
  private static int windowAfter(String algorithm, int pieces) {
    TcpTester tester = new TcpTester();
    tester.config.congestionControl = algorithm;
    TcpSocket s = tester.established(tcp().mss(1000).sackOk());
    tester.write(10_000);
    tester.after(40);
    for (int i = 1; i <= pieces; i++) {
      tester.send(tcp().seq(1).ack(1 + 10_000 / pieces * i));
    }
    int cwnd = s.cwnd;
    s.abort();
    tester.loop.turn();
    tester.checkNoLeaks();
    return cwnd;
  }

  /** Savage's first attack: RFC 3465 counts bytes, not acknowledgments. */
  @ParameterizedTest
  @ValueSource(strings = {"cubic", "reno"})
  void dividedAcknowledgmentsGrowTheWindowByNoMore(String algorithm) {
    int whole = windowAfter(algorithm, 1);
    assertThat(windowAfter(algorithm, 10)).isLessThanOrEqualTo(whole);
    assertThat(windowAfter(algorithm, 1000)).isLessThanOrEqualTo(whole);
    assertThat(windowAfter(algorithm, 10_000)).isLessThanOrEqualTo(whole);
  }

  /** The same in congestion avoidance: a window's worth of bytes brings one segment. */
  @ParameterizedTest
  @ValueSource(strings = {"cubic", "reno"})
  void dividedAcknowledgmentsGrowNoFasterAfterSlowStart(String algorithm) {
    t.config.congestionControl = algorithm;
    TcpSocket s = t.established(tcp().mss(1000).sackOk());
    t.write(60_000);
    t.after(40);
    s.ssthresh = s.cwnd;
    int before = s.cwnd;
    for (int i = 1; i <= 1000; i++) {
      t.send(tcp().seq(1).ack(1 + 10 * i));
    }
    t.clearSent();
    assertThat(s.cwnd).isBetween(before, before + 1000);
    theOtherGoesOn();
  }

  /** Savage's second attack: duplicates that nothing has caused. */
  @Test
  void duplicatesBeyondWhatIsInFlightBringOutNothing() {
    t.config.congestionControl = "reno";
    TcpSocket s = t.established();
    t.write(40_000);
    t.expect(tcp().seq(1).ack(1).len(10_000));
    int bytes = 0;
    for (int i = 0; i < 1000; i++) {
      t.send(tcp().seq(1).ack(1));
      while (t.pendingSent() > 0) {
        bytes += t.next().payload.length;
      }
    }
    // the repair of the first segment, and one for each that is told to have left the network
    assertThat(bytes).isLessThanOrEqualTo(10_000 + 2000);
    assertThat(s.cwnd).isLessThanOrEqualTo(10_000);
    theOtherGoesOn();
  }

  /**
   * Savage's third attack. Beyond what was sent an acknowledgment is challenged. Within it nobody
   * can tell an honest one from one that runs ahead of the data: such a peer only loses what it has
   * not received, and the window still grows by bytes that were sent, one round trip after another.
   */
  @Test
  void optimisticAcknowledgmentsGetNoFurtherThanWhatWasSent() {
    TcpSocket s = t.established();
    t.write(60_000);
    t.expect(tcp().seq(1).ack(1).len(10_000));
    for (int ahead = 10_002; ahead < 1_000_000; ahead += 1000) {
      t.send(tcp().seq(1).ack(ahead));
    }
    t.expect(tcp().seq(10_001).ack(1));
    t.expectNothing();
    assertThat(s.cwnd).isEqualTo(10_000);
    assertThat(s.info().bytesAcked()).isZero();
    assertThat(t.engine.counters().tcpChallengeAck).isOne();
    assertThat(t.engine.counters().tcpAckSkipped).isEqualTo(989);
    theOtherGoesOn();
    // within it: as much as was acknowledged, no more
    t.send(tcp().seq(1).ack(10_001));
    assertThat(s.cwnd).isEqualTo(20_000);
    t.expect(tcp().seq(10_001).ack(1).len(20_000));
  }

  // ---- floods of SYNs

  private static final int FLOOD = 100_000;

  /** So many SYNs from addresses of their own within a second; the answers are counted. */
  private long flood() {
    t.anyPeer = true;
    long answers = 0;
    for (int i = 0; i < FLOOD; i++) {
      if (i % 100 == 0) {
        t.after(1);
      }
      t.peerAddress = Addresses.v4(0x0b00_0000 + i * 31);
      t.send(tcp().syn().seq(i).mss(1460));
      answers += t.pendingSent();
      t.clearSent();
      if (i % 20_000 == 10_000) {
        theOtherGoesOn();
      }
    }
    return answers;
  }

  /** The queue takes what it may, all others are answered by cookies, which take no memory. */
  @Test
  void aFloodOfSynsFillsTheQueueAndIsThenAnsweredByCookies() {
    int before = t.pool.live();
    assertThat(flood()).isEqualTo(FLOOD);
    TcpCounters c = t.engine.counters();
    assertThat(c.halfOpen).isEqualTo(t.config.maxHalfOpen);
    assertThat(c.tcpReqQFullDoCookies).isEqualTo(FLOOD - t.config.maxHalfOpen);
    assertThat(c.syncookiesSent).isEqualTo(FLOOD - t.config.maxHalfOpen);
    assertThat(t.pool.live()).isEqualTo(before);
    // who means it gets in meanwhile
    t.peerAddress = TcpTester.PEER;
    t.events.clear();
    t.send(tcp().syn().seq(0).mss(1460));
    t.expect(tcp().syn().ack(1));
    t.send(tcp().seq(1).ack(1));
    assertThat(t.events).containsExactly("connected");
    assertThat(c.syncookiesRecv).isOne();
    // and who did not is forgotten
    t.after(70_000);
    assertThat(c.halfOpen).isZero();
  }

  @Test
  void withoutCookiesTheRestOfAFloodIsDropped() {
    t.config.synCookies = false;
    t.config.maxHalfOpen = 100;
    assertThat(flood()).isEqualTo(100);
    assertThat(t.engine.counters().halfOpen).isEqualTo(100);
    assertThat(t.engine.counters().tcpReqQFullDrop).isEqualTo(FLOOD - 100);
  }

  /**
   * The uplink's: nothing is sent before the host has decided, and no more are kept than may be.
   */
  @Test
  void aFloodOfSynsThatAreParkedIsBounded() {
    int[] asked = new int[1];
    t.engine.catchAll(syn -> asked[0]++);
    t.ourPort = 8080;
    assertThat(flood()).isZero();
    TcpCounters c = t.engine.counters();
    assertThat(asked[0]).isEqualTo(t.config.maxParked);
    assertThat(c.parked).isEqualTo(t.config.maxParked);
    assertThat(c.parkedOverflow).isEqualTo(FLOOD - t.config.maxParked);
    assertThat(drops(DropReason.SOCKET_BACKLOG)).isEqualTo(FLOOD - t.config.maxParked);
    t.after(131_000);
    assertThat(c.parked).isZero();
    assertThat(c.parkedAbandoned).isEqualTo(t.config.maxParked);
  }

  /** A port where nobody listens: a RST each, but no more in a turn than may be. */
  @Test
  void aFloodOfSynsToAClosedPortIsAnsweredUpToALimit() {
    t.ourPort = 8080;
    t.anyPeer = true;
    for (int i = 0; i < FLOOD; i++) {
      t.peerAddress = Addresses.v4(0x0b00_0000 + i * 31);
      t.arrive(tcp().syn().seq(i));
      if (i % 10_000 == 9999) {
        t.loop.turn();
        assertThat(t.pendingSent()).isEqualTo(t.config.maxControlPerTurn);
        t.clearSent();
        theOtherGoesOn();
      }
    }
    TcpCounters c = t.engine.counters();
    assertThat(c.outRsts).isEqualTo(10L * t.config.maxControlPerTurn);
    assertThat(c.controlSkipped).isEqualTo(FLOOD - 10L * t.config.maxControlPerTurn);
  }
}
