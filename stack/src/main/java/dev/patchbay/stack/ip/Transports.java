package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Udp;
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
        && stack.isLocal(packet.destinationHi(), packet.destinationLo())
        && taker.receive(packet);
  }

  /** Takes a whole packet for us; l4 and protocol are set. */
  public void deliver(Packet packet) {
    switch (packet.protocol) {
      case IpProtocol.ICMP -> {
        if (packet.isIpv4()) {
          stack.icmpInput().receive4(packet);
        } else {
          unknown(packet);
        }
      }
      case IpProtocol.ICMPV6 -> {
        if (packet.isIpv4()) {
          unknown(packet);
        } else {
          stack.icmpInput().receive6(packet);
        }
      }
      case IpProtocol.UDP -> udp(packet);
      case IpProtocol.TCP -> tcp(packet);
      case IpProtocol.NONE -> packet.release();
      default -> unknown(packet);
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

  private void udp(Packet packet) {
    Udp udp = packet.udp();
    IpCounters counters = stack.counters(packet.isIpv4());
    if (!udp.check(packet.tail)) {
      counters.udpInErrors++;
      packet.drop(DropReason.HDR_TRUNC);
      return;
    }
    packet.tail = packet.l4 + udp.length();
    if (!stack.udp().checksumValid(packet)) {
      counters.udpInErrors++;
      counters.udpInCsumErrors++;
      packet.drop(DropReason.UDP_CSUM);
      return;
    }
    if (!stack.udp().receive(packet) && !offer(packet)) {
      counters.udpNoPorts++;
      stack.icmp().unreachable(packet, 3, 4);
      packet.drop(DropReason.NO_SOCKET);
    }
  }

  private void unknown(Packet packet) {
    stack.counters(packet.isIpv4()).inUnknownProtos++;
    stack.icmp().protocolUnreachable(packet);
    packet.drop(DropReason.IP_NOPROTO);
  }
}
