package dev.patchbay.stack.neighbour;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.PacketQueue;
import dev.patchbay.stack.time.Timer;
import org.jspecify.annotations.Nullable;

/** One neighbour: its state (RFC 4861 section 7.3.2), its address, and what waits for it. */
public final class Neighbour {
  /** NUD states as {@code ip neigh} names them, with their bits ({@code NUD_*}). */
  public enum State {
    NONE(0),
    INCOMPLETE(0x01),
    REACHABLE(0x02),
    STALE(0x04),
    DELAY(0x08),
    PROBE(0x10),
    FAILED(0x20),
    NOARP(0x40),
    PERMANENT(0x80);

    private final int bit;

    State(int bit) {
      this.bit = bit;
    }

    /** Its bit in masks of states; {@link #NONE} has none. */
    public int bit() {
      return bit;
    }

    /** Whether the link-layer address may be used ({@code NUD_VALID}). */
    public boolean isValid() {
      return this != NONE && this != INCOMPLETE && this != FAILED;
    }

    /** Whether it is known to be there ({@code NUD_CONNECTED}). */
    public boolean isConnected() {
      return this == PERMANENT || this == NOARP || this == REACHABLE;
    }

    /** Whether a timer runs in it ({@code NUD_IN_TIMER}). */
    boolean isTimed() {
      return this == INCOMPLETE || this == REACHABLE || this == DELAY || this == PROBE;
    }

    /** Whether only an administrator changes it. */
    boolean isFixed() {
      return this == PERMANENT || this == NOARP;
    }
  }

  final long hi;
  final long lo;
  final NetDevice device;
  final NeighbourSettings settings;
  final PacketQueue queue = new PacketQueue();
  State state = State.NONE;
  long mac;
  long heard;
  long confirmed;
  long used;
  long updated;
  int probes;
  boolean router;
  @Nullable String protocol;
  @Nullable NetDevice port;
  @Nullable Timer timer;

  Neighbour(long hi, long lo, NetDevice device, NeighbourSettings settings) {
    this.hi = hi;
    this.lo = lo;
    this.device = device;
    this.settings = settings;
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

  /** Link-layer address, 0 while it was never known; that of a failed entry is the last one. */
  public long mac() {
    return mac;
  }

  /** Whether it said that it is a router. */
  public boolean isRouter() {
    return router;
  }

  /** Who made the entry (a name or number of {@code rt_protos}), null where nobody said. */
  public @Nullable String protocol() {
    return protocol;
  }

  /** Bridge port, or device without ports, by which it last spoke; null where it never did. */
  public @Nullable NetDevice port() {
    return port;
  }

  /** When it was last heard of, ns of the loop's clock. */
  public long heard() {
    return heard;
  }

  /** When it was last known to be reachable, ns of the loop's clock ({@code confirmed}). */
  public long confirmed() {
    return confirmed;
  }

  /** When a packet to it last found it unconfirmed, ns of the loop's clock ({@code used}). */
  public long used() {
    return used;
  }

  /** When state or address last changed, ns of the loop's clock ({@code updated}). */
  public long updated() {
    return updated;
  }

  /** Whether a timer of its state runs, which holds it ({@code ip neigh show unused}). */
  public boolean isTimed() {
    return timer != null && timer.isArmed();
  }

  /** Probes sent; those of an unknown one begin at {@code ucast_solicit}, as Linux counts them. */
  public int probes() {
    return probes;
  }
}
