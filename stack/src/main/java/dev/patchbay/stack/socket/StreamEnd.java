package dev.patchbay.stack.socket;

import dev.patchbay.stack.tcp.LocalEnd;
import dev.patchbay.stack.tcp.PortTable;
import dev.patchbay.stack.tcp.TcpHandler;
import dev.patchbay.stack.tcp.TcpInfo;
import dev.patchbay.stack.tcp.TcpReport;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.tcp.TcpState;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * What a TCP socket is at the moment, a connection, a listener or neither, and its local end:
 * state, {@code bind} and options. {@link StreamOpening} adds how it connects, {@link StreamSocket}
 * the rest.
 */
abstract class StreamEnd extends InetSocket implements TcpHandler {
  /** {@code sock->state}. */
  enum Phase {
    UNCONNECTED,
    CONNECTING,
    CONNECTED,
    DISCONNECTING
  }

  Phase phase = Phase.UNCONNECTED;
  @Nullable TcpSocket tcp;
  PortTable.@Nullable Binding binding;
  @Nullable AcceptQueue acceptQueue;

  /** The port of a connection that is over. */
  private int formerPort;

  /** The connection's end is in {@code sk_err} and the shutdown mask. */
  boolean endNoted;

  final TcpLevel level = new TcpLevel();

  StreamEnd(SocketLayer layer, int family, int protocol) {
    super(layer, family, SocketType.SOCK_STREAM, protocol);
    options.receiveBuffer = 128 << 10;
    options.sendBuffer = 64 << 10;
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
    return TcpReport.congestionControl(stack().tcp());
  }

  /** {@code sk_state}: Linux gives a connection in TIME-WAIT a record of its own. */
  final TcpState state() {
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
  final void noteEnd() {
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

  final LocalEnd end(int port) {
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

  final int take(int port) {
    PortTable.Binding taken = stack().tcp().ports().bind(end(port));
    if (taken == null) {
      return -Errno.EADDRINUSE;
    }
    binding = taken;
    localPort = taken.end().port();
    return 0;
  }

  final void releasePort() {
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
  final void releaseChosenPort() {
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

  // ---- options

  final void apply(TcpSocket t) {
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
}
