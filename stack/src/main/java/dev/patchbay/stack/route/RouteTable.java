package dev.patchbay.stack.route;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one family with longest-prefix look-up.
 *
 * <p>The look-up structure is one hash table per prefix length that occurs, asked from the longest
 * to the shortest, local before main: a router with a handful of prefix lengths answers in a
 * handful of probes however many routes it has. A look-up allocates nothing.
 */
public final class RouteTable {
  private final boolean v4;
  private final List<Route> routes = new ArrayList<>();
  private Level[] levels = {};

  /** One prefix length of one table: open addressing over the masked destination. */
  private static final class Level {
    final long maskHi;
    final long maskLo;
    final @Nullable Route[] slots;

    Level(int bits, List<Route> members) {
      maskHi = IpAddress.maskHi(bits);
      maskLo = IpAddress.maskLo(bits);
      slots = new Route[Math.max(4, Integer.highestOneBit(members.size()) << 2)];
      // the best metric of a prefix comes first, so that it wins the slot
      members.stream().sorted(Comparator.comparingInt(Route::metric)).forEach(this::insert);
    }

    private void insert(Route route) {
      int at = slot(route.destination().hi(), route.destination().lo());
      for (Route r = slots[at]; r != null; r = slots[at]) {
        if (r.destination().equals(route.destination())) {
          return;
        }
        at = at + 1 & slots.length - 1;
      }
      slots[at] = route;
    }

    private int slot(long hi, long lo) {
      long h = (hi * 0x9e3779b97f4a7c15L ^ lo) * 0xd6e8feb86659fd93L;
      return (int) (h >>> 40) & slots.length - 1;
    }

    @Nullable Route find(long hi, long lo) {
      long netHi = hi & maskHi;
      long netLo = lo & maskLo;
      int at = slot(netHi, netLo);
      for (Route r = slots[at]; r != null; r = slots[at]) {
        if (r.destination().lo() == netLo && r.destination().hi() == netHi) {
          return r;
        }
        at = at + 1 & slots.length - 1;
      }
      return null;
    }
  }

  /**
   * @param v4 the family
   */
  public RouteTable(boolean v4) {
    this.v4 = v4;
  }

  /** All routes in the order in which they were added. */
  public List<Route> routes() {
    return List.copyOf(routes);
  }

  /**
   * Adds a route.
   *
   * @return false where one of the same prefix, metric and table is there ({@code EEXIST})
   */
  public boolean add(Route route) {
    for (Route known : routes) {
      if (known.sameKey(route) && (v4 || sameHop(known, route))) {
        return false;
      }
    }
    routes.add(route);
    rebuild();
    return true;
  }

  private static boolean sameHop(Route a, Route b) {
    return Objects.equals(a.device(), b.device()) && Objects.equals(a.gateway(), b.gateway());
  }

  /** Removes a route; false where it is not there ({@code ESRCH}). */
  public boolean remove(Route route) {
    boolean was = routes.remove(route);
    rebuild();
    return was;
  }

  /** Removes what leads to a device that goes away. */
  public void removeDevice(NetDevice device) {
    routes.removeIf(route -> device.equals(route.device()));
    rebuild();
  }

  private void rebuild() {
    List<Level> built = new ArrayList<>();
    for (int table = 0; table < 2; table++) {
      boolean local = table == 0;
      for (int prefix = v4 ? 32 : 128; prefix >= 0; prefix--) {
        int length = prefix;
        List<Route> members =
            routes.stream().filter(r -> r.prefix() == length && r.local() == local).toList();
        if (!members.isEmpty()) {
          built.add(new Level(v4 ? prefix + 96 : prefix, members));
        }
      }
    }
    levels = built.toArray(Level[]::new);
  }

  /** The route for a destination, or null where there is none. */
  public @Nullable Route lookup(long hi, long lo) {
    for (Level level : levels) {
      Route found = level.find(hi, lo);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /**
   * The route for a destination by one device, or null where there is none: a look at all routes,
   * since few sockets are bound to a device. A route that refuses is none either ({@code
   * fib_table_lookup} looks at its type before the device; in IPv6 it is one of the loopback's).
   */
  public @Nullable Route lookup(long hi, long lo, NetDevice device) {
    Route best = null;
    for (int i = 0; i < routes.size(); i++) {
      Route r = routes.get(i);
      int bits = v4 ? r.prefix() + 96 : r.prefix();
      if ((device.equals(r.device()) || v4 && r.device() == null)
          && r.destination().hi() == (hi & IpAddress.maskHi(bits))
          && r.destination().lo() == (lo & IpAddress.maskLo(bits))
          && (best == null || precedes(r, best))) {
        best = r;
      }
    }
    return best == null || best.device() == null ? null : best;
  }

  private static boolean precedes(Route a, Route b) {
    if (a.local() != b.local()) {
      return a.local();
    }
    return a.prefix() == b.prefix() ? a.metric() < b.metric() : a.prefix() > b.prefix();
  }
}
