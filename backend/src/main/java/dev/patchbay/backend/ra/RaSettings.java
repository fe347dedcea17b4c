package dev.patchbay.backend.ra;

import dev.patchbay.stack.ip.IpAddress;
import java.util.List;

/**
 * What a router says of itself; times in seconds unless said otherwise.
 *
 * @param prefixes what hosts learn of the link
 * @param routerLifetime 0 to 65535 (RFC 8319)
 * @param flags {@link #MANAGED}, {@link #OTHER}, and the two bits of the preference (RFC 4191)
 * @param hopLimit 0 to 255
 * @param reachable in ms, 0: nothing said
 * @param retrans in ms, 0: nothing said
 * @param mtu in bytes; 0: that of the link, told where it is not 1500
 * @param dns resolvers (RFC 8106)
 * @param search domains (RFC 8106)
 * @param routes networks behind this router (RFC 4191)
 * @param interval greatest time between two advertisements, 4 to 1800
 */
public record RaSettings(
    List<Prefix> prefixes,
    int routerLifetime,
    int flags,
    int hopLimit,
    int reachable,
    int retrans,
    int mtu,
    List<IpAddress> dns,
    List<String> search,
    List<Network> routes,
    int interval) {
  /** Flag M: addresses are given by DHCPv6. */
  public static final int MANAGED = 0x80;

  /** Flag O: other configuration is given by DHCPv6. */
  public static final int OTHER = 0x40;

  /** What a router says where nothing is configured. */
  public static final int DEFAULT_LIFETIME = 1800;

  /** Seconds that an address is valid where nothing is configured. */
  public static final long DEFAULT_VALID = 86_400;

  /** Seconds until it is deprecated where nothing is configured. */
  public static final long DEFAULT_PREFERRED = 14_400;

  /** MaxRtrAdvInterval (RFC 4861 section 6.2.1). */
  public static final int DEFAULT_INTERVAL = 600;

  /** The hop limit told where nothing is configured. */
  public static final int DEFAULT_HOP_LIMIT = 64;

  /** Takes copies. */
  public RaSettings {
    prefixes = List.copyOf(prefixes);
    dns = List.copyOf(dns);
    search = List.copyOf(search);
    routes = List.copyOf(routes);
  }

  /**
   * A network.
   *
   * @param length of its prefix, 0 to 128
   */
  public record Network(IpAddress address, int length) {}

  /**
   * A prefix information (RFC 4861 section 4.6.2).
   *
   * @param onLink flag L
   * @param autonomous flag A
   * @param valid seconds, 0xffffffff for ever
   * @param preferred seconds, at most {@code valid}
   */
  public record Prefix(
      Network network, boolean onLink, boolean autonomous, long valid, long preferred) {}

  /** A router of one prefix of 64 bits and one resolver, all else the defaults. */
  public static RaSettings of(IpAddress prefix, IpAddress dns) {
    Prefix only = new Prefix(new Network(prefix, 64), true, true, DEFAULT_VALID, DEFAULT_PREFERRED);
    return new RaSettings(
        List.of(only),
        DEFAULT_LIFETIME,
        0,
        DEFAULT_HOP_LIMIT,
        0,
        0,
        0,
        List.of(dns),
        List.of(),
        List.of(),
        DEFAULT_INTERVAL);
  }
}
