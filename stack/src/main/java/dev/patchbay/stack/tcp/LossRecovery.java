package dev.patchbay.stack.tcp;

/**
 * When something is lost and how much may be sent meanwhile: fast recovery with SACK (RFC 6675) or
 * without it (RFC 6582), and the time after a retransmission time-out. What is lost is marked in
 * the {@link Scoreboard}; {@link TcpOutput} sends it again as far as {@link #pipe} leaves room.
 *
 * <pre>
 *   OPEN      nothing is believed to be lost
 *   RECOVERY  a loss was found by duplicate ACKs or SACK; until {@code recoveryPoint} is acknowledged
 *   LOSS      the timer expired; all in flight is lost; until {@code recoveryPoint} is acknowledged
 * </pre>
 */
final class LossRecovery {
  enum Phase {
    OPEN,
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
    return s.flight() - b.sackedBytes() - s.renoSacked - b.lostBytes() + b.retransmittedBytes();
  }

  /** An ACK advanced SND.UNA by {@code acked} bytes; the scoreboard knows. */
  void onAdvance(TcpSocket s, int acked, long now) {
    s.dupAcks = 0;
    if (s.phase == Phase.OPEN) {
      s.renoSacked = 0;
      if (s.sackOn) {
        afterSack(s);
      }
      if (s.phase == Phase.OPEN) {
        s.congestion.onAck(s, acked, now);
      }
      return;
    }
    if (s.sndUna - s.recoveryPoint >= 0) {
      leave(s);
      return;
    }
    if (s.phase == Phase.LOSS) {
      s.congestion.onAck(s, acked, now);
      if (s.sackOn) {
        s.scoreboard.markLostBySack(s.sendMss);
      }
      return;
    }
    if (s.sackOn) {
      s.scoreboard.markLostBySack(s.sendMss);
      // the first hole has no block above it that would prove it lost: a partial ACK does (RFC 6582
      // section 3.2)
      headOfPartialAck(s);
    } else {
      // RFC 6582 section 3.2 step 3, partial acknowledgment: "retransmit the first unacknowledged
      // segment"
      s.renoSacked = Math.max(0, s.renoSacked - Math.max(0, acked - s.sendMss));
      limitRenoSacked(s);
      headOfPartialAck(s);
    }
  }

  private static void headOfPartialAck(TcpSocket s) {
    if (s.scoreboard.count() > 0
        && (s.scoreboard.flags(0) & (Scoreboard.RETRANSMITTED | Scoreboard.SACKED)) == 0) {
      s.scoreboard.markHeadLost(s.sendMss);
      s.forceResend = true;
    }
  }

  private void leave(TcpSocket s) {
    if (s.phase == Phase.RECOVERY) {
      // RFC 6675 has cwnd = ssthresh; RFC 6582 (1) without SACK, where a burst may follow
      s.cwnd =
          s.sackOn ? s.ssthresh : Math.min(s.ssthresh, Math.max(s.flight(), s.sendMss) + s.sendMss);
    }
    s.phase = Phase.OPEN;
    s.renoSacked = 0;
    if (s.sackOn) {
      afterSack(s);
    }
  }

  /** SACK blocks brought news, or SND.UNA moved: is something lost? */
  void afterSack(TcpSocket s) {
    boolean marked = s.scoreboard.markLostBySack(s.sendMss);
    if (s.phase == Phase.OPEN && marked) {
      enterRecovery(s);
      counters.tcpSackRecovery++;
    }
  }

  /**
   * A duplicate ACK came: RFC 5681 section 3.2, or with SACK one that brought new blocks (RFC 6675
   * section 2).
   */
  void onDuplicate(TcpSocket s) {
    s.dupAcks++;
    if (!s.sackOn) {
      s.renoSacked += s.sendMss;
      limitRenoSacked(s);
    }
    if (s.phase == Phase.OPEN && s.dupAcks >= Scoreboard.DUP_THRESH) {
      enterRecovery(s);
      if (s.sackOn) {
        counters.tcpSackRecovery++;
      } else {
        counters.tcpRenoRecovery++;
      }
    }
  }

  private static void limitRenoSacked(TcpSocket s) {
    s.renoSacked = Math.max(0, Math.min(s.renoSacked, s.flight() - s.sendMss));
  }

  private void enterRecovery(TcpSocket s) {
    // RFC 6675 section 5 (1) to (4.3)
    s.recoveryPoint = s.sndNxt;
    s.ssthresh = s.congestion.thresholdAfterLoss(s);
    s.cwnd = s.ssthresh;
    s.rescued = false;
    s.phase = Phase.RECOVERY;
    if (s.scoreboard.count() > 0 && (s.scoreboard.flags(0) & Scoreboard.RETRANSMITTED) == 0) {
      s.scoreboard.markHeadLost(s.sendMss);
      // RFC 6675 section 5 (4.3): "Retransmit the first data segment presumed dropped", whatever
      // the pipe
      s.forceResend = true;
    }
  }

  /**
   * The retransmission timer expired (RFC 6298 section 5.4 and 5.5, RFC 5681 section 3.1, RFC 6675
   * section 5.1).
   */
  void onTimeout(TcpSocket s) {
    if (s.phase != Phase.LOSS || s.backoff == 0) {
      // "(Not) ... when a TCP sender detects segment loss using the retransmission timer and the
      // given segment has
      // already been retransmitted": ssthresh is held then
      s.ssthresh = s.congestion.thresholdAfterTimeout(s);
    }
    s.cwnd = s.sendMss;
    s.recoveryPoint = s.sndNxt;
    s.phase = Phase.LOSS;
    s.dupAcks = 0;
    s.renoSacked = 0;
    Scoreboard b = s.scoreboard;
    if (b.count() > 0 && (b.flags(0) & Scoreboard.SACKED) != 0) {
      // RFC 2018 section 8: the receiver dropped what it had reported
      b.forgetSacks();
      counters.tcpSackReneging++;
    }
    b.markAllLost();
  }

  /**
   * The path MTU fell: what is too long goes again, without a sign of congestion (RFC 1191, Linux's
   * simple retransmit).
   */
  void onSmallerMtu(TcpSocket s) {
    if (s.scoreboard.markTooLong(s.sendMss) && s.phase == Phase.OPEN) {
      s.recoveryPoint = s.sndNxt;
      s.ssthresh = Math.max(s.cwnd, 2 * s.sendMss);
      s.rescued = true;
      s.phase = Phase.RECOVERY;
    }
  }

  /**
   * NextSeg (): which record is to be sent again now, or -1. {@code newData}: there is new data
   * that may be sent (rule 2 comes before rules 3 and 4).
   */
  int nextRetransmission(TcpSocket s, boolean newData) {
    if (s.phase == Phase.OPEN) {
      return -1;
    }
    int lost = s.scoreboard.nextLost();
    if (lost >= 0 || newData || s.phase != Phase.RECOVERY || !s.sackOn) {
      return lost;
    }
    int hole = s.scoreboard.nextHole();
    if (hole >= 0) {
      return hole;
    }
    // rule 4: once in a recovery the last segment, so that the ACK clock does not stop
    int last = s.scoreboard.count() - 1;
    if (!s.rescued && last >= 0 && s.scoreboard.flags(last) == 0) {
      s.rescued = true;
      return last;
    }
    return -1;
  }
}
