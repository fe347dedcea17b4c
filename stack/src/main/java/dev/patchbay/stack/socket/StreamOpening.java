package dev.patchbay.stack.socket;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.tcp.TcpState;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * How a TCP socket gets a connection and gives it up ({@code inet_stream_connect}, {@code
 * tcp_v4_connect}, {@code tcp_disconnect}).
 */
abstract class StreamOpening extends StreamEnd {
  StreamOpening(SocketLayer layer, int family, int protocol) {
    super(layer, family, protocol);
  }

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
    Route route = route(hi, lo, a.port);
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
      IpAddress source = source(route, hi, lo);
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
  final int disconnect() {
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
}
