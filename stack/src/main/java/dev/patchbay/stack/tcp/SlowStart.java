package dev.patchbay.stack.tcp;

/**
 * Slow start (RFC 5681 section 3.1) that ends before it overruns the path: HyStart++ (RFC 9406),
 * for the first slow start of a connection. A round trip that grew longer than that of the round
 * before begins Conservative Slow Start, which either proves that it was chance or ends in
 * congestion avoidance. The limit L of RFC 9406 is not used: an ACK here may stand for a burst.
 *
 * <p>Where a queue takes all and nothing is lost the window ends at six to thirteen times what the
 * path holds ({@code HyStartTest}): that is the RFC's, not chance. A round trip is seen to have
 * grown in the round after, when the window is twice to four times too large, and five rounds of a
 * quarter more make it three times that. Linux's HyStart ends at once, and too early on some paths.
 */
final class SlowStart {
  private static final long MIN_RTT_THRESH = 4_000_000;
  private static final long MAX_RTT_THRESH = 16_000_000;
  private static final int MIN_RTT_DIVISOR = 8;
  private static final int N_RTT_SAMPLE = 8;
  private static final int CSS_GROWTH_DIVISOR = 4;
  private static final int CSS_ROUNDS = 5;
  private static final long INFINITE = Long.MAX_VALUE;

  private int windowEnd;
  private boolean inRound;
  private long lastRoundMinRtt = INFINITE;
  private long currentRoundMinRtt = INFINITE;
  private int samples;
  private long samplesSeen;
  private boolean conservative;
  private int rounds;
  private long baselineMinRtt = INFINITE;

  /**
   * Grows {@link TcpSocket#cwnd} for {@code acked} bytes.
   *
   * @return those that are left for congestion avoidance, since the threshold was reached
   */
  int onAck(TcpSocket s, int acked) {
    boolean first = s.ssthresh == Integer.MAX_VALUE;
    if (first) {
      measure(s);
    }
    // what was not used says nothing about the path (RFC 7661, as Linux has it)
    boolean used = s.cwndLimited || s.cwnd < 2L * s.maxFlight;
    int left = used ? grow(s, acked) : 0;
    if (first && s.sndUna - windowEnd >= 0) {
      endOfRound(s, used);
    }
    return left;
  }

  private int grow(TcpSocket s, int acked) {
    int growth = conservative ? acked / CSS_GROWTH_DIVISOR : acked;
    int grown = (int) Math.min((long) s.cwnd + growth, s.ssthresh);
    int left = growth - (grown - s.cwnd);
    s.cwnd = Math.min(grown, TcpSocket.MAX_CWND);
    return left;
  }

  private void measure(TcpSocket s) {
    if (!inRound) {
      inRound = true;
      windowEnd = s.sndNxt;
    }
    if (s.rtt.samples() == samplesSeen) {
      return;
    }
    samplesSeen = s.rtt.samples();
    currentRoundMinRtt = Math.min(currentRoundMinRtt, s.rtt.latest());
    samples++;
    if (samples < N_RTT_SAMPLE) {
      return;
    }
    if (conservative) {
      if (currentRoundMinRtt < baselineMinRtt) {
        baselineMinRtt = INFINITE;
        conservative = false;
      }
    } else if (lastRoundMinRtt != INFINITE) {
      long threshold =
          Math.max(MIN_RTT_THRESH, Math.min(lastRoundMinRtt / MIN_RTT_DIVISOR, MAX_RTT_THRESH));
      if (currentRoundMinRtt >= lastRoundMinRtt + threshold) {
        baselineMinRtt = currentRoundMinRtt;
        conservative = true;
        rounds = 0;
      }
    }
  }

  /** {@code used}: the window was, and what was sent says whether it is too large. */
  private void endOfRound(TcpSocket s, boolean used) {
    lastRoundMinRtt = currentRoundMinRtt;
    currentRoundMinRtt = INFINITE;
    samples = 0;
    windowEnd = s.sndNxt;
    if (conservative && used && ++rounds >= CSS_ROUNDS) {
      s.ssthresh = s.cwnd;
    }
  }
}
