package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.udp.UdpEngine;
import dev.patchbay.stack.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/**
 * From the network layer to the transport that wants a packet (Linux: {@code
 * ip_protocol_deliver_rcu}). What no socket of ours takes goes to the {@link LocalFallback}, and
 * what nobody takes is answered with an error.
 */
public final class Transports {
  private final NetworkStack stack;
  private @Nullable LocalFallback fallback;

  public Transports(NetworkStack stack) {
    this.stack = stack;
  }

  /** Who takes what no socket of ours wants. */
  public void fallback(@Nullable LocalFallback value) {
    fallback = value;
  }

  /** Offers a packet to the fallback: true where it was taken. */
  public boolean offer(Packet packet) {
    LocalFallback taker = fallback;
    // only what is addressed to one of our addresses, never a group
    return taker != null
        && !packet.toMany
        && stack.isLocal(packet.destinationHi(), packet.destinationLo())
        && taker.receive(packet);
  }

  /**
   * Takes a whole packet for us; l4 and protocol are set. Raw sockets have their copies before
   * anybody else looks ({@code raw_local_deliver}).
   */
  public void deliver(Packet packet) {
    if (packet.trace != null) {
      packet.trace.delivered(packet);
      packet.endTrace();
    }
    boolean raw = stack.raw().deliver(packet);
    stack.counters(packet.isIpv4()).inDelivers++;
    switch (packet.protocol) {
      case IpProtocol.IGMP -> {
        if (packet.isIpv4()) {
          stack.multicast().igmp().receive(packet);
        } else {
          unknown(packet, raw);
        }
      }
      case IpProtocol.ICMP -> {
        if (packet.isIpv4()) {
          stack.icmpInput().receive4(packet);
        } else {
          unknown(packet, raw);
        }
      }
      case IpProtocol.ICMPV6 -> {
        if (packet.isIpv4()) {
          unknown(packet, raw);
        } else {
          stack.icmpInput().receive6(packet);
        }
      }
      case IpProtocol.UDP -> udp(packet, stack.udp());
      case IpProtocol.UDPLITE -> udp(packet, stack.udpLite());
      case IpProtocol.TCP -> tcp(packet);
      case IpProtocol.NONE -> {
        if (packet.isIpv4()) {
          unknown(packet, raw);
        } else {
          packet.release();
        }
      }
      default -> unknown(packet, raw);
    }
  }

  private void tcp(Packet packet) {
    if (InputChecks.isGroupFrame(packet)) {
      // as Linux's tcp_v4_rcv: a connection has one peer, whatever the IP header says
      packet.drop(DropReason.UNICAST_IN_L2_MULTICAST);
    } else if (!stack.tcp().receive(packet) && !offer(packet)) {
      stack.tcp().reject(packet);
    }
  }

  private void udp(Packet packet, UdpEngine engine) {
    DropReason bad = engine.check(packet);
    if (bad != null) {
      packet.drop(bad);
    } else if (!engine.receive(packet) && (engine.isLite() || !offer(packet))) {
      engine.counters(packet.isIpv4()).noPorts++;
      // nf_reset_ct: the error finds its connection by itself, behind table raw
      packet.tracking = null;
      packet.trackingInfo = 0;
      stack.icmp().unreachable(packet, 3, 4);
      packet.drop(DropReason.NO_SOCKET);
    }
  }

  /** Protocol unreachable, unless a raw socket took it. */
  private void unknown(Packet packet, boolean raw) {
    if (raw) {
      packet.release();
      return;
    }
    IpCounters counters = stack.counters(packet.isIpv4());
    counters.inDelivers--;
    counters.inUnknownProtos++;
    stack.icmp().protocolUnreachable(packet);
    packet.drop(DropReason.IP_NOPROTO);
  }
}
