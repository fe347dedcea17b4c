package dev.patchbay.stack.tcp;

/**
 * When something is lost and how much may be sent meanwhile. With SACK losses are found by time
 * ({@link Rack}), without it by duplicate ACKs (RFC 6582); during fast recovery the window follows
 * what is delivered (PRR, RFC 6937); what turns out to have been no loss is taken back ({@link
 * Undo}). What is lost is marked in the {@link Scoreboard}; {@link TcpOutput} sends it again as far
 * as {@link #pipe} leaves room. Mirrors Linux's {@code tcp_fastretrans_alert}.
 *
 * <pre>
 *   OPEN      nothing is believed to be lost
 *   REDUCE    nor then, but the window shrinks for an ECN mark, or a loss that a probe has repaired
 *   RECOVERY  a loss was found by duplicate ACKs or SACK; until {@code recoveryPoint} is acknowledged
 *   LOSS      the timer expired; until {@code recoveryPoint} is acknowledged
 * </pre>
 */
final class LossRecovery {
  enum Phase {
    OPEN,
    REDUCE,
    RECOVERY,
    LOSS
  }

  private final TcpCounters counters;

  LossRecovery(TcpCounters counters) {
    this.counters = counters;
  }

  /** RFC 6675 SetPipe (): bytes believed to be in the network. */
  static int pipe(TcpSocket s) {
    Scoreboard b = s.scoreboard;
    int out = s.flight() - b.sackedBytes() - s.renoSacked - b.lostBytes() + b.retransmittedBytes();
    return Math.max(0, out);
  }

  // ---- acknowledgments

  /**
   * An ACK was worked into the scoreboard.
   *
   * @param acked bytes by which SND.UNA advanced
   * @param duplicateAck it is a duplicate ACK by RFC 5681 section 2
   */
  void onAck(TcpSocket s, Delivery d, int acked, boolean duplicateAck) {
    if (d.duplicate) {
      s.rack.onDuplicate(s);
    }
    if (s.probeOutstanding) {
      afterLossProbe(s, d, acked);
    }
    if (acked > 0) {
      s.dupAcks = 0;
    } else if (duplicateAck) {
      s.dupAcks++;
    }
    switch (s.phase) {
      case OPEN -> open(s, d, acked, duplicateAck);
      case REDUCE -> reduce(s, d, acked, duplicateAck);
      case RECOVERY -> recovery(s, d, acked, duplicateAck && mayBeTrue(s));
      case LOSS -> loss(s, d, acked);
    }
  }

  /**
   * RFC 5681 section 3.2 (4): no more duplicates count than segments were in flight to cause them,
   * else a peer that repeats its ACK drives us to send without end. With SACK they must say more.
   */
  private static boolean mayBeTrue(TcpSocket s) {
    return s.sackOn || (long) s.dupAcks * s.sendMss <= s.recoverFlight;
  }

  private void open(TcpSocket s, Delivery d, int acked, boolean duplicateAck) {
    if (acked > 0) {
      s.renoSacked = 0;
    } else if (duplicateAck && !s.sackOn) {
      addRenoSacked(s);
    }
    if (s.undo.isArmed() && s.undo.isProvenByDuplicates()) {
      // the last repair is told to have been needless only now
      undo(s);
      counters.tcpDsackUndo++;
    }
    if (isLossFound(s, d.now())) {
      enterRecovery(s, s.flight() + acked);
      prr(s, delivered(s, d, acked, duplicateAck), acked > 0);
    } else if (acked > 0) {
      s.congestion.onAck(s, acked, d.now());
    }
  }

  private void reduce(TcpSocket s, Delivery d, int acked, boolean duplicateAck) {
    if (s.sndUna - s.recoveryPoint >= 0) {
      s.cwnd = s.ssthresh;
      s.phase = Phase.OPEN;
      open(s, d, acked, duplicateAck);
      return;
    }
    int delivered = delivered(s, d, acked, duplicateAck);
    if (!s.sackOn) {
      countRenoSacked(s, acked, duplicateAck);
    }
    if (isLossFound(s, d.now())) {
      enterRecovery(s, s.flight() + acked);
    }
    prr(s, delivered, acked > 0 && s.phase == Phase.REDUCE);
  }

  private void recovery(TcpSocket s, Delivery d, int acked, boolean duplicateAck) {
    if (s.sndUna - s.recoveryPoint >= 0) {
      leaveRecovery(s, d);
      return;
    }
    if (acked > 0 && s.undo.isProvenByTimestamp(s, d)) {
      undo(s);
      counters.tcpPartialUndo++;
      return;
    }
    if (s.undo.isProvenByDuplicates()) {
      undo(s);
      counters.tcpDsackUndo++;
      return;
    }
    int delivered = delivered(s, d, acked, duplicateAck);
    boolean marked = detect(s, d.now());
    if (!s.sackOn) {
      countRenoSacked(s, acked, duplicateAck);
      if (acked > 0) {
        // RFC 6582 section 3.2 step 3, partial acknowledgment: "retransmit the first unacknowledged
        // segment"
        headOfPartialAck(s);
      }
    }
    prr(s, delivered, acked > 0 && !marked);
  }

  private void loss(TcpSocket s, Delivery d, int acked) {
    if (acked > 0 && s.undo.isProvenByTimestamp(s, d)) {
      undo(s);
      counters.tcpLossUndo++;
      return;
    }
    if (s.forwardProbe && fRto(s, d, acked)) {
      return;
    }
    if (s.sndUna - s.recoveryPoint >= 0) {
      boolean needless = s.undo.isProvenByDuplicates();
      if (needless) {
        undo(s);
        counters.tcpLossUndo++;
      }
      open(s, d);
      return;
    }
    if (acked > 0) {
      s.congestion.onAck(s, acked, d.now());
    }
    detect(s, d.now());
  }

  /**
   * F-RTO (RFC 5682 section 3.1, as Linux has it): does the ACK show that the time-out was too
   * early?
   *
   * @return whether it is settled what happens next
   */
  private boolean fRto(TcpSocket s, Delivery d, int acked) {
    if (d.provesOriginal()) {
      // step 3b: "the TCP sender ... declares the timeout spurious": something arrived that was
      // sent only once before it
      undo(s);
      counters.tcpSpuriousRtos++;
      counters.tcpLossUndo++;
      return true;
    }
    if (s.sndNxt - s.recoveryPoint > 0) {
      // step 3a: the new data of step 2b brought a duplicate, so the rest is lost indeed
      s.forwardProbe = false;
      s.onlyNewData = false;
      return false;
    }
    int window = s.sndUna + s.sndWnd - s.sndNxt;
    int unsent = s.unsent();
    if (acked > 0
        && unsent > 0
        && window >= Math.min(unsent, s.sendMss)
        && s.sndUna - s.recoveryPoint < 0) {
      // step 2b: "transmit up to two new (previously unsent) segments"
      s.recoveryPoint = s.sndNxt;
      s.cwnd = pipe(s) + 2 * s.sendMss;
      s.onlyNewData = true;
      return true;
    }
    s.forwardProbe = false;
    return false;
  }

  /** Bytes that the ACK says to have left the network. */
  private static int delivered(TcpSocket s, Delivery d, int acked, boolean duplicateAck) {
    if (s.sackOn) {
      return d.bytes;
    }
    // RFC 6937 section 3: without SACK a duplicate stands for a segment, a partial ACK for what is
    // left of it
    return acked > 0 ? Math.max(0, acked - s.renoSacked) : duplicateAck ? s.sendMss : 0;
  }

  /** Whether something is lost that is not being repaired: Linux's tcp_time_to_recover. */
  private boolean isLossFound(TcpSocket s, long now) {
    return detect(s, now)
        || s.scoreboard.lostBytes() > 0
        || !s.sackOn && s.dupAcks >= Scoreboard.DUP_THRESH;
  }

  /** By time, where there is SACK; returns whether something was found. */
  private boolean detect(TcpSocket s, long now) {
    if (!s.sackOn) {
      return false;
    }
    boolean marked = s.rack.detect(s, now);
    if (s.rack.waitTime() > 0) {
      s.timers.arm(TcpTimers.Mode.REORDER, Math.max(s.rack.waitTime(), TcpTimers.LEAST));
    }
    return marked;
  }

  /** The reordering timer expired (RFC 8985 section 6.2 step 5). */
  void onReorderTimeout(TcpSocket s, long now) {
    if (detect(s, now)) {
      if (s.phase == Phase.OPEN || s.phase == Phase.REDUCE) {
        enterRecovery(s, s.flight());
      }
      if (s.phase == Phase.RECOVERY) {
        // what was delivered before the timer expired
        prr(s, s.sendMss, false);
      }
    }
  }

  // ---- without SACK

  private static void addRenoSacked(TcpSocket s) {
    s.renoSacked += s.sendMss;
    limitRenoSacked(s);
  }

  /** A duplicate stands for a segment that arrived, a partial ACK for all but one that did. */
  private static void countRenoSacked(TcpSocket s, int acked, boolean duplicateAck) {
    if (acked > 0) {
      s.renoSacked = Math.max(0, s.renoSacked - Math.max(0, acked - s.sendMss));
      limitRenoSacked(s);
    } else if (duplicateAck) {
      addRenoSacked(s);
    }
  }

  private static void limitRenoSacked(TcpSocket s) {
    s.renoSacked = Math.max(0, Math.min(s.renoSacked, s.flight() - s.sendMss));
  }

  private static void headOfPartialAck(TcpSocket s) {
    if (s.scoreboard.count() > 0
        && (s.scoreboard.flags(0) & (Scoreboard.RETRANSMITTED | Scoreboard.SACKED)) == 0) {
      s.scoreboard.markHeadLost(s.sendMss);
      s.forceResend = true;
    }
  }

  // ---- fast recovery

  /** {@code flight}: what was in flight when the loss was found. */
  private void enterRecovery(TcpSocket s, int flight) {
    if (s.mtuSearching && s.phase == Phase.OPEN && PathMtu.onLoss(s)) {
      // that a probe alone is lost is no sign of congestion (RFC 4821 section 7.6.2)
      counters.tcpMtupFail++;
      s.undo.end();
      beginReduction(s, Math.max(s.cwnd, 2 * s.sendMss));
    } else if (s.phase == Phase.REDUCE) {
      // the window shrinks already, for what may be the same congestion
      s.recoveryPoint = s.sndNxt;
    } else {
      Undo.begin(s);
      beginReduction(s, s.congestion.thresholdAfterLoss(s, flight));
      s.ecn.reduced();
    }
    s.phase = Phase.RECOVERY;
    // RFC 6675 section 5 (4.3): "Retransmit the first data segment presumed dropped", whatever the
    // pipe
    s.forceResend = true;
    if (s.sackOn) {
      counters.tcpSackRecovery++;
    } else {
      s.scoreboard.markHeadLost(s.sendMss);
      counters.tcpRenoRecovery++;
    }
  }

  private static void beginReduction(TcpSocket s, int threshold) {
    s.recoveryPoint = s.sndNxt;
    s.prrDelivered = 0;
    s.prrOut = 0;
    s.recoverFlight = Math.max(1, s.flight());
    s.ssthresh = threshold;
  }

  private static void enterReduction(TcpSocket s, int flight) {
    s.undo.end();
    beginReduction(s, s.congestion.thresholdAfterLoss(s, flight));
    s.ecn.reduced();
    s.phase = Phase.REDUCE;
  }

  /**
   * RFC 3168 section 6.1.2: a mark counts as a loss, "at most once every window of data"; during a
   * repair the window was reduced already.
   *
   * @param flight what was in flight before the ACK that says so; nothing: it says nothing of it
   */
  void onCongestionEcho(TcpSocket s, int flight) {
    if (s.phase == Phase.OPEN && flight > 0) {
      enterReduction(s, flight);
      counters.tcpEcnReductions++;
    }
  }

  /**
   * Proportional rate reduction (RFC 6937 section 3): as much is sent as was delivered, in
   * proportion of the threshold to what was in flight; below the threshold slow start's part where
   * the ACK is a good sign.
   */
  private static void prr(TcpSocket s, int delivered, boolean safe) {
    s.prrDelivered += delivered;
    int pipe = pipe(s);
    long send;
    if (pipe > s.ssthresh) {
      send = (s.prrDelivered * s.ssthresh + s.recoverFlight - 1) / s.recoverFlight - s.prrOut;
    } else {
      long limit = Math.max(s.prrDelivered - s.prrOut, delivered) + (safe ? s.sendMss : 0);
      send = Math.min(s.ssthresh - pipe, limit);
    }
    send = Math.max(send, s.forceResend ? s.sendMss : 0);
    s.cwnd = (int) Math.min(Math.max(s.sendMss, pipe + send), TcpSocket.MAX_CWND);
  }

  private void leaveRecovery(TcpSocket s, Delivery d) {
    if (s.undo.isProvenByTimestamp(s, d) || s.undo.isProvenByDuplicates()) {
      undo(s);
      counters.tcpFullUndo++;
    } else {
      // RFC 6937: cwnd = ssthresh; RFC 6582 (1) without SACK, where a burst may follow
      s.cwnd =
          s.sackOn ? s.ssthresh : Math.min(s.ssthresh, Math.max(s.flight(), s.sendMss) + s.sendMss);
    }
    open(s, d);
  }

  /** The repair is complete. */
  private void open(TcpSocket s, Delivery d) {
    s.phase = Phase.OPEN;
    s.renoSacked = 0;
    s.forwardProbe = false;
    s.onlyNewData = false;
    s.rack.onRecovered();
    if (isLossFound(s, d.now())) {
      // beyond what was repaired
      enterRecovery(s, s.flight());
      prr(s, d.bytes, false);
    }
  }

  private void undo(TcpSocket s) {
    s.undo.carryOut(s);
    PathMtu.notGuilty(s);
    s.scoreboard.forgetLosses();
    s.phase = Phase.OPEN;
    s.renoSacked = 0;
    s.forwardProbe = false;
    s.onlyNewData = false;
    s.forceResend = false;
    s.rack.waitNoMore();
  }

  // ---- time-outs

  /**
   * The retransmission timer expired (RFC 6298 section 5.4 and 5.5, RFC 5681 section 3.1, RFC 8985
   * section 6.3).
   */
  void onTimeout(TcpSocket s, long now) {
    boolean again = s.phase == Phase.LOSS && s.backoff > 0;
    if (!again) {
      if (s.phase == Phase.OPEN || s.phase == Phase.REDUCE) {
        Undo.begin(s);
      }
      // "(Not) ... when a TCP sender detects segment loss using the retransmission timer and the
      // given segment has already been retransmitted": ssthresh is held then
      s.ssthresh = s.congestion.thresholdAfterTimeout(s);
      s.ecn.reduced();
    }
    // RFC 5682: not where a time-out hits a recovery from another
    s.forwardProbe = s.phase == Phase.OPEN || s.phase == Phase.REDUCE || again && s.forwardProbe;
    s.onlyNewData = false;
    s.probeOutstanding = false;
    s.recoveryPoint = s.sndNxt;
    s.phase = Phase.LOSS;
    s.dupAcks = 0;
    s.renoSacked = 0;
    Scoreboard b = s.scoreboard;
    if (b.count() > 0 && (b.flags(0) & Scoreboard.SACKED) != 0) {
      // RFC 2018 section 8: the receiver dropped what it had reported
      b.forgetSacks();
      s.sackReneged = true;
      counters.tcpSackReneging++;
      s.forwardProbe = false;
    }
    if (s.sackOn) {
      s.rack.onTimeout(s, now);
    } else {
      b.markAllLost();
    }
    // one segment beside what may still be under way
    s.cwnd = pipe(s) + s.sendMss;
  }

  /**
   * What the ACK says of a tail-loss probe (RFC 8985 section 7.4.2): a loss that the probe repaired
   * reduces the window as any other.
   */
  private void afterLossProbe(TcpSocket s, Delivery d, int acked) {
    if (s.sndUna - s.probeEnd < 0) {
      return;
    }
    if (!s.probeRepeats || d.duplicate) {
      s.probeOutstanding = false;
    } else if (s.sndUna - s.probeEnd > 0) {
      s.probeOutstanding = false;
      if (s.phase == Phase.OPEN) {
        enterReduction(s, s.flight() + acked);
        counters.tcpLossProbeRecovery++;
      }
    }
  }

  /**
   * An ACK that says nothing new, as a peer without D-SACK answers what came twice: where it
   * acknowledges all up to the probe, the probe was needless.
   */
  void onPureDuplicate(TcpSocket s) {
    if (s.probeOutstanding && s.sndUna == s.probeEnd) {
      s.probeOutstanding = false;
    }
  }

  /**
   * The path MTU fell: what is too long goes again, without a sign of congestion (RFC 1191, Linux's
   * simple retransmit).
   */
  void onSmallerMtu(TcpSocket s) {
    boolean marked = s.scoreboard.markTooLong(s.sendMss);
    if (marked && (s.phase == Phase.OPEN || s.phase == Phase.REDUCE)) {
      s.undo.end();
      beginReduction(s, Math.max(s.cwnd, 2 * s.sendMss));
      s.phase = Phase.RECOVERY;
    }
  }

  /** Which record is to be sent again now, or -1. */
  int nextRetransmission(TcpSocket s) {
    return s.onlyNewData ? -1 : s.scoreboard.nextLost();
  }
}
