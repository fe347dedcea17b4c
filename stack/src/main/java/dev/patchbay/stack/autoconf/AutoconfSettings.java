package dev.patchbay.stack.autoconf;

/**
 * What a device does with router advertisements, under Linux's names ({@code net.ipv6.conf.NAME.*})
 * and with its defaults. Written and read on the loop's thread; whoever writes calls {@link
 * RouterDiscovery#settingsChanged} behind it.
 */
public final class AutoconfSettings {
  /** {@code accept_ra}: 0 never, 1 where it does not forward, 2 always. */
  public int acceptRa = 1;

  /** {@code forwarding}: packets that come in are sent on: the appliance is a router. */
  public boolean forwarding = true;

  /** {@code accept_ra_defrtr}: default routers are learned. */
  public boolean acceptRaDefrtr = true;

  /** {@code accept_ra_pinfo}: prefixes are learned. */
  public boolean acceptRaPinfo = true;

  /** {@code accept_ra_rtr_pref}: the preference of routers counts. */
  public boolean acceptRaRtrPref = true;

  /** {@code accept_ra_mtu}: the MTU told is taken. */
  public boolean acceptRaMtu = true;

  /** {@code accept_ra_min_hop_limit}: a lower hop limit is not taken, 0 to 255. */
  public int acceptRaMinHopLimit = 1;

  /** {@code accept_ra_rt_info_max_plen}: routes of longer prefixes are not learned; 0: none. */
  public int acceptRaRtInfoMaxPlen;

  /** {@code autoconf}: addresses are made of the prefixes told. */
  public boolean autoconf = true;

  /** {@code max_addresses} of IPv6 on the device beyond which none is made; 0: no limit. */
  public int maxAddresses = 16;

  /** {@code router_solicitations} sent when the device comes up. Linux goes on without end. */
  public int routerSolicitations = 3;

  /** {@code router_solicitation_interval} between two, ns. */
  public long routerSolicitationInterval = 4_000_000_000L;

  /** {@code router_solicitation_delay} before the first, at random up to this, ns. */
  public long routerSolicitationDelay = 1_000_000_000L;

  /** The hop limit that a router has told last, 0 where none has. */
  public int hopLimit;

  /** The MTU that a router has told last, 0 where none has. */
  public int mtu;

  /** The time that neighbours count as reachable, told by a router, ms, 0 where none has. */
  public int reachableTime;

  /** The time between solicitations of neighbours, told by a router, ms, 0 where none has. */
  public int retransTimer;

  AutoconfSettings() {}

  /** Whether advertisements are taken ({@code ipv6_accept_ra}). */
  public boolean accepts() {
    return forwarding ? acceptRa == 2 : acceptRa != 0;
  }
}
