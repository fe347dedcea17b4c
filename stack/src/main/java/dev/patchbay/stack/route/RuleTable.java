package dev.patchbay.stack.route;

import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one family, which say which tables a packet asks in which order ({@code
 * fib_rules_ops}). While they are Linux's standing ones, {@link Fib} asks its tables without them.
 *
 * <p>Of the loop's thread. A look-up allocates nothing.
 */
public final class RuleTable {
  /** What a rule does to a packet instead of a route. */
  private static final Route BLACKHOLE = refusal(Route.Type.BLACKHOLE);

  private static final Route PROHIBIT = refusal(Route.Type.PROHIBIT);

  /** A rule where a look-up finds it. */
  private static final class Step {
    final Rule rule;

    /** The table that it asks, or null while there is none of that number. */
    @Nullable RouteTable table;

    /** Where it goes to; -1 while there is no rule of that priority. */
    int jump = -1;

    Step(Rule rule) {
      this.rule = rule;
    }
  }

  private final Fib fib;
  private final List<Rule> rules = new ArrayList<>();
  private final List<Rule> standing;
  private Step[] steps = {};
  private boolean isStanding = true;
  private boolean needsPorts;
  private boolean wasChanged;

  RuleTable(Fib fib) {
    this.fib = fib;
    rules.add(Rule.standing(0, RouteEntry.LOCAL));
    rules.add(Rule.standing(32766, RouteEntry.MAIN));
    if (fib.isV4()) {
      rules.add(Rule.standing(32767, RouteEntry.DEFAULT));
    }
    standing = List.copyOf(rules);
  }

  private static Route refusal(Route.Type type) {
    return Route.of(type, null, dev.patchbay.stack.ip.InterfaceAddress.Scope.GLOBAL);
  }

  /** The rules in the order in which they are asked. */
  public List<Rule> list() {
    return Collections.unmodifiableList(rules);
  }

  /** Linux's own, which are there from the start. */
  public List<Rule> standing() {
    return standing;
  }

  /** Whether they are Linux's standing ones. */
  boolean isStanding() {
    return isStanding;
  }

  /** Whether a rule looks above IP: keys of packets that come in are to have their ports then. */
  boolean needsPorts() {
    return needsPorts;
  }

  /** Whether a rule was ever added or taken away: IPv4's tables local and main are one before. */
  public boolean wasChanged() {
    return wasChanged;
  }

  /** Whether there is a rule that a rule goes to. */
  public boolean isResolved(Rule rule) {
    return indexOf(rule.target()) >= 0;
  }

  private int indexOf(long priority) {
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).priority() == priority) {
        return i;
      }
    }
    return -1;
  }

  // ---- changes

  /**
   * Adds a rule behind those of its priority ({@code fib_nl_newrule}).
   *
   * @throws RouteRefusedException with Linux's error and sentence; nothing has changed
   */
  public void add(Rule wanted) throws RouteRefusedException {
    Rule rule = complete(wanted);
    int place = 0;
    while (place < rules.size() && rules.get(place).priority() <= rule.priority()) {
      place++;
    }
    rules.add(place, rule);
    wasChanged = true;
    changed();
    fib.tell(rule, false);
  }

  /**
   * Takes the first rule away that is meant ({@code fib_nl_delrule}).
   *
   * @throws RouteRefusedException {@code ENOENT} where there is none
   */
  public void remove(Rule wanted) throws RouteRefusedException {
    Rule found =
        rules.stream()
            .filter(rule -> rule.isMeantBy(wanted))
            .findFirst()
            .orElseThrow(() -> new RouteRefusedException(Errno.ENOENT));
    rules.remove(found);
    wasChanged = true;
    changed();
    fib.tell(found, true);
  }

  private static RouteRefusedException refused(String sentence) {
    return new RouteRefusedException(Errno.EINVAL, sentence);
  }

  /** {@code fib_nl2rule}, {@code fib4_rule_configure}, {@code fib6_rule_configure}. */
  private Rule complete(Rule wanted) throws RouteRefusedException {
    boolean open = wanted.priority() == Rule.OPEN;
    Rule rule = open ? wanted.withPriority(firstFree()) : wanted;
    RuleMatch match = rule.match();
    if (rule.action() == Rule.Action.GOTO) {
      if (rule.target() == Rule.OPEN) {
        throw refused("Missing goto target for action goto");
      }
      if (rule.target() <= rule.priority()) {
        throw refused("Backward goto not supported");
      }
    }
    if (!match.transport().sport().isValid()) {
      throw refused("Invalid sport range");
    }
    if (!match.transport().dport().isValid()) {
      throw refused("Invalid dport range");
    }
    if (rules.stream().anyMatch(other -> other.excludes(rule))) {
      throw new RouteRefusedException(Errno.EEXIST);
    }
    if ((match.tos() & 3) != 0) {
      throw refused("Invalid dsfield (tos): ECN bits must be 0");
    }
    if (fib.isV4() && (match.tos() & ~RuleMatch.TOS4) != 0) {
      throw refused("Invalid tos");
    }
    if (rule.action() != Rule.Action.LOOKUP) {
      return rule;
    }
    if (fib.isV4()) {
      return rule.table() == 0 ? rule.withTable(fib.newTable()) : rule;
    }
    if (rule.table() == 0) {
      throw refused("Invalid table");
    }
    fib.table(rule.table());
    return rule;
  }

  /** {@code fib_default_rule_pref}: one before the second rule. */
  private long firstFree() {
    long second = rules.size() < 2 ? 0 : rules.get(1).priority();
    return second == 0 ? 0 : second - 1;
  }

  /** Rules or tables are others: what look-ups go by is made anew. */
  void changed() {
    Step[] made = new Step[rules.size()];
    for (int i = 0; i < made.length; i++) {
      Step step = new Step(rules.get(i));
      step.table = fib.tableOf(step.rule.table());
      step.jump = step.rule.action() == Rule.Action.GOTO ? indexOf(step.rule.target()) : -1;
      made[i] = step;
    }
    steps = made;
    isStanding = rules.equals(standing);
    needsPorts = rules.stream().anyMatch(rule -> rule.match().needsPorts());
  }

  // ---- look-up

  /** Asks the tables as the rules say ({@code fib_rules_lookup}); null where there is no way. */
  @Nullable Route lookup(FlowKey key) {
    boolean v4 = fib.isV4();
    Step[] all = steps;
    for (int i = 0; i < all.length; i++) {
      Step step = all[i];
      Rule rule = step.rule;
      Rule.Action action = rule.action();
      if (action == Rule.Action.NOP || !rule.match().matches(key, v4)) {
        continue;
      }
      if (action == Rule.Action.LOOKUP) {
        Route route = step.table == null ? null : asked(step.table, rule, key);
        if (route != null) {
          return route;
        }
      } else if (action == Rule.Action.GOTO) {
        i = step.jump < 0 ? i : step.jump - 1;
      } else {
        return refused(action);
      }
    }
    return null;
  }

  /** {@code fib4_rule_suppress}: what a too short prefix says counts for nothing. */
  private static @Nullable Route asked(RouteTable table, Rule rule, FlowKey key) {
    Route route = table.lookup(key);
    boolean counts =
        route != null
            && route.type() != Route.Type.THROW
            && (rule.suppress() < 0 || table.matchedLength() > rule.suppress());
    return counts ? route : null;
  }

  /** The same with table and prefix, for those who list: it allocates. */
  @Nullable RouteEntry match(FlowKey key, java.util.function.Predicate<Route> suits) {
    for (int i = 0; i < steps.length; i++) {
      Rule rule = steps[i].rule;
      RouteTable table = steps[i].table;
      if (rule.action() == Rule.Action.NOP || !rule.match().matches(key, fib.isV4())) {
        continue;
      }
      if (rule.action() == Rule.Action.GOTO) {
        i = steps[i].jump < 0 ? i : steps[i].jump - 1;
      } else if (rule.action() != Rule.Action.LOOKUP) {
        return null;
      } else if (table != null) {
        RouteEntry entry = table.match(key, suits);
        if (entry != null
            && entry.route().type() != Route.Type.THROW
            && entry.prefix() > rule.suppress()) {
          return entry;
        }
      }
    }
    return null;
  }

  private static @Nullable Route refused(Rule.@Nullable Action action) {
    if (action == Rule.Action.UNREACHABLE) {
      // ENETUNREACH, as where no table knows a way
      return null;
    }
    return action == Rule.Action.PROHIBIT ? PROHIBIT : BLACKHOLE;
  }
}
