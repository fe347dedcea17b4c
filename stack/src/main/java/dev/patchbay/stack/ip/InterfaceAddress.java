package dev.patchbay.stack.ip;

import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * An address of a device ({@code ifa} of {@code ip address}).
 *
 * @param address the address
 * @param prefix length of the network's prefix, 0 to 32 or 128
 * @param broadcast directed broadcast address (IPv4), or null
 * @param scope reach of the address
 * @param secondary whether it follows another one of its subnet (IPv4)
 * @param noDad without duplicate address detection (IPv6)
 * @param label name shown behind an IPv4 address
 */
public record InterfaceAddress(
    IpAddress address,
    int prefix,
    @Nullable IpAddress broadcast,
    Scope scope,
    boolean secondary,
    boolean noDad,
    String label) {
  /** Reach of an address or a route ({@code /etc/iproute2/rt_scopes}). */
  public enum Scope {
    GLOBAL,
    SITE,
    LINK,
    HOST,
    NOWHERE
  }

  /** The same, following another one of its subnet or not. */
  public InterfaceAddress asSecondary(boolean follows) {
    return new InterfaceAddress(address, prefix, broadcast, scope, follows, noDad, label);
  }

  /** Whether {@code other} lies in the address's subnet. */
  public boolean covers(IpAddress other) {
    return other.isV4() == address.isV4() && other.network(prefix).equals(address.network(prefix));
  }

  /** As {@link #covers(IpAddress)}, without an object. */
  public boolean covers(long hi, long lo) {
    boolean v4 = address.isV4();
    int bits = v4 ? prefix + 96 : prefix;
    return Addresses.isV4(hi, lo) == v4
        && ((address.hi() ^ hi) & IpAddress.maskHi(bits)) == 0
        && ((address.lo() ^ lo) & IpAddress.maskLo(bits)) == 0;
  }

  /**
   * The last address of the subnet, which reaches all of it (RFC 919); null where there is none.
   */
  public @Nullable IpAddress lastOfNetwork() {
    boolean some = address.isV4() && prefix < 31;
    return some ? new IpAddress(0, address.lo() | 0xffff_ffffL >>> prefix) : null;
  }

  /** Whether packets to this address go to all of the subnet. */
  public boolean isBroadcast(long hi, long lo) {
    if (broadcast != null && broadcast.lo() == lo && broadcast.hi() == hi) {
      return true;
    }
    return address.isV4()
        && prefix < 31
        && hi == address.hi()
        && lo == (address.lo() | 0xffff_ffffL >>> prefix);
  }
}
