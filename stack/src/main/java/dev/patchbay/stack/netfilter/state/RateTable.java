package dev.patchbay.stack.netfilter.state;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.random.SipHash;
import dev.patchbay.stack.time.Timer;
import java.util.Arrays;

/**
 * A bucket of credits, or a rate, for each source, destination and pair of ports ({@code struct
 * xt_hashlimit_htable}). It begins small and doubles, up to the entries that its rule allows; its
 * hash is keyed. Entries that are not used are forgotten by a timer. Of the loop's thread.
 */
public final class RateTable {
  /** What {@link #find} gives where all entries are in use. */
  public static final int FULL = -1;

  /** Entries whatever a rule allows, so that growing takes some milliseconds at most. */
  static final int MOST = 1 << 17;

  private static final int FIRST = 64;

  /** Entries looked at in one turn of the loop. */
  private static final int SLICE = 16_384;

  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000_000_000L;

  /** Credits of a second where bytes are counted. */
  private static final long FULL_BYTES = 1L << 32;

  /** So that sums of credits do not overflow: 146 years. */
  private static final long MOST_CREDIT = Long.MAX_VALUE / 2;

  private final RateConfig config;
  private final EventLoop loop;
  private final SipHash hash;
  private final Timer timer;

  /** Credit that a packet costs, and most credit: ns. */
  private final long cost;

  private final long most;

  /** Where the rate is compared: per interval, and what one interval may have. */
  private final long rate;

  private final long allowed;

  // entries
  private int capacity;
  private int size;
  private int free = -1;
  private int fresh;
  private int[] heads = {};
  private int[] following = {};

  /** Low halves of the hashes. */
  private int[] hashes = {};

  private long[] srcHi = {};
  private long[] srcLo = {};
  private long[] dstHi = {};
  private long[] dstLo = {};
  private int[] ports = {};
  private long[] expires = {};

  /** When its credit was last counted, ns. */
  private long[] before = {};

  /** Credits; where the rate is compared, what the interval has had. */
  private long[] credit = {};

  /** Bursts of bytes that are left; where the rate is compared, 1 for too much before. */
  private long[] extra = {};

  /** Where the look for old entries goes on. */
  private int looked;

  RateTable(RateConfig config, EventLoop loop, SipHash hash) {
    this.config = config;
    this.loop = loop;
    this.hash = hash;
    timer = loop.timer(this::forget);
    cost = Math.min(config.average(), MOST_CREDIT / 1000) * 1000;
    long bursts = Math.max(1, config.burst());
    most = cost > MOST_CREDIT / bursts ? MOST_CREDIT : cost * bursts;
    if (config.has(RateConfig.BYTES)) {
      rate = RateConfig.bytesOf(config.average());
      allowed = config.burst() == 0 ? rate : rate * config.burst();
    } else {
      rate = config.average() == 0 ? 0 : MILLI / config.average();
      allowed = rate + config.burst();
    }
  }

  public RateConfig config() {
    return config;
  }

  /** Entries in use. */
  public int size() {
    return size;
  }

  /** Nobody asks for it any more. */
  void close() {
    timer.cancel();
  }

  /**
   * The entry of a packet, made where there is none, or {@link #FULL}.
   *
   * @param pair both ports, the source's in the high half; 0 for none
   */
  public int find(long fromHi, long fromLo, long toHi, long toLo, int pair) {
    boolean bySource = config.has(RateConfig.SOURCE);
    boolean byDestination = config.has(RateConfig.DESTINATION);
    long a = bySource ? fromHi & config.sourceMaskHi() : 0;
    long b = bySource ? fromLo & config.sourceMaskLo() : 0;
    long c = byDestination ? toHi & config.destinationMaskHi() : 0;
    long d = byDestination ? toLo & config.destinationMaskLo() : 0;
    int mask =
        (config.has(RateConfig.SOURCE_PORT) ? 0xffff_0000 : 0)
            | (config.has(RateConfig.DESTINATION_PORT) ? 0xffff : 0);
    int e = pair & mask;
    long key = hash.hash(a, b, c, d, e);
    for (int at = capacity == 0 ? -1 : heads[slot(key)]; at >= 0; at = following[at]) {
      boolean addresses = srcLo[at] == b && dstLo[at] == d && srcHi[at] == a && dstHi[at] == c;
      if (addresses && ports[at] == e) {
        return at;
      }
    }
    return add(key, a, b, c, d, e);
  }

  private int slot(long key) {
    return (int) (key & heads.length - 1);
  }

  private int add(long key, long a, long b, long c, long d, int e) {
    if (size >= Math.min(config.max(), MOST)) {
      return FULL;
    }
    if (free < 0 && fresh == capacity) {
      grow();
    }
    int at = free >= 0 ? free : fresh++;
    if (free >= 0) {
      free = following[at];
    }
    srcHi[at] = a;
    srcLo[at] = b;
    dstHi[at] = c;
    dstLo[at] = d;
    ports[at] = e;
    hashes[at] = (int) key;
    int slot = slot(key);
    following[at] = heads[slot];
    heads[slot] = at;
    size++;
    begin(at);
    if (!timer.isArmed()) {
      timer.arm(loop.now() + config.gcInterval() * MILLI);
    }
    return at;
  }

  /** {@code rateinfo_init}. */
  private void begin(int at) {
    before[at] = loop.now();
    expires[at] = 0;
    extra[at] = 0;
    if (config.has(RateConfig.COMPARES)) {
      credit[at] = 0;
    } else if (config.has(RateConfig.BYTES)) {
      credit[at] = FULL_BYTES;
      extra[at] = config.burst();
    } else {
      credit[at] = most;
    }
  }

  private void grow() {
    capacity = capacity == 0 ? FIRST : capacity * 2;
    following = Arrays.copyOf(following, capacity);
    hashes = Arrays.copyOf(hashes, capacity);
    srcHi = Arrays.copyOf(srcHi, capacity);
    srcLo = Arrays.copyOf(srcLo, capacity);
    dstHi = Arrays.copyOf(dstHi, capacity);
    dstLo = Arrays.copyOf(dstLo, capacity);
    ports = Arrays.copyOf(ports, capacity);
    expires = Arrays.copyOf(expires, capacity);
    before = Arrays.copyOf(before, capacity);
    credit = Arrays.copyOf(credit, capacity);
    extra = Arrays.copyOf(extra, capacity);
    heads = new int[capacity];
    Arrays.fill(heads, -1);
    // all entries are in use where it grows
    for (int at = 0; at < fresh; at++) {
      int slot = slot(hashes[at]);
      following[at] = heads[slot];
      heads[slot] = at;
    }
  }

  /**
   * Counts a packet at its entry.
   *
   * @param length bytes from the IP header on
   * @return whether it is within the rate
   */
  public boolean isWithin(int at, int length) {
    long now = loop.now();
    expires[at] = now + config.expire() * MILLI;
    boolean bytes = config.has(RateConfig.BYTES);
    if (config.has(RateConfig.COMPARES)) {
      return compare(at, now, bytes ? length : 1);
    }
    long passed = now - before[at];
    before[at] = now;
    long price = cost;
    if (bytes) {
      long gained = passed >= SECOND ? FULL_BYTES : (passed << 32) / SECOND;
      credit[at] = Math.min(FULL_BYTES, credit[at] + gained);
      price = Math.min(FULL_BYTES, ((length >> 4) + 1) * config.average());
      if (credit[at] < price && extra[at] > 0) {
        extra[at]--;
        credit[at] = FULL_BYTES;
      }
    } else {
      credit[at] = Math.min(most, credit[at] + Math.min(passed, most));
    }
    if (credit[at] < price) {
      return false;
    }
    credit[at] -= price;
    return true;
  }

  /** {@code XT_HASHLIMIT_RATE_MATCH}: what the interval before had, and this one has so far. */
  private boolean compare(int at, long now, int count) {
    long passed = now - before[at];
    long interval = config.interval() * SECOND;
    if (passed >= interval) {
      before[at] = now;
      extra[at] = (double) credit[at] * interval > (double) passed * rate ? 1 : 0;
      credit[at] = 0;
    }
    credit[at] += count;
    return extra[at] == 0 && credit[at] <= allowed;
  }

  /** Forgets what has not been used for its time, in pieces where there is much. */
  private void forget() {
    long now = loop.now();
    int until = Math.min(heads.length, looked + SLICE);
    for (; looked < until; looked++) {
      forget(looked, now);
    }
    boolean all = looked >= heads.length;
    looked = all ? 0 : looked;
    if (size > 0 || !all) {
      timer.arm(now + (all ? config.gcInterval() * MILLI : MILLI));
    }
  }

  private void forget(int slot, long now) {
    int last = -1;
    for (int at = heads[slot]; at >= 0; ) {
      int next = following[at];
      if (now >= expires[at]) {
        if (last < 0) {
          heads[slot] = next;
        } else {
          following[last] = next;
        }
        following[at] = free;
        free = at;
        size--;
      } else {
        last = at;
      }
      at = next;
    }
  }
}
