package dev.patchbay.stack.tcp;

import org.jspecify.annotations.Nullable;

/**
 * Watches one end of a connection for stalls that its timers do not explain. What has something to
 * say is never silent for longer than its current time-out (RFC 6298 section 5, RFC 9293 section
 * 3.8.6.1), and what is in flight is acknowledged, or sent again, in the sum of the time-outs that
 * the backoff counts.
 */
final class StallWatch {
  private final String name;
  private long segments = -1;
  private long active;
  private long allowed;
  private int una;
  private long progress;
  private long longest;

  StallWatch(String name) {
    this.name = name;
  }

  /**
   * @param step time between two calls, ns
   */
  void look(@Nullable TcpSocket s, long now, long step) {
    if (s == null || s.state() == TcpState.CLOSED || s.state() == TcpState.TIME_WAIT) {
      return;
    }
    boolean owes = s.flight() > 0 || s.unsent() > 0 || s.finQueued && !s.finSent;
    long seen = s.segmentsIn + s.segmentsOut;
    if (seen != segments || !owes) {
      segments = seen;
      active = now;
      allowed = 0;
    }
    // a reordering window, which is at most SRTT (RFC 8985 section 6.2.4), restarts the time-out
    // once when it ends
    allowed = Math.max(allowed, s.rtt.rto(s.backoff) + s.rtt.srtt());
    if (now - active > allowed + 2 * step) {
      throw new AssertionError(
          name + " is silent for " + (now - active) + " ns, time-out " + allowed + say(s));
    }
    if (s.sndUna != una || s.flight() == 0 || s.sndWnd == 0) {
      una = s.sndUna;
      progress = now;
      longest = 0;
    }
    longest = Math.max(longest, s.rtt.rto(0));
    // beside the time-outs: a tail-loss probe and a reordering window, each of which restarts the
    // timer once, and a fast retransmission that was lost
    long sum = 3 * longest;
    for (int i = 0; i <= s.backoff; i++) {
      sum += Math.min(longest << i, s.engine.config.maxRto);
    }
    if (now - progress > sum + 2 * step) {
      throw new AssertionError(
          name + " is stuck for " + (now - progress) + " ns, explained " + sum + say(s));
    }
  }

  private static String say(TcpSocket s) {
    return " in "
        + s.state()
        + " "
        + s.phase
        + " "
        + s.timerMode
        + " flight "
        + s.flight()
        + " unsent "
        + s.unsent()
        + " window "
        + s.sndWnd
        + " backoff "
        + s.backoff
        + " mss "
        + s.sendMss;
  }
}
