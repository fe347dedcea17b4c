package dev.patchbay.stack.bridge;

import dev.patchbay.stack.time.Timer;

/** What snooping knows of a port (Linux: {@code net_bridge_mcast_port}). */
final class PortSnooping {
  /** Never a router's port. */
  static final int NEVER = 0;

  /** A router's port where queries come from it. */
  static final int LEARN = 1;

  /** Always a router's port. */
  static final int ALWAYS = 2;

  /** A router's port for now, as if a query had come. */
  static final int FOR_NOW = 3;

  /** Groups that are learned behind a port, each member's own where it is sent its own copies. */
  static final int MAX_ENTRIES = 1024;

  /** Sources of all of these. */
  static final int MAX_SOURCES = 4096;

  /** One family's half. */
  static final class Half {
    /** Sends queries of our own by this port. */
    final OwnQuery query;

    /** Ends that there is a router. */
    final Timer routerTimer;

    /** Whether it is among the router ports. */
    boolean isRouter;

    Half(OwnQuery query, Timer routerTimer) {
      this.query = query;
      this.routerTimer = routerTimer;
    }

    void cancel() {
      query.timer.cancel();
      routerTimer.cancel();
    }
  }

  final Half v4;
  final Half v6;

  /** {@link #NEVER} to {@link #FOR_NOW}. */
  int router = LEARN;

  /** Entries of this port in groups, and sources of these. */
  int entries;

  int sources;

  /** The last delivery that it took part in. */
  long delivery;

  PortSnooping(Half v4, Half v6) {
    this.v4 = v4;
    this.v6 = v6;
  }

  Half half(boolean six) {
    return six ? v6 : v4;
  }
}
