package dev.patchbay.stack.bridge;

import dev.patchbay.stack.bridge.MulticastSettings.Interval;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the records of IGMPv3 and MLDv2 do to the sources of a port (RFC 3376 section 6.4, RFC 3810
 * section 7.4; Linux: {@code br_multicast_isinc_allow} and those beside it). X, the wanted sources,
 * are those whose timer runs; Y, the unwanted ones of mode EXCLUDE, those whose timer does not.
 */
final class SourceRecords {
  static final int IS_INCLUDE = 1;
  static final int IS_EXCLUDE = 2;
  static final int TO_INCLUDE = 3;
  static final int TO_EXCLUDE = 4;
  static final int ALLOW = 5;
  static final int BLOCK = 6;

  private final Snooping snooping;
  private byte[] data = {};
  private int at;
  private int count;
  private boolean six;

  SourceRecords(Snooping snooping) {
    this.snooping = snooping;
  }

  /** The sources of the next record: {@code number} of them from {@code from} on. */
  SourceRecords of(byte[] bytes, int from, int number, boolean isSix) {
    data = bytes;
    at = from;
    count = number;
    six = isSix;
    return this;
  }

  private long hi(int i) {
    return six ? Bytes.i64(data, at + 16 * i) : 0;
  }

  private long lo(int i) {
    return six ? Bytes.i64(data, at + 16 * i + 8) : Addresses.v4(Bytes.i32(data, at + 4 * i));
  }

  /** Applies a record of this type to {@code entry}. */
  void apply(int type, PortGroup entry) {
    long membership = snooping.now() + snooping.settings().get(Interval.MEMBERSHIP);
    switch (type) {
      case IS_INCLUDE, ALLOW -> wantListed(entry, membership);
      case TO_INCLUDE -> toInclude(entry, membership);
      case IS_EXCLUDE -> exclude(entry, membership, membership, false);
      case TO_EXCLUDE -> {
        // a source that was unknown is wanted as long as the group was
        long group = entry.timer.isArmed() ? entry.timer.deadline() : membership;
        exclude(entry, membership, group, true);
      }
      case BLOCK -> block(entry, membership);
      default -> throw new IllegalArgumentException("record type " + type);
    }
    if (!entry.excludes && entry.sources().isEmpty()) {
      snooping.remove(entry);
    }
  }

  /** Mode and lists stay; each listed source is wanted: (B)=GMI. */
  private void wantListed(PortGroup entry, long until) {
    for (int i = 0; i < count; i++) {
      GroupSource source = findOrAdd(entry, hi(i), lo(i));
      if (source != null) {
        source.timer.arm(until);
      }
    }
  }

  /** (B)=GMI, Q(G, A-B) or Q(G, X-A), and in mode EXCLUDE Q(G). */
  private void toInclude(PortGroup entry, long until) {
    for (GroupSource source : entry.sources()) {
      source.marked = source.timer.isArmed();
    }
    for (int i = 0; i < count; i++) {
      GroupSource source = findOrAdd(entry, hi(i), lo(i));
      if (source != null) {
        source.marked = false;
        source.timer.arm(until);
      }
    }
    askForMarked(entry);
    if (entry.excludes) {
      askForGroup(entry);
    }
  }

  /**
   * Mode EXCLUDE: sources that are not listed are forgotten, and listed ones that were not known
   * are unwanted (from INCLUDE) or wanted until {@code unknown} (from EXCLUDE).
   */
  private void exclude(PortGroup entry, long until, long unknown, boolean asks) {
    for (GroupSource source : entry.sources()) {
      source.marked = true;
    }
    List<GroupSource> asked = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      GroupSource source = entry.find(hi(i), lo(i));
      if (source == null) {
        source = findOrAdd(entry, hi(i), lo(i));
        if (source != null && entry.excludes) {
          source.timer.arm(unknown);
        }
      }
      if (source != null) {
        source.marked = false;
        if (asks && source.timer.isArmed()) {
          asked.add(source);
        }
      }
    }
    entry.forget(source -> source.marked);
    entry.excludes = true;
    entry.timer.arm(until);
    asked.forEach(source -> source.marked = true);
    askForMarked(entry);
  }

  /** Q(G, A*B), or in mode EXCLUDE (A-X-Y)=group timer and Q(G, A-Y). */
  private void block(PortGroup entry, long membership) {
    for (int i = 0; i < count; i++) {
      GroupSource source = entry.find(hi(i), lo(i));
      if (source == null && entry.excludes) {
        source = findOrAdd(entry, hi(i), lo(i));
        if (source != null) {
          source.timer.arm(entry.timer.isArmed() ? entry.timer.deadline() : membership);
        }
      }
      if (source != null) {
        source.marked = source.timer.isArmed();
      }
    }
    askForMarked(entry);
  }

  /** One of the port's sources; null where it has as many as it may. */
  private @Nullable GroupSource findOrAdd(PortGroup entry, long hi, long lo) {
    GroupSource source = entry.find(hi, lo);
    // a source that is a group, or none, is passed over (br_multicast_new_group_src)
    boolean good = !Addresses.isAny(hi, lo) && !Addresses.isMulticast(hi, lo);
    if (source == null && good && entry.hasRoom()) {
      GroupSource made = new GroupSource(hi, lo, snooping.timer(() -> expired(entry, hi, lo)));
      entry.add(made);
      source = made;
    }
    return source;
  }

  /** In mode INCLUDE a source goes then, in mode EXCLUDE it is unwanted. */
  private void expired(PortGroup entry, long hi, long lo) {
    if (!entry.isGone && !entry.excludes) {
      entry.forget(source -> source.hi == hi && source.lo == lo);
      if (entry.sources().isEmpty()) {
        snooping.remove(entry);
      }
    }
  }

  // ---- queries

  /**
   * {@code __grp_src_query_marked_and_rexmit}: their timers are lowered, and they are asked for.
   */
  private void askForMarked(PortGroup entry) {
    long limit = snooping.now() + snooping.settings().lastMemberTime();
    boolean asks = snooping.asks(six);
    List<GroupSource> asked = new ArrayList<>();
    for (GroupSource source : entry.sources()) {
      if (source.marked) {
        source.marked = false;
        if (source.timer.isArmed() && source.timer.deadline() > limit) {
          source.queriesLeft = asks ? snooping.settings().lastMemberCount() - 1 : 0;
          source.timer.arm(limit);
        }
        asked.add(source);
      }
    }
    if (asks && !asked.isEmpty()) {
      Snooping.send(entry.port, snooping.queries().specific(entry.group, asked, false));
      entry.again.arm(snooping.now() + snooping.settings().get(Interval.LAST_MEMBER));
    }
  }

  /** {@code __grp_send_query_and_rexmit}. */
  private void askForGroup(PortGroup entry) {
    long now = snooping.now();
    if (snooping.asks(six)) {
      entry.queriesLeft = snooping.settings().lastMemberCount() - 1;
      Snooping.send(entry.port, snooping.queries().specific(entry.group, List.of(), false));
      entry.again.arm(now + snooping.settings().get(Interval.LAST_MEMBER));
    }
    long limit = now + snooping.settings().lastMemberTime();
    if (!entry.timer.isArmed() || entry.timer.deadline() > limit) {
      entry.timer.arm(limit);
    }
  }

  /** The next of the queries for what was left ({@code br_multicast_port_group_rexmit}). */
  void askAgain(PortGroup entry) {
    boolean isSix = entry.group.family == 6;
    if (entry.isGone || !snooping.asks(isSix)) {
      return;
    }
    boolean more = false;
    if (entry.queriesLeft > 0) {
      entry.queriesLeft--;
      Snooping.send(entry.port, snooping.queries().specific(entry.group, List.of(), false));
      more = entry.queriesLeft > 0;
    }
    List<GroupSource> asked = new ArrayList<>();
    for (GroupSource source : entry.sources()) {
      if (source.queriesLeft > 0) {
        source.queriesLeft--;
        asked.add(source);
        more |= source.queriesLeft > 0;
      }
    }
    if (!asked.isEmpty()) {
      Snooping.send(entry.port, snooping.queries().specific(entry.group, asked, false));
    }
    if (more) {
      entry.again.arm(snooping.now() + snooping.settings().get(Interval.LAST_MEMBER));
    }
  }
}
