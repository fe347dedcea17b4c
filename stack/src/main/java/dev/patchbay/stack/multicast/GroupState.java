package dev.patchbay.stack.multicast;

import dev.patchbay.stack.time.Timer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group on one device: who wants it, what all of them together want, what is still to be told.
 */
final class GroupState {
  final long hi;
  final long lo;

  /** Answers a query, or repeats a report of the old versions. */
  final Timer timer;

  /** The filters of its members: one per socket, and one of the stack itself. */
  private final List<SourceFilter> members = new ArrayList<>();

  /** The merged state (RFC 3376 section 3.2). */
  SourceFilter current = SourceFilter.NOBODY;

  /** Reports of a change of mode still to be sent. */
  int modeChanges;

  /** Sources whose change is still to be told: high half, low half, how often. */
  private long[] pending = {};

  /** The answer under way is about {@link #marked} alone. */
  boolean bySources;

  /** Sources that were asked for and are wanted. */
  private SourceFilter marked = SourceFilter.NOBODY;

  /** Unsolicited reports of the old versions still to be sent. */
  int unsolicited;

  /** Whether we were the last to report (RFC 2236 section 3): only then a leave is sent. */
  boolean reporter;

  GroupState(long hi, long lo, Timer timer) {
    this.hi = hi;
    this.lo = lo;
    this.timer = timer;
  }

  void add(SourceFilter member) {
    members.add(member);
  }

  void remove(SourceFilter member) {
    members.remove(member);
  }

  boolean hasMembers() {
    return !members.isEmpty();
  }

  int members() {
    return members.size();
  }

  /** Whether nothing is left of it. */
  boolean isIdle() {
    return members.isEmpty() && modeChanges == 0 && pending.length == 0;
  }

  /**
   * RFC 3376 section 3.2: with any member in mode EXCLUDE, all but what every such member excludes
   * and no other includes; else what any includes.
   */
  SourceFilter merge() {
    SourceFilter excluded = null;
    for (SourceFilter member : members) {
      if (!member.isInclude()) {
        excluded = excluded == null ? member : common(excluded, member);
      }
    }
    SourceFilter merged = excluded == null ? SourceFilter.NOBODY : excluded;
    for (SourceFilter member : members) {
      for (int i = 0; member.isInclude() && i < member.count(); i++) {
        merged =
            excluded == null
                ? merged.plus(member.hi(i), member.lo(i))
                : merged.minus(member.hi(i), member.lo(i));
      }
    }
    return merged;
  }

  private static SourceFilter common(SourceFilter a, SourceFilter b) {
    SourceFilter both = a;
    for (int i = 0; i < a.count(); i++) {
      if (!b.lists(a.hi(i), a.lo(i))) {
        both = both.minus(a.hi(i), a.lo(i));
      }
    }
    return both;
  }

  /** RFC 3376 section 5.1: what a change means for the reports to come. */
  void changed(SourceFilter before, SourceFilter after, int times) {
    if (before.isInclude() != after.isInclude()) {
      modeChanges = times;
      pending = new long[0];
      return;
    }
    for (int i = 0; i < after.count(); i++) {
      if (!before.lists(after.hi(i), after.lo(i))) {
        tell(after.hi(i), after.lo(i), times);
      }
    }
    for (int i = 0; i < before.count(); i++) {
      if (!after.lists(before.hi(i), before.lo(i))) {
        tell(before.hi(i), before.lo(i), times);
      }
    }
  }

  private void tell(long srcHi, long srcLo, int times) {
    for (int i = 0; i < pending.length; i += 3) {
      if (pending[i] == srcHi && pending[i + 1] == srcLo) {
        pending[i + 2] = times;
        return;
      }
    }
    int end = pending.length;
    pending = Arrays.copyOf(pending, end + 3);
    pending[end] = srcHi;
    pending[end + 1] = srcLo;
    pending[end + 2] = times;
  }

  /** Whether a report is still to be sent. */
  boolean hasNews() {
    return modeChanges > 0 || pending.length > 0;
  }

  /**
   * The sources to be told that are wanted now, or those that are not; null where there are none.
   */
  @Nullable SourceFilter news(boolean wanted) {
    SourceFilter list = SourceFilter.NOBODY;
    for (int i = 0; i < pending.length; i += 3) {
      if (current.allows(pending[i], pending[i + 1]) == wanted) {
        list = list.plus(pending[i], pending[i + 1]);
      }
    }
    return list.count() == 0 ? null : list;
  }

  /** A report was sent. */
  void told() {
    modeChanges = Math.max(0, modeChanges - 1);
    long[] left = new long[pending.length];
    int end = 0;
    for (int i = 0; i < pending.length; i += 3) {
      if (pending[i + 2] > 1) {
        left[end] = pending[i];
        left[end + 1] = pending[i + 1];
        left[end + 2] = pending[i + 2] - 1;
        end += 3;
      }
    }
    pending = Arrays.copyOf(left, end);
  }

  /** Nothing is to be told any more. */
  void forgetNews() {
    modeChanges = 0;
    pending = new long[0];
  }

  /** Nothing of the sources asked for so far counts any more. */
  void unmark() {
    marked = SourceFilter.NOBODY;
  }

  /**
   * A query names a source ({@code igmp_marksources}).
   *
   * @return whether it is wanted
   */
  boolean mark(long srcHi, long srcLo) {
    boolean wanted = current.lists(srcHi, srcLo);
    if (wanted) {
      marked = marked.plus(srcHi, srcLo);
    }
    return wanted;
  }

  /** What answers the query: the marked sources that are still wanted, or all. */
  SourceFilter answer() {
    if (!bySources || !current.isInclude()) {
      return current;
    }
    SourceFilter list = SourceFilter.NOBODY;
    for (int i = 0; i < current.count(); i++) {
      if (marked.lists(current.hi(i), current.lo(i))) {
        list = list.plus(current.hi(i), current.lo(i));
      }
    }
    return list;
  }
}
