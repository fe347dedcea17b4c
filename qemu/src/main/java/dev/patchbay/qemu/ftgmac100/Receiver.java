package dev.patchbay.qemu.ftgmac100;

/** The receive side of the MAC. */
interface Receiver {
  /** A frame comes in, without FCS. */
  void receive(byte[] frame, int offset, int length, boolean goodFcs);

  /** Whether a frame that comes now would find a place. */
  boolean ready();

  /**
   * The guest may have given buffers.
   *
   * @param demanded whether a lack of buffers is worth a status bit: not where a timer looks
   */
  void poll(boolean demanded);

  /** The guest writes the ring's base. */
  void base(int address);

  /** Physical address of the next descriptor. */
  int pointer();

  /** Whether no frame waits in the FIFO. */
  boolean isEmpty();

  void reset();
}
