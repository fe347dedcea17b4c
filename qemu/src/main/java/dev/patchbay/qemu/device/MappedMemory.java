package dev.patchbay.qemu.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Memory outside of the heap, as a mapping of a file that QEMU shares ({@code
 * memory-backend-memfd,share=on}). The guest may change it at any time.
 */
public final class MappedMemory implements GuestMemory {
  private static final ValueLayout.OfInt UNALIGNED =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle WORD =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

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

  private boolean aligned(long at) {
    return (segment.address() + at & 3) == 0;
  }

  @Override
  public long readWord(long address) {
    if (!holds(address, 4)) {
      return NOTHING;
    }
    long at = address - base;
    int value;
    if (aligned(at)) {
      value = (int) WORD.getAcquire(segment, at);
    } else {
      // no descriptor lies so; then it may be torn, as on the guest's own bus
      value = segment.get(UNALIGNED, at);
      VarHandle.acquireFence();
    }
    return value & 0xffffffffL;
  }

  @Override
  public boolean writeWord(long address, int value) {
    if (!holds(address, 4)) {
      return false;
    }
    long at = address - base;
    if (aligned(at)) {
      WORD.setRelease(segment, at, value);
    } else {
      VarHandle.releaseFence();
      segment.set(UNALIGNED, at, value);
    }
    return true;
  }
}
