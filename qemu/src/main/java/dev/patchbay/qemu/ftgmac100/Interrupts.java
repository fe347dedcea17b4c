package dev.patchbay.qemu.ftgmac100;

import dev.patchbay.qemu.device.InterruptLine;
import dev.patchbay.qemu.device.RegisterFile;

/** ISR, IER and the line. */
final class Interrupts {
  private final RegisterFile registers;
  private final InterruptLine line;
  private boolean raised;
  private boolean due;

  Interrupts(RegisterFile registers, InterruptLine line) {
    this.registers = registers;
    this.line = line;
  }

  /** Sets bits of ISR; the line follows at the end of the turn if {@link #update} is called. */
  void raise(int bits) {
    registers.set(Ftgmac100Registers.ISR, registers.get(Ftgmac100Registers.ISR) | bits);
  }

  /** Asks for the line to follow ISR and IER at the end of the turn. */
  void update() {
    due = true;
  }

  /**
   * Sets the line where that is due, at the end of a turn: a driver that answers at once finds the
   * device at rest.
   */
  void settle() {
    if (!due) {
      return;
    }
    due = false;
    boolean level =
        (registers.get(Ftgmac100Registers.ISR) & registers.get(Ftgmac100Registers.IER)) != 0;
    if (level != raised) {
      raised = level;
      line.set(level);
    }
  }
}
