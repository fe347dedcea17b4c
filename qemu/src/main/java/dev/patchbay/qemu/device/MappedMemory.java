package dev.patchbay.qemu.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory outside of the heap, as a mapping of a file that QEMU shares ({@code
 * memory-backend-memfd,share=on}). The guest may change it at any time.
 */
public final class MappedMemory implements GuestMemory {
  private final long base;
  private final MemorySegment segment;

  /**
   * Memory that is this segment.
   *
   * @param base physical address of the segment's first byte
   * @param segment accessible by the device's thread for as long as the device lives
   */
  public MappedMemory(long base, MemorySegment segment) {
    this.base = base;
    this.segment = segment;
  }

  private boolean holds(long address, int length) {
    long at = address - base;
    return at >= 0 && at <= segment.byteSize() && length <= segment.byteSize() - at;
  }

  @Override
  public boolean read(long address, byte[] to, int offset, int length) {
    if (!holds(address, length)) {
      return false;
    }
    MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, address - base, to, offset, length);
    return true;
  }

  @Override
  public boolean write(long address, byte[] from, int offset, int length) {
    if (!holds(address, length)) {
      return false;
    }
    MemorySegment.copy(from, offset, segment, ValueLayout.JAVA_BYTE, address - base, length);
    return true;
  }
}
