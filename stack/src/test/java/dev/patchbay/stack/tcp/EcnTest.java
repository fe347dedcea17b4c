package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Explicit congestion notification, RFC 3168 section 6.1. Segments have 1000 bytes. */
class EcnTest {
  private static final int ECT0 = 2;
  private static final int CE = 3;
  private final TcpTester t = new TcpTester();

  EcnTest() {
    t.config.congestionControl = "reno";
  }

  @AfterEach
  void noLeaks() {
    t.end();
  }

  /** A peer that offers it. */
  private TcpSocket agreed() {
    t.listen();
    t.send(tcp().syn().ece().cwr().seq(0).mss(1000).sackOk());
    Segment synAck = t.expect(tcp().syn().ece().ack(1));
    assertThat(synAck.tos).isZero();
    t.after(40).send(tcp().seq(1).ack(1));
    t.events.clear();
    assertThat(t.socket().info().ecn()).isTrue();
    return t.socket();
  }

  // ---- section 6.1.1

  @Test
  void aPeerThatDoesNotOfferItGetsNone() {
    t.established();
    assertThat(t.socket().info().ecn()).isFalse();
    t.write(1000);
    assertThat(t.expect(tcp().psh().seq(1).ack(1).len(1000)).tos).isZero();
  }

  @Test
  void switchedOffItIsNotAccepted() {
    t.config.ecn = 0;
    t.listen();
    t.send(tcp().syn().ece().cwr().seq(0).mss(1000));
    t.expect(tcp().syn().ack(1));
  }

  @Test
  void weOfferItWhereConfigured() {
    t.config.ecn = 1;
    t.connect();
    assertThat(t.expect(tcp().syn().ece().cwr()).tos).isZero();
    t.send(tcp().syn().ece().seq(0).ack(1).mss(1000));
    t.expect(tcp().seq(1).ack(1));
    assertThat(t.socket().info().ecn()).isTrue();
    t.write(1000);
    assertThat(t.expect(tcp().psh().seq(1).ack(1).len(1000)).tos).isEqualTo(ECT0);
  }

  @Test
  void aPeerThatOnlyReflectsTheBitsDoesNotKnowIt() {
    t.config.ecn = 1;
    t.connect();
    t.expect(tcp().syn().ece().cwr());
    t.send(tcp().syn().ece().cwr().seq(0).ack(1).mss(1000));
    t.expect(tcp().seq(1).ack(1));
    assertThat(t.socket().info().ecn()).isFalse();
  }

  @Test
  void aSynThatIsLostIsRepeatedWithoutTheOffer() {
    t.config.ecn = 1;
    t.connect();
    t.expect(tcp().syn().ece().cwr());
    t.after(1100);
    t.expect(tcp().syn());
    t.send(tcp().syn().ece().seq(0).ack(1).mss(1000));
    t.expect(tcp().seq(1).ack(1));
    assertThat(t.socket().info().ecn()).isFalse();
  }

  // ---- section 6.1.2, the sender

  @Test
  void onlyNewDataIsCapable() {
    agreed();
    t.write(1000);
    assertThat(t.expect(tcp().psh().seq(1).ack(1).len(1000)).tos).isEqualTo(ECT0);
    t.awaitSent(2000);
    assertThat(t.expect(tcp().psh().seq(1).ack(1).len(1000)).tos).as("sent again").isZero();
    t.send(tcp().seq(1).ack(1001).len(2000)).after(50);
    assertThat(t.expect(tcp().seq(1001).ack(2001)).tos).as("an ACK").isZero();
    t.read(1, 2000);
    t.clearSent();
  }

  @Test
  void anEchoForbidsATailProbeAndMovesNoTimeOut() {
    TcpSocket s = agreed();
    t.write(3000);
    long timeout = s.rtt.rto(0) / 1_000_000;
    t.after(40).send(tcp().ece().seq(1).ack(1));
    t.clearSent();
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.REDUCE);
    assertThat(t.awaitSent(2000)).isBetween(timeout - 41, timeout - 38);
    t.expect(tcp().seq(1).ack(1).len(1000));
    assertThat(t.engine.counters().tcpLossProbes).isZero();
    assertThat(t.engine.counters().tcpTimeouts).isOne();
    t.clearSent();
  }

  @Test
  void anEchoHalvesTheWindowOnceARoundTripAndIsAnswered() {
    TcpSocket s = agreed();
    t.write(30_000);
    t.expect(tcp().seq(1).ack(1).len(10_000));
    t.after(40).send(tcp().ece().seq(1).ack(1001));
    assertThat(s.ssthresh).isEqualTo(5000);
    assertThat(t.engine.counters().tcpEcnReductions).isOne();
    boolean told = false;
    int replies = 0;
    for (int ack = 2001; ack <= 10_001; ack += 1000) {
      t.send(tcp().ece().seq(1).ack(ack));
      while (t.pendingSent() > 0) {
        Segment segment = t.next();
        boolean cwr = (segment.flags & 0x80) != 0;
        assertThat(cwr).as("the first new segment tells, no other").isEqualTo(!told);
        told = true;
        replies++;
      }
    }
    assertThat(replies).isBetween(3, 6);
    assertThat(s.ssthresh).as("once").isEqualTo(5000);
    assertThat(s.cwnd).isEqualTo(5000);
    // the next window may be reduced again
    t.send(tcp().ece().seq(1).ack(s.sndNxt - s.iss - 1000));
    assertThat(t.engine.counters().tcpEcnReductions).isEqualTo(2);
    assertThat(t.engine.counters().retransSegs).isZero();
    t.clearSent();
  }

  @Test
  void aLossAmongMarksReducesNoMore() {
    TcpSocket s = agreed();
    t.write(30_000);
    t.clearSent();
    t.after(40).send(tcp().ece().seq(1).ack(1001));
    t.send(tcp().ece().seq(1).ack(1001).sack(2001, 6001));
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.RECOVERY);
    assertThat(s.ssthresh).isEqualTo(5000);
    t.clearSent();
  }

  @Test
  void theEchoOnTheAckOfAllIsAboutWhatWasInFlight() {
    TcpSocket s = agreed();
    t.write(10_000);
    t.clearSent();
    t.after(40).send(tcp().ece().seq(1).ack(10_001));
    assertThat(s.ssthresh).isEqualTo(5000);
    assertThat(s.cwnd).isEqualTo(5000);
    // and one while nothing is in flight about nothing of ours
    t.send(tcp().ece().seq(1).ack(10_001).len(1000));
    assertThat(s.ssthresh).isEqualTo(5000);
    t.read(1, 1000);
    t.clearSent();
  }

  @Test
  void withoutAgreementAnEchoMeansNothing() {
    TcpSocket s = t.established();
    t.write(5000);
    t.clearSent();
    t.send(tcp().ece().seq(1).ack(1001));
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.OPEN);
    assertThat(s.ssthresh).isEqualTo(Integer.MAX_VALUE);
  }

  // ---- section 6.1.3, the receiver

  @Test
  void aMarkIsEchoedUntilThePeerHasSlowedDown() {
    TcpSocket s = agreed();
    t.send(tcp().seq(1).ack(1).len(1000).tos(ECT0));
    s.quickAcks = 0;
    t.clearSent();
    t.send(tcp().seq(1001).ack(1).len(1000).tos(CE));
    t.expect(tcp().ece().seq(1).ack(2001));
    t.send(tcp().seq(2001).ack(1).len(1000).tos(ECT0));
    t.send(tcp().seq(3001).ack(1).len(1000).tos(ECT0));
    t.expect(tcp().ece().seq(1).ack(4001));
    t.send(tcp().cwr().seq(4001).ack(1).len(1000).tos(ECT0));
    t.expect(tcp().seq(1).ack(5001));
    // marked again on the very segment
    t.send(tcp().cwr().seq(5001).ack(1).len(1000).tos(CE));
    t.expect(tcp().ece().seq(1).ack(6001));
    t.read(1, 6000);
    t.clearSent();
  }

  @Test
  void dataCarriesTheEchoToo() {
    agreed();
    t.send(tcp().seq(1).ack(1).len(1000).tos(CE));
    t.expect(tcp().ece().seq(1).ack(1001));
    t.write(100);
    t.expect(tcp().psh().ece().seq(1).ack(1001).len(100));
    t.read(1, 1000);
    t.clearSent();
  }
}
