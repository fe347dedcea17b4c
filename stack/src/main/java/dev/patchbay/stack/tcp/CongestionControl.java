package dev.patchbay.stack.tcp;

/**
 * How much may be in flight. One instance per socket, told of events by {@link LossRecovery}; it
 * works on {@link TcpSocket#cwnd} and {@link TcpSocket#ssthresh} (bytes). Detection and repair of
 * losses are not its business.
 */
interface CongestionControl {
  /** Name as {@code ss -i} prints it. */
  String name();

  /** The first window (RFC 6928), and after an idle time (RFC 5681 section 4.1). */
  void restart(TcpSocket s);

  /**
   * {@code acked} new bytes were acknowledged while nothing is being repaired, or in slow start
   * after a time-out.
   */
  void onAck(TcpSocket s, int acked, long now);

  /**
   * A loss was found by duplicates or SACK: the threshold that the window is to have after its
   * repair.
   */
  int thresholdAfterLoss(TcpSocket s);

  /** The retransmission timer expired for the first time for what is in flight. */
  int thresholdAfterTimeout(TcpSocket s);
}
