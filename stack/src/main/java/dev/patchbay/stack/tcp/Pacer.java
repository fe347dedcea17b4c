package dev.patchbay.stack.tcp;

import dev.patchbay.stack.time.Timer;

/**
 * Spreads what a connection sends over its round trip, rather than a window at once (Linux's
 * internal pacing and {@code fq}). A connection has one only if it is to be paced: by {@link
 * TcpConfig#pacing} or {@link TcpSocket#maxPacingRate}.
 *
 * <p>The rate is Linux's ({@code tcp_update_pacing_rate}): twice the window per round trip in slow
 * start, 1.2 times afterwards, and never above the user's limit. Time is divided by the timer
 * wheel's ticks: what a tick's worth of the rate allows goes at once.
 */
final class Pacer {
  /** No limit of the user's. */
  static final long UNLIMITED = Long.MAX_VALUE;

  /** Least limit, bytes a second: a full segment in some 15 s. */
  static final long LEAST_RATE = 100;

  /** What goes unpaced at the start, as from Linux's {@code fq}: the initial window. */
  private static final int UNPACED_SEGMENTS = 10;

  /** How much of what could not be sent in time may be made up for, ns. */
  private static final long CREDIT = 2 * TcpTimers.LEAST;

  private static final long SECOND = 1_000_000_000L;

  private final TcpSocket s;
  private final Timer timer;
  private long limit;

  /** Segments with data, up to {@link #UNPACED_SEGMENTS} ({@code data_segs_out}). */
  private long segments;

  /** When what was sent last would have left at the rate. */
  private long next;

  Pacer(TcpSocket s, TcpEngine engine, long limit) {
    this.s = s;
    this.limit = limit;
    segments = s.bytesAcked / Math.max(1, s.sendMss);
    next = engine.loop.now();
    timer = engine.loop.timer(() -> engine.markDirty(s));
  }

  /** Sets the user's limit. What waits by a lower one than this waits no more. */
  void limit(long bytesPerSecond) {
    if (bytesPerSecond > limit) {
      next = Math.min(next, s.engine.loop.now());
      timer.cancel();
      s.engine.markDirty(s);
    }
    limit = bytesPerSecond;
  }

  private long rate() {
    return segments < UNPACED_SEGMENTS ? limit : Math.min(limit, rate(s));
  }

  /** The user's limit, bytes a second. */
  long limit() {
    return limit;
  }

  /** The window's rate, bytes a second; {@link #UNLIMITED} before the first round trip. */
  static long rate(TcpSocket s) {
    long srtt = s.rtt.srtt();
    if (srtt <= 0) {
      return UNLIMITED;
    }
    long window = Math.max(s.cwnd, s.flight());
    long percent = s.cwnd < s.ssthresh / 2 ? 200 : 120;
    // in double precision, since the product has more than 63 bits
    return Math.max(LEAST_RATE, (long) ((double) window * percent / 100 * SECOND / srtt));
  }

  /** Whether a segment may go now; where not, the timer sends on. */
  boolean mayGo(long now) {
    long wait = next - now;
    if (wait < TcpTimers.LEAST) {
      return true;
    }
    if (!timer.isArmed()) {
      timer.arm(next - TcpTimers.LEAST + 1);
    }
    return false;
  }

  /**
   * Most bytes that go at once: a tick's worth, whole segments, two of them at least (Linux's
   * {@code tcp_tso_autosize}).
   */
  int burst(int mss) {
    long bytes = rate() / (SECOND / TcpTimers.LEAST);
    return (int) Math.min(Integer.MAX_VALUE, Math.max(2L * mss, bytes - bytes % mss));
  }

  /** These bytes have been sent. */
  void sent(int bytes, long now) {
    long rate = rate();
    segments += (bytes + s.sendMss - 1) / s.sendMss;
    if (rate == UNLIMITED) {
      next = now;
      return;
    }
    next = Math.max(next, now - CREDIT) + (long) ((double) bytes * SECOND / rate);
  }

  /** Whether something waits for its time. */
  boolean isArmed() {
    return timer.isArmed();
  }

  void cancel() {
    timer.cancel();
  }
}
