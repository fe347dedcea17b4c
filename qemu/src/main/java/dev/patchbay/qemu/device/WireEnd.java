package dev.patchbay.qemu.device;

/** The card's end of its wire: frames that come in, and the carrier. */
public interface WireEnd {
  /**
   * A frame arrives. Whatever its bytes and its length, it does not throw. Who connects a network
   * that does not pad (QEMU's netdevs do not) pads frames to 60 bytes first, as the far end's MAC
   * would have: to the card shorter ones are runts.
   *
   * @param frame holds the frame; not kept
   * @param length without FCS
   * @param goodFcs whether the FCS was right
   */
  void receive(byte[] frame, int offset, int length, boolean goodFcs);

  /**
   * Whether a frame that arrives now would find a place. Real networks do not ask; QEMU's queues
   * do, and hold frames back until it is so.
   */
  boolean ready();

  /** The carrier comes or goes. At first it is there. */
  void carrier(boolean up);
}
