package dev.patchbay.stack.autoconf;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The routes of all devices that advertisements have made, each with its end. Of several by routers
 * to the same prefix the preferred stands first in the table, so that it is the one that is taken.
 */
final class LearnedRoutes {
  /** Routes that advertisements may make by one device. */
  static final int LIMIT = 32;

  private static final long SECOND = 1_000_000_000L;
  private static final long FOREVER = 0xffff_ffffL;

  /** {@code IP6_RT_PRIO_USER}, {@code IP6_RT_PRIO_ADDRCONF}. */
  private static final long METRIC_ROUTER = 1024;

  private static final long METRIC_PREFIX = 256;

  private final NetworkStack stack;
  private final List<LearnedRoute> all = new ArrayList<>();
  private long refused;

  LearnedRoutes(NetworkStack stack) {
    this.stack = stack;
  }

  /** Routes that were not made for their number. */
  long refused() {
    return refused;
  }

  @Nullable LearnedRoute find(RouteEntry entry) {
    if (entry.table() != RouteEntry.MAIN) {
      return null;
    }
    for (LearnedRoute learned : all) {
      if (learned.prefix == entry.prefix()
          && learned.route.equals(entry.route())
          && learned.destination.equals(entry.destination())) {
        return learned;
      }
    }
    return null;
  }

  /**
   * Notes a route, or ends it.
   *
   * @param router null for what is on the link
   * @param lifetime seconds; 0 ends it
   * @param preference 1 high, 0 medium, -1 low
   * @param mtu of the path, 0 for the device's
   */
  void heard(
      NetDevice device,
      IpAddress destination,
      int prefix,
      @Nullable IpAddress router,
      long lifetime,
      int preference,
      int hopLimit,
      int mtu) {
    LearnedRoute known = null;
    int count = 0;
    for (LearnedRoute learned : all) {
      if (learned.device.equals(device)) {
        count++;
        if (learned.prefix == prefix
            && learned.destination.equals(destination)
            && Objects.equals(learned.router, router)) {
          known = learned;
        }
      }
    }
    if (lifetime == 0) {
      if (known != null) {
        remove(known);
      }
      return;
    }
    if (known == null && count >= LIMIT) {
      refused++;
      return;
    }
    long expires = lifetime == FOREVER ? Long.MAX_VALUE : stack.loop().now() + lifetime * SECOND;
    Route route = route(device, router, metric(device, prefix, router), mtu);
    boolean settled =
        known != null
            && known.route.equals(route)
            && known.preference == preference
            && stack.routes6().match(destination, route::equals) != null;
    LearnedRoute mine =
        known != null ? known : new LearnedRoute(device, destination, prefix, router, route);
    if (known == null) {
      all.add(mine);
    }
    if (!settled) {
      takeOut(mine);
      mine.route = route;
      mine.preference = preference;
      install(mine);
    }
    mine.hopLimit = hopLimit;
    mine.expires = expires;
  }

  private static long metric(NetDevice device, int prefix, @Nullable IpAddress router) {
    if (router == null) {
      return METRIC_PREFIX;
    }
    return prefix == 0 ? device.conf6().get(Ipv6Key.RA_DEFRTR_METRIC) : METRIC_ROUTER;
  }

  private static Route route(NetDevice device, @Nullable IpAddress router, long metric, int mtu) {
    Route route =
        new Route(
            Route.Type.UNICAST,
            router,
            device,
            null,
            metric,
            router == null ? "kernel" : "ra",
            Scope.GLOBAL,
            false,
            0);
    return mtu == 0 || mtu >= device.mtu()
        ? route
        : new Route(
            route.type(),
            router,
            device,
            null,
            route.metric(),
            route.protocol(),
            Scope.GLOBAL,
            false,
            mtu);
  }

  /** Puts it into the table, and those of its prefix that come behind it behind it. */
  private void install(LearnedRoute mine) {
    Fib fib = stack.routes6();
    if (mine.router == null) {
      fib.add(RouteEntry.MAIN, mine.destination, mine.prefix, mine.route);
      return;
    }
    List<LearnedRoute> same = new ArrayList<>();
    for (LearnedRoute learned : all) {
      if (learned.router != null
          && learned.prefix == mine.prefix
          && learned.destination.equals(mine.destination)) {
        same.add(learned);
      }
    }
    same.sort(Comparator.comparingInt((LearnedRoute learned) -> -learned.preference));
    for (LearnedRoute learned : same) {
      fib.remove(learned.entry());
      fib.addAlone(learned.entry());
    }
  }

  private void takeOut(LearnedRoute learned) {
    if (learned.router != null || !isMadeByAddress(learned)) {
      stack.routes6().remove(learned.entry());
    }
  }

  /** Whether an address that was given by hand makes the same route of its network. */
  private static boolean isMadeByAddress(LearnedRoute learned) {
    for (InterfaceAddress own : learned.device.addresses()) {
      if (!own.address().isV4()
          && !own.is(InterfaceAddress.NOPREFIXROUTE | InterfaceAddress.AUTOCONFIGURED)
          && own.prefix() == learned.prefix
          && own.address().network(own.prefix()).equals(learned.destination)) {
        return true;
      }
    }
    return false;
  }

  private void remove(LearnedRoute learned) {
    all.remove(learned);
    takeOut(learned);
  }

  /** Ends what is due; tells when the next one is, {@link Long#MAX_VALUE} for never. */
  long expire(long now) {
    long next = Long.MAX_VALUE;
    for (LearnedRoute learned : List.copyOf(all)) {
      if (learned.expires <= now) {
        remove(learned);
      } else {
        next = Math.min(next, learned.expires);
      }
    }
    return next;
  }

  /** Forgets what a device had; its routes have gone with it, or go now. */
  void forget(NetDevice device) {
    for (LearnedRoute learned : List.copyOf(all)) {
      if (learned.device.equals(device)) {
        remove(learned);
      }
    }
  }

  /** Ends the default routes of some devices. */
  void forgetDefaultRouters(Predicate<NetDevice> of) {
    for (LearnedRoute learned : List.copyOf(all)) {
      if (learned.router != null && learned.isDefault() && of.test(learned.device)) {
        remove(learned);
      }
    }
  }

  /** The hop limit of the default route by a router, 0 where it has told none. */
  int hopLimit(NetDevice device, IpAddress router) {
    for (LearnedRoute learned : all) {
      if (learned.device.equals(device) && learned.isDefault() && router.equals(learned.router)) {
        return learned.hopLimit;
      }
    }
    return 0;
  }
}
