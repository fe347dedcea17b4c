package dev.patchbay.stack.tcp;

import dev.patchbay.stack.time.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one connection. They only note what is to be done and mark the socket; the end of
 * the turn sends. The retransmission deadline moves with each ACK, its {@link Timer} only when it
 * expires too early.
 */
final class TcpTimers {
  /** Least time that is worth a timer: a tick of the wheel, ns. */
  static final long LEAST = 1_000_000;

  /** What a tail-loss probe waits beyond two round trips, ns; Linux: two ticks of 4 ms. */
  private static final long TAIL_SLACK = 8_000_000;

  /** RFC 8985 section 7.2, WCDelAckT: longest delay of the ACK of a single segment, ns. */
  private static final long TAIL_DELAYED_ACK = 200_000_000;

  /** Purposes of the first timer. */
  enum Mode {
    NONE,
    /** RFC 6298. */
    RETRANSMIT,
    /** Of a zero window. */
    PROBE,
    /** Tail-loss probe (RFC 8985 section 7). */
    TAIL,
    /** Reordering window (RFC 8985 section 6.2 step 5). */
    REORDER
  }

  private final TcpSocket s;
  private final TcpEngine engine;
  private final Timer sendTimer;
  private @Nullable Timer ackTimer;
  private @Nullable Timer lifeTimer;
  private long sendDeadline;
  private long rtoDeadline;

  TcpTimers(TcpSocket s, TcpEngine engine) {
    this.s = s;
    this.engine = engine;
    sendTimer = engine.loop.timer(this::onSendTimer);
  }

  /** Until what the first timer is for, ns; meaningful unless its mode is NONE. */
  long sendLeft() {
    return sendDeadline - engine.loop.now();
  }

  /** Until the next keep-alive probe or the end of FIN-WAIT-2, ns; -1 where neither is awaited. */
  long lifeLeft() {
    Timer timer = lifeTimer;
    return timer != null && timer.isArmed() ? timer.deadline() - engine.loop.now() : -1;
  }

  void cancelAll() {
    s.timerMode = Mode.NONE;
    sendTimer.cancel();
    ackSent();
    if (lifeTimer != null) {
      lifeTimer.cancel();
    }
    if (s.pacer != null) {
      s.pacer.cancel();
    }
  }

  /** Starts or restarts the first timer. */
  void arm(Mode purpose, long delay) {
    long now = engine.loop.now();
    long wait = delay;
    if (s.userTimeout > 0 && s.stalledSince >= 0) {
      wait = Math.max(1, Math.min(wait, s.stalledSince + s.userTimeout - now));
    }
    s.timerMode = purpose;
    sendDeadline = now + wait;
    if (!sendTimer.isArmed() || sendTimer.deadline() > sendDeadline) {
      sendTimer.arm(sendDeadline);
    }
  }

  /**
   * Arms the timer for what is in flight: of a tail-loss probe where one may be sent, else the
   * retransmission timer.
   *
   * @param news the retransmission time-out begins anew, since something was acknowledged (RFC 6298
   *     (5.3)) or nothing was in flight before (5.1); what is sent meanwhile does not move it
   */
  void armForFlight(boolean news) {
    if (s.flight() == 0) {
      // (5.2) "When all outstanding data has been acknowledged, turn off the retransmission timer"
      disarm();
      return;
    }
    long now = engine.loop.now();
    if (news || s.timerMode == Mode.NONE || s.timerMode == Mode.PROBE) {
      rtoDeadline = now + s.rtt.rto(s.backoff);
    }
    if (s.timerMode == Mode.REORDER && s.rack.waitTime() > 0) {
      return;
    }
    long left = Math.max(rtoDeadline - now, LEAST);
    if (!mayProbeTail()) {
      arm(Mode.RETRANSMIT, left);
      return;
    }
    // section 7.2: PTO = 2 * SRTT, for a single segment WCDelAckT more, but not after the time-out
    long wait = s.rtt.srtt() == 0 ? left : 2 * s.rtt.srtt() + TAIL_SLACK;
    wait += s.flight() <= s.sendMss ? TAIL_DELAYED_ACK : 0;
    arm(Mode.TAIL, Math.min(wait, left));
  }

  /** The retransmission time-out begins anew (RFC 6298 (5.3), section 7.3 for a probe). */
  void restartRto() {
    long rto = s.rtt.rto(s.backoff);
    rtoDeadline = engine.loop.now() + rto;
    if (s.timerMode != Mode.REORDER || s.rack.waitTime() == 0) {
      arm(Mode.RETRANSMIT, rto);
    }
  }

  /** Section 7.2: open, with SACK, nothing selectively acknowledged, no probe under way. */
  boolean mayProbeTail() {
    return s.sackOn
        && s.phase == LossRecovery.Phase.OPEN
        && s.backoff == 0
        && !s.probeOutstanding
        && s.scoreboard.count() > 0
        && s.scoreboard.sackedBytes() == 0
        && s.sndWnd > 0;
  }

  /** Stops the first timer; it may still expire, to no effect. */
  void disarm() {
    s.timerMode = Mode.NONE;
  }

  private void onSendTimer() {
    if (s.timerMode == Mode.NONE) {
      return;
    }
    if (engine.loop.now() < sendDeadline) {
      sendTimer.arm(sendDeadline);
      return;
    }
    Mode expired = s.timerMode;
    s.timerMode = Mode.NONE;
    if (s.state == TcpState.SYN_SENT || s.state == TcpState.SYN_RECEIVED) {
      handshakeTimeout();
    } else {
      switch (expired) {
        case RETRANSMIT -> retransmissionTimeout();
        case TAIL -> tailTimeout();
        case REORDER -> reorderTimeout();
        default -> probeTimeout();
      }
    }
  }

  private void tailTimeout() {
    if (mayProbeTail()) {
      restartRto();
      s.tailProbePending = true;
      engine.markDirty(s);
    } else {
      // something forbids a probe meanwhile, ECE for one: the time-out stays where it was
      arm(Mode.RETRANSMIT, Math.max(rtoDeadline - engine.loop.now(), LEAST));
    }
  }

  private void reorderTimeout() {
    if (s.flight() > 0) {
      restartRto();
      engine.recovery.onReorderTimeout(s, engine.loop.now());
      engine.markDirty(s);
    }
  }

  private void handshakeTimeout() {
    int limit = s.state == TcpState.SYN_SENT ? synRetries() : engine.config.synAckRetries;
    if (s.backoff >= limit || userTimedOut(s.rtt.rto(s.backoff))) {
      giveUp();
      return;
    }
    s.backoff++;
    s.synPending = true;
    engine.counters.tcpSynRetrans++;
    engine.counters.tcpTimeouts++;
    engine.markDirty(s);
  }

  private int synRetries() {
    return s.settings.synRetries > 0 ? s.settings.synRetries : engine.config.synRetries;
  }

  /** RFC 6298 section 5: "(5.4) Retransmit the earliest segment that has not been acknowledged". */
  private void retransmissionTimeout() {
    if (s.flight() == 0) {
      return;
    }
    // 3.8.6: a peer that took its window back but goes on answering is not dead
    boolean answers =
        s.sndWnd == 0 && engine.loop.now() - s.lastReceived < 2 * engine.config.maxRto;
    // MUST-21: the user's time takes the place of the count, be it shorter or longer
    boolean userGivesUp = userTimedOut(s.rtt.rto(s.backoff));
    if (s.userTimeout > 0 ? userGivesUp : s.backoff >= retryLimit() && !answers) {
      giveUp();
      return;
    }
    engine.counters.tcpTimeouts++;
    engine.pathMtu.onTimeout(s);
    engine.recovery.onTimeout(s, engine.loop.now());
    s.forceResend = true;
    // (5.5) The host MUST set RTO <- RTO * 2 ("back off the timer")
    s.backoff++;
    s.rack.waitNoMore();
    restartRto();
    engine.markDirty(s);
  }

  /**
   * 3.8.6.1: "The sending TCP peer must regularly transmit at least one octet ... or retransmit",
   * with a growing interval.
   */
  private void probeTimeout() {
    if (s.probes >= retryLimit() || userTimedOut(s.rtt.rto(s.backoff))) {
      giveUp();
      return;
    }
    s.probes++;
    s.backoff++;
    s.probePending = true;
    engine.counters.tcpWinProbe++;
    engine.markDirty(s);
  }

  private int orphanRetries() {
    return engine.config.orphanRetries == 0 ? 8 : engine.config.orphanRetries;
  }

  private int retryLimit() {
    return s.userClosed
        ? Math.min(orphanRetries(), engine.config.retries2)
        : engine.config.retries2;
  }

  /**
   * Whether the user's time-out has passed since there is no progress; {@code waited} began with
   * the first expiry.
   */
  private boolean userTimedOut(long waited) {
    long now = engine.loop.now();
    if (s.stalledSince < 0) {
      s.stalledSince = now - waited;
    }
    return s.userTimeout > 0 && now - s.stalledSince >= s.userTimeout;
  }

  private void giveUp() {
    engine.counters.tcpAbortOnTimeout++;
    engine.finish(s, s.softError ? TcpError.UNREACHABLE : TcpError.TIMED_OUT);
  }

  /** An ACK may wait {@code delay} for company, or less where one waits already. */
  void delayAck(long delay) {
    if (ackTimer == null) {
      ackTimer = engine.loop.timer(this::onAckTimer);
    }
    long due = engine.loop.now() + delay;
    if (!s.ackDelayed || ackTimer.deadline() > due) {
      s.ackDelayed = true;
      ackTimer.arm(due);
    }
  }

  private void onAckTimer() {
    s.ackDelayed = false;
    if (s.ackPending) {
      engine.counters.delayedAcks++;
      s.ackNow = true;
      // what is answered late is not a conversation: the next ones go at once again (Linux's
      // ping-pong mode ends)
      s.pingPong = false;
      engine.markDirty(s);
    }
  }

  /** An ACK went out. */
  void ackSent() {
    if (s.ackDelayed && ackTimer != null) {
      s.ackDelayed = false;
      ackTimer.cancel();
    }
  }

  /** Keep-alive, and the end of FIN-WAIT-2 for a socket without user. */
  void armLife(long delay) {
    if (lifeTimer == null) {
      lifeTimer = engine.loop.timer(this::onLifeTimer);
    }
    lifeTimer.arm(engine.loop.now() + delay);
  }

  private void onLifeTimer() {
    if (s.state == TcpState.FIN_WAIT_2 && s.userClosed) {
      engine.finish(s, TcpError.TIMED_OUT);
      return;
    }
    if (!s.keepAlive || !s.isSynchronized()) {
      return;
    }
    long now = engine.loop.now();
    long idle = now - s.lastReceived;
    if (idle < s.keepAliveIdle || s.flight() > 0 || s.unsent() > 0) {
      s.keepAliveSent = 0;
      armLife(idle < s.keepAliveIdle ? s.keepAliveIdle - idle : s.keepAliveIdle);
      return;
    }
    boolean expired =
        s.userTimeout > 0
            ? idle >= s.userTimeout && s.keepAliveSent > 0
            : s.keepAliveSent >= s.keepAliveCount;
    if (expired) {
      engine.counters.tcpAbortOnTimeout++;
      engine.control.reset(s);
      engine.finish(s, s.softError ? TcpError.UNREACHABLE : TcpError.TIMED_OUT);
      return;
    }
    s.keepAliveSent++;
    s.probePending = true;
    engine.counters.tcpKeepAlive++;
    engine.markDirty(s);
    armLife(s.keepAliveInterval);
  }
}
