package dev.patchbay.stack.neighbour;

import dev.patchbay.stack.conf.DeviceConf;
import dev.patchbay.stack.conf.NeighbourKey;
import dev.patchbay.stack.random.RandomSource;

/**
 * The numbers of one device's neighbours of one family ({@code struct neigh_parms}). Times are ns.
 * Of the loop's thread.
 */
public final class NeighbourSettings {
  /** {@code neigh_add_timer}: no timer is shorter. */
  private static final long LEAST_TIMER = 10_000_000;

  private final DeviceConf<NeighbourKey> values = DeviceConf.initial(NeighbourKey.class);
  private final RandomSource random;
  private long reachableTime;

  NeighbourSettings(RandomSource random) {
    this.random = random;
    chooseReachableTime();
  }

  /** The values by their names, to be read. */
  public DeviceConf<NeighbourKey> values() {
    return values;
  }

  /** Sets a value; from then on the default is not followed. */
  public void set(NeighbourKey key, int value) {
    values.set(key, value);
    values.own(key);
    chooseReachableTime();
  }

  /** Follows a default. */
  void follow(NeighbourKey key, int value) {
    if (!values.isOwn(key)) {
      values.set(key, value);
      chooseReachableTime();
    }
  }

  void inherit(NeighbourSettings from) {
    values.inherit(from.values);
    chooseReachableTime();
  }

  /** RFC 4861 section 6.3.2: uniform between 0.5 and 1.5 times the base. */
  void chooseReachableTime() {
    long base = baseReachableTime();
    reachableTime = base / 2 + (long) (random.nextDouble() * base);
  }

  private long time(NeighbourKey key) {
    return key.nanos(values.get(key));
  }

  /** How long a confirmation holds, as it was chosen. */
  long reachableTime() {
    return reachableTime;
  }

  long baseReachableTime() {
    return time(NeighbourKey.BASE_REACHABLE_TIME_MS);
  }

  int mcastSolicit() {
    return values.get(NeighbourKey.MCAST_SOLICIT);
  }

  int ucastSolicit() {
    return values.get(NeighbourKey.UCAST_SOLICIT);
  }

  /** Between two requests; also those of duplicate address detection. */
  public long retransTime() {
    return Math.max(time(NeighbourKey.RETRANS_TIME_MS), LEAST_TIMER);
  }

  long delayProbeTime() {
    return time(NeighbourKey.DELAY_FIRST_PROBE_TIME);
  }

  long gcStaleTime() {
    return time(NeighbourKey.GC_STALE_TIME);
  }

  long lockTime() {
    return time(NeighbourKey.LOCKTIME);
  }

  long proxyDelay() {
    return time(NeighbourKey.PROXY_DELAY);
  }

  int proxyQueue() {
    return values.get(NeighbourKey.PROXY_QLEN);
  }

  int queueLimit() {
    return values.get(NeighbourKey.UNRES_QLEN);
  }
}
