package dev.patchbay.stack.tcp;

/**
 * CUBIC (RFC 9438): after a loss the window grows as a cubic function of time that is flat where
 * the loss was, and never slower than Reno's would on the same path. Windows are bytes, times
 * seconds.
 */
final class Cubic implements CongestionControl {
  static final String NAME = "cubic";

  /** Section 5: segments per second cubed. */
  private static final double C = 0.4;

  /** Section 4.6. */
  private static final double BETA = 0.7;

  /** Section 4.3: what makes Reno's growth with this decrease as fast as with a half. */
  private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);

  private final SlowStart slowStart = new SlowStart();
  private double maximum;
  private double prior;
  private double k;
  private double reno;
  private boolean inEpoch;
  private long epochStart;
  private long lastAck;

  /** Growth below a byte. */
  private double fraction;

  private double undoMaximum;
  private double undoPrior;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void restart(TcpSocket s, long now) {
    s.cwnd = Math.min(s.cwnd, s.initialWindow());
    // section 5.8: nor does the time in which nothing was sent
    inEpoch = false;
  }

  @Override
  public void onAck(TcpSocket s, int acked, long now) {
    long before = lastAck;
    lastAck = now;
    int left = s.cwnd < s.ssthresh ? slowStart.onAck(s, acked) : acked;
    if (!s.cwndLimited) {
      // section 5.8: the time in which the window was not used does not count
      epochStart += now - before;
      return;
    }
    if (left <= 0) {
      return;
    }
    if (!inEpoch) {
      begin(s, now);
    }
    grow(s, left, (now - epochStart) / 1e9);
  }

  private void begin(TcpSocket s, long now) {
    inEpoch = true;
    epochStart = now;
    fraction = 0;
    reno = s.cwnd;
    if (s.cwnd < maximum) {
      // figure 2: K = cubic_root((W_max - cwnd_epoch) / C)
      k = Math.cbrt((maximum - s.cwnd) / s.sendMss / C);
    } else {
      k = 0;
      maximum = s.cwnd;
    }
  }

  /** Figure 1: W_cubic(t) = C*(t-K)^3 + W_max. */
  private double cubic(TcpSocket s, double t) {
    double d = t - k;
    return C * d * d * d * s.sendMss + maximum;
  }

  private void grow(TcpSocket s, int acked, double t) {
    // figure 4: W_est = W_est + alpha_cubic * segments_acked / cwnd
    double alpha = reno >= prior ? 1 : ALPHA;
    reno += alpha * acked / s.cwnd * s.sendMss;
    double window;
    if (cubic(s, t) < reno) {
      window = Math.max(reno, s.cwnd);
    } else {
      // section 4.2: the target is a round trip ahead, and at most half as much again
      double target = cubic(s, t + s.rtt.srtt() / 1e9);
      target = Math.max(s.cwnd, Math.min(target, 1.5 * s.cwnd));
      window = s.cwnd + fraction + (target - s.cwnd) / s.cwnd * acked;
    }
    int whole = (int) Math.min(window, TcpSocket.MAX_CWND);
    fraction = whole == TcpSocket.MAX_CWND ? 0 : window - whole;
    s.cwnd = whole;
  }

  @Override
  public int thresholdAfterLoss(TcpSocket s, int flight) {
    undoMaximum = maximum;
    undoPrior = prior;
    inEpoch = false;
    double window = Math.min(s.cwnd, Math.max(flight, s.sendMss));
    // section 4.7: fast convergence
    maximum = window < maximum ? window * (1 + BETA) / 2 : window;
    prior = window;
    return Math.max((int) (window * BETA), 2 * s.sendMss);
  }

  @Override
  public int thresholdAfterTimeout(TcpSocket s) {
    return thresholdAfterLoss(s, s.flight());
  }

  @Override
  public void undo() {
    maximum = undoMaximum;
    prior = undoPrior;
    inEpoch = false;
  }
}
