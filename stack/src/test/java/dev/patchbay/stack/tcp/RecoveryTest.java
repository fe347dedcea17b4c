package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Loss recovery by time: RACK and tail-loss probes (RFC 8985), proportional rate reduction (RFC
 * 6937), D-SACK (RFC 2883), and what is taken back (RFC 4015, 5682, 3708). The path takes 40 ms
 * there and back, segments have 1000 bytes.
 */
class RecoveryTest {
  private final TcpTester t = new TcpTester();

  RecoveryTest() {
    t.config.congestionControl = "reno";
    t.handshakeMillis = 40;
  }

  @AfterEach
  void noLeaks() {
    t.end();
  }

  private TcpSocket sack() {
    return t.established(tcp().mss(1000).sackOk());
  }

  /** Ten segments, and the time until their ACKs come. */
  private TcpSocket tenInFlight(Segment options) {
    TcpSocket s = t.established(options);
    t.write(10_000);
    t.next();
    t.after(40);
    return s;
  }

  private TcpSocket tenInFlight() {
    return tenInFlight(tcp().mss(1000).sackOk());
  }

  // ---- RACK

  @Test
  void twoThatOvertakeProveALossAfterAQuarterOfTheRoundTrip() {
    tenInFlight();
    t.send(tcp().seq(1).ack(1).sack(1001, 3001)).expectNothing();
    t.after(8).expectNothing();
    t.after(4);
    t.expect(tcp().seq(1).ack(1).len(1000));
    assertThat(t.socket().phase).isEqualTo(LossRecovery.Phase.RECOVERY);
    t.send(tcp().seq(1).ack(10_001)).expectNothing();
  }

  @Test
  void whatIsOnlyReorderedIsNotSentAgain() {
    TcpSocket s = tenInFlight();
    t.send(tcp().seq(1).ack(1).sack(1001, 3001)).expectNothing();
    t.after(5);
    t.send(tcp().seq(1).ack(3001));
    t.after(30).expectNothing();
    // now three that overtake prove nothing before the time has passed
    t.send(tcp().seq(1).ack(3001).sack(4001, 8001)).expectNothing();
    t.after(5).expectNothing();
    t.send(tcp().seq(1).ack(10_001)).expectNothing();
    assertThat(t.engine.counters().retransSegs).isZero();
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.OPEN);
  }

  @Test
  void aRetransmissionThatIsLostIsFoundWithoutTheTimer() {
    tenInFlight();
    t.send(tcp().seq(1).ack(1).sack(1001, 6001));
    t.expect(tcp().seq(1).ack(1).len(1000));
    t.write(5000);
    t.send(tcp().seq(1).ack(1).sack(1001, 10_001));
    t.expect(tcp().seq(10_001).ack(1).len(4000));
    t.after(40);
    // what was sent after the retransmission arrives, the retransmission does not
    t.send(tcp().seq(1).ack(1).sack(1001, 13_001)).after(20);
    t.expect(tcp().seq(1).ack(1).len(1000));
    assertThat(t.engine.counters().tcpTimeouts).isZero();
    t.clearSent();
    t.send(tcp().seq(1).ack(15_001));
    t.clearSent();
  }

  @Test
  void aDuplicateReportedWidensTheReorderingWindow() {
    tenInFlight();
    // what was sent again arrives twice
    t.send(tcp().seq(1).ack(1).sack(1001, 5001));
    t.expect(tcp().seq(1).ack(1).len(1000));
    t.send(tcp().seq(1).ack(5001));
    t.after(40);
    t.send(tcp().seq(1).ack(5001).sack(1, 1001));
    t.send(tcp().seq(1).ack(10_001));
    assertThat(t.engine.counters().tcpDsackRecv).isOne();
    t.write(5000);
    t.expect(tcp().seq(10_001).ack(1).len(5000));
    t.after(40);
    // twice a quarter of 40 ms
    t.send(tcp().seq(1).ack(10_001).sack(11_001, 12_001)).after(16).expectNothing();
    t.after(8);
    t.expect(tcp().seq(10_001).ack(1).len(1000));
    t.clearSent();
  }

  // ---- tail-loss probes

  @Test
  void aLostTailIsFoundByAProbeRatherThanTheTimer() {
    TcpSocket s = sack();
    t.write(3000);
    t.next();
    // two round trips and 8 ms
    assertThat(t.awaitSent(1000)).isBetween(87L, 90L);
    t.expect(tcp().seq(2001).ack(1).len(1000));
    t.after(40);
    t.send(tcp().seq(1).ack(1).sack(2001, 3001)).after(12);
    t.expect(tcp().seq(1).ack(1).len(1000));
    t.after(40).send(tcp().seq(1).ack(1001).sack(2001, 3001));
    t.expect(tcp().seq(1001).ack(1).len(1000));
    t.send(tcp().seq(1).ack(3001)).expectNothing();
    assertThat(t.engine.counters().tcpLossProbes).isOne();
    assertThat(t.engine.counters().tcpTimeouts).isZero();
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.OPEN);
  }

  @Test
  void aProbeIsNewDataWhereThereIsSome() {
    sack();
    t.write(14_000);
    t.expect(tcp().seq(1).ack(1).len(10_000));
    assertThat(t.awaitSent(1000)).isBetween(87L, 90L);
    t.expect(tcp().seq(10_001).ack(1).len(1000));
    // and only one: then the timer
    assertThat(t.awaitSent(2000)).isGreaterThan(150);
    t.expect(tcp().seq(1).ack(1).len(1000));
    assertThat(t.engine.counters().tcpTimeouts).isOne();
  }

  @Test
  void aLossThatTheProbeItselfRepairedReducesTheWindow() {
    TcpSocket s = sack();
    t.write(3000);
    t.next();
    t.after(40).send(tcp().seq(1).ack(2001));
    int before = s.cwnd;
    // a single segment may wait for a delayed ACK: 2 * 40 + 200 ms, but the time-out is sooner
    assertThat(t.awaitSent(1000)).isBetween(235L, 245L);
    t.expect(tcp().psh().seq(2001).ack(1).len(1000));
    assertThat(t.engine.counters().tcpTimeouts).isZero();
    t.write(1000);
    t.clearSent();
    t.after(40).send(tcp().seq(1).ack(4001));
    assertThat(s.cwnd).isLessThan(before);
    assertThat(t.engine.counters().tcpLossProbeRecovery).isOne();
  }

  @Test
  void thePureDuplicateOfAPeerWithoutDsackSaysThatTheProbeWasNeedless() {
    TcpSocket s = sack();
    t.write(3000);
    t.next();
    t.awaitSent(1000);
    t.expect(tcp().psh().seq(2001).ack(1).len(1000));
    t.send(tcp().seq(1).ack(3001));
    assertThat(s.probeOutstanding).isTrue();
    t.send(tcp().seq(1).ack(3001));
    assertThat(s.probeOutstanding).isFalse();
    t.write(1000);
    t.clearSent();
    t.send(tcp().seq(1).ack(4001));
    assertThat(t.engine.counters().tcpLossProbeRecovery).isZero();
  }

  @Test
  void aProbeOfWhatHadArrivedCostsNothing() {
    TcpSocket s = sack();
    t.write(4000);
    t.next();
    t.awaitSent(1000);
    t.expect(tcp().seq(3001).ack(1).len(1000));
    int before = s.cwnd;
    t.send(tcp().seq(1).ack(4001));
    t.send(tcp().seq(1).ack(4001).sack(3001, 4001)).expectNothing();
    assertThat(s.cwnd).isGreaterThanOrEqualTo(before);
    assertThat(s.probeOutstanding).isFalse();
    assertThat(t.engine.counters().tcpLossProbeRecovery).isZero();
  }

  @Test
  void whatIsLostBeyondTheRepairIsRepairedNext() {
    TcpSocket s = tenInFlight();
    t.write(20_000);
    t.clearSent();
    t.send(tcp().seq(1).ack(1).sack(1001, 5001));
    t.clearSent();
    t.send(tcp().seq(1).ack(1).sack(1001, 10_001));
    t.clearSent();
    t.after(40);
    int point = s.recoveryPoint - s.iss;
    int end = s.sndNxt - s.iss;
    assertThat(end).isGreaterThan(point + 2000);
    // the repair ends by an ACK that says in the same breath that something behind it is lost
    t.send(tcp().seq(1).ack(point).sack(point + 1000, end));
    t.after(12);
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.RECOVERY);
    Segment again = t.next();
    while (again.seq != null && again.seq != point) {
      again = t.next();
    }
    assertThat(t.engine.counters().tcpTimeouts).isZero();
    t.clearSent();
  }

  @Test
  void blocksAreTakenInOrderWhateverTheirOrderInTheAck() {
    tenInFlight();
    // an ACK was lost, so the older block is news too: that is no reordering
    t.send(tcp().seq(1).ack(1).sack(5001, 6001, 2001, 3001));
    t.send(tcp().seq(1).ack(1).sack(6001, 7001, 5001, 6001, 2001, 3001));
    t.expect(tcp().seq(1).ack(1).len(1000));
    t.clearSent();
  }

  @Test
  void aWindowThatIsFullLeavesNoRoomForTwoNewSegmentsOfForwardRto() {
    TcpSocket s = t.established(tcp().mss(1000).sackOk().win(10_000));
    t.write(20_000);
    t.expect(tcp().seq(1).ack(1).len(10_000));
    while (s.phase != LossRecovery.Phase.LOSS) {
      t.after(1);
    }
    t.clearSent();
    // the window's right edge stays: nothing new may go, so the repair goes on at once
    t.after(40).send(tcp().seq(1).ack(1001).win(9000));
    t.expect(tcp().seq(1001).ack(1).len(2000));
    t.clearSent();
  }

  // ---- the window during a repair

  @Test
  void asMuchIsSentAsIsDeliveredInProportion() {
    TcpSocket s = tenInFlight();
    t.write(20_000);
    // 1 is lost; each ACK reports one more
    int sent = 0;
    for (int i = 2; i <= 10; i++) {
      t.send(tcp().seq(1).ack(1).sack(1001, 1000 * i + 1));
      while (t.pendingSent() > 0) {
        Segment segment = t.next();
        sent += segment.length == null ? 0 : segment.length;
      }
      if (s.phase == LossRecovery.Phase.RECOVERY) {
        assertThat(LossRecovery.pipe(s)).isLessThanOrEqualTo(Math.max(s.ssthresh, 9000));
      }
    }
    // limited transmit before (RFC 3042), half of it after
    assertThat(s.ssthresh).isBetween(5000, 6000);
    assertThat(LossRecovery.pipe(s)).isBetween(4000, 6000);
    assertThat(sent).isBetween(5000, 7000);
    t.send(tcp().seq(1).ack(s.sndNxt - s.iss));
    assertThat(s.cwnd).isEqualTo(s.ssthresh);
    t.clearSent();
  }

  // ---- D-SACK of ours

  @Test
  void whatArrivesTwiceIsReportedOnce() {
    sack();
    t.send(tcp().seq(1).ack(1).len(1000));
    t.read(1, 1000);
    t.clearSent();
    t.send(tcp().seq(1).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1001).sack(1, 1001));
    t.send(tcp().seq(3001).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1001).sack(3001, 4001));
    t.send(tcp().seq(5001).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1001).sack(5001, 6001, 3001, 4001));
    // inside a block: the block itself stands behind it
    t.send(tcp().seq(3001).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1001).sack(3001, 4001, 3001, 4001, 5001, 6001));
    // the begin of a segment is old
    t.send(tcp().seq(501).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1501).sack(501, 1001, 3001, 4001, 5001, 6001));
    assertThat(t.engine.counters().tcpDsackOldSent).isEqualTo(2);
    assertThat(t.engine.counters().tcpDsackOfoSent).isOne();
    t.read(1001, 500);
    t.clearSent();
  }

  @Test
  void withoutSackNothingIsReported() {
    t.established(tcp().mss(1000));
    t.send(tcp().seq(1).ack(1).len(1000));
    t.read(1, 1000);
    t.clearSent();
    t.send(tcp().seq(1).ack(1).len(1000));
    t.expect(tcp().seq(1).ack(1001).sack());
  }

  // ---- taking back

  @Test
  void timestampsProveThatAFastRetransmitWasNeedless() {
    TcpSocket s = tenInFlight(tcp().mss(1012).sackOk().ts(100, 0));
    int echo = s.timestamp(t.loop.now() - 40_000_000);
    int window = s.cwnd;
    t.send(tcp().seq(1).ack(1).ts(140, echo).sack(1001, 5001));
    t.expect(tcp().seq(1).ack(1).len(1000));
    assertThat(s.ssthresh).isLessThan(10_000);
    // the ACK of the first transmission
    t.send(tcp().seq(1).ack(5001).ts(141, echo));
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.OPEN);
    assertThat(s.cwnd).isGreaterThanOrEqualTo(window);
    assertThat(s.ssthresh).isEqualTo(Integer.MAX_VALUE);
    assertThat(t.engine.counters().tcpPartialUndo).isOne();
    t.send(tcp().seq(1).ack(10_001).ts(142, echo)).expectNothing();
  }

  @Test
  void duplicatesProveThatAFastRetransmitWasNeedless() {
    TcpSocket s = tenInFlight();
    int window = s.cwnd;
    t.send(tcp().seq(1).ack(1).sack(1001, 5001));
    t.expect(tcp().seq(1).ack(1).len(1000));
    t.send(tcp().seq(1).ack(10_001));
    assertThat(s.cwnd).isLessThan(window);
    t.send(tcp().seq(1).ack(10_001).sack(1, 1001));
    assertThat(s.cwnd).isGreaterThanOrEqualTo(window);
    assertThat(t.engine.counters().tcpDsackUndo).isOne();
    t.expectNothing();
  }

  @Test
  void oneDuplicateOfTwoRetransmissionsProvesNothing() {
    TcpSocket s = tenInFlight();
    t.send(tcp().seq(1).ack(1).sack(1001, 2001, 3001, 8001));
    t.expect(tcp().seq(1).ack(1).len(1000));
    t.send(tcp().seq(1).ack(1).sack(1001, 2001, 3001, 10_001));
    t.expect(tcp().seq(2001).ack(1).len(1000));
    t.send(tcp().seq(1).ack(10_001));
    int window = s.cwnd;
    t.send(tcp().seq(1).ack(10_001).sack(1, 1001));
    assertThat(s.cwnd).isEqualTo(window);
    assertThat(t.engine.counters().tcpDsackUndo).isZero();
  }

  @Test
  void aTimeoutThatCameTooEarlyIsTakenBackByForwardRto() {
    TcpSocket s = tenInFlight();
    int window = s.cwnd;
    t.write(1000);
    t.clearSent();
    t.awaitSent(1000);
    t.clearSent();
    while (s.phase != LossRecovery.Phase.LOSS) {
      t.after(1);
    }
    t.clearSent();
    assertThat(s.cwnd).isLessThan(window);
    // the ACKs were only late: of what was never sent again
    t.send(tcp().seq(1).ack(5001));
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.OPEN);
    assertThat(s.cwnd).isGreaterThanOrEqualTo(window);
    assertThat(s.ssthresh).isEqualTo(Integer.MAX_VALUE);
    assertThat(t.engine.counters().tcpSpuriousRtos).isOne();
    t.clearSent();
    t.after(100);
    assertThat(t.engine.counters().retransSegs).isLessThanOrEqualTo(2);
    t.clearSent();
  }

  @Test
  void withoutSackAnAckOfTheRetransmissionProvesNothing() {
    TcpSocket s = t.established(tcp().mss(1000));
    t.write(3000);
    t.next();
    // the first is lost, the others wait at the peer: two duplicates are too few
    t.after(40).send(tcp().seq(1).ack(1)).send(tcp().seq(1).ack(1));
    t.awaitSent(1000);
    t.expect(tcp().seq(1).ack(1).len(1000));
    t.after(40).send(tcp().seq(1).ack(3001));
    assertThat(t.engine.counters().tcpSpuriousRtos).isZero();
    assertThat(s.ssthresh).isEqualTo(2000);
    assertThat(s.cwnd).isLessThan(5000);
  }

  @Test
  void withoutSackTheAckAfterTwoNewSegmentsProvesIt() {
    TcpSocket s = t.established(tcp().mss(1000));
    t.write(20_000);
    t.next();
    t.awaitSent(1000);
    t.expect(tcp().seq(1).ack(1).len(1000));
    // late, not lost: the ACK of the first transmission of the first
    t.send(tcp().seq(1).ack(1001));
    t.expect(tcp().seq(10_001).ack(1).len(2000));
    t.send(tcp().seq(1).ack(2001));
    assertThat(t.engine.counters().tcpSpuriousRtos).isOne();
    assertThat(s.cwnd).isGreaterThanOrEqualTo(10_000);
    t.clearSent();
  }

  @Test
  void whatIsSentMeanwhileDoesNotMoveTheTimeout() {
    TcpSocket s = sack();
    s.noDelay(true);
    long start = t.loop.now();
    for (int i = 0; t.engine.counters().tcpLossProbes == 0 && i < 100; i++) {
      t.write(10);
      t.after(20);
    }
    t.clearSent();
    // the round trip of the handshake was 40 ms; a single segment's probe waits no longer than that
    assertThat((t.loop.now() - start) / 1_000_000).isBetween(240L, 280L);
  }

  @Test
  void aTimeoutThatWasRightGoesOnAfterTwoNewSegments() {
    TcpSocket s = sack();
    t.write(20_000);
    t.expect(tcp().seq(1).ack(1).len(10_000));
    while (s.phase != LossRecovery.Phase.LOSS) {
      t.after(1);
    }
    t.expect(tcp().seq(10_001).ack(1).len(1000)); // the tail-loss probe
    t.expect(tcp().seq(1).ack(1).len(1000));
    t.expectNothing();
    t.after(40).send(tcp().seq(1).ack(1001));
    // RFC 5682: two new segments tell whether the others are only late
    t.expect(tcp().seq(11_001).ack(1).len(2000));
    t.expectNothing();
    t.after(40).send(tcp().seq(1).ack(1001).sack(11_001, 12_001));
    Segment again = t.next();
    assertThat(again.seq).isEqualTo(1001);
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.LOSS);
    assertThat(t.engine.counters().tcpSpuriousRtos).isZero();
    t.clearSent();
  }

  @Test
  void aTimeoutThatCameTooEarlyIsTakenBackByTimestamps() {
    TcpSocket s = t.established(tcp().mss(1012).ts(100, 0));
    t.write(10_000);
    t.next();
    int echo = s.timestamp(t.loop.now());
    int window = s.cwnd;
    t.awaitSent(1000);
    t.expect(tcp().seq(1).ack(1).len(1000));
    assertThat(s.cwnd).isEqualTo(1000);
    t.send(tcp().seq(1).ack(1001).ts(300, echo));
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.OPEN);
    assertThat(s.cwnd).isGreaterThanOrEqualTo(window);
    t.expectNothing();
    t.send(tcp().seq(1).ack(10_001).ts(301, echo)).expectNothing();
    assertThat(t.engine.counters().tcpLossUndo).isOne();
  }
}
