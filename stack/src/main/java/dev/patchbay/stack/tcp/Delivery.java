package dev.patchbay.stack.tcp;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the acknowledgment at hand says to have been delivered: filled by the {@link Scoreboard}
 * record by record, read by {@link LossRecovery}. One per engine.
 */
final class Delivery {
  private @Nullable TcpSocket socket;
  private long now;
  private boolean echoes;
  private int echo;

  /** Bytes delivered, cumulatively or selectively, that were not known to be before. */
  int bytes;

  private boolean original;
  private boolean repeated;

  private long sentAt;

  // the rate sample: the record that was sent last of those that the ACK delivers
  private boolean sampled;
  private int sampleEnd;
  private int priorDelivered;
  private long priorDeliveredAt;
  private int sendInterval;
  private boolean appLimited;

  /** A D-SACK block came (RFC 2883): something arrived twice. */
  boolean duplicate;

  /** Begins with an ACK of {@code s}. */
  void begin(TcpSocket s, long time, boolean hasEcho, int tsEcho) {
    socket = s;
    now = time;
    echoes = hasEcho;
    echo = tsEcho;
    bytes = 0;
    original = false;
    repeated = false;
    sentAt = -1;
    duplicate = false;
    sampled = false;
  }

  /**
   * Whether something was delivered that was sent only once and lies below {@link
   * TcpSocket#recoveryPoint}. Without SACK that is known only where nothing was sent again of all
   * that the ACK covers: the rest may have waited at the peer for it.
   */
  boolean provesOriginal() {
    TcpSocket s = socket;
    return original && s != null && (s.sackOn || !repeated);
  }

  /**
   * When the newest packet of a valid round-trip sample went out; -1 where there is none: something
   * was sent again of what the ACK covers, and the rest may have waited for it (Karn).
   */
  long sample() {
    return repeated ? -1 : sentAt;
  }

  /** When the ACK came. */
  long now() {
    return now;
  }

  /** Of the rate sample: what had been delivered when it was sent. */
  int priorDelivered() {
    return priorDelivered;
  }

  /** When the last of them had. */
  long priorDeliveredAt() {
    return priorDeliveredAt;
  }

  /** How long the sending of its flight took, us. */
  int sendInterval() {
    return sendInterval;
  }

  /** Whether the user wrote too little then. */
  boolean isAppLimited() {
    return appLimited;
  }

  /**
   * Of a record, {@code length} bytes that end at {@code end} were delivered.
   *
   * @param at when it was sent last
   * @param again whether it was sent more than once
   * @param times first word of its {@link DeliveryRate#sent} stamp
   * @param stamp the second
   */
  void add(int end, int length, long at, boolean again, long times, long stamp) {
    bytes += length;
    TcpSocket s = Objects.requireNonNull(socket);
    if (!sampled || at > s.firstSentAt || at == s.firstSentAt && end - sampleEnd > 0) {
      // tcp_rate_skb_delivered
      sampled = true;
      sampleEnd = end;
      s.firstSentAt = at;
      sendInterval = DeliveryRate.sinceFirst(times);
      priorDelivered = DeliveryRate.delivered(stamp);
      priorDeliveredAt = at - DeliveryRate.sinceDelivery(times);
      appLimited = DeliveryRate.isAppLimited(stamp);
    }
    repeated |= again;
    if (!again) {
      original |= end - s.recoveryPoint <= 0;
      sentAt = Math.max(sentAt, at);
    }
    s.rack.delivered(s, end, at, again, now, again && isOlderThan(s.timestamp(at)));
  }

  /** Whether the ACK echoes a timestamp before this one (RFC 3522). */
  boolean isOlderThan(int timestamp) {
    return echoes && echo - timestamp < 0;
  }
}
