package dev.patchbay.qemu.device;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Memory in an array of ours, for tests and for guests that have none but ours: for one thread. */
public final class ArrayMemory implements GuestMemory {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final long base;
  private final byte[] bytes;

  /**
   * Memory of zeros.
   *
   * @param base physical address of its first byte
   * @param size in bytes
   */
  public ArrayMemory(long base, int size) {
    this.base = base;
    this.bytes = new byte[size];
  }

  /** Physical address of its first byte. */
  public long base() {
    return base;
  }

  /** In bytes. */
  public int size() {
    return bytes.length;
  }

  private boolean holds(long address, int length) {
    long at = address - base;
    return at >= 0 && at <= bytes.length && length <= bytes.length - at;
  }

  @Override
  public boolean read(long address, byte[] to, int offset, int length) {
    if (!holds(address, length)) {
      return false;
    }
    System.arraycopy(bytes, (int) (address - base), to, offset, length);
    return true;
  }

  @Override
  public boolean write(long address, byte[] from, int offset, int length) {
    if (!holds(address, length)) {
      return false;
    }
    System.arraycopy(from, offset, bytes, (int) (address - base), length);
    return true;
  }

  @Override
  public long readWord(long address) {
    return holds(address, 4)
        ? (int) WORD.get(bytes, (int) (address - base)) & 0xffffffffL
        : NOTHING;
  }

  @Override
  public boolean writeWord(long address, int value) {
    if (!holds(address, 4)) {
      return false;
    }
    WORD.set(bytes, (int) (address - base), value);
    return true;
  }
}
