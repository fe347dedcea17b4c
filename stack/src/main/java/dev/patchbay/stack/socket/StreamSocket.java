package dev.patchbay.stack.socket;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.tcp.LocalEnd;
import dev.patchbay.stack.tcp.PortTable;
import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.tcp.TcpHandler;
import dev.patchbay.stack.tcp.TcpInfo;
import dev.patchbay.stack.tcp.TcpSettings;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.tcp.TcpState;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * A TCP socket over {@link dev.patchbay.stack.tcp.TcpEngine} ({@code inet_stream_ops}, {@code
 * tcp_prot}). The connection's own state is asked where Linux asks {@code sk_state}; what is kept
 * here is the state of {@code connect} ({@code sock->state}), the address that is bound, and
 * options.
 */
public final class StreamSocket extends InetSocket implements TcpHandler {
  /** {@code sock->state}. */
  private enum Phase {
    UNCONNECTED,
    CONNECTING,
    CONNECTED,
    DISCONNECTING
  }

  private Phase phase = Phase.UNCONNECTED;
  private @Nullable TcpSocket tcp;
  private PortTable.@Nullable Binding binding;
  private @Nullable AcceptQueue acceptQueue;

  /** The listener that has not given it out yet. */
  private @Nullable AcceptQueue parent;

  /** The port of a connection that is over. */
  private int formerPort;

  /** The connection's end is in {@code sk_err} and the shutdown mask. */
  private boolean endNoted;

  private final UrgentByte urgent = new UrgentByte();
  final TcpLevel level = new TcpLevel();

  StreamSocket(SocketLayer layer, int family, int protocol) {
    super(layer, family, SocketType.SOCK_STREAM, protocol);
    options.receiveBuffer = 128 << 10;
    options.sendBuffer = 64 << 10;
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

  // ---- state

  @Nullable TcpSocket connection() {
    return tcp;
  }

  @Nullable AcceptQueue acceptQueue() {
    return acceptQueue;
  }

  /** {@code TCP_CLOSE}: neither connected nor listening. */
  boolean isUnused() {
    return state() == TcpState.CLOSED;
  }

  String defaultCongestion() {
    return dev.patchbay.stack.tcp.TcpReport.congestionControl(stack().tcp());
  }

  /** {@code sk_state}: Linux gives a connection in TIME-WAIT a record of its own. */
  private TcpState state() {
    if (acceptQueue != null) {
      return TcpState.LISTEN;
    }
    TcpSocket t = tcp;
    return t == null || t.state() == TcpState.TIME_WAIT ? TcpState.CLOSED : t.state();
  }

  /** State by RFC 9293. */
  public TcpState tcpState() {
    TcpSocket t = tcp;
    return t == null ? state() : t.state();
  }

  /** What {@code TCP_INFO} tells, as a record; null while there is no connection. */
  public @Nullable TcpInfo tcpInfo() {
    return tcp == null ? null : tcp.info();
  }

  @Override
  public boolean isConnected() {
    TcpState s = state();
    return s != TcpState.CLOSED && s != TcpState.LISTEN && s != TcpState.SYN_SENT;
  }

  @Override
  public boolean isListening() {
    return acceptQueue != null;
  }

  /** {@code tcp_done}: takes over how the connection ended. */
  private void noteEnd() {
    TcpSocket t = tcp;
    if (t == null || endNoted) {
      return;
    }
    if (t.isFinReceived()) {
      shutdownMask(shutdownMask() | RCV_SHUTDOWN);
    }
    if (state() == TcpState.CLOSED) {
      endNoted = true;
      shutdownMask(SHUTDOWN_MASK);
      if (t.errno() != 0) {
        error(t.errno());
      }
    }
  }

  @Override
  protected int reportedError() {
    noteEnd();
    int pending = takeError();
    TcpSocket t = tcp;
    return pending == 0 && t != null ? t.takeSoftError() : pending;
  }

  // ---- bind

  private LocalEnd end(int port) {
    return new LocalEnd(
        localHi, localLo, port, isV6Only(), boundDevice(), options.reuseAddress, options.reusePort);
  }

  @Override
  public int bind(SocketAddress address) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    int status = checkBind(address, state() == TcpState.CLOSED && localPort == 0);
    if (status < 0) {
      return status;
    }
    localHi = address.hi;
    localLo = address.family == AddressFamily.AF_UNSPEC ? anyLo() : address.lo;
    if (address.port == 0 && ip.bindAddressNoPort) {
      addressBound = !Addresses.isAny(localHi, localLo);
      return 0;
    }
    status = take(address.port);
    if (status < 0) {
      localHi = 0;
      localLo = anyLo();
      return status;
    }
    addressBound = !Addresses.isAny(localHi, localLo);
    portBound = address.port != 0;
    return 0;
  }

  private int take(int port) {
    PortTable.Binding taken = stack().tcp().ports().bind(end(port));
    if (taken == null) {
      return -Errno.EADDRINUSE;
    }
    binding = taken;
    localPort = taken.end().port();
    return 0;
  }

  private void releasePort() {
    PortTable.Binding held = binding;
    if (held != null) {
      stack().tcp().ports().release(held);
      binding = null;
    }
  }

  /**
   * {@code inet_put_port}: a port that {@code bind} did not name is free with the connection's end;
   * {@code getsockname} goes on telling it ({@code inet_sport}).
   */
  private void releaseChosenPort() {
    if (!portBound) {
      releasePort();
      formerPort = localPort == 0 ? formerPort : localPort;
      localPort = 0;
    }
  }

  @Override
  public int getsockname(SocketAddress out) {
    int status = super.getsockname(out);
    if (status == 0 && localPort == 0) {
      out.port = formerPort;
    }
    return status;
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

  // ---- connect

  @Override
  public int connect(SocketAddress address) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    noteEnd();
    if (address.family == AddressFamily.AF_UNSPEC) {
      return disconnect();
    }
    int result;
    switch (phase) {
      case CONNECTED -> {
        return -Errno.EISCONN;
      }
      case DISCONNECTING -> {
        return -Errno.EINVAL;
      }
      case CONNECTING -> result = -Errno.EALREADY;
      default -> {
        if (state() != TcpState.CLOSED) {
          return -Errno.EISCONN;
        }
        result = open(address);
        if (result < 0) {
          return result;
        }
        phase = Phase.CONNECTING;
        result = -Errno.EINPROGRESS;
      }
    }
    TcpState s = state();
    if (s == TcpState.SYN_SENT || s == TcpState.SYN_RECEIVED) {
      return result;
    }
    if (s == TcpState.CLOSED) {
      int pending = takeError();
      disconnect();
      error(0);
      return pending == 0 ? -Errno.ECONNABORTED : -pending;
    }
    phase = Phase.CONNECTED;
    return 0;
  }

  private int open(SocketAddress a) {
    if (a.family != family()) {
      return isV6() ? -Errno.EINVAL : -Errno.EAFNOSUPPORT;
    }
    long hi = a.hi;
    long lo = a.lo;
    if (Addresses.isAny(hi, lo)) {
      // "connect() to INADDR_ANY means loopback (BSD'ism)"
      boolean v4 = Addresses.isV4(hi, lo) || Addresses.isV4(localHi, localLo);
      lo = v4 ? Addresses.v4(0x7f00_0001) : 1;
    }
    boolean v4 = Addresses.isV4(hi, lo);
    if (isV6() && v4 && isV6Only() || Addresses.isMulticast(hi, lo)) {
      return -Errno.ENETUNREACH;
    }
    if (!v4 && Addresses.isLinkLocal(hi, lo)) {
      int status = scope(a);
      if (status < 0) {
        return status;
      }
    }
    Route route = route(hi, lo);
    int status = routeError(route, v4);
    if (status < 0 || isBroadcast(route, hi, lo)) {
      return status < 0 ? status : -Errno.ENETUNREACH;
    }
    return open(hi, lo, a.port, route);
  }

  private int open(long hi, long lo, int port, @Nullable Route route) {
    long srcHi = localHi;
    long srcLo = localLo;
    if (Addresses.isAny(srcHi, srcLo) || !isOwn(srcHi, srcLo)) {
      IpAddress source = source(hi, lo);
      if (source == null) {
        return -Errno.EADDRNOTAVAIL;
      }
      srcHi = source.hi();
      srcLo = source.lo();
    }
    if (Addresses.isV4(srcHi, srcLo) != Addresses.isV4(hi, lo)) {
      return Addresses.isV4(hi, lo) ? -Errno.ENETUNREACH : -Errno.EAFNOSUPPORT;
    }
    boolean leaves = route == null || route.type() != Route.Type.LOCAL;
    if (leaves && Addresses.isLoopback(srcHi, srcLo)) {
      return Addresses.isV4(srcHi, srcLo) ? -Errno.EINVAL : -Errno.ENETUNREACH;
    }
    int from = binding == null ? 0 : localPort;
    TcpSocket t = stack().tcp().connect(srcHi, srcLo, from, hi, lo, port, this);
    if (t == null) {
      return -Errno.EADDRNOTAVAIL;
    }
    localHi = srcHi;
    localLo = srcLo;
    localPort = t.localPort();
    remoteHi = hi;
    remoteLo = lo;
    remotePort = port;
    tcp = t;
    endNoted = false;
    error(0);
    apply(t);
    return 0;
  }

  /** {@code tcp_disconnect}. */
  private int disconnect() {
    int told = 0;
    if (acceptQueue != null) {
      acceptQueue.close();
      acceptQueue = null;
      if (binding != null) {
        stack().tcp().ports().unlisten(binding);
      }
    }
    TcpSocket t = tcp;
    if (t != null) {
      told = resetsPeer(state()) ? Errno.ECONNRESET : 0;
      tcp = null;
      t.handler(Orphan.INSTANCE);
      t.abort();
    }
    error(told);
    shutdownMask(0);
    endNoted = false;
    remotePort = 0;
    remoteHi = 0;
    remoteLo = anyLo();
    if (!addressBound) {
      localHi = 0;
      localLo = anyLo();
    }
    releaseChosenPort();
    phase = Phase.UNCONNECTED;
    wake(PollEvents.POLLERR);
    return 0;
  }

  private static boolean resetsPeer(TcpState state) {
    return switch (state) {
      case SYN_SENT, SYN_RECEIVED, ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, FIN_WAIT_2 -> true;
      default -> false;
    };
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
  public void onUrgent(TcpSocket t) {
    urgent.announced();
  }

  @Override
  public void onWritable(TcpSocket t) {
    wake(PollEvents.WRITABLE);
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

  // ---- options

  private void apply(TcpSocket t) {
    t.settings().keepUnread = true;
    level.applyAll(this, t);
  }

  @Override
  protected int ipOptionChanged() {
    TcpSocket t = tcp;
    if (t != null) {
      level.applyIp(this, t);
    }
    return 0;
  }

  @Override
  protected int optionChanged(int name) {
    if (binding != null && acceptQueue == null) {
      stack().tcp().ports().update(binding, end(localPort));
    }
    TcpSocket t = tcp;
    if (t != null) {
      level.socketOptionChanged(this, t, name);
    }
    return 0;
  }

  @Override
  protected int setOption(int level1, int name, byte[] value, int length) {
    return level1 == SocketOptions.IPPROTO_TCP
        ? level.set(this, name, value, length)
        : super.setOption(level1, name, value, length);
  }

  @Override
  protected int getOption(int level1, int name, byte[] value, int length) {
    return level1 == SocketOptions.IPPROTO_TCP
        ? level.get(this, name, value, length)
        : super.getOption(level1, name, value, length);
  }

  @Override
  int pathMtu() {
    TcpSocket t = tcp;
    return t == null ? super.pathMtu() : t.info().pathMtu();
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
