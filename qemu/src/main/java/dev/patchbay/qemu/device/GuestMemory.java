package dev.patchbay.qemu.device;

/**
 * The guest's memory as a device reaches it by DMA: physical addresses, no translation. It holds
 * RAM only: a device cannot reach registers, its own included, by DMA.
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
}
