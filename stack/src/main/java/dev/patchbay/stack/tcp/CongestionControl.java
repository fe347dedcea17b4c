package dev.patchbay.stack.tcp;

import java.util.List;

/**
 * How much may be in flight. One instance per socket, told of events by {@link LossRecovery}; it
 * works on {@link TcpSocket#cwnd} and {@link TcpSocket#ssthresh} (bytes). Detection and repair of
 * losses are not its business.
 */
interface CongestionControl {
  /** The names that {@link #named} knows, Linux's; the first is the default. */
  List<String> NAMES = List.of(Cubic.NAME, NewReno.NAME);

  /**
   * A new instance.
   *
   * @throws IllegalArgumentException for a name that is not one of {@link #NAMES}
   */
  static CongestionControl named(String name) {
    return switch (name) {
      case Cubic.NAME -> new Cubic();
      case NewReno.NAME -> new NewReno();
      default ->
          throw new IllegalArgumentException(
              "congestion control " + name + ": expected one of " + NAMES);
    };
  }

  /** Name as {@code ss -i} prints it. */
  String name();

  /** Nothing was sent for longer than a retransmission time-out (RFC 5681 section 4.1). */
  void restart(TcpSocket s, long now);

  /**
   * {@code acked} new bytes were acknowledged while nothing is being repaired, or in slow start
   * after a time-out.
   */
  void onAck(TcpSocket s, int acked, long now);

  /**
   * A loss was found by duplicates or SACK, or a mark: the threshold that the window is to have
   * after its repair.
   *
   * @param flight bytes that were in flight when it was found
   */
  int thresholdAfterLoss(TcpSocket s, int flight);

  /** The retransmission timer expired for the first time for what is in flight. */
  int thresholdAfterTimeout(TcpSocket s);

  /** The last loss or time-out was none: its effect on the algorithm is taken back. */
  void undo();
}
