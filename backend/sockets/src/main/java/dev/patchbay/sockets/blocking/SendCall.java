package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Message;
import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * send(2), sendto(2), sendmsg(2). A stream goes on from the caller's buffer until all bytes are
 * taken; what was taken before an error, the time-out or an interrupt is the result, and an error
 * of the connection is left to the next call.
 */
final class SendCall extends Call {
  private static final byte[] NONE = {};

  private final BlockingSocket owner;
  private byte[] data = NONE;
  private int offset;
  private int length;
  private int flags;
  private @Nullable SocketAddress address;
  private @Nullable Message message;
  private int sent;
  private @Nullable Message rest;

  SendCall(BlockingSocket owner) {
    super(owner.network());
    this.owner = owner;
  }

  SendCall buffer(byte[] newData, int newOffset, int newLength, int newFlags) {
    data = newData;
    offset = newOffset;
    length = newLength;
    flags = newFlags;
    sent = 0;
    return this;
  }

  SendCall address(@Nullable SocketAddress to) {
    address = to;
    return this;
  }

  SendCall message(Message newMessage, int newFlags) {
    message = newMessage;
    return buffer(NONE, 0, newMessage.total(), newFlags);
  }

  /** Lets go of what the caller gave it. */
  void forget() {
    data = NONE;
    address = null;
    message = null;
    rest = null;
  }

  private int once(Socket socket) {
    Message m = message;
    if (m == null) {
      return socket.sendto(data, offset + sent, length - sent, flags, address);
    }
    if (sent == 0) {
      return socket.sendmsg(m, flags);
    }
    Message r = rest == null ? new Message() : rest;
    rest = r;
    BufferRest.of(m, sent, r);
    return socket.sendmsg(r, flags);
  }

  @Override
  protected boolean attempt() {
    int refusal = owner.refusal();
    if (refusal != 0) {
      return finish(refusal);
    }
    if (sent > 0 && owner.hasError()) {
      return finish(sent);
    }
    int n = once(owner.socket());
    if (n == -Errno.EAGAIN) {
      return false;
    }
    if (n < 0) {
      return finish(sent > 0 ? sent : n);
    }
    sent += n;
    return (sent >= length || !owner.isStream()) && finish(sent);
  }

  @Override
  protected boolean mayWait() {
    return !owner.isNonBlocking() && (flags & MessageFlags.MSG_DONTWAIT) == 0;
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
    return sent > 0 ? sent : -Errno.EAGAIN;
  }

  @Override
  void fail(int error) {
    finish(sent > 0 ? sent : error);
  }

  @Override
  protected int interrupted() {
    return sent > 0 ? sent : -Errno.EINTR;
  }

  @Override
  boolean isExclusive() {
    return true;
  }
}
