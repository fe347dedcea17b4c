package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.Errno;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.IcmpSocket;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import org.jspecify.annotations.Nullable;

/** UDP and echo requests of guests: finds or opens the host socket of an endpoint. */
final class DatagramRelay {
  private static final int CLOSED4 = 3;
  private static final int CLOSED6 = 4;

  private final Shared shared;
  private final RandomSource random;
  private final EndpointTable<UdpFlow> udp;
  private final EndpointTable<PingFlow> pings;

  DatagramRelay(Shared shared, RandomSource random) {
    this.shared = shared;
    this.random = random.derive("uplink echo identifiers");
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
    UdpFlow flow = udp.get(p.sourceHi(), p.sourceLo(), p.udp().sourcePort());
    if (flow == null || flow.handle.isClosed()) {
      flow = openUdp(p, flow);
    }
    if (flow != null) {
      flow.sendDatagram(p);
    }
    return true;
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

  private @Nullable UdpFlow openUdp(Packet p, @Nullable UdpFlow dead) {
    if (dead != null) {
      udp.remove(dead);
      dead.close();
    }
    long hi = p.sourceHi();
    long lo = p.sourceLo();
    GuestLimits.Guest guest = shared.limits.take(GuestLimits.Kind.UDP, hi, lo);
    if (guest == null) {
      shared.counters.flowLimit++;
      p.drop(DropReason.HOST_FLOW_LIMIT);
      return null;
    }
    int fd = Fd.socket(p.isIpv4() ? Linux.AF_INET : Linux.AF_INET6, Linux.SOCK_DGRAM, 0);
    if (fd < 0) {
      shared.limits.give(GuestLimits.Kind.UDP, guest);
      hostRefused(p, -fd);
      return null;
    }
    UdpFlow flow = new UdpFlow(shared, hi, lo, p.udp().sourcePort(), fd, guest);
    udp.put(flow);
    return flow;
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
    PingFlow flow = pings.get(p.sourceHi(), p.sourceLo(), p.icmp().id());
    if (flow == null || flow.handle.isClosed()) {
      flow = openPing(p, flow);
    }
    if (flow != null) {
      shared.host.setInet(p.destinationHi(), p.destinationLo(), 0, 0);
      flow.sendEcho(p);
    }
  }

  private @Nullable PingFlow openPing(Packet p, @Nullable PingFlow dead) {
    if (dead != null) {
      pings.remove(dead);
      dead.close();
    }
    long hi = p.sourceHi();
    long lo = p.sourceLo();
    GuestLimits.Guest guest = shared.limits.take(GuestLimits.Kind.PING, hi, lo);
    if (guest == null) {
      shared.counters.flowLimit++;
      p.drop(DropReason.HOST_FLOW_LIMIT);
      return null;
    }
    int family = p.isIpv4() ? Linux.AF_INET : Linux.AF_INET6;
    int rawId = -1;
    int fd = IcmpSocket.openPing(family);
    if (fd == -Errno.EACCES || fd == -Errno.EPERM) {
      rawId = random.nextInt(1 << 16);
      fd = IcmpSocket.openRaw(family);
    }
    if (fd < 0) {
      shared.limits.give(GuestLimits.Kind.PING, guest);
      pingRefused(p, -fd);
      return null;
    }
    PingFlow flow = new PingFlow(shared, hi, lo, p.icmp().id(), fd, rawId, guest);
    pings.put(flow);
    return flow;
  }

  private void pingRefused(Packet p, int errno) {
    if (errno == Errno.EPERM || errno == Errno.EACCES) {
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

  int udpFlows() {
    return udp.count();
  }

  int pingFlows() {
    return pings.count();
  }

  void sweep(long now) {
    for (UdpFlow flow : udp.all()) {
      if (flow.isIdle(now)) {
        udp.remove(flow);
        flow.close();
      }
    }
    for (PingFlow flow : pings.all()) {
      if (flow.isIdle(now)) {
        pings.remove(flow);
        flow.close();
      }
    }
  }

  void close() {
    sweep(Long.MAX_VALUE / 2);
  }
}
