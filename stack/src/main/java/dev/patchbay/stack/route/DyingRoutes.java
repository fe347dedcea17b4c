package dev.patchbay.stack.route;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Routes of many prefixes that have gone at once, with a device or its addresses, and are still in
 * the tables: nobody is to see them any more. A piece of the tables is swept in each turn of the
 * loop, so that none is held up by a million of them.
 */
final class DyingRoutes {
  private final Set<Route> routes = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Asked first, at each look-up. */
  private boolean any;

  boolean isEmpty() {
    return !any;
  }

  /** Whether it is this very one; one that says the same may live. */
  boolean has(Route route) {
    return any && routes.contains(route);
  }

  void add(Route route) {
    any = true;
    routes.add(route);
  }

  /** All were taken out. */
  void clear() {
    any = false;
    routes.clear();
  }
}
