package dev.patchbay.stack.socket;

/**
 * Linux's flags of send and receive operations ({@code MSG_*}). Sockets of this layer never block,
 * so {@link #MSG_DONTWAIT} changes nothing and {@link #MSG_WAITALL} is for the blocking layer
 * above.
 */
public final class MessageFlags {
  /** Urgent data, of streams of TCP alone; RFC 6093 advises against it. */
  public static final int MSG_OOB = 0x1;

  /** What is read stays in the queue. */
  public static final int MSG_PEEK = 0x2;

  /** Control data did not fit (out). */
  public static final int MSG_CTRUNC = 0x8;

  /** In: the datagram's true length is to be returned. Out: it was longer than the buffers. */
  public static final int MSG_TRUNC = 0x20;

  /** Not to block; always so here. */
  public static final int MSG_DONTWAIT = 0x40;

  /** The end of a record (out). */
  public static final int MSG_EOR = 0x80;

  /** Wait until the buffers are full. */
  public static final int MSG_WAITALL = 0x100;

  /** The error queue is read. */
  public static final int MSG_ERRQUEUE = 0x2000;

  /** No signal at a broken pipe; there is never one here. */
  public static final int MSG_NOSIGNAL = 0x4000;

  /** More comes: what would not fill a segment or a datagram waits. */
  public static final int MSG_MORE = 0x8000;

  /** {@code recvmmsg}: after the first message nothing is waited for. */
  public static final int MSG_WAITFORONE = 0x10000;

  /** Flags of send operations. */
  static final int SEND = MSG_OOB | MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE;

  /** Flags of receive operations. */
  static final int RECEIVE =
      MSG_OOB
          | MSG_PEEK
          | MSG_TRUNC
          | MSG_DONTWAIT
          | MSG_WAITALL
          | MSG_ERRQUEUE
          | MSG_NOSIGNAL
          | MSG_WAITFORONE;

  private MessageFlags() {}
}
