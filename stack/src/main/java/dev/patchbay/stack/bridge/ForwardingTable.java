package dev.patchbay.stack.bridge;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which Ethernet address of which VLAN lives behind which port (Linux: {@code br_fdb}, {@code
 * net_bridge_fdb_entry}). What is learned is bounded per port, so that a guest that sends from
 * random addresses only hurts itself; what is set by hand stays until it is deleted.
 *
 * <p>Open addressing over flat arrays: an entry stands in one of the {@value #PROBES} places from
 * its own on, and a full neighbourhood gives up its oldest learned entry. An entry is spoken of by
 * its slot, which is good until the next change.
 */
public final class ForwardingTable {
  /** Learned addresses per port. */
  public static final int LIMIT_PER_PORT = 1024;

  /** The address of a port or of the bridge: frames to it are for us ({@code BR_FDB_LOCAL}). */
  static final int LOCAL = 1;

  /** Does not age ({@code BR_FDB_STATIC}). */
  static final int STATIC = 2;

  /** Does not move to the port that sends from it ({@code BR_FDB_STICKY}). */
  static final int STICKY = 4;

  /** Set by hand ({@code BR_FDB_ADDED_BY_USER}). */
  static final int USER = 8;

  private static final int PRESENT = 0x80;
  private static final int FIRST_SLOTS = 1 << 13;
  private static final int PROBES = 16;

  /** Between two looks for what is too old, ns. */
  private static final long SWEEP = 1_000_000_000L;

  private long[] keys = new long[FIRST_SLOTS];
  private long[] seen = new long[FIRST_SLOTS];
  private long[] used = new long[FIRST_SLOTS];
  private long[] born = new long[FIRST_SLOTS];
  private byte[] flags = new byte[FIRST_SLOTS];
  private @Nullable BridgePort[] ports = new BridgePort[FIRST_SLOTS];
  private final long secret;
  private long swept;
  private int mask = FIRST_SLOTS - 1;
  private long births;
  private long movedAfter;
  private long ageing = 300_000_000_000L;

  /**
   * @param secret spreads the addresses
   */
  ForwardingTable(long secret) {
    this.secret = secret;
  }

  /** Sees entries. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * One entry.
     *
     * @param port null for an address of the bridge itself
     * @param age ns since it was last seen
     */
    void entry(long mac, int vid, @Nullable BridgePort port, long age);
  }

  /** Age after which an entry that was not seen again is forgotten, ns. */
  long ageing() {
    return ageing;
  }

  void ageing(long nanos) {
    ageing = nanos;
  }

  private static long key(long mac, int vid) {
    return mac | (long) vid << 48;
  }

  private int home(long key) {
    long h = (key ^ secret) * 0x9e3779b97f4a7c15L;
    h ^= h >>> 32;
    h *= 0xd6e8feb86659fd93L;
    return (int) (h >>> 40);
  }

  /** The slot of an entry that is not too old, or -1. */
  int find(long mac, int vid, long now) {
    long key = key(mac, vid);
    int at = home(key);
    for (int i = 0; i < PROBES; i++) {
      int slot = at + i & mask;
      if (keys[slot] == key && flags[slot] != 0) {
        return isOld(slot, now) ? -1 : slot;
      }
    }
    return -1;
  }

  private boolean isOld(int slot, long now) {
    return (flags[slot] & STATIC) == 0 && now - seen[slot] >= ageing;
  }

  /** The port of an entry; null for the bridge itself. */
  @Nullable BridgePort port(int slot) {
    return ports[slot];
  }

  /** Its flags: {@link #LOCAL} and so on. */
  int flags(int slot) {
    return flags[slot] & ~PRESENT;
  }

  long mac(int slot) {
    return keys[slot] & 0xffff_ffff_ffffL;
  }

  int vid(int slot) {
    return (int) (keys[slot] >>> 48);
  }

  /** When its address was last the source of a frame, ns. */
  long seen(int slot) {
    return seen[slot];
  }

  /** When a frame was last sent to it, ns. */
  long used(int slot) {
    return used[slot];
  }

  void used(int slot, long now) {
    used[slot] = now;
  }

  /** The port behind which {@code mac} is, or null. */
  public @Nullable BridgePort lookup(long mac, int vid, long now) {
    int slot = find(mac, vid, now);
    return slot < 0 ? null : ports[slot];
  }

  /**
   * Notes that {@code mac} sent from {@code port} ({@code br_fdb_update}). Returns the port where
   * it was before if that was another one.
   */
  @Nullable BridgePort learn(long mac, int vid, BridgePort port, long now) {
    long key = key(mac, vid);
    int at = home(key);
    int free = -1;
    int oldest = -1;
    for (int i = 0; i < PROBES; i++) {
      int slot = at + i & mask;
      int is = flags[slot];
      if (is != 0 && keys[slot] == key) {
        return seenAgain(slot, port, now);
      }
      if (is != 0 && isOld(slot, now)) {
        remove(slot);
        is = 0;
      }
      if (is == 0) {
        free = free < 0 ? slot : free;
      } else if ((is & (STATIC | USER)) == 0 && (oldest < 0 || seen[slot] < seen[oldest])) {
        oldest = slot;
      }
    }
    int victim = free >= 0 ? free : oldest;
    if (victim < 0) {
      return null;
    }
    BridgePort before = flags[victim] == 0 ? null : ports[victim];
    if (port.learned >= LIMIT_PER_PORT && !port.equals(before)) {
      sweep(now);
      return null;
    }
    remove(victim);
    put(victim, key, port, 0, now);
    return null;
  }

  /** Forgets what is too old, at most once a second: it counts for its port until then. */
  private void sweep(long now) {
    if (now - swept < SWEEP) {
      return;
    }
    swept = now;
    for (int slot = 0; slot < flags.length; slot++) {
      if (flags[slot] != 0 && isOld(slot, now)) {
        remove(slot);
      }
    }
  }

  /** Slots, used or not. */
  int slots() {
    return flags.length;
  }

  private @Nullable BridgePort seenAgain(int slot, BridgePort port, long now) {
    if ((flags[slot] & LOCAL) != 0) {
      return null;
    }
    movedAfter = now - seen[slot];
    seen[slot] = now;
    BridgePort before = ports[slot];
    if (port.equals(before) || (flags[slot] & STICKY) != 0) {
      return null;
    }
    count(slot, -1);
    ports[slot] = port;
    count(slot, 1);
    return movedAfter < ageing ? before : null;
  }

  /** Of an address that {@link #learn} found elsewhere: ns since it was last seen there. */
  long movedAfter() {
    return movedAfter;
  }

  /** Adds or replaces an entry by hand; {@code what} is its flags. */
  void set(long mac, int vid, @Nullable BridgePort port, int what, long now) {
    int slot = find(mac, vid, now);
    if (slot >= 0) {
      count(slot, -1);
      ports[slot] = port;
      flags[slot] = (byte) (what | PRESENT);
      seen[slot] = now;
      count(slot, 1);
      return;
    }
    long key = key(mac, vid);
    slot = place(key, now);
    while (slot < 0) {
      grow(now);
      slot = place(key, now);
    }
    remove(slot);
    put(slot, key, port, what, now);
  }

  /** A slot for an entry that must be kept, or -1. */
  private int place(long key, long now) {
    int at = home(key);
    int oldest = -1;
    for (int i = 0; i < PROBES; i++) {
      int slot = at + i & mask;
      if (flags[slot] == 0 || keys[slot] == key || isOld(slot, now)) {
        return slot;
      }
      if ((flags[slot] & (STATIC | USER)) == 0 && (oldest < 0 || seen[slot] < seen[oldest])) {
        oldest = slot;
      }
    }
    return oldest;
  }

  private void put(int slot, long key, @Nullable BridgePort port, int what, long now) {
    keys[slot] = key;
    ports[slot] = port;
    flags[slot] = (byte) (what | PRESENT);
    seen[slot] = now;
    used[slot] = now;
    born[slot] = ++births;
    count(slot, 1);
  }

  private void count(int slot, int change) {
    BridgePort port = ports[slot];
    if (port != null && (flags[slot] & (STATIC | USER)) == 0) {
      port.learned += change;
    }
  }

  /** Forgets an entry, if there is one. */
  void remove(int slot) {
    if (flags[slot] != 0) {
      count(slot, -1);
      flags[slot] = 0;
      ports[slot] = null;
    }
  }

  /** Twice the room; learned entries that find no place there are forgotten. */
  private void grow(long now) {
    long[] oldKeys = keys;
    long[] oldSeen = seen;
    long[] oldUsed = used;
    long[] oldBorn = born;
    byte[] oldFlags = flags;
    @Nullable BridgePort[] oldPorts = ports;
    int slots = oldKeys.length * 2;
    keys = new long[slots];
    seen = new long[slots];
    used = new long[slots];
    born = new long[slots];
    flags = new byte[slots];
    ports = new BridgePort[slots];
    mask = slots - 1;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldFlags[i] == 0) {
        continue;
      }
      int slot = place(oldKeys[i], now);
      BridgePort port = oldPorts[i];
      if (slot < 0) {
        throw new IllegalStateException("no place for a forwarding entry");
      }
      remove(slot);
      keys[slot] = oldKeys[i];
      seen[slot] = oldSeen[i];
      used[slot] = oldUsed[i];
      born[slot] = oldBorn[i];
      flags[slot] = oldFlags[i];
      ports[slot] = port;
    }
  }

  /** The slots of all entries, the newest first, as Linux lists them. */
  int[] newestFirst() {
    long[] order = new long[flags.length];
    int count = 0;
    for (int slot = 0; slot < flags.length; slot++) {
      if (flags[slot] != 0) {
        order[count++] = -born[slot];
      }
    }
    Arrays.sort(order, 0, count);
    int[] slots = new int[count];
    for (int slot = 0; slot < flags.length; slot++) {
      if (flags[slot] != 0) {
        slots[Arrays.binarySearch(order, 0, count, -born[slot])] = slot;
      }
    }
    return slots;
  }

  /** Calls {@code visitor} for each learned entry that is not too old. */
  public void forEach(long now, Visitor visitor) {
    for (int slot = 0; slot < flags.length; slot++) {
      if (flags[slot] != 0 && (flags[slot] & STATIC) == 0 && !isOld(slot, now)) {
        visitor.entry(mac(slot), vid(slot), ports[slot], now - seen[slot]);
      }
    }
  }
}
