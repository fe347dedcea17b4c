package dev.patchbay.qemu.device;

/**
 * The registers of a device as the guest's CPU reaches them. Little-endian, as on all buses that we
 * model. No access throws, whatever its offset and width: where nothing answers a read gives 0 and
 * a write is lost.
 */
public interface DeviceBus {
  /** Bytes of the region, a power of two. */
  int size();

  /**
   * The guest loads.
   *
   * @param offset in bytes from the region's start
   * @param width 1, 2 or 4 bytes
   * @return the value in the low bits
   */
  int read(int offset, int width);

  /**
   * The guest stores. All that follows from it at once, DMA included, has happened on return.
   *
   * @param offset in bytes from the region's start
   * @param width 1, 2 or 4 bytes
   * @param value in the low bits; those above the width are not looked at
   */
  void write(int offset, int width, int value);
}
