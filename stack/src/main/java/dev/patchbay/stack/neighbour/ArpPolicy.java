package dev.patchbay.stack.neighbour;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddresses;
import dev.patchbay.stack.ip.SourceCheck;
import dev.patchbay.stack.route.FlowKey;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * Which requests of ARP are answered, what is learned and in whose name is asked, as {@code
 * net.ipv4.conf.*} says ({@code arp_ignore}, {@code arp_filter}, {@code arp_accept}, {@code
 * arp_fwd_proxy}). Of the loop's thread.
 */
final class ArpPolicy {
  private final NetworkStack stack;
  private final SourceCheck sources;
  private final FlowKey key = new FlowKey();

  ArpPolicy(NetworkStack stack) {
    this.stack = stack;
    sources = new SourceCheck(stack);
  }

  /** Whether a packet is dropped since it tells of its sender alone. */
  boolean dropsGratuitous(NetDevice device, long sender, long target) {
    return sender == target && stack.conf().either(device, Ipv4Key.DROP_GRATUITOUS_ARP);
  }

  /** Whether a request for an address of ours may be answered ({@code arp_ignore}). */
  boolean answers(NetDevice device, long sender, long target) {
    return switch (stack.conf().greater(device, Ipv4Key.ARP_IGNORE)) {
      case 1 -> isConfigured(device, target, Addresses.V4_PREFIX);
      case 2 -> isConfigured(device, target, sender);
      case 3 -> isOfWiderScope(target);
      case 8 -> false;
      default -> true;
    };
  }

  /** {@code inet_confirm_addr}: the address is the device's, and of a subnet with the sender. */
  private static boolean isConfigured(NetDevice device, long target, long sender) {
    boolean own = false;
    boolean same = false;
    for (int i = 0; i < device.addresses().size(); i++) {
      InterfaceAddress address = device.addresses().get(i);
      if (address.address().isV4()) {
        own |= address.address().lo() == target;
        same |=
            address.covers(0, target) && (Addresses.isAny(0, sender) || address.covers(0, sender));
      }
    }
    return own && same;
  }

  private boolean isOfWiderScope(long target) {
    for (NetDevice device : stack.devices()) {
      InterfaceAddress own = InterfaceAddresses.find(device, 0, target);
      if (own != null && own.scope() != InterfaceAddress.Scope.HOST) {
        return true;
      }
    }
    return false;
  }

  /** Whether the answer's way is by the device, where that is asked ({@code arp_filter}). */
  boolean passesFilter(NetDevice device, long sender, long target) {
    if (!stack.conf().either(device, Ipv4Key.ARP_FILTER)) {
      return true;
    }
    Route back = stack.output().route(key.to(0, sender).from(0, target));
    return back != null && device.equals(back.device());
  }

  /** Whether the sender's way is one that {@code rp_filter} allows. */
  boolean isPossible(NetDevice device, long sender, long target, @Nullable NetDevice out) {
    return switch (sources.check(device, 0, 0, sender, target, out)) {
      case FINE, NEIGHBOUR -> true;
      case MARTIAN, REVERSE_PATH -> false;
    };
  }

  /** Whether we answer for an address behind another device, or behind the same one. */
  boolean isProxied(NetDevice device, long sender, long target) {
    if (!device.conf4().is(Ipv4Key.FORWARDING)) {
      return false;
    }
    Route route = stack.routes4().lookup(0, target);
    if (route == null || route.type() != Route.Type.UNICAST) {
      return false;
    }
    boolean answered;
    if (device.equals(route.device())) {
      answered = sender != target && device.conf4().is(Ipv4Key.PROXY_ARP_PVLAN);
    } else {
      answered =
          stack.conf().either(device, Ipv4Key.PROXY_ARP)
              || stack.neighbours().proxies().find(0, target, device) != null;
    }
    return answered && isPossible(device, sender, target, route.device());
  }

  /** Whether what nobody asked for makes an entry ({@code arp_accept}). */
  boolean accepts(NetDevice device, long sender) {
    return switch (stack.conf().greater(device, Ipv4Key.ARP_ACCEPT)) {
      case 1 -> true;
      case 2 -> isOfSubnet(device, sender);
      default -> false;
    };
  }

  private static boolean isOfSubnet(NetDevice device, long sender) {
    for (int i = 0; i < device.addresses().size(); i++) {
      InterfaceAddress own = device.addresses().get(i);
      if (own.address().isV4()
          && own.scope() != InterfaceAddress.Scope.HOST
          && own.covers(0, sender)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the source of the packet that waits may ask for a neighbour ({@code arp_announce}). */
  boolean announces(NetDevice device, long source, long target) {
    return switch (stack.conf().greater(device, Ipv4Key.ARP_ANNOUNCE)) {
      case 1 -> InterfaceAddresses.sameSubnet(device, source, target);
      case 2 -> false;
      default -> true;
    };
  }
}
