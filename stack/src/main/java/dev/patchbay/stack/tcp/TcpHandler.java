package dev.patchbay.stack.tcp;

/**
 * What happens to a socket, told to its user. All on the loop, at the end of a turn, never from
 * within a call that the user makes. Any method of any socket may be called from here.
 */
public interface TcpHandler {
  /** The handshake has ended; data can be read and written. */
  default void onConnected(TcpSocket socket) {}

  /**
   * Data or the end of the stream became available: once per burst, and again only after more came.
   */
  void onReadable(TcpSocket socket);

  /**
   * The peer said that what it sends is urgent, or that more of it is ({@link
   * TcpSocket#urgentAhead}); told before the bytes themselves, even where there is no room for
   * them.
   */
  default void onUrgent(TcpSocket socket) {}

  /** There is room again after a write that took less than it was given. */
  void onWritable(TcpSocket socket);

  /**
   * All that was written and the FIN behind it were acknowledged, and the peer's direction is open:
   * FIN-WAIT-2. In the other states {@link #onClosed} tells it.
   */
  default void onFinAcknowledged(TcpSocket socket) {}

  /**
   * ICMP said something about a connection that stands, and {@link TcpSettings#receiveErrors} is
   * set; of several in a turn the last.
   *
   * @param errno Linux's number of the error
   */
  default void onError(TcpSocket socket, int errno) {}

  /**
   * The connection is over; exactly once for each socket, the last call for it. {@link
   * TcpError#NONE} after both directions ended in order and all that came was read (or {@link
   * TcpSocket#close} was called). After any other error what is still unread can be read during
   * this call and is thrown away after it.
   */
  void onClosed(TcpSocket socket, TcpError error);
}
