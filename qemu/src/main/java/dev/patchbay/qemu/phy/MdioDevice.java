package dev.patchbay.qemu.phy;

/** What answers at an address of an MDIO bus. */
public interface MdioDevice {
  /**
   * Reads a register.
   *
   * @param register 0 to 31
   * @return 16 bits
   */
  int read(int register);

  /**
   * Writes a register.
   *
   * @param register 0 to 31
   * @param value 16 bits
   */
  void write(int register, int value);
}
