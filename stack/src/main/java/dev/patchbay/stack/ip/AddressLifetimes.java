package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.time.Timer;
import java.util.ArrayList;

/**
 * Deprecates addresses and takes them away when their time is over (Linux: {@code
 * addrconf_verify_rtnl}, {@code check_lifetime}). Of the loop's thread.
 */
final class AddressLifetimes {
  private final NetworkStack stack;
  private final InterfaceAddresses addresses;
  private final Timer timer;

  AddressLifetimes(NetworkStack stack, InterfaceAddresses addresses) {
    this.stack = stack;
    this.addresses = addresses;
    timer = stack.loop().timer(this::verify);
  }

  /** Does what is due, and waits for what comes next. */
  void verify() {
    long now = stack.loop().now();
    long next = Long.MAX_VALUE;
    for (NetDevice device : new ArrayList<>(stack.devices())) {
      for (InterfaceAddress own : new ArrayList<>(device.addresses())) {
        if (!device.addresses().contains(own)) {
          continue; // a secondary one, gone with its primary
        }
        long end = own.lifetime().end();
        long deprecation = deprecation(own);
        if (now >= end) {
          addresses.remove(device, own);
          continue;
        }
        if (now >= deprecation) {
          addresses.replace(device, own, own.withFlags(InterfaceAddress.DEPRECATED, 0));
        } else {
          next = Math.min(next, deprecation);
        }
        next = Math.min(next, end);
      }
    }
    if (next == Long.MAX_VALUE) {
      timer.cancel();
    } else {
      timer.arm(next);
    }
  }

  /** What is valid for good is never deprecated later in IPv4 ({@code check_lifetime}). */
  private static long deprecation(InterfaceAddress own) {
    boolean never =
        own.is(InterfaceAddress.DEPRECATED)
            || own.address().isV4() && own.is(InterfaceAddress.PERMANENT);
    return never ? Long.MAX_VALUE : own.lifetime().deprecation();
  }
}
