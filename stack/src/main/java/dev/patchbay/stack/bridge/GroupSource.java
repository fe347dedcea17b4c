package dev.patchbay.stack.bridge;

import dev.patchbay.stack.time.Timer;

/**
 * A source of a {@link PortGroup} (Linux: {@code net_bridge_group_src}): wanted while its timer
 * runs; in mode EXCLUDE unwanted when it has run out.
 */
final class GroupSource {
  final long hi;
  final long lo;
  final Timer timer;

  /** How often is still to be asked for it. */
  long queriesLeft;

  /** Marked while a report is read. */
  boolean marked;

  GroupSource(long hi, long lo, Timer timer) {
    this.hi = hi;
    this.lo = lo;
    this.timer = timer;
  }
}
