package dev.patchbay.stack.socket;

import java.util.ArrayDeque;

/** Errors that {@code IP_RECVERR} keeps for {@code MSG_ERRQUEUE}, with what had caused them. */
final class ErrorQueue {
  /** One error ({@code struct sock_exterr_skb}). */
  static final class Entry {
    final ExtendedError error = new ExtendedError();

    /** Where the datagram went that caused it. */
    final SocketAddress destination = new SocketAddress();

    /** The datagram's payload, as far as it was quoted. */
    byte[] payload = {};
  }

  /** Bound of what waits; Linux counts memory against the receive buffer. */
  private static final int LIMIT = 64;

  /** Bytes that an entry keeps: whoever forges errors fills no more memory than this. */
  static final int MAX_PAYLOAD = 1280;

  private final ArrayDeque<Entry> entries = new ArrayDeque<>(0);

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Whether {@link #add} takes no more, to be asked before an entry is made. */
  boolean isFull() {
    return entries.size() >= LIMIT;
  }

  /** Adds one; false where there are too many. */
  boolean add(Entry entry) {
    return !isFull() && entries.add(entry);
  }

  /** Origin of the oldest one, -1: there is none. */
  int firstOrigin() {
    Entry entry = entries.peek();
    return entry == null ? -1 : entry.error.origin;
  }

  /** Errno of the oldest one, 0: there is none. */
  int firstErrno() {
    Entry entry = entries.peek();
    return entry == null ? 0 : entry.error.errno;
  }

  void clear() {
    entries.clear();
  }

  /** {@code ip_recv_error}: the oldest one into {@code m}; the payload's bytes, or -EAGAIN. */
  int receive(Message m) {
    Entry entry = entries.poll();
    if (entry == null) {
      return -Errno.EAGAIN;
    }
    int n = m.scatter(0, entry.payload, 0, entry.payload.length);
    m.flags = MessageFlags.MSG_ERRQUEUE;
    if (n < entry.payload.length) {
      m.flags |= MessageFlags.MSG_TRUNC;
    }
    SocketAddress name = m.name;
    if (name != null) {
      name.set(entry.destination);
    }
    m.control = Message.CONTROL_ERROR;
    m.error.set(entry.error);
    return n;
  }
}
