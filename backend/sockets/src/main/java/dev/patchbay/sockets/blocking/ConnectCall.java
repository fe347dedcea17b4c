package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.SocketAddress;

/** connect(2): waits until the handshake has ended ({@code inet_wait_for_connect}). */
final class ConnectCall extends Call {
  private final BlockingSocket owner;
  private final SocketAddress address;
  private final long timeout;

  /** What connect says while the handshake goes on: as the first attempt said it. */
  private int going;

  ConnectCall(BlockingSocket owner, SocketAddress address, long timeout) {
    super(owner.network());
    this.owner = owner;
    this.address = address;
    this.timeout = timeout;
  }

  @Override
  protected boolean attempt() {
    if (owner.isShut()) {
      return finish(-Errno.EBADF);
    }
    int n = owner.socket().connect(address);
    if (n == -Errno.EINPROGRESS || n == -Errno.EALREADY) {
      going = going == 0 ? n : going;
      return false;
    }
    return finish(n);
  }

  @Override
  protected boolean mayWait() {
    return !owner.isNonBlocking();
  }

  @Override
  protected void enqueue() {
    owner.writers().add(this);
  }

  @Override
  protected long timeout() {
    return timeout == BlockingSocket.BY_OPTION
        ? BlockingSocket.nanos(owner.socket().sendTimeout())
        : timeout;
  }

  @Override
  protected int timedOut() {
    return going;
  }

  @Override
  protected int interrupted() {
    return -Errno.EINTR;
  }

  @Override
  boolean isExclusive() {
    return false;
  }
}
