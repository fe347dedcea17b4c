package dev.patchbay.stack.tcp;

import dev.patchbay.stack.random.SipHash;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hash table from five longs (two addresses and one word of ports) to an object: open addressing
 * with linear probing over flat arrays, keyed by SipHash, since a guest chooses the keys. Nothing
 * is allocated but by growth.
 */
final class FlowTable<V> {
  private static final int WORDS = 5;
  private static final int INITIAL = 64;

  private final SipHash sipHash;
  private long[] keys = new long[INITIAL * WORDS];
  private int[] hashes = new int[INITIAL];
  private @Nullable Object[] values = new Object[INITIAL];
  private int mask = INITIAL - 1;
  private int size;

  FlowTable(SipHash sipHash) {
    this.sipHash = sipHash;
  }

  int size() {
    return size;
  }

  private int hash(long aHi, long aLo, long bHi, long bLo, long ports) {
    return (int) sipHash.hash(aHi, aLo, bHi, bLo, ports);
  }

  private int find(int hash, long aHi, long aLo, long bHi, long bLo, long ports) {
    int slot = hash & mask;
    while (values[slot] != null) {
      int at = slot * WORDS;
      if (hashes[slot] == hash
          && keys[at + 4] == ports
          && keys[at + 3] == bLo
          && keys[at + 1] == aLo
          && keys[at + 2] == bHi
          && keys[at] == aHi) {
        return slot;
      }
      slot = slot + 1 & mask;
    }
    return ~slot;
  }

  @SuppressWarnings("unchecked") // only put() stores values
  private @Nullable V value(int slot) {
    return (V) values[slot];
  }

  /** The value of a key, or null. */
  @Nullable V get(long aHi, long aLo, long bHi, long bLo, long ports) {
    int slot = find(hash(aHi, aLo, bHi, bLo, ports), aHi, aLo, bHi, bLo, ports);
    return slot < 0 ? null : value(slot);
  }

  /** Sets the value of a key, whether it is there or not. */
  void put(long aHi, long aLo, long bHi, long bLo, long ports, V value) {
    int hash = hash(aHi, aLo, bHi, bLo, ports);
    int slot = find(hash, aHi, aLo, bHi, bLo, ports);
    if (slot >= 0) {
      values[slot] = value;
      return;
    }
    if ((size + 1) * 4L > (mask + 1) * 3L) {
      grow();
      slot = find(hash, aHi, aLo, bHi, bLo, ports);
    }
    slot = ~slot;
    int at = slot * WORDS;
    keys[at] = aHi;
    keys[at + 1] = aLo;
    keys[at + 2] = bHi;
    keys[at + 3] = bLo;
    keys[at + 4] = ports;
    hashes[slot] = hash;
    values[slot] = value;
    size++;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldHashes = hashes;
    @Nullable Object[] oldValues = values;
    int capacity = oldValues.length * 2;
    keys = new long[capacity * WORDS];
    hashes = new int[capacity];
    values = new Object[capacity];
    mask = capacity - 1;
    for (int i = 0; i < oldValues.length; i++) {
      if (oldValues[i] != null) {
        int slot = oldHashes[i] & mask;
        while (values[slot] != null) {
          slot = slot + 1 & mask;
        }
        System.arraycopy(oldKeys, i * WORDS, keys, slot * WORDS, WORDS);
        hashes[slot] = oldHashes[i];
        values[slot] = oldValues[i];
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // the very object is meant
  private boolean holds(int slot, V expected) {
    return values[slot] == expected;
  }

  /** Removes a key if {@code expected} is its value. */
  void remove(long aHi, long aLo, long bHi, long bLo, long ports, V expected) {
    int slot = find(hash(aHi, aLo, bHi, bLo, ports), aHi, aLo, bHi, bLo, ports);
    if (slot < 0 || !holds(slot, expected)) {
      return;
    }
    size--;
    // backward shift: no tombstones, so a table never degrades
    int hole = slot;
    int i = slot;
    while (true) {
      i = i + 1 & mask;
      if (values[i] == null) {
        break;
      }
      int home = hashes[i] & mask;
      if ((i - home & mask) >= (i - hole & mask)) {
        System.arraycopy(keys, i * WORDS, keys, hole * WORDS, WORDS);
        hashes[hole] = hashes[i];
        values[hole] = values[i];
        hole = i;
      }
    }
    values[hole] = null;
  }

  /** Calls {@code action} for each value; the table must not change meanwhile. */
  void forEach(Consumer<? super V> action) {
    for (int i = 0; i < values.length; i++) {
      V value = value(i);
      if (value != null) {
        action.accept(value);
      }
    }
  }
}
