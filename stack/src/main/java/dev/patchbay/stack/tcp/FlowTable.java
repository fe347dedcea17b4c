package dev.patchbay.stack.tcp;

import dev.patchbay.stack.random.SipHash;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hash table from 4-tuples to what they lead to: open addressing with linear probing over two
 * flat arrays, keyed by SipHash, since a guest chooses the keys. The keys stand in the entries; the
 * hash beside each reference keeps others' entries from being looked at: with more connections than
 * the caches hold a look-up waits for memory three times. Nothing is allocated but by growth.
 */
final class FlowTable<E extends FourTuple> {
  private static final int INITIAL = 64;

  private final SipHash sipHash;
  private int[] hashes = new int[INITIAL];
  private @Nullable FourTuple[] entries = new FourTuple[INITIAL];
  private int mask = INITIAL - 1;
  private int size;

  /** Entries of each local port, so that whoever wants one need not look at all entries. */
  private final int[] portUsers;

  /** One whose {@link #users} nobody asks. */
  FlowTable(SipHash sipHash) {
    this(sipHash, false);
  }

  /**
   * @param countsPorts whether {@link #users} is wanted: 256 KiB
   */
  FlowTable(SipHash sipHash, boolean countsPorts) {
    this.sipHash = sipHash;
    portUsers = new int[countsPorts ? 1 << 16 : 0];
  }

  private void count(FourTuple entry, int change) {
    if (portUsers.length > 0) {
      portUsers[entry.localPort] += change;
    }
  }

  int size() {
    return size;
  }

  /** How many entries have this local port. */
  int users(int localPort) {
    return portUsers[localPort];
  }

  private int hash(
      long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {
    return (int)
        sipHash.hash(localHi, localLo, remoteHi, remoteLo, FlowKey.ports(localPort, remotePort));
  }

  private int hash(FourTuple e) {
    return hash(e.localHi, e.localLo, e.localPort, e.remoteHi, e.remoteLo, e.remotePort);
  }

  @SuppressWarnings("unchecked") // only put() stores entries
  private @Nullable E entry(int slot) {
    return (E) entries[slot];
  }

  /** The entry of a 4-tuple, or null. */
  @Nullable E get(
      long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {
    int hash = hash(localHi, localLo, localPort, remoteHi, remoteLo, remotePort);
    int slot = hash & mask;
    for (E e = entry(slot); e != null; e = entry(slot)) {
      if (hashes[slot] == hash
          && e.isFor(localHi, localLo, localPort, remoteHi, remoteLo, remotePort)) {
        return e;
      }
      slot = slot + 1 & mask;
    }
    return null;
  }

  /** Puts an entry in, in the place of one with the same 4-tuple if there is one. */
  void put(E entry) {
    int hash = hash(entry);
    int slot = hash & mask;
    for (E e = entry(slot); e != null; e = entry(slot)) {
      if (hashes[slot] == hash
          && e.isFor(
              entry.localHi,
              entry.localLo,
              entry.localPort,
              entry.remoteHi,
              entry.remoteLo,
              entry.remotePort)) {
        entries[slot] = entry;
        return;
      }
      slot = slot + 1 & mask;
    }
    if ((size + 1) * 4L > (mask + 1) * 3L) {
      grow();
      slot = free(hash);
    }
    hashes[slot] = hash;
    entries[slot] = entry;
    size++;
    count(entry, 1);
  }

  private int free(int hash) {
    int slot = hash & mask;
    while (entries[slot] != null) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    int[] oldHashes = hashes;
    @Nullable FourTuple[] oldEntries = entries;
    int capacity = oldEntries.length * 2;
    hashes = new int[capacity];
    entries = new FourTuple[capacity];
    mask = capacity - 1;
    for (int i = 0; i < oldEntries.length; i++) {
      FourTuple e = oldEntries[i];
      if (e != null) {
        int slot = free(oldHashes[i]);
        hashes[slot] = oldHashes[i];
        entries[slot] = e;
      }
    }
  }

  /** Removes this very entry, if it is there. */
  @SuppressWarnings("ReferenceEquality") // the very object is meant
  void remove(E entry) {
    int slot = hash(entry) & mask;
    while (entries[slot] != entry) {
      if (entries[slot] == null) {
        return;
      }
      slot = slot + 1 & mask;
    }
    size--;
    count(entry, -1);
    // backward shift: no tombstones, so a table never degrades
    int hole = slot;
    int i = slot;
    while (true) {
      i = i + 1 & mask;
      if (entries[i] == null) {
        break;
      }
      int home = hashes[i] & mask;
      if ((i - home & mask) >= (i - hole & mask)) {
        hashes[hole] = hashes[i];
        entries[hole] = entries[i];
        hole = i;
      }
    }
    entries[hole] = null;
  }

  /** Calls {@code action} for each entry; the table must not change meanwhile. */
  void forEach(Consumer<? super E> action) {
    for (int i = 0; i < entries.length; i++) {
      E e = entry(i);
      if (e != null) {
        action.accept(e);
      }
    }
  }
}
