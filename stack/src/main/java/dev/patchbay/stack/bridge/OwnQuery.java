package dev.patchbay.stack.bridge;

import dev.patchbay.stack.time.Timer;

/** General queries of our own, by a port or to ourselves ({@code bridge_mcast_own_query}). */
final class OwnQuery {
  final Timer timer;

  /** How many of the first ones were sent. */
  long sent;

  OwnQuery(Timer timer) {
    this.timer = timer;
  }

  /** Begins with the first ones at once. */
  void begin(long now) {
    sent = 0;
    timer.arm(now);
  }

  void count(long most) {
    if (sent < most) {
      sent++;
    }
  }
}
