package dev.patchbay.qemu.device;

/**
 * Where a card's frames go. On the wire each frame ends with its frame check sequence (FCS, IEEE
 * 802.3 section 3.2.9); here it is not among the bytes but a statement whether it is right.
 */
@FunctionalInterface
public interface Wire {
  /**
   * The card has sent a frame. Short frames come as short as the guest made them. The buffer is the
   * card's own and valid during the call only.
   *
   * @param length without FCS, 1 or more
   * @param goodFcs false if the guest made the FCS itself and it is wrong
   */
  void transmit(byte[] frame, int offset, int length, boolean goodFcs);

  /** A wire on which frames are lost. */
  Wire NONE = (frame, offset, length, goodFcs) -> {};
}
