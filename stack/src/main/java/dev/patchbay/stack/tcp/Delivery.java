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

  /** Of a record, {@code length} bytes that end at {@code end} were delivered. */
  void add(int end, int length, long at, boolean again) {
    bytes += length;
    TcpSocket s = Objects.requireNonNull(socket);
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
