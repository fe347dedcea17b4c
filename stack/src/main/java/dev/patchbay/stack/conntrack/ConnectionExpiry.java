package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.time.Timer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections whose time is over: a wheel of {@link #SLOTS} ticks. A packet that renews a
 * time-out only writes it down: the connection is moved when its slot comes. What ends later than
 * the wheel reaches waits in its last slot. Ends up to a tick late; who looks a connection up sees
 * for himself whether its time is over.
 */
final class ConnectionExpiry {
  private static final int SLOTS = 1024;
  private static final int MASK = SLOTS - 1;

  /** ns. */
  private static final long TICK = 250_000_000;

  /** Connections that are looked at in one turn. */
  private static final int BUDGET = 2048;

  private final @Nullable Connection[] slots = new Connection[SLOTS];
  private final long[] occupied = new long[SLOTS / 64];
  private final EventLoop loop;
  private final Consumer<Connection> end;
  private final Timer timer;

  /** The tick whose slot is to be looked at next. */
  private long tick;

  private int count;

  ConnectionExpiry(EventLoop loop, Consumer<Connection> end) {
    this.loop = loop;
    this.end = end;
    timer = loop.timer(this::advance);
  }

  /** Begins to watch a connection. */
  void add(Connection c) {
    if (count++ == 0) {
      tick = loop.now() / TICK;
    }
    link(c);
    wake(c);
  }

  /** Its deadline came nearer. */
  void sooner(Connection c) {
    if (c.slot >= 0 && due(c) < slotTick(c)) {
      unlink(c);
      link(c);
      wake(c);
    }
  }

  /** Forgets all of them. */
  void close() {
    timer.cancel();
    Arrays.fill(slots, null);
    Arrays.fill(occupied, 0);
    count = 0;
  }

  void remove(Connection c) {
    if (c.slot >= 0) {
      unlink(c);
      if (--count == 0) {
        timer.cancel();
      }
    }
  }

  /** The tick at whose beginning its time is over. */
  private static long due(Connection c) {
    return Math.ceilDiv(c.deadline, TICK);
  }

  /** The tick of the slot that it is in. */
  private long slotTick(Connection c) {
    return tick + (c.slot - (int) tick & MASK);
  }

  private void link(Connection c) {
    long at = Math.max(tick, Math.min(due(c), tick + MASK - 1));
    int slot = (int) at & MASK;
    c.slot = slot;
    Connection first = slots[slot];
    c.previous = null;
    c.next = first;
    if (first == null) {
      occupied[slot >>> 6] |= 1L << slot;
    } else {
      first.previous = c;
    }
    slots[slot] = c;
  }

  private void unlink(Connection c) {
    Connection before = c.previous;
    Connection after = c.next;
    if (after != null) {
      after.previous = before;
    }
    if (before != null) {
      before.next = after;
    } else {
      slots[c.slot] = after;
      if (after == null) {
        occupied[c.slot >>> 6] &= ~(1L << c.slot);
      }
    }
    c.previous = null;
    c.next = null;
    c.slot = -1;
  }

  /** Sees to it that somebody looks when this one is due. */
  private void wake(Connection c) {
    long at = slotTick(c) * TICK;
    if (!timer.isArmed() || timer.deadline() - at > 0) {
      timer.arm(at);
    }
  }

  private void advance() {
    long now = loop.now() / TICK;
    int left = BUDGET;
    while (tick <= now && left > 0) {
      Connection c = slots[(int) tick & MASK];
      if (c == null) {
        tick = Math.min(nextOccupied(tick + 1), now + 1);
        continue;
      }
      left--;
      unlink(c);
      if (due(c) <= now) {
        count--;
        end.accept(c);
      } else {
        // behind the slot that is being emptied
        tick++;
        link(c);
        tick--;
      }
    }
    if (count > 0) {
      timer.arm(left > 0 ? nextOccupied(tick) * TICK : loop.now());
    }
  }

  /** The first tick at or behind {@code from} whose slot is not empty. */
  private long nextOccupied(long from) {
    for (int i = 0; i < SLOTS; ) {
      int slot = (int) (from + i) & MASK;
      long word = occupied[slot >>> 6] >>> slot;
      if (word != 0) {
        int step = i + Long.numberOfTrailingZeros(word);
        return from + Math.min(step, SLOTS);
      }
      i += 64 - (slot & 63);
    }
    return from + SLOTS;
  }
}
