package dev.patchbay.stack.ping;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.ip.IpCounters;
import dev.patchbay.stack.ip.IpSocket;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Icmp;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/**
 * A ping socket; all calls on the loop. What it has received are echo replies from their ICMP
 * header on.
 */
public final class PingSocket extends IpSocket {
  private static final int ECHO4 = 8;
  private static final int ECHO6 = 128;
  private static final int MAX_LENGTH = 65515;

  private final PingEngine engine;
  private int identifier;
  private boolean closed;

  /** The local address came from {@link #connect}, not from the user. */
  private boolean addressChosen;

  /** {@code SO_REUSEADDR}. */
  public boolean reuseAddress;

  PingSocket(NetworkStack stack, PingEngine engine, boolean v4, DatagramListener listener) {
    super(stack, v4, listener);
    this.engine = engine;
  }

  /** The identifier of its echo requests, as the port of an address; 0 before it has one. */
  public int identifier() {
    return identifier;
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
    if (!Addresses.isAny(hi, lo) && !options.freebind && !stack.mayBind(hi, lo)) {
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
    forgetPeer();
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
      failed(about);
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
    flow.protocol = Addresses.isV4(dstHi, dstLo) ? IpProtocol.ICMP : IpProtocol.ICMPV6;
    return stack
        .socketOutput()
        .resolve(flow, options, own ? localHi : srcHi, own ? localLo : srcLo, dstHi, dstLo, by);
  }

  /**
   * Sends an echo request ({@code ping_v4_sendmsg}): the user's ICMP message, whose identifier and
   * checksum are filled in here.
   *
   * @return {@code len}, or negative: EINVAL (no echo request of code 0), EMSGSIZE, EACCES,
   *     ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EADDRINUSE, ENOBUFS
   */
  @Override
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
    engine.close(this);
    closeBase();
    identifier = 0;
  }
}
