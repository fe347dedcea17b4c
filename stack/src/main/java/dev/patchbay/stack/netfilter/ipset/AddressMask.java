package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;

/** The bits of addresses that count in a set. */
final class AddressMask {
  /** Bits of an IPv4 address that stand before it in its mapped form. */
  static final int MAPPED = 96;

  final long hi;
  final long lo;

  /** Addresses from one member to the next: those that the netmask makes one. IPv4 alone. */
  final long step;

  private final long none;

  AddressMask(SetOptions options) {
    none = options.v4 ? Addresses.V4_PREFIX : 0;
    IpAddress bits = options.bitmask;
    int netmask = options.netmask;
    if (bits != null) {
      hi = bits.hi();
      lo = options.v4 ? Addresses.V4_PREFIX | bits.lo() : bits.lo();
    } else if (netmask >= 0) {
      int all = options.v4 ? MAPPED + netmask : netmask;
      hi = IpAddress.maskHi(all);
      lo = IpAddress.maskLo(all);
    } else {
      hi = -1;
      lo = -1;
    }
    step = options.v4 && netmask > 0 ? 1L << 32 - netmask : 1;
  }

  /** Whether nothing is left of an address: a hash does not hold that. */
  boolean isNone(long high, long low) {
    return high == 0 && low == none;
  }
}
