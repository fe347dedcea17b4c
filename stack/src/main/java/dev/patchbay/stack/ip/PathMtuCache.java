package dev.patchbay.stack.ip;

import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.random.SipHash;

/**
 * What ICMP has told of the paths of datagrams (RFC 1191, RFC 8201; Linux: {@code
 * fib_nh_exception}, {@code ip_rt_update_pmtu}). A fixed number of destinations, the newest in each
 * slot: who forges errors cannot make it grow. TCP keeps its own knowledge by connection.
 */
public final class PathMtuCache {
  /** RFC 8200 section 5. */
  public static final int MINIMUM6 = 1280;

  private static final int SLOTS = 1024;

  private static final long SECOND = 1_000_000_000L;

  private final EventLoop loop;
  private final StackConf conf;
  private final SipHash hash;
  private final long[] hi = new long[SLOTS];
  private final long[] lo = new long[SLOTS];
  private final long[] until = new long[SLOTS];
  private final int[] mtu = new int[SLOTS];

  PathMtuCache(EventLoop loop, RandomSource random, StackConf conf) {
    this.loop = loop;
    this.conf = conf;
    hash = random.hash("path mtu");
  }

  private int slot(long dstHi, long dstLo) {
    return (int) hash.hash(dstHi, dstLo) & SLOTS - 1;
  }

  /**
   * A router said that only so much fits; never raises what is known.
   *
   * @param value MTU in bytes, as unsigned 32 bits. Of IPv4 what is less than the minimum is taken
   *     for it, also the 0 of a router older than RFC 1191; of IPv6 it is discarded (RFC 8201
   *     section 4, {@code __ip6_rt_update_pmtu}), and so is what beyond 31 bits tells nothing
   */
  public void learn(long dstHi, long dstLo, int value, boolean v4) {
    if (!v4 && value < MINIMUM6) {
      return;
    }
    int bounded = v4 ? Math.max(value, conf.minimumPathMtu) : value;
    if (bounded >= lookup(dstHi, dstLo)) {
      return;
    }
    int at = slot(dstHi, dstLo);
    hi[at] = dstHi;
    lo[at] = dstLo;
    mtu[at] = bounded;
    until[at] = loop.now() + conf.pathMtuExpires * SECOND;
  }

  /** The MTU of a path, {@link Integer#MAX_VALUE} where nothing is known. */
  public int lookup(long dstHi, long dstLo) {
    int at = slot(dstHi, dstLo);
    boolean known = mtu[at] != 0 && hi[at] == dstHi && lo[at] == dstLo && until[at] > loop.now();
    return known ? mtu[at] : Integer.MAX_VALUE;
  }
}
