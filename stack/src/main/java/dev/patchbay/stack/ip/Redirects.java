package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.neighbour.NeighbourTable;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.FlowKey;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Icmp;
import org.jspecify.annotations.Nullable;

/**
 * Redirects that a gateway of ours sends us (Linux: {@code __ip_do_redirect}, {@code
 * rt6_do_redirect}; RFC 1122 section 3.2.2.2, RFC 4861 section 8.3). Of the loop's thread.
 */
public final class Redirects {
  private static final int TARGET = 8;
  private static final int DESTINATION = 24;
  private static final int OPTIONS = 40;

  private final NetworkStack stack;
  private final RedirectCache cache;
  private final FlowKey key = new FlowKey();

  /** Of a namespace whose loop and random source are there already. */
  public Redirects(NetworkStack stack) {
    this.stack = stack;
    cache = new RedirectCache(stack.loop(), stack.random());
  }

  /** What was learned. */
  public RedirectCache cache() {
    return cache;
  }

  /** Takes one of IPv4 (ICMP type 5); the packet stays the caller's. */
  public void accept4(Packet packet) {
    NetDevice device = packet.device;
    int inner = packet.l4 + Icmp.LENGTH;
    byte[] b = packet.data;
    if (device == null || inner + 20 > packet.tail || b[inner] >>> 4 != 4) {
      return;
    }
    long from = Addresses.v4(Bytes.i32(b, inner + 12));
    long to = Addresses.v4(Bytes.i32(b, inner + 16));
    long hop = Addresses.v4(packet.icmp().rest());
    key.to(0, to).from(0, from);
    key.tos = Bytes.u8(b, inner + 1);
    Route route = stack.isLocal(0, from) ? stack.output().route(key) : null;
    IpAddress gateway = route == null ? null : cache.gateway(route, 0, to);
    NetDevice out = route == null ? null : route.device();
    IpAddress original = route == null ? null : route.gateway();
    if (out == null
        || gateway == null
        || original == null
        || packet.icmp().code() > 3
        || gateway.lo() != packet.sourceLo()
        || !isBelieved(device, hop, gateway.lo())) {
      return;
    }
    NeighbourTable neighbours = stack.neighbours();
    Neighbour neighbour = neighbours.find(0, hop, out);
    if (neighbour == null) {
      neighbour = neighbours.create(0, hop, out);
    }
    if (neighbour != null && neighbour.state().isValid()) {
      cache.learn(new IpAddress(0, to), out, original, new IpAddress(0, hop));
    } else if (neighbour != null) {
      // who does not answer is no way: the next redirect counts
      neighbours.use(neighbour);
    }
  }

  private boolean isBelieved(NetDevice device, long hop, long gateway) {
    StackConf conf = stack.conf();
    if (hop == gateway
        || !conf.takesRedirects(device)
        || Addresses.isMulticast(0, hop)
        || Addresses.isLimitedBroadcast(0, hop)
        || (hop >>> 24 & 0xff) == 0) {
      return false;
    }
    if (conf.either(device, Ipv4Key.SHARED_MEDIA)) {
      return stack.routes4().addressType(0, hop) == Route.Type.UNICAST;
    }
    return InterfaceAddresses.sameSubnet(device, hop, gateway)
        && (!conf.either(device, Ipv4Key.SECURE_REDIRECTS) || isDefaultGateway(device, hop));
  }

  /** {@code ip_fib_check_default}. */
  private boolean isDefaultGateway(NetDevice device, long hop) {
    IpAddress wanted = new IpAddress(0, hop);
    return stack
        .routes4()
        .entriesOf(route ->
            route.allHops().stream()
                .anyMatch(
                    way -> device.equals(way.way().device()) && wanted.equals(way.way().gateway())))
        .stream()
        .anyMatch(entry -> entry.prefix() == 0);
  }

  /**
   * Takes one of IPv6 (type 137) that was checked as neighbour discovery; it stays the caller's.
   */
  public void accept6(Packet packet) {
    NetDevice device = packet.device;
    long hi = packet.sourceHi();
    long lo = packet.sourceLo();
    if (device == null
        || !Addresses.isLinkLocal(hi, lo)
        || device.conf6().is(Ipv6Key.FORWARDING)
        || !device.conf6().is(Ipv6Key.ACCEPT_REDIRECTS)) {
      return;
    }
    IpAddress target = address(packet, TARGET);
    IpAddress to = address(packet, DESTINATION);
    boolean onLink = target.equals(to);
    boolean linkLocal = Addresses.isLinkLocal(target.hi(), target.lo());
    Route route = stack.routes6().lookup(key.to(to.hi(), to.lo()).by(device));
    IpAddress original = route == null ? null : route.gateway();
    IpAddress gateway = route == null ? null : cache.gateway(route, to.hi(), to.lo());
    if (Addresses.isMulticast(to.hi(), to.lo())
        || !onLink && !linkLocal
        || original == null
        || gateway == null
        || !gateway.equals(new IpAddress(hi, lo))) {
      return;
    }
    stack.ndp().redirected(packet, OPTIONS, target, !onLink);
    cache.learn(to, device, original, target);
  }

  private static IpAddress address(Packet packet, int at) {
    return new IpAddress(
        Bytes.i64(packet.data, packet.l4 + at), Bytes.i64(packet.data, packet.l4 + at + 8));
  }

  /** The next hop of a packet by a route, null where its destination is on the link. */
  public @Nullable IpAddress gateway(Route route, long hi, long lo) {
    return cache.gateway(route, hi, lo);
  }
}
