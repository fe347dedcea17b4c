package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.neighbour.NeighbourTable;
import dev.patchbay.stack.netfilter.HookPoint;
import dev.patchbay.stack.netfilter.Netfilter;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.route.FlowKey;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.tcp.SegmentOutput;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import org.jspecify.annotations.Nullable;

/**
 * What is made here on its way to a device (Linux: {@code ip_queue_xmit}, {@code ip6_xmit}, {@code
 * ip_finish_output}).
 */
public final class IpOutput implements SegmentOutput {
  /** Default time to live and hop limit. */
  public static final int TTL = 64;

  private final NetworkStack stack;
  private final RandomSource random;
  private final Netfilter netfilter;

  /** What the packet at hand is looked up by. */
  private final FlowKey key = new FlowKey();

  public IpOutput(NetworkStack stack) {
    this.stack = stack;
    this.random = stack.random().derive("ip id");
    netfilter = stack.netfilter();
  }

  /** Route of a destination, or null. */
  private @Nullable Route route(long hi, long lo) {
    return stack.routes(hi, lo).lookup(hi, lo);
  }

  /** Route of a packet of ours, or null ({@code ip_route_output_key}). */
  public @Nullable Route route(FlowKey flow) {
    return stack.routes(flow.dstHi, flow.dstLo).lookup(flow);
  }

  /** What a packet of ours (l3 and l4 set) is looked up by. */
  FlowKey keyOf(Packet packet, long dstHi, long dstLo, @Nullable NetDevice only) {
    FlowKey flow = key.to(dstHi, dstLo).from(packet.sourceHi(), packet.sourceLo()).by(only);
    flow.mark = packet.mark;
    flow.tos = packet.tos;
    flow.protocol = packet.protocol;
    if (stack.routes(dstHi, dstLo).needsPorts()) {
      flow.ports(packet);
    }
    return flow;
  }

  /**
   * Adds the IP header to a transport packet (head at l4) and routes it; {@code packet.protocol}
   * says which, {@code packet.device} the only device that it may leave by, null: as the routes
   * say.
   */
  @Override
  public void send(Packet packet, long srcHi, long srcLo, long dstHi, long dstLo) {
    pushHeader(packet, srcHi, srcLo, dstHi, dstLo);
    NetDevice only = packet.device;
    if (only == null) {
      sendRaw(packet, packet.ttl == 0 && !packet.isIpv4());
    } else {
      packet.device = null;
      if (packet.ttl == 0 && !packet.isIpv4()) {
        packet.ipv6().hopLimit(only.conf6().get(Ipv6Key.HOP_LIMIT));
      }
      sendBy(packet, only, dstHi, dstLo);
    }
  }

  /**
   * As {@link #sendRaw} by one device; what it has no route for is on its link, as Linux has it of
   * IPv4.
   */
  private void sendBy(Packet packet, NetDevice only, long dstHi, long dstLo) {
    Route route = route(keyOf(packet, dstHi, dstLo, only));
    if (route != null) {
      route(packet, route, dstHi, dstLo, only);
    } else if (!packet.isIpv4()) {
      stack.counters(false).outNoRoutes++;
      packet.drop(DropReason.IP_OUTNOROUTES);
    } else {
      count(packet);
      packet.device = null;
      if (maySend(packet, only) && mayLeave(packet, only)) {
        transmit(packet, only, dstHi, dstLo);
      }
    }
  }

  /**
   * Takes what was made here through OUTPUT ({@code __ip_local_out}); false where it was dropped.
   */
  boolean maySend(Packet packet, @Nullable NetDevice out) {
    return netfilter.at(Hook.OUTPUT, packet.isIpv4()).accepts(packet, null, out);
  }

  /** Whether what {@link #maySend} has let pass just now is to be routed again. */
  boolean isDiverted(boolean v4) {
    return netfilter.at(Hook.OUTPUT, v4).diverts();
  }

  /**
   * Takes what leaves through POSTROUTING ({@code ip_output}), where what is sent on still has the
   * device by which it came in; false where it was dropped.
   */
  boolean mayLeave(Packet packet, NetDevice out) {
    return netfilter.at(Hook.POSTROUTING, packet.isIpv4()).accepts(packet, packet.device, out);
  }

  /** An identification for an IPv4 packet, 16 random bits. */
  public int nextId() {
    return random.nextInt() & 0xffff;
  }

  /** Puts the IP header before a transport packet without sending it. */
  public void pushHeader(Packet packet, long srcHi, long srcLo, long dstHi, long dstLo) {
    int usual = Addresses.isV4(dstHi, dstLo) ? stack.conf().defaultTtl : TTL;
    int ttl = packet.ttl == 0 ? usual : packet.ttl;
    boolean whole = packet.protocol == IpProtocol.TCP;
    pushHeader(packet, srcHi, srcLo, dstHi, dstLo, ttl, whole);
  }

  /**
   * As {@link #pushHeader(Packet, long, long, long, long)}.
   *
   * @param ttl time to live or hop limit, 0 to 255
   * @param whole forbid fragmentation (IPv4)
   */
  void pushHeader(
      Packet packet, long srcHi, long srcLo, long dstHi, long dstLo, int ttl, boolean whole) {
    packet.l4 = packet.head;
    int payload = packet.tail - packet.head;
    if (Addresses.isV4(dstHi, dstLo)) {
      packet.l3 = packet.push(Ipv4.LENGTH);
      packet
          .ipv4()
          .versionAndLength(0x45)
          .tos(packet.tos)
          .totalLength(Ipv4.LENGTH + payload)
          .id(random.nextInt())
          .flagsAndOffset(whole ? Ipv4.DONT_FRAGMENT : 0)
          .ttl(ttl)
          .protocol(packet.protocol)
          .source(srcLo)
          .destination(dstLo)
          .fillChecksum();
    } else {
      packet.l3 = packet.push(Ipv6.LENGTH);
      packet
          .ipv6()
          .versionClassFlow(6 << 28 | packet.tos << 20)
          .payloadLength(payload)
          .nextHeader(packet.protocol)
          .hopLimit(ttl)
          .sourceHi(srcHi)
          .sourceLo(srcLo)
          .destinationHi(dstHi)
          .destinationLo(dstLo);
    }
  }

  /** Routes a complete IP packet that was made here (head at l3) ({@code ip_local_out}). */
  public void sendRaw(Packet packet) {
    sendRaw(packet, false);
  }

  /**
   * The same.
   *
   * @param usual set the hop limit of the device that it leaves by (IPv6)
   */
  private void sendRaw(Packet packet, boolean usual) {
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    Route route = route(keyOf(packet, hi, lo, null));
    packet.device = null;
    packet.physicalDevice = null;
    if (route == null) {
      stack.counters(packet.isIpv4()).outNoRoutes++;
      packet.drop(DropReason.IP_OUTNOROUTES);
      return;
    }
    NetDevice out = route.device();
    if (usual && out != null) {
      packet.ipv6().hopLimit(out.conf6().get(Ipv6Key.HOP_LIMIT));
    }
    route(packet, route, hi, lo, null);
  }

  /**
   * Sends a complete IP packet (head at l3) on the way to another machine than its destination
   * ({@code nf_dup_ipv4}), through OUTPUT and POSTROUTING.
   *
   * @param route that of the other machine
   * @param hi the other machine
   */
  public void sendTowards(Packet packet, Route route, long hi, long lo) {
    boolean local = route.type() == Route.Type.LOCAL;
    if (!maySend(packet, local ? stack.loopback() : route.device())) {
      return;
    }
    if (packet.trace != null) {
      packet.trace.routed(packet, route);
    }
    switch (route.type()) {
      case LOCAL -> toOurselves(packet);
      case UNICAST, MULTICAST, BROADCAST -> finish(packet, route, hi, lo);
      default -> packet.drop(DropReason.IP_OUTNOROUTES);
    }
  }

  private void route(Packet packet, Route found, long hi, long lo, @Nullable NetDevice only) {
    HookPoint output = netfilter.at(Hook.OUTPUT, packet.isIpv4());
    if (output.isEmpty()) {
      leave(packet, found, hi, lo);
      return;
    }
    Route route = filtered(packet, found, output, only);
    if (route != null) {
      leave(packet, route, packet.destinationHi(), packet.destinationLo());
    }
  }

  private void leave(Packet packet, Route route, long hi, long lo) {
    packet.device = null;
    if (packet.trace != null) {
      packet.trace.routed(packet, route);
    }
    switch (route.type()) {
      case LOCAL -> toOurselves(packet);
      case BROADCAST -> broadcast(packet, route, hi, lo);
      case UNICAST, MULTICAST -> finish(packet, route, hi, lo);
      default -> packet.drop(DropReason.IP_OUTNOROUTES);
    }
  }

  private void toOurselves(Packet packet) {
    count(packet);
    if (mayLeave(packet, stack.loopback())) {
      stack.loopback().transmit(loopbackFrame(packet));
    }
  }

  /**
   * Takes a packet of ours through OUTPUT and asks for the way again where a rule has changed what
   * the way depends on ({@code ipt_mangle_out}, {@code ip_route_me_harder}).
   *
   * @return null where it was dropped
   */
  private @Nullable Route filtered(
      Packet packet, Route found, HookPoint output, @Nullable NetDevice only) {
    NetDevice out = found.type() == Route.Type.LOCAL ? stack.loopback() : found.device();
    if (!output.accepts(packet, null, out)) {
      return null;
    }
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    if (!output.diverts()) {
      return found;
    }
    packet.tos = serviceType(packet);
    // a socket that is bound to a device stays so (ip_route_me_harder, ip6_route_me_harder)
    boolean near = Addresses.isLinkLocal(hi, lo) && !packet.isIpv4();
    NetDevice bound = packet.socket == Packet.SOCKET_PROGRAM ? only : null;
    FlowKey key = keyOf(packet, hi, lo, near ? out : bound);
    key.mark = output.divertedMark();
    Route again = route(key);
    if (again == null) {
      packet.drop(DropReason.IP_OUTNOROUTES);
    }
    return again;
  }

  static int serviceType(Packet packet) {
    return packet.isIpv4() ? packet.ipv4().tos() : packet.ipv6().trafficClass();
  }

  /**
   * Sends a datagram on for which a way was known before a rule changed what it depends on (head at
   * l3; it was counted and has been through OUTPUT).
   *
   * @param only the device that it is bound to, or null
   * @return false where a rule has dropped it
   */
  boolean sendAgain(Packet packet, @Nullable NetDevice only) {
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    packet.tos = serviceType(packet);
    FlowKey key = keyOf(packet, hi, lo, only);
    key.mark = netfilter.at(Hook.OUTPUT, packet.isIpv4()).divertedMark();
    Route route = route(key);
    NetDevice out = route == null ? null : route.device();
    if (route == null || out == null) {
      packet.drop(DropReason.IP_OUTNOROUTES);
      return true;
    }
    if (route.type() == Route.Type.LOCAL) {
      boolean leaves = mayLeave(packet, stack.loopback());
      if (leaves) {
        stack.loopback().transmit(loopbackFrame(packet));
      }
      return leaves;
    }
    IpAddress gateway = route.gateway();
    return emit(
        packet,
        out,
        gateway == null ? hi : gateway.hi(),
        gateway == null ? lo : gateway.lo(),
        route.mtu(out));
  }

  void count(Packet packet) {
    IpCounters counters = stack.counters(packet.isIpv4());
    counters.outRequests++;
    counters.outOctets += packet.tail - packet.l3;
  }

  private void broadcast(Packet packet, Route route, long hi, long lo) {
    if (stack.loopback().equals(route.device())) {
      toOurselves(packet);
    } else {
      finish(packet, route, hi, lo);
    }
  }

  static Packet loopbackFrame(Packet packet) {
    if (packet.checksumState == Packet.CHECKSUM_PARTIAL) {
      // whoever reads it from the loopback sees a packet that cannot be wrong
      Segmenter.complete(packet);
    }
    packet.push(14);
    packet.l2 = packet.head;
    packet
        .ethernet()
        .destination(0)
        .source(0)
        .type(packet.isIpv4() ? EtherType.IPV4 : EtherType.IPV6);
    return packet;
  }

  /**
   * Sends a routed packet (head at l3) to its next hop, in fragments where it is too long ({@code
   * ip_finish_output}).
   */
  public void finish(Packet packet, Route route, long dstHi, long dstLo) {
    NetDevice out = route.device();
    if (out == null) {
      packet.drop(DropReason.IP_OUTNOROUTES);
      return;
    }
    count(packet);
    IpAddress gateway = stack.redirects().gateway(route, dstHi, dstLo);
    long hopHi = gateway == null ? dstHi : gateway.hi();
    long hopLo = gateway == null ? dstLo : gateway.lo();
    emit(packet, out, hopHi, hopLo, route.mtu(out));
  }

  /**
   * Hands a packet (head at l3) to its next hop, in fragments where it is longer than the MTU.
   *
   * @return false where a rule has dropped it
   */
  boolean emit(Packet packet, NetDevice out, long hopHi, long hopLo, int mtu) {
    packet.nextHopHi = hopHi; // MASQUERADE asks
    packet.nextHopLo = hopLo;
    if (!mayLeave(packet, out)) {
      return false;
    }
    if (packet.fragmentMax > 0) {
      // joined before it was routed: the pieces are not longer than those that came
      stack.fragmenter().fragment(packet, out, Fragmenter.piece(packet, mtu), hopHi, hopLo);
      return true;
    }
    if (packet.gsoType == Packet.GSO_NONE && packet.tail - packet.l3 > mtu) {
      if (packet.isIpv4() && (packet.ipv4().flagsAndOffset() & Ipv4.DONT_FRAGMENT) != 0) {
        stack.counters(true).fragFails++;
        packet.drop(DropReason.PKT_TOO_BIG);
      } else {
        stack.fragmenter().fragment(packet, out, mtu, hopHi, hopLo);
      }
      return true;
    }
    transmit(packet, out, hopHi, hopLo);
    return true;
  }

  /** Hands a packet that fits to the neighbour or the device. */
  void transmit(Packet packet, NetDevice out, long hopHi, long hopLo) {
    if (!out.isEthernet()) {
      out.transmit(packet);
    } else if (Addresses.isMulticast(hopHi, hopLo) || isBroadcast(out, hopHi, hopLo)) {
      long mac =
          Addresses.isMulticast(hopHi, hopLo)
              ? Addresses.groupMac(hopHi, hopLo)
              : Addresses.MAC_BROADCAST;
      NeighbourTable.send(packet, out, mac);
    } else if (out.attributes().noArp) {
      // arp_constructor, ndisc_constructor: nobody is asked
      NeighbourTable.send(packet, out, out.mac());
    } else {
      stack.neighbours().output(packet, out, hopHi, hopLo);
    }
  }

  private static boolean isBroadcast(NetDevice device, long hi, long lo) {
    if (Addresses.isLimitedBroadcast(hi, lo)) {
      return true;
    }
    for (int i = 0; i < device.addresses().size(); i++) {
      if (device.addresses().get(i).isBroadcast(hi, lo)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Sends a complete IP packet out of one device to a group or an on-link neighbour, whatever the
   * routes say (link-local traffic and multicast).
   */
  public void sendOnLink(Packet packet, NetDevice device, long dstHi, long dstLo) {
    count(packet);
    packet.device = null;
    if (maySend(packet, device)) {
      emit(packet, device, dstHi, dstLo, device.mtu());
    }
  }

  @Override
  public @Nullable NetDevice receivedBy(Packet packet) {
    NetDevice by = packet.device;
    if (by != null && by.kind() == NetDevice.Kind.LOOPBACK) {
      return stack.deviceOf(packet.destinationHi(), packet.destinationLo());
    }
    return by;
  }

  @Override
  public int mtu(long srcHi, long srcLo, long dstHi, long dstLo) {
    Route route = route(key.to(dstHi, dstLo).from(srcHi, srcLo));
    NetDevice out = route == null ? null : route.device();
    return out == null || route == null ? 1500 : Math.min(route.mtu(out), 65535);
  }

  @Override
  public boolean isUnicast(long hi, long lo) {
    if (!SegmentOutput.super.isUnicast(hi, lo)) {
      return false;
    }
    return stack.routes(hi, lo).addressType(hi, lo) != Route.Type.BROADCAST;
  }

  @Override
  public boolean chooseSource(long dstHi, long dstLo, long[] source) {
    IpAddress chosen = source(null, dstHi, dstLo);
    if (chosen == null) {
      return false;
    }
    source[0] = chosen.hi();
    source[1] = chosen.lo();
    return true;
  }

  /**
   * Source address low half for an IPv4 packet out of {@code device} towards {@code dst}, or
   * 0.0.0.0.
   */
  public long sourceFor(NetDevice device, long dstHi, long dstLo) {
    IpAddress chosen = source(device, dstHi, dstLo);
    return chosen == null ? Addresses.V4_PREFIX : chosen.lo();
  }

  /**
   * The source address for a destination (IPv4: the preferred source of the route, else the first
   * address of the device that shares the subnet, else its first; IPv6: RFC 6724 rules 2 and 8:
   * same scope, longest match).
   *
   * @param device the device it leaves by, or null for the one of the route
   */
  public @Nullable IpAddress source(@Nullable NetDevice device, long dstHi, long dstLo) {
    return source(device, route(dstHi, dstLo), dstHi, dstLo);
  }

  /** The same where the route is known, or that there is none. */
  public @Nullable IpAddress source(
      @Nullable NetDevice device, @Nullable Route route, long dstHi, long dstLo) {
    if (route != null && route.type() == Route.Type.LOCAL && !Addresses.isV4(dstHi, dstLo)) {
      // RFC 6724 rule 1: "Prefer same address"
      return own(route.device(), dstHi, dstLo);
    }
    if (route != null
        && route.source() != null
        && (device == null || device.equals(route.device()))) {
      return route.source();
    }
    NetDevice out = device != null ? device : route == null ? null : route.device();
    IpAddress best = out == null ? null : best(out, dstHi, dstLo);
    for (int i = 0; best == null && i < stack.devices().size(); i++) {
      // a device without addresses borrows one of another (RFC 1812 section 2.2.7: unnumbered)
      best = best(stack.devices().get(i), dstHi, dstLo);
    }
    return best;
  }

  /**
   * The source address of IPv6 where no device is preferred: that of the route, else the best of
   * all devices, of equal ones the first.
   */
  public @Nullable IpAddress sourceOfAny(long dstHi, long dstLo) {
    Route route = route(dstHi, dstLo);
    if (route != null && route.source() != null) {
      return route.source();
    }
    IpAddress best = null;
    int bestScore = -1;
    for (int i = 0; i < stack.devices().size(); i++) {
      for (InterfaceAddress own : stack.devices().get(i).addresses()) {
        int score = score(own, dstHi, dstLo);
        if (score > bestScore) {
          best = own.address();
          bestScore = score;
        }
      }
    }
    return best;
  }

  private static IpAddress own(@Nullable NetDevice device, long hi, long lo) {
    if (device != null) {
      for (int i = 0; i < device.addresses().size(); i++) {
        IpAddress address = device.addresses().get(i).address();
        if (address.lo() == lo && address.hi() == hi) {
          return address;
        }
      }
    }
    // of a network that is local as a whole
    return new IpAddress(hi, lo);
  }

  private static @Nullable IpAddress best(NetDevice device, long hi, long lo) {
    IpAddress best = null;
    int bestScore = -1;
    for (InterfaceAddress own : device.addresses()) {
      int score = score(own, hi, lo);
      if (score > bestScore) {
        best = own.address();
        bestScore = score;
      }
    }
    return best;
  }

  /** How well an address of ours fits a destination; -1 for not at all. */
  private static int score(InterfaceAddress own, long hi, long lo) {
    boolean v4 = Addresses.isV4(hi, lo);
    IpAddress a = own.address();
    boolean host = own.scope() == InterfaceAddress.Scope.HOST;
    if (a.isV4() != v4 || host || own.is(InterfaceAddress.TENTATIVE)) {
      return -1;
    }
    int match =
        (a.hi() ^ hi) != 0
            ? Long.numberOfLeadingZeros(a.hi() ^ hi)
            : 64 + Long.numberOfLeadingZeros(a.lo() ^ lo);
    match = v4 ? own.covers(hi, lo) ? 1 : 0 : Math.min(match, own.prefix());
    boolean linkLocal = Addresses.isLinkLocal(hi, lo) || !v4 && hi >>> 48 == 0xff02;
    boolean sameScope = Addresses.isLinkLocal(a.hi(), a.lo()) == linkLocal;
    // rule 3: "Avoid deprecated addresses"; Linux has it of IPv6 alone
    boolean preferred = v4 || !own.is(InterfaceAddress.DEPRECATED);
    return (sameScope ? 1000 : 0) + (preferred ? 500 : 0) + match;
  }
}
