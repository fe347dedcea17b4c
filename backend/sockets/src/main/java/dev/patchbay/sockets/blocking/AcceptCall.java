package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import org.jspecify.annotations.Nullable;

/** accept(2). */
final class AcceptCall extends Call {
  private final BlockingSocket owner;
  private final @Nullable SocketAddress peer;
  private final @Nullable SocketAddress local;
  private final long timeout;
  private @Nullable BlockingSocket accepted;

  /**
   * Accepts one connection.
   *
   * @param peer takes the peer's address, or null
   * @param local takes our address, or null
   */
  AcceptCall(
      BlockingSocket owner,
      @Nullable SocketAddress peer,
      @Nullable SocketAddress local,
      long timeout) {
    super(owner.network());
    this.owner = owner;
    this.peer = peer;
    this.local = local;
    this.timeout = timeout;
  }

  /** The connection, once it has ended with 0. */
  @Nullable BlockingSocket accepted() {
    return accepted;
  }

  @Override
  protected boolean attempt() {
    if (owner.isShut()) {
      return finish(-Errno.EBADF);
    }
    Socket child = owner.socket().accept(peer);
    if (child == null) {
      int errno = network.stack().sockets().errno();
      return errno != Errno.EAGAIN && finish(-errno);
    }
    if (local != null) {
      child.getsockname(local);
    }
    accepted = network.adopt(child, 0);
    return finish(0);
  }

  @Override
  protected boolean mayWait() {
    return !owner.isNonBlocking();
  }

  @Override
  protected void enqueue() {
    owner.readers().add(this);
  }

  @Override
  protected long timeout() {
    return timeout == BlockingSocket.BY_OPTION
        ? BlockingSocket.nanos(owner.socket().receiveTimeout())
        : timeout;
  }

  @Override
  protected int timedOut() {
    return -Errno.EAGAIN;
  }

  @Override
  protected int interrupted() {
    return -Errno.EINTR;
  }

  @Override
  boolean isExclusive() {
    return true;
  }
}
