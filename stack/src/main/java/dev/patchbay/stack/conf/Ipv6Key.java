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
  /** Redirects are taken, where packets are not sent on. */
  ACCEPT_REDIRECTS(1, 1),
  /** How often a new address is asked about. */
  DAD_TRANSMITS(1, 1),
  /** The device has no IPv6. Writing {@code all} writes every device. */
  DISABLE_IPV6(0, 0),
  /** Packets that come in are sent on. Writing {@code all} writes every device. */
  FORWARDING(0, 0),
  /** The hop limit of what is sent, 1 to 255. */
  HOP_LIMIT(64, 64),
  /** A new address is told to all ({@code ndisc_notify}); {@code all} or the device. */
  NDISC_NOTIFY(0, 0),
  /**
   * What {@code ip -6 neigh add proxy} made is answered for; {@code all} or the device. On, unlike
   * Linux's: who makes such an entry wants it.
   */
  PROXY_NDP(1, 1);

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
    return this == HOP_LIMIT ? 1 : ConfKey.super.least();
  }

  @Override
  public int greatest() {
    return this == HOP_LIMIT ? 255 : ConfKey.super.greatest();
  }
}
