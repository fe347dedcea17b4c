package dev.patchbay.stack.link;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.UplinkDevice;

/**
 * The host as devices reach it that lead out of the appliance: what the daemon gives to all its
 * namespaces ({@link dev.patchbay.stack.Namespaces#host}). On the loop.
 */
public interface HostLinks {
  /**
   * Gives a new uplink its far side ({@link UplinkDevice#far}), which lives until {@link
   * UplinkDevice.Far#removed} is told.
   *
   * @param stack the namespace in which the device is registered
   */
  void connect(NetworkStack stack, UplinkDevice device);
}
