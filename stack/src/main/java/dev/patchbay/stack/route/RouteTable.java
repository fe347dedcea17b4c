package dev.patchbay.stack.route;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One table of one family ({@code fib_table}, {@code fib6_table}).
 *
 * <p>A prefix has one route or several, the one of the least metric first. A look-up allocates
 * nothing. Of the loop's thread.
 */
public final class RouteTable {
  private final long id;
  private final boolean v4;

  /** A {@link Route}, or a {@code Route[]} where a prefix has several. */
  private final PrefixTree<Object> tree = new PrefixTree<>();

  private int size;

  RouteTable(long id, boolean v4) {
    this.id = id;
    this.v4 = v4;
  }

  /** Routes in it. */
  public int size() {
    return size;
  }

  private long keyHi(long hi, long lo) {
    return v4 ? lo << 32 : hi;
  }

  private long keyLo(long lo) {
    return v4 ? 0 : lo;
  }

  private static Route best(Object found) {
    return found instanceof Route one ? one : ((Route[]) found)[0];
  }

  /** The route of the longest prefix and the least metric, of whatever type; or null. */
  @Nullable Route lookup(long hi, long lo) {
    Object found = tree.first(keyHi(hi, lo), keyLo(lo));
    return found == null ? null : best(found);
  }

  /** The first route in the order of {@link #lookup} that suits, with its prefix; or null. */
  @Nullable RouteEntry match(long hi, long lo, Predicate<Route> suits) {
    Object found = tree.first(keyHi(hi, lo), keyLo(lo));
    for (; found != null; found = tree.next()) {
      List<Route> routes =
          found instanceof Route one ? List.of(one) : Arrays.asList((Route[]) found);
      for (Route route : routes) {
        if (suits.test(route)) {
          int prefix = tree.matchedLength();
          return new RouteEntry(id, new IpAddress(hi, lo).network(prefix), prefix, route);
        }
      }
    }
    return null;
  }

  /**
   * The first route by one device, or null where there is none. A route that refuses is none either
   * ({@code fib_table_lookup} looks at its type before the device; in IPv6 it is one of the
   * loopback's).
   */
  @Nullable Route lookup(long hi, long lo, NetDevice device) {
    Object found = tree.first(keyHi(hi, lo), keyLo(lo));
    for (; found != null; found = tree.next()) {
      if (found instanceof Route one) {
        if (isBy(one, device)) {
          return one;
        }
      } else {
        for (Route route : (Route[]) found) {
          if (isBy(route, device)) {
            return route;
          }
        }
      }
    }
    return null;
  }

  private boolean isBy(Route route, NetDevice device) {
    return device.equals(route.device()) || v4 && route.type().isRefusal();
  }

  private @Nullable Object at(IpAddress to, int prefix) {
    return tree.get(keyHi(to.hi(), to.lo()), keyLo(to.lo()), prefix);
  }

  private void set(IpAddress to, int prefix, List<Route> routes) {
    long hi = keyHi(to.hi(), to.lo());
    long lo = keyLo(to.lo());
    if (routes.isEmpty()) {
      tree.remove(hi, lo, prefix);
    } else {
      tree.put(
          hi, lo, prefix, routes.size() == 1 ? routes.getFirst() : routes.toArray(Route[]::new));
    }
  }

  /** The routes of exactly one prefix, the least metric first. */
  List<Route> of(IpAddress to, int prefix) {
    Object found = at(to, prefix);
    if (found == null) {
      return List.of();
    }
    return found instanceof Route one ? List.of(one) : Arrays.asList((Route[]) found);
  }

  /** All routes; the table must not change meanwhile. */
  void forEach(Consumer<RouteEntry> visitor) {
    tree.forEach((hi, lo, prefix, found) -> {
      IpAddress to = v4 ? new IpAddress(0, IpAddress.ANY4.lo() | hi >>> 32) : new IpAddress(hi, lo);
      if (found instanceof Route one) {
        visitor.accept(new RouteEntry(id, to, prefix, one));
      } else {
        for (Route route : (Route[]) found) {
          visitor.accept(new RouteEntry(id, to, prefix, route));
        }
      }
    });
  }

  /**
   * Puts a route in ({@code fib_table_insert}, {@code fib6_add}).
   *
   * @return what was there in its place (with {@link RouteChange#REPLACE} and CHANGE), else null
   * @throws RouteRefusedException {@code EEXIST} or {@code ENOENT}
   */
  @Nullable Route insert(IpAddress to, int prefix, Route route, RouteChange how)
      throws RouteRefusedException {
    List<Route> routes = new ArrayList<>(of(to, prefix));
    int first = 0;
    while (first < routes.size() && routes.get(first).metric() < route.metric()) {
      first++;
    }
    int end = first;
    while (end < routes.size() && routes.get(end).metric() == route.metric()) {
      end++;
    }
    Route replaced = null;
    if (how.replaces() && first < end) {
      int at = v4 ? first : sameKind(routes, first, end, route);
      if (v4 && routes.subList(first, end).indexOf(route) > 0) {
        throw new RouteRefusedException(Errno.EEXIST);
      }
      replaced = routes.set(at, route);
    } else if (how == RouteChange.CHANGE) {
      throw v4
          ? new RouteRefusedException(Errno.ENOENT)
          : new RouteRefusedException(Errno.ENOENT, "Can not replace route - no match found");
    } else if (how == RouteChange.ADD && first < end
        || isThere(routes.subList(first, end), route)) {
      throw new RouteRefusedException(Errno.EEXIST);
    } else if (!v4 && route.gateway() != null && byGateway(routes.subList(first, end))) {
      throw new RouteRefusedException(
          Errno.EINVAL, "A route by several gateways is not supported here");
    } else {
      routes.add(how == RouteChange.PREPEND && v4 ? first : end, route);
      size++;
    }
    set(to, prefix, routes);
    return replaced;
  }

  /** {@code fib6_add_rt2node}: a route by a gateway takes the place of such a one. */
  private static int sameKind(List<Route> routes, int first, int end, Route route) {
    for (int i = first; i < end; i++) {
      if ((routes.get(i).gateway() == null) == (route.gateway() == null)) {
        return i;
      }
    }
    return first;
  }

  private static boolean byGateway(List<Route> routes) {
    return routes.stream().anyMatch(route -> route.gateway() != null);
  }

  /** Of IPv6 routes the next hop counts alone ({@code rt6_duplicate_nexthop}). */
  private boolean isThere(List<Route> routes, Route route) {
    for (Route known : routes) {
      boolean same =
          v4
              ? known.equals(route)
              : Objects.equals(known.device(), route.device())
                  && Objects.equals(known.gateway(), route.gateway());
      if (same) {
        return true;
      }
    }
    return false;
  }

  /** Takes the first route of a prefix that suits away. Returns it, or null where none does. */
  @Nullable Route remove(IpAddress to, int prefix, Predicate<Route> suits) {
    List<Route> routes = new ArrayList<>(of(to, prefix));
    for (int i = 0; i < routes.size(); i++) {
      if (suits.test(routes.get(i))) {
        Route gone = routes.remove(i);
        size--;
        set(to, prefix, routes);
        return gone;
      }
    }
    return null;
  }
}
