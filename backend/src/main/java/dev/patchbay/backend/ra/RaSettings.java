package dev.patchbay.backend.ra;

import dev.patchbay.stack.ip.IpAddress;
import java.util.List;

/**
 * What a router says of itself; times in seconds.
 *
 * @param prefix the on-link prefix
 * @param prefixLength its length; 64 for SLAAC
 * @param routerLifetime 0 to 9000
 * @param valid lifetime of addresses
 * @param preferred time until they are deprecated
 * @param dns resolvers (RFC 8106)
 */
public record RaSettings(
    IpAddress prefix,
    int prefixLength,
    int routerLifetime,
    long valid,
    long preferred,
    List<IpAddress> dns) {
  /** Takes a copy. */
  public RaSettings {
    dns = List.copyOf(dns);
  }

  /** What {@code br0} says where nothing is configured: fec0::/64 and fec0::3. */
  public static RaSettings defaults() {
    return new RaSettings(
        IpAddress.parse("fec0::"), 64, 1800, 86_400, 14_400, List.of(IpAddress.parse("fec0::3")));
  }
}
