package dev.patchbay.stack.multicast;

import java.util.Arrays;

/**
 * From whom a group is wanted (RFC 3376 section 2): from the listed sources alone, or from all but
 * them. Immutable.
 */
public final class SourceFilter {
  private static final long[] NONE = {};

  /** From everybody: what a plain join means. */
  public static final SourceFilter ALL = new SourceFilter(false, NONE);

  /** From nobody: not a member. */
  public static final SourceFilter NOBODY = new SourceFilter(true, NONE);

  private final boolean include;

  /** Pairs of high and low halves, in the order in which they were added. */
  private final long[] sources;

  private SourceFilter(boolean include, long[] sources) {
    this.include = include;
    this.sources = sources;
  }

  /**
   * A filter.
   *
   * @param include mode INCLUDE, else EXCLUDE
   * @param sources high and low halves in turn; repeated ones count once
   */
  public static SourceFilter of(boolean include, long... sources) {
    SourceFilter filter = include ? NOBODY : ALL;
    for (int i = 0; i + 1 < sources.length; i += 2) {
      filter = filter.plus(sources[i], sources[i + 1]);
    }
    return filter;
  }

  public boolean isInclude() {
    return include;
  }

  /** Number of listed sources. */
  public int count() {
    return sources.length / 2;
  }

  /** High half of a listed source. */
  public long hi(int index) {
    return sources[2 * index];
  }

  /** Low half of a listed source. */
  public long lo(int index) {
    return sources[2 * index + 1];
  }

  /** Whether it lets nobody through. */
  public boolean isNobody() {
    return include && sources.length == 0;
  }

  /** Whether the source is listed. */
  public boolean lists(long hi, long lo) {
    for (int i = 0; i < sources.length; i += 2) {
      if (sources[i + 1] == lo && sources[i] == hi) {
        return true;
      }
    }
    return false;
  }

  /** Whether packets of this source are wanted. */
  public boolean allows(long hi, long lo) {
    return lists(hi, lo) == include;
  }

  /** The same mode with one more source. */
  public SourceFilter plus(long hi, long lo) {
    if (lists(hi, lo)) {
      return this;
    }
    long[] more = Arrays.copyOf(sources, sources.length + 2);
    more[sources.length] = hi;
    more[sources.length + 1] = lo;
    return new SourceFilter(include, more);
  }

  /** The same mode with one source less. */
  public SourceFilter minus(long hi, long lo) {
    for (int i = 0; i < sources.length; i += 2) {
      if (sources[i + 1] == lo && sources[i] == hi) {
        long[] less = new long[sources.length - 2];
        System.arraycopy(sources, 0, less, 0, i);
        System.arraycopy(sources, i + 2, less, i, less.length - i);
        return new SourceFilter(include, less);
      }
    }
    return this;
  }

  /** The same sources in the other mode. */
  SourceFilter inMode(boolean asInclude) {
    return asInclude == include ? this : new SourceFilter(asInclude, sources);
  }

  @Override
  public String toString() {
    return (include ? "INCLUDE" : "EXCLUDE") + Arrays.toString(sources);
  }
}
