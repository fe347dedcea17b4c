package dev.patchbay.stack.qdisc;

import java.util.List;

/**
 * Options of prio.
 *
 * @param bands 2 to 16; others are refused when they are set
 * @param priomap the band of each of the 16 priorities
 */
public record PrioOptions(int bands, List<Integer> priomap) implements QdiscOptions {
  /** Number of priorities ({@code TC_PRIO_MAX + 1}). */
  public static final int PRIORITIES = 16;

  /** Three bands, the priorities as Linux spreads them. */
  public static final PrioOptions DEFAULT =
      new PrioOptions(3, List.of(1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));

  /** Takes a copy. */
  public PrioOptions {
    priomap = List.copyOf(priomap);
  }
}
