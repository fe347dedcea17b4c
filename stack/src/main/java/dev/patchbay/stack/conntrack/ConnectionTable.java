package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.random.SipHash;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connections by the tuples of both directions: open addressing with linear probing, keyed by
 * SipHash, since guests choose the tuples. It is made of {@link #SEGMENTS} tables that grow each by
 * itself, so that no growth takes long: of a million connections one moves eight thousand entries.
 */
final class ConnectionTable {
  private static final int SEGMENTS = 256;
  private static final int INITIAL = 16;

  /** Connections that are looked at for one to be given up. */
  private static final int EVICTION_RANGE = 64;

  private final SipHash hash;
  private final @Nullable Segment[] segments = new Segment[SEGMENTS];
  private int size;

  /** In which direction the tuple was found that {@link #find} was asked for last. */
  private int direction;

  ConnectionTable(SipHash hash) {
    this.hash = hash;
  }

  /** Number of connections. */
  int size() {
    return size;
  }

  int direction() {
    return direction;
  }

  private int hash(Tuple t) {
    long ports = (long) t.source << 32 | (long) t.destination << 16 | t.protocol;
    return (int) hash.hash(t.srcHi, t.srcLo, t.dstHi, t.dstLo, ports);
  }

  /**
   * The connection one of whose directions has the tuple, or null; {@link #direction} says which.
   *
   * @param zone0 the zone in which it is looked for as that of a first packet
   * @param zone1 as that of an answer
   */
  @Nullable Connection find(Tuple t, int zone0, int zone1) {
    int h = hash(t);
    Segment segment = segments[h >>> 24];
    if (segment == null) {
      return null;
    }
    int slot = h & segment.mask;
    for (Connection c = segment.entries[slot]; c != null; c = segment.entries[slot]) {
      int tag = segment.tags[slot];
      if (tag >>> 1 == (h & Integer.MAX_VALUE)) {
        int way = tag & 1;
        if (c.is(way, t, way == 0 ? zone0 : zone1)) {
          direction = way;
          return c;
        }
      }
      slot = slot + 1 & segment.mask;
    }
    return null;
  }

  /** Puts a connection in by both tuples, which must not be there. */
  void put(Connection c, Tuple scratch) {
    put(c, hash(c.tuple(Connection.ORIGINAL, scratch)), Connection.ORIGINAL);
    put(c, hash(c.tuple(Connection.REPLY, scratch)), Connection.REPLY);
    size++;
  }

  private void put(Connection c, int h, int way) {
    Segment segment = segments[h >>> 24];
    if (segment == null) {
      segment = new Segment();
      segments[h >>> 24] = segment;
    }
    segment.put(c, h << 1 | way);
  }

  /** Takes a connection out that is there. */
  void remove(Connection c, Tuple scratch) {
    remove(c, hash(c.tuple(Connection.ORIGINAL, scratch)), Connection.ORIGINAL);
    remove(c, hash(c.tuple(Connection.REPLY, scratch)), Connection.REPLY);
    size--;
  }

  private void remove(Connection c, int h, int way) {
    Segment segment = segments[h >>> 24];
    if (segment != null) {
      segment.remove(c, h << 1 | way);
    }
  }

  /** Forgets all of them. */
  void clear() {
    Arrays.fill(segments, null);
    size = 0;
  }

  /**
   * A connection that may be given up for one with this tuple, or null: of those near its place one
   * that is not assured or that is closing, and of these the one that would end first ({@code
   * early_drop}). So many are looked at, no more: whoever fills the table must not make each packet
   * dear.
   */
  @Nullable Connection evictable(Tuple t) {
    int h = hash(t);
    int left = EVICTION_RANGE;
    Connection best = null;
    for (int i = 0; i < SEGMENTS && best == null && left > 0; i++) {
      Segment segment = segments[(h >>> 24) + i & SEGMENTS - 1];
      for (int k = 0; segment != null && segment.used > 0 && k <= segment.mask && left > 0; k++) {
        Connection c = segment.entries[h + k & segment.mask];
        if (c != null) {
          left--;
          best = sooner(best, c);
        }
      }
    }
    return best;
  }

  private static @Nullable Connection sooner(@Nullable Connection best, Connection c) {
    TcpState tcp = c.tcp;
    boolean closing = tcp != null && TcpTracker.mayBeDroppedEarly(tcp.state);
    boolean may = !c.has(Connection.ASSURED) || closing;
    return may && (best == null || c.deadline - best.deadline < 0) ? c : best;
  }

  /** Calls {@code action} for each connection; the table must not change meanwhile. */
  void forEach(Consumer<? super Connection> action) {
    for (Segment segment : segments) {
      for (int i = 0; segment != null && i <= segment.mask; i++) {
        Connection c = segment.entries[i];
        if (c != null && (segment.tags[i] & 1) == Connection.ORIGINAL) {
          action.accept(c);
        }
      }
    }
  }

  /** One of the tables. A tag is the hash without its highest bit, and the direction below it. */
  private static final class Segment {
    int[] tags = new int[INITIAL];
    @Nullable Connection[] entries = new Connection[INITIAL];
    int mask = INITIAL - 1;
    int used;

    void put(Connection c, int tag) {
      if ((used + 1) * 3 > (mask + 1) * 2) {
        resize((mask + 1) * 2);
      }
      insert(c, tag);
      used++;
    }

    private void insert(Connection c, int tag) {
      int slot = tag >>> 1 & mask;
      while (entries[slot] != null) {
        slot = slot + 1 & mask;
      }
      entries[slot] = c;
      tags[slot] = tag;
    }

    private void resize(int capacity) {
      int[] oldTags = tags;
      @Nullable Connection[] oldEntries = entries;
      tags = new int[capacity];
      entries = new Connection[capacity];
      mask = capacity - 1;
      for (int i = 0; i < oldEntries.length; i++) {
        Connection c = oldEntries[i];
        if (c != null) {
          insert(c, oldTags[i]);
        }
      }
    }

    @SuppressWarnings("ReferenceEquality") // the very object is meant
    void remove(Connection c, int tag) {
      int slot = tag >>> 1 & mask;
      while (entries[slot] != c || tags[slot] != tag) {
        if (entries[slot] == null) {
          return;
        }
        slot = slot + 1 & mask;
      }
      used--;
      // backward shift: no tombstones, so a table never degrades
      int hole = slot;
      int i = slot;
      while (true) {
        i = i + 1 & mask;
        if (entries[i] == null) {
          break;
        }
        int home = tags[i] >>> 1 & mask;
        if ((i - home & mask) >= (i - hole & mask)) {
          tags[hole] = tags[i];
          entries[hole] = entries[i];
          hole = i;
        }
      }
      entries[hole] = null;
      if (mask >= 4 * INITIAL && used * 8 < mask) {
        resize((mask + 1) / 2);
      }
    }
  }
}
