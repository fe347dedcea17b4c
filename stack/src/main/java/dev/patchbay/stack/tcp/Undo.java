package dev.patchbay.stack.tcp;

/**
 * What is needed to take a reduction of the window back when the loss turns out to have been none:
 * by timestamps (Eifel, RFC 3522 and 4015), by D-SACKs for all that was sent again (RFC 3708), or
 * by F-RTO (RFC 5682), of which {@link LossRecovery} tells.
 */
final class Undo {
  /** Of connections that never lost anything: there is nothing to be taken back. */
  static final Undo NONE = new Undo();

  private boolean armed;
  private int marker;
  private int priorCwnd;
  private int priorSsthresh;
  private boolean resent;

  /** Bytes sent again of which no D-SACK has told yet. */
  private int unreported;

  /** Timestamp of the first retransmission. */
  private int stamp;

  /** The window is about to be reduced for a loss. */
  static void begin(TcpSocket s) {
    if (s.undo.isNone()) {
      s.undo = new Undo();
    }
    s.undo.arm(s);
  }

  @SuppressWarnings("ReferenceEquality") // the very object is meant
  private boolean isNone() {
    return this == NONE;
  }

  private void arm(TcpSocket s) {
    armed = true;
    // what was found out about the path's MTU in an earlier repair is not for this one to take back
    s.mtuGuessed = false;
    marker = s.sndUna;
    priorCwnd = s.cwnd;
    priorSsthresh = s.ssthresh;
    resent = false;
    unreported = 0;
  }

  /** Nothing can be taken back any more. */
  void end() {
    if (armed) {
      armed = false;
    }
  }

  /** {@code bytes} were sent again. */
  void retransmitted(TcpSocket s, int bytes, long now) {
    if (!armed) {
      return;
    }
    if (!resent) {
      resent = true;
      stamp = s.timestamp(now);
    }
    unreported += bytes;
  }

  /** A D-SACK block says that these bytes arrived twice. */
  void reported(int from, int to) {
    if (armed && resent && from - marker >= 0) {
      unreported = Math.max(0, unreported - (to - from));
    }
  }

  /** RFC 4015: the ACK at hand answers the first transmission of what was sent again. */
  boolean isProvenByTimestamp(TcpSocket s, Delivery d) {
    return armed && resent && s.timestampsOn && d.isOlderThan(stamp);
  }

  /** RFC 3708: each retransmission arrived where its first transmission had already been. */
  boolean isProvenByDuplicates() {
    return armed && resent && unreported == 0;
  }

  /** Whether there is something to be taken back. */
  boolean isArmed() {
    return armed;
  }

  /** Takes the reduction back. */
  void carryOut(TcpSocket s) {
    s.cwnd = Math.max(s.cwnd, priorCwnd);
    s.ssthresh = Math.max(s.ssthresh, priorSsthresh);
    s.congestion.undo();
    armed = false;
  }
}
