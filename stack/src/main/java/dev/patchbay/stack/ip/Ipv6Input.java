package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.netfilter.HookPoint;
import dev.patchbay.stack.netfilter.Netfilter;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.FlowKey;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv6;
import org.jspecify.annotations.Nullable;

/**
 * IPv6 from the device to the transport or back out (Linux: {@code ipv6_rcv}, {@code ip6_forward},
 * RFC 8200).
 */
public final class Ipv6Input {
  /** Extension headers that are walked before the packet is dropped. */
  private static final int MAX_EXTENSIONS = 8;

  private final NetworkStack stack;
  private final IpCounters counters;
  private final HookPoint prerouting;
  private final HookPoint input;
  private final HookPoint forward;

  /** What the packet at hand is looked up by. */
  private final FlowKey key = new FlowKey();

  public Ipv6Input(NetworkStack stack) {
    this.stack = stack;
    counters = stack.counters(false);
    Netfilter netfilter = stack.netfilter();
    prerouting = netfilter.at(Hook.PREROUTING, false);
    input = netfilter.at(Hook.INPUT, false);
    forward = netfilter.at(Hook.FORWARD, false);
  }

  /** Takes a packet whose l3 is set and head stands there ({@code ipv6_rcv}). */
  public void receive(Packet packet) {
    Ipv6 ip = packet.ipv6();
    counters.inReceives += Math.max(1, packet.gsoCount);
    counters.inOctets += packet.tail - packet.l3;
    if (!ip.check(packet.tail)) {
      counters.inHdrErrors++;
      NetDevice.dropIncoming(packet, DropReason.IP_INHDR);
      return;
    }
    packet.tail = packet.l3 + Ipv6.LENGTH + ip.payloadLength();
    packet.l4 = packet.l3 + Ipv6.LENGTH;
    packet.protocol = ip.nextHeader();
    long srcHi = ip.sourceHi();
    long srcLo = ip.sourceLo();
    long dstHi = ip.destinationHi();
    long dstLo = ip.destinationLo();
    if (Addresses.isMulticast(srcHi, srcLo)
        || Addresses.isV4(srcHi, srcLo)
        || Addresses.isV4(dstHi, dstLo)
        || InputChecks.isImpossible(stack, packet.device, srcHi, srcLo, dstHi, dstLo)) {
      NetDevice.dropIncoming(packet, DropReason.IP_INVALID_SOURCE);
      return;
    }
    boolean seen = packet.prerouted;
    packet.prerouted = false;
    if (seen || prerouting.accepts(packet, packet.device, null)) {
      routeInput(packet);
    }
  }

  /** {@code ip6_rcv_finish}: to us or on. */
  private void routeInput(Packet packet) {
    Ipv6 ip = packet.ipv6();
    long dstHi = ip.destinationHi();
    long dstLo = ip.destinationLo();
    if (Addresses.isMulticast(dstHi, dstLo)) {
      group(packet, dstHi, dstLo);
      return;
    }
    Route route = route(packet, ip);
    boolean ours =
        route != null && (route.type() == Route.Type.LOCAL || route.type() == Route.Type.ANYCAST);
    if (!ours && !StackConf.forwards6(packet.device)) {
      // ip6_forward, ip6_pkt_drop: a host tells nobody
      counters.inAddrErrors++;
      NetDevice.dropIncoming(packet, DropReason.IP_INADDRERRORS);
      return;
    }
    boolean linkLocal = Addresses.isLinkLocal(dstHi, dstLo);
    if (route == null || linkLocal && route.type() != Route.Type.LOCAL) {
      counters.inNoRoutes++;
      stack.icmp().unreachable(packet, 0, 0);
      NetDevice.dropIncoming(packet, DropReason.IP_INNOROUTES);
      return;
    }
    switch (route.type()) {
      case LOCAL, ANYCAST -> deliver(packet, false);
      case UNICAST -> forward(packet, route, dstHi, dstLo);
      default -> {
        stack.icmp().refused(packet, route.type());
        NetDevice.dropIncoming(packet, DropReason.IP_INNOROUTES);
      }
    }
  }

  private @Nullable Route route(Packet packet, Ipv6 ip) {
    FlowKey key = this.key.to(ip.destinationHi(), ip.destinationLo());
    key.from(ip.sourceHi(), ip.sourceLo());
    key.input = packet.device;
    key.mark = packet.mark;
    key.tos = ip.trafficClass();
    key.flowLabel = ip.versionClassFlow() & 0xf_ffff;
    key.protocol = packet.protocol;
    Fib routes = stack.routes6();
    if (routes.needsPorts()) {
      key.ports(packet);
    }
    return routes.lookup(key);
  }

  /**
   * A group is taken where somebody here has joined it ({@code ip6_mc_input}). Scopes 0 and 1 come
   * from no link (RFC 4291 section 2.7). Sources are the sockets' matter, or a querier's question
   * about a group would not be heard.
   */
  private void group(Packet packet, long dstHi, long dstLo) {
    NetDevice device = packet.device;
    int scope = (int) (dstHi >>> 48) & 0xf;
    boolean inner = scope == 1 && device != null && device.kind() == NetDevice.Kind.LOOPBACK;
    if (device == null || scope <= 1 && !inner && packet.l2 >= 0) {
      counters.inHdrErrors++;
      packet.drop(DropReason.IP_INADDRERRORS);
      return;
    }
    counters.inMcastPkts++;
    counters.inMcastOctets += packet.tail - packet.l3;
    if (stack.multicast().isMember(device, dstHi, dstLo)) {
      deliver(packet, true);
    } else {
      packet.drop(DropReason.NOT_MEMBER);
    }
  }

  /** Takes a packet to a group that we sent ourselves; l3, l4, protocol are set. */
  public void receiveLooped(Packet packet) {
    counters.inReceives++;
    counters.inOctets += packet.tail - packet.l3;
    packet.head = packet.l3;
    group(packet, packet.destinationHi(), packet.destinationLo());
  }

  /** Walks the extension headers and hands the packet to its transport ({@code ip6_input}). */
  private void deliver(Packet packet, boolean toMany) {
    for (int count = 0; count < MAX_EXTENSIONS; count++) {
      switch (packet.protocol) {
        case IpProtocol.HOP_BY_HOP, IpProtocol.DESTINATION, IpProtocol.ROUTING -> {
          if (!skipExtension(packet)) {
            counters.inHdrErrors++;
            NetDevice.dropIncoming(packet, DropReason.IPV6_BAD_EXTHDR);
            return;
          }
        }
        case IpProtocol.FRAGMENT -> {
          Packet whole = stack.reassembler().add6(packet);
          if (whole == null) {
            return;
          }
          packet = whole;
        }
        default -> {
          packet.toMany = toMany;
          if (input.accepts(packet, packet.device, null)) {
            stack.transports().deliver(packet);
          }
          return;
        }
      }
    }
    NetDevice.dropIncoming(packet, DropReason.IPV6_TOO_MANY_EXTHDRS);
  }

  /**
   * RFC 8200 sections 4.3 to 4.6: options are skipped where their type allows that, a routing
   * header where it is spent.
   */
  private static boolean skipExtension(Packet packet) {
    int at = packet.l4;
    if (at + 8 > packet.tail) {
      return false;
    }
    int length = (Bytes.u8(packet.data, at + 1) + 1) << 3;
    if (at + length > packet.tail) {
      return false;
    }
    boolean good =
        packet.protocol == IpProtocol.ROUTING
            ? Bytes.u8(packet.data, at + 3) == 0
            : optionsMaySkip(packet.data, at + 2, at + length);
    packet.protocol = Bytes.u8(packet.data, at);
    packet.l4 = at + length;
    return good;
  }

  private static boolean optionsMaySkip(byte[] b, int from, int end) {
    int at = from;
    while (at < end) {
      int type = Bytes.u8(b, at);
      if (type == 0) {
        at++;
        continue;
      }
      if (at + 2 > end) {
        return false;
      }
      // the two high bits say what to do with an option that is not known: 00 is skip; 5 is router
      // alert, 1 is padding
      if (type >>> 6 != 0) {
        return false;
      }
      at += 2 + Bytes.u8(b, at + 1);
    }
    return at == end;
  }

  private void forward(Packet packet, Route route, long dstHi, long dstLo) {
    NetDevice out = route.device();
    if (InputChecks.isGroupFrame(packet)) {
      NetDevice.dropIncoming(packet, DropReason.UNICAST_IN_L2_MULTICAST);
      return;
    }
    Ipv6 ip = packet.ipv6();
    if (out == null
        || Addresses.isLinkLocal(ip.sourceHi(), ip.sourceLo())
        || Addresses.isAny(ip.sourceHi(), ip.sourceLo())) {
      counters.inAddrErrors++;
      NetDevice.dropIncoming(packet, DropReason.IP_INADDRERRORS);
      return;
    }
    if (ip.hopLimit() <= 1) {
      counters.inHdrErrors++;
      stack.icmp().timeExceeded(packet, 0);
      NetDevice.dropIncoming(packet, DropReason.IP_TTL);
      return;
    }
    if (out.equals(packet.device)) {
      stack.ndpRedirect().send(packet, out, route.gateway());
    }
    int mtu = route.mtu(out);
    if (packet.networkLength() > mtu) {
      stack.icmp().tooBig(packet, Math.max(mtu, 1280));
      NetDevice.dropIncoming(packet, DropReason.PKT_TOO_BIG);
      return;
    }
    ip.hopLimit(ip.hopLimit() - 1);
    packet.head = packet.l3;
    if (!forward.accepts(packet, packet.device, out)) {
      return;
    }
    counters.forwDatagrams++;
    stack.output().finish(packet, route, dstHi, dstLo);
  }
}
