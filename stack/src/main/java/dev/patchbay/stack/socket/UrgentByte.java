package dev.patchbay.stack.socket;

import dev.patchbay.stack.tcp.TcpSocket;

/**
 * The urgent byte of a stream as Linux has it ({@code tcp_recv_urg}): the last one that the peer
 * called urgent stands apart, to be taken with {@code MSG_OOB}; reading ends before it and then
 * passes over it. With {@code SO_OOBINLINE} it stays in line and only marks its place.
 */
final class UrgentByte {
  /** {@code TCP_URG_READ}: one was taken, and may still stand in the stream. */
  private boolean taken;

  /** Which one that was: the sequence number after it. */
  private int takenEnd;

  private final byte[] one = new byte[1];

  /** {@code TCP_URG_VALID}: it has come, and was not taken. */
  boolean waits(TcpSocket t) {
    int mark = t.urgentMark();
    return mark >= 0 && mark < t.available() && !isTaken(t);
  }

  private boolean isTaken(TcpSocket t) {
    return taken && takenEnd == t.urgentEnd();
  }

  /**
   * Bytes to pass over before a read: 1 where the reader stands before the byte; to be consumed,
   * except in peeking.
   */
  static int hole(TcpSocket t, boolean inline) {
    return !inline && t.urgentMark() == 0 && t.available() > 0 ? 1 : 0;
  }

  /** Bytes that one read may take at most: it ends at the mark. */
  static int limit(TcpSocket t) {
    int mark = t.urgentMark();
    return mark > 0 ? mark : Integer.MAX_VALUE;
  }

  /**
   * Takes the byte.
   *
   * @return 1, 0 where there is no room for it, {@code -EINVAL} without one, {@code -EAGAIN} where
   *     it was announced and has not come, or {@code ended} in that case
   */
  int receive(TcpSocket t, Message message, int flags, boolean inline, boolean ended) {
    int mark = t.urgentMark();
    if (inline || mark < 0 || isTaken(t)) {
      return -Errno.EINVAL;
    }
    if (mark >= t.available()) {
      return ended ? 0 : -Errno.EAGAIN;
    }
    if ((flags & MessageFlags.MSG_PEEK) == 0) {
      taken = true;
      takenEnd = t.urgentEnd();
    }
    message.flags = MessageFlags.MSG_OOB;
    if (message.total() == 0) {
      message.flags |= MessageFlags.MSG_TRUNC;
      return 0;
    }
    if ((flags & MessageFlags.MSG_TRUNC) == 0) {
      t.peek(mark, one, 0, 1);
      message.scatter(0, one, 0, 1);
    }
    return 1;
  }
}
