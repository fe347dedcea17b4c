package dev.patchbay.qemu.device;

/** Memory in an array of ours, for tests and for guests that have none but ours. */
public final class ArrayMemory implements GuestMemory {
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
}
