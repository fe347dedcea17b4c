package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.state.RecentList;
import dev.patchbay.stack.netfilter.state.SharedStates;
import org.jspecify.annotations.Nullable;

/** An address was seen lately, and is noted, or forgotten ({@code xt_recent}). */
public final class RecentCondition extends Condition {
  /** What is done with the address. */
  public enum Action {
    /** Noted; holds for all. */
    SET,
    /** Looked for. */
    CHECK,
    /** Looked for, and noted where it is there. */
    UPDATE,
    /** Looked for, and forgotten. */
    REMOVE
  }

  /**
   * What is asked.
   *
   * @param list the list's name
   * @param v4 the family
   * @param destination ask for the destination, else for the source
   * @param maskHi the bits of addresses that count, of IPv4 in its mapped form
   * @param seconds how long ago it may have been seen at most, 0 for ever
   * @param hits how often it must have been seen in that time, 0 for once
   * @param reap forget the oldest address where it was not seen for that time
   * @param hops it must have been seen with the same time to live
   */
  public record Question(
      String list,
      boolean v4,
      boolean destination,
      long maskHi,
      long maskLo,
      long seconds,
      int hits,
      boolean reap,
      boolean hops) {}

  private static final long SECOND = 1_000_000_000L;

  private final Action action;
  private final Question question;
  private final boolean inverted;
  private @Nullable RecentList list;

  public RecentCondition(Action action, Question question, boolean inverted) {
    this.action = action;
    this.question = question;
    this.inverted = inverted;
  }

  @Override
  public boolean remembers() {
    return true;
  }

  @Override
  public String shares() {
    return "recent " + question.list;
  }

  @Override
  public void bind(SharedStates states) {
    int hits = question.hits;
    int stamps = hits == 0 ? RecentList.STAMPS : Integer.highestOneBit(2 * hits - 1);
    list = states.recent(question.list, question.v4, question.maskHi, question.maskLo, stamps);
  }

  @Override
  public boolean holds(PacketFields p) {
    RecentList seen = list;
    if (seen == null) {
      throw new IllegalStateException("asked before its table took its place");
    }
    long hi = question.destination ? p.dstHi : p.srcHi;
    long lo = question.destination ? p.dstLo : p.srcLo;
    int ttl = hops(p);
    int at = seen.find(hi, lo, question.hops ? ttl : 0);
    if (at == RecentList.NONE) {
      if (action == Action.SET) {
        seen.add(hi, lo, ttl, p.now);
      }
      return (action == Action.SET) != inverted;
    }
    return switch (action) {
      case SET -> {
        seen.seen(at, ttl, p.now);
        yield !inverted;
      }
      case REMOVE -> {
        seen.remove(at);
        yield !inverted;
      }
      case CHECK, UPDATE -> look(seen, at, ttl, p.now);
    };
  }

  private boolean look(RecentList seen, int at, int ttl, long now) {
    long since = question.seconds == 0 ? Long.MIN_VALUE : now - question.seconds * SECOND;
    boolean is = seen.hits(at, since) >= Math.max(1, question.hits) != inverted;
    boolean notes = action == Action.UPDATE && is;
    if (question.reap) {
      seen.reap(since, notes ? at : RecentList.NONE);
    }
    if (notes) {
      seen.seen(at, ttl, now);
    }
    return is;
  }

  /** As it was before it was forwarded. */
  private static int hops(PacketFields p) {
    int ttl = p.v4 ? p.packet().ipv4().ttl() : p.packet().ipv6().hopLimit();
    boolean forwarded = p.hook == Hook.FORWARD;
    forwarded |= p.hook == Hook.POSTROUTING && p.packet().device != null;
    return forwarded ? ttl + 1 & 0xff : ttl;
  }
}
