package dev.patchbay.stack.route;

import org.jspecify.annotations.Nullable;

/**
 * A rule of policy routing ({@code struct fib_rule}). Where one is looked for ({@link
 * RuleTable#remove}) what is open matches all.
 *
 * @param priority place, the least first: 0 to 2^32-1; {@link #OPEN} for the one that Linux chooses
 * @param match which packets it is for
 * @param action what happens to them; null is open
 * @param table number of the table that is asked; 0 is none, or open
 * @param target priority of the rule that {@link Action#GOTO} goes to; {@link #OPEN} where none was
 *     named
 * @param suppress length of prefixes up to which an answer of the table counts for none; -1: none
 * @param protocol who made it, as in {@link Route#protocol}; null where nobody said
 */
public record Rule(
    long priority,
    RuleMatch match,
    @Nullable Action action,
    long table,
    long target,
    int suppress,
    @Nullable String protocol) {
  /** No priority. */
  public static final long OPEN = -1;

  /** What happens ({@code FR_ACT_*}). */
  public enum Action {
    LOOKUP,
    GOTO,
    NOP,
    BLACKHOLE,
    UNREACHABLE,
    PROHIBIT,
    /** A route's type that is none for a rule: Linux takes it, and refuses packets as invalid. */
    THROW
  }

  /** All packets ask a table, as Linux's standing rules say it. */
  static Rule standing(long priority, long table) {
    return new Rule(priority, RuleMatch.ALL, Action.LOOKUP, table, OPEN, -1, "kernel");
  }

  Rule withPriority(long value) {
    return new Rule(value, match, action, table, target, suppress, protocol);
  }

  Rule withTable(long number) {
    return new Rule(priority, match, action, number, target, suppress, protocol);
  }

  /** Whether it is what is looked for by an open one ({@code rule_find}). */
  boolean isMeantBy(Rule wanted) {
    RuleMatch m = wanted.match;
    return (wanted.priority == OPEN || wanted.priority == priority)
        && (wanted.action == null || wanted.action == action)
        && (wanted.table == 0 || wanted.table == table)
        && (wanted.suppress == -1 || wanted.suppress == suppress)
        && (wanted.protocol == null || wanted.protocol.equals(protocol))
        && (m.input() == null || m.input().equals(match.input()))
        && (m.output() == null || m.output().equals(match.output()))
        && (m.mark().value() == 0 || m.mark().value() == match.mark().value())
        && (m.mark().mask() == 0 || m.mark().mask() == match.mark().mask())
        && meansTransport(m.transport())
        && meansNets(m);
  }

  private boolean meansTransport(RuleMatch.Transport t) {
    RuleMatch.Transport own = match.transport();
    return (t.protocol() == 0 || t.protocol() == own.protocol())
        && (t.sport().isAny() || t.sport().equals(own.sport()))
        && (t.dport().isAny() || t.dport().equals(own.dport()));
  }

  /** {@code fib4_rule_compare}: what was not said matches all, also where a rule is added. */
  private boolean meansNets(RuleMatch m) {
    return (m.tos() == 0 || m.tos() == match.tos())
        && (m.from().length() == 0 || m.from().equals(match.from()))
        && (m.to().length() == 0 || m.to().equals(match.to()));
  }

  /** Whether it is in the way of a new one ({@code rule_exists}). */
  boolean excludes(Rule wanted) {
    RuleMatch m = wanted.match;
    return wanted.priority == priority
        && wanted.action == action
        && wanted.table == table
        && wanted.suppress == suppress
        && java.util.Objects.equals(m.input(), match.input())
        && java.util.Objects.equals(m.output(), match.output())
        && m.mark().equals(match.mark())
        && m.transport().equals(match.transport())
        && meansNets(m);
  }
}
