package dev.patchbay.stack.tcp;

/** RFC 5681 with byte counting as RFC 3465 and Linux have it. */
final class NewReno implements CongestionControl {
  private int bytesAcked;

  @Override
  public String name() {
    return "reno";
  }

  @Override
  public void restart(TcpSocket s) {
    s.cwnd = Math.min(s.cwnd, s.initialWindow());
    bytesAcked = 0;
  }

  @Override
  public void onAck(TcpSocket s, int acked, long now) {
    int mss = s.sendMss;
    int left = acked;
    if (s.cwnd < s.ssthresh) {
      // RFC 5681 section 3.1; Linux counts all that a stretched ACK covers, not only one SMSS
      if (!s.cwndLimited && s.cwnd >= 2L * s.maxFlight) {
        return;
      }
      int grown = (int) Math.min((long) s.cwnd + left, Math.max(s.ssthresh, s.cwnd));
      left -= grown - s.cwnd;
      s.cwnd = Math.min(grown, TcpSocket.MAX_CWND);
      if (left <= 0) {
        return;
      }
    }
    if (!s.cwndLimited) {
      return;
    }
    bytesAcked += left;
    if (bytesAcked >= s.cwnd) {
      bytesAcked -= s.cwnd;
      s.cwnd = Math.min(s.cwnd + mss, TcpSocket.MAX_CWND);
    }
  }

  @Override
  public int thresholdAfterLoss(TcpSocket s) {
    // equation (4): ssthresh = max (FlightSize / 2, 2*SMSS)
    return Math.max(s.flight() / 2, 2 * s.sendMss);
  }

  @Override
  public int thresholdAfterTimeout(TcpSocket s) {
    bytesAcked = 0;
    return thresholdAfterLoss(s);
  }
}
