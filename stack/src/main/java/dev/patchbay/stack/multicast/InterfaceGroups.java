package dev.patchbay.stack.multicast;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.time.Timer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The groups of one device in one family: the state machine of a host (RFC 3376 section 5, RFC 2236
 * section 6, RFC 3810 section 6), the same for IGMP and MLD.
 */
final class InterfaceGroups {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;

  /** Robustness variable, query interval, query response interval (RFC 3376 section 8). */
  private static final int ROBUSTNESS = 2;

  private static final long QUERY_INTERVAL = 125 * SECOND;
  private static final long RESPONSE_INTERVAL = 10 * SECOND;

  /** No answer comes sooner on average than half of this, whatever a query says. */
  private static final long LEAST_DELAY = 100 * MS;

  /** Answers to queries of a device: so many at once, and one in so many ns. */
  private static final int ANSWER_BURST = 40;

  private static final long ANSWER_EVERY = 50 * MS;

  private final NetDevice device;
  private final EventLoop loop;
  private final RandomSource random;
  private final GroupMessages messages;
  private final List<GroupState> groups = new ArrayList<>();
  private final Timer generalTimer;
  private final Timer changeTimer;
  private int robustness = ROBUSTNESS;
  private long queryInterval = QUERY_INTERVAL;
  private long version1Until;
  private long version2Until;
  private long answersFrom;
  private long suppressed;

  InterfaceGroups(NetDevice device, EventLoop loop, RandomSource random, GroupMessages messages) {
    this.device = device;
    this.loop = loop;
    this.random = random;
    this.messages = messages;
    generalTimer = loop.timer(this::answerAll);
    changeTimer = loop.timer(this::tellChanges);
  }

  @Nullable GroupState find(long hi, long lo) {
    for (int i = 0; i < groups.size(); i++) {
      GroupState group = groups.get(i);
      if (group.lo == lo && group.hi == hi) {
        return group;
      }
    }
    return null;
  }

  /** Answers that the limit kept back. */
  long suppressed() {
    return suppressed;
  }

  /** The version of the protocol that is spoken: 3 is the newest, also of MLD, whose older is 2. */
  int version() {
    long now = loop.now();
    return version1Until > now ? 1 : version2Until > now ? 2 : 3;
  }

  private boolean reports() {
    return device.isUp() && device.kind() == NetDevice.Kind.ETHER && device.master() == null;
  }

  /**
   * A member comes, goes or changes its filter.
   *
   * @param before what it wanted, or null for a new one
   * @param after what it wants, or null for one that leaves
   */
  void change(long hi, long lo, @Nullable SourceFilter before, @Nullable SourceFilter after) {
    GroupState group = find(hi, lo);
    if (group == null) {
      GroupState[] self = new GroupState[1];
      group = new GroupState(hi, lo, loop.timer(() -> expire(self[0])));
      self[0] = group;
      groups.add(group);
    }
    if (before != null) {
      group.remove(before);
    }
    if (after != null) {
      group.add(after);
    }
    SourceFilter was = group.current;
    group.current = group.merge();
    if (reports() && messages.isReported(hi, lo)) {
      tell(group, was);
    }
    if (group.isIdle()) {
      forget(group);
    }
  }

  private void forget(GroupState group) {
    group.timer.cancel();
    groups.remove(group);
  }

  private void tell(GroupState group, SourceFilter was) {
    if (version() == 3) {
      group.changed(was, group.current, robustness);
      if (group.hasNews()) {
        changeTimer.arm(loop.now());
      }
      if (!group.hasMembers()) {
        group.timer.cancel();
      }
      return;
    }
    boolean had = !was.isNobody();
    boolean has = !group.current.isNobody();
    if (has && !had) {
      group.unsolicited = robustness;
      group.timer.arm(loop.now());
    } else if (had && !has) {
      group.timer.cancel();
      if (version() == 2 && group.reporter) {
        messages.leave(device, group.hi, group.lo);
      }
    }
  }

  /** The device came up: all that is joined is told anew. */
  void up() {
    for (GroupState group : List.copyOf(groups)) {
      if (reports() && messages.isReported(group.hi, group.lo)) {
        tell(group, SourceFilter.NOBODY);
      }
    }
  }

  /** The device went down: nothing can be told, and nobody asks. */
  void down() {
    generalTimer.cancel();
    changeTimer.cancel();
    version1Until = 0;
    version2Until = 0;
    robustness = ROBUSTNESS;
    queryInterval = QUERY_INTERVAL;
    forgetNews();
    for (GroupState group : groups) {
      group.timer.cancel();
    }
  }

  private void forgetNews() {
    for (int i = groups.size() - 1; i >= 0; i--) {
      GroupState group = groups.get(i);
      group.forgetNews();
      if (group.isIdle()) {
        forget(group);
      }
    }
  }

  /** RFC 3376 section 5.1: one report of all that has changed, repeated for robustness. */
  private void tellChanges() {
    if (!reports() || version() != 3) {
      return;
    }
    boolean more = false;
    // those that are left first, as Linux has it; the newest first
    for (int pass = 0; pass < 2; pass++) {
      for (int i = groups.size() - 1; i >= 0; i--) {
        GroupState group = groups.get(i);
        if (group.hasMembers() == (pass == 1) && group.hasNews()) {
          tellChange(group);
          group.told();
          more |= group.hasNews();
        }
      }
    }
    messages.flush(device);
    for (int i = groups.size() - 1; i >= 0; i--) {
      if (groups.get(i).isIdle()) {
        forget(groups.get(i));
      }
    }
    if (more) {
      changeTimer.arm(loop.now() + upTo(messages.changeInterval()));
    }
  }

  private void tellChange(GroupState group) {
    boolean include = group.current.isInclude();
    if (group.modeChanges > 0) {
      int type = include ? GroupMessages.CHANGE_TO_INCLUDE : GroupMessages.CHANGE_TO_EXCLUDE;
      messages.record(device, type, group.hi, group.lo, group.current);
      return;
    }
    for (boolean wanted : new boolean[] {include, !include}) {
      SourceFilter sources = group.news(wanted);
      if (sources != null) {
        int type = wanted ? GroupMessages.ALLOW_NEW_SOURCES : GroupMessages.BLOCK_OLD_SOURCES;
        messages.record(device, type, group.hi, group.lo, sources);
      }
    }
  }

  private long upTo(long most) {
    return (long) (random.nextDouble() * most);
  }

  /**
   * A query of an older version (RFC 2236; RFC 2710): from now on that version is spoken (RFC 3376
   * section 7.2.1).
   *
   * @param version 1 or 2
   * @param maxDelay ns within which answers are wanted
   * @param hi group asked for; (0, 0) is all
   */
  void oldQuery(int version, long maxDelay, long hi, long lo) {
    long until = loop.now() + robustness * queryInterval + RESPONSE_INTERVAL;
    if (version == 1) {
      version1Until = until;
    } else {
      version2Until = until;
    }
    changeTimer.cancel();
    forgetNews();
    for (int i = 0; i < groups.size(); i++) {
      GroupState group = groups.get(i);
      if (isAsked(group, version == 1 ? 0 : hi, version == 1 ? 0 : lo)) {
        group.bySources = false;
        answerLater(group, maxDelay);
      }
    }
  }

  /**
   * A query of the newest version (RFC 3376 section 5.2). While an older one is spoken it is taken
   * as such.
   *
   * @param maxDelay ns within which answers are wanted
   * @param qrv robustness variable of the querier, 0 leaves it
   * @param interval its query interval in ns, 0 leaves the default
   * @param sources those asked for; empty for all of the group
   */
  void query(long maxDelay, int qrv, long interval, long hi, long lo, SourceFilter sources) {
    boolean general = hi == 0 && lo == 0;
    int version = version();
    if (version == 3) {
      robustness = qrv == 0 ? ROBUSTNESS : qrv;
      queryInterval = interval == 0 ? QUERY_INTERVAL : interval;
      if (general) {
        if (sources.count() == 0) {
          answerAllLater(maxDelay);
        }
        return;
      }
    }
    for (int i = 0; i < groups.size(); i++) {
      GroupState group = groups.get(i);
      if (!isAsked(group, version == 1 ? 0 : hi, version == 1 ? 0 : lo)) {
        continue;
      }
      boolean some = version == 3 && sources.count() > 0;
      boolean running = group.timer.isArmed();
      if (!running) {
        group.unmark();
      }
      group.bySources = some && (!running || group.bySources);
      if (!some || concerns(group, sources)) {
        answerLater(group, version == 1 ? RESPONSE_INTERVAL : maxDelay);
      }
    }
  }

  private boolean isAsked(GroupState group, long hi, long lo) {
    boolean all = hi == 0 && lo == 0;
    return (all || group.hi == hi && group.lo == lo)
        && !group.current.isNobody()
        && reports()
        && messages.isReported(group.hi, group.lo);
  }

  /** {@code igmp_marksources}, {@code igmp_xmarksources}. */
  private static boolean concerns(GroupState group, SourceFilter asked) {
    boolean any = false;
    for (int i = 0; i < asked.count(); i++) {
      boolean listed = group.mark(asked.hi(i), asked.lo(i));
      any |= group.current.isInclude() == listed;
    }
    group.bySources &= group.current.isInclude();
    return any;
  }

  private void answerLater(GroupState group, long maxDelay) {
    group.unsolicited = 0;
    long at = loop.now() + upTo(Math.max(maxDelay, LEAST_DELAY));
    if (!group.timer.isArmed() || group.timer.deadline() > loop.now() + maxDelay) {
      group.timer.arm(at);
    }
  }

  private void answerAllLater(long maxDelay) {
    long at = loop.now() + upTo(Math.max(maxDelay, LEAST_DELAY));
    if (!generalTimer.isArmed() || at < generalTimer.deadline()) {
      generalTimer.arm(at);
    }
  }

  /** When the next answer may go; now, where that is past. */
  private long nextAnswer() {
    answersFrom = Math.max(answersFrom, loop.now() - ANSWER_BURST * ANSWER_EVERY);
    return answersFrom + ANSWER_EVERY;
  }

  private boolean mayAnswer() {
    if (nextAnswer() > loop.now()) {
      suppressed++;
      return false;
    }
    answersFrom += ANSWER_EVERY;
    return true;
  }

  /** The general query is answered by one report of all. */
  private void answerAll() {
    if (!reports() || !mayAnswer()) {
      return;
    }
    for (int i = groups.size() - 1; i >= 0; i--) {
      GroupState group = groups.get(i);
      if (isAsked(group, 0, 0)) {
        record(group, group.current);
      }
    }
    messages.flush(device);
  }

  /** Reports all groups, unasked: the link is another one. */
  void resend() {
    if (!reports()) {
      return;
    }
    int version = version();
    for (int i = groups.size() - 1; i >= 0; i--) {
      GroupState group = groups.get(i);
      if (group.hasMembers() && messages.isReported(group.hi, group.lo)) {
        if (version == 3) {
          record(group, group.current);
        } else {
          messages.report(device, version, group.hi, group.lo);
        }
      }
    }
    messages.flush(device);
  }

  private void record(GroupState group, SourceFilter answer) {
    int type =
        group.current.isInclude() ? GroupMessages.MODE_IS_INCLUDE : GroupMessages.MODE_IS_EXCLUDE;
    messages.record(device, type, group.hi, group.lo, answer);
  }

  /** {@code igmp_timer_expire}. */
  private void expire(GroupState group) {
    if (group.current.isNobody() || !reports()) {
      return;
    }
    int version = version();
    if (version != 3) {
      reportOld(group, version);
      return;
    }
    if (!mayAnswer()) {
      return;
    }
    group.reporter = true;
    SourceFilter answer = group.answer();
    if (!answer.isNobody()) {
      record(group, answer);
      messages.flush(device);
    }
    group.bySources = false;
    group.unmark();
  }

  /**
   * One report a group: a router that asks for all has to hear of each, so that the limit makes
   * answers late, not lost. What a member does of itself is not limited.
   */
  private void reportOld(GroupState group, int version) {
    if (group.unsolicited == 0) {
      if (nextAnswer() > loop.now()) {
        group.timer.arm(nextAnswer());
        return;
      }
      answersFrom += ANSWER_EVERY;
    }
    group.reporter = true;
    messages.report(device, version, group.hi, group.lo);
    if (group.unsolicited > 0 && --group.unsolicited > 0) {
      group.timer.arm(loop.now() + upTo(messages.oldInterval()));
    }
  }

  /** Somebody else reported the group in an older version: ours is not needed. */
  void heardReport(long hi, long lo) {
    GroupState group = find(hi, lo);
    if (group != null) {
      group.timer.cancel();
      group.unsolicited = 0;
      group.reporter = false;
    }
  }

  /** The groups with members: for lists. */
  List<GroupState> groups() {
    return groups.stream().filter(GroupState::hasMembers).toList();
  }
}
