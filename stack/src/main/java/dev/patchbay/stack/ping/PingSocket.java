package dev.patchbay.stack.ping;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.ip.Flow;
import dev.patchbay.stack.ip.IpCounters;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.multicast.Memberships;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Icmp;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/** A ping socket; all calls on the loop. */
public final class PingSocket {
  private static final int ECHO4 = 8;
  private static final int ECHO6 = 128;
  private static final int MAX_LENGTH = 65515;

  private final NetworkStack stack;
  private final PingEngine engine;
  private final boolean v4;
  private final DatagramListener listener;
  private final ReceiveBuffer buffer;
  private final IpSocketOptions options = new IpSocketOptions();
  private final Memberships memberships;
  private final Flow flow = new Flow();
  private int identifier;
  private long localHi;
  private long localLo;
  private long remoteHi;
  private long remoteLo;
  private boolean connected;
  private boolean closed;

  /** The local address came from {@link #connect}, not from the user. */
  private boolean addressChosen;

  private int error;

  /** {@code SO_REUSEADDR}. */
  public boolean reuseAddress;

  PingSocket(NetworkStack stack, PingEngine engine, boolean v4, DatagramListener listener) {
    this.stack = stack;
    this.engine = engine;
    this.v4 = v4;
    this.listener = listener;
    localLo = v4 ? Addresses.V4_PREFIX : 0;
    remoteLo = localLo;
    memberships = new Memberships(stack.multicast());
    buffer = new ReceiveBuffer(stack.datagramMemory(), stack.loop(), listener::onReadable);
  }

  public boolean isV4() {
    return v4;
  }

  /** What it asks of IP; live. */
  public IpSocketOptions options() {
    return options;
  }

  /** The groups that it has joined. */
  public Memberships memberships() {
    return memberships;
  }

  /** Echo replies from their ICMP header on: {@code [head, tail)}. */
  public ReceiveBuffer receiveBuffer() {
    return buffer;
  }

  /** The identifier of its echo requests, as the port of an address; 0 before it has one. */
  public int identifier() {
    return identifier;
  }

  public long localHi() {
    return localHi;
  }

  public long localLo() {
    return localLo;
  }

  public long remoteHi() {
    return remoteHi;
  }

  public long remoteLo() {
    return remoteLo;
  }

  /** Whether it has a peer. */
  public boolean isConnected() {
    return connected;
  }

  /** The error that waits ({@code SO_ERROR}), positive, 0 for none; it is cleared. */
  public int takeError() {
    int waiting = error;
    error = 0;
    return waiting;
  }

  /**
   * Binds it ({@code ping_bind}).
   *
   * @param wanted identifier, 0 chooses one
   * @return 0, or negative EINVAL (bound already), EADDRNOTAVAIL, EADDRINUSE
   */
  public int bind(long hi, long lo, int wanted) {
    if (identifier != 0 || closed) {
      return -Errno.EINVAL;
    }
    if (!Addresses.isAny(hi, lo) && !options.freebind && !stack.isLocal(hi, lo)) {
      return -Errno.EADDRNOTAVAIL;
    }
    int taken = engine.take(this, wanted);
    if (taken < 0) {
      return taken;
    }
    identifier = taken;
    localHi = hi;
    localLo = lo;
    return 0;
  }

  /** Fixes where {@link #send} goes, and lets fatal errors through. */
  public int connect(long hi, long lo) {
    int failed = prepare(0, 0, hi, lo, null);
    if (failed == 0) {
      remoteHi = flow.dstHi;
      remoteLo = flow.dstLo;
      connected = true;
      if (Addresses.isAny(localHi, localLo)) {
        localHi = flow.srcHi;
        localLo = flow.srcLo;
        addressChosen = true;
      }
    }
    return failed;
  }

  /**
   * Has no peer any more; an address that {@link #connect} chose is given up ({@code
   * __udp_disconnect}).
   *
   * @param releaseIdentifier also the identifier, since nobody asked for it by name
   */
  public void disconnect(boolean releaseIdentifier) {
    connected = false;
    remoteHi = 0;
    remoteLo = v4 ? Addresses.V4_PREFIX : 0;
    if (addressChosen) {
      localHi = 0;
      localLo = remoteLo;
      addressChosen = false;
    }
    if (releaseIdentifier) {
      identifier = 0;
    }
  }

  boolean fits(long hi, long lo, @Nullable NetDevice by) {
    NetDevice only = options.device;
    boolean device = only == null || by == null || only.equals(by);
    return device && (Addresses.isAny(localHi, localLo) || localLo == lo && localHi == hi);
  }

  void icmpError(IcmpError about) {
    boolean fatal = about.isFatal();
    int policy = options.mtuDiscover(v4);
    if (about.isTooBig()) {
      if (policy < IpSocketOptions.PMTUDISC_PROBE) {
        stack.socketOutput().paths().learn(about.dstHi, about.dstLo, about.mtu(), v4);
      }
      fatal = policy != IpSocketOptions.PMTUDISC_DONT;
    }
    if (options.receiveErrors(v4) || fatal && connected) {
      error = about.errno();
      listener.onError(about);
    }
  }

  private int prepare(long srcHi, long srcLo, long dstHi, long dstLo, @Nullable NetDevice by) {
    if (identifier == 0) {
      int bound = bind(localHi, localLo, 0);
      if (bound != 0) {
        return bound;
      }
    }
    boolean own = Addresses.isAny(srcHi, srcLo);
    return stack
        .socketOutput()
        .resolve(flow, options, own ? localHi : srcHi, own ? localLo : srcLo, dstHi, dstLo, by);
  }

  /** Sends to the peer, as {@link #sendTo}; EDESTADDRREQ without one. */
  public int send(byte[] data, int off, int len) {
    return connected ? sendTo(data, off, len, 0, 0, remoteHi, remoteLo, null) : -Errno.EDESTADDRREQ;
  }

  /**
   * Sends an echo request ({@code ping_v4_sendmsg}): the user's ICMP message, whose identifier and
   * checksum are filled in here.
   *
   * @return {@code len}, or negative: EINVAL (no echo request of code 0), EMSGSIZE, EACCES,
   *     ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EADDRINUSE, ENOBUFS
   */
  public int sendTo(
      byte[] data,
      int off,
      int len,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      @Nullable NetDevice by) {
    if (len > MAX_LENGTH) {
      return -Errno.EMSGSIZE;
    }
    boolean echo =
        len >= Icmp.LENGTH && (data[off] & 0xff) == (v4 ? ECHO4 : ECHO6) && data[off + 1] == 0;
    if (!echo) {
      return -Errno.EINVAL;
    }
    int failed = prepare(srcHi, srcLo, dstHi, dstLo, by);
    if (failed != 0) {
      return failed;
    }
    Packet packet = stack.pool().acquire(len);
    if (packet == null) {
      return -Errno.ENOBUFS;
    }
    packet.l4 = packet.append(len);
    System.arraycopy(data, off, packet.data, packet.l4, len);
    packet.protocol = v4 ? IpProtocol.ICMP : IpProtocol.ICMPV6;
    packet.icmp().id(identifier).checksum(0);
    long sum = InternetChecksum.sum(packet.data, packet.l4, len);
    if (!v4) {
      sum +=
          InternetChecksum.pseudo6(
              flow.srcHi, flow.srcLo, flow.dstHi, flow.dstLo, IpProtocol.ICMPV6, len);
    }
    packet.icmp().checksum(InternetChecksum.finish(sum));
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
    failed = stack.socketOutput().send(packet, flow, options);
    if (failed != 0) {
      return failed;
    }
    IpCounters counters = stack.counters(v4);
    counters.icmpOutMsgs++;
    counters.icmpOutTypes[v4 ? ECHO4 : ECHO6]++;
    return len;
  }

  /** Closes it; it cannot be used again. */
  public void close() {
    closed = true;
    memberships.close();
    engine.close(this);
    buffer.close();
    identifier = 0;
  }
}
