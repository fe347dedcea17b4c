package dev.patchbay.qemu.ftgmac100;

/** Where a descriptor ring begins, and where the DMA engine stands in it. */
final class Ring {
  private long base;
  private long pointer;

  /** The guest writes the base: the engine stands there. */
  void base(int address) {
    base = address & 0xffffffffL;
    pointer = base;
  }

  /** Physical address of the next descriptor. */
  long pointer() {
    return pointer;
  }

  /**
   * Goes on to the next.
   *
   * @param end whether this was the ring's last
   * @param size bytes from one descriptor to the next
   */
  void advance(boolean end, int size) {
    pointer = end ? base : pointer + size & 0xffffffffL;
  }
}
