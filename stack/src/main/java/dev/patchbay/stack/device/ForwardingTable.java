package dev.patchbay.stack.device;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a bridge has learned: which Ethernet address lives behind which port (Linux: {@code
 * br_fdb}). Bounded per port, so that a guest that sends from random addresses only hurts itself.
 */
public final class ForwardingTable {
  /** Learned addresses per port. */
  public static final int LIMIT_PER_PORT = 1024;

  /** Age after which an entry that was not seen again is forgotten: 300 s, as Linux. */
  public static final long AGEING = 300_000_000_000L;

  private static final int SLOTS = 1 << 13;
  private static final int PROBES = 16;

  /** Open addressing over a fixed array; a full neighbourhood evicts its oldest entry. */
  private final long[] macs = new long[SLOTS];

  private final long[] seen = new long[SLOTS];
  private final @Nullable NetDevice[] ports = new NetDevice[SLOTS];
  private final Map<NetDevice, int[]> counts = new HashMap<>();
  private final long key;
  private long movedAfter;

  /**
   * @param key secret that spreads the addresses
   */
  public ForwardingTable(long key) {
    this.key = key;
  }

  private int slot(long mac) {
    long h = (mac ^ key) * 0x9e3779b97f4a7c15L;
    h ^= h >>> 32;
    h *= 0xd6e8feb86659fd93L;
    return (int) (h >>> 40) & SLOTS - 1;
  }

  /** The port behind which {@code mac} was seen, or null. */
  public @Nullable NetDevice lookup(long mac, long now) {
    int at = slot(mac);
    for (int i = 0; i < PROBES; i++) {
      int slot = at + i & SLOTS - 1;
      if (macs[slot] == mac && ports[slot] != null) {
        return now - seen[slot] < AGEING ? ports[slot] : null;
      }
    }
    return null;
  }

  /**
   * Notes that {@code mac} is behind {@code port}. Returns the port where it was before if that was
   * another one.
   */
  public @Nullable NetDevice learn(long mac, NetDevice port, long now) {
    int at = slot(mac);
    int victim = at;
    for (int i = 0; i < PROBES; i++) {
      int slot = at + i & SLOTS - 1;
      NetDevice known = ports[slot];
      if (known != null && macs[slot] == mac) {
        movedAfter = now - seen[slot];
        seen[slot] = now;
        if (known.equals(port)) {
          return null;
        }
        count(known, -1);
        count(port, 1);
        ports[slot] = port;
        return known;
      }
      if (ports[victim] != null && (known == null || seen[slot] < seen[victim])) {
        victim = slot;
      }
    }
    NetDevice before = ports[victim];
    if (count(port, 0) >= LIMIT_PER_PORT && (before == null || !before.equals(port))) {
      return null;
    }
    if (before != null) {
      count(before, -1);
    }
    count(port, 1);
    macs[victim] = mac;
    ports[victim] = port;
    seen[victim] = now;
    return null;
  }

  /** Of an address that {@link #learn} found elsewhere: ns since it was last seen there. */
  long movedAfter() {
    return movedAfter;
  }

  private int count(NetDevice port, int change) {
    int[] box = counts.get(port);
    if (box == null) {
      box = new int[1];
      counts.put(port, box);
    }
    return box[0] += change;
  }

  /** Forgets all that is behind a port that goes away. */
  public void forget(NetDevice port) {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (port.equals(ports[slot])) {
        ports[slot] = null;
      }
    }
    Iterator<NetDevice> all = counts.keySet().iterator();
    while (all.hasNext()) {
      if (all.next().equals(port)) {
        all.remove();
      }
    }
  }

  /** Calls {@code visitor} for each entry that is not too old. */
  public void forEach(long now, Visitor visitor) {
    for (int slot = 0; slot < SLOTS; slot++) {
      NetDevice port = ports[slot];
      if (port != null && now - seen[slot] < AGEING) {
        visitor.entry(macs[slot], port, now - seen[slot]);
      }
    }
  }

  /** Sees entries. */
  @FunctionalInterface
  public interface Visitor {
    /** {@code age}: ns since it was last seen. */
    void entry(long mac, NetDevice port, long age);
  }
}
