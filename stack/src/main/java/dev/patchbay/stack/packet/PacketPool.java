package dev.patchbay.stack.packet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packets and payload chunks by size class, with one memory limit for all that is in use.
 *
 * <p>Memory is charged by array, not by payload: a one-byte segment pins its whole buffer. What is
 * given back is kept for the next user, so that a warm pool allocates nothing. Not thread-safe: one
 * pool per event loop.
 */
public final class PacketPool {
  /**
   * Array sizes of the classes: a frame, a jumbo frame, a segmentation-offload packet or the
   * longest frame of QEMU.
   */
  private static final int[] CAPACITY = {2048, 16 * 1024, 70 * 1024};

  /** Largest number of bytes after the headroom that a packet can have. */
  public static final int MAX_LENGTH = CAPACITY[2] - Packet.HEADROOM;

  /** Bytes of a payload chunk, as {@link #acquireChunk} gives. */
  public static final int CHUNK = 16 * 1024;

  /** Default limit: 256 MiB. */
  public static final long DEFAULT_LIMIT = 256L << 20;

  /** Sees each drop before the packet is given back. */
  @FunctionalInterface
  public interface DropObserver {
    /** The packet may be read during the call, not kept. */
    void dropped(Packet packet, DropReason reason);
  }

  private final long limit;
  private final boolean tracking;
  private final @Nullable Packet[] free = new Packet[CAPACITY.length];
  private final List<byte[]> freeChunks = new ArrayList<>();
  private final long[] drops = new long[DropReason.values().length];
  private final List<Packet> tracked = new ArrayList<>();
  private @Nullable DropObserver observer;
  private long used;
  private long peak;
  private int live;
  private int liveChunks;
  private long failures;

  /** A pool with the default limit. */
  public PacketPool() {
    this(DEFAULT_LIMIT, false);
  }

  /**
   * @param limit bytes that may be in use at once
   * @param tracking remember where each packet was acquired, to name leaks (tests)
   */
  public PacketPool(long limit, boolean tracking) {
    this.limit = limit;
    this.tracking = tracking;
  }

  /**
   * A packet with {@link Packet#HEADROOM} and room for {@code length} bytes after it.
   *
   * @return null where the limit is reached or {@code length} exceeds {@link #MAX_LENGTH}; the
   *     failure is counted
   */
  public @Nullable Packet acquire(int length) {
    int need = length + Packet.HEADROOM;
    int sizeClass = need <= CAPACITY[0] ? 0 : need <= CAPACITY[1] ? 1 : 2;
    int capacity = CAPACITY[sizeClass];
    if (need > capacity || used + capacity > limit) {
      failures++;
      return null;
    }
    Packet packet = free[sizeClass];
    if (packet != null) {
      free[sizeClass] = packet.next;
    } else {
      packet = new Packet(this, sizeClass, capacity);
    }
    used += capacity;
    peak = Math.max(peak, used);
    live++;
    packet.free = false;
    packet.reset(Packet.HEADROOM);
    if (tracking) {
      packet.owner = new Throwable("acquired here");
      tracked.add(packet);
    }
    return packet;
  }

  void release(Packet packet) {
    if (packet.free) {
      throw new IllegalStateException("packet released twice", packet.owner);
    }
    if (tracking) {
      tracked.remove(packet);
      packet.owner = new Throwable("released here");
    }
    packet.free = true;
    packet.tracking = null;
    packet.device = null;
    packet.physicalDevice = null;
    used -= CAPACITY[packet.sizeClass];
    live--;
    packet.next = free[packet.sizeClass];
    free[packet.sizeClass] = packet;
  }

  void drop(Packet packet, DropReason reason) {
    drops[reason.ordinal()]++;
    if (observer != null) {
      observer.dropped(packet, reason);
    }
    release(packet);
  }

  /** A payload buffer of {@link #CHUNK} bytes, or null where the limit is reached. */
  public byte @Nullable [] acquireChunk() {
    if (used + CHUNK > limit) {
      failures++;
      return null;
    }
    used += CHUNK;
    peak = Math.max(peak, used);
    liveChunks++;
    return freeChunks.isEmpty() ? new byte[CHUNK] : freeChunks.removeLast();
  }

  /** Gives a payload buffer back. */
  public void releaseChunk(byte[] chunk) {
    used -= CHUNK;
    liveChunks--;
    freeChunks.add(chunk);
  }

  /** Whoever is to see drops; one observer. */
  public void observer(@Nullable DropObserver dropObserver) {
    observer = dropObserver;
  }

  /** Packets dropped for this reason since the start. */
  public long drops(DropReason reason) {
    return drops[reason.ordinal()];
  }

  /** Bytes in use now. */
  public long used() {
    return used;
  }

  /** The most bytes ever in use. */
  public long peak() {
    return peak;
  }

  /** The limit in bytes. */
  public long limit() {
    return limit;
  }

  /** Whether more than three quarters of the limit are in use ({@code tcp_mem}'s pressure). */
  public boolean underPressure() {
    return used > limit - (limit >> 2);
  }

  /** How often nothing could be had. */
  public long failures() {
    return failures;
  }

  /** Packets in use. */
  public int live() {
    return live;
  }

  /** Payload chunks in use. */
  public int liveChunks() {
    return liveChunks;
  }

  /**
   * For tests: fails where packets or chunks are still in use.
   *
   * @throws IllegalStateException naming where the first one was acquired
   */
  public void checkNoLeaks() {
    if (live != 0 || liveChunks != 0) {
      throw new IllegalStateException(
          live + " packets and " + liveChunks + " chunks leaked",
          tracked.isEmpty() ? null : tracked.getFirst().owner);
    }
  }
}
