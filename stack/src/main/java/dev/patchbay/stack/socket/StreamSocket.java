package dev.patchbay.stack.socket;

import dev.patchbay.stack.tcp.PortTable;
import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.tcp.TcpSettings;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.tcp.TcpState;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A TCP socket over {@link dev.patchbay.stack.tcp.TcpEngine} ({@code inet_stream_ops}, {@code
 * tcp_prot}). The connection's own state is asked where Linux asks {@code sk_state}; what is kept
 * here is the state of {@code connect} ({@code sock->state}), the address that is bound, and
 * options: {@link StreamEnd}. How it connects is in {@link StreamOpening}; here it listens,
 * accepts, carries data and tells when it is ready.
 */
public final class StreamSocket extends StreamOpening {
  /** The listener that has not given it out yet. */
  private @Nullable AcceptQueue parent;

  private final UrgentByte urgent = new UrgentByte();

  StreamSocket(SocketLayer layer, int family, int protocol) {
    super(layer, family, protocol);
  }

  /** One that a listener makes of a SYN. */
  StreamSocket(StreamSocket listener, AcceptQueue queue) {
    this(listener.layer(), listener.family(), listener.protocol());
    options.inherit(listener.options);
    ip.inherit(listener.ip);
    level.inherit(listener.level);
    parent = queue;
    phase = Phase.CONNECTED;
  }

  // ---- listen, accept

  @Override
  public int listen(int backlog) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    TcpState s = state();
    if (phase != Phase.UNCONNECTED || s != TcpState.CLOSED && s != TcpState.LISTEN) {
      return -Errno.EINVAL;
    }
    if (acceptQueue != null) {
      acceptQueue.backlog(backlog);
      return 0;
    }
    if (binding == null) {
      int status = take(0);
      if (status < 0) {
        return status;
      }
    }
    PortTable.Binding held = binding;
    AcceptQueue queue = new AcceptQueue(this, backlog);
    if (held == null || !queue.open(stack().tcp(), held, end(localPort))) {
      return -Errno.EADDRINUSE;
    }
    tcp = null;
    endNoted = false;
    acceptQueue = queue;
    return 0;
  }

  @Override
  public @Nullable Socket accept(@Nullable SocketAddress peer) {
    AcceptQueue queue = acceptQueue;
    if (isClosed() || queue == null) {
      layer().fail(isClosed() ? Errno.EBADF : Errno.EINVAL);
      return null;
    }
    StreamSocket child = queue.poll();
    if (child == null) {
      layer().fail(Errno.EAGAIN);
      return null;
    }
    child.parent = null;
    if (peer != null) {
      child.fill(peer, child.remoteHi, child.remoteLo, child.remotePort);
    }
    return child;
  }

  /** The SYN was accepted: {@code t} is this socket's connection. */
  void born(TcpSocket t) {
    tcp = t;
    localHi = t.localHi();
    localLo = t.localLo();
    localPort = t.localPort();
    remoteHi = t.remoteHi();
    remoteLo = t.remoteLo();
    remotePort = t.remotePort();
    apply(t);
  }

  void wakeListener() {
    wake(PollEvents.READABLE);
  }

  // ---- data

  @Override
  public int sendmsg(Message message, int flags) {
    int status = maySend(flags);
    TcpSocket t = tcp;
    if (status < 0 || t == null) {
      return status;
    }
    int asked = message.total();
    if (asked == 0) {
      return 0;
    }
    int done = StreamTransfer.send(t, message);
    if (done > 0 && (flags & MessageFlags.MSG_OOB) != 0) {
      t.markUrgent();
    }
    more(t, flags);
    return done > 0 ? done : -Errno.EAGAIN;
  }

  @Override
  public int sendto(
      byte[] data, int offset, int length, int flags, @Nullable SocketAddress address) {
    int status = maySend(flags);
    TcpSocket t = tcp;
    if (status < 0 || t == null || length == 0) {
      return status;
    }
    boolean last = (flags & MessageFlags.MSG_OOB) != 0;
    int n = last ? t.writeUrgent(data, offset, length) : t.write(data, offset, length);
    more(t, flags);
    return n > 0 ? n : -Errno.EAGAIN;
  }

  /**
   * send(2) from wherever a buffer's bytes lie, also outside of the heap.
   *
   * @param data from its position on, which moves over what was taken
   * @return as {@link #send(byte[], int, int, int)}
   */
  public int send(ByteBuffer data, int flags) {
    int status = maySend(flags);
    TcpSocket t = tcp;
    if (status < 0 || t == null || !data.hasRemaining()) {
      return status;
    }
    int n = t.write(data);
    if (n > 0 && (flags & MessageFlags.MSG_OOB) != 0) {
      t.markUrgent();
    }
    more(t, flags);
    return n > 0 ? n : -Errno.EAGAIN;
  }

  /** Urgent data waits for nothing ({@code tcp_nagle_test}). */
  private static void more(TcpSocket t, int flags) {
    boolean follows =
        (flags & (MessageFlags.MSG_MORE | MessageFlags.MSG_OOB)) == MessageFlags.MSG_MORE;
    TcpSettings settings = t.settings();
    if (settings.more != follows) {
      settings.more = follows;
    }
  }

  /** {@code tcp_sendmsg_locked} before any byte is taken; below 0 where none may be. */
  private int maySend(int flags) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if ((flags & ~MessageFlags.SEND) != 0) {
      return -Errno.EINVAL;
    }
    noteEnd();
    switch (state()) {
      case SYN_SENT, SYN_RECEIVED -> {
        int pending = takeError();
        return pending == 0 ? -Errno.EAGAIN : -pending;
      }
      default -> {
        if (error() != 0 || (shutdownMask() & SEND_SHUTDOWN) != 0 || !isOpen()) {
          int pending = takeError();
          return pending == 0 ? -Errno.EPIPE : -pending;
        }
        return 0;
      }
    }
  }

  private boolean isOpen() {
    TcpState s = state();
    return s == TcpState.ESTABLISHED || s == TcpState.CLOSE_WAIT;
  }

  @Override
  public int recvmsg(Message message, int flags) {
    if ((flags & MessageFlags.MSG_ERRQUEUE) != 0 && !isClosed()) {
      return errors.receive(message);
    }
    message.flags = 0;
    message.control = 0;
    if (message.name != null) {
      message.name.clear();
    }
    int status = mayReceive(flags);
    TcpSocket t = tcp;
    if (status < 0) {
      return status;
    }
    if ((flags & MessageFlags.MSG_OOB) != 0) {
      return urgent(message, flags);
    }
    if (t == null) {
      return nothing();
    }
    int skip = UrgentByte.hole(t, options.oobInline);
    if (skip > 0 && (flags & MessageFlags.MSG_PEEK) == 0) {
      t.consume(skip);
      skip = 0;
    }
    if (t.available() <= skip) {
      return nothing();
    }
    return StreamTransfer.receive(t, message, flags, skip, UrgentByte.limit(t));
  }

  /** {@code tcp_recv_urg}. */
  private int urgent(Message message, int flags) {
    noteEnd();
    TcpSocket t = tcp;
    if (t == null) {
      return -Errno.EINVAL;
    }
    boolean inline = options.oobInline;
    boolean over = state() == TcpState.CLOSED;
    if (over && !t.isFinReceived() && !inline && t.urgentMark() >= 0) {
      return -Errno.ENOTCONN;
    }
    boolean ended = over || (shutdownMask() & RCV_SHUTDOWN) != 0;
    return urgent.receive(t, message, flags, inline, ended);
  }

  /** Whether all before the urgent byte was read ({@code sockatmark}, {@code SIOCATMARK}). */
  public boolean isAtMark() {
    TcpSocket t = tcp;
    return t != null && t.urgentMark() == 0;
  }

  @Override
  public int recvfrom(
      byte[] data, int offset, int length, int flags, @Nullable SocketAddress address) {
    if ((flags & ~(MessageFlags.MSG_DONTWAIT | MessageFlags.MSG_NOSIGNAL)) != 0) {
      return super.recvfrom(data, offset, length, flags, address);
    }
    if (address != null) {
      address.clear();
    }
    int status = mayReceive(flags);
    TcpSocket t = tcp;
    if (status < 0) {
      return status;
    }
    if (t == null) {
      return nothing();
    }
    t.consume(UrgentByte.hole(t, options.oobInline));
    if (t.available() == 0) {
      return nothing();
    }
    return t.read(data, offset, Math.min(length, UrgentByte.limit(t)));
  }

  /**
   * recv(2) without flags, into wherever a buffer's bytes lie, also outside of the heap.
   *
   * @param data room from its position on, which moves over what was received
   * @return as {@link #recv}
   */
  public int recv(ByteBuffer data) {
    int status = mayReceive(0);
    TcpSocket t = tcp;
    if (status < 0) {
      return status;
    }
    if (t == null) {
      return nothing();
    }
    t.consume(UrgentByte.hole(t, options.oobInline));
    if (t.available() == 0) {
      return nothing();
    }
    return StreamTransfer.receive(t, data, UrgentByte.limit(t));
  }

  private int mayReceive(int flags) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if ((flags & ~MessageFlags.RECEIVE) != 0) {
      return -Errno.EINVAL;
    }
    return state() == TcpState.LISTEN ? -Errno.ENOTCONN : 0;
  }

  /** {@code tcp_recvmsg_locked} where the queue is empty. */
  private int nothing() {
    noteEnd();
    TcpSocket t = tcp;
    if (t != null && t.isFinReceived()) {
      return 0;
    }
    if (error() != 0) {
      return -takeError();
    }
    if ((shutdownMask() & RCV_SHUTDOWN) != 0) {
      return 0;
    }
    return state() == TcpState.CLOSED ? -Errno.ENOTCONN : -Errno.EAGAIN;
  }

  // ---- the end

  /** {@code inet_shutdown}. */
  @Override
  protected int shutDown(int how) {
    noteEnd();
    TcpState s = state();
    if (phase == Phase.CONNECTING) {
      boolean opening =
          s == TcpState.SYN_SENT || s == TcpState.SYN_RECEIVED || s == TcpState.CLOSED;
      phase = opening ? Phase.DISCONNECTING : Phase.CONNECTED;
    }
    int result = 0;
    switch (s) {
      case CLOSED -> {
        shutdownMask(shutdownMask() | how);
        result = -Errno.ENOTCONN;
      }
      case LISTEN -> {
        if ((how & RCV_SHUTDOWN) != 0) {
          disconnect();
        }
      }
      case SYN_SENT -> disconnect();
      default -> {
        shutdownMask(shutdownMask() | how);
        if ((how & SEND_SHUTDOWN) != 0 && tcp != null) {
          tcp.shutdownOutput();
        }
      }
    }
    wake(0);
    return result;
  }

  @Override
  protected void release() {
    if (acceptQueue != null) {
      acceptQueue.close();
      acceptQueue = null;
    }
    releasePort();
    TcpSocket t = tcp;
    if (t != null) {
      t.handler(Orphan.INSTANCE);
      if (options.linger && options.lingerSeconds == 0) {
        t.linger(0);
      }
      t.close();
    }
  }

  // ---- readiness

  /** {@code tcp_poll}. */
  @Override
  public int poll() {
    AcceptQueue queue = acceptQueue;
    if (queue != null) {
      return queue.isEmpty() ? 0 : PollEvents.READABLE;
    }
    noteEnd();
    TcpState s = state();
    int shut = shutdownMask();
    int mask = 0;
    if (shut == SHUTDOWN_MASK || s == TcpState.CLOSED) {
      mask |= PollEvents.POLLHUP;
    }
    if ((shut & RCV_SHUTDOWN) != 0) {
      mask |= PollEvents.READABLE | PollEvents.POLLRDHUP;
    }
    if (s != TcpState.SYN_SENT && s != TcpState.SYN_RECEIVED) {
      TcpSocket t = tcp;
      if (t != null && t.available() >= receiveLowWater() + UrgentByte.hole(t, options.oobInline)) {
        mask |= PollEvents.READABLE;
      }
      if (t != null && urgent.waits(t)) {
        mask |= PollEvents.POLLPRI;
      }
      if ((shut & SEND_SHUTDOWN) != 0 || t == null || isWritable(t)) {
        mask |= PollEvents.WRITABLE;
      } else {
        t.wantWritable();
      }
    }
    if (error() != 0 || !errors.isEmpty()) {
      mask |= PollEvents.POLLERR;
    }
    return isClosed() ? PollEvents.POLLHUP : mask;
  }

  /** {@code __sk_stream_is_writeable}: a third of the buffer is free, and little was not sent. */
  private boolean isWritable(TcpSocket t) {
    int limit = level.notSentLowWater;
    return t.writable() > 0
        && t.writable() >= t.buffered() / 2
        && (limit == 0 || Integer.compareUnsigned(t.notSent(), limit) < 0);
  }

  @Override
  public void onConnected(TcpSocket t) {
    AcceptQueue queue = parent;
    if (queue != null) {
      queue.connected(this);
    } else {
      wake(0);
    }
  }

  @Override
  public void onReadable(TcpSocket t) {
    noteEnd();
    if (parent != null) {
      parent.readable(this);
    }
    int events = PollEvents.READABLE | (urgent.waits(t) ? PollEvents.POLLPRI : 0);
    wake(t.isFinReceived() ? 0 : events);
  }

  @Override
  public void onWritable(TcpSocket t) {
    wake(PollEvents.WRITABLE);
  }

  @Override
  public void onFinAcknowledged(TcpSocket t) {
    // "Wake up lingering close()": tcp_rcv_state_process
    wake(0);
  }

  @Override
  public void onClosed(TcpSocket t, TcpError error) {
    if (t != tcp) {
      return;
    }
    noteEnd();
    if (parent != null) {
      parent.closed(this);
    }
    if (acceptQueue == null) {
      releaseChosenPort();
    }
    wake(0);
  }

  @Override
  public void onError(TcpSocket t, int errno) {
    fail(errno);
  }

  /** A listener gives it up before it was accepted: the peer is reset. */
  void abort() {
    TcpSocket t = tcp;
    if (t != null) {
      t.handler(Orphan.INSTANCE);
      t.abort();
    }
    close();
  }
}
