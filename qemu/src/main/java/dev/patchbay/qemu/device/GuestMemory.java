package dev.patchbay.qemu.device;

/**
 * The guest's memory as a device reaches it by DMA: physical addresses, no translation. It holds
 * RAM only: a device cannot reach registers, its own included, by DMA.
 *
 * <p>Where the guest's CPU runs beside the device, the word that says who owns a descriptor is read
 * by {@link #readWord} before, and written by {@link #writeWord} after everything that belongs to
 * it; the other accesses are in no order.
 */
public interface GuestMemory {
  /**
   * Copies from the guest.
   *
   * @param address physical, unsigned
   * @param length in bytes, 0 or more
   * @return false if not all of it is memory: the bus answers with an error, and {@code to} holds
   *     nothing of use
   */
  boolean read(long address, byte[] to, int offset, int length);

  /**
   * Copies to the guest.
   *
   * @param address physical, unsigned
   * @param length in bytes, 0 or more
   * @return false if not all of it is memory: the bus answers with an error, and nothing was
   *     written
   */
  boolean write(long address, byte[] from, int offset, int length);

  /** What {@link #readWord} gives where there is no memory. */
  long NOTHING = -1;

  /**
   * Reads 32 bits, little-endian, at once; what is read after it is at least as new as it
   * (acquire).
   *
   * @param address physical, unsigned
   * @return 0 to 2^32 - 1, or {@link #NOTHING} for a bus error
   */
  long readWord(long address);

  /**
   * Writes 32 bits, little-endian, at once; who sees them sees all that was written before
   * (release), and what was read before was read before it.
   *
   * @param address physical, unsigned
   * @return false for a bus error: nothing was written
   */
  boolean writeWord(long address, int value);
}
