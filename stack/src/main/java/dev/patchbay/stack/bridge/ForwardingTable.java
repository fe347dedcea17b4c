package dev.patchbay.stack.bridge;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which Ethernet address of which VLAN lives behind which port (Linux: {@code br_fdb}, {@code
 * net_bridge_fdb_entry}). What is learned is bounded per port, so that a guest that sends from
 * random addresses only hurts itself; what is set by hand stays until it is deleted.
 *
 * <p>Open addressing over one flat array: an entry stands in one of the {@value #PROBES} places
 * from its own on, and a full neighbourhood gives up its oldest learned entry. An entry is spoken
 * of by its slot, which is good until the next change. All that a frame asks of an entry lies in 32
 * bytes side by side, so that a look-up waits for memory once:
 *
 * <pre>
 *   0  flags (4 bits) | VLAN (12) | address (48)
 *   1  when it was last the source of a frame, ns
 *   2  when a frame was last sent to it, ns
 *   3  order of birth, from 1 (54) | number of its port (10), 0 for the bridge; 0: free
 * </pre>
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

  private static final int FIRST_SLOTS = 1 << 13;
  private static final int PROBES = 16;

  /** Binary logarithm of the words of an entry, and which of them has what. */
  private static final int SHIFT = 2;

  private static final int KEY = 0;
  private static final int SEEN = 1;
  private static final int USED = 2;
  private static final int PORT = 3;

  private static final int FLAGS_SHIFT = 60;
  private static final long KEY_MASK = (1L << FLAGS_SHIFT) - 1;
  private static final int BIRTH_SHIFT = 10;
  private static final int PORT_MASK = (1 << BIRTH_SHIFT) - 1;

  /** Between two looks for what is too old, ns. */
  private static final long SWEEP = 1_000_000_000L;

  private long[] entries = new long[FIRST_SLOTS << SHIFT];

  /** By their numbers: a frame's two are two of a few lines that are always at hand. */
  private final @Nullable BridgePort[] ports = new BridgePort[PORT_MASK + 1];

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

  private long word(int slot, int which) {
    return entries[(slot << SHIFT) + which];
  }

  private void word(int slot, int which, long value) {
    entries[(slot << SHIFT) + which] = value;
  }

  private boolean isKey(int slot, long key) {
    return (word(slot, KEY) & KEY_MASK) == key && isPresent(slot);
  }

  /** The slot of an entry that is not too old, or -1. */
  int find(long mac, int vid, long now) {
    long key = key(mac, vid);
    int at = home(key);
    for (int i = 0; i < PROBES; i++) {
      int slot = at + i & mask;
      if (isKey(slot, key)) {
        return isOld(slot, now) ? -1 : slot;
      }
    }
    return -1;
  }

  private boolean isOld(int slot, long now) {
    return (flags(slot) & STATIC) == 0 && now - word(slot, SEEN) >= ageing;
  }

  /** Whether there is an entry. */
  boolean isPresent(int slot) {
    return word(slot, PORT) != 0;
  }

  /** The port of an entry; null for the bridge itself. */
  @Nullable BridgePort port(int slot) {
    return ports[(int) word(slot, PORT) & PORT_MASK];
  }

  /** Its flags: {@link #LOCAL} and so on. */
  int flags(int slot) {
    return (int) (word(slot, KEY) >>> FLAGS_SHIFT);
  }

  long mac(int slot) {
    return word(slot, KEY) & 0xffff_ffff_ffffL;
  }

  int vid(int slot) {
    return (int) (word(slot, KEY) >>> 48) & 0xfff;
  }

  /** When its address was last the source of a frame, ns. */
  long seen(int slot) {
    return word(slot, SEEN);
  }

  /** When a frame was last sent to it, ns. */
  long used(int slot) {
    return word(slot, USED);
  }

  void used(int slot, long now) {
    word(slot, USED, now);
  }

  private long birth(int slot) {
    return word(slot, PORT) >>> BIRTH_SHIFT;
  }

  /** The port behind which {@code mac} is, or null. */
  public @Nullable BridgePort lookup(long mac, int vid, long now) {
    int slot = find(mac, vid, now);
    return slot < 0 ? null : port(slot);
  }

  /**
   * Notes that {@code mac} sent from {@code port} ({@code br_fdb_update}). Returns the port where
   * it was before if that was another one.
   */
  @Nullable BridgePort learn(long mac, int vid, BridgePort port, long now) {
    long key = key(mac, vid);
    int at = home(key);
    for (int i = 0; i < PROBES; i++) {
      int slot = at + i & mask;
      if (isKey(slot, key)) {
        return seenAgain(slot, port, now);
      }
    }
    learnNew(key, port, now);
    return null;
  }

  private void learnNew(long key, BridgePort port, long now) {
    int at = home(key);
    int free = -1;
    int oldest = -1;
    for (int i = 0; i < PROBES; i++) {
      int slot = at + i & mask;
      if (isPresent(slot) && isOld(slot, now)) {
        remove(slot);
      }
      if (!isPresent(slot)) {
        free = free < 0 ? slot : free;
      } else {
        oldest = older(slot, oldest);
      }
    }
    int victim = free >= 0 ? free : oldest;
    if (victim < 0) {
      return;
    }
    BridgePort before = isPresent(victim) ? port(victim) : null;
    if (port.learned >= LIMIT_PER_PORT && !port.equals(before)) {
      sweep(now);
      return;
    }
    remove(victim);
    put(victim, key, port, 0, now);
  }

  /** The one of two that may give way, the one that was not seen for longer; -1 for neither. */
  private int older(int slot, int oldest) {
    boolean mayGo = (flags(slot) & (STATIC | USER)) == 0;
    return mayGo && (oldest < 0 || seen(slot) < seen(oldest)) ? slot : oldest;
  }

  /** Forgets what is too old, at most once a second: it counts for its port until then. */
  private void sweep(long now) {
    if (now - swept < SWEEP) {
      return;
    }
    swept = now;
    for (int slot = 0; slot <= mask; slot++) {
      if (isPresent(slot) && isOld(slot, now)) {
        remove(slot);
      }
    }
  }

  /** Slots, used or not. */
  int slots() {
    return mask + 1;
  }

  private @Nullable BridgePort seenAgain(int slot, BridgePort port, long now) {
    int flags = flags(slot);
    if ((flags & LOCAL) != 0) {
      return null;
    }
    long age = now - word(slot, SEEN);
    word(slot, SEEN, now);
    int number = (int) word(slot, PORT) & PORT_MASK;
    if (number == port.number() || (flags & STICKY) != 0) {
      return null;
    }
    BridgePort before = ports[number];
    movedAfter = age;
    count(slot, -1);
    belong(slot, port);
    count(slot, 1);
    return age < ageing ? before : null;
  }

  /** Of an address that {@link #learn} found elsewhere: ns since it was last seen there. */
  long movedAfter() {
    return movedAfter;
  }

  /** Makes an entry that of a port. */
  private void belong(int slot, @Nullable BridgePort port) {
    int number = port == null ? 0 : port.number();
    ports[number] = port;
    word(slot, PORT, word(slot, PORT) & ~(long) PORT_MASK | number);
  }

  private void key(int slot, long key, int flags) {
    word(slot, KEY, key | (long) flags << FLAGS_SHIFT);
  }

  /** Adds or replaces an entry by hand; {@code what} is its flags. */
  void set(long mac, int vid, @Nullable BridgePort port, int what, long now) {
    long key = key(mac, vid);
    int slot = find(mac, vid, now);
    if (slot >= 0) {
      count(slot, -1);
      belong(slot, port);
      key(slot, key, what);
      word(slot, SEEN, now);
      count(slot, 1);
      return;
    }
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
      if (!isPresent(slot) || isKey(slot, key) || isOld(slot, now)) {
        return slot;
      }
      oldest = older(slot, oldest);
    }
    return oldest;
  }

  private void put(int slot, long key, @Nullable BridgePort port, int what, long now) {
    key(slot, key, what);
    word(slot, SEEN, now);
    word(slot, USED, now);
    word(slot, PORT, ++births << BIRTH_SHIFT);
    belong(slot, port);
    count(slot, 1);
  }

  private void count(int slot, int change) {
    BridgePort port = port(slot);
    if (port != null && (flags(slot) & (STATIC | USER)) == 0) {
      port.learned += change;
    }
  }

  /** Forgets an entry, if there is one. */
  void remove(int slot) {
    if (isPresent(slot)) {
      count(slot, -1);
      word(slot, KEY, 0);
      word(slot, PORT, 0);
    }
  }

  /** Forgets a port, of which there are no entries any more. */
  void forget(BridgePort port) {
    ports[port.number()] = null;
  }

  /** Twice the room; learned entries that find no place there are forgotten. */
  private void grow(long now) {
    long[] before = entries;
    entries = new long[before.length * 2];
    mask = mask * 2 + 1;
    for (int at = 0; at < before.length; at += 1 << SHIFT) {
      if (before[at + PORT] == 0) {
        continue;
      }
      int slot = place(before[at + KEY] & KEY_MASK, now);
      if (slot < 0) {
        throw new IllegalStateException("no place for a forwarding entry");
      }
      remove(slot);
      System.arraycopy(before, at, entries, slot << SHIFT, 1 << SHIFT);
    }
  }

  /** The slots of all entries, the newest first, as Linux lists them. */
  int[] newestFirst() {
    long[] order = new long[slots()];
    int count = 0;
    for (int slot = 0; slot <= mask; slot++) {
      if (isPresent(slot)) {
        order[count++] = -birth(slot);
      }
    }
    Arrays.sort(order, 0, count);
    int[] slots = new int[count];
    for (int slot = 0; slot <= mask; slot++) {
      if (isPresent(slot)) {
        slots[Arrays.binarySearch(order, 0, count, -birth(slot))] = slot;
      }
    }
    return slots;
  }

  /** Calls {@code visitor} for each learned entry that is not too old. */
  public void forEach(long now, Visitor visitor) {
    for (int slot = 0; slot <= mask; slot++) {
      if (isPresent(slot) && (flags(slot) & STATIC) == 0 && !isOld(slot, now)) {
        visitor.entry(mac(slot), vid(slot), port(slot), now - seen(slot));
      }
    }
  }
}
