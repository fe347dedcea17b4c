package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.Packet;

/**
 * What a connection sends at the end of a turn: retransmissions, new data in packets of up to 64
 * KiB, else an ACK (Linux's {@code tcp_write_xmit}, {@code tcp_xmit_retransmit_queue}); {@link
 * SegmentBuilder} makes them. State is consistent before each packet leaves, since sending may lead
 * back to input at once.
 */
final class TcpOutput {
  private final TcpEngine engine;
  private final TcpCounters counters;
  private final SegmentBuilder builder;

  TcpOutput(TcpEngine engine) {
    this.engine = engine;
    this.counters = engine.counters;
    this.builder = new SegmentBuilder(engine);
  }

  /** Sends what is due. */
  void flush(TcpSocket s) {
    switch (s.state) {
      case CLOSED, LISTEN -> {
        return;
      }
      case SYN_SENT, SYN_RECEIVED -> {
        if (s.synPending || s.ackNow) {
          builder.sendSyn(s);
        }
        return;
      }
      default -> {
        // below
      }
    }
    long now = engine.loop.now();
    if (s.state != TcpState.TIME_WAIT) {
      if (now >= s.mtuRetryAt && s.phase == LossRecovery.Phase.OPEN) {
        engine.pathMtu.retryLarger(s);
      }
      boolean limited = resend(s, now);
      int sent = s.sndNxt;
      sendNew(s, now, limited);
      if (s.tailProbePending) {
        sendTailProbe(s, now);
      }
      if (s.sndNxt != sent && s.timers.mayProbeTail()) {
        s.timers.armForFlight(false);
      }
      if (s.probePending) {
        sendProbe(s);
      }
    }
    if (s.ackNow) {
      sendAck(s, SegmentBuilder.acceptableSequence(s));
    } else if (s.ackPending && !s.ackDelayed && s.state != TcpState.TIME_WAIT) {
      s.timers.delayAck(s.ackTimeout);
    }
    if (s.state != TcpState.TIME_WAIT) {
      updateTimer(s);
    }
  }

  private static void updateTimer(TcpSocket s) {
    if (s.flight() > 0) {
      if (s.timerMode == TcpTimers.Mode.NONE || s.timerMode == TcpTimers.Mode.PROBE) {
        // RFC 6298 (5.1) "Every time a packet containing data is sent ..., if the timer is not
        // running, start it"
        s.timers.armForFlight(true);
      }
    } else if (waitsForPacer(s)) {
      // which sends on; a probe would bring data past the rate
      s.timerMode = TcpTimers.Mode.NONE;
    } else if (s.unsent() > 0 || s.finQueued && !s.finSent) {
      if (s.timerMode != TcpTimers.Mode.PROBE && !s.waitsForMemory) {
        // 3.8.6.1: "SHOULD send the first zero-window probe when a zero window has existed for the
        // RTO period"
        s.timers.arm(TcpTimers.Mode.PROBE, s.rtt.rto(s.backoff));
      }
    } else {
      s.timerMode = TcpTimers.Mode.NONE;
    }
  }

  /** The window is open and the pacer's timer will send: nothing is to be probed for. */
  private static boolean waitsForPacer(TcpSocket s) {
    return s.pacer != null && s.pacer.isArmed() && s.sndUna + s.sndWnd - s.sndNxt > 0;
  }

  // ---- retransmission

  /** Sends again what is lost; returns whether the congestion window holds some of it back. */
  private boolean resend(TcpSocket s, long now) {
    while (s.phase != LossRecovery.Phase.OPEN && s.scoreboard.count() > 0) {
      int i = engine.recovery.nextRetransmission(s);
      if (i < 0) {
        return false;
      }
      int mss = SegmentBuilder.currentMss(s);
      int room = s.cwnd - LossRecovery.pipe(s);
      if (room < mss && !s.forceResend) {
        return true;
      }
      if (s.pacer != null && !s.pacer.mayGo(now)) {
        return s.cwndLimited;
      }
      int start = s.scoreboard.start(i);
      int windowLeft = s.sndUna + s.sndWnd - start;
      if (windowLeft <= 0 && i > 0) {
        return false;
      }
      int limit = Math.min(Math.max(mss, room - room % mss), SegmentBuilder.maxBurst(s, mss));
      if (windowLeft < limit) {
        // but the head goes whole: its ACK tells whether the edge has moved
        limit = i > 0 && windowLeft < mss ? windowLeft : Math.max(mss, windowLeft / mss * mss);
      }
      if (s.scoreboard.end(i) - start > limit) {
        s.scoreboard.split(i, start + limit);
      }
      if (!retransmit(s, i, now)) {
        return false;
      }
    }
    return false;
  }

  private boolean retransmit(TcpSocket s, int i, long now) {
    int start = s.scoreboard.start(i);
    int end = s.scoreboard.end(i);
    boolean fin = s.finSent && end - s.finPosition() > 0;
    int len = end - start - (fin ? 1 : 0);
    Packet packet = builder.build(s, start, len, fin);
    if (packet == null) {
      return false;
    }
    s.forceResend = false;
    PathMtu.forgetProbe(s);
    paced(s, len, now);
    s.scoreboard.retransmitted(i, now);
    DeliveryRate.sent(s, i, now);
    s.undo.retransmitted(s, end - start, now);
    s.prrOut += end - start;
    if (i == 0 && s.phase == LossRecovery.Phase.RECOVERY) {
      // as Linux: the repair of the head has a round trip of its own
      s.timers.restartRto();
    }
    int segments = Math.max(1, packet.gsoCount);
    s.retransmits += segments;
    s.bytesRetransmitted += len;
    counters.retransSegs += segments;
    if (s.phase == LossRecovery.Phase.LOSS) {
      counters.tcpSlowStartRetrans += segments;
    } else if (s.phase == LossRecovery.Phase.RECOVERY) {
      counters.tcpFastRetrans += segments;
    }
    builder.send(s, packet);
    return true;
  }

  /** RFC 8985 section 7.3: a new segment where there is one, else the last one again. */
  private void sendTailProbe(TcpSocket s, long now) {
    s.tailProbePending = false;
    int last = s.scoreboard.count() - 1;
    if (last < 0 || !s.timers.mayProbeTail()) {
      return;
    }
    int mss = SegmentBuilder.currentMss(s);
    int len = Math.min(Math.min(s.unsent(), s.sndUna + s.sndWnd - s.sndNxt), mss);
    if (len > 0 && s.pacer != null && !s.pacer.mayGo(now)) {
      return; // the pacer's timer sends on
    }
    if (len > 0) {
      boolean room = s.sndUna + s.sndWnd - s.sndNxt > len;
      boolean fin = s.finQueued && !s.finSent && len == s.unsent() && room;
      s.probeOutstanding = transmitNew(s, len, fin, mss, now);
      s.probeRepeats = false;
    } else {
      int end = s.scoreboard.end(last);
      if (end - s.scoreboard.start(last) > mss) {
        s.scoreboard.split(last, end - mss);
        last++;
      }
      s.probeOutstanding = retransmit(s, last, now);
      s.probeRepeats = true;
    }
    s.probeEnd = s.sndNxt;
    counters.tcpLossProbes += s.probeOutstanding ? 1 : 0;
  }

  // ---- new data

  private void sendNew(TcpSocket s, long now, boolean held) {
    boolean limited = held;
    Pacer pacer = s.pacer;
    if (s.flight() == 0 && s.unsent() > 0 && s.lastSent >= 0 && now - s.lastSent > s.rtt.rto(0)) {
      // RFC 5681 section 4.1: "a TCP SHOULD set cwnd to no more than RW ... if [it] has not sent
      // data in an interval
      // exceeding the retransmission timeout"
      s.congestion.restart(s, now);
    }
    if (s.mtuSearching && probeMtu(s, now)) {
      s.cwndLimited = true;
      return;
    }
    while (true) {
      int unsent = s.unsent();
      boolean finDue = s.finQueued && !s.finSent;
      if (unsent == 0 && !finDue) {
        break;
      }
      if (pacer != null && !pacer.mayGo(now)) {
        limited = s.cwndLimited; // nothing is known of the window
        break;
      }
      int mss = SegmentBuilder.currentMss(s);
      int window = s.sndUna + s.sndWnd - s.sndNxt;
      int room = s.cwnd - LossRecovery.pipe(s);
      if (unsent > 0 && room < Math.min(mss, unsent) && s.flight() > 0) {
        limited = true;
        break;
      }
      int len = amount(s, Math.min(unsent, window), Math.max(room, mss), mss);
      boolean fin = finDue && len == unsent && window > len;
      if (len <= 0 && !fin || !transmitNew(s, len, fin, mss, now)) {
        break;
      }
    }
    s.cwndLimited = limited;
    s.maxFlight = Math.max(s.maxFlight - (s.maxFlight >> 5), s.flight());
  }

  /** Sends a longer segment where one is due; returns whether one waits for room. */
  private boolean probeMtu(TcpSocket s, long now) {
    int len = PathMtu.probeDue(s);
    if (len > 0
        && (s.pacer == null || s.pacer.mayGo(now))
        && transmitNew(s, len, false, len, now)) {
      PathMtu.probeSent(s, s.sndNxt - len, s.sndNxt);
    }
    return len < 0;
  }

  /**
   * How many bytes the next packet may have; 0: it waits (3.8.6.2.1 for the window, Nagle for
   * company).
   */
  private static int amount(TcpSocket s, int sendable, int room, int mss) {
    int unsent = s.unsent();
    int len = Math.min(sendable, SegmentBuilder.maxBurst(s, mss));
    len = Math.min(len, room - room % mss);
    if (len <= 0) {
      return 0;
    }
    int tail = len % mss;
    if (tail == 0) {
      return len;
    }
    boolean whole = len == unsent;
    boolean tailMayGo;
    if (whole) {
      // 3.7.4: "... then the sending TCP endpoint buffers all user data (regardless of the PSH bit)
      // until the outstanding
      // data has been acknowledged"; as Minshall and Linux have it, only a short segment that is
      // outstanding counts
      tailMayGo =
          s.finQueued
              || s.urgent.isSending(s) // nor is it delayed by a cork (Linux's tcp_nagle_test)
              || !s.settings.corked() && (s.noDelay || !shortOutstanding(s));
    } else {
      // the window cuts it: "(3) ... if at least a fraction Fs of the maximum window can be sent"
      tailMayGo = s.flight() == 0 && len < mss && len >= s.maxSndWnd / 2;
    }
    return tailMayGo ? len : len - tail;
  }

  private static boolean shortOutstanding(TcpSocket s) {
    return s.smallEnd - s.sndUna > 0 && s.smallEnd - s.sndNxt <= 0;
  }

  private boolean transmitNew(TcpSocket s, int len, boolean fin, int mss, long now) {
    int start = s.sndNxt;
    Packet packet = builder.build(s, start, len, fin, mss);
    if (packet == null) {
      return false;
    }
    int end = start + len + (fin ? 1 : 0);
    paced(s, len, now);
    if (s.scoreboard.count() == 0) {
      DeliveryRate.begin(s, now);
    }
    s.scoreboard.add(start, end, now);
    DeliveryRate.sent(s, s.scoreboard.count() - 1, now);
    s.prrOut += end - start;
    s.sndNxt = end;
    s.finSent |= fin;
    if (len % mss != 0) {
      s.smallEnd = start + len;
    }
    s.lastSent = now;
    counters.tcpOrigDataSent += Math.max(1, packet.gsoCount);
    builder.send(s, packet);
    return true;
  }

  private static void paced(TcpSocket s, int bytes, long now) {
    if (s.pacer != null) {
      s.pacer.sent(bytes, now);
    }
  }

  // ---- without data

  /**
   * An ACK that is not acceptable to the peer and so is answered: one below SND.UNA, as Linux
   * probes.
   */
  private void sendProbe(TcpSocket s) {
    s.probePending = false;
    int window = s.sndUna + s.sndWnd - s.sndNxt;
    int len = Math.min(s.unsent(), Math.min(window, SegmentBuilder.currentMss(s)));
    if (s.flight() == 0 && len > 0) {
      if (waitsForPacer(s)) {
        return;
      }
      // the window is too small to be worth it, but it has waited long enough (the override
      // time-out of 3.8.6.2.1)
      boolean fin = s.finQueued && !s.finSent && len == s.unsent() && window > len;
      transmitNew(s, len, fin, SegmentBuilder.currentMss(s), engine.loop.now());
      return;
    }
    sendAck(s, s.sndUna - 1);
  }

  private void sendAck(TcpSocket s, int sequence) {
    Packet packet = builder.build(s, sequence, 0, false);
    if (packet != null) {
      builder.send(s, packet);
    }
  }
}
