package dev.patchbay.stack.bridge;

import org.jspecify.annotations.Nullable;

/** The groups of a bridge by address, source and VLAN (Linux: {@code mdb_hash_tbl}). */
final class GroupTable {
  private static final int BUCKETS = 1 << 10;

  private final @Nullable MulticastGroup[] buckets = new MulticastGroup[BUCKETS];
  private final long secret;
  private @Nullable MulticastGroup newest;
  private int size;

  /**
   * @param secret spreads the addresses, which a guest chooses
   */
  GroupTable(long secret) {
    this.secret = secret;
  }

  int size() {
    return size;
  }

  /** The one that came last; from it {@link MulticastGroup#older} leads to all. */
  @Nullable MulticastGroup newest() {
    return newest;
  }

  private int bucket(int vid, long hi, long lo, long sourceHi, long sourceLo) {
    long h = (lo ^ secret) * 0x9e3779b97f4a7c15L;
    h = (h ^ h >>> 32 ^ hi) * 0xd6e8feb86659fd93L;
    h = (h ^ h >>> 32 ^ sourceLo ^ vid) * 0x9e3779b97f4a7c15L;
    h = (h ^ h >>> 32 ^ sourceHi ^ secret) * 0xd6e8feb86659fd93L;
    return (int) (h >>> 40) & BUCKETS - 1;
  }

  /** The group of an address for one source (0 for all), or null. */
  @Nullable MulticastGroup find(
      int family, int vid, long hi, long lo, long sourceHi, long sourceLo) {
    MulticastGroup at = buckets[bucket(vid, hi, lo, sourceHi, sourceLo)];
    while (at != null
        && (at.lo != lo
            || at.hi != hi
            || at.vid != vid
            || at.family != family
            || at.sourceLo != sourceLo
            || at.sourceHi != sourceHi)) {
      at = at.chain;
    }
    return at;
  }

  void add(MulticastGroup group) {
    int bucket = bucket(group.vid, group.hi, group.lo, group.sourceHi, group.sourceLo);
    group.chain = buckets[bucket];
    buckets[bucket] = group;
    MulticastGroup before = newest;
    if (before != null) {
      before.newer = group;
    }
    group.older = before;
    newest = group;
    size++;
  }

  void remove(MulticastGroup group) {
    int bucket = bucket(group.vid, group.hi, group.lo, group.sourceHi, group.sourceLo);
    if (buckets[bucket] == group) {
      buckets[bucket] = group.chain;
    } else {
      for (MulticastGroup at = buckets[bucket]; at != null; at = at.chain) {
        if (at.chain == group) {
          at.chain = group.chain;
          break;
        }
      }
    }
    MulticastGroup newer = group.newer;
    MulticastGroup older = group.older;
    if (newer == null) {
      newest = older;
    } else {
      newer.older = older;
    }
    if (older != null) {
      older.newer = newer;
    }
    size--;
  }
}
