package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a paced connection sends when: by the window's rate, or by the user's limit. */
class PacingTest {
  private static final int MSS = 1000;
  private final TcpTester t = new TcpTester();

  PacingTest() {
    t.handshakeMillis = 40;
  }

  @AfterEach
  void noLeaks() {
    t.end();
  }

  private TcpSocket bulk() {
    TcpSocket s = t.established(tcp().mss(MSS).sackOk().scale(10));
    s.sendBuffer(1 << 20);
    t.write(1 << 20);
    return s;
  }

  private static int sent(TcpSocket s) {
    return s.sndNxt - s.iss - 1;
  }

  /** Payload sent in each of the next milliseconds. */
  private int[] eachMillisecond(TcpSocket s, int count) {
    int[] bytes = new int[count];
    for (int i = 0; i < count; i++) {
      int before = sent(s);
      t.after(1);
      bytes[i] = sent(s) - before;
    }
    return bytes;
  }

  private void acknowledgeAll(TcpSocket s) {
    t.send(tcp().seq(1).ack(1 + sent(s)));
    t.clearSent();
  }

  @Test
  void withoutPacingTheWindowGoesAtOnce() {
    TcpSocket s = bulk();
    t.after(40);
    acknowledgeAll(s);
    assertThat(sent(s)).isEqualTo(30 * MSS);
    assertThat(eachMillisecond(s, 5)).containsOnly(0);
    t.clearSent();
  }

  @Test
  void inSlowStartTwoWindowsGoPerRoundTrip() {
    t.config.pacing = true;
    TcpSocket s = bulk();
    // the initial window is not spread
    assertThat(sent(s)).isEqualTo(10 * MSS);
    t.after(40);
    acknowledgeAll(s);
    // 20 segments in flight at most, 2 * 20 of them in 40 ms: one a millisecond
    assertThat(s.cwnd).isEqualTo(20 * MSS);
    assertThat(s.info().pacingRate()).isEqualTo(1_000_000);
    // two were due while it waited, two are a tick's worth
    assertThat(sent(s)).isEqualTo(14 * MSS);
    int[] bytes = eachMillisecond(s, 20);
    assertThat(Arrays.stream(bytes).max().orElseThrow()).isLessThanOrEqualTo(2 * MSS);
    assertThat(sent(s)).isEqualTo(30 * MSS);
    t.clearSent();
  }

  @Test
  void afterwardsTheWindowLastsMostOfTheRoundTrip() {
    t.config.pacing = true;
    TcpSocket s = bulk();
    s.ssthresh = 10 * MSS;
    t.after(40);
    acknowledgeAll(s);
    long rate = s.cwnd * 120L / 100 * 25;
    assertThat(s.info().pacingRate()).isEqualTo(rate);
    int begun = sent(s);
    eachMillisecond(s, 20);
    assertThat((double) (sent(s) - begun)).isBetween(rate * 0.020 - 3 * MSS, rate * 0.020 + MSS);
    t.clearSent();
  }

  @Test
  void theUsersLimitHolds() {
    TcpSocket s = t.established(tcp().mss(MSS).sackOk().scale(10));
    s.sendBuffer(1 << 20);
    s.maxPacingRate(100_000);
    t.write(1 << 20);
    int begun = sent(s);
    assertThat(begun).isLessThanOrEqualTo(2 * MSS);
    // acknowledged at once, so that the window is no limit
    for (int i = 0; i < 500; i++) {
      t.after(1);
      acknowledgeAll(s);
    }
    assertThat(sent(s) - begun).isBetween(48 * MSS, 51 * MSS);
    assertThat(s.info().maxPacingRate()).isEqualTo(100_000);
    s.maxPacingRate(Long.MAX_VALUE);
    assertThatThrownBy(() -> s.maxPacingRate(99)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aLimitBelowASegmentInASecondHoldsToo() {
    TcpSocket s = t.established(tcp().mss(MSS).sackOk().scale(10));
    s.sendBuffer(1 << 20);
    s.maxPacingRate(1000);
    t.write(1 << 20);
    for (int i = 0; i < 20_000; i++) {
      t.after(1);
      acknowledgeAll(s);
    }
    // two segments at once are the least burst
    assertThat(sent(s)).isBetween(20 * MSS, 22 * MSS);
    assertThat(t.engine.counters().tcpWinProbe).isZero();
  }

  @Test
  void aHigherLimitHoldsAtOnce() {
    TcpSocket s = t.established(tcp().mss(MSS).sackOk().scale(10));
    s.sendBuffer(1 << 20);
    s.maxPacingRate(100);
    t.write(1 << 20);
    t.after(1);
    acknowledgeAll(s);
    int begun = sent(s);
    t.after(1000);
    assertThat(sent(s)).as("20 s are to pass").isEqualTo(begun);
    s.maxPacingRate(1_000_000);
    t.loop.turn();
    assertThat(sent(s)).isGreaterThan(begun);
    t.clearSent();
  }

  @Test
  void whatIsLostGoesAgainAtTheRate() {
    TcpSocket s = t.established(tcp().mss(MSS).sackOk().scale(10));
    s.sendBuffer(1 << 20);
    s.cwnd = 40 * MSS;
    t.write(40 * MSS);
    t.after(40);
    s.maxPacingRate(1_000_000);
    t.clearSent();
    t.send(tcp().seq(1).ack(1).sack(20 * MSS + 1, 40 * MSS + 1));
    long first = s.bytesRetransmitted;
    assertThat(first).isBetween(1L * MSS, 4L * MSS);
    t.after(1);
    assertThat(s.bytesRetransmitted - first).isLessThanOrEqualTo(2L * MSS);
    t.after(9);
    assertThat(s.bytesRetransmitted - first).isBetween(9L * MSS, 11L * MSS);
    t.clearSent();
  }

  @Test
  void theFirstWindowGoesAtOnceHoweverManyAcknowledgementsWentBefore() {
    t.config.pacing = true;
    t.established(tcp().mss(MSS).sackOk().scale(10));
    for (int i = 0; i < 12; i++) {
      t.send(tcp().seq(1 + 10 * i).ack(1).len(10)).after(300);
      t.read(1 + 10 * i, 10);
    }
    t.clearSent();
    TcpSocket s = t.socket();
    assertThat(s.info().segmentsOut()).isGreaterThan(10);
    s.sendBuffer(1 << 20);
    t.write(1 << 20);
    assertThat(sent(s)).isEqualTo(10 * MSS);
    t.clearSent();
  }

  @Test
  void aTailLossProbeOfNewDataKeepsToTheRate() {
    TcpSocket s = t.established(tcp().mss(MSS).sackOk().scale(10));
    s.maxPacingRate(10 * MSS);
    s.sendBuffer(1 << 20);
    t.write(1 << 20);
    assertThat(sent(s)).isEqualTo(2 * MSS);
    // the probe is due after two round trips of 40 ms and 8 ms, the next data after 200 ms
    t.after(190);
    assertThat(sent(s)).isEqualTo(2 * MSS);
    assertThat(t.engine.counters().tcpLossProbes).isZero();
    t.after(11);
    assertThat(sent(s)).isEqualTo(4 * MSS);
    t.clearSent();
  }
}
