package dev.patchbay.backend.plug;

import dev.patchbay.stack.device.PortDevice;

/**
 * Sees the frames that end at the plug and that the device's own taps therefore do not show: those
 * of NC-SI.
 */
@FunctionalInterface
public interface FrameObserver {
  /** Sees nothing. */
  FrameObserver NONE = (port, data, offset, length, fromGuest) -> {};

  /**
   * A frame, valid during the call only.
   *
   * @param length in bytes, without FCS
   * @param fromGuest whether it came from the guest, or goes to it
   */
  void seen(PortDevice port, byte[] data, int offset, int length, boolean fromGuest);
}
