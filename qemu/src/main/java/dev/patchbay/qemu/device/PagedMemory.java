package dev.patchbay.qemu.device;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Memory of ours of the size of a board's, of which only what was written takes room. For one
 * thread.
 */
public final class PagedMemory implements GuestMemory {
  private static final int SHIFT = 16;
  private static final int PAGE = 1 << SHIFT;

  private final long base;
  private final long size;
  private final byte[] @Nullable [] pages;

  /**
   * Memory of zeros.
   *
   * @param base physical address of its first byte
   * @param size in bytes, a multiple of 64 KiB up to 128 TiB
   */
  public PagedMemory(long base, long size) {
    if (size < 0 || (size & PAGE - 1) != 0) {
      throw new IllegalArgumentException("size: " + size + " is no multiple of " + PAGE);
    }
    this.base = base;
    this.size = size;
    this.pages = new byte[Math.toIntExact(size >> SHIFT)][];
  }

  private boolean holds(long address, int length) {
    long at = address - base;
    return at >= 0 && at <= size && length <= size - at;
  }

  private byte[] page(long at) {
    int number = (int) (at >> SHIFT);
    byte[] page = pages[number];
    if (page == null) {
      page = new byte[PAGE];
      pages[number] = page;
    }
    return page;
  }

  @Override
  public boolean read(long address, byte[] to, int offset, int length) {
    if (!holds(address, length)) {
      return false;
    }
    long at = address - base;
    int done = 0;
    while (done < length) {
      int from = (int) (at + done) & PAGE - 1;
      int part = Math.min(length - done, PAGE - from);
      byte[] page = pages[(int) (at + done >> SHIFT)];
      if (page == null) {
        Arrays.fill(to, offset + done, offset + done + part, (byte) 0);
      } else {
        System.arraycopy(page, from, to, offset + done, part);
      }
      done += part;
    }
    return true;
  }

  @Override
  public boolean write(long address, byte[] from, int offset, int length) {
    if (!holds(address, length)) {
      return false;
    }
    long at = address - base;
    int done = 0;
    while (done < length) {
      int to = (int) (at + done) & PAGE - 1;
      int part = Math.min(length - done, PAGE - to);
      System.arraycopy(from, offset + done, page(at + done), to, part);
      done += part;
    }
    return true;
  }

  private int at(long at) {
    byte[] page = pages[(int) (at >> SHIFT)];
    return page == null ? 0 : page[(int) at & PAGE - 1] & 0xff;
  }

  @Override
  public long readWord(long address) {
    if (!holds(address, 4)) {
      return NOTHING;
    }
    long at = address - base;
    return (at(at) | at(at + 1) << 8 | at(at + 2) << 16 | at(at + 3) << 24) & 0xffffffffL;
  }

  @Override
  public boolean writeWord(long address, int value) {
    if (!holds(address, 4)) {
      return false;
    }
    long at = address - base;
    for (int i = 0; i < 4; i++) {
      page(at + i)[(int) (at + i) & PAGE - 1] = (byte) (value >> 8 * i);
    }
    return true;
  }
}
