package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.neighbour.NeighbourTable;
import dev.patchbay.stack.neighbour.ProxyTable;
import dev.patchbay.stack.socket.Errno;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code ip neighbour get} ({@code ipneigh_get}), which says all as text. */
final class NeighbourGet {
  private final NetworkStack stack;
  private final IpOptions options;
  private @Nullable IpAddress address;
  private @Nullable String deviceName;
  private boolean proxy;

  NeighbourGet(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String run(List<String> words) throws RefusedException {
    Words.each(words, this::word);
    if (address == null || deviceName == null && !proxy) {
      throw new RefusedException(
          RefusedException.FAILED, "Device and address are required arguments.");
    }
    NetDevice device = deviceName == null ? null : DeviceFilter.outgoing(stack, deviceName);
    NeighbourTable table = stack.neighbours();
    NeighbourPrinter printer = new NeighbourPrinter(stack, options, true, true);
    if (proxy || device == null) {
      ProxyTable.Entry found = table.proxies().find(address.hi(), address.lo(), device);
      if (found == null) {
        throw RefusedException.answered(Errno.ENOENT, "Proxy neighbour entry not found");
      }
      return printer.text(found);
    }
    Neighbour found = table.find(address.hi(), address.lo(), device);
    if (found == null) {
      throw RefusedException.answered(Errno.ENOENT, "Neighbour entry not found");
    }
    return printer.text(found);
  }

  private void word(String word, Words rest) throws RefusedException {
    if (word.equals("dev")) {
      deviceName = rest.next();
      return;
    }
    boolean forOthers = IpOptions.matches(word, "proxy");
    String text = forOthers || word.equals("to") ? rest.next() : word;
    if (IpOptions.matches(text, "help")) {
      throw NeighbourWord.usage();
    }
    if (address != null) {
      throw forOthers
          ? RefusedException.duplicate("address", text)
          : RefusedException.garbage("to", text);
    }
    address = AddressWord.address(text, options.family());
    proxy |= forOthers;
  }
}
