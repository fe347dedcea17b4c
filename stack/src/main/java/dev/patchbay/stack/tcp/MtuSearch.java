package dev.patchbay.stack.tcp;

/**
 * Looks for what a path carries above the length at which segments of a black hole got through (RFC
 * 4821 section 7, Linux's {@code tcp_mtu_probe}): now and then a single longer segment of the
 * stream goes out, halfway between the longest that arrived and the shortest that did not. Only a
 * connection that has met a black hole has one; {@link ControlBlock#mtuSearching} while there is
 * something to be found. Lengths are those of packets, IP header included.
 *
 * <pre>
 *   PathMtu.onTimeout      -> begins
 *   TcpOutput.sendNew      -> due, sent
 *   all of it acknowledged -> PathMtu.onAck: segments become longer (7.6.1)
 *   it alone is lost       -> failed: it is sent again in shorter ones, the window stays (7.6.2)
 *   anything is sent again -> forget: what is acknowledged may be that (7.6.4)
 * </pre>
 */
final class MtuSearch {
  /** A range below this is not worth a probe ({@code tcp_probe_threshold}). */
  private static final int LEAST_RANGE = 8;

  /** Segments of the congestion window below which none is risked. */
  private static final int LEAST_WINDOW = 11;

  private int low;
  private int high;

  /** Length of the probe that is under way, 0: none. */
  private int probe;

  private int start;
  private int end;

  /** A length that gets through and one beyond which there is nothing to be had. */
  void begin(TcpSocket s, int through, int most) {
    low = through;
    high = Math.max(low, most);
    probe = 0;
    s.mtuSearching = true;
  }

  /** ICMP says that the path carries no more. A probe that is under way fails by its loss. */
  void limit(int most) {
    high = Math.min(high, most);
    low = Math.min(low, high);
  }

  /**
   * Whether a probe is to be sent now, and how much payload it has.
   *
   * @param overhead headers and options of a segment
   * @return 0 none; -1 it waits for room, and nothing else goes before
   */
  int due(TcpSocket s, int overhead) {
    if (probe == 0 && high - low < LEAST_RANGE) {
      s.mtuSearching = false;
      return 0;
    }
    if (probe > 0
        || s.phase != LossRecovery.Phase.OPEN
        || s.cwnd < LEAST_WINDOW * s.sendMss
        || SegmentBuilder.sackLength(s) > 0) {
      return 0;
    }
    int payload = (low + high) / 2 - overhead;
    // so much behind it that its loss is found without a time-out (section 7.4)
    int needed = payload + (Scoreboard.DUP_THRESH + 1) * s.sendMss;
    if (s.unsent() < needed || s.sndWnd < needed) {
      return 0;
    }
    int pipe = LossRecovery.pipe(s);
    boolean room =
        s.sndUna + s.sndWnd - s.sndNxt >= needed
            && pipe + Math.max(payload, 2 * s.sendMss) <= s.cwnd;
    return room ? payload : pipe > 0 ? -1 : 0;
  }

  /** The probe that was due goes out with these sequence numbers. */
  void sent(int from, int to) {
    probe = (low + high) / 2;
    start = from;
    end = to;
  }

  /**
   * SND.UNA has moved.
   *
   * @return the length that got through, 0: nothing is known yet
   */
  int acknowledged(TcpSocket s) {
    if (probe == 0 || s.sndUna - end < 0) {
      return 0;
    }
    int through = probe;
    begin(s, through, high);
    return through;
  }

  /**
   * A loss was found where nothing was amiss.
   *
   * @return whether it is the probe that is lost, at the head of what is in flight: no congestion
   */
  boolean failed(TcpSocket s) {
    if (probe == 0 || s.sndUna != start) {
      return false;
    }
    begin(s, low, Math.min(high, probe - 1));
    return true;
  }

  /** What becomes of the probe under way says nothing any more. */
  void forget() {
    probe = 0;
  }
}
