package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv4Key;
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
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import org.jspecify.annotations.Nullable;

/**
 * IPv4 from the device to the transport or back out (Linux: {@code ip_rcv}, {@code ip_forward}, RFC
 * 1812).
 */
public final class Ipv4Input {
  /** 224.0.0.0/24, which stays on its link. */
  private static final long LOCAL_GROUPS = 0xe000_0000L;

  private final NetworkStack stack;
  private final IpCounters counters;
  private final Netfilter netfilter;
  private final HookPoint prerouting;
  private final HookPoint input;
  private final HookPoint forward;
  private final SourceCheck sources;

  /**
   * Queueing priority of what is forwarded, by the four bits of TOS of RFC 1349 ({@code
   * rt_tos2priority}): best effort, bulk, interactive, interactive bulk.
   */
  private static final int[] PRIORITY = {0, 0, 0, 0, 2, 2, 2, 2, 6, 6, 6, 6, 4, 4, 4, 4};

  /** What the packet at hand is looked up by. */
  private final FlowKey key = new FlowKey();

  public Ipv4Input(NetworkStack stack) {
    this.stack = stack;
    counters = stack.counters(true);
    netfilter = stack.netfilter();
    prerouting = netfilter.at(Hook.PREROUTING, true);
    input = netfilter.at(Hook.INPUT, true);
    forward = netfilter.at(Hook.FORWARD, true);
    sources = new SourceCheck(stack);
  }

  /** Takes a packet whose l3 is set and head stands there ({@code ip_rcv}). */
  public void receive(Packet packet) {
    Ipv4 ip = packet.ipv4();
    counters.inReceives += Math.max(1, packet.gsoCount);
    counters.inOctets += packet.tail - packet.l3;
    if (!ip.check(packet.tail)) {
      counters.inHdrErrors++;
      NetDevice.dropIncoming(packet, DropReason.IP_INHDR);
      return;
    }
    if (packet.checksumState == Packet.CHECKSUM_NONE && !ip.checksumValid()) {
      counters.inHdrErrors++;
      NetDevice.dropIncoming(packet, DropReason.IP_CSUM);
      return;
    }
    packet.tail = packet.l3 + ip.totalLength();
    packet.l4 = packet.l3 + ip.headerLength();
    packet.protocol = ip.protocol();
    boolean seen = packet.prerouted;
    packet.prerouted = false;
    if (seen) {
      routeInput(packet);
      return;
    }
    // connection tracking sees no fragments (ipv4_conntrack_defrag)
    Packet whole = netfilter.tracks(true) ? stack.reassembler().join4(packet, 0) : packet;
    if (whole != null && prerouting.accepts(whole, whole.device, null)) {
      routeInput(whole);
    }
  }

  /** {@code ip_rcv_finish}: to us or on. */
  private void routeInput(Packet packet) {
    Ipv4 ip = packet.ipv4();
    long source = ip.source();
    long destination = ip.destination();
    if (isMartian(packet, source, destination)) {
      NetDevice.dropIncoming(packet, DropReason.IP_INVALID_SOURCE);
      return;
    }
    if (Addresses.isMulticast(0, destination)) {
      if (areOptionsGood(packet)) {
        group(packet, source, destination);
      }
      return;
    }
    if (Addresses.isLimitedBroadcast(0, destination)) {
      if (areOptionsGood(packet)) {
        broadcast(packet);
      }
      return;
    }
    Route route = route(packet, source, destination);
    if (packet.trace != null) {
      packet.trace.routed(packet, route);
    }
    if (!areOptionsGood(packet)) {
      return;
    }
    if (!StackConf.forwards4(packet.device) && (route == null || !isForUs(route))) {
      // ip_error: "IP on this device is disabled", which nobody is told
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
      case LOCAL -> {
        if (mayCome(packet, source, destination)) {
          deliver(packet, false);
        }
      }
      case BROADCAST -> broadcast(packet);
      case UNICAST -> forward(packet, route);
      default -> {
        stack.icmp().refused(packet, route.type());
        NetDevice.dropIncoming(packet, DropReason.IP_INNOROUTES);
      }
    }
  }

  static boolean isForUs(Route route) {
    return route.type() == Route.Type.LOCAL || route.type() == Route.Type.BROADCAST;
  }

  /** Whether the source may have come by its device; else the packet is dropped. */
  private boolean mayCome(Packet packet, long source, long destination) {
    return accepted(packet, sources.check(packet, source, destination, null));
  }

  private boolean accepted(Packet packet, SourceCheck.Verdict verdict) {
    switch (verdict) {
      case MARTIAN -> NetDevice.dropIncoming(packet, DropReason.IP_INVALID_SOURCE);
      case REVERSE_PATH -> {
        counters.reversePathFilter++;
        NetDevice.dropIncoming(packet, DropReason.IP_RPFILTER);
      }
      default -> {
        return true;
      }
    }
    return false;
  }

  /** False where it was dropped for its options ({@code ip_rcv_options}). */
  private boolean areOptionsGood(Packet packet) {
    int from = packet.l3 + Ipv4.LENGTH;
    if (from == packet.l4) {
      return true;
    }
    int wrong = Ipv4Options.check(packet.data, from, packet.l4);
    if (wrong == 0) {
      return true;
    }
    counters.inHdrErrors++;
    if (wrong > 0) {
      stack.icmp().parameterProblem(packet, 0, Ipv4.LENGTH + wrong - 1);
    }
    NetDevice.dropIncoming(packet, DropReason.IP_INHDR);
    return false;
  }

  @Nullable Route route(Packet packet, long source, long destination) {
    FlowKey key = this.key.to(0, destination).from(0, source);
    key.input = packet.device;
    key.mark = packet.mark;
    key.tos = packet.ipv4().tos();
    Fib routes = stack.routes4();
    if (routes.needsPorts()) {
      key.ports(packet);
    }
    return routes.lookup(key);
  }

  /** RFC 1812 section 5.3.7: sources that no packet on a wire may have. */
  boolean isMartian(Packet packet, long source, long destination) {
    if (Addresses.isMulticast(0, source) || Addresses.isLimitedBroadcast(0, source)) {
      return true;
    }
    boolean toBroadcast =
        Addresses.isLimitedBroadcast(0, destination) || Addresses.isMulticast(0, destination);
    // the rest of 0.0.0.0/8 is as any other, since Linux 5.3
    if (Addresses.isAny(0, source) && !toBroadcast || Addresses.isAny(0, destination)) {
      return true;
    }
    return InputChecks.isImpossible(stack, packet.device, source, destination);
  }

  /**
   * A group is taken where somebody here has joined it ({@code ip_check_mc_rcu}); messages of IGMP
   * about it from whatever source.
   */
  private void group(Packet packet, long source, long destination) {
    if (mayComeToMany(packet, source)) {
      takeGroup(packet, source, destination);
    }
  }

  private void takeGroup(Packet packet, long source, long destination) {
    NetDevice device = packet.device;
    boolean taken =
        device != null
            && (packet.protocol == IpProtocol.IGMP
                ? stack.multicast().isMember(device, 0, destination)
                : stack.multicast().accepts(device, 0, destination, 0, source));
    if (!taken) {
      packet.drop(DropReason.NOT_MEMBER);
      return;
    }
    counters.inMcastPkts++;
    counters.inMcastOctets += packet.tail - packet.l3;
    deliver(packet, true);
  }

  /**
   * Who has no address yet may speak to all on the link, and of groups ({@code
   * ip_mc_validate_source}).
   */
  private boolean mayComeToMany(Packet packet, long source) {
    if (!Addresses.isAny(0, source)) {
      return mayCome(packet, source, Addresses.V4_PREFIX);
    }
    long destination = packet.ipv4().destination();
    boolean wide =
        Addresses.isMulticast(0, destination)
            && (destination & 0xffff_ff00L) != LOCAL_GROUPS
            && packet.protocol != IpProtocol.IGMP;
    if (wide) {
      NetDevice.dropIncoming(packet, DropReason.IP_INVALID_SOURCE);
    }
    return !wide;
  }

  private void broadcast(Packet packet) {
    if (!mayComeToMany(packet, packet.ipv4().source())) {
      return;
    }
    takeBroadcast(packet);
  }

  private void takeBroadcast(Packet packet) {
    counters.inBcastPkts++;
    counters.inBcastOctets += packet.tail - packet.l3;
    deliver(packet, true);
  }

  /** Takes a packet to a group or broadcast that we sent ourselves; l3, l4, protocol are set. */
  public void receiveLooped(Packet packet) {
    counters.inReceives++;
    counters.inOctets += packet.tail - packet.l3;
    packet.head = packet.l3;
    if (!prerouting.accepts(packet, packet.device, null)) {
      return;
    }
    long destination = packet.ipv4().destination();
    if (Addresses.isMulticast(0, destination)) {
      takeGroup(packet, packet.ipv4().source(), destination);
    } else {
      takeBroadcast(packet);
    }
  }

  /** Hands a packet for us to its transport ({@code ip_local_deliver}). */
  private void deliver(Packet packet, boolean toMany) {
    if (packet.ipv4().isFragment()) {
      Packet whole = stack.reassembler().add4(packet);
      if (whole == null) {
        return;
      }
      packet = whole;
    }
    packet.fragmentMax = 0; // who answers with it answers whole
    packet.toMany = toMany;
    if (input.accepts(packet, packet.device, null)) {
      stack.transports().deliver(packet);
    }
  }

  /** Sends a packet on ({@code ip_forward}). */
  private void forward(Packet packet, Route route) {
    NetDevice out = route.device();
    if (InputChecks.isGroupFrame(packet)) {
      NetDevice.dropIncoming(packet, DropReason.UNICAST_IN_L2_MULTICAST);
      return;
    }
    if (out == null || Addresses.isLinkLocal(0, packet.ipv4().source())) {
      counters.inAddrErrors++;
      NetDevice.dropIncoming(packet, DropReason.IP_INADDRERRORS);
      return;
    }
    Ipv4 ip = packet.ipv4();
    SourceCheck.Verdict from = sources.check(packet, ip.source(), ip.destination(), out);
    if (!accepted(packet, from)) {
      return;
    }
    if (ip.ttl() <= 1) {
      counters.inHdrErrors++;
      stack.icmp().timeExceeded(packet, 0);
      NetDevice.dropIncoming(packet, DropReason.IP_TTL);
      return;
    }
    int mtu = route.mtu(out);
    // what was joined here leaves in pieces as long as it came
    boolean tooLong =
        packet.fragmentMax > 0 ? packet.fragmentMax > mtu : packet.networkLength() > mtu;
    if (tooLong && (ip.flagsAndOffset() & Ipv4.DONT_FRAGMENT) != 0) {
      counters.fragFails++;
      stack.icmp().tooBig(packet, mtu);
      NetDevice.dropIncoming(packet, DropReason.PKT_TOO_BIG);
      return;
    }
    int word = ip.ttl() << 8 | ip.protocol();
    ip.ttl(ip.ttl() - 1);
    if (packet.l4 - packet.l3 == Ipv4.LENGTH) {
      ip.checksum(InternetChecksum.update16(ip.checksum(), word, word - 0x100));
    } else {
      record(packet, route, out);
      ip.fillChecksum();
    }
    packet.head = packet.l3;
    boolean back = out.equals(packet.device) && !packet.divertedByBridge;
    if (from == SourceCheck.Verdict.NEIGHBOUR && back) {
      redirect(packet, route, out);
    }
    packet.priority = PRIORITY[ip.tos() >> 1 & 15];
    if (!forward.accepts(packet, packet.device, out)) {
      return;
    }
    counters.forwDatagrams++;
    stack.output().finish(packet, route, 0, ip.destination());
  }

  /** Writes into the options where and when it passed here. */
  private void record(Packet packet, Route route, NetDevice out) {
    IpAddress gateway = route.gateway();
    long hop = gateway == null ? packet.ipv4().destination() : gateway.lo();
    IpAddress chosen = stack.output().source(out, route, 0, hop); // fib_result_prefsrc
    int own = chosen == null ? 0 : (int) chosen.lo();
    int time = (int) (stack.loop().wallTime() / 1_000_000 % 86_400_000);
    Ipv4Options.record(packet.data, packet.l3 + Ipv4.LENGTH, packet.l4, own, time, stack);
  }

  /**
   * Tells a neighbour that there is a shorter way ({@code __mkroute_input}, {@code ip_forward}).
   */
  private void redirect(Packet packet, Route route, NetDevice out) {
    StackConf conf = stack.conf();
    long source = packet.ipv4().source();
    IpAddress gateway = route.gateway();
    long hop = gateway == null ? packet.ipv4().destination() : gateway.lo();
    boolean near =
        conf.either(out, Ipv4Key.SHARED_MEDIA) || InterfaceAddresses.sameSubnet(out, source, hop);
    if (near && conf.either(out, Ipv4Key.SEND_REDIRECTS)) {
      stack.icmp().redirect(packet, hop);
    }
  }
}
