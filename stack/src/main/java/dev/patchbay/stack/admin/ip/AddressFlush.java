package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.route.RouteRefusedException;
import java.util.List;

/** {@code ip address flush} ({@code ipaddr_flush}). */
final class AddressFlush {
  private final NetworkStack stack;
  private final IpOptions options;

  AddressFlush(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  /** Takes away what is meant; returns what {@code -s} tells of it. */
  String run(List<String> words) throws RefusedException {
    if (words.isEmpty()) {
      throw new RefusedException(RefusedException.FAILED, "Flush requires arguments.");
    }
    AddressFilter filter = AddressFilter.parse(stack, options, words);
    StringBuilder told = new StringBuilder();
    int count = 0;
    for (NetDevice from : filter.devices()) {
      for (InterfaceAddress own : filter.ordered(from)) {
        if (filter.isMeant(own)) {
          count++;
          told.append(from.index()).append(": ").append(from.name());
          told.append(AddressShow.text(own, stack.loop().now()));
          remove(from, own);
        }
      }
    }
    if (!options.statistics()) {
      return "";
    }
    if (count == 0) {
      return "Nothing to flush.\n";
    }
    return (options.moreStatistics() ? told : "")
        + "\n*** Round 1, deleting "
        + count
        + " addresses ***\n*** Flush is complete after 1 round ***\n";
  }

  /** A secondary one may have gone with its primary. */
  private void remove(NetDevice from, InterfaceAddress own) throws RefusedException {
    if (from.addresses().contains(own)) {
      try {
        stack.addresses().delete(from, own::equals);
      } catch (RouteRefusedException e) {
        throw RefusedException.answered(e.errno(), e.getMessage());
      }
    }
  }
}
