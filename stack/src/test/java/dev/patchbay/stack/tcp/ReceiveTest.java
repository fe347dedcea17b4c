package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.packet.Packet;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The receiving side: ACK policy, reassembly, windows, PAWS, RFC 5961. */
class ReceiveTest {
  private final TcpTester t = new TcpTester();

  @AfterEach
  void noLeaks() {
    t.end();
  }

  /** A connection past its first ACKs, which are not delayed. */
  private TcpSocket warm(Segment options) {
    TcpSocket s = t.established(options);
    t.send(tcp().seq(1).ack(1).len(1000));
    t.read(1, 1000);
    s.quickAcks = 0;
    t.clearSent();
    t.events.clear();
    return s;
  }

  @Test
  void aSingleSegmentIsAcknowledgedLate() {
    warm(tcp());
    t.send(tcp().seq(1001).ack(1).len(100)).expectNothing();
    t.after(35).expectNothing();
    t.after(10);
    t.expect(tcp().seq(1).ack(1101));
    assertThat(t.engine.counters().delayedAcks).isOne();
    assertThat(t.events).containsExactly("readable");
  }

  /** RFC 9293 MUST-40 has half a second; the delay follows the peer's pace, up to Linux's limit. */
  @Test
  void noAckIsDelayedByMoreThanAFifthOfASecond() {
    warm(tcp());
    int seq = 1001;
    long longest = 0;
    long waiting = 0;
    for (int gap = 20; gap < 1000; gap++) {
      t.send(tcp().seq(seq).ack(1).len(1));
      seq++;
      for (int i = 0; i < gap; i++) {
        t.after(1);
        waiting++;
        if (t.pendingSent() > 0) {
          t.expect(tcp().seq(1).ack(seq));
          longest = Math.max(longest, waiting);
          i = gap;
        }
      }
      waiting = t.socket().ackPending ? waiting : 0;
    }
    assertThat(longest).isBetween(41L, 201L);
    t.clearSent();
  }

  @Test
  void everySecondFullSegmentIsAcknowledgedAtOnce() {
    warm(tcp());
    t.send(tcp().seq(1001).ack(1).len(1000)).expectNothing();
    t.send(tcp().seq(2001).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(3001));
  }

  @Test
  void aBurstBringsOneAckAndOneEventAtItsEnd() {
    warm(tcp());
    for (int i = 0; i < 10; i++) {
      t.arrive(tcp().seq(1001 + 1000 * i).ack(1).len(1000));
    }
    t.expectNothing();
    t.loop.turn();
    t.expect(tcp().seq(1).ack(11_001));
    t.expectNothing();
    assertThat(t.events).containsExactly("readable");
  }

  @Test
  void dataCarriesTheAck() {
    warm(tcp());
    t.send(tcp().seq(1001).ack(1).len(10));
    t.write(20);
    t.expect(tcp().seq(1).ack(1011).len(20));
    t.after(500);
    t.clearSent();
  }

  @Test
  void aUserThatOnlyReadsBringsTheAckOfPushedData() {
    warm(tcp());
    t.send(tcp().psh().seq(1001).ack(1).len(100)).expectNothing();
    t.read(1001, 100);
    t.expect(tcp().seq(1).ack(1101));
    // one that answers does not
    t.write(1);
    t.next();
    t.send(tcp().psh().seq(1101).ack(2).len(100));
    t.read(1101, 100);
    t.expectNothing();
    t.clearSent();
  }

  @Test
  void theFirstSegmentsAreAcknowledgedAtOnce() {
    t.established();
    t.send(tcp().seq(1).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1001));
    t.send(tcp().seq(1001).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(2001));
  }

  @Test
  void aShortRequestIsAcknowledgedByItsAnswerWhereThatIsNear() {
    t.config.quickAckDelay = 2_000_000;
    TcpSocket s = t.established();
    t.send(tcp().psh().seq(1).ack(1).len(100));
    t.read(1, 100);
    t.expectNothing();
    t.write(20);
    t.expect(tcp().psh().seq(1).ack(101).len(20));
    t.send(tcp().fin().seq(101).ack(21));
    t.expectNothing();
    s.close();
    t.loop.turn();
    t.expect(tcp().fin().seq(21).ack(102));
  }

  @Test
  void whatIsNotAnsweredSoonIsAcknowledgedAloneAndFullSegmentsAtOnce() {
    t.config.quickAckDelay = 2_000_000;
    t.established();
    t.send(tcp().psh().seq(1).ack(1).len(100));
    t.read(1, 100);
    t.expectNothing();
    t.after(3);
    t.expect(tcp().seq(1).ack(101));
    t.send(tcp().seq(101).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1101));
    t.send(tcp().fin().seq(1101).ack(1));
    t.expectNothing();
    t.after(3);
    t.expect(tcp().seq(1).ack(1102));
  }

  @Test
  void aFinShortensTheDelayThatAnAckHasBegun() {
    t.config.quickAckDelay = 2_000_000;
    t.established();
    t.send(tcp().psh().seq(1).ack(1).len(100));
    t.read(1, 100);
    t.write(20);
    t.expect(tcp().psh().seq(1).ack(101).len(20));
    // a conversation: the answer of this one would take the ACK along within 40 ms
    t.send(tcp().psh().seq(101).ack(21).len(100));
    t.read(101, 100);
    t.after(5);
    t.expectNothing();
    t.send(tcp().fin().seq(201).ack(21));
    t.expectNothing();
    assertThat(t.awaitSent(100)).isLessThanOrEqualTo(2);
    t.expect(tcp().seq(21).ack(202));
  }

  @Test
  void whatIsReadLateIsAcknowledgedSoonerThanTheDelay() {
    t.config.quickAckDelay = 2_000_000;
    TcpSocket s = t.established();
    t.send(tcp().psh().seq(1).ack(1).len(100));
    t.after(3);
    t.expect(tcp().seq(1).ack(101));
    s.quickAcks = 0;
    t.send(tcp().psh().seq(101).ack(1).len(100));
    t.after(5);
    t.expectNothing();
    t.read(1, 200);
    assertThat(t.awaitSent(100)).isLessThanOrEqualTo(2);
    t.expect(tcp().seq(1).ack(201));
  }

  @Test
  void outOfOrderSegmentsAreKeptReportedAndJoined() {
    warm(tcp().mss(1000).sackOk());
    t.send(tcp().seq(2001).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1001).sack(2001, 3001));
    t.send(tcp().seq(4001).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1001).sack(4001, 5001, 2001, 3001));
    t.send(tcp().seq(3001).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1001).sack(2001, 5001));
    assertThat(t.socket().available()).isZero();
    t.send(tcp().seq(1001).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(5001).sack());
    t.read(1001, 4000);
  }

  @Test
  void sackBlocksTravelWithDataToo() {
    warm(tcp().mss(1000).sackOk());
    t.send(tcp().seq(2001).ack(1).len(1000));
    t.next();
    t.write(2000);
    // the option takes 12 of the 1000 bytes: three segments
    t.expect(tcp().seq(1).ack(1001).len(2000).sack(2001, 3001));
    t.clearSent();
  }

  @Test
  void ofOverlappingContentTheFirstBytesWin() {
    TcpSocket s = warm(tcp().mss(1000).sackOk());
    byte[] evil = new byte[300];
    t.send(tcp().seq(1101).ack(1).len(100));
    t.send(tcp().seq(1051).ack(1).data(evil.clone()));
    t.send(tcp().seq(1001).ack(1).data(new byte[50]));
    t.clearSent();
    byte[] got = new byte[500];
    int n = s.read(got, 0, 500);
    assertThat(n).isEqualTo(200);
    for (int i = 100; i < 200; i++) {
      assertThat(got[i]).as("byte %d", i).isEqualTo((byte) (1001 + i));
    }
    // what was cut off comes again, and old content does not replace what is there
    t.send(tcp().seq(1001).ack(1).data(new byte[250]));
    assertThat(s.available()).isEqualTo(50);
  }

  @Test
  void duplicatesAreAcknowledgedAtOnce() {
    warm(tcp());
    t.send(tcp().seq(1).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1001));
    t.send(tcp().seq(501).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1501));
    t.read(1001, 500);
  }

  @Test
  void theWindowClosesWhenNobodyReadsAndOpensWithoutSilliness() {
    TcpSocket s = t.established();
    s.receiveBuffer(16_384);
    int seq = 1;
    int win = 65_535;
    while (win > 0 && seq < 200_000) {
      int len = Math.min(1000, win);
      t.send(tcp().seq(seq).ack(1).len(len)).after(50);
      seq += len;
      while (t.pendingSent() > 0) {
        Segment ack = t.next();
        int edge = Objects.requireNonNull(ack.ack) + Objects.requireNonNull(ack.win);
        assertThat(edge).as("never shrinks").isGreaterThanOrEqualTo(65_536);
        win = edge - seq;
      }
    }
    assertThat(s.available()).isEqualTo(seq - 1);
    int more = seq;
    t.send(tcp().seq(more).ack(1).len(100));
    t.expect(tcp().seq(1).ack(more).win(0));
    assertThat(s.available()).isEqualTo(more - 1);
    int read = 0;
    while (t.pendingSent() == 0) {
      t.read(1 + read, 100);
      read += 100;
    }
    Segment update = t.expect(tcp().seq(1).ack(more));
    assertThat(update.win).isGreaterThanOrEqualTo(1000);
    assertThat(t.engine.counters().tcpFromZeroWindowAdv).isOne();
  }

  @Test
  void theBufferGrowsAsTheUserReads() {
    TcpSocket s = t.established(tcp().mss(1000).scale(7));
    s.rtt.sample(10_000_000);
    int seq = 1;
    for (int round = 0; round < 20; round++) {
      int window = ReceiveWindow.offered(s);
      for (int left = Math.min(window, 600_000); left >= 1000; left -= 1000) {
        t.arrive(tcp().seq(seq).ack(1).len(1000));
        seq += 1000;
      }
      t.loop.turn();
      s.consume(s.available());
      t.after(11);
      t.clearSent();
    }
    assertThat(ReceiveWindow.offered(s)).isGreaterThan(500_000);
    assertThat(s.receiveBuffer).isLessThanOrEqualTo(t.config.receiveBufferMax);
  }

  @Test
  void oneByteSegmentsDoNotPinABufferEach() {
    TcpSocket s = warm(tcp().mss(1000).sackOk());
    for (int i = 0; i < 2000; i++) {
      t.arrive(tcp().seq(1001 + i).ack(1).len(1));
    }
    t.loop.turn();
    assertThat(s.receive.charge()).isLessThanOrEqualTo(2 * 2048);
    t.read(1001, 2000);
    for (int i = 0; i < 30_000; i++) {
      t.arrive(tcp().seq(3003 + 2 * i).ack(1).len(1));
    }
    t.loop.turn();
    assertThat(s.receive.charge()).isLessThanOrEqualTo(s.receiveBuffer + 2048);
    t.clearSent();
  }

  @Test
  void zeroCopyReading() {
    TcpSocket s = t.established();
    t.send(tcp().seq(1).ack(1).len(1000));
    t.send(tcp().seq(1001).ack(1).len(1000));
    Packet p = Objects.requireNonNull(s.peekPacket());
    assertThat(s.peekLength()).isEqualTo(1000);
    assertThat(p.data[s.peekOffset()]).isEqualTo((byte) 1);
    s.consume(10);
    assertThat(p.data[s.peekOffset()]).isEqualTo((byte) 11);
    s.consume(1500);
    assertThat(s.available()).isEqualTo(490);
    assertThatThrownBy(() -> s.consume(491)).isInstanceOf(IllegalArgumentException.class);
    t.clearSent();
  }

  @Test
  void aLongPacketOfTheReceiveAggregation() {
    TcpSocket s = t.established();
    Packet p = t.packet(tcp().seq(1).ack(1).len(30_000));
    p.gsoSize = 1000;
    p.gsoCount = 30;
    assertThat(t.engine.receive(p)).isTrue();
    t.loop.turn();
    t.expect(tcp().seq(1).ack(30_001));
    assertThat(s.info().segmentsIn()).isEqualTo(31);
    assertThat(s.info().receiveMss()).isEqualTo(1000);
    t.read(1, 30_000);
  }

  @Test
  void urgentDataIsInLine() {
    TcpSocket s = t.established();
    t.send(tcp().urg(0xffff).seq(1).ack(1).len(10));
    t.send(tcp().urg(0).seq(11).ack(1).len(10));
    t.read(1, 20);
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
    t.clearSent();
  }

  // ---- RFC 7323

  @Test
  void pawsDropsWhatIsOldByItsTimestamp() {
    TcpSocket s = t.established(tcp().mss(1000).ts(5000, 0));
    t.send(tcp().seq(1).ack(1).ts(5010, 0).len(10));
    t.expect(tcp().seq(1).ack(11).ts(0, 5010));
    t.send(tcp().seq(11).ack(1).ts(4000, 0).len(10));
    t.expect(tcp().seq(1).ack(11).ts(0, 5010));
    assertThat(s.available()).isEqualTo(10);
    assertThat(t.engine.counters().pawsEstab).isOne();
    // 25 days later the clock of the peer says nothing
    t.after(25L * 24 * 3600 * 1000);
    t.clearSent();
    t.send(tcp().seq(11).ack(1).ts(4000, 0).len(10));
    assertThat(s.available()).isEqualTo(20);
    t.clearSent();
  }

  @Test
  void theTimestampOfAnEarlySegmentIsNotEchoed() {
    t.established(tcp().mss(1000).sackOk().ts(100, 0));
    t.send(tcp().seq(11).ack(1).ts(200, 0).len(10));
    t.expect(tcp().seq(1).ack(1).ts(0, 100));
    t.send(tcp().seq(1).ack(1).ts(150, 0).len(10));
    t.expect(tcp().seq(1).ack(21).ts(0, 150));
  }

  // ---- RFC 5961

  @Test
  void aResetMustBeExactlyInPlace() {
    TcpSocket s = t.established();
    t.send(tcp().rst().seq(-1)).send(tcp().rst().seq(70_000)).expectNothing();
    t.send(tcp().rst().seq(2));
    t.expect(tcp().seq(1).ack(1));
    assertThat(t.engine.counters().tcpChallengeAck).isOne();
    t.send(tcp().rst().seq(3)).expectNothing();
    assertThat(t.engine.counters().tcpAckSkipped).isOne();
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
    t.send(tcp().rst().seq(1)).expectNothing();
    assertThat(t.events).containsExactly("closed RESET");
    assertThat(t.engine.counters().estabResets).isOne();
  }

  @Test
  void aSynInAConnectionIsChallenged() {
    TcpSocket s = t.established();
    t.send(tcp().syn().seq(5));
    t.expect(tcp().seq(1).ack(1));
    t.after(600).send(tcp().syn().seq(-5000));
    t.expect(tcp().seq(1).ack(1));
    assertThat(t.engine.counters().tcpSynChallenge).isEqualTo(2);
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void anAckOutOfRangeIsChallengedAndItsDataDropped() {
    TcpSocket s = t.established();
    t.send(tcp().seq(1).ack(5000).len(10));
    t.expect(tcp().seq(1).ack(1));
    t.after(600).send(tcp().seq(1).ack(-70_000).len(10));
    t.expect(tcp().seq(1).ack(1));
    assertThat(s.available()).isZero();
    t.send(tcp().seq(1).ack(-1000).len(10));
    assertThat(s.available()).isEqualTo(10);
    t.clearSent();
  }

  @Test
  void challengesOfAllConnectionsTogetherAreLimited() {
    t.config.challengeAckLimit = 10;
    t.listen();
    for (int port = 1; port <= 100; port++) {
      t.peerPort = port;
      t.send(tcp().syn().seq(0));
      t.send(tcp().seq(1).ack(1));
    }
    t.clearSent();
    for (int port = 1; port <= 100; port++) {
      t.peerPort = port;
      t.send(tcp().rst().seq(100));
    }
    assertThat(t.pendingSent()).isBetween(5, 15);
    t.clearSent();
    t.engine.forEach(s -> assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED));
    for (int port = 1; port <= 100; port++) {
      t.peerPort = port;
      t.send(tcp().rst().seq(1));
    }
  }

  @Test
  void segmentsOutOfWindowAreAnsweredWithAnAck() {
    TcpSocket s = t.established();
    t.send(tcp().seq(100_000).ack(1).len(10));
    t.expect(tcp().seq(1).ack(1));
    t.send(tcp().seq(0).ack(1));
    t.expect(tcp().seq(1).ack(1));
    t.send(tcp().seq(0).ack(1)).expectNothing();
    assertThat(s.available()).isZero();
  }

  @Test
  void aSegmentWithoutAckIsDropped() {
    TcpSocket s = t.established();
    t.send(tcp().seq(1).len(10)).expectNothing();
    assertThat(s.available()).isZero();
  }

  @Test
  void anAckAtTheRightEdgeOfTheWindowIsTaken() {
    TcpSocket s = t.established();
    t.write(1000);
    t.expect(tcp().seq(1).ack(1).len(1000));
    int edge = 1 + ReceiveWindow.offered(s);
    // the peer fills the window, the head is lost: SND.NXT of the peer is at our right edge
    t.send(tcp().seq(edge - 100).ack(1).len(100));
    t.expect(tcp().seq(1001).ack(1));
    t.send(tcp().seq(edge).ack(1001)).expectNothing();
    assertThat(s.flight()).isZero();
    // beyond it nothing is believed
    t.write(1000);
    t.expect(tcp().seq(1001).ack(1).len(1000));
    t.send(tcp().seq(edge + 1).ack(2001));
    assertThat(s.flight()).isEqualTo(1000);
    t.clearSent();
  }
}
