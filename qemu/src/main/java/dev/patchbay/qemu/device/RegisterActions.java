package dev.patchbay.qemu.device;

/** What accesses to registers set in motion; by default nothing. */
public interface RegisterActions {
  /**
   * The guest reads; asked before anything is cleared by it.
   *
   * @param offset of the register
   * @param stored what the register holds
   * @return what it shall hold now, e.g. with the present value of a pointer
   */
  default int reading(int offset, int stored) {
    return stored;
  }

  /**
   * The guest writes.
   *
   * @param offset of the register
   * @param value what is written, bits that an access leaves out as they are
   * @return false to lose the write
   */
  default boolean accepts(int offset, int value) {
    return true;
  }

  /**
   * The guest has written, and the register holds its new value.
   *
   * @param offset of the register
   * @param value what was written, before masks
   */
  default void written(int offset, int value) {}
}
