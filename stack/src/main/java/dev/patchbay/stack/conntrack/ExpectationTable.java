package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.random.SipHash;
import dev.patchbay.stack.time.Timer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Connections that are announced and have not come ({@code nf_conntrack_expect.c}). There are few:
 * {@code nf_conntrack_expect_max} in all, and of each master {@link #PER_MASTER}, the oldest of
 * which makes place.
 */
public final class ExpectationTable {
  /** Of one connection at once. */
  static final int PER_MASTER = 8;

  /** What is expected; of the source what matters. Mutable, so that a look-up makes none. */
  private static final class Key {
    final Tuple tuple = new Tuple();
    int zone;
    boolean anySource;
    boolean anySourcePort;
    int hash;

    Key set(Tuple t, int ofZone, boolean ofAnySource, boolean ofAnySourcePort, SipHash by) {
      tuple.set(t);
      zone = ofZone;
      anySource = ofAnySource;
      anySourcePort = ofAnySourcePort;
      if (anySource) {
        tuple.srcHi = 0;
        tuple.srcLo = 0;
      }
      if (anySourcePort) {
        tuple.source = 0;
      }
      long ports = (long) tuple.source << 32 | tuple.destination << 16 | zone;
      ports ^= (long) tuple.protocol << 48;
      hash = (int) by.hash(tuple.srcHi, tuple.srcLo, tuple.dstHi, tuple.dstLo, ports);
      return this;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && key.zone == zone
          && key.anySource == anySource
          && key.anySourcePort == anySourcePort
          && key.tuple.same(tuple);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private final Conntrack conntrack;
  private final SipHash hash;
  private final Map<Key, Expectation> map = new HashMap<>();

  /** Those that wait least at first, of equal ones the oldest. */
  private final TreeSet<Expectation> order =
      new TreeSet<>(
          Comparator.<Expectation>comparingLong(e -> e.deadline).thenComparingLong(e -> e.number));

  private final Key probe = new Key();
  private final Timer timer;
  private long number;

  ExpectationTable(Conntrack conntrack, SipHash hash) {
    this.conntrack = conntrack;
    this.hash = hash;
    timer = conntrack.loop().timer(this::expire);
  }

  /** Those there are, of those that wait equally long the oldest first. */
  public List<Expectation> all() {
    return List.copyOf(order);
  }

  /** Number of those there are. */
  public int size() {
    return map.size();
  }

  /** Whether there is no place for one more: trying other ports does not help then. */
  public boolean isFull() {
    return map.size() >= conntrack.settings().limits.expectMax;
  }

  boolean isEmpty() {
    return map.isEmpty();
  }

  /**
   * Begins to wait for a connection ({@code nf_ct_expect_related}).
   *
   * @param seconds how long
   * @return false where there are too many, or another one waits for the same
   */
  public boolean add(Expectation e, int seconds) {
    Expectation same = find(e.tuple, e.master.zone());
    if (same != null && !same.master.equals(e.master)) {
      return false;
    }
    List<Expectation> own = e.master.needExtras().expected;
    if (same != null) {
      remove(same);
    } else if (own.size() >= e.most && !own.isEmpty()) {
      remove(own.getFirst());
    } else if (map.size() >= conntrack.settings().limits.expectMax) {
      return false;
    }
    e.deadline = conntrack.loop().now() + seconds * Conntrack.SECOND;
    e.number = number++;
    map.put(key(new Key(), e), e);
    order.add(e);
    own.add(e);
    conntrack.counters().expectCreate++;
    conntrack.announced(e, true);
    arm();
    return true;
  }

  private Key key(Key to, Expectation e) {
    return to.set(e.tuple, e.master.zone(), e.anySource, e.anySourcePort, hash);
  }

  /** The one that a connection's first packet fits, or null. */
  private @Nullable Expectation find(Tuple t, int zone) {
    Expectation found = null;
    for (int any = 0; any < 4 && found == null && !map.isEmpty(); any++) {
      found = map.get(probe.set(t, zone, (any & 2) != 0, (any & 1) == 0, hash));
    }
    return found;
  }

  /**
   * The one that the first packet of a connection fits, taken out unless it is permanent.
   *
   * @param zone that of the packet
   * @param looksOnly whether nothing is to change
   */
  @Nullable Expectation take(Tuple first, int zone, boolean looksOnly) {
    Expectation e = find(first, zone);
    if (e == null || e.master.has(Connection.DYING)) {
      return null;
    }
    if (!looksOnly) {
      if ((e.flags & Expectation.PERMANENT) == 0) {
        remove(e);
      }
      conntrack.counters().expectNew++;
    }
    return e;
  }

  /** Waits no longer. */
  public void remove(Expectation e) {
    if (map.remove(key(probe, e), e)) {
      order.remove(e);
      e.master.needExtras().expected.remove(e);
      conntrack.counters().expectDelete++;
      conntrack.announced(e, false);
    }
  }

  /** Waits no longer for what a connection has announced. */
  void removeOf(Connection master) {
    List<Expectation> own = master.needExtras().expected;
    while (!own.isEmpty()) {
      remove(own.getFirst());
    }
  }

  void close() {
    timer.cancel();
    map.clear();
    order.clear();
  }

  private void arm() {
    if (!order.isEmpty()) {
      timer.arm(order.first().deadline);
    }
  }

  private void expire() {
    long now = conntrack.loop().now();
    while (!order.isEmpty() && order.first().deadline - now <= 0) {
      remove(order.first());
    }
    arm();
  }
}
