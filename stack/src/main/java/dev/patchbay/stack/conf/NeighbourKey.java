package dev.patchbay.stack.conf;

import java.util.Locale;

/**
 * The values that a device has for the neighbours of a family ({@code net.ipv4.neigh.*}, {@code
 * net.ipv6.neigh.*}, {@code struct neigh_parms}), with Linux's defaults. Each is 0 or more.
 */
public enum NeighbourKey implements ConfKey {
  /** A confirmation holds for half to one and a half of it (RFC 4861), ms. */
  BASE_REACHABLE_TIME_MS(30_000, Units.MILLISECOND),
  /** From the first packet of doubt to the first probe, seconds. */
  DELAY_FIRST_PROBE_TIME(5, Units.SECOND),
  /** Unused for so long it may be collected, seconds. */
  GC_STALE_TIME(60, Units.SECOND),
  /** An entry of ARP that has changed is not changed again for so long, 1/100 s. */
  LOCKTIME(100, Units.USER_TICK),
  /** Requests to all (MAX_MULTICAST_SOLICIT). */
  MCAST_SOLICIT(3, 1),
  /** An answer for somebody else waits at random, for so long at most, 1/100 s. */
  PROXY_DELAY(80, Units.USER_TICK),
  /** So many such answers wait. */
  PROXY_QLEN(64, 1),
  /** Between two requests (RETRANS_TIMER), ms. */
  RETRANS_TIME_MS(1000, Units.MILLISECOND),
  /** Probes of a known neighbour (MAX_UNICAST_SOLICIT). */
  UCAST_SOLICIT(3, 1),
  /** Packets that wait for one neighbour. */
  UNRES_QLEN(101, 1);

  private static final class Units {
    static final long MILLISECOND = 1_000_000;
    static final long USER_TICK = 10 * MILLISECOND;
    static final long SECOND = 1000 * MILLISECOND;
  }

  private final int initial;
  private final long unit;

  NeighbourKey(int initial, long unit) {
    this.initial = initial;
    this.unit = unit;
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
  public int least() {
    return 0;
  }

  /** A value in ns, where it is a time. */
  public long nanos(int value) {
    return value * unit;
  }
}
