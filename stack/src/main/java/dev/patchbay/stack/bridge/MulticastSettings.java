package dev.patchbay.stack.bridge;

import dev.patchbay.stack.socket.Errno;

/**
 * How a bridge snoops: what {@code ip link set … type bridge mcast_…} sets, but for the switches
 * that {@link Snooping} itself has (Linux: {@code struct net_bridge_mcast}).
 */
public final class MulticastSettings {
  private static final long SECOND = 1_000_000_000L;

  /** General queries are at least so far apart ({@code BR_MULTICAST_QUERY_INTVL_MIN}), ns. */
  private static final long SHORTEST = SECOND;

  /** And at most so far ({@code BR_MULTICAST_QUERY_INTVL_MAX}), ns. */
  private static final long LONGEST = 86_400 * SECOND;

  /** What is longer is not told apart, ns: some 36 years. */
  private static final long FOREVER = 1L << 60;

  /** A time that can be set. */
  public enum Interval {
    /** Between queries for a group that somebody has left. */
    LAST_MEMBER(1),

    /** After which nobody is a member who has not reported again. */
    MEMBERSHIP(260),

    /** After which another querier that was not heard again is gone; and a router, too. */
    QUERIER(255),

    /** Between general queries of our own. */
    QUERY(125),

    /** Within which members answer a general query. */
    QUERY_RESPONSE(10),

    /** Between the first general queries. */
    STARTUP_QUERY(31.25);

    private final long first;

    Interval(double seconds) {
      first = (long) (seconds * SECOND);
    }
  }

  private final long[] intervals = new long[Interval.values().length];
  private long hashMax = 4096;
  private long lastMemberCount = 2;
  private long startupQueryCount = 2;
  private int igmpVersion = 2;
  private int mldVersion = 1;
  private boolean usesOwnAddress;

  MulticastSettings() {
    for (Interval interval : Interval.values()) {
      intervals[interval.ordinal()] = interval.first;
    }
  }

  /** A time, ns. */
  public long get(Interval which) {
    return intervals[which.ordinal()];
  }

  /** Sets one, ns; those between general queries are kept within a second and a day. */
  public void set(Interval which, long nanos) {
    boolean query = which == Interval.QUERY || which == Interval.STARTUP_QUERY;
    long value = query ? Math.clamp(nanos, SHORTEST, LONGEST) : nanos;
    intervals[which.ordinal()] = value;
  }

  /** Groups, at most: where there would be more, snooping switches itself off. */
  public long hashMax() {
    return hashMax;
  }

  public void hashMax(long value) {
    hashMax = value;
  }

  /** How often is asked for a group that somebody has left. */
  public long lastMemberCount() {
    return lastMemberCount;
  }

  public void lastMemberCount(long value) {
    lastMemberCount = value;
  }

  /** General queries that come at the interval of the first ones. */
  public long startupQueryCount() {
    return startupQueryCount;
  }

  public void startupQueryCount(long value) {
    startupQueryCount = value;
  }

  /** 2, or 3: then sources count. */
  public int igmpVersion() {
    return igmpVersion;
  }

  /**
   * Sets it.
   *
   * @throws BridgeRefusedException EINVAL
   */
  public void igmpVersion(long value) throws BridgeRefusedException {
    if (value != 2 && value != 3) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    igmpVersion = (int) value;
  }

  /** 1, or 2: then sources count. */
  public int mldVersion() {
    return mldVersion;
  }

  /**
   * Sets it.
   *
   * @throws BridgeRefusedException EINVAL
   */
  public void mldVersion(long value) throws BridgeRefusedException {
    if (value != 1 && value != 2) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    mldVersion = (int) value;
  }

  /** Whether sources count in a family ({@code br_multicast_should_handle_mode}). */
  boolean hasSources(int family) {
    return family == 4 ? igmpVersion == 3 : family == 6 && mldVersion == 2;
  }

  /** Whether queries of IGMP come from the bridge's own address; else from 0.0.0.0. */
  public boolean usesOwnAddress() {
    return usesOwnAddress;
  }

  public void usesOwnAddress(boolean value) {
    usesOwnAddress = value;
  }

  /** Last member query time (RFC 3376 section 8.9), ns. */
  long lastMemberTime() {
    return timesLastMemberCount(get(Interval.LAST_MEMBER));
  }

  /** So often as is asked for a group that was left, ns; a very long time at most. */
  long timesLastMemberCount(long nanos) {
    boolean tooLong = nanos != 0 && lastMemberCount > FOREVER / nanos;
    return tooLong ? FOREVER : lastMemberCount * nanos;
  }
}
