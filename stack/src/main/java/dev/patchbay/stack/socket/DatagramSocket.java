package dev.patchbay.stack.socket;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketQueue;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.udp.UdpHandler;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Udp;

/** A UDP socket over {@link dev.patchbay.stack.udp.UdpEngine} ({@code inet_dgram_ops}). */
public final class DatagramSocket extends InetSocket implements UdpHandler {
  private static final int MAX_PAYLOAD = 65507;

  private final UdpSocket udp;
  private final PacketQueue queue = new PacketQueue();
  private boolean connected;

  DatagramSocket(SocketLayer layer, int family, int protocol) {
    super(layer, family, SocketType.SOCK_DGRAM, protocol);
    udp = stack().udp().open(this);
  }

  @Override
  public boolean isConnected() {
    return connected;
  }

  @Override
  public int bind(SocketAddress address) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    int status = checkBind(address, !connected && localPort == 0);
    if (status < 0) {
      return status;
    }
    localHi = address.hi;
    localLo = address.family == AddressFamily.AF_UNSPEC ? anyLo() : address.lo;
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
    if (!udp.bind(localHi, localLo, port, boundDevice())) {
      return -Errno.EADDRINUSE;
    }
    localPort = udp.localPort();
    return 0;
  }

  @Override
  public int connect(SocketAddress a) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if (a.family == AddressFamily.AF_UNSPEC) {
      connected = false;
      remotePort = 0;
      return 0;
    }
    int status = checkDestination(a);
    if (status < 0) {
      return status;
    }
    if (localPort == 0 && take(0) < 0) {
      return -Errno.EAGAIN;
    }
    IpAddress source = Addresses.isAny(localHi, localLo) ? source(a.hi, a.lo) : null;
    if (source != null) {
      localHi = source.hi();
      localLo = source.lo();
    }
    remoteHi = a.hi;
    remoteLo = a.lo;
    remotePort = a.port;
    connected = true;
    return 0;
  }

  private int checkDestination(SocketAddress a) {
    if (a.family != family() && !(isV6() && a.family == AddressFamily.AF_INET)) {
      return -Errno.EAFNOSUPPORT;
    }
    Route route = route(a.hi, a.lo);
    int status = routeError(route);
    if (status == 0 && isBroadcast(route, a.hi, a.lo) && !isBroadcast()) {
      return -Errno.EACCES;
    }
    return status;
  }

  @Override
  public int sendmsg(Message m, int flags) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if ((flags & ~MessageFlags.SEND) != 0) {
      return -Errno.EINVAL;
    }
    if ((flags & (MessageFlags.MSG_OOB | MessageFlags.MSG_MORE)) != 0) {
      return -Errno.EOPNOTSUPP;
    }
    long hi = remoteHi;
    long lo = remoteLo;
    int port = remotePort;
    SocketAddress to = m.name;
    if (to != null) {
      int status = to.port == 0 ? -Errno.EINVAL : checkDestination(to);
      if (status < 0) {
        return status;
      }
      hi = to.hi;
      lo = to.lo;
      port = to.port;
    } else if (!connected) {
      return -Errno.EDESTADDRREQ;
    }
    if (error() != 0) {
      return -takeError();
    }
    if (m.total() > MAX_PAYLOAD) {
      return -Errno.EMSGSIZE;
    }
    if (localPort == 0 && take(0) < 0) {
      return -Errno.EAGAIN;
    }
    if (m.count() != 1) {
      byte[] whole = new byte[m.total()];
      m.gather(whole, 0);
      return transmit(whole, 0, whole.length, hi, lo, port);
    }
    return transmit(m.array(0), m.offset(0), m.length(0), hi, lo, port);
  }

  private int transmit(byte[] data, int off, int len, long hi, long lo, int port) {
    long srcHi = Addresses.isAny(localHi, localLo) ? 0 : localHi;
    long srcLo = Addresses.isAny(localHi, localLo) ? 0 : localLo;
    return udp.send(data, off, len, srcHi, srcLo, hi, lo, port, boundDevice())
        ? len
        : -Errno.ENOBUFS;
  }

  @Override
  public int recvmsg(Message m, int flags) {
    if (isClosed()) {
      return -Errno.EBADF;
    }
    if ((flags & ~MessageFlags.RECEIVE) != 0) {
      return -Errno.EINVAL;
    }
    if ((flags & MessageFlags.MSG_ERRQUEUE) != 0) {
      return errors.receive(m);
    }
    m.flags = 0;
    m.control = 0;
    if (error() != 0) {
      return -takeError();
    }
    Packet packet = queue.peek();
    if (packet == null) {
      return -Errno.EAGAIN;
    }
    int from = packet.l4 + Udp.LENGTH;
    int length = packet.tail - from;
    int n = m.scatter(0, packet.data, from, length);
    SocketAddress name = m.name;
    if (name != null) {
      fill(name, packet.sourceHi(), packet.sourceLo(), packet.udp().sourcePort());
    }
    if (n < length) {
      m.flags |= MessageFlags.MSG_TRUNC;
    }
    if ((flags & MessageFlags.MSG_PEEK) == 0) {
      queue.poll();
      packet.release();
    }
    return (flags & MessageFlags.MSG_TRUNC) != 0 ? length : n;
  }

  @Override
  protected int shutDown(int how) {
    shutdownMask(shutdownMask() | how);
    wake(0);
    return connected ? 0 : -Errno.ENOTCONN;
  }

  @Override
  protected void release() {
    udp.close();
    queue.release();
  }

  /** {@code udp_poll}. */
  @Override
  public int poll() {
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
    if (!queue.isEmpty()) {
      mask |= PollEvents.READABLE;
    }
    return isClosed() ? PollEvents.POLLHUP : mask;
  }

  @Override
  public void onDatagram(UdpSocket socket, Packet packet) {
    boolean foreign =
        connected
            && (packet.sourceLo() != remoteLo
                || packet.sourceHi() != remoteHi
                || packet.udp().sourcePort() != remotePort);
    if (foreign || queue.charge() > receiveBufferSize()) {
      return;
    }
    Packet copy = packet.copy();
    if (copy != null) {
      queue.add(copy);
      wake(PollEvents.READABLE);
    }
  }

  @Override
  public void onError(UdpSocket socket, boolean hard, long dstHi, long dstLo, int dstPort) {
    if (connected && hard) {
      fail(Errno.ECONNREFUSED);
    }
  }
}
