package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * list:set: other sets in an order, asked and changed one after the other ({@code
 * ip_set_list_set.c}). A list is no member of a list.
 */
final class ListContent extends Content {
  /** A member. What it carries is at place 0 of its own. */
  private record Member(IpSet set, Extras extras) {
    boolean isOver(long now) {
      return extras.isOver(0, now);
    }
  }

  private final IpSets sets;
  private final List<Member> members = new ArrayList<>();
  private final Extras none;

  ListContent(SetOptions options, IpSets sets) {
    super(SetType.LIST_SET, options);
    this.sets = sets;
    none = new Extras(options);
  }

  /** The sets in it whose time is not over. */
  void eachSet(long now, Consumer<IpSet> to) {
    sweep(now);
    members.forEach(member -> to.accept(member.set));
  }

  private void sweep(long now) {
    if (none.hasTimeouts()) {
      members.removeIf(member -> member.isOver(now));
    }
  }

  private int find(@Nullable IpSet set) {
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).set.equals(set)) {
        return i;
      }
    }
    return -1;
  }

  /** What {@code list_set_uadt} refuses; null for nothing. */
  private @Nullable Outcome check(Element e) {
    Outcome lacking = none.lacks(e);
    if (lacking != null) {
      return lacking;
    }
    IpSet set = sets.find(e.name);
    if (set == null) {
      return Outcome.NO_MEMBER_SET;
    }
    if (set.content().type() == SetType.LIST_SET) {
      return Outcome.LOOP;
    }
    if (e.reference.isEmpty()) {
      return e.before ? Outcome.NO_REFERENCE : null;
    }
    return sets.find(e.reference) == null ? Outcome.REFERENCE_NAME : null;
  }

  /** Whether a member stands beside the one that is named. */
  private boolean stands(int at, Element e) {
    int beside = at + (e.before ? 1 : -1);
    return e.reference.isEmpty()
        || beside >= 0
            && beside < members.size()
            && members.get(beside).set.equals(sets.find(e.reference));
  }

  @Override
  Outcome test(Element e, long now) {
    Outcome wrong = check(e);
    if (wrong != null) {
      return wrong;
    }
    sweep(now);
    int at = find(sets.find(e.name));
    return at >= 0 && stands(at, e) ? Outcome.OK : Outcome.ABSENT;
  }

  @Override
  Outcome add(Element e, boolean exist, long now) {
    Outcome wrong = check(e);
    IpSet set = sets.find(e.name);
    if (wrong != null || set == null) {
      return wrong == null ? Outcome.NO_MEMBER_SET : wrong;
    }
    sweep(now);
    int beside = e.reference.isEmpty() ? -1 : find(sets.find(e.reference));
    int at = find(set);
    if (!e.reference.isEmpty() && (beside < 0 || beside == at)) {
      return Outcome.REFERENCE_ABSENT;
    }
    if (at >= 0) {
      if (!exist) {
        return Outcome.EXISTS;
      }
      members.get(at).extras.set(0, e, now);
      return Outcome.OK;
    }
    Extras extras = new Extras(options());
    extras.grow(1);
    extras.set(0, e, now);
    int where = beside < 0 ? members.size() : e.before ? beside : beside + 1;
    members.add(where, new Member(set, extras));
    return Outcome.OK;
  }

  @Override
  Outcome delete(Element e, boolean exist, long now) {
    Outcome wrong = check(e);
    if (wrong != null) {
      return wrong;
    }
    sweep(now);
    int at = find(sets.find(e.name));
    if (at < 0) {
      boolean fine = exist && e.reference.isEmpty();
      return fine ? Outcome.OK : e.reference.isEmpty() ? Outcome.EXISTS : Outcome.REFERENCE_ABSENT;
    }
    if (!stands(at, e)) {
      return Outcome.REFERENCE_ABSENT;
    }
    members.remove(at);
    return Outcome.OK;
  }

  @Override
  Outcome test(PacketQuery query, PacketFields p) {
    boolean counts = !query.skipsCounters;
    boolean wants = query.matchCounters(false);
    query.skipsCounters |= query.skipsSubcounters;
    Outcome found = Outcome.ABSENT;
    for (int i = 0; i < members.size() && found != Outcome.OK; i++) {
      Member member = members.get(i);
      if (!member.isOver(p.now) && member.set.test(query, p)) {
        query.matchCounters(wants);
        if (member.extras.meets(0, query, p.length, counts, p.now)) {
          found = Outcome.OK;
        }
        query.matchCounters(false);
      }
    }
    query.matchCounters(wants);
    query.skipsCounters = !counts;
    return found;
  }

  @Override
  Outcome add(PacketQuery query, PacketFields p) {
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      if (!member.isOver(p.now) && member.set.add(query, p) == Outcome.OK) {
        break;
      }
    }
    return Outcome.OK;
  }

  @Override
  Outcome delete(PacketQuery query, PacketFields p) {
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      if (!member.isOver(p.now) && member.set.delete(query, p) == Outcome.OK) {
        break;
      }
    }
    return Outcome.OK;
  }

  @Override
  void flush() {
    members.clear();
  }

  @Override
  public int size(long now) {
    sweep(now);
    return members.size();
  }

  @Override
  public void forEach(long now, Consumer<Element> to) {
    Element e = new Element();
    for (Member member : members) {
      if (!member.isOver(now)) {
        e.name = member.set.name();
        member.extras.show(0, e, now);
        to.accept(e);
      }
    }
  }

  @Override
  public long memory() {
    return 80 + (long) members.size() * (32 + none.bytesEach());
  }
}
