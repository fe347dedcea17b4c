package dev.patchbay.stack.tcp;

/**
 * Recent acknowledgment (RFC 8985 section 6): what was sent well before something that was
 * delivered is lost. "Well before" is the reordering window: nothing where no reordering was seen
 * and three segments have overtaken, else a quarter of the least round trip and more as D-SACKs ask
 * for it. Finds lost retransmissions too. For connections with SACK. Times are ns.
 */
final class Rack {
  private static final int PERSIST = 16;

  private boolean any;

  /** RACK.xmit_ts, RACK.end_seq, RACK.rtt: of the newest packet that was delivered. */
  private long sentAt;

  private int end;
  private long rtt;

  /** RACK.fack: end of the highest one. */
  private int highest;

  private boolean reordering;
  private int windowMultiplier = 1;
  private int persist;
  private boolean inDsackRound;
  private int dsackRound;
  private long wait;

  /** Section 6.2 steps 2 and 3. */
  void delivered(TcpSocket s, int to, long at, boolean repeated, long now, boolean echoOfEarlier) {
    long took = now - at;
    if (repeated && (echoOfEarlier || took < s.rtt.minRtt())) {
      // most likely the first transmission of it was delivered
      return;
    }
    if (!any) {
      any = true;
      highest = to;
      sentAt = at;
      end = to;
      rtt = took;
      return;
    }
    if (isAfter(at, to, sentAt, end)) {
      sentAt = at;
      end = to;
      rtt = took;
    }
    if (to - highest > 0) {
      highest = to;
    } else if (to - highest < 0 && !repeated) {
      reordering = true;
    }
  }

  private static boolean isAfter(long at1, int end1, long at2, int end2) {
    return at1 > at2 || at1 == at2 && end1 - end2 > 0;
  }

  /** Section 6.2 step 4: a D-SACK says that the window was too small, at most once a round trip. */
  void onDuplicate(TcpSocket s) {
    if (!inDsackRound || s.sndUna - dsackRound >= 0) {
      inDsackRound = true;
      dsackRound = s.sndNxt;
      windowMultiplier = Math.min(windowMultiplier + 1, 255);
      persist = PERSIST;
    }
  }

  /** A recovery has ended: after sixteen without a D-SACK the window is small again. */
  void onRecovered() {
    if (persist > 0 && --persist == 0) {
      windowMultiplier = 1;
    }
  }

  private long window(TcpSocket s) {
    if (!reordering
        && (s.phase != LossRecovery.Phase.OPEN
            || s.scoreboard.sackedBytes() > (Scoreboard.DUP_THRESH - 1) * s.sendMss)) {
      return 0;
    }
    return Math.min(windowMultiplier * (s.rtt.minRtt() / 4), s.rtt.srtt());
  }

  /**
   * After {@link #detect}: how long until something else is lost unless it is acknowledged; 0 where
   * nothing waits for that.
   */
  long waitTime() {
    return wait;
  }

  /** What was waited for does not matter any more. */
  void waitNoMore() {
    wait = 0;
  }

  /** Section 6.2 step 5: marks what is lost. Returns whether anything was. */
  boolean detect(TcpSocket s, long now) {
    Scoreboard board = s.scoreboard;
    wait = 0;
    if (!any || board.sackedBytes() == 0 && s.phase == LossRecovery.Phase.OPEN) {
      return false;
    }
    long window = window(s);
    boolean marked = false;
    for (int i = 0; i < board.count(); i++) {
      int flags = board.flags(i);
      if ((flags & Scoreboard.SACKED) != 0
          || (flags & (Scoreboard.LOST | Scoreboard.RETRANSMITTED)) == Scoreboard.LOST) {
        continue;
      }
      if (!isAfter(sentAt, end, board.sentAt(i), board.end(i))) {
        if ((flags & Scoreboard.REPEATED) == 0) {
          // nor was what follows it
          break;
        }
        continue;
      }
      long remaining = board.sentAt(i) + rtt + window - now;
      if (remaining <= 0) {
        board.markLostAgain(i);
        marked = true;
      } else {
        wait = Math.max(wait, remaining);
      }
    }
    return marked;
  }

  /**
   * Section 6.3: on a time-out the head is lost, and what was sent long enough ago; the rest may
   * still arrive.
   */
  void onTimeout(TcpSocket s, long now) {
    Scoreboard board = s.scoreboard;
    long window = window(s);
    for (int i = 0; i < board.count(); i++) {
      boolean due = !any || board.sentAt(i) + rtt + window - now <= 0;
      if ((board.flags(i) & Scoreboard.SACKED) == 0 && (i == 0 || due)) {
        board.markLostAgain(i);
      }
    }
  }
}
