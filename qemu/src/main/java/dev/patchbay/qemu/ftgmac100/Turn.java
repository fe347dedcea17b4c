package dev.patchbay.qemu.ftgmac100;

/**
 * One register access, frame from the wire or timer, with all that follows from it at once: what
 * the engines do, and what the wire answers meanwhile. All of it shares one budget of work, so that
 * no ring, not even one that feeds itself by loopback, keeps the caller for long. The interrupt
 * line changes at its end only.
 */
final class Turn {
  /** Descriptors looked at in a turn, of all rings. Linux's rings have at most as many. */
  static final int DESCRIPTORS = 1024;

  /** Bytes fetched and stored in a turn: some 8 ms at 1 Gbit/s. */
  static final int BYTES = 1 << 20;

  /**
   * Pause of an engine that finds the budget used up, ns: as long as that many short frames take at
   * 1 Gbit/s.
   */
  static final long REST = 1_000_000;

  private final Interrupts interrupts;
  private int depth;
  private int descriptors;
  private int bytes;

  Turn(Interrupts interrupts) {
    this.interrupts = interrupts;
  }

  /** A turn begins, or goes on within itself. */
  void begin() {
    if (depth++ == 0) {
      descriptors = DESCRIPTORS;
      bytes = BYTES;
    }
  }

  /** What was begun is over; at the end of all the interrupt line follows. */
  void end() {
    depth--;
    if (depth == 0) {
      interrupts.settle();
    }
  }

  /** Takes one descriptor out of the budget; false where nothing is left of it. */
  boolean takeDescriptor() {
    if (descriptors == 0 || bytes <= 0) {
      return false;
    }
    descriptors--;
    return true;
  }

  /** Takes bytes out of the budget; the descriptor at hand may exceed it. */
  void takeBytes(int count) {
    bytes -= count;
  }
}
