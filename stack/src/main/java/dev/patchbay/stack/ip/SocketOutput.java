package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketQueue;
import dev.patchbay.stack.route.FlowKey;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import org.jspecify.annotations.Nullable;

/**
 * How datagrams of sockets leave (Linux: {@code ip_route_output_flow}, {@code ip_make_skb}, {@code
 * ip_mc_output}): {@link #resolve} finds route and source, then the caller builds its packet with
 * that source, then {@link #send} adds the IP header. Groups and broadcasts come back to sockets of
 * this host in the next turn of the loop.
 */
public final class SocketOutput {
  /** Looped packets that wait for the next turn (Linux: {@code netdev_max_backlog}). */
  private static final int BACKLOG = 1000;

  private static final long LOOPBACK4 = Addresses.V4_PREFIX | 0x7f00_0001L;

  private final NetworkStack stack;
  private final PathMtuCache paths;
  private final PacketQueue looped = new PacketQueue();
  private final Runnable drain = this::drain;

  /** What the flow at hand is looked up by. */
  private final FlowKey key = new FlowKey();

  private boolean draining;

  public SocketOutput(NetworkStack stack) {
    this.stack = stack;
    paths = new PathMtuCache(stack.loop(), stack.random(), stack.conf());
  }

  /** What is known of paths. */
  public PathMtuCache paths() {
    return paths;
  }

  /**
   * Finds out how a datagram goes.
   *
   * @param flow is filled
   * @param srcHi wished source; any lets routing choose
   * @param by leave by this device whatever options and routes say, or null
   * @return 0, or negative: EACCES for a broadcast without leave or a prohibited destination,
   *     ENETUNREACH without route, EHOSTUNREACH, EINVAL for a source that is not ours or a black
   *     hole, EADDRNOTAVAIL without any source (IPv6)
   */
  public int resolve(
      Flow flow,
      IpSocketOptions options,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      @Nullable NetDevice by) {
    int error = find(flow, options, srcHi, srcLo, dstHi, dstLo, by);
    if (error == -Errno.ENETUNREACH) {
      stack.counters(Addresses.isV4(dstHi, dstLo)).outNoRoutes++;
    }
    return error;
  }

  /** As {@link #resolve} for who only asks: nothing is counted. */
  public int find(
      Flow flow,
      IpSocketOptions options,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      @Nullable NetDevice by) {
    boolean v4 = Addresses.isV4(dstHi, dstLo);
    boolean any = Addresses.isAny(dstHi, dstLo);
    flow.dstHi = dstHi;
    flow.dstLo = any ? v4 ? LOOPBACK4 : 1 : dstLo;
    flow.srcHi = srcHi;
    flow.srcLo = srcLo;
    flow.local = false;
    flow.broadcast = false;
    flow.multicast = Addresses.isMulticast(dstHi, dstLo);
    flow.device = null;
    flow.route = null;
    NetDevice wanted = by != null ? by : options.device;
    flow.bound = wanted;
    if (wanted != null && !wanted.isUp()) {
      return -Errno.ENETUNREACH;
    }
    int error = flow.multicast ? group(flow, options, wanted, v4) : host(flow, options, wanted, v4);
    if (error != 0) {
      return error;
    }
    if (flow.broadcast && !options.broadcast) {
      return -Errno.EACCES;
    }
    NetDevice out = flow.device;
    if (out == null || !out.isUp()) {
      return -Errno.ENETUNREACH;
    }
    int mtu = Math.min(flow.linkMtu, 65535);
    flow.pathMtu = flow.local ? mtu : Math.min(mtu, paths.lookup(flow.dstHi, flow.dstLo));
    return source(flow, options, wanted, v4);
  }

  /** The route of a flow ({@code flowi4_init_output}, {@code ip_route_output_flow}), or null. */
  private @Nullable Route route(Flow flow, IpSocketOptions o, @Nullable NetDevice by) {
    FlowKey to = key.to(flow.dstHi, flow.dstLo).from(flow.srcHi, flow.srcLo).by(by);
    to.mark = o.mark;
    to.tos = Addresses.isV4(flow.dstHi, flow.dstLo) ? o.tos : o.trafficClass;
    to.protocol = flow.protocol;
    to.sourcePort = flow.sourcePort;
    to.destinationPort = flow.destinationPort;
    flow.route = stack.output().route(to);
    return flow.route;
  }

  private int group(Flow flow, IpSocketOptions o, @Nullable NetDevice wanted, boolean v4) {
    NetDevice out = wanted;
    if (out == null) {
      out = v4 ? o.multicastDevice : o.multicastDevice6;
    }
    if (out == null && v4 && !Addresses.isAny(flow.srcHi, flow.srcLo)) {
      out = stack.deviceOf(flow.srcHi, flow.srcLo);
    }
    if (out == null) {
      Route route = route(flow, o, null);
      out = route == null ? null : route.device();
    }
    if (out == null || !v4 && !hasRoute6(flow, o, out)) {
      return -Errno.ENETUNREACH;
    }
    boolean named = v4 && Addresses.isAny(flow.srcHi, flow.srcLo);
    if (named && !Addresses.isAny(0, o.multicastSource)) {
      flow.srcHi = 0;
      flow.srcLo = o.multicastSource;
    }
    onLink(flow, out);
    return 0;
  }

  /** Mostly the best route is by that device; else all are looked at. */
  private boolean hasRoute6(Flow flow, IpSocketOptions o, NetDevice out) {
    Route best = route(flow, o, null);
    return best != null && out.equals(best.device()) || route(flow, o, out) != null;
  }

  private static void onLink(Flow flow, NetDevice out) {
    flow.device = out;
    flow.linkMtu = out.mtu();
    flow.hopHi = flow.dstHi;
    flow.hopLo = flow.dstLo;
  }

  private int host(Flow flow, IpSocketOptions o, @Nullable NetDevice wanted, boolean v4) {
    if (Addresses.isLimitedBroadcast(flow.dstHi, flow.dstLo)) {
      return limitedBroadcast(flow, o, wanted);
    }
    Route route = route(flow, o, wanted);
    if (route == null) {
      if (wanted == null || !v4) {
        return -Errno.ENETUNREACH;
      }
      // ip_route_output_key_hash_rcu: "assume, that the destination is on link"
      onLink(flow, wanted);
      return 0;
    }
    switch (route.type()) {
      case LOCAL, ANYCAST -> toOurselves(flow, route, v4);
      case BROADCAST -> {
        flow.broadcast = true;
        if (stack.loopback().equals(route.device())) {
          toOurselves(flow, route, v4);
        } else {
          unicast(flow, route);
        }
      }
      case UNICAST, MULTICAST -> unicast(flow, route);
      case BLACKHOLE -> {
        return -Errno.EINVAL;
      }
      case PROHIBIT -> {
        return -Errno.EACCES;
      }
      case UNREACHABLE -> {
        return -Errno.EHOSTUNREACH;
      }
    }
    return 0;
  }

  private void unicast(Flow flow, Route route) {
    IpAddress gateway = stack.redirects().gateway(route, flow.dstHi, flow.dstLo);
    NetDevice out = route.device();
    if (out != null) {
      flow.device = out;
      flow.linkMtu = route.mtu(out);
      flow.hopHi = gateway == null ? flow.dstHi : gateway.hi();
      flow.hopLo = gateway == null ? flow.dstLo : gateway.lo();
    }
  }

  private int limitedBroadcast(Flow flow, IpSocketOptions o, @Nullable NetDevice wanted) {
    NetDevice out = wanted;
    if (out == null && !Addresses.isAny(flow.srcHi, flow.srcLo)) {
      out = stack.deviceOf(flow.srcHi, flow.srcLo);
    }
    if (out == null) {
      Route route = route(flow, o, null);
      out = route == null ? null : route.device();
    }
    if (out == null) {
      return -Errno.ENETUNREACH;
    }
    flow.broadcast = true;
    onLink(flow, out);
    return 0;
  }

  private void toOurselves(Flow flow, Route route, boolean v4) {
    flow.local = true;
    onLink(flow, stack.loopback());
    if (Addresses.isAny(flow.srcHi, flow.srcLo)) {
      IpAddress source = v4 ? route.source() : null;
      flow.srcHi = source == null ? flow.dstHi : source.hi();
      flow.srcLo = source == null ? flow.dstLo : source.lo();
    }
  }

  private boolean leaves(Flow flow) {
    NetDevice out = flow.device;
    return out != null
        && out.kind() != NetDevice.Kind.LOOPBACK
        && !stack.conf().either(out, Ipv4Key.ROUTE_LOCALNET);
  }

  private int source(Flow flow, IpSocketOptions options, @Nullable NetDevice wanted, boolean v4) {
    if (!Addresses.isAny(flow.srcHi, flow.srcLo)) {
      boolean family = Addresses.isV4(flow.srcHi, flow.srcLo) == v4;
      boolean ours =
          options.freebind
              || (v4 ? stack.conf().nonlocalBind4 : stack.conf().nonlocalBind6)
              || stack.isLocal(flow.srcHi, flow.srcLo);
      if (v4 && Addresses.isLoopback(flow.srcHi, flow.srcLo) && leaves(flow)) {
        // __mkroute_output without route_localnet
        return -Errno.EINVAL;
      }
      return family && ours ? 0 : -Errno.EINVAL;
    }
    boolean byDevice = wanted != null || flow.multicast || flow.broadcast;
    NetDevice by = byDevice ? flow.device : null;
    IpAddress chosen = stack.output().source(by, flow.route, flow.dstHi, flow.dstLo);
    if (chosen == null && !v4) {
      return -Errno.EADDRNOTAVAIL;
    }
    flow.srcHi = chosen == null ? 0 : chosen.hi();
    flow.srcLo = chosen == null ? Addresses.V4_PREFIX : chosen.lo();
    return 0;
  }

  /**
   * Sends a transport packet (head at its header, {@code packet.protocol} says which; checksum
   * done) where {@link #resolve} said. Takes the packet in every case.
   *
   * @return 0, or negative: EMSGSIZE where it is longer than may be cut, EPERM where a rule of
   *     OUTPUT or POSTROUTING has dropped it
   */
  public int send(Packet packet, Flow flow, IpSocketOptions options) {
    boolean v4 = Addresses.isV4(flow.dstHi, flow.dstLo);
    NetDevice out = flow.device;
    int length = packet.tail - packet.head + (v4 ? Ipv4.LENGTH : Ipv6.LENGTH);
    int policy = options.mtuDiscover(v4);
    int mtu = mtu(flow, policy);
    if (out == null || length > mtu && !mayCut(policy)) {
      packet.release();
      return -Errno.EMSGSIZE;
    }
    packet.tos = v4 ? options.tos : options.trafficClass;
    packet.mark = options.mark;
    packet.priority = options.priority;
    int ttl = hops(flow, options, v4);
    boolean whole =
        policy == IpSocketOptions.PMTUDISC_DO
            || policy == IpSocketOptions.PMTUDISC_PROBE
            || policy == IpSocketOptions.PMTUDISC_WANT
                && length <= mtu
                && flow.pathMtu > stack.conf().minimumPathMtu;
    stack.output().pushHeader(packet, flow.srcHi, flow.srcLo, flow.dstHi, flow.dstLo, ttl, whole);
    return transmit(packet, flow, v4 ? options.multicastLoop : options.multicastLoop6, mtu);
  }

  /** Bytes of the longest packet that a socket of that policy sends uncut. */
  public static int mtu(Flow flow, int policy) {
    NetDevice out = flow.device;
    return out == null || policy < IpSocketOptions.PMTUDISC_PROBE
        ? flow.pathMtu
        : Math.min(out.mtu(), 65535);
  }

  /** Whether longer ones are cut ({@code ip_sk_ignore_df}). */
  private static boolean mayCut(int policy) {
    return policy < IpSocketOptions.PMTUDISC_DO || policy == IpSocketOptions.PMTUDISC_OMIT;
  }

  private int hops(Flow flow, IpSocketOptions o, boolean v4) {
    if (flow.multicast) {
      return v4 ? o.multicastTtl : o.multicastHops;
    }
    if (v4) {
      return o.ttl == 0 ? stack.conf().defaultTtl : o.ttl;
    }
    NetDevice out = flow.device;
    int usual = out == null ? IpOutput.TTL : out.conf6().get(Ipv6Key.HOP_LIMIT);
    return o.unicastHops < 0 ? usual : o.unicastHops;
  }

  /**
   * Hands a complete IP packet (head at l3, l4 set) to where {@link #resolve} said ({@code
   * ip_local_out}). Takes it.
   *
   * @param loop let members of the group on this host have it too
   * @param mtu what is longer is cut
   * @return 0, or EPERM negated where a rule has dropped it
   */
  public int transmit(Packet packet, Flow flow, boolean loop, int mtu) {
    boolean v4 = packet.isIpv4();
    NetDevice out = flow.device;
    packet.device = null;
    packet.physicalDevice = null;
    packet.socket = Packet.SOCKET_PROGRAM;
    if (out == null) {
      packet.drop(DropReason.IP_OUTNOROUTES);
      return 0;
    }
    IpOutput output = stack.output();
    output.count(packet);
    if (!output.maySend(packet, out)) {
      return -Errno.EPERM;
    }
    if (output.isDiverted(v4) && !flow.multicast && !flow.broadcast) {
      boolean near = !v4 && Addresses.isLinkLocal(flow.dstHi, flow.dstLo);
      return passed(output.sendAgain(packet, near ? out : flow.bound));
    }
    if (flow.local) {
      if (!output.mayLeave(packet, out)) {
        return -Errno.EPERM;
      }
      stack.loopback().transmit(IpOutput.loopbackFrame(packet));
      return 0;
    }
    if (flow.multicast || flow.broadcast) {
      toMany(packet, flow, out, loop, v4);
      if (flow.multicast && staysHere(packet, v4, flow)) {
        if (!v4) {
          stack.counters(false).outDiscards++;
        }
        packet.release();
        return 0;
      }
    }
    if (out.kind() != NetDevice.Kind.LOOPBACK) {
      return passed(output.emit(packet, out, flow.hopHi, flow.hopLo, mtu));
    }
    if (!output.mayLeave(packet, out)) {
      return -Errno.EPERM;
    }
    out.transmit(IpOutput.loopbackFrame(packet));
    return 0;
  }

  /** What a program is told of a datagram that a rule has dropped, or has not. */
  private static int passed(boolean rules) {
    return rules ? 0 : -Errno.EPERM;
  }

  /** RFC 1112 section 6.1: TTL 0 does not leave the host; nor does RFC 4291's scope 1. */
  private static boolean staysHere(Packet packet, boolean v4, Flow flow) {
    return v4
        ? packet.ipv4().ttl() == 0
        : packet.ipv6().hopLimit() == 0 || (flow.dstHi >>> 48 & 0xf) <= 1;
  }

  private void toMany(Packet packet, Flow flow, NetDevice out, boolean loop, boolean v4) {
    IpCounters counters = stack.counters(v4);
    int bytes = packet.tail - packet.l3;
    if (flow.multicast) {
      counters.outMcastPkts++;
      counters.outMcastOctets += bytes;
    } else {
      counters.outBcastPkts++;
      counters.outBcastOctets += bytes;
    }
    boolean heard =
        flow.broadcast
            || loop
                && stack.multicast().accepts(out, flow.dstHi, flow.dstLo, flow.srcHi, flow.srcLo);
    if (heard && out.kind() != NetDevice.Kind.LOOPBACK) {
      loop(packet, out);
    }
  }

  /** Lets this host receive a copy as if it came by {@code out} ({@code dev_loopback_xmit}). */
  private void loop(Packet packet, NetDevice out) {
    Packet twin = looped.count() < BACKLOG ? packet.copy() : null;
    if (twin == null) {
      out.statistics.rxDropped++;
      return;
    }
    twin.device = out;
    twin.l2 = -1;
    twin.checksumState = Packet.CHECKSUM_UNNECESSARY;
    looped.add(twin);
    if (!draining) {
      draining = true;
      stack.loop().execute(drain);
    }
  }

  private void drain() {
    draining = false;
    for (int left = looped.count(); left > 0; left--) {
      Packet packet = looped.poll();
      if (packet == null) {
        return;
      }
      stack.receiveLooped(packet);
    }
  }
}
