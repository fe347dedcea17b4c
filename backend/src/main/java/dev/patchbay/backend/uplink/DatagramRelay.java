package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.IcmpSocket;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.socket.Errno;
import org.jspecify.annotations.Nullable;

/** UDP and echo requests of guests: finds or opens the host socket of an endpoint. */
final class DatagramRelay {
  private static final int CLOSED4 = 3;
  private static final int CLOSED6 = 4;

  /** Opens the host's socket for a flow. */
  private interface Opener<F extends DatagramFlow> {
    /** Null where the host gave none; then the packet was answered and dropped. */
    @Nullable F open(Packet p, int number, GuestLimits.Guest guest);
  }

  private final Shared shared;
  private final EchoIds rawIds;

  /** Whether the host denied raw sockets, which a process does not get back. */
  private boolean rawDenied;

  private final EndpointTable<UdpFlow> udp;
  private final EndpointTable<PingFlow> pings;
  private final Opener<UdpFlow> udpOpener = this::openUdp;
  private final Opener<PingFlow> pingOpener = this::openPing;

  DatagramRelay(Shared shared, RandomSource random) {
    this.shared = shared;
    rawIds = new EchoIds(random.derive("uplink echo identifiers"));
    udp = new EndpointTable<>(random.hash("uplink udp"));
    pings = new EndpointTable<>(random.hash("uplink ping"));
  }

  /**
   * A checked UDP datagram.
   *
   * @return false where it was not taken, since the port of ours leads nowhere: the namespace
   *     answers it
   */
  boolean udp(Packet p) {
    int port = p.udp().destinationPort();
    Policy.Verdict verdict =
        shared.policy.decide(false, p.destinationHi(), p.destinationLo(), port, shared.host);
    if (verdict != Policy.Verdict.PASS) {
      return refused(p, verdict);
    }
    UdpFlow flow = flow(udp, GuestLimits.Kind.UDP, p, p.udp().sourcePort(), udpOpener);
    if (flow != null) {
      flow.sendDatagram(p);
    }
    return true;
  }

  /** The flow of the packet's sender, opened where there is none; null: the packet was dropped. */
  private <F extends DatagramFlow> @Nullable F flow(
      EndpointTable<F> table, GuestLimits.Kind kind, Packet p, int number, Opener<F> opener) {
    long hi = p.sourceHi();
    long lo = p.sourceLo();
    F flow = table.get(hi, lo, number);
    if (flow != null && !flow.handle.isClosed()) {
      return flow;
    }
    if (flow != null) {
      close(table, flow);
    }
    GuestLimits.Guest guest = shared.limits.take(kind, hi, lo, p.physicalDevice);
    if (guest == null) {
      shared.counters.flowLimit++;
      p.drop(DropReason.HOST_FLOW_LIMIT);
      return null;
    }
    F made = opener.open(p, number, guest);
    if (made == null) {
      shared.limits.give(kind, guest);
    } else {
      table.put(made);
    }
    return made;
  }

  private boolean refused(Packet p, Policy.Verdict verdict) {
    switch (verdict) {
      case CLOSED -> {
        shared.counters.loopbackDenied++;
        return false;
      }
      case SELF -> {
        shared.counters.self++;
        shared.emitter.unreachable(p, CLOSED4, CLOSED6);
        p.drop(DropReason.HOST_SELF);
      }
      default -> {
        shared.counters.denied++;
        shared.emitter.prohibited(p);
        p.drop(DropReason.HOST_DENIED);
      }
    }
    return true;
  }

  private @Nullable UdpFlow openUdp(Packet p, int port, GuestLimits.Guest guest) {
    int fd = Fd.socket(p.isIpv4() ? Linux.AF_INET : Linux.AF_INET6, Linux.SOCK_DGRAM, 0);
    if (fd < 0) {
      hostRefused(p, -fd);
      return null;
    }
    return new UdpFlow(shared, p.sourceHi(), p.sourceLo(), port, fd, guest);
  }

  private void hostRefused(Packet p, int errno) {
    if (errno == Errno.EAFNOSUPPORT) {
      shared.emitter.unreachable(p, 0, 0);
    } else {
      shared.counters.hostErrors++;
    }
    p.drop(DropReason.HOST_ERROR);
  }

  /** A checked echo request that leaves. Takes it. */
  void ping(Packet p) {
    if (!shared.policy.mayPing(p.destinationHi(), p.destinationLo())) {
      refused(p, Policy.Verdict.DENIED);
      return;
    }
    PingFlow flow = flow(pings, GuestLimits.Kind.PING, p, p.icmp().id(), pingOpener);
    if (flow != null) {
      shared.host.setInet(p.destinationHi(), p.destinationLo(), 0, 0);
      flow.sendEcho(p);
    }
  }

  private @Nullable PingFlow openPing(Packet p, int id, GuestLimits.Guest guest) {
    int family = p.isIpv4() ? Linux.AF_INET : Linux.AF_INET6;
    int rawId = rawDenied ? EchoIds.NONE : rawIds.take();
    int fd =
        rawId == EchoIds.NONE ? IcmpSocket.openPing(family) : IcmpSocket.openRaw(family, rawId);
    if (fd < 0) {
      rawIds.give(rawId);
    }
    if (rawId != EchoIds.NONE && IcmpSocket.isDenied(fd)) {
      rawDenied = true;
      rawId = EchoIds.NONE;
      fd = IcmpSocket.openPing(family);
    }
    if (fd < 0) {
      pingRefused(p, -fd);
      return null;
    }
    return new PingFlow(shared, p.sourceHi(), p.sourceLo(), id, fd, rawId, guest);
  }

  private void pingRefused(Packet p, int errno) {
    if (IcmpSocket.isDenied(-errno)) {
      shared.counters.pingDenied++;
      shared.emitter.prohibited(p);
      p.drop(DropReason.HOST_ERROR);
    } else {
      hostRefused(p, errno);
    }
  }

  boolean isEmpty() {
    return udp.count() == 0 && pings.count() == 0;
  }

  void sweep(long now) {
    sweep(udp, now);
    sweep(pings, now);
  }

  private <F extends DatagramFlow> void sweep(EndpointTable<F> table, long now) {
    for (F flow : table.all()) {
      if (flow.isIdle(now)) {
        close(table, flow);
      }
    }
  }

  private <F extends DatagramFlow> void close(EndpointTable<F> table, F flow) {
    table.remove(flow);
    flow.close();
    if (flow instanceof PingFlow ping) {
      rawIds.give(ping.rawId());
    }
  }

  void close() {
    sweep(Long.MAX_VALUE / 2);
  }
}
