package dev.patchbay.backend.service;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;

/**
 * A device that is there, with its namespace.
 *
 * @param stack the namespace
 * @param device the device
 */
record Place(NetworkStack stack, NetDevice device) {
  /** Whether a service there is one of the appliance's own namespace. */
  boolean isInitial() {
    return stack.namespaces().initial().equals(stack);
  }

  /** Its addresses of one family that others can reach and that are no secret of its link. */
  List<InterfaceAddress> global(boolean v4) {
    List<InterfaceAddress> found = new ArrayList<>();
    for (InterfaceAddress own : device.addresses()) {
      IpAddress address = own.address();
      if (address.isV4() == v4
          && !own.is(InterfaceAddress.TENTATIVE | InterfaceAddress.DADFAILED)
          && (v4 || !Addresses.isLinkLocal(address.hi(), address.lo()))) {
        found.add(own);
      }
    }
    return found;
  }
}
