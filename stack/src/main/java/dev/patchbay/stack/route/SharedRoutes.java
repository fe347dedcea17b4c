package dev.patchbay.stack.route;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Each route that says something of its own, once ({@code fib_info_hash}), and where it is: so that
 * what a device or an address takes with it is found without a look at all routes.
 *
 * <p>Of a route with more than {@link #MANY} prefixes the places are not kept, since they would
 * cost more than the tree has for them: who wants them walks through the tables.
 */
final class SharedRoutes {
  /** Prefixes of one route up to which their places are known. */
  static final int MANY = 256;

  private final Map<Route, Shared> shared = new HashMap<>();

  private static final class Shared {
    final Route route;
    int users;

    /** Its entries; null where there are too many of them. */
    @Nullable List<RouteEntry> places = new ArrayList<>(1);

    Shared(Route route) {
      this.route = route;
    }
  }

  private final DyingRoutes dying;

  SharedRoutes(DyingRoutes dying) {
    this.dying = dying;
  }

  /** An entry of what shall be put into a table, with the one object that says its route. */
  RouteEntry take(RouteEntry entry) {
    Shared one = shared.computeIfAbsent(entry.route(), this::fresh);
    RouteEntry mine = entry.with(one.route);
    one.users++;
    List<RouteEntry> places = one.places;
    if (places != null && one.users > MANY) {
      one.places = null;
    } else if (places != null) {
      places.add(mine);
    }
    return mine;
  }

  private Shared fresh(Route route) {
    // not the object itself that is about to go
    return new Shared(dying.has(route) ? route.withMetric(route.metric()) : route);
  }

  /**
   * Lets all prefixes of the routes that suit and have too many of them go: they are {@link
   * DyingRoutes dying} from now on.
   *
   * @return whether there are any
   */
  boolean kill(Predicate<Route> suits) {
    boolean any = false;
    for (Iterator<Shared> all = shared.values().iterator(); all.hasNext(); ) {
      Shared one = all.next();
      if (one.places == null && suits.test(one.route)) {
        dying.add(one.route);
        all.remove();
        any = true;
      }
    }
    return any;
  }

  /** An entry has gone from its table. */
  void release(RouteEntry entry) {
    Shared one = shared.get(entry.route());
    if (one == null) {
      return;
    }
    if (one.places != null) {
      one.places.remove(entry);
    }
    if (--one.users == 0) {
      shared.remove(entry.route());
    }
  }

  /**
   * The entries of all routes that suit.
   *
   * @param all tells of every entry of every table
   */
  List<RouteEntry> entriesOf(Predicate<Route> suits, Consumer<Consumer<RouteEntry>> all) {
    List<RouteEntry> found = new ArrayList<>();
    Set<Route> many = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Shared one : shared.values()) {
      if (suits.test(one.route)) {
        if (one.places == null) {
          many.add(one.route);
        } else {
          found.addAll(one.places);
        }
      }
    }
    if (!many.isEmpty()) {
      all.accept(entry -> {
        if (many.contains(entry.route())) {
          found.add(entry);
        }
      });
    }
    return found;
  }
}
