package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * How far slow start overruns a path whose queue has no end: the rules of RFC 9406 section 4.2,
 * written down once more, meet each ACK of a simulated transfer. Nothing is lost there, so that
 * nothing but them ends it.
 */
class HyStartTest {
  private static final long MS = 1_000_000;

  /** Section 4.2, in its words; windows are bytes, times ns. */
  private static final class Rfc9406 {
    static final long INFINITY = Long.MAX_VALUE;
    long lastRoundMinRtt = INFINITY;
    long currentRoundMinRtt = INFINITY;
    int rttSampleCount;
    int windowEnd;
    boolean inRound;
    boolean css;
    int cssRounds;
    long cssBaselineMinRtt = INFINITY;
    boolean left;
    int cwnd;
    int cwndAtCss;

    /** An ACK for {@code n} bytes, up to {@code una}; {@code nxt}: SND.NXT when it came. */
    void ack(int n, int una, int nxt, long rtt) {
      if (!inRound) {
        inRound = true;
        windowEnd = nxt;
      }
      currentRoundMinRtt = Math.min(currentRoundMinRtt, rtt);
      rttSampleCount++;
      if (rttSampleCount >= 8 && lastRoundMinRtt != INFINITY && !css) {
        long rttThresh = Math.max(4 * MS, Math.min(lastRoundMinRtt / 8, 16 * MS));
        if (currentRoundMinRtt >= lastRoundMinRtt + rttThresh) {
          cssBaselineMinRtt = currentRoundMinRtt;
          css = true;
          cssRounds = 0;
          cwndAtCss = cwnd;
        }
      } else if (rttSampleCount >= 8 && css && currentRoundMinRtt < cssBaselineMinRtt) {
        css = false;
      }
      cwnd += css ? n / 4 : n;
      if (una - windowEnd >= 0) {
        lastRoundMinRtt = currentRoundMinRtt;
        currentRoundMinRtt = INFINITY;
        rttSampleCount = 0;
        windowEnd = nxt;
        left = css && ++cssRounds == 5;
      }
    }
  }

  /** Runs until slow start has ended; returns the window then, by the product of rate and delay. */
  private static double overrun(long rate, long rtt, double atCss) {
    BulkTransfer transfer = new BulkTransfer(1, 1 << 30, rate, rtt, 1 << 30);
    transfer.receiveBuffer(8 << 20).open();
    while (!transfer.isConnected()) {
      transfer.loop.runFor(MS / 100);
    }
    TcpSocket s = transfer.socket();
    Rfc9406 rfc = new Rfc9406();
    rfc.cwnd = s.cwnd;
    int una = s.sndUna;
    int nxt = s.sndNxt;
    while (s.ssthresh == Integer.MAX_VALUE) {
      transfer.loop.runFor(MS / 100); // less than a packet takes
      if (s.sndUna != una) {
        rfc.ack(s.sndUna - una, s.sndUna, nxt, s.rtt.latest());
        assertThat(s.cwnd).as("cwnd at %d ms", transfer.loop.now() / MS).isEqualTo(rfc.cwnd);
      }
      una = s.sndUna;
      nxt = s.sndNxt;
    }
    assertThat(rfc.left).isTrue();
    assertThat(s.ssthresh).isEqualTo(rfc.cwnd);
    double product = (double) rate * rtt / 1e9;
    assertThat(rfc.cwndAtCss / product).as("at the start of CSS").isLessThan(atCss);
    return s.cwnd / product;
  }

  /**
   * The round trip of a window shows in the least of the round after it, so the window is twice or
   * four times too large when that is seen; five rounds of a quarter more make it three times that.
   */
  @Test
  void theWindowEndsWhereTheRfcLetsItEnd() {
    assertThat(overrun(1_250_000, 40 * MS, 4.5)).isBetween(12.0, 13.5);
    assertThat(overrun(6_250_000, 20 * MS, 3.0)).isBetween(8.0, 9.0);
    assertThat(overrun(6_250_000, 100 * MS, 2.1)).isBetween(5.5, 6.0);
  }

  /** Rounds and their round trips go on while the user does not use the window. */
  @Test
  void aLongerPathThatIsLearnedInQuietTimesIsNoQueue() {
    TcpTester t = new TcpTester();
    t.handshakeMillis = 40;
    TcpSocket s = t.established(tcp().mss(1000).sackOk().scale(10));
    s.sendBuffer(1 << 20);
    for (int round = 0; round < 2; round++) {
      t.write(s.cwnd);
      t.after(40);
      acknowledgeAll(t, s);
    }
    // by and by the path is 60 ms long; a segment at a time says so
    for (int i = 0; i < 100; i++) {
      t.write(1000);
      t.after(60);
      acknowledgeAll(t, s);
    }
    int window = s.cwnd;
    assertThat(window).isGreaterThan(20_000);
    t.write(1 << 20);
    t.after(60);
    acknowledgeAll(t, s);
    assertThat(s.cwnd).isEqualTo(2 * window);
    t.end();
  }

  private static void acknowledgeAll(TcpTester t, TcpSocket s) {
    int end = s.sndNxt - s.iss;
    for (int at = s.sndUna - s.iss; at < end; ) {
      at = Math.min(at + 1000, end);
      t.send(tcp().seq(1).ack(at));
    }
    t.clearSent();
  }
}
