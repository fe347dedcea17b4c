package dev.patchbay.stack.time;

import org.jspecify.annotations.Nullable;

/**
 * A hierarchical timing wheel (Varghese and Lauck, scheme 7) of two levels: 4096 ticks of one
 * millisecond, the window that runs, and 4096 windows after it, 4.7 hours.
 *
 * <p>Arming and cancelling are O(1). When a window begins its timers move from the second level to
 * the first; one beyond both levels stays in its slot and is looked at once in 4.7 hours. Timers
 * expire in the order of their ticks, and within one tick in the order in which they were armed: a
 * timer is in the first level exactly if its tick is in the window that runs, so that neither kind
 * overtakes the other.
 */
public final class TimerWheel {
  /** Resolution in ns. */
  public static final long TICK = 1_000_000;

  private static final int BITS = 12;
  private static final int SLOTS = 1 << BITS;
  private static final int MASK = SLOTS - 1;

  // slots of the first level, then those of the second
  private final @Nullable Timer[] first = new Timer[2 * SLOTS];
  private final @Nullable Timer[] last = new Timer[2 * SLOTS];
  private final long[] occupied = new long[2 * SLOTS / 64];
  private long tick;
  private int count;

  /**
   * @param now ns of the clock at the start
   */
  public TimerWheel(long now) {
    tick = Math.floorDiv(now, TICK);
  }

  /** Number of armed timers. */
  public int count() {
    return count;
  }

  void arm(Timer timer, long deadline) {
    if (timer.armed) {
      unlink(timer);
      count--;
    }
    timer.deadline = deadline;
    timer.armed = true;
    count++;
    // rounded up, never in a tick that is already over
    timer.tick = Math.max(Math.ceilDiv(deadline, TICK), tick + 1);
    link(timer);
  }

  void cancel(Timer timer) {
    if (timer.armed) {
      unlink(timer);
      timer.armed = false;
      count--;
    }
  }

  private void link(Timer timer) {
    long window = timer.tick >> BITS;
    int slot = window == tick >> BITS ? (int) timer.tick & MASK : SLOTS + ((int) window & MASK);
    timer.slot = slot;
    Timer before = last[slot];
    timer.previous = before;
    timer.next = null;
    if (before == null) {
      first[slot] = timer;
      occupied[slot >>> 6] |= 1L << slot;
    } else {
      before.next = timer;
    }
    last[slot] = timer;
  }

  private void unlink(Timer timer) {
    Timer before = timer.previous;
    Timer after = timer.next;
    int slot = timer.slot;
    if (before == null) {
      first[slot] = after;
      if (after == null) {
        occupied[slot >>> 6] &= ~(1L << slot);
      }
    } else {
      before.next = after;
    }
    if (after == null) {
      last[slot] = before;
    } else {
      after.previous = before;
    }
    timer.previous = null;
    timer.next = null;
  }

  /** Runs what is due at {@code now} (ns, never decreasing) and returns how many ran. */
  public int advance(long now) {
    long target = Math.floorDiv(now, TICK);
    int ran = 0;
    for (long next = nextTick(); next <= target; next = nextTick()) {
      boolean newWindow = next >> BITS != tick >> BITS;
      tick = next;
      if (newWindow) {
        beginWindow();
      }
      ran += expire((int) tick & MASK);
    }
    // no window between has timers, or its begin had been next
    tick = Math.max(tick, target);
    return ran;
  }

  private void beginWindow() {
    long window = tick >> BITS;
    Timer timer = first[SLOTS + ((int) window & MASK)];
    while (timer != null) {
      Timer after = timer.next;
      if (timer.tick >> BITS == window) {
        unlink(timer);
        link(timer);
      }
      timer = after;
    }
  }

  private int expire(int slot) {
    int ran = 0;
    // those armed by an action land in a later tick, so the list only shrinks
    for (Timer timer = first[slot]; timer != null; timer = first[slot]) {
      cancel(timer);
      ran++;
      timer.action.run();
    }
    return ran;
  }

  /**
   * The next tick with something to do, a window to begin included; the one that runs where an
   * action threw and others of its slot wait. {@link Long#MAX_VALUE} where no timer is armed.
   */
  private long nextTick() {
    if (count == 0) {
      return Long.MAX_VALUE;
    }
    int inWindow = nextOccupied((int) tick & MASK, SLOTS);
    if (inWindow < SLOTS) {
      return (tick & ~(long) MASK) + inWindow;
    }
    int base = (int) (tick >> BITS) & MASK;
    int slot = nextOccupied(SLOTS + base + 1, 2 * SLOTS);
    if (slot == 2 * SLOTS) {
      // round the second level; the slot of this window itself holds what is one whole round off
      slot = nextOccupied(SLOTS, SLOTS + base + 1) + SLOTS;
    }
    long windows = (long) slot - SLOTS - base;
    return (tick >> BITS) + windows << BITS;
  }

  /** The first slot with a timer from {@code from} on, or {@code end}. */
  private int nextOccupied(int from, int end) {
    int i = from;
    while (i < end) {
      long word = occupied[i >>> 6] >>> i;
      if (word != 0) {
        return Math.min(i + Long.numberOfTrailingZeros(word), end);
      }
      i += 64 - (i & 63);
    }
    return end;
  }

  /**
   * The earliest time, ns, at which {@link #advance} may have something to do, or {@link
   * Long#MAX_VALUE}. A deadline beyond the window that runs gives the begin of its own.
   */
  public long nextDeadline() {
    long next = nextTick();
    return next == Long.MAX_VALUE ? next : next * TICK;
  }
}
