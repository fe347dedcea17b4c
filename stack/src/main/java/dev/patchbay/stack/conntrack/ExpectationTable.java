package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.time.Timer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connections that are announced and have not come ({@code nf_conntrack_expect.c}). There are few:
 * {@code nf_conntrack_expect_max} in all, and of each master {@link #PER_MASTER}, the oldest of
 * which makes place.
 */
public final class ExpectationTable {
  /** Of one connection at once. */
  static final int PER_MASTER = 8;

  private final Conntrack conntrack;
  private final List<Expectation> all = new ArrayList<>();
  private final Timer timer;

  ExpectationTable(Conntrack conntrack) {
    this.conntrack = conntrack;
    timer = conntrack.loop().timer(this::expire);
  }

  /** Those there are, oldest first. */
  public List<Expectation> all() {
    return List.copyOf(all);
  }

  /** Whether there is no place for one more: trying other ports does not help then. */
  public boolean isFull() {
    return all.size() >= conntrack.settings().expectMax;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /**
   * Begins to wait for a connection ({@code nf_ct_expect_related}).
   *
   * @param seconds how long
   * @return false where there are too many, or another one waits for the same
   */
  public boolean add(Expectation e, int seconds) {
    Expectation same = null;
    Expectation oldest = null;
    int count = 0;
    for (Expectation there : all) {
      if (there.fits(e.tuple) && there.master.zone() == e.master.zone()) {
        same = there;
      }
      if (there.master.equals(e.master)) {
        count++;
        oldest = oldest == null ? there : oldest;
      }
    }
    if (same != null && !same.master.equals(e.master)) {
      return false;
    }
    if (same != null) {
      remove(same);
    } else if (count >= e.most && oldest != null) {
      remove(oldest);
    } else if (all.size() >= conntrack.settings().expectMax) {
      return false;
    }
    e.deadline = conntrack.loop().now() + seconds * Conntrack.SECOND;
    all.add(e);
    e.master.needExtras().expected++;
    conntrack.counters().expectCreate++;
    conntrack.announced(e, true);
    arm();
    return true;
  }

  /**
   * The one that the first packet of a connection fits, taken out unless it is permanent.
   *
   * @param zone that of the packet
   * @param looksOnly whether nothing is to change
   */
  @Nullable Expectation take(Tuple first, int zone, boolean looksOnly) {
    for (int i = 0; i < all.size(); i++) {
      Expectation e = all.get(i);
      if (e.fits(first) && e.master.zone() == zone && !e.master.has(Connection.DYING)) {
        if (looksOnly) {
          return e;
        }
        if ((e.flags & Expectation.PERMANENT) == 0) {
          remove(e);
        }
        conntrack.counters().expectNew++;
        return e;
      }
    }
    return null;
  }

  /** Waits no longer. */
  public void remove(Expectation e) {
    if (all.remove(e)) {
      e.master.needExtras().expected--;
      conntrack.counters().expectDelete++;
      conntrack.announced(e, false);
    }
  }

  /** Waits no longer for what a connection has announced. */
  void removeOf(Connection master) {
    for (Expectation e : all()) {
      if (e.master.equals(master)) {
        remove(e);
      }
    }
  }

  void close() {
    timer.cancel();
    all.clear();
  }

  private void arm() {
    long next = Long.MAX_VALUE;
    for (Expectation e : all) {
      next = Math.min(next, e.deadline);
    }
    if (!all.isEmpty()) {
      timer.arm(next);
    }
  }

  private void expire() {
    long now = conntrack.loop().now();
    for (Expectation e : all()) {
      if (e.deadline - now <= 0) {
        remove(e);
      }
    }
    arm();
  }
}
