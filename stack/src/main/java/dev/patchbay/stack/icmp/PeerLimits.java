package dev.patchbay.stack.icmp;

import dev.patchbay.stack.random.SipHash;

/**
 * How many messages each host may get (Linux: {@code inet_peer_xrlim_allow}, {@code
 * ip_rt_send_redirect}). A fixed number of hosts, the newest in each slot: who forges sources
 * cannot make it grow. Of the loop's thread.
 */
final class PeerLimits {
  private static final int SLOTS = 1024;
  private static final long SECOND = 1_000_000_000L;

  /** A host that was not seen before may have as much as one that was quiet for a minute. */
  private static final long FRESH = 60 * SECOND;

  /** {@code XRLIM_BURST_FACTOR}. */
  private static final int BURST = 6;

  /** {@code ip_rt_redirect_number}: so many ignored ones are enough. */
  private static final int REDIRECTS = 9;

  /** {@code ip_rt_redirect_load}: the wait after the first, doubled each time. */
  private static final long LOAD = SECOND / 50;

  /** {@code ip_rt_redirect_silence}: after that all begins anew. */
  private static final long SILENCE = LOAD << REDIRECTS + 1;

  private final SipHash hash;
  private final long[] hi = new long[SLOTS];
  private final long[] lo = new long[SLOTS];
  private final long[] last = new long[SLOTS];
  private final long[] tokens = new long[SLOTS];
  private final int[] redirects = new int[SLOTS];
  private final boolean[] used = new boolean[SLOTS];

  PeerLimits(SipHash hash) {
    this.hash = hash;
  }

  private int slot(long peerHi, long peerLo, long now) {
    int at = (int) hash.hash(peerHi, peerLo) & SLOTS - 1;
    if (!used[at] || hi[at] != peerHi || lo[at] != peerLo) {
      used[at] = true;
      hi[at] = peerHi;
      lo[at] = peerLo;
      last[at] = now - FRESH;
      tokens[at] = 0;
      redirects[at] = 0;
    }
    return at;
  }

  /**
   * Whether one more message may go to a host.
   *
   * @param interval ns between two in the long run; six may come at once
   */
  boolean allow(long peerHi, long peerLo, long now, long interval) {
    int at = slot(peerHi, peerLo, now);
    long has = Math.min(tokens[at] + now - last[at], BURST * interval);
    last[at] = now;
    boolean allowed = has >= interval;
    tokens[at] = allowed ? has - interval : has;
    return allowed;
  }

  /** Whether one more redirect may go to a host, which may have ignored those before. */
  boolean allowRedirect(long peerHi, long peerLo, long now) {
    int at = slot(peerHi, peerLo, now);
    if (now > last[at] + SILENCE) {
      tokens[at] = 0;
      redirects[at] = 0;
    }
    if (redirects[at] >= REDIRECTS) {
      last[at] = now;
      return false;
    }
    if (redirects[at] != 0 && now <= last[at] + (LOAD << redirects[at])) {
      return false;
    }
    last[at] = now;
    redirects[at]++;
    return true;
  }
}
