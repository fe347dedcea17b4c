package dev.patchbay.stack.vxlan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which Ethernet address is behind which hosts ({@code vxlan_fdb}): an open hash table over a
 * secret, so that nobody outside can make it long to search. On the loop.
 */
public final class VxlanFdb {
  /** Entries where the administrator sets no limit; Linux has none. */
  public static final int LIMIT = 16384;

  private static final int FIRST_SLOTS = 64;
  private static final long LINUX_GOLDEN = 0x61c8_8646_80b5_83ebL;

  /** How an entry came and whether it goes. */
  public enum State {
    PERMANENT,
    STATIC,
    /** Learned, or to be forgotten like that. */
    DYNAMIC
  }

  /**
   * A host.
   *
   * @param port UDP port
   * @param vni network there
   */
  public record Remote(long hi, long lo, int port, int vni) {}

  /** An address and its hosts. */
  public static final class Entry {
    private final long mac;
    private final long born;
    State state;
    Remote[] remotes;
    long used;
    long updated;

    private Entry(long mac, State state, Remote remote, long now, long born) {
      this.mac = mac;
      this.born = born;
      this.state = state;
      remotes = new Remote[] {remote};
      used = now;
      updated = now;
    }

    /** 48 bits; 0 stands for all that no entry has. */
    public long mac() {
      return mac;
    }

    public State state() {
      return state;
    }

    /** In the order in which they came; not to be changed. */
    public Remote[] remotes() {
      return remotes;
    }

    /** When it was used last, ns of the loop's clock. */
    public long used() {
      return used;
    }

    /** When it was changed last. */
    public long updated() {
      return updated;
    }

    boolean has(Remote remote) {
      return Arrays.asList(remotes).contains(remote);
    }

    void append(Remote remote) {
      remotes = Arrays.copyOf(remotes, remotes.length + 1);
      remotes[remotes.length - 1] = remote;
    }

    void remove(Remote remote) {
      remotes = Arrays.stream(remotes).filter(r -> !r.equals(remote)).toArray(Remote[]::new);
    }
  }

  private final long secret;
  private @Nullable Entry[] slots = new Entry[FIRST_SLOTS];
  private int count;
  private long births;

  VxlanFdb(long secret) {
    this.secret = secret;
  }

  private int home(long mac) {
    long h = (mac ^ secret) * 0x9e37_79b9_7f4a_7c15L;
    h ^= h >>> 32;
    return (int) (h * 0x9e37_79b9_7f4a_7c15L >>> 40) & slots.length - 1;
  }

  int count() {
    return count;
  }

  /** The entry of an address, or null. */
  @Nullable Entry find(long mac) {
    for (int at = home(mac); ; at = at + 1 & slots.length - 1) {
      Entry entry = slots[at];
      if (entry == null || entry.mac == mac) {
        return entry;
      }
    }
  }

  /** A new entry of an address that has none. */
  void create(long mac, State state, Remote remote, long now) {
    if (count * 2 >= slots.length) {
      @Nullable Entry[] before = slots;
      slots = new Entry[before.length * 2];
      for (Entry entry : before) {
        if (entry != null) {
          place(entry);
        }
      }
    }
    place(new Entry(mac, state, remote, now, births++));
    count++;
  }

  private void place(Entry entry) {
    int at = home(entry.mac);
    while (slots[at] != null) {
      at = at + 1 & slots.length - 1;
    }
    slots[at] = entry;
  }

  /** Takes an entry out; those behind it move up. */
  void remove(Entry gone) {
    int at = home(gone.mac);
    while (!gone.equals(slots[at])) {
      at = at + 1 & slots.length - 1;
    }
    slots[at] = null;
    count--;
    for (at = at + 1 & slots.length - 1; ; at = at + 1 & slots.length - 1) {
      Entry entry = slots[at];
      if (entry == null) {
        return;
      }
      slots[at] = null;
      place(entry);
    }
  }

  /** All entries in the order in which Linux lists them: by its hash, the newest first. */
  List<Entry> entries() {
    List<Entry> all = new ArrayList<>();
    for (Entry entry : slots) {
      if (entry != null) {
        all.add(entry);
      }
    }
    all.sort(
        Comparator.comparingInt((Entry entry) -> bucket(entry.mac))
            .thenComparing(Comparator.comparingLong((Entry entry) -> entry.born).reversed()));
    return all;
  }

  /** {@code eth_hash} of a little-endian machine, 8 bits. */
  private static int bucket(long mac) {
    return (int) (Long.reverseBytes(mac) * LINUX_GOLDEN >>> 56);
  }
}
