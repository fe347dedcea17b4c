package dev.patchbay.stack.link;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.vxlan.VxlanTransport;

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

  /**
   * Joins a TAP interface of the host, until the port is told to leave it.
   *
   * @param port a new one, of {@link PortDevice#forTap}, registered
   * @throws LinkRefusedException the host's error: {@code ENODEV} where there is none of that name,
   *     {@code EPERM}, {@code EBUSY} …, with a sentence that names the remedy
   */
  void tap(PortDevice port) throws LinkRefusedException;

  /**
   * Opens a UDP socket of the host for VXLAN.
   *
   * @param local its address, 0.0.0.0 or :: for all of that family
   * @param port 1 to 65535
   * @param receiver is given what comes
   * @throws LinkRefusedException the host's error: {@code EADDRINUSE}, {@code EADDRNOTAVAIL},
   *     {@code EACCES} …
   */
  VxlanTransport vxlan(IpAddress local, int port, VxlanTransport.Receiver receiver)
      throws LinkRefusedException;
}
