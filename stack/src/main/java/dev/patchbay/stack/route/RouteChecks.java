package dev.patchbay.stack.route;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Linux asks of a route before it takes it ({@code fib_create_info} and {@code fib_check_nh}
 * of IPv4, {@code ip6_route_info_create} and {@code fib6_nh_init} of IPv6), with its errors.
 */
final class RouteChecks {
  /** RFC 791: "Every internet module must be able to forward a datagram of 68 octets". */
  private static final int LEAST_MTU = 68;

  /** RFC 8200 section 5. */
  private static final int LEAST_MTU6 = 1280;

  /** {@code IP6_RT_PRIO_USER}. */
  private static final long METRIC_OF_USERS6 = 1024;

  private final Fib fib;

  RouteChecks(Fib fib) {
    this.fib = fib;
  }

  /** The entry as it is put into its table. */
  RouteEntry complete(RouteEntry wanted) throws RouteRefusedException {
    IpAddress to = wanted.destination();
    IpAddress network = to.network(wanted.prefix());
    if (fib.isV4() && !network.equals(to)) {
      throw refused(Errno.EINVAL, "Invalid prefix for given prefix length");
    }
    int least = fib.isV4() ? LEAST_MTU : LEAST_MTU6;
    if (wanted.route().mtu() != 0 && wanted.route().mtu() < least) {
      throw refused(Errno.EINVAL, "An mtu below " + least + " is not supported here");
    }
    Route route = fib.isV4() ? complete4(wanted) : completeAll6(wanted.route());
    return new RouteEntry(wanted.table(), network, wanted.prefix(), route);
  }

  private static RouteRefusedException refused(int errno, String sentence) {
    return new RouteRefusedException(errno, sentence);
  }

  private Route complete4(RouteEntry wanted) throws RouteRefusedException {
    Route route = wanted.route();
    if ((route.tos() & 3) != 0) {
      throw refused(Errno.EINVAL, "Invalid dsfield (tos): ECN bits must be 0");
    }
    if (leastScope(route.type()).compareTo(route.scope()) > 0) {
      throw refused(Errno.EINVAL, "Invalid scope");
    }
    if (route.type().isRefusal()) {
      if (route.gateway() != null || route.device() != null || route.hops() != null) {
        throw refused(
            Errno.EINVAL, "Gateway, device and multipath can not be specified for this route type");
      }
      return route;
    }
    if (route.scope().compareTo(Scope.HOST) > 0) {
      throw refused(Errno.EINVAL, "Invalid scope");
    }
    if (route.scope() == Scope.HOST) {
      if (route.gateway() != null) {
        throw refused(Errno.EINVAL, "Route with host scope can not have a gateway");
      }
      if (route.device() == null) {
        throw new RouteRefusedException(Errno.ENODEV);
      }
    }
    Route complete = route.hops() == null ? way4(route) : ways4(route, route.hops());
    IpAddress source = route.source();
    boolean itself = route.type() == Route.Type.LOCAL && wanted.destination().equals(source);
    if (source != null && !itself && fib.addressType(source) != Route.Type.LOCAL) {
      throw refused(Errno.EINVAL, "Invalid prefsrc address");
    }
    return complete;
  }

  private Route way4(Route route) throws RouteRefusedException {
    IpAddress gateway = route.gateway();
    return gateway == null ? direct4(route) : indirect4(route, gateway);
  }

  /** {@code fib_get_nhs}; what was said of the way of the whole is to be that of the first hop. */
  private Route ways4(Route route, Multipath several) throws RouteRefusedException {
    Route first = several.hops().getFirst().way();
    if (route.device() != null && !route.device().equals(first.device())) {
      throw refused(Errno.EINVAL, "Nexthop device index does not match RTA_OIF");
    }
    if (route.gateway() != null && !route.gateway().equals(first.gateway())) {
      throw refused(Errno.EINVAL, "Nexthop gateway does not match RTA_GATEWAY or RTA_VIA");
    }
    List<Multipath.Hop> complete = new ArrayList<>();
    for (Multipath.Hop hop : several.hops()) {
      Route way = hop.way();
      way = way4(route.withHop(way.gateway(), way.device(), way.onlink()));
      complete.add(new Multipath.Hop(way, hop.weight()));
    }
    return route.withHops(complete);
  }

  /** {@code fib_props}: what reaches less far cannot be of that type. */
  private static Scope leastScope(Route.Type type) {
    return switch (type) {
      case LOCAL -> Scope.HOST;
      case BROADCAST, ANYCAST -> Scope.LINK;
      default -> Scope.GLOBAL;
    };
  }

  private static Route direct4(Route route) throws RouteRefusedException {
    NetDevice out = route.device();
    if (route.onlink()) {
      throw refused(
          Errno.EINVAL, "Invalid flags for nexthop - PERVASIVE and ONLINK can not be set");
    }
    if (out == null) {
      throw new RouteRefusedException(Errno.ENODEV);
    }
    if (route.scope() != Scope.HOST && !out.isUp()) {
      throw refused(Errno.ENETDOWN, "Device for nexthop is not up");
    }
    return route;
  }

  private Route indirect4(Route route, IpAddress gateway) throws RouteRefusedException {
    if (route.onlink()) {
      return onlink4(route, gateway);
    }
    NetDevice wanted = route.device();
    RouteEntry found =
        fib.match(gateway, r -> reaches(r, route) && (wanted == null || isBy(r, wanted)));
    Route way = found == null ? null : found.route();
    if (way == null || way.type().isRefusal()) {
      throw refused(Errno.ENETUNREACH, "Nexthop has invalid gateway");
    }
    if (way.type() != Route.Type.UNICAST && way.type() != Route.Type.LOCAL) {
      throw refused(Errno.EINVAL, "Nexthop has invalid gateway");
    }
    NetDevice out = way.device();
    if (out == null) {
      throw refused(Errno.ENODEV, "No egress device for nexthop");
    }
    if (!out.isUp()) {
      throw refused(Errno.ENETDOWN, "Nexthop device is not up");
    }
    return route.withDevice(out);
  }

  /** What leads to a gateway reaches less far than what leads by it. */
  private static boolean reaches(Route way, Route route) {
    return way.scope().compareTo(Scope.LINK) >= 0 && way.scope().compareTo(route.scope()) > 0;
  }

  private static boolean isBy(Route route, NetDevice device) {
    return device.equals(route.device());
  }

  private Route onlink4(Route route, IpAddress gateway) throws RouteRefusedException {
    NetDevice out = route.device();
    if (out == null) {
      throw refused(Errno.ENODEV, "Nexthop device required for onlink");
    }
    if (!out.isUp()) {
      throw refused(Errno.ENETDOWN, "Nexthop device is not up");
    }
    if (fib.addressType(gateway) != Route.Type.UNICAST
        || Addresses.isMulticast(gateway.hi(), gateway.lo())) {
      throw refused(Errno.EINVAL, "Nexthop has invalid gateway");
    }
    return route;
  }

  /** {@code ip6_route_multipath_add}: each next hop is a route of its own. */
  private Route completeAll6(Route wanted) throws RouteRefusedException {
    if (wanted.tos() != 0) {
      throw refused(Errno.EINVAL, "Invalid dsfield (tos): option not available for IPv6");
    }
    Multipath several = wanted.hops();
    if (several == null) {
      return complete6(wanted);
    }
    List<Multipath.Hop> complete = new ArrayList<>();
    for (Multipath.Hop hop : several.hops()) {
      Route way = hop.way();
      way = complete6(wanted.withHop(way.gateway(), way.device(), way.onlink()));
      if (way.gateway() == null) {
        throw refused(
            Errno.EINVAL, "Device only routes can not be added for IPv6 using the multipath API");
      }
      Multipath.Hop mine = new Multipath.Hop(way, hop.weight());
      if (complete.stream().anyMatch(other -> other.isSameWay(mine))) {
        throw new RouteRefusedException(Errno.EEXIST);
      }
      complete.add(mine);
    }
    return complete.getFirst().way().withHops(complete);
  }

  private Route complete6(Route wanted) throws RouteRefusedException {
    Route route = wanted.metric() == 0 ? wanted.withMetric(METRIC_OF_USERS6) : wanted;
    if (route.type().isRefusal()) {
      return refusal6(route);
    }
    IpAddress gateway = route.gateway();
    if (gateway != null) {
      route = indirect6(route, gateway);
    }
    NetDevice out = route.device();
    if (out == null) {
      throw new RouteRefusedException(Errno.ENODEV);
    }
    if (!out.isUp()) {
      throw refused(Errno.ENETDOWN, "Nexthop device is not up");
    }
    IpAddress source = route.source();
    if (source != null && !has(out, source)) {
      throw refused(Errno.EINVAL, "Invalid source address");
    }
    return route;
  }

  /** What refuses stands at the loopback, whatever way was named. */
  private Route refusal6(Route route) throws RouteRefusedException {
    IpAddress source = route.source();
    if (source != null && fib.addressType(source) != Route.Type.LOCAL) {
      throw refused(Errno.EINVAL, "Invalid source address");
    }
    return route.withoutWay();
  }

  private static boolean has(NetDevice device, IpAddress address) {
    for (InterfaceAddress own : device.addresses()) {
      if (own.address().equals(address)) {
        return true;
      }
    }
    return false;
  }

  /** {@code ip6_validate_gw}. */
  private Route indirect6(Route route, IpAddress gateway) throws RouteRefusedException {
    NetDevice wanted = route.device();
    Route own = fib.lookup(gateway.hi(), gateway.lo());
    boolean linkLocal = Addresses.isLinkLocal(gateway.hi(), gateway.lo());
    if (own != null
        && own.type() == Route.Type.LOCAL
        && (!linkLocal || wanted == null || isBy(own, wanted))) {
      throw refused(Errno.EINVAL, "Gateway can not be a local address");
    }
    if (!linkLocal) {
      if (Addresses.isMulticast(gateway.hi(), gateway.lo())
          || Addresses.isAny(gateway.hi(), gateway.lo())) {
        throw refused(Errno.EINVAL, "Invalid gateway address");
      }
      if (route.onlink()) {
        return onlink6(route, own);
      }
      return route.withDevice(wayTo6(gateway, wanted));
    }
    if (wanted == null) {
      throw refused(Errno.EINVAL, "Egress device not specified");
    }
    if (wanted.kind() == NetDevice.Kind.LOOPBACK) {
      throw refused(Errno.EINVAL, "Egress device can not be loopback device for this route");
    }
    return route;
  }

  private static Route onlink6(Route route, @Nullable Route own) throws RouteRefusedException {
    if (route.device() == null) {
      throw refused(Errno.ENODEV, "Nexthop device required for onlink");
    }
    if (own != null
        && own.type() == Route.Type.UNICAST
        && own.gateway() == null
        && !isBy(own, route.device())) {
      throw refused(Errno.EINVAL, "Nexthop has invalid gateway or device mismatch");
    }
    return route;
  }

  /** {@code ip6_route_check_nh}: a gateway is a neighbour, by a route of its own. */
  private NetDevice wayTo6(IpAddress gateway, @Nullable NetDevice wanted)
      throws RouteRefusedException {
    Route way =
        wanted == null
            ? fib.lookup(gateway.hi(), gateway.lo())
            : fib.lookup(gateway.hi(), gateway.lo(), wanted);
    NetDevice out = way == null ? null : way.device();
    if (way == null || way.gateway() != null || way.type().isRefusal() || out == null) {
      throw new RouteRefusedException(Errno.EHOSTUNREACH);
    }
    if (out.kind() == NetDevice.Kind.LOOPBACK) {
      throw refused(Errno.EINVAL, "Egress device can not be loopback device for this route");
    }
    return out;
  }
}
