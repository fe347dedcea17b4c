package dev.patchbay.stack.socket;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.FlowKey;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the sockets of {@code AF_INET} and {@code AF_INET6} share ({@code struct inet_sock}):
 * addresses and their checks, options of IP, the error queue. An address without value is {@code
 * 0.0.0.0} ({@code lo} is {@link Addresses#V4_PREFIX}) for {@code AF_INET} and {@code ::} for
 * {@code AF_INET6}, where it means both families unless {@code IPV6_V6ONLY} is set.
 */
public abstract class InetSocket extends Socket {
  /** Our address, as bound or chosen. */
  protected long localHi;

  protected long localLo;

  /** Our port, 0 while there is none. */
  protected int localPort;

  /** The peer's address and port, where there is one. */
  protected long remoteHi;

  protected long remoteLo;
  protected int remotePort;

  /** {@code bind} named the address ({@code SOCK_BINDADDR_LOCK}). */
  protected boolean addressBound;

  /** {@code bind} named or chose the port ({@code SOCK_BINDPORT_LOCK}). */
  protected boolean portBound;

  final IpLevel ip = new IpLevel();
  final ErrorQueue errors = new ErrorQueue();
  private @Nullable List<OptionHook> hooks;

  /** One that is bound to nothing. */
  protected InetSocket(SocketLayer layer, int family, int type, int protocol) {
    super(layer, family, type, protocol);
    ip.v6Only = layer.stack().conf().bindV6Only;
    localLo = anyLo();
    remoteLo = anyLo();
  }

  /** Further options. */
  public final void addHook(OptionHook hook) {
    if (hooks == null) {
      hooks = new ArrayList<>(1);
    }
    hooks.add(hook);
  }

  // ---- looking

  /** Our port, 0 while there is none. */
  public final int localPort() {
    return localPort;
  }

  /** Our address, high half. */
  public final long localHi() {
    return localHi;
  }

  /** Our address, low half. */
  public final long localLo() {
    return localLo;
  }

  /** The peer's address, high half. */
  public final long remoteHi() {
    return remoteHi;
  }

  /** The peer's address, low half. */
  public final long remoteLo() {
    return remoteLo;
  }

  /** The peer's port, 0 where there is no peer. */
  public final int remotePort() {
    return remotePort;
  }

  /** Whether there is a peer ({@code TCP_ESTABLISHED}, which datagram sockets have as well). */
  public abstract boolean isConnected();

  /** MTU of the path to the peer, bytes. */
  int pathMtu() {
    return pathMtu(remoteHi, remoteLo);
  }

  /** MTU of the path to an address as far as it is known, bytes. */
  final int pathMtu(long hi, long lo) {
    int device = stack().output().mtu(localHi, localLo, hi, lo);
    return Math.min(device, stack().socketOutput().paths().lookup(hi, lo));
  }

  /** The namespace. */
  protected final NetworkStack stack() {
    return layer().stack();
  }

  /** Whether it is of {@code AF_INET6}. */
  protected final boolean isV6() {
    return family() == AddressFamily.AF_INET6;
  }

  /** Whether it speaks IPv6 alone ({@code IPV6_V6ONLY}). */
  protected final boolean isV6Only() {
    return ip.v6Only;
  }

  /** Low half of this family's address without value. */
  protected final long anyLo() {
    return family() == AddressFamily.AF_INET6 ? 0 : Addresses.V4_PREFIX;
  }

  /** Whether errors go to the error queue for a peer of the family. */
  protected final boolean receivesErrors(boolean v4) {
    return v4 ? ip.receiveErrors : ip.receiveErrors6;
  }

  // ---- addresses

  /** Fills an address as this family has it. */
  protected final void fill(SocketAddress out, long hi, long lo, int port) {
    out.set(family(), hi, lo, port);
    if (isV6() && Addresses.isLinkLocal(hi, lo) && !Addresses.isV4(hi, lo)) {
      NetDevice device = boundDevice();
      out.scope = device == null ? 0 : device.index();
    }
  }

  @Override
  public int getsockname(SocketAddress out) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    fill(out, localHi, localLo, localPort);
    return 0;
  }

  @Override
  public int getpeername(SocketAddress out) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if (remotePort == 0 || !isConnected()) {
      return -Errno.ENOTCONN;
    }
    fill(out, remoteHi, remoteLo, remotePort);
    return 0;
  }

  /** Whether both halves are an address of this socket's family. */
  private boolean isOfFamily(SocketAddress a) {
    return a.port >= 0
        && a.port <= 0xffff
        && (a.family == AddressFamily.AF_INET6 || Addresses.isV4(a.hi, a.lo));
  }

  /**
   * What {@code bind} says of an address before the port is looked at ({@code __inet_bind}, {@code
   * __inet6_bind}).
   */
  protected final int checkBind(SocketAddress a, boolean bindable) {
    return isV6() ? checkBind6(a, bindable) : checkBind4(a, bindable);
  }

  private int checkBind4(SocketAddress a, boolean bindable) {
    boolean any = Addresses.isAny(a.hi, a.lo);
    if (a.family != AddressFamily.AF_INET && (a.family != AddressFamily.AF_UNSPEC || !any)) {
      return -Errno.EAFNOSUPPORT;
    }
    if (a.family == AddressFamily.AF_INET && !isOfFamily(a)) {
      return -Errno.EINVAL;
    }
    if (!any && !mayBind4(a.lo)) {
      return -Errno.EADDRNOTAVAIL;
    }
    return bindable ? 0 : -Errno.EINVAL;
  }

  private boolean mayBind4(long lo) {
    Route.Type type = stack().routes4().addressType(0, lo);
    return Addresses.isMulticast(0, lo)
        || Addresses.isLimitedBroadcast(0, lo)
        || type == Route.Type.LOCAL
        || type == Route.Type.BROADCAST
        || stack().conf().nonlocalBind4;
  }

  private int checkBind6(SocketAddress a, boolean bindable) {
    if (a.family != AddressFamily.AF_INET6) {
      // shorter than SIN6_LEN_RFC2133, which Linux looks at first
      return -Errno.EINVAL;
    }
    boolean group = Addresses.isMulticast(a.hi, a.lo);
    if (!isOfFamily(a)
        || !bindable
        || group && !Addresses.isV4(a.hi, a.lo) && type() == SocketType.SOCK_STREAM) {
      return -Errno.EINVAL;
    }
    if (Addresses.isV4(a.hi, a.lo)) {
      if (ip.v6Only) {
        return -Errno.EINVAL;
      }
      return Addresses.isAny(a.hi, a.lo) || mayBind4(a.lo) ? 0 : -Errno.EADDRNOTAVAIL;
    }
    if (Addresses.isAny(a.hi, a.lo)) {
      return 0;
    }
    if (Addresses.isLinkLocal(a.hi, a.lo) || group && (a.hi >>> 48 & 0xf) == 2) {
      int status = scope(a);
      if (status < 0) {
        return status;
      }
    }
    return group || stack().mayBind(a.hi, a.lo) ? 0 : -Errno.EADDRNOTAVAIL;
  }

  /** A link-local address names its device, which the socket is bound to from then on. */
  protected final int scope(SocketAddress a) {
    NetDevice bound = boundDevice();
    if (a.scope != 0) {
      NetDevice named = SocketLevel.device(this, a.scope);
      if (named == null) {
        return -Errno.ENODEV;
      }
      if (bound != null && !bound.equals(named)) {
        return -Errno.EINVAL;
      }
      options.device = named;
      int status = optionChanged(SocketOptions.SO_BINDTODEVICE);
      if (status < 0) {
        return status;
      }
    }
    return boundDevice() == null ? -Errno.EINVAL : 0;
  }

  /**
   * Where packets for an address would go: 0, or what Linux's routing says of it, {@code
   * -ENETUNREACH}, {@code -EHOSTUNREACH}, {@code -EACCES}, {@code -EINVAL}.
   */
  protected final int routeError(@Nullable Route route, boolean v4) {
    if (route == null) {
      NetDevice bound = boundDevice();
      boolean onLink = v4 && bound != null && bound.isUp();
      return onLink ? 0 : -Errno.ENETUNREACH;
    }
    return switch (route.type()) {
      case UNREACHABLE -> -Errno.EHOSTUNREACH;
      case PROHIBIT -> -Errno.EACCES;
      case BLACKHOLE -> -Errno.EINVAL;
      default -> {
        NetDevice device = route.device();
        yield device != null && !device.isUp() ? -Errno.ENETUNREACH : 0;
      }
    };
  }

  /**
   * The route of what this socket would send to an address, or null.
   *
   * @param port its destination, 0 to 65535
   */
  protected final @Nullable Route route(long hi, long lo, int port) {
    FlowKey flow = new FlowKey().to(hi, lo).by(boundDevice());
    if (Addresses.isV4(localHi, localLo) == Addresses.isV4(hi, lo)) {
      flow.from(localHi, localLo);
    }
    flow.mark = mark();
    flow.tos = ip.classOf(Addresses.isV4(hi, lo));
    flow.protocol = protocol();
    flow.sourcePort = localPort;
    flow.destinationPort = port;
    return stack().output().route(flow);
  }

  /** Whether the route says that the address is a broadcast one. */
  protected static boolean isBroadcast(@Nullable Route route, long hi, long lo) {
    return Addresses.isLimitedBroadcast(hi, lo)
        || route != null && route.type() == Route.Type.BROADCAST;
  }

  /** The address that we send from by a route, or null where we have none. */
  protected final @Nullable IpAddress source(@Nullable Route route, long hi, long lo) {
    return stack().output().source(boundDevice(), route, hi, lo);
  }

  /** Whether the address is one of ours, from which alone may be sent. */
  protected final boolean isOwn(long hi, long lo) {
    return stack().isLocal(hi, lo);
  }

  // ---- options

  @Override
  protected int setOption(int level, int name, byte[] value, int length) {
    int result = -Errno.ENOPROTOOPT;
    if (level == SocketOptions.SOL_IP) {
      result = ip.set4(this, name, value, length);
    } else if (level == SocketOptions.IPPROTO_IPV6 && isV6()) {
      result = ip.set6(this, name, value, length);
    }
    for (int i = 0; hooks != null && result == -Errno.ENOPROTOOPT && i < hooks.size(); i++) {
      result = hooks.get(i).set(level, name, value, length);
    }
    return result < 0 ? result : ipOptionChanged();
  }

  /** An option of IP has changed. */
  protected int ipOptionChanged() {
    return 0;
  }

  @Override
  protected int getOption(int level, int name, byte[] value, int length) {
    int result = super.getOption(level, name, value, length);
    if (level == SocketOptions.SOL_IP) {
      result = ip.get4(this, name, value, length);
    } else if (level == SocketOptions.IPPROTO_IPV6 && isV6()) {
      result = ip.get6(this, name, value, length);
    }
    for (int i = 0; hooks != null && isUnknown(result) && i < hooks.size(); i++) {
      int told = hooks.get(i).get(level, name, value, length);
      // a level that nobody knows keeps its own error
      result = told == -Errno.ENOPROTOOPT ? result : told;
    }
    return result;
  }

  private static boolean isUnknown(int result) {
    return result == -Errno.ENOPROTOOPT || result == -Errno.EOPNOTSUPP;
  }
}
