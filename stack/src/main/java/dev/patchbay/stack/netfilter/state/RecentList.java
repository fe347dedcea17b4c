package dev.patchbay.stack.netfilter.state;

import java.util.Arrays;

/**
 * The addresses that were seen lately, and when ({@code struct recent_table}). It has {@value
 * #MOST} addresses at most; a further one takes the place of the one not seen for longest. Of the
 * loop's thread.
 */
public final class RecentList {
  /** Addresses ({@code ip_list_tot}). */
  public static final int MOST = 100;

  /** Times of an address where no rule asks for more. */
  public static final int STAMPS = 32;

  /** What {@link #find} gives for an address that is not there. */
  public static final int NONE = -1;

  private final long maskHi;
  private final long maskLo;
  private final long[] hi = new long[MOST];
  private final long[] lo = new long[MOST];
  private final int[] hops = new int[MOST];

  /** Where the next time goes, and how many there are. */
  private final int[] next = new int[MOST];

  private final int[] count = new int[MOST];

  /** When it was last seen, as a number that grows with each packet; 0 for a free place. */
  private final long[] used = new long[MOST];

  private long uses;

  /** Times of one address; a power of two. */
  private int stamps;

  /** ns of the loop's clock, those of one address together. */
  private long[] times = {};

  RecentList(long maskHi, long maskLo) {
    this.maskHi = maskHi;
    this.maskLo = maskLo;
  }

  /** Makes room for so many times, 1 to 256; where there was less all is forgotten. */
  void remember(int wanted) {
    if (wanted > stamps) {
      stamps = wanted;
      times = new long[MOST * wanted];
      Arrays.fill(used, 0);
    }
  }

  /**
   * The place of an address, or {@link #NONE}.
   *
   * @param ttl what it must have been seen with; 0 for any
   */
  public int find(long addressHi, long addressLo, int ttl) {
    long wantedHi = addressHi & maskHi;
    long wantedLo = addressLo & maskLo;
    for (int i = 0; i < MOST; i++) {
      boolean is = used[i] != 0 && lo[i] == wantedLo && hi[i] == wantedHi;
      if (is && (ttl == hops[i] || ttl == 0 || hops[i] == 0)) {
        return i;
      }
    }
    return NONE;
  }

  /** Takes an address in that is not there. */
  public void add(long addressHi, long addressLo, int ttl, long now) {
    int at = oldest();
    hi[at] = addressHi & maskHi;
    lo[at] = addressLo & maskLo;
    next[at] = 0;
    count[at] = 0;
    seen(at, ttl, now);
  }

  /** The place that is free, else the one not used for longest. */
  private int oldest() {
    int at = 0;
    for (int i = 1; i < MOST; i++) {
      at = used[i] < used[at] ? i : at;
    }
    return at;
  }

  /** The address at a place is seen once more. */
  public void seen(int at, int ttl, long now) {
    times[at * stamps + next[at]] = now;
    next[at] = next[at] + 1 & stamps - 1;
    count[at] = Math.min(count[at] + 1, stamps);
    hops[at] = ttl;
    used[at] = ++uses;
  }

  /** How many of its times are {@code since} or later. */
  public int hits(int at, long since) {
    int hits = 0;
    for (int i = 0; i < count[at]; i++) {
      hits += times[at * stamps + i] >= since ? 1 : 0;
    }
    return hits;
  }

  /** Takes an address out. */
  public void remove(int at) {
    used[at] = 0;
  }

  /**
   * Takes the address out that was not seen for longest, where that is before a time.
   *
   * @param but not this place; {@link #NONE} for any
   */
  public void reap(long before, int but) {
    int at = NONE;
    for (int i = 0; i < MOST; i++) {
      if (used[i] != 0 && (at == NONE || used[i] < used[at])) {
        at = i;
      }
    }
    if (at == NONE || at == but) {
      return;
    }
    int last = next[at] - 1 & stamps - 1;
    if (times[at * stamps + last] < before) {
      remove(at);
    }
  }
}
