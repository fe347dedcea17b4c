package dev.patchbay.backend.config;

import java.net.Inet6Address;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the router advertisements of one device are asked to say (RFC 4861, 4191, 8106); whatever is
 * left out keeps the daemon's default.
 *
 * @param source the line of the device
 * @param prefixes the prefixes told; empty: the networks of 64 bits of the device's addresses
 * @param onLink whether they are on the link (flag L)
 * @param autonomous whether hosts may make addresses of them (flag A)
 * @param valid lifetime of the prefixes in seconds, 0xffffffff for ever
 * @param preferred time in seconds until their addresses are deprecated, at most {@code valid}
 * @param lifetime of the router in seconds, 0 to 65535; 0: it is no default router
 * @param preference of the router among others: high, medium or low
 * @param managed flag M: addresses by DHCPv6; empty: follows our server
 * @param other flag O: other configuration by DHCPv6; empty: follows our server
 * @param dns resolvers
 * @param search domains to search
 * @param mtu in bytes, 1280 to 65535; empty: that of the device, told where it is not 1500
 * @param hopLimit 0 (nothing said) to 255
 * @param reachable time that a neighbour counts as reachable in ms, 0: nothing said
 * @param retrans time between solicitations in ms, 0: nothing said
 * @param routes networks that this router leads to, by route information options
 * @param interval greatest time between two advertisements in s, 4 to 1800
 */
public record RaConfig(
    Source source,
    List<Cidr> prefixes,
    boolean onLink,
    boolean autonomous,
    OptionalLong valid,
    OptionalLong preferred,
    OptionalInt lifetime,
    Preference preference,
    Optional<Boolean> managed,
    Optional<Boolean> other,
    List<Inet6Address> dns,
    List<String> search,
    OptionalInt mtu,
    OptionalInt hopLimit,
    OptionalInt reachable,
    OptionalInt retrans,
    List<Cidr> routes,
    OptionalInt interval) {
  /** Default router preference (RFC 4191 section 2.1). */
  public enum Preference {
    /** As if nothing were said. */
    MEDIUM(0),
    /** Before others. */
    HIGH(1),
    /** After others. */
    LOW(3);

    private final int bits;

    Preference(int bits) {
      this.bits = bits;
    }

    /** Two bits as they stand in the message. */
    public int bits() {
      return bits;
    }
  }

  /** Takes copies. */
  public RaConfig {
    prefixes = List.copyOf(prefixes);
    dns = List.copyOf(dns);
    search = List.copyOf(search);
    routes = List.copyOf(routes);
  }
}
