package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** CUBIC (RFC 9438), HyStart++ (RFC 9406), and which of the algorithms a socket has. */
class CongestionTest {
  private static final int MSS = 1000;
  private final TcpTester t = new TcpTester();
  private int acked = 1;

  CongestionTest() {
    t.handshakeMillis = 40;
  }

  @AfterEach
  void noLeaks() {
    t.end();
  }

  private TcpSocket bulk() {
    TcpSocket s = t.established(tcp().mss(MSS).sackOk().scale(10));
    s.sendBuffer(1 << 20);
    return s;
  }

  /** Fills the window and acknowledges it segment by segment after {@code millis}. */
  private void round(TcpSocket s, long millis) {
    t.write(1 << 20);
    t.after(millis);
    int end = s.sndNxt - s.iss;
    while (acked != end) {
      acked = Math.min(acked + MSS, end);
      t.send(tcp().seq(1).ack(acked));
    }
    t.clearSent();
  }

  /** Three that overtake the first, and the whole window. */
  private void lose(TcpSocket s, long millis) {
    t.write(1 << 20);
    t.after(millis);
    t.send(tcp().seq(1).ack(acked).sack(acked + MSS, acked + 5 * MSS));
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.RECOVERY);
    t.after(millis);
    acked = s.sndNxt - s.iss;
    t.send(tcp().seq(1).ack(acked));
    assertThat(s.phase).isEqualTo(LossRecovery.Phase.OPEN);
    t.clearSent();
  }

  private TcpSocket afterLossAt(int segments) {
    TcpSocket s = bulk();
    s.ssthresh = segments * MSS;
    while (s.cwnd < segments * MSS) {
      round(s, 100);
    }
    s.cwnd = segments * MSS;
    lose(s, 100);
    return s;
  }

  @Test
  void aLossLeavesSevenTenths() {
    TcpSocket s = afterLossAt(200);
    assertThat(s.cwnd).isEqualTo(140 * MSS);
    assertThat(s.ssthresh).isEqualTo(140 * MSS);
    assertThat(t.socket().info().congestionControl()).isEqualTo("cubic");
  }

  @Test
  void theWindowIsFlatWhereTheLossWasAndThenRisesAgain() {
    TcpSocket s = afterLossAt(400);
    // K = cbrt (400 * 0.3 / 0.4) = 6.7 s, 67 round trips
    int[] window = new int[120];
    for (int i = 0; i < window.length; i++) {
      round(s, 100);
      window[i] = s.cwnd / MSS;
    }
    double k = Math.cbrt(400 * 0.3 / 0.4);
    for (int i = 10; i < window.length; i++) {
      double t = 0.1 * (i + 1) - k;
      assertThat((double) window[i])
          .as("round %d", i)
          .isBetween(0.4 * t * t * t + 400 - 8, 0.4 * (t + 0.2) * (t + 0.2) * (t + 0.2) + 400 + 8);
    }
    assertThat(window[20] - window[10]).isGreaterThan(3 * (window[65] - window[55]));
    assertThat(window[119] - window[109]).isGreaterThan(3 * (window[75] - window[65]));
  }

  @Test
  void onAShortPathItIsNoSlowerThanReno() {
    TcpSocket s = afterLossAt(40);
    // 10 ms: the cubic function hardly moves; Reno's with this decrease grows by 0.53 a round trip
    for (int i = 0; i < 20; i++) {
      round(s, 10);
    }
    assertThat(s.cwnd / MSS).isBetween(28 + 10, 28 + 12);
  }

  @Test
  void twoLossesOneBelowTheOtherLeaveRoomForOthers() {
    TcpSocket s = afterLossAt(400);
    lose(s, 100);
    // fast convergence: the plateau is at 280 * 0.85, so that K is that of 238 - 196
    assertThat(s.cwnd).isEqualTo(196 * MSS);
    for (int i = 0; i < 47; i++) {
      round(s, 100);
    }
    assertThat(s.cwnd / MSS).isBetween(230, 246);
  }

  @Test
  void whatIsNotUsedDoesNotGrow() {
    TcpSocket s = afterLossAt(100);
    while (s.flight() > 0) {
      t.after(100);
      acked = s.sndNxt - s.iss;
      t.send(tcp().seq(1).ack(acked));
      t.clearSent();
    }
    int before = s.cwnd;
    for (int i = 0; i < 50; i++) {
      t.write(MSS);
      t.after(100);
      acked += MSS;
      t.send(tcp().seq(1).ack(acked));
      t.clearSent();
    }
    assertThat(s.cwnd).isEqualTo(before);
  }

  @Test
  void slowStartEndsWhereTheRoundTripGrows() {
    TcpSocket s = bulk();
    round(s, 40);
    round(s, 40);
    assertThat(s.cwnd).isEqualTo(40 * MSS);
    round(s, 40);
    // the queue fills: 46 ms is more than an eighth of 40
    round(s, 46);
    int before = s.cwnd;
    round(s, 46);
    // a quarter as fast
    assertThat(s.cwnd - before).isBetween(before / 4 - 3 * MSS, before / 4 + 3 * MSS);
    assertThat(s.ssthresh).isEqualTo(Integer.MAX_VALUE);
    for (int i = 0; i < 4; i++) {
      round(s, 46);
    }
    assertThat(s.ssthresh).isLessThan(Integer.MAX_VALUE);
    assertThat(s.cwnd).isLessThan(600 * MSS);
  }

  @Test
  void aRoundTripThatFallsAgainLetsSlowStartGoOn() {
    TcpSocket s = bulk();
    round(s, 40);
    round(s, 40);
    round(s, 46);
    round(s, 40);
    int before = s.cwnd;
    round(s, 40);
    assertThat(s.cwnd).isEqualTo(2 * before);
    assertThat(s.ssthresh).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void aSocketChoosesItsAlgorithm() {
    TcpSocket s = bulk();
    s.congestionControl("reno");
    assertThat(s.info().congestionControl()).isEqualTo("reno");
    assertThatThrownBy(() -> s.congestionControl("vegas"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("congestion control vegas: expected one of [cubic, reno]");
    assertThat(s.info().congestionControl()).isEqualTo("reno");
  }
}
