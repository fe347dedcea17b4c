package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.random.SipHash;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The sets of a namespace ({@code struct ip_set_net}). Of its loop's thread. */
public final class IpSets {
  /** Tells of the sets that rules hold on to. */
  @FunctionalInterface
  public interface Users {
    /** Gives each set as often as a rule names it. */
    void forEach(Consumer<IpSet> to);
  }

  /** Sets at most ({@code IPSET_INVALID_ID}). */
  private static final int MOST = 65_535;

  private final EventLoop loop;
  private final RandomSource random;
  private final Users users;

  /** By their numbers, which are given again; with holes. */
  private final List<@Nullable IpSet> all = new ArrayList<>();

  private final Map<String, IpSet> byName = new LinkedHashMap<>();

  public IpSets(EventLoop loop, RandomSource random, Users users) {
    this.loop = loop;
    this.random = random;
    this.users = users;
  }

  /** A hash of its own for each set. */
  SipHash hash() {
    return new SipHash(random.nextLong(), random.nextLong());
  }

  /** The set of that name, or null. */
  public @Nullable IpSet find(String name) {
    return byName.get(name);
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return byName.isEmpty();
  }

  /** All sets in the order of their numbers, lists last. */
  public List<IpSet> all() {
    List<IpSet> sets = new ArrayList<>();
    for (boolean lists : new boolean[] {false, true}) {
      for (IpSet set : all) {
        if (set != null && (set.content().type() == SetType.LIST_SET) == lists) {
          sets.add(set);
        }
      }
    }
    return sets;
  }

  /**
   * Makes a set.
   *
   * @param options its own from now on
   * @param exist one of that name that is alike is no fault
   */
  public Outcome create(String name, SetType type, SetOptions options, boolean exist) {
    Outcome wrong = options.settle();
    if (wrong != null) {
      return wrong;
    }
    IpSet clash = byName.get(name);
    if (clash != null) {
      Content there = clash.content();
      boolean alike = there.type() == type && options.alike(there.options(), type);
      return exist && alike ? Outcome.OK : Outcome.NAME_TAKEN;
    }
    int number = all.indexOf(null);
    if (number < 0 && all.size() >= MOST) {
      return Outcome.TOO_MANY_SETS;
    }
    if (!options.hasInitial) {
      options.initial = random.nextInt();
    }
    IpSet set = new IpSet(name, Content.of(type, options, this));
    if (number < 0) {
      all.add(set);
    } else {
      all.set(number, set);
    }
    byName.put(name, set);
    return Outcome.OK;
  }

  /** How often rules and lists hold on to each set; sets that nobody holds are not there. */
  public Map<IpSet, Integer> references() {
    Map<IpSet, Integer> counts = new IdentityHashMap<>();
    Consumer<IpSet> count = set -> counts.merge(set, 1, Integer::sum);
    users.forEach(count);
    for (IpSet set : byName.values()) {
      if (set.content() instanceof ListContent list) {
        list.eachSet(loop.now(), count);
      }
    }
    return counts;
  }

  /**
   * Takes a set away.
   *
   * @param exist that there is none is no fault
   */
  public Outcome destroy(String name, boolean exist) {
    IpSet set = byName.get(name);
    if (set == null) {
      return exist ? Outcome.OK : Outcome.NO_SET;
    }
    if (references().containsKey(set)) {
      return Outcome.BUSY;
    }
    byName.remove(name);
    all.set(all.indexOf(set), null);
    set.content().flush(); // who should have it all the same finds nothing in it
    return Outcome.OK;
  }

  /** Takes all sets away, or none where somebody holds one. */
  public Outcome destroyAll() {
    if (!references().isEmpty()) {
      return Outcome.BUSY;
    }
    flushAll();
    all.clear();
    byName.clear();
    return Outcome.OK;
  }

  /** Takes all members of a set away. */
  public Outcome flush(String name) {
    IpSet set = byName.get(name);
    if (set == null) {
      return Outcome.NO_SET;
    }
    set.content().flush();
    return Outcome.OK;
  }

  /** Takes all members of all sets away. */
  public void flushAll() {
    byName.values().forEach(set -> set.content().flush());
  }

  /** Gives a set that nobody holds another name. */
  public Outcome rename(String from, String to) {
    IpSet set = byName.get(from);
    if (set == null) {
      return Outcome.NO_SET;
    }
    if (references().containsKey(set)) {
      return Outcome.REFERENCED;
    }
    if (byName.containsKey(to)) {
      return Outcome.SECOND_NAME;
    }
    byName.remove(from);
    set.name(to);
    byName.put(to, set);
    return Outcome.OK;
  }

  /** Exchanges what is in two sets of one kind. */
  public Outcome swap(String from, String to) {
    IpSet one = byName.get(from);
    IpSet other = byName.get(to);
    if (one == null || other == null) {
      return one == null ? Outcome.NO_SET : Outcome.SECOND_NAME;
    }
    Content first = one.content();
    Content second = other.content();
    boolean same =
        first.type() == second.type()
            && (!first.type().isHash() || first.options().v4 == second.options().v4);
    if (!same) {
      return Outcome.TYPE_MISMATCH;
    }
    one.content(second);
    other.content(first);
    return Outcome.OK;
  }

  /** Adds to a set what words name. */
  public Outcome add(IpSet set, Element element, boolean exist) {
    return set.content().add(element, exist, loop.now());
  }

  /** Takes from a set what words name. */
  public Outcome delete(IpSet set, Element element, boolean exist) {
    return set.content().delete(element, exist, loop.now());
  }

  /** Whether what words name is in a set: OK, or anything else for no. */
  public Outcome test(IpSet set, Element element) {
    return set.content().test(element, loop.now());
  }

  /** ns of the loop's clock. */
  public long now() {
    return loop.now();
  }
}
