package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Message;
import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.PollEvents;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.socket.StreamSocket;
import dev.patchbay.stack.tcp.TcpInfo;
import org.jspecify.annotations.Nullable;

/**
 * recv(2), recvfrom(2), recvmsg(2). A stream waits for {@code SO_RCVLOWAT} bytes, or with {@code
 * MSG_WAITALL} for all; what came before an end, urgent data, an error, the time-out or an
 * interrupt is its result, and an error of the connection is left to the next call. Urgent data
 * ({@code MSG_OOB}) is never waited for ({@code tcp_recv_urg}).
 */
final class ReceiveCall extends Call {
  private static final byte[] NONE = {};

  private final BlockingSocket owner;
  private byte[] data = NONE;
  private int offset;
  private int length;
  private int flags;
  private @Nullable SocketAddress address;
  private @Nullable Message message;
  private long timeout;
  private int received;
  private @Nullable Message rest;

  ReceiveCall(BlockingSocket owner) {
    super(owner.network());
    this.owner = owner;
  }

  ReceiveCall buffer(byte[] newData, int newOffset, int newLength, int newFlags) {
    data = newData;
    offset = newOffset;
    length = newLength;
    flags = newFlags;
    received = 0;
    return this;
  }

  ReceiveCall address(@Nullable SocketAddress out) {
    address = out;
    return this;
  }

  ReceiveCall message(Message newMessage, int newFlags) {
    message = newMessage;
    return buffer(NONE, 0, newMessage.total(), newFlags);
  }

  /** How long, ns; {@link BlockingSocket#BY_OPTION}. */
  ReceiveCall within(long nanos) {
    timeout = nanos;
    return this;
  }

  /** Lets go of what the caller gave it. */
  void forget() {
    data = NONE;
    address = null;
    message = null;
    rest = null;
  }

  private boolean has(int flag) {
    return (flags & flag) != 0;
  }

  private int once(Socket socket) {
    Message m = message;
    if (m == null) {
      return socket.recvfrom(data, offset + received, length - received, flags, address);
    }
    if (received == 0) {
      return socket.recvmsg(m, flags);
    }
    Message r = rest == null ? new Message() : rest;
    rest = r;
    BufferRest.of(m, received, r);
    int n = socket.recvmsg(r, flags);
    m.flags |= r.flags;
    return n;
  }

  /** {@code sock_rcvlowat}. */
  private int target(Socket socket) {
    int wanted = has(MessageFlags.MSG_WAITALL) ? length : socket.receiveLowWater();
    return Math.max(1, Math.min(wanted, length));
  }

  @Override
  protected boolean attempt() {
    int refusal = owner.refusal();
    if (refusal != 0) {
      return finish(refusal);
    }
    Socket socket = owner.socket();
    boolean apart = has(MessageFlags.MSG_ERRQUEUE | MessageFlags.MSG_OOB);
    boolean stream = owner.isStream() && !apart;
    while (true) {
      if (received > 0 && endsHere(socket)) {
        return finish(received);
      }
      int n = once(socket);
      if (n == -Errno.EAGAIN) {
        return hasEnded(socket, stream) && finish(0);
      }
      if (n < 0) {
        return finish(received > 0 ? received : n);
      }
      if (n == 0 || !stream) {
        return finish(received + n);
      }
      if (has(MessageFlags.MSG_PEEK)) {
        boolean ended = (socket.poll() & (PollEvents.POLLRDHUP | PollEvents.POLLHUP)) != 0;
        return (n >= target(socket) || ended || !mayWait()) && finish(n);
      }
      received += n;
      if (received >= target(socket)) {
        return finish(received);
      }
    }
  }

  /**
   * Whether a receive that has something goes no further: before urgent data, or where an error
   * comes next, which is left to the next call.
   */
  private boolean endsHere(Socket socket) {
    if (!(socket instanceof StreamSocket stream)) {
      return owner.hasError();
    }
    if (stream.isAtMark()) {
      return true;
    }
    TcpInfo info = owner.hasError() ? stream.tcpInfo() : null;
    return info != null && info.receiveQueue() == 0;
  }

  /** {@code __skb_wait_for_more_packets}: who waits where reading is shut gets the end. */
  private boolean hasEnded(Socket socket, boolean stream) {
    return !stream && mayWait() && (socket.poll() & PollEvents.POLLRDHUP) != 0;
  }

  @Override
  protected boolean mayWait() {
    return !owner.isNonBlocking()
        && !has(MessageFlags.MSG_DONTWAIT)
        && !has(MessageFlags.MSG_ERRQUEUE | MessageFlags.MSG_OOB);
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
    if (received == 0 && has(MessageFlags.MSG_PEEK)) {
      // what is there, fewer than were waited for
      return once(owner.socket());
    }
    return received > 0 ? received : -Errno.EAGAIN;
  }

  @Override
  void fail(int error) {
    finish(received > 0 ? received : error);
  }

  @Override
  protected int interrupted() {
    int n = timedOut();
    return n == -Errno.EAGAIN ? -Errno.EINTR : n;
  }

  /** One that looks only, or waits for more than a byte, leaves something for the next. */
  @Override
  boolean isExclusive() {
    return !has(MessageFlags.MSG_PEEK | MessageFlags.MSG_WAITALL)
        && owner.socket().receiveLowWater() == 1;
  }
}
