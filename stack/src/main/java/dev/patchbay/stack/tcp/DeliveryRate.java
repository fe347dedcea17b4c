package dev.patchbay.stack.tcp;

/**
 * How fast the path delivers (draft-cheng-iccrg-delivery-rate-estimation, Linux's {@code
 * tcp_rate.c}): what was delivered between the sending of a packet and its acknowledgment, by the
 * time that the sending or the acknowledging of it took, whichever was longer. So neither a burst
 * that was written at once nor ACKs that come together make a path look faster than it is.
 *
 * <pre>
 *   TcpSocket.write  -> checkAppLimited   the user writes too little to say anything of the path
 *   TcpOutput        -> sent              each record notes what had been delivered till then
 *   Scoreboard       -> Delivery.add      the newest record that an ACK delivers is the sample
 *   TcpAck           -> acknowledged      the rate
 * </pre>
 *
 * <p>Counts bytes where Linux counts packets and takes each for a full one. Rates are of use for
 * {@code TCP_INFO} alone: no congestion control here follows them.
 */
final class DeliveryRate {
  private DeliveryRate() {}

  private static int micros(long ns) {
    return (int) Math.min(ns / 1000, Integer.MAX_VALUE);
  }

  /** Bytes that the peer is known to have, from some number on ({@code tp->delivered}). */
  static int delivered(TcpSocket s) {
    return s.sndUna + s.scoreboard.sackedBytes();
  }

  /** What is sent now is the first in flight: a new sending phase begins. */
  static void begin(TcpSocket s, long now) {
    s.firstSentAt = now;
    s.deliveredAt = now;
  }

  /**
   * Record {@code i} of the scoreboard is being sent, or sent again ({@code tcp_rate_skb_sent}).
   */
  static void sent(TcpSocket s, int i, long now) {
    long times = (long) micros(now - s.firstSentAt) << 32 | micros(now - s.deliveredAt);
    s.scoreboard.stamp(i, times, (long) delivered(s) << 1 | (s.appLimited != 0 ? 1 : 0));
  }

  /** How long before its record the first of its sending phase was sent, us. */
  static int sinceFirst(long times) {
    return (int) (times >>> 32);
  }

  /** How long before its record was sent something was delivered, ns. */
  static long sinceDelivery(long times) {
    return (times & 0xffff_ffffL) * 1000;
  }

  /** What {@link #delivered(TcpSocket)} was when the record was sent. */
  static int delivered(long stamp) {
    return (int) (stamp >> 1);
  }

  /** Whether it was sent while the user wrote too little. */
  static boolean isAppLimited(long stamp) {
    return (stamp & 1) != 0;
  }

  /** The user is about to write ({@code tcp_rate_check_app_limited}). */
  static void checkAppLimited(TcpSocket s) {
    if (s.unsent() >= s.sendMss) {
      return;
    }
    int pipe = LossRecovery.pipe(s);
    boolean repaired = s.scoreboard.lostBytes() <= s.scoreboard.retransmittedBytes();
    if (repaired && pipe + s.sendMss <= s.cwnd) {
      // until what is in flight has been delivered
      int end = delivered(s) + pipe;
      s.appLimited = end == 0 ? 1 : end;
    }
  }

  /** An ACK with news was worked into the scoreboard ({@code tcp_rate_gen}). */
  static void acknowledged(TcpSocket s, Delivery d) {
    if (d.bytes == 0) {
      return;
    }
    s.deliveredAt = d.now();
    if (delivered(s) - s.appLimited > 0) {
      s.appLimited = 0;
    }
    if (s.sackReneged) {
      // what the peer went back on seems to be delivered twice
      s.sackReneged = s.phase == LossRecovery.Phase.LOSS;
      return;
    }
    int interval = Math.max(d.sendInterval(), micros(d.now() - d.priorDeliveredAt()));
    if (interval < Math.max(1, micros(s.rtt.minRtt()))) {
      // of a retransmission, for whose first transmission the ACK most likely is
      return;
    }
    int bytes = delivered(s) - d.priorDelivered();
    if (!d.isAppLimited() || (long) bytes * s.rateInterval >= (long) s.rateBytes * interval) {
      s.rateBytes = bytes;
      s.rateInterval = interval;
      s.rateAppLimited = d.isAppLimited();
    }
  }

  /** Bytes a second, 0 before there was a sample ({@code tcp_compute_delivery_rate}). */
  static long rate(TcpSocket s) {
    return s.rateInterval == 0 ? 0 : s.rateBytes * 1_000_000L / s.rateInterval;
  }
}
