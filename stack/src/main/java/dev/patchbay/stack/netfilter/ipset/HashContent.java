package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.random.SipHash;
import java.util.function.Consumer;

/** Members in a hash table, whatever their keys are ({@code ip_set_hash_gen.h}). */
abstract class HashContent extends Content {
  private static final long NANOS = 1_000_000_000;

  /** Seconds between two looks for members whose time is over, at most. */
  private static final long MOST_PERIOD = 180;

  /** Members whatever {@code maxelem} says: packets may add them, and each takes memory. */
  private static final long MOST = 1 << 18;

  private final long most;
  private final MemberTable table;
  private final Extras extras;
  private long nextSweep = Long.MIN_VALUE;

  /** Nobody's time is over until then: what was the least when it was set. */
  private long leastExpiry = Extras.NEVER;

  /** Until then a full set looks for no room: packets that find it full are many. */
  private long nextRoom = Long.MIN_VALUE;

  /** Where the next member stands that a full set gives up. */
  private int victim;

  HashContent(SetType type, SetOptions options, SipHash hash) {
    super(type, options);
    most = Math.min(options.mostMembers, MOST);
    table = new MemberTable(hash, !options.v4);
    extras = new Extras(options);
    extras.grow(table.capacity());
  }

  /** A member has come or gone; {@code rest} is what its key has beside the address. */
  void joined(int rest) {}

  void left(int rest) {}

  /** All members have gone. */
  void emptied() {}

  /** What a new member is marked with beside the key. */
  void marked(int place, Element e) {}

  final MemberTable table() {
    return table;
  }

  final Extras extras() {
    return extras;
  }

  /** {@code mtype_add}. */
  final Outcome addOne(long hi, long lo, int rest, Element e, boolean exist, long now) {
    sweepIfDue(now);
    int place = table.find(hi, lo, rest);
    if (place >= 0) {
      boolean over = extras.isOver(place, now);
      if (!exist && !over) {
        return Outcome.EXISTS;
      }
      if (over) {
        extras.begin(place);
      }
    } else {
      if (table.size() >= most && !makeRoom(now)) {
        return Outcome.FULL;
      }
      place = table.add(hi, lo, rest);
      extras.grow(table.capacity());
      extras.begin(place);
      joined(rest);
    }
    marked(place, e);
    extras.set(place, e, now);
    leastExpiry = Math.min(leastExpiry, extras.expiry(place));
    return Outcome.OK;
  }

  private boolean makeRoom(long now) {
    if (now > leastExpiry && now >= nextRoom) {
      sweep(now);
    }
    if (table.size() >= most && options().forceAdd && table.size() > 0) {
      victim = victim < table.end() ? victim : 0;
      while (!table.isUsed(victim)) {
        victim = victim + 1 < table.end() ? victim + 1 : 0;
      }
      removeAt(victim++);
    }
    return table.size() < most;
  }

  /** {@code mtype_del}. */
  final Outcome deleteOne(long hi, long lo, int rest, long now) {
    int place = table.find(hi, lo, rest);
    if (place < 0 || extras.isOver(place, now)) {
      return Outcome.EXISTS;
    }
    removeAt(place);
    return Outcome.OK;
  }

  private void removeAt(int place) {
    left(table.rest(place));
    extras.forget(place);
    table.remove(place);
  }

  /** What a member says that is there and whose time is not over. */
  Outcome says(int place) {
    return Outcome.OK;
  }

  /** {@code mtype_test} for words. */
  final Outcome testOne(long hi, long lo, int rest, long now) {
    int place = table.find(hi, lo, rest);
    return place < 0 || extras.isOver(place, now) ? Outcome.ABSENT : says(place);
  }

  /** {@code mtype_test} for a packet. */
  final Outcome testOne(long hi, long lo, int rest, PacketQuery query, PacketFields p) {
    int place = table.find(hi, lo, rest);
    boolean is = place >= 0 && extras.meets(place, query, p.length, !query.skipsCounters, p.now);
    return is ? says(place) : Outcome.ABSENT;
  }

  private void sweepIfDue(long now) {
    if (now > leastExpiry && now >= nextSweep) {
      sweep(now);
    }
  }

  private void sweep(long now) {
    long period = Math.clamp(options().timeout / 3, 1, MOST_PERIOD);
    nextSweep = now + period * NANOS;
    nextRoom = now + NANOS;
    leastExpiry = Extras.NEVER;
    for (int place = 0; place < table.end(); place++) {
      if (table.isUsed(place) && extras.isOver(place, now)) {
        removeAt(place);
      } else if (table.isUsed(place)) {
        leastExpiry = Math.min(leastExpiry, extras.expiry(place));
      }
    }
  }

  @Override
  void flush() {
    table.clear();
    extras.clear();
    extras.grow(table.capacity());
    leastExpiry = Extras.NEVER;
    emptied();
  }

  @Override
  public final int size(long now) {
    if (now > leastExpiry) {
      sweep(now);
    }
    return table.size();
  }

  /** Says what the key of a place is. */
  abstract void show(int place, Element to);

  @Override
  public final void forEach(long now, Consumer<Element> to) {
    Element e = new Element();
    for (int place = 0; place < table.end(); place++) {
      if (table.isUsed(place) && !extras.isOver(place, now)) {
        show(place, e);
        extras.show(place, e, now);
        to.accept(e);
      }
    }
  }

  @Override
  public final long memory() {
    return table.memory() + extras.memory();
  }
}
