package dev.patchbay.backend.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory outside the heap that the kernel reads and writes. All offsets are bytes from its start
 * and are checked; a wrong one throws {@link IndexOutOfBoundsException} and touches nothing. No
 * method but the constructor allocates.
 *
 * <p>Owned by one thread. {@link #close} gives the memory back; a system call with a closed buffer
 * throws {@link IllegalStateException}.
 */
public final class NativeBuffer implements AutoCloseable {
  private static final ValueLayout.OfShort SHORT_BE =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final AtomicInteger LIVE = new AtomicInteger();

  private final Arena arena;
  private final MemorySegment segment;
  private final long address;
  private final int capacity;

  /**
   * Allocates zeroed memory.
   *
   * @param capacity bytes, above 0
   */
  public NativeBuffer(int capacity) {
    if (capacity <= 0) {
      throw new IllegalArgumentException("capacity " + capacity + " is not above 0");
    }
    this.capacity = capacity;
    // shared, since what is built at start-up is used and closed by the loop
    arena = Arena.ofShared();
    segment = arena.allocate(capacity, 64);
    address = segment.address();
    LIVE.incrementAndGet();
  }

  /** Buffers of this process that were not closed: no garbage collection frees one. */
  public static int live() {
    return LIVE.get();
  }

  /** Bytes. */
  public int capacity() {
    return capacity;
  }

  /** Copies {@code length} bytes from here to an array. */
  public void copyTo(int at, byte[] target, int offset, int length) {
    MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, target, offset, length);
  }

  /** Copies {@code length} bytes of an array to here. */
  public void copyFrom(int at, byte[] source, int offset, int length) {
    MemorySegment.copy(source, offset, segment, ValueLayout.JAVA_BYTE, at, length);
  }

  /** 16 bits in network order at any alignment, 0 to 65535. */
  public int getShortBE(int at) {
    return segment.get(SHORT_BE, at) & 0xffff;
  }

  /** The memory itself, for the classes of this package that lay out structures in it. */
  MemorySegment segment() {
    return segment;
  }

  /** Address of a range for a system call, after its check. */
  long address(int at, int length) {
    if ((at | length) < 0 || length > capacity - at) {
      throw new IndexOutOfBoundsException("range " + at + "+" + length + " of " + capacity);
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("buffer is closed");
    }
    return address + at;
  }

  @Override
  public void close() {
    if (segment.scope().isAlive()) {
      arena.close();
      LIVE.decrementAndGet();
    }
  }
}
