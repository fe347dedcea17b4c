package dev.patchbay.stack.bridge;

/**
 * Storm control of one bridge port: how many of its frames may go to all other ports. A frame for
 * one station costs the others nothing; one for all, or for a station that no port has, is copied
 * into every cable, and a guest that sends millions of them would leave no room there for anything
 * else. Linux's bridge has no such limit, hardware switches do.
 *
 * <p>A bucket of {@value #BURST} frames that fills with {@value #RATE} a second.
 */
final class StormLimit {
  /** Frames a second: some hundred times what ARP, DHCP and neighbour discovery need. */
  static final int RATE = 5_000;

  /** Frames at once. */
  static final int BURST = 2_000;

  private static final long SECOND = 1_000_000_000L;

  /** What one frame takes, ns of filling. */
  private static final long COST = SECOND / RATE;

  private static final long FULL = BURST * COST;

  /** When the bucket was, or would have been, empty: it holds what has run in since then. */
  private long emptyAt = -FULL;

  /** Whether another frame may be flooded at {@code now}, ns; then it is counted. */
  boolean allows(long now) {
    long empty = Math.max(emptyAt, now - FULL) + COST;
    if (empty > now) {
      return false;
    }
    emptyAt = empty;
    return true;
  }
}
