package dev.patchbay.stack.conf;

import java.util.Locale;

/**
 * The values that a device has for IPv6 ({@code net.ipv6.conf.*}, {@code ipv6_devconf}), with
 * Linux's defaults. Where nothing else is said, the device's own counts and {@code all} is without
 * effect, as on Linux.
 */
public enum Ipv6Key implements ConfKey {
  /** New addresses are asked about first; {@code all} or the device above 0. */
  ACCEPT_DAD(1, 0),
  /** Advertisements of routers are taken: 0 never, 1 where packets are not sent on, 2 always. */
  ACCEPT_RA(1, 1),
  /** Default routers are learned. */
  ACCEPT_RA_DEFRTR(1, 1),
  /** Also what comes from an address of ours is an advertisement. */
  ACCEPT_RA_FROM_LOCAL(0, 0),
  /** A hop limit that is lower is not taken. */
  ACCEPT_RA_MIN_HOP_LIMIT(1, 1),
  /** Of a shorter lifetime nothing is learned, seconds; what ends at once does. */
  ACCEPT_RA_MIN_LFT(0, 0),
  /** The MTU told is taken. */
  ACCEPT_RA_MTU(1, 1),
  /** Prefixes are learned. */
  ACCEPT_RA_PINFO(1, 1),
  /** Routes of longer prefixes are not learned. */
  ACCEPT_RA_RT_INFO_MAX_PLEN(0, 0),
  /** Routes of shorter prefixes are not learned. */
  ACCEPT_RA_RT_INFO_MIN_PLEN(0, 0),
  /** The preference of routers counts, and routes are learned at all (RFC 4191). */
  ACCEPT_RA_RTR_PREF(1, 1),
  /** Redirects are taken, where packets are not sent on. */
  ACCEPT_REDIRECTS(1, 1),
  /** Addresses are made of the prefixes told. */
  AUTOCONF(1, 1),
  /** How often a new address is asked about. */
  DAD_TRANSMITS(1, 1),
  /** The device has no IPv6. Writing {@code all} writes every device. */
  DISABLE_IPV6(0, 0),
  /** Packets that come in are sent on. Writing {@code all} writes every device. */
  FORWARDING(0, 0),
  /** The hop limit of what is sent, 1 to 255. */
  HOP_LIMIT(64, 64),
  /** So many addresses on the device and none more is made of prefixes; 0: 256. */
  MAX_ADDRESSES(16, 16),
  /** A new address is told to all ({@code ndisc_notify}); {@code all} or the device. */
  NDISC_NOTIFY(0, 0),
  /**
   * What {@code ip -6 neigh add proxy} made is answered for; {@code all} or the device. On, unlike
   * Linux's: who makes such an entry wants it.
   */
  PROXY_NDP(1, 1),
  /** The metric of learned default routes, 1 or more. */
  RA_DEFRTR_METRIC(1024, 1024),
  /** Before the first solicitation, at random up to this; seconds. */
  ROUTER_SOLICITATION_DELAY(1, 1),
  /** About so long between the first solicitation and the second, then twice as long; seconds. */
  ROUTER_SOLICITATION_INTERVAL(4, 4),
  /** About so long at most between two; seconds. */
  ROUTER_SOLICITATION_MAX_INTERVAL(3600, 3600),
  /** So many solicitations when the device comes up, until a router answers; -1 for no end. */
  ROUTER_SOLICITATIONS(-1, -1);

  private final int initial;
  private final int initialAll;

  Ipv6Key(int initial, int initialAll) {
    this.initial = initial;
    this.initialAll = initialAll;
  }

  @Override
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public int initial() {
    return initial;
  }

  @Override
  public int initialAll() {
    return initialAll;
  }

  @Override
  public int least() {
    return switch (this) {
      case HOP_LIMIT, RA_DEFRTR_METRIC -> 1;
      case ROUTER_SOLICITATIONS -> -1;
      case MAX_ADDRESSES,
          ROUTER_SOLICITATION_DELAY,
          ROUTER_SOLICITATION_INTERVAL,
          ROUTER_SOLICITATION_MAX_INTERVAL ->
          0;
      default -> ConfKey.super.least();
    };
  }

  @Override
  public int greatest() {
    return this == HOP_LIMIT ? 255 : ConfKey.super.greatest();
  }
}
