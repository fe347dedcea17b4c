package dev.patchbay.stack.packet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packets and payload chunks by size class, with one memory limit for all that is in use and a
 * {@link MemoryShare} for each port.
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
  private int shares;
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
    return acquire(length, null);
  }

  /**
   * As {@link #acquire(int)}, on the account of a port.
   *
   * @param share null for what is nobody's, such as the appliance's own messages
   */
  public @Nullable Packet acquire(int length, @Nullable MemoryShare share) {
    int need = length + Packet.HEADROOM;
    int sizeClass = need <= CAPACITY[0] ? 0 : need <= CAPACITY[1] ? 1 : 2;
    int capacity = CAPACITY[sizeClass];
    if (need > capacity || used + capacity > limit || share != null && !share.take(capacity)) {
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
    packet.share = share;
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
    if (packet.trace != null) {
      packet.endTrace();
    }
    packet.free = true;
    packet.tracking = null;
    packet.trackingInfo = 0;
    packet.device = null;
    packet.physicalDevice = null;
    used -= CAPACITY[packet.sizeClass];
    MemoryShare share = packet.share;
    if (share != null) {
      share.give(CAPACITY[packet.sizeClass]);
      packet.share = null;
    }
    live--;
    packet.next = free[packet.sizeClass];
    free[packet.sizeClass] = packet;
  }

  void drop(Packet packet, DropReason reason) {
    drops[reason.ordinal()]++;
    if (packet.trace != null) {
      packet.trace.dropped(packet, reason);
    }
    if (observer != null) {
      observer.dropped(packet, reason);
    }
    release(packet);
  }

  /**
   * A payload buffer of {@link #CHUNK} bytes, or null where the limit is reached.
   *
   * @param share the account of the port to whose guest the payload goes, or null
   */
  public byte @Nullable [] acquireChunk(@Nullable MemoryShare share) {
    if (used + CHUNK > limit || share != null && !share.take(CHUNK)) {
      failures++;
      return null;
    }
    used += CHUNK;
    peak = Math.max(peak, used);
    liveChunks++;
    return freeChunks.isEmpty() ? new byte[CHUNK] : freeChunks.removeLast();
  }

  /** Gives a payload buffer back, with the share with which it was acquired. */
  public void releaseChunk(byte[] chunk, @Nullable MemoryShare share) {
    used -= CHUNK;
    if (share != null) {
      share.give(CHUNK);
    }
    liveChunks--;
    freeChunks.add(chunk);
  }

  /** A new account for a port; the fair share of all others becomes less. */
  public MemoryShare newShare() {
    shares++;
    return new MemoryShare(this);
  }

  void forgetShare() {
    shares--;
  }

  /** Whether {@code more} bytes would bring the use above half of the limit. */
  boolean isScarce(int more) {
    return used + more > limit >> 1;
  }

  /** Bytes that each port may hold while memory is scarce. */
  public long shareLimit() {
    return (limit >> 1) / Math.max(1, shares);
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
