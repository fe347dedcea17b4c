package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.LinkLayer;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.neighbour.NeighbourTable;
import dev.patchbay.stack.neighbour.ProxyTable;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip neighbour add}, {@code change}, {@code replace}, {@code delete} ({@code
 * ipneigh_modify}; Linux: {@code neigh_add}, {@code neigh_delete}).
 */
final class NeighbourModify {
  /** What is to be done with the entry. */
  enum Change {
    /** It must not be there. */
    ADD,
    /** It must be there. */
    CHANGE,
    REPLACE,
    DELETE
  }

  private static final int IPV6_MINIMUM_MTU = 1280;

  private final NetworkStack stack;
  private final Change change;
  private final int family;
  private @Nullable IpAddress address;
  private boolean addressSeen;
  private @Nullable String deviceName;
  private @Nullable String linkLayer;
  private Neighbour.State state = Neighbour.State.PERMANENT;
  private @Nullable String protocol;
  private boolean proxy;
  private boolean router;
  private boolean use;

  NeighbourModify(NetworkStack stack, IpOptions options, Change change) {
    this.stack = stack;
    this.change = change;
    family = options.family();
  }

  void run(List<String> words) throws RefusedException {
    Words.each(words, this::word);
    if (address == null || deviceName == null && !proxy) {
      throw new RefusedException(
          RefusedException.SYNTAX, "Device and destination are required arguments.");
    }
    boolean named = linkLayer != null && !linkLayer.equals("null");
    long mac = named && linkLayer != null ? LinkLayer.ethernet(LinkLayer.octets(linkLayer)) : -1;
    NetDevice device = deviceName == null ? null : DeviceFilter.outgoing(stack, deviceName);
    if (change == Change.DELETE) {
      delete(address, device);
      return;
    }
    if (named && mac < 0 && device != null) {
      throw RefusedException.answered(Errno.EINVAL, "Invalid link address");
    }
    if (proxy || device == null) {
      if (!address.isV4() && device == null) {
        throw RefusedException.answered(Errno.ENOBUFS, null); // pndisc_constructor wants a device
      }
      stack
          .neighbours()
          .proxies()
          .put(new ProxyTable.Entry(address.hi(), address.lo(), device, router, protocol));
      return;
    }
    set(address, device, mac);
  }

  private void word(String word, Words rest) throws RefusedException {
    if (IpOptions.matches(word, "lladdr")) {
      String next = rest.next();
      if (linkLayer != null) {
        throw RefusedException.duplicate("lladdr", next);
      }
      linkLayer = next;
    } else if (word.equals("nud")) {
      state = state(rest.next());
    } else if (IpOptions.matches(word, "proxy")) {
      String next = rest.next();
      if (IpOptions.matches(next, "help")) {
        throw NeighbourWord.usage();
      }
      if (addressSeen) {
        throw RefusedException.duplicate("address", next);
      }
      address(next);
      proxy = true;
    } else if (word.equals("router")) {
      router = true;
    } else if (word.equals("use")) {
      use = true;
    } else if (word.equals("managed") || IpOptions.matches(word, "extern_learn")) {
      throw RefusedException.unsupported("ip neigh " + word);
    } else if (word.equals("dev")) {
      deviceName = rest.next();
    } else if (IpOptions.matches(word, "protocol")) {
      protocol = protocol(rest.next());
    } else {
      String text = word.equals("to") ? rest.next() : word;
      if (IpOptions.matches(text, "help")) {
        text = rest.next(); // iproute2 passes over it
      }
      if (addressSeen) {
        throw RefusedException.garbage("to", text);
      }
      address(text);
    }
  }

  private static Neighbour.State state(String word) throws RefusedException {
    return Words.known(NeighbourWord.state(word), word, "nud state is bad");
  }

  private static @Nullable String protocol(String word) throws RefusedException {
    String found = RouteNames.protocol(word);
    if (found == null) {
      throw RefusedException.wrong(word, "\"protocol\" value is invalid\n");
    }
    return found.equals("unspec") ? null : found;
  }

  private void address(String word) throws RefusedException {
    boolean any = word.equals("default") || word.equals("any") || word.equals("all");
    addressSeen = true;
    address = any && family == 0 ? null : AddressWord.address(word, family);
  }

  private void delete(IpAddress to, @Nullable NetDevice device) throws RefusedException {
    NeighbourTable table = stack.neighbours();
    if (proxy) {
      if (!table.proxies().remove(to.hi(), to.lo(), device)) {
        throw RefusedException.answered(Errno.ENOENT, null);
      }
      return;
    }
    Neighbour known = device == null ? null : table.find(to.hi(), to.lo(), device);
    if (known == null) {
      throw RefusedException.answered(Errno.ENOENT, null);
    }
    table.delete(known);
  }

  private void set(IpAddress to, NetDevice device, long mac) throws RefusedException {
    check(to, device);
    NeighbourTable table = stack.neighbours();
    Neighbour neighbour = table.find(to.hi(), to.lo(), device);
    if (neighbour != null && change == Change.ADD) {
      throw RefusedException.answered(Errno.EEXIST, null);
    }
    if (neighbour == null) {
      if (change == Change.CHANGE) {
        throw RefusedException.answered(Errno.ENOENT, null);
      }
      neighbour = table.create(to.hi(), to.lo(), device);
    }
    if (neighbour == null) {
      throw RefusedException.answered(Errno.ENOBUFS, null);
    }
    if (protocol != null) {
      table.protocol(neighbour, protocol);
    }
    if (use) {
      table.use(neighbour);
    } else if (!table.set(neighbour, mac, state, router)) {
      throw RefusedException.answered(Errno.EINVAL, "No link layer address given");
    }
  }

  /** Where nobody is ever asked for an entry would be of no effect. */
  private void check(IpAddress to, NetDevice device) throws RefusedException {
    if (!device.isEthernet() || device.kind() == NetDevice.Kind.LOOPBACK) {
      throw RefusedException.unsupported("ip neigh add on " + device + ", which has no neighbours");
    }
    boolean group = Addresses.isMulticast(to.hi(), to.lo()) || stack.isBroadcast(to.hi(), to.lo());
    if (group) {
      throw RefusedException.unsupported("ip neigh add of a group or broadcast address");
    }
    if (!to.isV4() && device.mtu() < IPV6_MINIMUM_MTU) {
      throw RefusedException.answered(Errno.EINVAL, "IPv6 is disabled on this device");
    }
  }
}
