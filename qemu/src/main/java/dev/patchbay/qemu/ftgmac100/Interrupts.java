package dev.patchbay.qemu.ftgmac100;

import dev.patchbay.qemu.device.InterruptLine;
import dev.patchbay.qemu.device.RegisterFile;

/** ISR, IER and the line. */
final class Interrupts {
  private final RegisterFile registers;
  private final InterruptLine line;
  private boolean raised;

  Interrupts(RegisterFile registers, InterruptLine line) {
    this.registers = registers;
    this.line = line;
  }

  /** Sets bits of ISR; the line follows with {@link #update}. */
  void raise(int bits) {
    registers.set(Ftgmac100Registers.ISR, registers.get(Ftgmac100Registers.ISR) | bits);
  }

  /**
   * Sets the line, at the end of an access or an event: a driver that answers at once finds the
   * device at rest.
   */
  void update() {
    boolean level =
        (registers.get(Ftgmac100Registers.ISR) & registers.get(Ftgmac100Registers.IER)) != 0;
    if (level != raised) {
      raised = level;
      line.set(level);
    }
  }
}
