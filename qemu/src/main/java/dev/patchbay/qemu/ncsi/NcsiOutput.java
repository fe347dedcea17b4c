package dev.patchbay.qemu.ncsi;

/** Takes the frames of an {@link NcsiController} towards the guest. */
@FunctionalInterface
public interface NcsiOutput {

  /**
   * A whole Ethernet frame without FCS, padded to at least 60 bytes. The buffer is the controller's
   * own and valid during the call only.
   *
   * @param buffer holds the frame
   * @param offset of its first byte
   * @param length in bytes, 60 or more
   */
  void send(byte[] buffer, int offset, int length);
}
