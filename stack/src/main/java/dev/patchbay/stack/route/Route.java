package dev.patchbay.stack.route;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a route says, whatever its prefix ({@code fib_info}): one object serves all prefixes of
 * which the same is said.
 *
 * @param type what happens to packets that match
 * @param gateway next hop, or null where the destination is on the link
 * @param device where it leaves; null for the types that send nothing
 * @param source preferred source address, or null
 * @param metric less is better, 0 to 2^32-1
 * @param protocol who made it, as in {@code /etc/iproute2/rt_protos}: {@code kernel}, {@code boot},
 *     {@code static}, {@code ra}, or a number
 * @param scope reach of the route
 * @param onlink whether the gateway is taken for a neighbour though no route leads to it
 * @param mtu bytes that a packet may have ({@code RTAX_MTU}), 68 (IPv4) or 1280 (IPv6) to 65520, 0
 *     for the device's
 * @param tos type of service that packets must have, 0 for any (IPv4)
 * @param hops several next hops, of which {@code gateway} and {@code device} name the first; or
 *     null
 */
public record Route(
    Type type,
    @Nullable IpAddress gateway,
    @Nullable NetDevice device,
    @Nullable IpAddress source,
    long metric,
    String protocol,
    Scope scope,
    boolean onlink,
    int mtu,
    int tos,
    @Nullable Multipath hops) {
  /** What happens to packets that match ({@code RTN_*}, in Linux's order). */
  public enum Type {
    UNICAST,
    LOCAL,
    BROADCAST,
    ANYCAST,
    MULTICAST,
    BLACKHOLE,
    UNREACHABLE,
    PROHIBIT,
    /** As if the table had no route: the next one is asked. */
    THROW;

    /** Whether packets that match go nowhere. */
    public boolean isRefusal() {
      return this == BLACKHOLE || this == UNREACHABLE || this == PROHIBIT || this == THROW;
    }
  }

  /** A route by one next hop at most, for packets of every type of service. */
  public Route(
      Type type,
      @Nullable IpAddress gateway,
      @Nullable NetDevice device,
      @Nullable IpAddress source,
      long metric,
      String protocol,
      Scope scope,
      boolean onlink,
      int mtu) {
    this(type, gateway, device, source, metric, protocol, scope, onlink, mtu, 0, null);
  }

  /** A route of protocol {@code kernel} and metric 0 to all that lies behind a device. */
  public static Route of(Type type, @Nullable NetDevice device, Scope scope) {
    return new Route(type, null, device, null, 0, "kernel", scope, false, 0);
  }

  /** The same, of another preferred source. */
  public Route withSource(@Nullable IpAddress from) {
    return new Route(type, gateway, device, from, metric, protocol, scope, onlink, mtu, tos, hops);
  }

  /** The same, of another metric. */
  public Route withMetric(long value) {
    return new Route(type, gateway, device, source, value, protocol, scope, onlink, mtu, tos, hops);
  }

  /** The same, made by somebody else. */
  public Route withProtocol(String maker) {
    return new Route(type, gateway, device, source, metric, maker, scope, onlink, mtu, tos, hops);
  }

  /** The same, by another device. */
  public Route withDevice(@Nullable NetDevice out) {
    return new Route(type, gateway, out, source, metric, protocol, scope, onlink, mtu, tos, hops);
  }

  /** The same, for packets of one type of service. */
  public Route withTos(int value) {
    return new Route(
        type, gateway, device, source, metric, protocol, scope, onlink, mtu, value, hops);
  }

  /** The same, by one next hop. */
  public Route withHop(@Nullable IpAddress via, @Nullable NetDevice out, boolean isOnlink) {
    return new Route(type, via, out, source, metric, protocol, scope, isOnlink, mtu, tos, null);
  }

  /** The same by several next hops; by one where the list has one. */
  public Route withHops(List<Multipath.Hop> several) {
    Route first = several.getFirst().way();
    if (several.size() == 1) {
      return first;
    }
    return new Route(
        type,
        first.gateway,
        first.device,
        source,
        metric,
        protocol,
        scope,
        first.onlink,
        mtu,
        tos,
        new Multipath(several));
  }

  /** The same with next hops as they are wanted, of which the checks make what is put in. */
  public Route by(List<Multipath.Hop> wanted) {
    return new Route(
        type,
        gateway,
        device,
        source,
        metric,
        protocol,
        scope,
        onlink,
        mtu,
        tos,
        new Multipath(wanted));
  }

  /** The same, leading nowhere. */
  public Route withoutWay() {
    return new Route(type, null, null, source, metric, protocol, scope, false, mtu, tos, null);
  }

  /** Its next hops, one or several. */
  public List<Multipath.Hop> allHops() {
    return hops == null ? List.of(new Multipath.Hop(this, 1)) : hops.hops();
  }

  /** Whether it leads, perhaps among others, by a device. */
  public boolean uses(NetDevice out) {
    return hops == null ? out.equals(device) : hops.uses(out);
  }

  /** Bytes that a packet of this route may have when it leaves by {@code out}. */
  public int mtu(NetDevice out) {
    return mtu == 0 ? out.mtu() : Math.min(mtu, out.mtu());
  }
}
