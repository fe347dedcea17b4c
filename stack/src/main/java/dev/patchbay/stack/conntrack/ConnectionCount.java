package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.random.SipHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts the connections of a network that have come by ({@code nf_conncount.c}): those that are in
 * the table and, of TCP, are not closed.
 *
 * <p>Who asks wants to know whether there are more than some limit. While no more are remembered
 * than that, nothing is looked at. Else dead ones are looked for and forgotten, but a few at a time
 * ({@code CONNCOUNT_GC_MAX_NODES}), so that a packet costs no more however many there are: of a
 * network that has had many, those that have ended count for some packets longer. A connection that
 * is not confirmed yet counts for its own packet, and is remembered when it turns out to have been
 * confirmed: of packets that are dropped nothing stays.
 */
public final class ConnectionCount {
  /** Others that are looked at for each one that is remembered. */
  private static final int CLEANING = 2;

  /** Those that are looked at for one packet. */
  private static final int LOOKS = 16;

  /** A network in a zone; mutable, so that a look-up makes none. */
  private static final class Key {
    long hi;
    long lo;
    int zone;
    int hash;

    Key set(Key of) {
      hi = of.hi;
      lo = of.lo;
      zone = of.zone;
      hash = of.hash;
      return this;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && key.hi == hi && key.lo == lo && key.zone == zone;
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /** The connections of a network. */
  private static final class Group {
    final Key key;
    final List<Connection> list = new ArrayList<>(4);
    final Set<Connection> members = new HashSet<>(8);
    int cursor;

    Group(Key key) {
      this.key = key;
    }

    void add(Connection c, long now) {
      if (members.add(c)) {
        list.add(c);
        clean(0, CLEANING, now);
      }
    }

    /**
     * Looks at some and forgets the dead ones, until no more are left than {@code enough}.
     *
     * @return whether it has seen one that is alive
     */
    boolean clean(long enough, int looks, long now) {
      boolean sawAlive = false;
      for (int i = Math.min(looks, list.size()); i > 0 && list.size() > enough; i--) {
        cursor = cursor >= list.size() ? 0 : cursor;
        if (isAlive(list.get(cursor), now)) {
          sawAlive = true;
          cursor++;
        } else {
          remove(cursor);
        }
      }
      return sawAlive;
    }

    void remove(int at) {
      members.remove(list.get(at));
      Connection last = list.removeLast();
      if (at < list.size()) {
        list.set(at, last);
      }
    }

    /**
     * Whether there are more than so many.
     *
     * @param c one that counts, whether it is remembered or not; null for one that never is
     */
    boolean isAbove(@Nullable Connection c, long limit, long now) {
      clean(limit - 1, LOOKS, now);
      int other = c != null && members.contains(c) ? 0 : 1;
      return list.size() + other > limit;
    }
  }

  private final SipHash hash;
  private final Map<Key, Group> groups = new HashMap<>();
  private final List<Group> order = new ArrayList<>();
  private int cursor;
  private final Key probe = new Key();

  /** The one that was not confirmed when it came by last, and its network. */
  private @Nullable Connection pending;

  private final Key pendingKey = new Key();

  ConnectionCount(SipHash hash) {
    this.hash = hash;
  }

  private static boolean isAlive(Connection c, long now) {
    if (!c.has(Connection.CONFIRMED) || c.has(Connection.DYING) || c.isExpired(now)) {
      return false;
    }
    TcpState tcp = c.tcp();
    return tcp == null
        || tcp.state() != TcpState.State.TIME_WAIT && tcp.state() != TcpState.State.CLOSE;
  }

  /**
   * Whether there are more than so many connections of a network, the one at hand included.
   *
   * @param c the one at hand, null for a packet that has none and counts as one
   * @param hi the network, masked
   * @param now ns of the loop's clock
   */
  public boolean exceeds(@Nullable Connection c, long hi, long lo, long limit, long now) {
    settle(now);
    probe.hi = hi;
    probe.lo = lo;
    probe.zone = c == null ? 0 : c.zone();
    probe.hash = (int) hash.hash(hi, lo, probe.zone, 0, 0);
    Group group = groups.get(probe);
    if (c != null && isAlive(c, now)) {
      if (group == null) {
        group = make(probe, now);
      }
      group.add(c, now);
    } else if (c != null && !c.has(Connection.CONFIRMED)) {
      pending = c;
      pendingKey.set(probe);
    }
    // one that is closed already counts for its own packets all the same
    return group == null ? 1 > limit : group.isAbove(c, limit, now);
  }

  /** Networks of which something is remembered. */
  int size() {
    return groups.size();
  }

  /** Remembers the one before, where it has got into the table. */
  private void settle(long now) {
    Connection before = pending;
    pending = null;
    if (before != null && isAlive(before, now)) {
      Group group = groups.get(pendingKey);
      (group == null ? make(pendingKey, now) : group).add(before, now);
    }
  }

  private Group make(Key key, long now) {
    Group group = new Group(new Key().set(key));
    groups.put(group.key, group);
    for (int i = 0; i < CLEANING; i++) {
      if (order.isEmpty()) {
        break;
      }
      cursor = cursor >= order.size() ? 0 : cursor;
      Group other = order.get(cursor);
      boolean hasAny = other.clean(0, LOOKS, now);
      if (other.list.isEmpty()) {
        groups.remove(other.key);
        Group last = order.removeLast();
        if (cursor < order.size()) {
          order.set(cursor, last);
        }
      } else if (hasAny) {
        cursor++;
      } else {
        break; // the next time there are fewer of it
      }
    }
    order.add(group);
    return group;
  }
}
