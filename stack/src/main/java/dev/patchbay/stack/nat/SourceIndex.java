package dev.patchbay.stack.nat;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.random.SipHash;
import org.jspecify.annotations.Nullable;

/**
 * Connections by the source of their first packet, so that one who speaks to many from one port is
 * translated into one port for all of them ({@code nf_nat_bysource}; RFC 4787 section 4.1:
 * endpoint-independent mapping). Chains in the connections themselves; made with the first.
 */
final class SourceIndex {
  private static final int BUCKETS = 1 << 16;

  /** Of one chain so many are looked at. */
  private static final int REACH = 64;

  private final SipHash hash;
  private @Nullable Connection @Nullable [] heads;
  private final Tuple tuple = new Tuple();

  SourceIndex(SipHash hash) {
    this.hash = hash;
  }

  private int bucket(Tuple t) {
    return (int) hash.hash(t.srcHi, t.srcLo, 0, 0, (long) t.source << 16 | t.protocol)
        & BUCKETS - 1;
  }

  void add(Connection c) {
    @Nullable Connection[] all = heads;
    if (all == null) {
      all = new Connection[BUCKETS];
      heads = all;
    }
    int at = bucket(c.tuple(Connection.ORIGINAL, tuple));
    Connection first = all[at];
    c.sameSourceNext = first;
    if (first != null) {
      first.sameSourcePrevious = c;
    }
    all[at] = c;
  }

  @SuppressWarnings("ReferenceEquality") // the very object is meant
  void remove(Connection c) {
    Connection before = c.sameSourcePrevious;
    Connection after = c.sameSourceNext;
    if (before != null) {
      before.sameSourceNext = after;
    } else {
      @Nullable Connection[] all = heads;
      int at = all == null ? 0 : bucket(c.tuple(Connection.ORIGINAL, tuple));
      if (all == null || all[at] != c) {
        return;
      }
      all[at] = after;
    }
    if (after != null) {
      after.sameSourcePrevious = before;
    }
    c.sameSourcePrevious = null;
    c.sameSourceNext = null;
  }

  /**
   * A connection from the same source, or null.
   *
   * @param after the one that was found last, null for the first
   */
  @Nullable Connection find(Tuple like, int zone, @Nullable Connection after) {
    @Nullable Connection[] all = heads;
    if (all == null) {
      return null;
    }
    Connection c = after == null ? all[bucket(like)] : after.sameSourceNext;
    for (int i = 0; c != null && i < REACH; i++) {
      c.tuple(Connection.ORIGINAL, tuple);
      if (tuple.protocol == like.protocol
          && tuple.srcLo == like.srcLo
          && tuple.srcHi == like.srcHi
          && tuple.source == like.source
          && c.zone(Connection.ORIGINAL) == zone) {
        return c;
      }
      c = c.sameSourceNext;
    }
    return null;
  }
}
