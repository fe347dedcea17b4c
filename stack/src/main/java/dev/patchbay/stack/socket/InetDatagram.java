package dev.patchbay.stack.socket;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What inet sockets of datagrams share, whatever their protocol ({@code inet_dgram_ops}): send and
 * receive with control data, the error queue, readiness. A protocol gives where its datagrams wait,
 * how one is sent, and how it is bound and connected.
 */
public abstract class InetDatagram extends InetSocket {
  private byte[] gathered = {};
  private boolean connected;

  /** One that is bound to nothing. */
  protected InetDatagram(SocketLayer layer, int family, int type, int protocol) {
    super(layer, family, type, protocol);
  }

  // ---- of the protocol

  /** Where its datagrams wait. */
  protected abstract ReceiveBuffer buffer();

  /** What it asks of IP, which options of this layer are copied to. */
  protected abstract IpSocketOptions ipOptions();

  /** Takes the oldest datagram, which is the caller's then, or null. */
  protected abstract @Nullable Packet take();

  /** Where the payload of a received packet begins; it ends at its tail. */
  protected abstract int payload(Packet packet);

  /** Port of the sender of a received packet, 0 where the protocol has none. */
  protected abstract int sourcePort(Packet packet);

  /** Whether a destination needs a port. */
  protected abstract boolean hasPorts();

  /**
   * Sends one datagram.
   *
   * @param srcLo source, any: the bound or routing's one
   * @param by only by this device, or null
   * @return its length or a negative error
   */
  protected abstract int transmit(
      byte[] data,
      int off,
      int len,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      int port,
      @Nullable NetDevice by);

  /** Fixes the peer: 0 or a negative error; sets the addresses of {@link InetSocket}. */
  protected abstract int associate(long hi, long lo, int port);

  /** Has no peer any more; sets the addresses of {@link InetSocket}. */
  protected abstract void dissolve();

  // ---- connect

  @Override
  public final boolean isConnected() {
    return connected;
  }

  @Override
  public final int connect(SocketAddress a) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if (a.family == AddressFamily.AF_UNSPEC) {
      dissolve();
      connected = false;
      remoteHi = 0;
      remoteLo = anyLo();
      remotePort = 0;
      return 0;
    }
    boolean four = a.family == AddressFamily.AF_INET;
    if (a.family != family() && (!isV6() || !four || isV6Only())) {
      return -Errno.EAFNOSUPPORT;
    }
    int status = checkPeer(a);
    status = status < 0 ? status : associate(a.hi, a.lo, a.port);
    if (status < 0) {
      return status;
    }
    connected = true;
    return 0;
  }

  /** Families of both ends, and the device of a link-local peer. */
  private int checkPeer(SocketAddress a) {
    boolean v4 = Addresses.isV4(a.hi, a.lo);
    if (a.family == AddressFamily.AF_INET && !v4) {
      return -Errno.EINVAL;
    }
    if (isV6() && v4 && isV6Only()) {
      return -Errno.ENETUNREACH;
    }
    boolean link = !v4 && (Addresses.isLinkLocal(a.hi, a.lo) || a.hi >>> 48 == 0xff02);
    return link && a.scope != 0 ? scope(a) : 0;
  }

  // ---- send

  @Override
  public final int sendmsg(Message m, int flags) {
    int status = maySend(m, flags);
    if (status < 0) {
      return status;
    }
    SocketAddress to = destination(m);
    long hi = to != null ? to.hi : remoteHi;
    long lo = to != null ? to.lo : remoteLo;
    int port = to != null ? to.port : remotePort;
    byte[] data = gathered;
    int off = 0;
    int len = m.total();
    if (m.count() == 1) {
      data = m.array(0);
      off = m.offset(0);
    } else {
      if (data.length < len) {
        data = new byte[len];
        gathered = data;
      }
      m.gather(data, 0);
    }
    int result =
        m.control == 0
            ? transmit(data, off, len, 0, 0, hi, lo, port, device(to))
            : controlled(m, data, off, len, hi, lo, port);
    if (result == -Errno.EMSGSIZE && len <= 0xffff) {
      localError(hi, lo, port);
    }
    return result;
  }

  /** The address that the message names, null: the peer; over IPv6 AF_UNSPEC names none. */
  private @Nullable SocketAddress destination(Message m) {
    SocketAddress to = m.name;
    return to != null && isV6() && to.family == AddressFamily.AF_UNSPEC ? null : to;
  }

  private int maySend(Message m, int flags) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if ((flags & ~MessageFlags.SEND) != 0) {
      return -Errno.EINVAL;
    }
    if (m.total() > 0xffff) {
      return -Errno.EMSGSIZE;
    }
    if ((flags & (MessageFlags.MSG_OOB | MessageFlags.MSG_MORE)) != 0) {
      return -Errno.EOPNOTSUPP;
    }
    SocketAddress to = destination(m);
    int status = to != null ? checkDestination(to) : connected ? 0 : -Errno.EDESTADDRREQ;
    if (status < 0) {
      return status;
    }
    if (error() != 0) {
      return -takeError();
    }
    return (shutdownMask() & SEND_SHUTDOWN) != 0 ? -Errno.EPIPE : 0;
  }

  private int checkDestination(SocketAddress to) {
    boolean four = to.family == AddressFamily.AF_INET;
    boolean known = four || (isV6() ? to.family == AddressFamily.AF_INET6 : to.family == 0);
    if (!known) {
      return isV6() ? -Errno.EINVAL : -Errno.EAFNOSUPPORT;
    }
    if (hasPorts() && to.port == 0) {
      return -Errno.EINVAL;
    }
    boolean v4 = Addresses.isV4(to.hi, to.lo);
    if (isV6() && v4 && isV6Only()) {
      return -Errno.ENETUNREACH;
    }
    return v4 || isV6() ? 0 : -Errno.EINVAL;
  }

  /** The device that a destination's scope names, or null. */
  private @Nullable NetDevice device(@Nullable SocketAddress to) {
    return to == null || to.scope == 0 ? null : SocketLevel.device(this, to.scope);
  }

  /** {@code ip_cmsg_send}: source, device, hop limit and class of this datagram alone. */
  private int controlled(Message m, byte[] data, int off, int len, long hi, long lo, int port) {
    NetDevice by = device(m.name);
    long srcHi = 0;
    long srcLo = 0;
    if ((m.control & Message.CONTROL_PKTINFO) != 0) {
      srcHi = m.localHi;
      srcLo = m.localLo;
      by = m.interfaceIndex == 0 ? by : SocketLevel.device(this, m.interfaceIndex);
      if (m.interfaceIndex != 0 && by == null) {
        return -Errno.ENODEV;
      }
    }
    boolean v4 = Addresses.isV4(hi, lo);
    boolean hops = (m.control & Message.CONTROL_HOP_LIMIT) != 0;
    boolean trafficClass = (m.control & Message.CONTROL_TRAFFIC_CLASS) != 0;
    if (hops && (m.hopLimit < (v4 ? 1 : 0) || m.hopLimit > 255)
        || trafficClass && (m.trafficClass & ~0xff) != 0) {
      return -Errno.EINVAL;
    }
    IpSocketOptions o = ipOptions();
    int multicastTtl = o.multicastTtl;
    int multicastHops = o.multicastHops;
    if (hops) {
      o.ttl = m.hopLimit;
      o.unicastHops = m.hopLimit;
      o.multicastTtl = m.hopLimit;
      o.multicastHops = m.hopLimit;
    }
    if (trafficClass) {
      o.tos = m.trafficClass;
      o.trafficClass = m.trafficClass;
    }
    int result = transmit(data, off, len, srcHi, srcLo, hi, lo, port, by);
    o.multicastTtl = multicastTtl;
    o.multicastHops = multicastHops;
    ipOptionChanged();
    return result;
  }

  /** {@code ip_local_error}: the datagram is longer than may be cut. */
  private void localError(long hi, long lo, int port) {
    boolean v4 = Addresses.isV4(hi, lo);
    if (!receivesErrors(v4) || errors.isFull()) {
      return;
    }
    ErrorQueue.Entry entry = new ErrorQueue.Entry();
    entry.error.errno = Errno.EMSGSIZE;
    entry.error.origin = ExtendedError.ORIGIN_LOCAL;
    entry.error.info = pathMtu(hi, lo);
    fill(entry.destination, hi, lo, port);
    errors.add(entry);
    wake(PollEvents.POLLERR);
  }

  // ---- receive

  @Override
  public final int recvmsg(Message m, int flags) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if ((flags & ~MessageFlags.RECEIVE) != 0) {
      return -Errno.EINVAL;
    }
    if ((flags & MessageFlags.MSG_OOB) != 0 && !hasPorts()) {
      // udp_recvmsg passes over it, raw_recvmsg and ping_recvmsg do not
      return -Errno.EOPNOTSUPP;
    }
    if ((flags & MessageFlags.MSG_ERRQUEUE) != 0) {
      return receiveError(m);
    }
    m.flags = 0;
    m.control = 0;
    if (error() != 0) {
      return -takeError();
    }
    boolean peek = (flags & MessageFlags.MSG_PEEK) != 0;
    Packet packet = peek ? buffer().peek() : take();
    if (packet == null) {
      return -Errno.EAGAIN;
    }
    int from = payload(packet);
    int length = packet.tail - from;
    int n = m.scatter(0, packet.data, from, length);
    SocketAddress name = m.name;
    if (name != null) {
      fillSource(name, packet);
    }
    m.flags = n < length ? MessageFlags.MSG_TRUNC : 0;
    control(m, packet);
    options.stamp(m, packet, stack().loop());
    if (!peek) {
      packet.release();
    }
    return (flags & MessageFlags.MSG_TRUNC) != 0 ? length : n;
  }

  private void fillSource(SocketAddress name, Packet packet) {
    long hi = packet.sourceHi();
    long lo = packet.sourceLo();
    name.set(family(), hi, lo, sourcePort(packet));
    NetDevice device = packet.device;
    if (device != null && !packet.isIpv4() && Addresses.isLinkLocal(hi, lo)) {
      name.scope = device.index();
    }
  }

  private int receiveError(Message m) {
    int origin = errors.firstOrigin();
    int n = errors.receive(m);
    if (n >= 0) {
      // sock_dequeue_err_skb: the next one of ICMP becomes the pending error
      int next = errors.firstOrigin();
      if (next == ExtendedError.ORIGIN_ICMP || next == ExtendedError.ORIGIN_ICMP6) {
        error(errors.firstErrno());
      } else if (origin == ExtendedError.ORIGIN_ICMP || origin == ExtendedError.ORIGIN_ICMP6) {
        error(0);
      }
    }
    return n;
  }

  /** {@code ip_cmsg_recv}, {@code ip6_datagram_recv_ctl}. */
  private void control(Message m, Packet packet) {
    boolean v4 = packet.isIpv4();
    if (v4 ? ip.packetInfo || ip.packetInfo6 : ip.packetInfo6) {
      packetInfo(m, packet, v4);
    }
    if (v4 ? ip.receiveTtl : ip.receiveHopLimit) {
      m.control |= Message.CONTROL_HOP_LIMIT;
      m.hopLimit = v4 ? packet.ipv4().ttl() : packet.ipv6().hopLimit();
    }
    if (v4 ? ip.receiveTos : ip.receiveTrafficClass) {
      m.control |= Message.CONTROL_TRAFFIC_CLASS;
      m.trafficClass = v4 ? packet.ipv4().tos() : packet.ipv6().trafficClass();
    }
  }

  private void packetInfo(Message m, Packet packet, boolean v4) {
    m.control |= Message.CONTROL_PKTINFO;
    m.localHi = packet.destinationHi();
    m.localLo = packet.destinationLo();
    m.specificHi = m.localHi;
    m.specificLo = m.localLo;
    NetDevice by = packet.device;
    boolean own = isOwn(m.localHi, m.localLo);
    if (own && stack().loopback().equals(by)) {
      // as the route of the sender had it: the device that bears the address
      by = stack().deviceOf(m.localHi, m.localLo);
    }
    m.interfaceIndex = by == null ? 0 : by.index();
    if (v4 && !own) {
      IpAddress answer = stack().output().source(by, packet.sourceHi(), packet.sourceLo());
      m.specificHi = 0;
      m.specificLo = answer == null ? Addresses.V4_PREFIX : answer.lo();
    }
  }

  // ---- errors

  /**
   * An ICMP error that concerns the user ({@code ip_icmp_error}).
   *
   * @param payloadAt offset in the message of what the datagram carried, as far as it is quoted
   * @param port port to which the datagram went
   */
  protected final void icmpError(IcmpError about, int payloadAt, int port) {
    boolean v4 = about.isV4();
    if (receivesErrors(v4) && !errors.isFull()) {
      Packet packet = about.packet();
      ErrorQueue.Entry entry = new ErrorQueue.Entry();
      ExtendedError e = entry.error;
      e.errno = about.errno();
      e.origin = v4 ? ExtendedError.ORIGIN_ICMP : ExtendedError.ORIGIN_ICMP6;
      e.type = about.type();
      e.code = about.code();
      e.info = about.mtu();
      fill(e.offender, packet.sourceHi(), packet.sourceLo(), 0);
      fill(entry.destination, about.dstHi, about.dstLo, port);
      int from = Math.min(payloadAt, packet.tail);
      int to = Math.min(packet.tail, from + ErrorQueue.MAX_PAYLOAD);
      entry.payload = Arrays.copyOfRange(packet.data, from, to);
      errors.add(entry);
    }
    fail(about.errno());
  }

  // ---- the rest

  @Override
  protected int shutDown(int how) {
    shutdownMask(shutdownMask() | how);
    wake(0);
    return connected ? 0 : -Errno.ENOTCONN;
  }

  /** {@code datagram_poll}. */
  @Override
  public final int poll() {
    if (isClosed()) {
      return PollEvents.POLLHUP;
    }
    int mask = PollEvents.WRITABLE | PollEvents.POLLWRBAND;
    if (error() != 0 || !errors.isEmpty()) {
      mask |= PollEvents.POLLERR;
    }
    if ((shutdownMask() & RCV_SHUTDOWN) != 0) {
      mask |= PollEvents.READABLE | PollEvents.POLLRDHUP;
    }
    if (shutdownMask() == SHUTDOWN_MASK) {
      mask |= PollEvents.POLLHUP;
    }
    if (!buffer().isEmpty()) {
      mask |= PollEvents.READABLE;
    }
    return mask;
  }

  @Override
  protected int ipOptionChanged() {
    IpSocketOptions o = ipOptions();
    o.ttl = Math.max(ip.ttl, 0);
    o.unicastHops = ip.hops;
    o.tos = ip.tos;
    o.trafficClass = ip.trafficClass;
    o.mtuDiscover = ip.mtuDiscover;
    o.mtuDiscover6 = ip.mtuDiscover6;
    o.receiveErrors = ip.receiveErrors;
    o.receiveErrors6 = ip.receiveErrors6;
    return 0;
  }

  @Override
  protected int optionChanged(int name) {
    IpSocketOptions o = ipOptions();
    o.broadcast = isBroadcast();
    o.device = boundDevice();
    o.mark = mark();
    o.priority = options.priority;
    buffer().limit(receiveBufferSize());
    return 0;
  }
}
