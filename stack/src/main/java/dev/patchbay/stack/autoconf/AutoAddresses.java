package dev.patchbay.stack.autoconf;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Lifetime;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.InterfaceAddresses;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.RouteRefusedException;
import dev.patchbay.stack.wire.Addresses;

/** Addresses made of the prefixes told (RFC 4862 section 5.5.3). */
final class AutoAddresses {
  /** Two hours: nobody takes an address away sooner by a forged advertisement. */
  private static final long MIN_VALID = 7200;

  /** Addresses of a device beyond which none is made, whatever {@code max_addresses} says. */
  private static final int LIMIT = 256;

  private static final int INTERFACE_ID_BITS = 64;
  private static final long SITE_LOCAL = 0xfec0_0000_0000_0000L;
  private static final long SITE_LOCAL_MASK = 0xffc0_0000_0000_0000L;

  private final NetworkStack stack;
  private long refused;

  AutoAddresses(NetworkStack stack) {
    this.stack = stack;
  }

  /** Addresses that were not made for their number. */
  long refused() {
    return refused;
  }

  /** Makes the address of a prefix, or gives it another lifetime. */
  void heard(NetDevice device, RouterAdvertisement.Prefix prefix) {
    if (prefix.length() != INTERFACE_ID_BITS || device.mac() == 0) {
      return; // section 5.5.3 d: the lengths must add up to 128
    }
    long hi = prefix.address().hi();
    long lo = Addresses.eui64(device.mac());
    long now = stack.loop().now();
    InterfaceAddress known = InterfaceAddresses.find(device, hi, lo);
    if (known == null) {
      make(device, new IpAddress(hi, lo), prefix, now);
      return;
    }
    if (!known.is(InterfaceAddress.AUTOCONFIGURED)) {
      return; // given by hand
    }
    long stored = known.lifetime().validLeft(now);
    long valid = Math.max(prefix.valid(), Math.min(stored, MIN_VALID));
    Lifetime lifetime = new Lifetime(valid, Math.min(prefix.preferred(), valid), now);
    stack.addresses().change(device, known, known.withLifetime(lifetime));
  }

  private void make(
      NetDevice device, IpAddress address, RouterAdvertisement.Prefix prefix, long now) {
    if (prefix.valid() == 0) {
      return;
    }
    long count = device.addresses().stream().filter(own -> !own.address().isV4()).count();
    int most = device.conf6().get(Ipv6Key.MAX_ADDRESSES);
    if (count >= (most == 0 ? LIMIT : Math.min(most, LIMIT))) {
      refused++;
      return;
    }
    boolean site = (address.hi() & SITE_LOCAL_MASK) == SITE_LOCAL;
    InterfaceAddress made =
        new InterfaceAddress(
                address,
                INTERFACE_ID_BITS,
                null,
                null,
                site ? Scope.SITE : Scope.GLOBAL,
                InterfaceAddress.MNGTMPADDR | InterfaceAddress.AUTOCONFIGURED,
                device.name(),
                0,
                Lifetime.ENDLESS)
            .withLifetime(new Lifetime(prefix.valid(), prefix.preferred(), now));
    try {
      stack.addresses().insert(device, made);
    } catch (RouteRefusedException e) {
      refused++; // no address of a station
    }
  }
}
