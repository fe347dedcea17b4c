package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Message;
import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.PollEvents;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.StreamSocket;
import dev.patchbay.stack.tcp.TcpInfo;

/**
 * recv(2), recvfrom(2), recvmsg(2). A stream waits for {@code SO_RCVLOWAT} bytes, or with {@code
 * MSG_WAITALL} for all; what came before an end, urgent data, an error, the time-out or an
 * interrupt is its result, and an error of the connection is left to the next call. Urgent data
 * ({@code MSG_OOB}) is never waited for ({@code tcp_recv_urg}).
 */
final class ReceiveCall extends TransferCall {
  private long timeout;

  ReceiveCall(BlockingSocket owner) {
    super(owner);
  }

  /** How long, ns; {@link BlockingSocket#BY_OPTION}. */
  void within(long nanos) {
    timeout = nanos;
  }

  @Override
  protected int moveBuffer(Socket socket) {
    return socket.recvfrom(data, offset + moved, length - moved, flags, address);
  }

  @Override
  protected int moveMessage(Socket socket, Message part) {
    return socket.recvmsg(part, flags);
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
      if (moved > 0 && endsHere(socket)) {
        return finish(moved);
      }
      int n = once(socket);
      if (n == -Errno.EAGAIN) {
        return hasEnded(socket, stream) && finish(0);
      }
      if (n < 0) {
        return finish(movedOr(n));
      }
      if (n == 0 || !stream) {
        return finish(moved + n);
      }
      if (has(MessageFlags.MSG_PEEK)) {
        boolean ended = (socket.poll() & (PollEvents.POLLRDHUP | PollEvents.POLLHUP)) != 0;
        return (n >= target(socket) || ended || !mayWait()) && finish(n);
      }
      moved += n;
      if (moved >= target(socket)) {
        return finish(moved);
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
    return super.mayWait() && !has(MessageFlags.MSG_ERRQUEUE | MessageFlags.MSG_OOB);
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
    if (moved == 0 && has(MessageFlags.MSG_PEEK)) {
      // what is there, fewer than were waited for
      return once(owner.socket());
    }
    return movedOr(-Errno.EAGAIN);
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
