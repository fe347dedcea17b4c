package dev.patchbay.stack.neighbour;

/**
 * The numbers and switches of neighbours under their names of Linux ({@code net.ipv4.neigh.*},
 * {@code net.ipv4.conf.*}, {@code net.ipv6.conf.*}), one set for a namespace. Times are ns. Written
 * and read on the loop's thread.
 */
public final class NeighbourSettings {
  private static final long SECOND = 1_000_000_000L;

  /** {@code mcast_solicit}: requests to all, a second apart (MAX_MULTICAST_SOLICIT). */
  public int mcastSolicit = 3;

  /** {@code ucast_solicit}: probes of a known neighbour (MAX_UNICAST_SOLICIT). */
  public int ucastSolicit = 3;

  /** {@code retrans_time_ms}: between two of them (RETRANS_TIMER). */
  public long retransTime = SECOND;

  /** {@code base_reachable_time}: a confirmation holds for half to one and a half of it. */
  public long baseReachableTime = 30 * SECOND;

  /** {@code delay_first_probe_time}. */
  public long delayProbeTime = 5 * SECOND;

  /** {@code gc_stale_time}: unused for so long it may be collected. */
  public long gcStaleTime = 60 * SECOND;

  /** {@code gc_thresh1}: of fewer entries, here those of one port, none is collected. */
  public int gcThresh1 = 128;

  /** {@code locktime}: an ARP entry that has changed is not changed again for so long. */
  public long lockTime = SECOND;

  /** {@code proxy_delay}: an answer for somebody else waits at random, for so long at most. */
  public long proxyDelay = 800_000_000L;

  /** {@code proxy_qlen}: so many such answers wait. */
  public int proxyQueue = 64;

  /** {@code arp_accept}: gratuitous ARP and replies nobody asked for make entries. */
  public boolean arpAccept;

  /** {@code arp_notify}: a device that comes up, or a new address of it, is announced by ARP. */
  public boolean arpNotify;

  /**
   * {@code accept_dad}: whether new addresses of IPv6 are asked about first. The link-local ones
   * that devices make themselves as they come up are not: guests find the appliance at once.
   */
  public boolean acceptDad = true;

  /** {@code ndisc_notify}: a new address of IPv6 is told to all by an advertisement. */
  public boolean ndiscNotify;

  /**
   * {@code proxy_ndp}: whether entries made by {@code ip -6 neigh add proxy} are answered for. On,
   * unlike Linux's: who makes such an entry wants it.
   */
  public boolean proxyNdp = true;
}
