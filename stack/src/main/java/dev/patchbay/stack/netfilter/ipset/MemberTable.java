package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.random.SipHash;
import java.util.Arrays;

/**
 * Members of a set by their keys: an address and a number of 31 bits. Linear probing in a table at
 * most half full that holds places in arrays; a place stays a member's as long as it is one.
 */
final class MemberTable {
  private static final int LEAST = 16;

  private static final int FREE = -1;

  private final SipHash hash;
  private final boolean wide;
  private long[] hi;
  private long[] lo = new long[LEAST];

  /** The number of each place, {@link #FREE} where nobody is: there {@code lo} is the next one. */
  private int[] rest = new int[LEAST];

  private int[] hashes = new int[LEAST];

  /** Places plus 1; 0 is free. */
  private int[] slots = new int[2 * LEAST];

  private int size;

  /** Places that were ever in use; those free among them hang on {@code free}. */
  private int used;

  private int free = FREE;

  /**
   * A table.
   *
   * @param wide whether high halves of addresses count
   */
  MemberTable(SipHash hash, boolean wide) {
    this.hash = hash;
    this.wide = wide;
    hi = new long[wide ? LEAST : 0];
  }

  int size() {
    return size;
  }

  /** All places are below this. */
  int end() {
    return used;
  }

  /** How many places there is room for. */
  int capacity() {
    return lo.length;
  }

  boolean isUsed(int place) {
    return rest[place] != FREE;
  }

  long hi(int place) {
    return wide ? hi[place] : 0;
  }

  long lo(int place) {
    return lo[place];
  }

  int rest(int place) {
    return rest[place];
  }

  private int hash(long h, long l, int r) {
    long sum = wide ? hash.hash(h, l, r, 0, 0) : hash.hash(l, r);
    return (int) (sum ^ sum >>> 32);
  }

  /** The place of a member, or -1. */
  int find(long h, long l, int r) {
    return slots[slot(hash(h, l, r), h, l, r)] - 1;
  }

  /** How many slots a look-up looks at. */
  int steps(long h, long l, int r) {
    int sum = hash(h, l, r);
    return (slot(sum, h, l, r) - sum & slots.length - 1) + 1;
  }

  /** The slot of a member, or the free one where it would stand. */
  private int slot(int sum, long h, long l, int r) {
    int mask = slots.length - 1;
    for (int slot = sum & mask; ; slot = slot + 1 & mask) {
      int place = slots[slot] - 1;
      if (place < 0) {
        return slot;
      }
      boolean is = hashes[place] == sum && lo[place] == l && rest[place] == r;
      if (is && (!wide || hi[place] == h)) {
        return slot;
      }
    }
  }

  /** Adds what is not there; its place. */
  int add(long h, long l, int r) {
    int place = free;
    if (place == FREE) {
      if (used == lo.length) {
        grow();
      }
      place = used++;
    } else {
      free = (int) lo[place];
    }
    if (wide) {
      hi[place] = h;
    }
    lo[place] = l;
    rest[place] = r;
    hashes[place] = hash(h, l, r);
    put(place);
    size++;
    return place;
  }

  private void put(int place) {
    int mask = slots.length - 1;
    int slot = hashes[place] & mask;
    while (slots[slot] != 0) {
      slot = slot + 1 & mask;
    }
    slots[slot] = place + 1;
  }

  private void grow() {
    int capacity = lo.length * 2;
    if (wide) {
      hi = Arrays.copyOf(hi, capacity);
    }
    lo = Arrays.copyOf(lo, capacity);
    rest = Arrays.copyOf(rest, capacity);
    hashes = Arrays.copyOf(hashes, capacity);
    // only where all places are in use
    slots = new int[2 * capacity];
    for (int place = 0; place < used; place++) {
      put(place);
    }
  }

  /** Takes a member away. */
  void remove(int place) {
    int mask = slots.length - 1;
    int hole = hashes[place] & mask;
    while (slots[hole] != place + 1) {
      hole = hole + 1 & mask;
    }
    // what follows moves up as far as where it belongs
    for (int slot = hole + 1 & mask; slots[slot] != 0; slot = slot + 1 & mask) {
      int home = hashes[slots[slot] - 1] & mask;
      if ((slot - home & mask) >= (slot - hole & mask)) {
        slots[hole] = slots[slot];
        hole = slot;
      }
    }
    slots[hole] = 0;
    rest[place] = FREE;
    lo[place] = free;
    free = place;
    size--;
  }

  /** Takes all away, and gives memory back. */
  void clear() {
    hi = new long[wide ? LEAST : 0];
    lo = new long[LEAST];
    rest = new int[LEAST];
    hashes = new int[LEAST];
    slots = new int[2 * LEAST];
    size = 0;
    used = 0;
    free = FREE;
  }

  /** Bytes that it takes. */
  long memory() {
    return 4L * slots.length + (wide ? 24L : 16L) * lo.length;
  }
}
