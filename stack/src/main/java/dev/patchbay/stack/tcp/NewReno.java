package dev.patchbay.stack.tcp;

/** RFC 5681 with byte counting as RFC 3465 and Linux have it. */
final class NewReno implements CongestionControl {
  static final String NAME = "reno";

  private final SlowStart slowStart = new SlowStart();
  private int bytesAcked;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void restart(TcpSocket s, long now) {
    s.cwnd = Math.min(s.cwnd, s.initialWindow());
    bytesAcked = 0;
  }

  @Override
  public void onAck(TcpSocket s, int acked, long now) {
    int left = s.cwnd < s.ssthresh ? slowStart.onAck(s, acked) : acked;
    if (left <= 0 || !s.cwndLimited) {
      return;
    }
    bytesAcked += left;
    if (bytesAcked >= s.cwnd) {
      bytesAcked -= s.cwnd;
      s.cwnd = Math.min(s.cwnd + s.sendMss, TcpSocket.MAX_CWND);
    }
  }

  @Override
  public int thresholdAfterLoss(TcpSocket s, int flight) {
    // equation (4): ssthresh = max (FlightSize / 2, 2*SMSS)
    return Math.max(flight / 2, 2 * s.sendMss);
  }

  @Override
  public int thresholdAfterTimeout(TcpSocket s) {
    bytesAcked = 0;
    return thresholdAfterLoss(s, s.flight());
  }

  @Override
  public void undo() {
    // the window that comes back is all there is
  }
}
