package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.ip.IpAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a set was created with. Not changed once its set is there. */
public final class SetOptions {
  /** No time-outs at all. */
  public static final long NO_TIMEOUT = -1;

  private static final int DEFAULT_HASH = 1024;
  private static final int LEAST_HASH = 64;
  private static final int DEFAULT_MOST = 65536;
  private static final int DEFAULT_BUCKET = 12;

  /** Beyond this Linux has no memory for the table; a power of two. */
  private static final long MOST_HASH = 1L << 27;

  /** Of the hash types: IPv4, else IPv6. */
  public boolean v4 = true;

  /** Buckets as Linux rounds them; ours grow by themselves. */
  public long hashSize = DEFAULT_HASH;

  /** Members at most. */
  public long mostMembers = DEFAULT_MOST;

  /** Leading bits of addresses that count, -1 for all. */
  public int netmask = -1;

  /** Bits of addresses that count; null for those of {@link #netmask}. */
  public @Nullable IpAddress bitmask;

  /** Linux's entries of a bucket, 2 to 12 and even. Means nothing here and is kept. */
  public int bucketSize = DEFAULT_BUCKET;

  /** What Linux keys its hash with; ours has a longer key of its own, so that this is a name. */
  public int initial;

  /** Whether {@link #initial} was given. */
  public boolean hasInitial;

  /** Seconds that members live where nothing else is said, 0 for ever; {@link #NO_TIMEOUT}. */
  public long timeout = NO_TIMEOUT;

  public boolean counters;
  public boolean comments;
  public boolean skbInfo;

  /** A full set gives a member up for a new one. */
  public boolean forceAdd;

  /** Of bitmap:port: 0 to 65535, the lower one first. */
  public int firstPort;

  public int lastPort;

  /** Of list:set: what was asked for; Linux does not heed it since members stand in a list. */
  public long size = 8;

  /** Rounds as Linux does; null where all is well. */
  @Nullable Outcome settle() {
    if (hashSize < LEAST_HASH) {
      hashSize = LEAST_HASH;
    }
    if (hashSize > MOST_HASH) {
      return Outcome.NO_MEMORY;
    }
    long up = Long.highestOneBit(hashSize);
    hashSize = up == hashSize ? up : up << 1;
    bucketSize = Math.clamp(bucketSize + bucketSize % 2, 2, DEFAULT_BUCKET);
    if (size < 4) {
      size = 4;
    }
    if (firstPort > lastPort) {
      int low = lastPort;
      lastPort = firstPort;
      firstPort = low;
    }
    IpAddress bits = bitmask;
    boolean none = bits != null && bits.hi() == 0 && (v4 ? (int) bits.lo() : bits.lo()) == 0;
    return none ? Outcome.INVALID_NETMASK : null;
  }

  /** Whether members can be thought to be alike ({@code same_set}). */
  boolean alike(SetOptions other, SetType type) {
    boolean same =
        timeout == other.timeout
            && counters == other.counters
            && comments == other.comments
            && skbInfo == other.skbInfo;
    return same
        && switch (type) {
          case BITMAP_PORT -> firstPort == other.firstPort && lastPort == other.lastPort;
          case LIST_SET -> size == other.size;
          default ->
              mostMembers == other.mostMembers
                  && Objects.equals(bitmask, other.bitmask)
                  && bits(netmask) == bits(other.netmask);
        };
  }

  private static int bits(int netmask) {
    return netmask < 0 ? 128 : netmask;
  }
}
