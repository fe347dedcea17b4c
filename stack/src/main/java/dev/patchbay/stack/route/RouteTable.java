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
  /** Nodes and prefixes that one piece of {@link #sweep} looks at: less than a millisecond. */
  private static final int SWEPT = 600;

  private final long id;
  private final boolean v4;

  /** A {@link Route}, or a {@code Route[]} where a prefix has several. */
  private final PrefixTree<Object> tree = new PrefixTree<>();

  private final DyingRoutes dying;
  private int size;

  /**
   * @param dying what is still in it and counts no more
   */
  RouteTable(long id, boolean v4, DyingRoutes dying) {
    this.id = id;
    this.v4 = v4;
    this.dying = dying;
  }

  /** Routes in it, those counted that are about to go. */
  public int size() {
    return size;
  }

  private long keyHi(long hi, long lo) {
    return v4 ? lo << 32 : hi;
  }

  private long keyLo(long lo) {
    return v4 ? 0 : lo;
  }

  /**
   * The route of the longest prefix and the least metric that a packet may take, of whatever type;
   * or null. Of several next hops none is chosen yet.
   */
  @Nullable Route lookup(FlowKey key) {
    NetDevice output = key.output;
    if (output != null) {
      return lookup(key, output);
    }
    int tos = key.tos & RuleMatch.TOS4;
    Object found = tree.first(keyHi(key.dstHi, key.dstLo), keyLo(key.dstLo));
    for (; found != null; found = tree.next()) {
      if (found instanceof Route one) {
        if ((one.tos() == 0 || one.tos() == tos) && !dying.has(one)) {
          return one;
        }
      } else {
        Route first = null;
        for (Route route : (Route[]) found) {
          if ((route.tos() == 0 || route.tos() == tos) && !dying.has(route)) {
            if (key.preferred == null || route.uses(key.preferred)) {
              return route;
            }
            first = first == null ? route : first;
          }
        }
        if (first != null) {
          return first;
        }
      }
    }
    return null;
  }

  /** Bits of the prefix of what {@link #lookup} found last. */
  int matchedLength() {
    return tree.matchedLength();
  }

  /** The type of an address as this table has it; of others UNICAST. */
  Route.Type typeOf(long hi, long lo) {
    Route route = first(hi, lo);
    return route == null ? Route.Type.UNICAST : route.type();
  }

  /** The first route for an address, for packets of whatever type of service; or null. */
  @Nullable Route first(long hi, long lo) {
    Object found = tree.first(keyHi(hi, lo), keyLo(lo));
    for (; found != null; found = tree.next()) {
      if (found instanceof Route one) {
        if (!dying.has(one)) {
          return one;
        }
      } else {
        for (Route route : (Route[]) found) {
          if (!dying.has(route)) {
            return route;
          }
        }
      }
    }
    return null;
  }

  /** The first route in the order of {@link #lookup} that suits, with its prefix; or null. */
  @Nullable RouteEntry match(FlowKey key, Predicate<Route> suits) {
    int tos = key.tos & RuleMatch.TOS4;
    Object found = tree.first(keyHi(key.dstHi, key.dstLo), keyLo(key.dstLo));
    for (; found != null; found = tree.next()) {
      for (Route route : listed(found)) {
        if ((route.tos() == 0 || route.tos() == tos) && suits.test(route)) {
          int prefix = tree.matchedLength();
          IpAddress network = new IpAddress(key.dstHi, key.dstLo).network(prefix);
          return new RouteEntry(id, network, prefix, route);
        }
      }
    }
    return null;
  }

  private List<Route> listed(Object found) {
    List<Route> all = found instanceof Route one ? List.of(one) : Arrays.asList((Route[]) found);
    return dying.isEmpty() ? all : all.stream().filter(route -> !dying.has(route)).toList();
  }

  /**
   * The first route by one device, or null where there is none. A route that refuses is none either
   * ({@code fib_table_lookup} looks at its type before the device; in IPv6 it is one of the
   * loopback's).
   */
  private @Nullable Route lookup(FlowKey key, NetDevice device) {
    int tos = key.tos & RuleMatch.TOS4;
    Object found = tree.first(keyHi(key.dstHi, key.dstLo), keyLo(key.dstLo));
    for (; found != null; found = tree.next()) {
      if (found instanceof Route one) {
        if (isBy(one, device, tos)) {
          return one;
        }
      } else {
        for (Route route : (Route[]) found) {
          if (isBy(route, device, tos)) {
            return route;
          }
        }
      }
    }
    return null;
  }

  private boolean isBy(Route route, NetDevice device, int tos) {
    if (route.tos() != 0 && route.tos() != tos || dying.has(route)) {
      return false;
    }
    Multipath hops = route.hops();
    return (hops == null ? device.equals(route.device()) : hops.by(device) != null)
        || v4 && route.type().isRefusal();
  }

  private @Nullable Object at(IpAddress to, int prefix) {
    return tree.get(keyHi(to.hi(), to.lo()), keyLo(to.lo()), prefix);
  }

  private void set(IpAddress to, int prefix, List<Route> routes) {
    Object before = at(to, prefix);
    int old = before == null ? 0 : before instanceof Route[] several ? several.length : 1;
    set(keyHi(to.hi(), to.lo()), keyLo(to.lo()), prefix, routes, old);
  }

  private void set(long hi, long lo, int prefix, List<Route> routes, int before) {
    size += routes.size() - before;
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
    return listed(found);
  }

  /** All routes; the table must not change meanwhile. */
  void forEach(Consumer<RouteEntry> visitor) {
    tree.forEach((hi, lo, prefix, found) -> {
      IpAddress to = address(hi, lo);
      if (found instanceof Route one) {
        if (!dying.has(one)) {
          visitor.accept(new RouteEntry(id, to, prefix, one));
        }
      } else {
        for (Route route : listed(found)) {
          visitor.accept(new RouteEntry(id, to, prefix, route));
        }
      }
    });
  }

  private IpAddress address(long hi, long lo) {
    return v4 ? new IpAddress(0, IpAddress.ANY4.lo() | hi >>> 32) : new IpAddress(hi, lo);
  }

  /**
   * Takes some of what is dying out, behind where the cursor stands: a bounded piece of work.
   *
   * @param gone is told of each
   */
  void sweep(PrefixTree.Cursor cursor, Consumer<RouteEntry> gone) {
    List<RouteEntry> found = new ArrayList<>();
    tree.visitSome(
        cursor,
        SWEPT,
        (hi, lo, prefix, value) -> {
          for (Route route : value instanceof Route one ? List.of(one) : List.of((Route[]) value)) {
            if (dying.has(route)) {
              found.add(new RouteEntry(id, address(hi, lo), prefix, route));
            }
          }
        });
    for (RouteEntry entry : found) {
      set(entry.destination(), entry.prefix(), of(entry.destination(), entry.prefix()));
      gone.accept(entry);
    }
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
    while (first < routes.size() && isBefore(routes.get(first), route)) {
      first++;
    }
    int end = first;
    while (end < routes.size() && !isBefore(route, routes.get(end))) {
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
    } else {
      routes.add(how == RouteChange.PREPEND && v4 ? first : end, route);
    }
    set(to, prefix, routes);
    return replaced;
  }

  /** {@code fib_find_alias}: the highest type of service comes first, then the least metric. */
  private static boolean isBefore(Route a, Route b) {
    return a.tos() > b.tos() || a.tos() == b.tos() && a.metric() < b.metric();
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

  /**
   * The route by gateways of a prefix and metric to which further ones are siblings ({@code
   * rt6_qualify_for_ecmp}), or null.
   */
  @Nullable Route sibling(IpAddress to, int prefix, Route route) {
    for (Route known : of(to, prefix)) {
      if (known.metric() == route.metric() && known.gateway() != null) {
        return known;
      }
    }
    return null;
  }

  /** Puts a route in the place of another one that is there. */
  void swap(IpAddress to, int prefix, Route old, Route route) {
    List<Route> routes = new ArrayList<>(of(to, prefix));
    routes.set(routes.indexOf(old), route);
    set(to, prefix, routes);
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
        set(to, prefix, routes);
        return gone;
      }
    }
    return null;
  }
}
