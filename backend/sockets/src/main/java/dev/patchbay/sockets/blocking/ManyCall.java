package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Message;
import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.Socket;

/** sendmmsg(2) and recvmmsg(2). */
final class ManyCall extends Call {
  private final BlockingSocket owner;
  private final Message[] messages;
  private final int count;
  private final int flags;
  private final boolean sends;
  private final Message rest = new Message();

  /** Messages that are done. */
  private int done;

  /** Bytes sent of the next one. */
  private int part;

  ManyCall(BlockingSocket owner, Message[] messages, int count, int flags, boolean sends) {
    super(owner.network());
    this.owner = owner;
    this.messages = messages;
    this.count = count;
    this.flags = flags;
    this.sends = sends;
  }

  @Override
  protected boolean attempt() {
    int refusal = owner.refusal();
    if (refusal != 0) {
      return finish(refusal);
    }
    while (done < count) {
      if ((done > 0 || part > 0) && owner.hasError()) {
        return finish(result(-Errno.EIO));
      }
      int n = sends ? send(messages[done]) : receive(messages[done]);
      if (n == -Errno.EAGAIN) {
        return waitsForNoMore() && finish(done);
      }
      if (n < 0) {
        return finish(result(n));
      }
      messages[done].length = n;
      done++;
      part = 0;
    }
    return finish(done);
  }

  private int receive(Message m) {
    return owner.socket().recvmsg(m, flags & ~MessageFlags.MSG_WAITFORONE);
  }

  /** A stream takes a message in parts. */
  private int send(Message m) {
    Socket socket = owner.socket();
    BufferRest.of(m, part, rest);
    int n = socket.sendmsg(part == 0 ? m : rest, flags);
    if (n < 0 || !owner.isStream()) {
      return n;
    }
    part += n;
    return part < m.total() ? -Errno.EAGAIN : part;
  }

  private boolean waitsForNoMore() {
    return done > 0 && (flags & MessageFlags.MSG_WAITFORONE) != 0;
  }

  @Override
  protected boolean mayWait() {
    return !owner.isNonBlocking() && (flags & MessageFlags.MSG_DONTWAIT) == 0;
  }

  @Override
  protected void enqueue() {
    (sends ? owner.writers() : owner.readers()).add(this);
  }

  @Override
  protected long timeout() {
    Socket s = owner.socket();
    return BlockingSocket.nanos(sends ? s.sendTimeout() : s.receiveTimeout());
  }

  /** A message of which a part was sent counts, with its part. */
  @Override
  protected int timedOut() {
    return result(-Errno.EAGAIN);
  }

  @Override
  protected int interrupted() {
    return result(-Errno.EINTR);
  }

  @Override
  void fail(int error) {
    finish(result(error));
  }

  private int result(int error) {
    if (part > 0) {
      messages[done].length = part;
      done++;
      part = 0;
    }
    return done > 0 ? done : error;
  }

  @Override
  boolean isExclusive() {
    return true;
  }
}
