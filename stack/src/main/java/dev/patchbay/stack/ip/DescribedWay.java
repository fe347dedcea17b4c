package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.DescribedFrame;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.netfilter.HookPoint;
import dev.patchbay.stack.netfilter.Netfilter;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.trace.Trace;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way that a packet would go which nobody has sent: decides as {@link Ipv4Input}, {@link
 * Ipv6Input}, {@link IpOutput} and the bridges do, in their order, and tells a {@link Trace}. It
 * sends nothing, counts nothing and remembers nothing; the packet's own bytes change. For unicast
 * packets without options and extension headers, which are no fragments. Of the loop's thread.
 */
public final class DescribedWay {
  /** A packet to ourselves comes back once; more would be a defect. */
  private static final int ROUNDS = 4;

  private final NetworkStack stack;
  private final Netfilter netfilter;
  private final Ipv4Input input4;
  private final Ipv6Input input6;
  private final SourceCheck sources;
  private final Trace trace;
  private int rounds;

  /** For one packet. */
  public DescribedWay(NetworkStack stack, Trace trace) {
    this.stack = stack;
    this.trace = trace;
    netfilter = stack.netfilter();
    input4 = new Ipv4Input(stack);
    input6 = new Ipv6Input(stack);
    sources = new SourceCheck(stack);
  }

  /**
   * A packet comes in by a device; l2 (Ethernet), l3, l4 and the protocol are set. It stays the
   * caller's.
   */
  public void arrives(Packet packet, NetDevice device) {
    packet.trace = trace;
    packet.device = device;
    if (!device.isUp()) {
      trace.dropped(packet, DropReason.DEV_READY);
    } else if (device.master() instanceof Bridge bridge) {
      bridged(packet, bridge, device);
    } else if (isForOther(packet, device)) {
      trace.dropped(packet, DropReason.OTHERHOST);
    } else {
      input(packet, device, false);
    }
    packet.trace = null;
  }

  private static boolean isForOther(Packet packet, NetDevice device) {
    return packet.l2 >= 0
        && device.kind() != NetDevice.Kind.LOOPBACK
        && Bytes.u48(packet.data, packet.l2) != device.mac();
  }

  /** A packet is made here; l3, l4 and the protocol are set. It stays the caller's. */
  public void made(Packet packet) {
    packet.trace = trace;
    output(packet);
    packet.trace = null;
  }

  private boolean passes(
      Hook hook, Packet packet, @Nullable NetDevice in, @Nullable NetDevice out) {
    HookPoint at = netfilter.at(hook, packet.isIpv4());
    return at.describes(packet, in, out) || isRefused(packet);
  }

  private boolean passesBridged(Hook hook, Packet packet, Bridge bridge, @Nullable NetDevice out) {
    HookPoint at = netfilter.at(hook, packet.isIpv4());
    return at.describesBridged(packet, bridge, out) || isRefused(packet);
  }

  /** Tells of the drop; always false. */
  private boolean isRefused(Packet packet) {
    trace.dropped(packet, DropReason.NETFILTER_DROP);
    return false;
  }

  // ---- bridges

  private boolean isFiltered(Packet packet) {
    return netfilter.hasRules() && netfilter.seesBridged(packet.isIpv4(), packet.vlanProtocol != 0);
  }

  private void bridged(Packet packet, Bridge bridge, NetDevice from) {
    DropReason refused = DescribedFrame.refused(bridge, from, packet);
    if (refused != null) {
      trace.dropped(packet, refused);
      return;
    }
    if (!from.hasCarrier()) {
      trace.assumedCarrier(packet, from);
    }
    packet.physicalDevice = from;
    boolean filtered = isFiltered(packet);
    if (filtered && !passesBridged(Hook.PREROUTING, packet, bridge, null)) {
      return;
    }
    DescribedFrame frame = DescribedFrame.received(bridge, from, packet);
    if (frame.dropped() != null) {
      trace.dropped(packet, frame.dropped());
    } else if (frame.toUs()) {
      packet.device = bridge;
      if (isForOther(packet, bridge) && Bytes.u48(packet.data, packet.l2) != from.mac()) {
        trace.dropped(packet, DropReason.OTHERHOST);
      } else {
        input(packet, bridge, filtered);
      }
    } else {
      for (NetDevice to : frame.ports()) {
        copied(packet, twin -> forwardFrame(twin, bridge, to));
      }
    }
  }

  /** What is done with a copy. */
  private interface Step {
    void go(Packet copy);
  }

  private void copied(Packet packet, Step step) {
    Packet twin = packet.copy();
    if (twin == null) {
      trace.dropped(packet, DropReason.NOMEM);
      return;
    }
    try {
      step.go(twin);
    } finally {
      twin.release();
    }
  }

  private void forwardFrame(Packet packet, Bridge bridge, NetDevice to) {
    if (DescribedFrame.isTooLong(bridge, to, packet)) {
      trace.dropped(packet, DropReason.PKT_TOO_BIG);
      return;
    }
    boolean passes =
        !isFiltered(packet)
            || passesBridged(Hook.FORWARD, packet, bridge, to)
                && passesBridged(Hook.POSTROUTING, packet, bridge, to);
    if (passes) {
      transmit(packet, to);
    }
  }

  /** By a device, and by what is below it where that is a bridge. */
  private void transmit(Packet packet, NetDevice out) {
    if (!out.isUp()) {
      trace.dropped(packet, DropReason.DEV_READY);
      return;
    }
    trace.sent(packet, out);
    if (!(out instanceof Bridge bridge)) {
      return;
    }
    DescribedFrame frame = DescribedFrame.sent(bridge, packet);
    if (frame.dropped() != null) {
      trace.dropped(packet, frame.dropped());
    }
    for (NetDevice port : frame.ports()) {
      if (DescribedFrame.isTooLong(bridge, port, packet)) {
        trace.dropped(packet, DropReason.PKT_TOO_BIG);
      } else {
        transmit(packet, port);
      }
    }
  }

  // ---- what comes in

  private void input(Packet packet, NetDevice device, boolean seen) {
    packet.head = packet.l3;
    if (packet.isIpv4()) {
      if (seen || passes(Hook.PREROUTING, packet, device, null)) {
        route4(packet, device);
      }
      return;
    }
    Ipv6 ip = packet.ipv6();
    long srcHi = ip.sourceHi();
    long srcLo = ip.sourceLo();
    long dstHi = ip.destinationHi();
    long dstLo = ip.destinationLo();
    if (Addresses.isMulticast(srcHi, srcLo)
        || InputChecks.isImpossible(stack, device, srcHi, srcLo, dstHi, dstLo)) {
      trace.dropped(packet, DropReason.IP_INVALID_SOURCE);
    } else if (seen || passes(Hook.PREROUTING, packet, device, null)) {
      route6(packet, device);
    }
  }

  private void route4(Packet packet, NetDevice device) {
    long source = packet.ipv4().source();
    long destination = packet.ipv4().destination();
    if (input4.isMartian(packet, source, destination)) {
      trace.dropped(packet, DropReason.IP_INVALID_SOURCE);
      return;
    }
    Route route = input4.route(packet, source, destination);
    trace.routed(packet, route);
    if (!StackConf.forwards4(device) && (route == null || !Ipv4Input.isForUs(route))) {
      trace.dropped(packet, DropReason.IP_INADDRERRORS);
    } else if (route == null) {
      trace.dropped(packet, DropReason.IP_INNOROUTES);
    } else if (Ipv4Input.isForUs(route)) {
      if (mayCome(packet, source, destination, null)) {
        deliver(packet, device);
      }
    } else if (route.type() == Route.Type.UNICAST) {
      forward4(packet, device, route);
    } else {
      trace.dropped(packet, DropReason.IP_INNOROUTES);
    }
  }

  private boolean mayCome(Packet packet, long source, long destination, @Nullable NetDevice out) {
    SourceCheck.Verdict verdict = sources.check(packet, source, destination, out);
    switch (verdict) {
      case MARTIAN -> trace.dropped(packet, DropReason.IP_INVALID_SOURCE);
      case REVERSE_PATH -> trace.dropped(packet, DropReason.IP_RPFILTER);
      default -> {
        return true;
      }
    }
    return false;
  }

  private void deliver(Packet packet, NetDevice device) {
    if (passes(Hook.INPUT, packet, device, null)) {
      trace.delivered(packet);
    }
  }

  private void forward4(Packet packet, NetDevice device, Route route) {
    NetDevice out = route.device();
    Ipv4 ip = packet.ipv4();
    if (out == null || Addresses.isLinkLocal(0, ip.source())) {
      trace.dropped(packet, DropReason.IP_INADDRERRORS);
      return;
    }
    if (!mayCome(packet, ip.source(), ip.destination(), out)) {
      return;
    }
    if (ip.ttl() <= 1) {
      trace.dropped(packet, DropReason.IP_TTL);
      return;
    }
    boolean whole = (ip.flagsAndOffset() & Ipv4.DONT_FRAGMENT) != 0;
    if (whole && packet.networkLength() > route.mtu(out)) {
      trace.dropped(packet, DropReason.PKT_TOO_BIG);
      return;
    }
    int word = ip.ttl() << 8 | ip.protocol();
    ip.ttl(ip.ttl() - 1);
    ip.checksum(InternetChecksum.update16(ip.checksum(), word, word - 0x100));
    if (passes(Hook.FORWARD, packet, device, out)) {
      finish(packet, route);
    }
  }

  private void route6(Packet packet, NetDevice device) {
    Route route = input6.route(packet, packet.ipv6());
    trace.routed(packet, route);
    boolean ours =
        route != null && (route.type() == Route.Type.LOCAL || route.type() == Route.Type.ANYCAST);
    if (!ours && !StackConf.forwards6(device)) {
      trace.dropped(packet, DropReason.IP_INADDRERRORS);
    } else if (route == null) {
      trace.dropped(packet, DropReason.IP_INNOROUTES);
    } else if (ours) {
      deliver(packet, device);
    } else if (route.type() == Route.Type.UNICAST) {
      forward6(packet, device, route);
    } else {
      trace.dropped(packet, DropReason.IP_INNOROUTES);
    }
  }

  private void forward6(Packet packet, NetDevice device, Route route) {
    NetDevice out = route.device();
    Ipv6 ip = packet.ipv6();
    if (out == null) {
      trace.dropped(packet, DropReason.UNICAST_IN_L2_MULTICAST);
      return;
    }
    if (ip.hopLimit() <= 1) {
      trace.dropped(packet, DropReason.IP_TTL);
      return;
    }
    boolean leavesLink = Addresses.isLinkLocal(ip.sourceHi(), ip.sourceLo()) && !out.equals(device);
    if (leavesLink || Addresses.isAny(ip.sourceHi(), ip.sourceLo())) {
      trace.dropped(packet, DropReason.IP_INADDRERRORS);
      return;
    }
    if (packet.networkLength() > route.mtu(out)) {
      trace.dropped(packet, DropReason.PKT_TOO_BIG);
      return;
    }
    ip.hopLimit(ip.hopLimit() - 1);
    if (passes(Hook.FORWARD, packet, device, out)) {
      finish(packet, route);
    }
  }

  // ---- what leaves

  private @Nullable Route routeOf(Packet packet, @Nullable NetDevice only) {
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    return stack.output().route(stack.output().keyOf(packet, hi, lo, only));
  }

  private void output(Packet packet) {
    packet.tos = IpOutput.serviceType(packet);
    Route route = routeOf(packet, null);
    if (route == null) {
      trace.dropped(packet, DropReason.IP_OUTNOROUTES);
      return;
    }
    NetDevice out = route.type() == Route.Type.LOCAL ? stack.loopback() : route.device();
    if (out != null && !packet.isIpv4() && packet.ipv6().hopLimit() == 0) {
      packet.ipv6().hopLimit(out.conf6().get(Ipv6Key.HOP_LIMIT));
    }
    int mark = packet.mark;
    int tos = packet.tos;
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    if (!passes(Hook.OUTPUT, packet, null, out)) {
      return;
    }
    packet.tos = IpOutput.serviceType(packet);
    boolean translated = packet.destinationHi() != hi || packet.destinationLo() != lo;
    if (packet.mark != mark || packet.tos != tos || translated) {
      boolean near =
          !packet.isIpv4() && Addresses.isLinkLocal(packet.destinationHi(), packet.destinationLo());
      route = routeOf(packet, near ? out : null);
    }
    if (route == null) {
      trace.dropped(packet, DropReason.IP_OUTNOROUTES);
      return;
    }
    trace.routed(packet, route);
    switch (route.type()) {
      case LOCAL -> toOurselves(packet);
      case UNICAST -> finish(packet, route);
      default -> trace.dropped(packet, DropReason.IP_OUTNOROUTES);
    }
  }

  private void toOurselves(Packet packet) {
    NetDevice loopback = stack.loopback();
    if (passes(Hook.POSTROUTING, packet, null, loopback) && rounds++ < ROUNDS) {
      transmit(packet, loopback);
      if (loopback.isUp()) {
        packet.device = loopback;
        packet.physicalDevice = null;
        input(packet, loopback, false);
      }
    }
  }

  private void finish(Packet packet, Route route) {
    NetDevice out = route.device();
    if (out == null) {
      trace.dropped(packet, DropReason.IP_OUTNOROUTES);
      return;
    }
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    IpAddress gateway = stack.redirects().gateway(route, hi, lo);
    IpAddress hop = gateway == null ? new IpAddress(hi, lo) : gateway;
    if (!passes(Hook.POSTROUTING, packet, null, out)) {
      return;
    }
    boolean whole = packet.isIpv4() && (packet.ipv4().flagsAndOffset() & Ipv4.DONT_FRAGMENT) != 0;
    if (whole && packet.networkLength() > route.mtu(out)) {
      trace.dropped(packet, DropReason.PKT_TOO_BIG);
    } else {
      toHop(packet, out, hop);
    }
  }

  private void toHop(Packet packet, NetDevice out, IpAddress hop) {
    if (!out.isEthernet()) {
      transmit(packet, out);
      return;
    }
    long mac = out.mac();
    if (!out.attributes().noArp) {
      Neighbour neighbour = stack.neighbours().find(hop.hi(), hop.lo(), out);
      if (neighbour == null || !neighbour.state().isValid()) {
        trace.waits(packet, out, hop);
        return;
      }
      mac = neighbour.mac();
    }
    packet.head = packet.l3;
    packet.l2 = packet.push(Ethernet.LENGTH);
    packet.vlanProtocol = 0;
    packet
        .ethernet()
        .destination(mac)
        .source(out.mac())
        .type(packet.isIpv4() ? EtherType.IPV4 : EtherType.IPV6);
    transmit(packet, out);
  }

  /** The types of routes by which nothing unicast goes, for who describes packets. */
  public static boolean isUnicast(NetworkStack stack, IpAddress to) {
    Route.Type type = stack.routes(to.hi(), to.lo()).addressType(to.hi(), to.lo());
    return !List.of(Route.Type.BROADCAST, Route.Type.MULTICAST).contains(type)
        && !Addresses.isMulticast(to.hi(), to.lo())
        && !Addresses.isLimitedBroadcast(to.hi(), to.lo());
  }
}
