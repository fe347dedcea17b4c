package dev.patchbay.stack.neighbour;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.PacketQueue;
import dev.patchbay.stack.time.Timer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One neighbour: its state (RFC 4861 section 7.3.2), its address, and what waits for it. */
public final class Neighbour {
  /** NUD states as {@code ip neigh} names them. */
  public enum State {
    INCOMPLETE,
    REACHABLE,
    STALE,
    DELAY,
    PROBE,
    FAILED,
    PERMANENT;

    /** Whether the link-layer address may be used. */
    boolean usable() {
      return this != INCOMPLETE && this != FAILED;
    }

    @Override
    public String toString() {
      return name().toUpperCase(Locale.ROOT);
    }
  }

  final long hi;
  final long lo;
  final NetDevice device;
  final PacketQueue queue = new PacketQueue();
  State state = State.INCOMPLETE;
  long mac;
  long confirmed;
  long used;
  int probes;
  boolean router;
  @Nullable NetDevice port;
  @Nullable Timer timer;

  Neighbour(long hi, long lo, NetDevice device) {
    this.hi = hi;
    this.lo = lo;
    this.device = device;
  }

  public long hi() {
    return hi;
  }

  public long lo() {
    return lo;
  }

  public NetDevice device() {
    return device;
  }

  public State state() {
    return state;
  }

  /** Link-layer address, 0 while it is not known. */
  public long mac() {
    return mac;
  }

  /** Whether it said that it is a router. */
  public boolean isRouter() {
    return router;
  }

  /** Bridge port by which it last spoke, or null. */
  public @Nullable NetDevice port() {
    return port;
  }

  /** When it was last heard of, ns of the loop's clock. */
  public long confirmed() {
    return confirmed;
  }
}
