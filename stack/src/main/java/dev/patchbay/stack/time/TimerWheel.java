package dev.patchbay.stack.time;

import org.jspecify.annotations.Nullable;

/**
 * A hashed timing wheel (Varghese and Lauck, scheme 6) of 4096 slots of one millisecond.
 *
 * <p>Arming and cancelling are O(1). A deadline beyond one rotation (4.1 s) stays in its slot and
 * is looked at once a rotation. Timers expire in the order of their ticks, and within one tick in
 * the order in which they were armed.
 */
public final class TimerWheel {
  /** Resolution in ns. */
  public static final long TICK = 1_000_000;

  private static final int SLOTS = 4096;
  private static final int MASK = SLOTS - 1;

  private final @Nullable Timer[] first = new Timer[SLOTS];
  private final @Nullable Timer[] last = new Timer[SLOTS];
  private final long[] occupied = new long[SLOTS / 64];
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
    }
    timer.deadline = deadline;
    timer.armed = true;
    count++;
    int slot = slot(tickOf(deadline));
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

  void cancel(Timer timer) {
    if (timer.armed) {
      unlink(timer);
    }
  }

  private long tickOf(long deadline) {
    // rounded up, never in a tick that is already over
    return Math.max(Math.ceilDiv(deadline, TICK), tick + 1);
  }

  private static int slot(long tick) {
    return (int) tick & MASK;
  }

  private void unlink(Timer timer) {
    Timer before = timer.previous;
    Timer after = timer.next;
    if (before == null || after == null) {
      int slot = timer.slot;
      if (before == null) {
        first[slot] = after;
      }
      if (after == null) {
        last[slot] = before;
      }
      if (first[slot] == null) {
        occupied[slot >>> 6] &= ~(1L << slot);
      }
    }
    if (before != null) {
      before.next = after;
    }
    if (after != null) {
      after.previous = before;
    }
    timer.previous = null;
    timer.next = null;
    timer.armed = false;
    count--;
  }

  /** Runs what is due at {@code now} (ns, never decreasing) and returns how many ran. */
  public int advance(long now) {
    long target = Math.floorDiv(now, TICK);
    int ran = 0;
    while (tick < target) {
      long step = distanceToOccupied(target - tick);
      tick += step;
      if (tick > target || count == 0) {
        tick = target;
        break;
      }
      ran += expire(slot(tick), now);
    }
    return ran;
  }

  private int expire(int slot, long now) {
    int ran = 0;
    // those armed by an action land in a later tick, so the list that is walked only shrinks
    Timer timer = first[slot];
    while (timer != null) {
      if (timer.deadline <= now) {
        unlink(timer);
        ran++;
        timer.action.run();
        // the action may have cancelled or armed any other timer: begin again
        timer = first[slot];
      } else {
        timer = timer.next;
      }
    }
    return ran;
  }

  /** Ticks to the next slot with a timer in it, at most {@code limit}. */
  private long distanceToOccupied(long limit) {
    long most = Math.min(limit, SLOTS);
    long i = 1;
    while (i <= most) {
      int slot = slot(tick + i);
      long word = occupied[slot >>> 6] >>> slot;
      if (word != 0) {
        return Math.min(i + Long.numberOfTrailingZeros(word), limit);
      }
      i += 64 - (slot & 63);
    }
    return most == SLOTS ? SLOTS : limit;
  }

  /**
   * The earliest time at which {@link #advance} may have something to do, or {@link
   * Long#MAX_VALUE}. A deadline further than a rotation gives a time at which to ask again.
   */
  public long nextDeadline() {
    if (count == 0) {
      return Long.MAX_VALUE;
    }
    return (tick + distanceToOccupied(SLOTS)) * TICK;
  }
}
