package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.PollEvents;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.StreamSocket;
import dev.patchbay.stack.tcp.TcpState;
import java.util.concurrent.TimeUnit;

/**
 * close(2). All who wait on the socket are told. With {@code SO_LINGER} a TCP socket waits until
 * the peer has acknowledged everything, the FIN included ({@code sk_stream_wait_close}), unless
 * something is unread, which resets the connection.
 */
final class CloseCall extends Call {
  private final BlockingSocket owner;
  private final boolean finFirst;
  private boolean begun;
  private boolean finSent;

  /**
   * Closes a socket.
   *
   * @param finFirst where something is unread the peer gets a FIN before it is reset, and so the
   *     end of the stream, as the JDK's sockets have it; not with {@code SO_LINGER} of 0
   */
  CloseCall(BlockingSocket owner, boolean finFirst) {
    super(owner.network());
    this.owner = owner;
    this.finFirst = finFirst;
  }

  @Override
  protected boolean attempt() {
    if (finSent) {
      return closeNow();
    }
    if (!begun) {
      begun = true;
      owner.shutAll();
      if (finFirst && owner.socket().lingerSeconds() != 0 && hasUnread()) {
        owner.socket().shutdown(Socket.SHUT_WR);
        // the FIN leaves at the end of this turn: what is posted now starts in the next
        finSent = true;
        network.post(this);
        return true;
      }
      if (lingers() && !hasUnread()) {
        owner.socket().shutdown(Socket.SHUT_RDWR);
      }
    }
    if (lingers() && isClosing() && !hasUnread()) {
      return false;
    }
    return closeNow();
  }

  private boolean closeNow() {
    owner.closed();
    return finish(0);
  }

  private boolean lingers() {
    return owner.socket() instanceof StreamSocket s
        && !s.isClosed()
        && s.lingerSeconds() > 0
        && s.isConnected();
  }

  private boolean isClosing() {
    TcpState state = ((StreamSocket) owner.socket()).tcpState();
    return state == TcpState.FIN_WAIT_1 || state == TcpState.CLOSING || state == TcpState.LAST_ACK;
  }

  private boolean hasUnread() {
    byte[] one = new byte[1];
    return (owner.socket().poll() & PollEvents.POLLIN) != 0
        && owner.socket().recv(one, 0, 1, MessageFlags.MSG_PEEK) > 0;
  }

  @Override
  protected boolean mayWait() {
    // tcp_close lingers whatever O_NONBLOCK says
    return true;
  }

  @Override
  protected void enqueue() {
    owner.writers().add(this);
  }

  @Override
  protected long timeout() {
    return TimeUnit.SECONDS.toNanos(owner.socket().lingerSeconds());
  }

  @Override
  protected int timedOut() {
    owner.closed();
    return 0;
  }

  @Override
  protected int interrupted() {
    return timedOut();
  }

  @Override
  boolean isExclusive() {
    return false;
  }
}
