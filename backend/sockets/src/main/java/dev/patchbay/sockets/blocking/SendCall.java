package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Message;
import dev.patchbay.stack.socket.Socket;

/**
 * send(2), sendto(2), sendmsg(2). A stream goes on from the caller's buffer until all bytes are
 * taken; what was taken before an error, the time-out or an interrupt is the result, and an error
 * of the connection is left to the next call.
 */
final class SendCall extends TransferCall {
  SendCall(BlockingSocket owner) {
    super(owner);
  }

  @Override
  protected int moveBuffer(Socket socket) {
    return socket.sendto(data, offset + moved, length - moved, flags, address);
  }

  @Override
  protected int moveMessage(Socket socket, Message part) {
    return socket.sendmsg(part, flags);
  }

  @Override
  protected boolean attempt() {
    int refusal = owner.refusal();
    if (refusal != 0) {
      return finish(refusal);
    }
    if (moved > 0 && owner.hasError()) {
      return finish(moved);
    }
    int n = once(owner.socket());
    if (n == -Errno.EAGAIN) {
      return false;
    }
    if (n < 0) {
      return finish(movedOr(n));
    }
    moved += n;
    return (moved >= length || !owner.isStream()) && finish(moved);
  }

  @Override
  protected void enqueue() {
    owner.writers().add(this);
  }

  @Override
  protected long timeout() {
    return BlockingSocket.nanos(owner.socket().sendTimeout());
  }

  @Override
  protected int timedOut() {
    return movedOr(-Errno.EAGAIN);
  }

  @Override
  protected int interrupted() {
    return movedOr(-Errno.EINTR);
  }

  @Override
  boolean isExclusive() {
    return true;
  }
}
