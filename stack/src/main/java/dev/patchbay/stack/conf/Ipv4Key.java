package dev.patchbay.stack.conf;

import java.util.Locale;

/**
 * The values that a device has for IPv4 ({@code net.ipv4.conf.*}, {@code ipv4_devconf}), with
 * Linux's defaults. How {@code all} and the device's own act together is said of each, as Linux's
 * {@code IN_DEV_*} have it.
 */
public enum Ipv4Key implements ConfKey {
  /** Packets whose source is an address of ours are taken. Either. */
  ACCEPT_LOCAL(0),
  /** Redirects are taken: of a router where both say so, else where either does. */
  ACCEPT_REDIRECTS(1),
  /** ARP of others makes entries: 1 always, 2 where the sender is of a subnet of ours. Greater. */
  ARP_ACCEPT(0),
  /** Which source requests have: 0 the packet's, 1 one of the subnet, 2 the best. Greater. */
  ARP_ANNOUNCE(0),
  /** Requests are answered only where the answer's way is back by the device. Either. */
  ARP_FILTER(0),
  /** Which requests are not answered (0 none, to 8 all). Greater. */
  ARP_IGNORE(0),
  /** Addresses are announced as the device comes up. Greater. */
  ARP_NOTIFY(0),
  /** Gratuitous ARP is dropped. Either. */
  DROP_GRATUITOUS_ARP(0),
  /** Packets that come in by the device are sent on. Its own. */
  FORWARDING(0),
  /** A secondary address follows a primary one that is deleted. Either. */
  PROMOTE_SECONDARIES(0),
  /** ARP is answered for all that lies behind another device. Either. */
  PROXY_ARP(0),
  /** And for what lies behind the same one (RFC 3069). Its own. */
  PROXY_ARP_PVLAN(0),
  /** 127.0.0.0/8 may come and leave by the device. Either. */
  ROUTE_LOCALNET(0),
  /** The source's way must be back (RFC 3704): 1 by the same device, 2 by any. Greater. */
  RP_FILTER(0),
  /** Redirects are taken to gateways of default routes alone. Either. */
  SECURE_REDIRECTS(1),
  /** Redirects are sent. Either. */
  SEND_REDIRECTS(1),
  /** Several subnets share the link: redirects to gateways off it. Either. */
  SHARED_MEDIA(1),
  /** The reverse path is looked up with the packet's mark. Either. */
  SRC_VALID_MARK(0);

  private final int initial;

  Ipv4Key(int initial) {
    this.initial = initial;
  }

  @Override
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public int initial() {
    return initial;
  }
}
