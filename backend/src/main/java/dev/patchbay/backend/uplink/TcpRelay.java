package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.SockOpt;
import dev.patchbay.backend.sys.StreamFd;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.tcp.IncomingSyn;
import dev.patchbay.stack.tcp.SegmentOutput;
import dev.patchbay.stack.tcp.TcpConfig;
import dev.patchbay.stack.tcp.TcpEngine;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All TCP of an uplink: the engine that plays the far hosts, and the list of flows. */
final class TcpRelay implements SegmentOutput {
  /**
   * A SYN with fewer hops left than any system sends is a prober's, who wants to hear from the
   * router at which it ends.
   */
  private static final int PROBE_HOPS = 30;

  /** IP_TTL and IPV6_UNICAST_HOPS: the system's own value again. */
  private static final int DEFAULT_HOPS = -1;

  /**
   * A service of this host answers within some 100 us: the answer takes the ACK along, where one at
   * once would cost a frame, a write and two wake-ups more per request.
   */
  private static final long ACK_DELAY = 2_000_000;

  final Shared shared;
  final TcpEngine engine;
  private @Nullable TcpFlow first;

  TcpRelay(Shared shared, RandomSource random) {
    this.shared = shared;
    TcpConfig config = config(shared.options);
    engine =
        new TcpEngine(shared.io.loop(), shared.pool, random.derive("uplink tcp"), this, config);
    engine.catchAll(this::onSyn);
  }

  /** Limits for all guests together: each one's own is {@link GuestLimits}'. */
  static TcpConfig config(UplinkOptions options) {
    TcpConfig config = new TcpConfig();
    config.maxParkedPerSource = options.maxTcpPerGuest;
    config.maxParked = options.maxTcp;
    // not the engine's own number, which a single guest's SYNs could use up for all
    config.maxHalfOpen = options.maxTcp;
    config.quickAckDelay = ACK_DELAY;
    return config;
  }

  // ---- SegmentOutput

  @Override
  public void send(Packet packet, long srcHi, long srcLo, long dstHi, long dstLo) {
    packet.protocol = IpProtocol.TCP;
    shared.emitter.send(packet, srcHi, srcLo, dstHi, dstLo);
  }

  @Override
  public int mtu(long srcHi, long srcLo, long dstHi, long dstLo) {
    return Math.clamp(
        shared.inside.mtu(dstHi, dstLo), Addresses.isV4(dstHi, dstLo) ? 576 : 1280, 65535);
  }

  // ---- connections of guests

  private void onSyn(IncomingSyn syn) {
    Policy.Verdict verdict =
        shared.policy.decide(
            true, syn.destinationHi(), syn.destinationLo(), syn.destinationPort(), shared.host);
    if (verdict != Policy.Verdict.PASS) {
      // was asked before the engine got it: only a change of the self ports comes here
      syn.reject();
      return;
    }
    GuestLimits.Guest guest =
        shared.limits.take(GuestLimits.Kind.TCP, syn.sourceHi(), syn.sourceLo(), shared.port);
    if (guest == null) {
      shared.counters.flowLimit++;
      countLimit(syn);
      syn.reject();
      return;
    }
    int fd = StreamFd.connect(shared.host, true, isProbe(syn) ? syn.hopLimit() : 0);
    if (fd < 0) {
      shared.limits.give(GuestLimits.Kind.TCP, guest);
      HostConnect.refuse(shared, syn, -fd);
      return;
    }
    int state = shared.host.isLoopback() ? StreamFd.connectState(fd, shared.host) : -Errno.EALREADY;
    if (state == 0) {
      accept(syn, new TcpFlow(this, fd, guest));
    } else if (state == -Errno.EALREADY) {
      new HostConnect(this, syn, guest, fd);
    } else {
      Fd.close(fd);
      shared.limits.give(GuestLimits.Kind.TCP, guest);
      HostConnect.refuse(shared, syn, -state);
    }
  }

  /** The SYN's packet is gone; what is counted by reason and port is a copy of its beginning. */
  private void countLimit(IncomingSyn syn) {
    byte[] quote = syn.quotation();
    Packet p = shared.pool.acquire(quote.length);
    if (p != null) {
      System.arraycopy(quote, 0, p.data, p.append(quote.length), quote.length);
      p.physicalDevice = shared.port;
      p.drop(DropReason.HOST_FLOW_LIMIT);
    }
  }

  private static boolean isProbe(IncomingSyn syn) {
    return syn.hopLimit() < PROBE_HOPS;
  }

  /** The host's connection stands: now the guest's may. */
  TcpFlow connected(IncomingSyn syn, GuestLimits.Guest guest, FdHandle handle) {
    boolean v4 = Addresses.isV4(syn.destinationHi(), syn.destinationLo());
    // from now on an ICMP error is a soft one, as for any connection that stands
    int family = v4 ? Linux.AF_INET : Linux.AF_INET6;
    SockOpt.receiveErrors(handle.number(), family, false);
    if (isProbe(syn)) {
      SockOpt.ttl(handle.number(), family, DEFAULT_HOPS);
    }
    TcpFlow flow = new TcpFlow(this, handle, guest);
    accept(syn, flow);
    return flow;
  }

  private void accept(IncomingSyn syn, TcpFlow flow) {
    TcpSocket socket = syn.accept(flow);
    if (socket == null) {
      shared.counters.tcpAbandoned++;
      flow.abort();
      return;
    }
    shared.counters.tcpOpened++;
    flow.guestSide(socket);
  }

  // ---- connections of forwards

  /**
   * Opens a connection to a guest for a client of a forward; the client's data is not read before
   * the guest has answered.
   *
   * @param fd the client's socket, from now on the flow's
   * @return false where it could not even be begun: the client was reset
   */
  boolean open(int fd, long srcHi, long srcLo, int srcPort, long dstHi, long dstLo, int dstPort) {
    TcpFlow flow = new TcpFlow(this, fd, null);
    TcpSocket socket = engine.connect(srcHi, srcLo, srcPort, dstHi, dstLo, dstPort, flow);
    if (socket == null) {
      shared.counters.forwardFailed++;
      flow.abort();
      return false;
    }
    flow.guestSide(socket);
    long patience = shared.options.forwardConnect;
    shared
        .io
        .loop()
        .timer(() -> {
          if (!flow.isSpliced()) {
            flow.abort();
          }
        })
        .arm(shared.now() + patience);
    return true;
  }

  // ---- flows

  void add(TcpFlow flow) {
    TcpFlow after = first;
    flow.next = after;
    if (after != null) {
      after.previous = flow;
    }
    first = flow;
  }

  void remove(TcpFlow flow) {
    TcpFlow before = flow.previous;
    TcpFlow after = flow.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after != null) {
      after.previous = before;
    }
    flow.previous = null;
    flow.next = null;
  }

  void forEach(Consumer<TcpFlow> action) {
    TcpFlow flow = first;
    while (flow != null) {
      TcpFlow after = flow.next;
      action.accept(flow);
      flow = after;
    }
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Ends what was idle for too long. */
  void sweep(long now) {
    TcpFlow flow = first;
    while (flow != null) {
      TcpFlow after = flow.next;
      long limit = flow.isHalfClosed() ? shared.options.tcpHalfClosedIdle : shared.options.tcpIdle;
      if (now - flow.last > limit) {
        shared.counters.tcpIdled++;
        flow.abort();
      }
      flow = after;
    }
  }

  /** Resets a client's socket that no flow has. */
  static void resetClient(int fd) {
    SockOpt.resetOnClose(fd);
    Fd.close(fd);
  }

  void close() {
    engine.catchAll(null);
    forEach(TcpFlow::abort);
  }
}
