package dev.patchbay.stack.udp;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.Flow;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.multicast.Memberships;
import dev.patchbay.stack.neighbour.NeighbourTable;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Udp;
import org.jspecify.annotations.Nullable;

/** A socket of UDP or UDP-Lite; all calls on the loop. */
public final class UdpSocket {
  /** Longest payload over IPv4: 65535 less the headers. */
  public static final int MAX_PAYLOAD4 = 65507;

  /** Longest payload over IPv6. */
  public static final int MAX_PAYLOAD6 = 65527;

  private final NetworkStack stack;
  private final UdpEngine engine;
  private final UdpHandler handler;
  private final @Nullable ReceiveBuffer buffer;
  private final IpSocketOptions options = new IpSocketOptions();
  private final Memberships memberships;
  private final Flow flow = new Flow();
  private long localHi;
  private long localLo;
  private int port;
  private long remoteHi;
  private long remoteLo;
  private int remotePort;
  private boolean connected;
  private boolean closed;
  private int error;

  /** {@code SO_REUSEADDR}: shares its port with sockets that say so too. */
  public boolean reuseAddress;

  /** {@code SO_REUSEPORT}: shares it, each flow going to one of them. */
  public boolean reusePort;

  /** {@code IPV6_V6ONLY}: bound to ::, it takes no IPv4. */
  public boolean onlySix;

  /**
   * {@code UDPLITE_SEND_CSCOV}: bytes that the checksum covers, from 8; 0 all; -1 all, with the
   * length in the header.
   */
  public int sendCoverage = -1;

  /** {@code UDPLITE_RECV_CSCOV}: the least coverage taken; 0 full only; -1 any. */
  public int receiveCoverage = -1;

  UdpSocket(
      NetworkStack stack, UdpEngine engine, UdpHandler handler, @Nullable ReceiveBuffer buffer) {
    this.stack = stack;
    this.engine = engine;
    this.handler = handler;
    this.buffer = buffer;
    memberships = new Memberships(stack.multicast());
  }

  /** What it asks of IP; live. */
  public IpSocketOptions options() {
    return options;
  }

  /** The groups that it has joined. */
  public Memberships memberships() {
    return memberships;
  }

  /** Where its datagrams wait, or null where its handler gets them at once. */
  public @Nullable ReceiveBuffer receiveBuffer() {
    return buffer;
  }

  /** Whether it speaks UDP-Lite. */
  public boolean isLite() {
    return engine.isLite();
  }

  /**
   * The oldest datagram that waits, which is the caller's now, or null. {@code l3}, {@code l4} and
   * {@code tail} say where its parts are.
   */
  public @Nullable Packet poll() {
    Packet packet = buffer == null ? null : buffer.poll();
    if (packet != null) {
      engine.counters(packet.isIpv4()).inDatagrams++;
    }
    return packet;
  }

  /**
   * Binds it. Address (0, 0) is any of both families, 0.0.0.0 any of IPv4; port 0 chooses one.
   *
   * @param onlyBy take datagrams of this device alone, or null
   * @return false where the address is in use or it is bound
   */
  public boolean bind(long hi, long lo, int wanted, @Nullable NetDevice onlyBy) {
    return port == 0 && !closed && engine.bind(this, hi, lo, wanted, onlyBy) == 0;
  }

  /**
   * As {@link #bind}, with Linux's errors ({@code inet_bind}).
   *
   * @return 0, or negative EINVAL (bound already), EADDRNOTAVAIL (not ours), EADDRINUSE
   */
  public int bindTo(long hi, long lo, int wanted) {
    if (port != 0 || closed) {
      return -Errno.EINVAL;
    }
    boolean special =
        Addresses.isAny(hi, lo)
            || Addresses.isMulticast(hi, lo)
            || Addresses.isLimitedBroadcast(hi, lo)
            || stack.isBroadcast(hi, lo);
    if (!special && !options.freebind && !stack.mayBind(hi, lo)) {
      return -Errno.EADDRNOTAVAIL;
    }
    return engine.bind(this, hi, lo, wanted, options.device);
  }

  void bound(long hi, long lo, int chosen, @Nullable NetDevice onlyBy) {
    localHi = hi;
    localLo = lo;
    port = chosen;
    options.device = onlyBy;
  }

  /** What rules of routing may look at above IP. */
  private void name(Flow to, int toPort) {
    to.protocol = engine.isLite() ? IpProtocol.UDPLITE : IpProtocol.UDP;
    to.sourcePort = port;
    to.destinationPort = toPort;
  }

  /**
   * Fixes the peer: only its datagrams are taken, and errors about those to it are told ({@code
   * ip4_datagram_connect}). Again for another one.
   *
   * @return 0, or negative: what {@code SocketOutput.resolve} says, EADDRINUSE without a free port
   */
  public int connect(long hi, long lo, int toPort) {
    boolean anySource = Addresses.isAny(localHi, localLo);
    boolean group = Addresses.isMulticast(localHi, localLo);
    name(flow, toPort);
    int failed =
        stack
            .socketOutput()
            .resolve(
                flow,
                options,
                anySource || group ? 0 : localHi,
                anySource || group ? 0 : localLo,
                hi,
                lo,
                null);
    if (failed != 0) {
      return failed;
    }
    boolean unbound = port == 0;
    if (unbound) {
      int bound = engine.bind(this, flow.srcHi, flow.srcLo, 0, options.device);
      if (bound != 0) {
        return bound;
      }
    } else if (anySource) {
      localHi = flow.srcHi;
      localLo = flow.srcLo;
      wildcard = true;
    }
    wildcard |= unbound;
    remoteHi = flow.dstHi;
    remoteLo = flow.dstLo;
    remotePort = toPort;
    connected = true;
    return 0;
  }

  /** Whether the local address came from {@link #connect}, not from the user. */
  private boolean wildcard;

  private long unboundLo;

  /** The address that a socket which is bound to none has: any of both families, or of IPv4. */
  public void unbound(long lo) {
    if (port == 0) {
      unboundLo = lo;
      localLo = lo;
    }
  }

  /**
   * As {@link #disconnect()}.
   *
   * @param releasePort also the port, since nobody asked for it by name
   */
  public void disconnect(boolean releasePort) {
    disconnect();
    if (releasePort && port != 0) {
      engine.unbind(this);
      port = 0;
    }
  }

  /** Dissolves the association ({@code connect} to AF_UNSPEC); a chosen address is given up. */
  public void disconnect() {
    connected = false;
    remoteHi = 0;
    remoteLo = 0;
    remotePort = 0;
    if (wildcard) {
      localHi = 0;
      localLo = unboundLo;
      wildcard = false;
    }
  }

  UdpHandler handler() {
    return handler;
  }

  void failed(IcmpError about) {
    error = about.errno();
    handler.onError(this, about);
  }

  /** The error that waits ({@code SO_ERROR}), positive, 0 for none; it is cleared. */
  public int takeError() {
    int waiting = error;
    error = 0;
    return waiting;
  }

  /** Port, 0 while it is not bound. */
  public int localPort() {
    return port;
  }

  public long localHi() {
    return localHi;
  }

  public long localLo() {
    return localLo;
  }

  /** Whether it has a peer. */
  public boolean isConnected() {
    return connected;
  }

  public long remoteHi() {
    return remoteHi;
  }

  public long remoteLo() {
    return remoteLo;
  }

  /** The peer's port, 0 without peer. */
  public int remotePort() {
    return remotePort;
  }

  /** The only device it listens to, or null. */
  public @Nullable NetDevice device() {
    return options.device;
  }

  /** Whether a wildcard address of this socket covers another address. */
  boolean anyCovers(long anyHi, long anyLo, long hi, long lo) {
    boolean both = anyLo == 0 && !onlySix;
    boolean v4 = Addresses.isV4(hi, lo);
    return Addresses.isAny(anyHi, anyLo) && (both || v4 == (anyLo != 0));
  }

  boolean sharesPortWith(UdpSocket other) {
    NetDevice device = options.device;
    return other.reusePort
        && !other.connected
        && other.localHi == localHi
        && other.localLo == localLo
        && (device == null ? other.options.device == null : device.equals(other.options.device));
  }

  private boolean fromPeer(long srcHi, long srcLo, int srcPort) {
    return !connected || remotePort == srcPort && remoteLo == srcLo && remoteHi == srcHi;
  }

  /**
   * How well a datagram fits; -1 not at all ({@code compute_score}). A named address beats any, a
   * peer or a device beats none, a socket of IPv4 beats one of both.
   */
  int score(long hi, long lo, long srcHi, long srcLo, int srcPort, @Nullable NetDevice by) {
    NetDevice device = options.device;
    if (device != null && by != null && !device.equals(by) || !fromPeer(srcHi, srcLo, srcPort)) {
      return -1;
    }
    int score = (connected ? 8 : 0) + (device != null ? 4 : 0);
    if (!Addresses.isAny(localHi, localLo)) {
      return localHi == hi && localLo == lo ? score + 1000 : -1;
    }
    if (localLo != 0) {
      return Addresses.isV4(hi, lo) ? score + 2 : -1;
    }
    return onlySix && Addresses.isV4(hi, lo) ? -1 : score + 1;
  }

  /** Whether a datagram to a group or broadcast is also for it ({@code __udp_is_mcast_sock}). */
  boolean wantsOfMany(Packet packet) {
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    long srcHi = packet.sourceHi();
    long srcLo = packet.sourceLo();
    NetDevice by = packet.device;
    boolean fits = score(hi, lo, srcHi, srcLo, packet.udp().sourcePort(), by) >= 0;
    if (!fits || !Addresses.isMulticast(hi, lo)) {
      return fits;
    }
    boolean all = packet.isIpv4() ? options.multicastAll : options.multicastAll6;
    return memberships.allows(hi, lo, srcHi, srcLo, by, all);
  }

  /** RFC 3828 section 3.1 and {@code UDPLITE_RECV_CSCOV}. */
  boolean acceptsCoverage(Packet packet) {
    int covered = packet.udp().length();
    boolean full = covered == 0 || covered == packet.tail - packet.l4;
    return full || receiveCoverage < 0 || receiveCoverage > 0 && covered >= receiveCoverage;
  }

  /**
   * Sends a datagram, as {@link #sendTo} for those who need no reason.
   *
   * @return false where it could not be sent
   */
  public boolean send(
      byte[] data,
      int off,
      int len,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      int dstPort,
      @Nullable NetDevice by) {
    return sendTo(data, off, len, srcHi, srcLo, dstHi, dstLo, dstPort, by) >= 0;
  }

  /** Sends a datagram to the peer, as {@link #sendTo}; EDESTADDRREQ without one. */
  public int send(byte[] data, int off, int len) {
    return connected
        ? sendTo(data, off, len, 0, 0, remoteHi, remoteLo, remotePort, null)
        : -Errno.EDESTADDRREQ;
  }

  /**
   * Sends a datagram ({@code udp_sendmsg}). A socket without port gets one.
   *
   * @param srcHi source address; (0, 0) is the one it is bound to, else routing chooses
   * @param by leave by this device whatever the routes say, or null
   * @return {@code len}, or negative: EMSGSIZE, EINVAL (port 0, a source that is not ours), EACCES
   *     (broadcast), ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, ENOBUFS, EADDRINUSE (no port is
   *     free)
   */
  public int sendTo(
      byte[] data,
      int off,
      int len,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      int dstPort,
      @Nullable NetDevice by) {
    boolean v4 = Addresses.isV4(dstHi, dstLo);
    if (len > (v4 ? MAX_PAYLOAD4 : MAX_PAYLOAD6)) {
      return -Errno.EMSGSIZE;
    }
    if (dstPort == 0) {
      return -Errno.EINVAL;
    }
    if (port == 0) {
      int bound = closed ? -Errno.EINVAL : engine.bind(this, localHi, localLo, 0, options.device);
      if (bound != 0) {
        return bound;
      }
    }
    // a group or broadcast may be bound to, but is nobody's source (inet_saddr is 0 there)
    boolean own =
        Addresses.isAny(srcHi, srcLo)
            && !Addresses.isMulticast(localHi, localLo)
            && !stack.isBroadcast(localHi, localLo);
    name(flow, dstPort);
    int error =
        stack
            .socketOutput()
            .resolve(flow, options, own ? localHi : srcHi, own ? localLo : srcLo, dstHi, dstLo, by);
    if (error != 0) {
      return error;
    }
    Packet packet = datagram(data, off, len, dstPort);
    if (packet == null) {
      engine.counters(v4).sndbufErrors++;
      return -Errno.ENOBUFS;
    }
    error = stack.socketOutput().send(packet, flow, options);
    if (error != 0) {
      return error;
    }
    engine.countSent(v4);
    return len;
  }

  /**
   * Sends an IPv4 datagram to an Ethernet address without asking for it, as a packet socket would:
   * to a client that has no address yet.
   *
   * @return false where there is no memory
   */
  public boolean sendToMac(
      byte[] data,
      int off,
      int len,
      long srcLo,
      long dstLo,
      int dstPort,
      long dstMac,
      NetDevice by) {
    flow.srcHi = 0;
    flow.srcLo = srcLo;
    flow.dstHi = 0;
    flow.dstLo = dstLo;
    Packet packet = len > MAX_PAYLOAD4 ? null : datagram(data, off, len, dstPort);
    if (packet == null) {
      return false;
    }
    engine.countSent(true);
    stack.output().pushHeader(packet, 0, srcLo, 0, dstLo);
    NeighbourTable.send(packet, by, dstMac);
    return true;
  }

  /** A datagram for {@link #flow}, or null where there is no memory. */
  private @Nullable Packet datagram(byte[] data, int off, int len, int dstPort) {
    int length = Udp.LENGTH + len;
    Packet packet = stack.pool().acquire(length);
    if (packet == null) {
      return null;
    }
    packet.l4 = packet.append(length);
    packet.protocol = engine.protocol();
    System.arraycopy(data, off, packet.data, packet.l4 + Udp.LENGTH, len);
    int covered = length;
    int field = length;
    if (engine.isLite() && sendCoverage >= 0 && sendCoverage < length) {
      covered = sendCoverage == 0 ? length : sendCoverage;
      field = sendCoverage;
    }
    packet.udp().sourcePort(port).destinationPort(dstPort).length(field).checksum(0);
    long pseudo =
        InternetChecksum.pseudo(
            flow.srcHi, flow.srcLo, flow.dstHi, flow.dstLo, engine.protocol(), length);
    long sum = pseudo + InternetChecksum.sum(packet.data, packet.l4, covered);
    packet.udp().checksum(InternetChecksum.finishUdp(sum));
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
    return packet;
  }

  boolean isClosed() {
    return closed;
  }

  /** Closes it, leaving its groups; it cannot be used again. */
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    memberships.close();
    engine.close(this);
    if (buffer != null) {
      buffer.close();
    }
    port = 0;
  }
}
