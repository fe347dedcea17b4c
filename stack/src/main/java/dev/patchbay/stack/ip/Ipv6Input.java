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
  private final Netfilter netfilter;
  private final HookPoint prerouting;
  private final HookPoint input;
  private final HookPoint forward;

  /** What the packet at hand is looked up by. */
  private final FlowKey key = new FlowKey();

  public Ipv6Input(NetworkStack stack) {
    this.stack = stack;
    counters = stack.counters(false);
    netfilter = stack.netfilter();
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
    if (packet.protocol == IpProtocol.HOP_BY_HOP
        && !Ipv6Options.acceptable(stack, packet, packet.l4, true)) {
      dropBadExtension(packet);
      return;
    }
    boolean seen = packet.prerouted;
    packet.prerouted = false;
    if (seen) {
      routeInput(packet);
      return;
    }
    // connection tracking sees no fragments (nf_ct_frag6_gather)
    Packet whole = netfilter.tracks(false) ? stack.reassembler().join6(packet, 0) : packet;
    if (whole != null && prerouting.accepts(whole, whole.device, null)) {
      routeInput(whole);
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
    if (packet.trace != null) {
      packet.trace.routed(packet, route);
    }
    boolean ours =
        route != null && (route.type() == Route.Type.LOCAL || route.type() == Route.Type.ANYCAST);
    if (!ours && !StackConf.forwards6(packet.device)) {
      // ip6_forward, ip6_pkt_drop: a host tells nobody
      counters.inAddrErrors++;
      NetDevice.dropIncoming(packet, DropReason.IP_INADDRERRORS);
      return;
    }
    if (route == null) {
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

  @Nullable Route route(Packet packet, Ipv6 ip) {
    FlowKey key = this.key.to(ip.destinationHi(), ip.destinationLo());
    key.from(ip.sourceHi(), ip.sourceLo());
    key.input = packet.device;
    if (Addresses.isLinkLocal(ip.destinationHi(), ip.destinationLo())) {
      key.by(packet.device); // it is of that link alone (rt6_need_strict)
    }
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
    if (prerouting.accepts(packet, packet.device, null)) {
      group(packet, packet.destinationHi(), packet.destinationLo());
    }
  }

  /**
   * Asks the rules of INPUT, each fragment by itself, and delivers the packet ({@code ip6_input}).
   */
  private void deliver(Packet packet, boolean toMany) {
    if (input.accepts(packet, packet.device, null)) {
      finish(packet, toMany);
    }
  }

  /**
   * Walks the extension headers and hands the packet to its transport ({@code ip6_input_finish}).
   */
  private void finish(Packet incoming, boolean toMany) {
    Packet packet = incoming;
    boolean joined = packet.joined; // before it was routed: then nobody has looked at its options
    for (int count = 0; count < MAX_EXTENSIONS; count++) {
      boolean first = packet.l4 == packet.l3 + Ipv6.LENGTH && !joined;
      if (first && packet.protocol == IpProtocol.HOP_BY_HOP) {
        skip(packet); // its options were looked at before the packet was routed
      } else if (packet.protocol == IpProtocol.DESTINATION) {
        if (!Ipv6Options.acceptable(stack, packet, packet.l4, false)) {
          dropBadExtension(packet);
          return;
        }
        skip(packet);
      } else if (packet.protocol == IpProtocol.ROUTING) {
        if (!isSpent(packet)) {
          dropBadExtension(packet);
          return;
        }
        skip(packet);
      } else if (packet.protocol == IpProtocol.FRAGMENT) {
        Packet whole = stack.reassembler().add6(packet);
        if (whole == null) {
          return;
        }
        packet = whole;
        joined = true;
      } else {
        packet.fragmentMax = 0; // who answers with it answers whole
        packet.toMany = toMany;
        stack.transports().deliver(packet);
        return;
      }
    }
    NetDevice.dropIncoming(packet, DropReason.IPV6_TOO_MANY_EXTHDRS);
  }

  private void dropBadExtension(Packet packet) {
    counters.inHdrErrors++;
    NetDevice.dropIncoming(packet, DropReason.IPV6_BAD_EXTHDR);
  }

  private static void skip(Packet packet) {
    packet.protocol = Bytes.u8(packet.data, packet.l4);
    packet.l4 += Bytes.u8(packet.data, packet.l4 + 1) + 1 << 3;
  }

  /**
   * RFC 8200 section 4.4: a routing header whose route has come to its end is skipped, another one
   * answered: no source routes are followed (RFC 5095). Those of types 2 to 4 have their own rules
   * and are dropped, as where Linux has none of them switched on.
   */
  private boolean isSpent(Packet packet) {
    int at = packet.l4;
    if (at + 8 > packet.tail
        || at + (Bytes.u8(packet.data, at + 1) + 1 << 3) > packet.tail
        || Addresses.isMulticast(packet.destinationHi(), packet.destinationLo())
        || InputChecks.isGroupFrame(packet)) {
      return false;
    }
    int type = Bytes.u8(packet.data, at + 2);
    if (type >= 2 && type <= 4) {
      return false;
    }
    boolean spent = packet.data[at + 3] == 0;
    if (!spent) {
      stack.icmp().parameterProblem(packet, 0, at + 2 - packet.l3); // its type
    }
    return spent;
  }

  private void forward(Packet packet, Route route, long dstHi, long dstLo) {
    NetDevice out = route.device();
    if (InputChecks.isGroupFrame(packet) || out == null) {
      NetDevice.dropIncoming(packet, DropReason.UNICAST_IN_L2_MULTICAST);
      return;
    }
    Ipv6 ip = packet.ipv6();
    if (ip.hopLimit() <= 1) {
      counters.inHdrErrors++;
      stack.icmp().timeExceeded(packet, 0);
      NetDevice.dropIncoming(packet, DropReason.IP_TTL);
      return;
    }
    boolean leavesLink =
        Addresses.isLinkLocal(ip.sourceHi(), ip.sourceLo()) && !out.equals(packet.device);
    if (leavesLink || Addresses.isAny(ip.sourceHi(), ip.sourceLo())) {
      counters.inAddrErrors++;
      if (leavesLink) {
        stack.icmp().unreachable(packet, 0, 2);
      }
      NetDevice.dropIncoming(packet, DropReason.IP_INADDRERRORS);
      return;
    }
    if (out.equals(packet.device) && !packet.divertedByBridge) {
      stack.ndpRedirect().send(packet, out, route.gateway());
    }
    int mtu = route.mtu(out);
    boolean tooLong =
        packet.fragmentMax > 0 ? packet.fragmentMax > mtu : packet.networkLength() > mtu;
    if (tooLong) {
      if (packet.networkLength() <= out.mtu()) {
        ip.hopLimit(ip.hopLimit() - 1); // Linux finds that out on its way to the device
      }
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
