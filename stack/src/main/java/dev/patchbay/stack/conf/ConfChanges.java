package dev.patchbay.stack.conf;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import org.jspecify.annotations.Nullable;

/**
 * Writes values as Linux does, with what follows from them: {@code default} is copied to devices
 * that never had their own, {@code forwarding} of {@code all} is everybody's ({@code
 * devinet_conf_proc}, {@code devinet_sysctl_forward}, {@code addrconf_fixup_forwarding}, {@code
 * addrconf_disable_ipv6}). Of the loop's thread.
 */
public final class ConfChanges {
  private ConfChanges() {}

  /** Writes {@code all} of IPv4. */
  public static void all4(NetworkStack stack, Ipv4Key key, int value) {
    StackConf conf = stack.conf();
    boolean other = conf.all4().get(key) != value;
    conf.all4().set(key, value);
    if (key == Ipv4Key.FORWARDING && other) {
      // inet_forward_change: who sends on for others believes no redirects
      conf.all4().set(Ipv4Key.ACCEPT_REDIRECTS, value == 0 ? 1 : 0);
      conf.default4().set(key, value);
      for (NetDevice device : stack.devices()) {
        device.conf4().set(key, value);
      }
    }
  }

  /** Writes {@code default} of IPv4. */
  public static void default4(NetworkStack stack, Ipv4Key key, int value) {
    stack.conf().default4().set(key, value);
    if (key == Ipv4Key.FORWARDING) {
      return;
    }
    for (NetDevice device : stack.devices()) {
      if (!device.conf4().isOwn(key)) {
        device.conf4().set(key, value);
      }
    }
  }

  /** Writes a device's value of IPv4. */
  public static void device4(NetDevice device, Ipv4Key key, int value) {
    device.conf4().set(key, value);
    device.conf4().own(key);
  }

  /** Writes {@code all} of IPv6. */
  public static void all6(NetworkStack stack, Ipv6Key key, int value) {
    stack.conf().all6().set(key, value);
    if (key == Ipv6Key.FORWARDING || key == Ipv6Key.DISABLE_IPV6) {
      stack.conf().default6().set(key, value);
      for (NetDevice device : stack.devices()) {
        device6(stack, device, key, value);
      }
    }
    routerBegins(stack, key, value);
  }

  /** Who sends on for others has no routers of its own ({@code rt6_purge_dflt_routers}). */
  private static void routerBegins(NetworkStack stack, Ipv6Key key, int value) {
    if (key == Ipv6Key.FORWARDING && value != 0) {
      stack.routerDiscovery().forwards();
    }
  }

  /** Writes a value of IPv6: of a device, or (null) of {@code default}, which no device follows. */
  public static void device6(
      NetworkStack stack, @Nullable NetDevice device, Ipv6Key key, int value) {
    DeviceConf<Ipv6Key> to = device == null ? stack.conf().default6() : device.conf6();
    boolean other = (to.get(key) == 0) != (value == 0);
    to.set(key, value);
    if (device != null && other && key == Ipv6Key.DISABLE_IPV6) {
      stack.ipv6Changed(device);
    }
    if (device != null) {
      routerBegins(stack, key, value);
    }
  }

  /** Sends packets of both families on, as an appliance does. */
  public static void router(NetworkStack stack) {
    all4(stack, Ipv4Key.FORWARDING, 1);
    all6(stack, Ipv6Key.FORWARDING, 1);
  }
}
