package dev.patchbay.stack.route;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The forwarding information base of one family: its tables, and the look-up through them as
 * Linux's standing rules have it ({@code fib_lookup}): local, main, and of IPv4 default. Others are
 * asked by nobody yet.
 *
 * <p>Of the loop's thread. A look-up allocates nothing.
 */
public final class Fib {
  private final boolean v4;
  private final RouteTable local;
  private final RouteTable main;
  private final RouteTable last;
  private final Map<Long, RouteTable> tables = new TreeMap<>();

  /** Each route that says something of its own, and how many prefixes have it. */
  private final Map<Route, Shared> shared = new HashMap<>();

  private final RouteChecks checks = new RouteChecks(this);

  private static final class Shared {
    final Route route;
    int users;

    Shared(Route route) {
      this.route = route;
    }
  }

  /**
   * @param v4 the family
   */
  public Fib(boolean v4) {
    this.v4 = v4;
    local = table(RouteEntry.LOCAL);
    main = table(RouteEntry.MAIN);
    last = new RouteTable(RouteEntry.DEFAULT, v4);
  }

  /** Whether it is IPv4's. */
  public boolean isV4() {
    return v4;
  }

  private RouteTable table(long id) {
    return tables.computeIfAbsent(id, n -> n == RouteEntry.DEFAULT ? last : new RouteTable(n, v4));
  }

  /** Whether a table is there: local and main, and what ever had a route. */
  public boolean hasTable(long id) {
    return tables.containsKey(id);
  }

  /** Routes of all tables. */
  public int size() {
    int size = 0;
    for (RouteTable table : tables.values()) {
      size += table.size();
    }
    return size;
  }

  /** Tells of the routes of all tables, in the order of their numbers; nothing may change then. */
  public void forEach(Consumer<RouteEntry> visitor) {
    tables.values().forEach(table -> table.forEach(visitor));
  }

  // ---- look-up

  /** The route for a destination, or null where there is none. */
  public @Nullable Route lookup(long hi, long lo) {
    Route route = local.lookup(hi, lo);
    if (route == null || route.type() == Route.Type.THROW) {
      route = main.lookup(hi, lo);
    }
    if (v4 && (route == null || route.type() == Route.Type.THROW)) {
      route = last.lookup(hi, lo);
    }
    return route == null || route.type() == Route.Type.THROW ? null : route;
  }

  /**
   * The route for a destination by one device, or null where there is none. A route that refuses is
   * none either.
   */
  public @Nullable Route lookup(long hi, long lo, NetDevice device) {
    Route route = local.lookup(hi, lo, device);
    if (route == null || route.type() == Route.Type.THROW) {
      route = main.lookup(hi, lo, device);
    }
    if (v4 && (route == null || route.type() == Route.Type.THROW)) {
      route = last.lookup(hi, lo, device);
    }
    return route == null || route.device() == null || route.type().isRefusal() ? null : route;
  }

  /** The first route in the order of look-up that suits, with table and prefix; or null. */
  public @Nullable RouteEntry match(IpAddress to, Predicate<Route> suits) {
    RouteEntry entry = local.match(to.hi(), to.lo(), suits);
    if (entry == null || entry.route().type() == Route.Type.THROW) {
      entry = main.match(to.hi(), to.lo(), suits);
    }
    if (v4 && (entry == null || entry.route().type() == Route.Type.THROW)) {
      entry = last.match(to.hi(), to.lo(), suits);
    }
    return entry == null || entry.route().type() == Route.Type.THROW ? null : entry;
  }

  /**
   * The type of an address as the table local has it; of others UNICAST ({@code inet_addr_type}).
   */
  Route.Type addressType(IpAddress address) {
    Route route = local.lookup(address.hi(), address.lo());
    return route == null ? Route.Type.UNICAST : route.type();
  }

  // ---- changes

  /**
   * Puts a route in that an administrator or a protocol wants, after Linux's checks ({@code
   * fib_create_info}, {@code ip6_route_info_create}), which complete it: the device of a gateway,
   * the metric of IPv6.
   *
   * @throws RouteRefusedException with Linux's error and sentence; nothing has changed
   */
  public void change(RouteEntry wanted, RouteChange how) throws RouteRefusedException {
    put(checks.complete(wanted), how);
  }

  /** Puts a route in that the namespace itself makes; one that is there already stays. */
  public void add(long table, IpAddress to, int prefix, Route route) {
    try {
      put(new RouteEntry(table, to, prefix, route), RouteChange.APPEND);
    } catch (RouteRefusedException e) {
      // EEXIST: as fib_magic and addrconf take it
    }
  }

  private void put(RouteEntry entry, RouteChange how) throws RouteRefusedException {
    Shared mine = shared.computeIfAbsent(entry.route(), Shared::new);
    mine.users++;
    try {
      Route replaced =
          table(entry.table()).insert(entry.destination(), entry.prefix(), mine.route, how);
      if (replaced != null) {
        release(replaced);
      }
    } catch (RouteRefusedException e) {
      release(mine.route);
      throw e;
    }
  }

  private void release(Route route) {
    Shared one = shared.get(route);
    if (one != null && --one.users == 0) {
      shared.remove(route);
    }
  }

  /**
   * Takes the first route of a prefix that suits away.
   *
   * @return the route
   * @throws RouteRefusedException {@code ESRCH} where there is none
   */
  public Route remove(long table, IpAddress to, int prefix, Predicate<Route> suits)
      throws RouteRefusedException {
    RouteTable from = tables.get(table);
    Route gone = from == null ? null : from.remove(to, prefix, suits);
    if (gone == null) {
      throw new RouteRefusedException(Errno.ESRCH);
    }
    release(gone);
    return gone;
  }

  /** Takes a route away that was listed; nothing where it has gone meanwhile. */
  public void remove(RouteEntry entry) {
    RouteTable from = tables.get(entry.table());
    Route route = entry.route();
    if (from != null && from.remove(entry.destination(), entry.prefix(), route::equals) != null) {
      release(route);
    }
  }

  /** Takes away all routes that suit: a look at each. Returns how many. */
  public int removeAll(Predicate<RouteEntry> suits) {
    List<RouteEntry> going = new ArrayList<>();
    forEach(entry -> {
      if (suits.test(entry)) {
        going.add(entry);
      }
    });
    going.forEach(this::remove);
    return going.size();
  }

  /** Removes what leads to a device that goes away. */
  public void removeDevice(NetDevice device) {
    removeAll(entry -> device.equals(entry.route().device()));
  }
}
