package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.IndexKey;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.expression.PlacedCondition;
import dev.patchbay.stack.netfilter.ipset.IpSet;
import dev.patchbay.stack.netfilter.ipset.SetUser;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.targets.Target;
import java.util.List;
import java.util.function.Consumer;

/**
 * One rule: conditions that all must hold, and what is done then. It may stand in successive
 * versions of a table; its counter goes with it.
 */
public final class Rule {
  /** What a front end leaves with a rule, to print it and to find it again. */
  public interface Description {}

  /** A rule that does not jump. */
  static final int NO_JUMP = -1;

  private final Condition[] conditions;
  private final Target target;
  private final int jump;
  private final boolean goes;
  private final Description description;
  private final Counter counter;

  private Rule(
      List<Condition> conditions,
      Target target,
      int jump,
      boolean goes,
      Description description,
      Counter counter) {
    this.conditions = conditions.toArray(Condition[]::new);
    this.target = target;
    this.jump = jump;
    this.goes = goes;
    this.description = description;
    this.counter = counter;
  }

  /** A rule with a target. */
  public static Rule of(
      List<Condition> conditions, Target target, Description description, Counter counter) {
    return new Rule(conditions, target, NO_JUMP, false, description, counter);
  }

  /**
   * A rule that goes on in another chain of its table.
   *
   * @param fallback stands for the jump where nobody jumps
   * @param chain the other one's {@link Chain#id}
   * @param goes its end is not followed by the rules behind this one ({@code -g})
   */
  public static Rule jump(
      List<Condition> conditions,
      Target fallback,
      int chain,
      boolean goes,
      Description description,
      Counter counter) {
    return new Rule(conditions, fallback, chain, goes, description, counter);
  }

  /** What the front end left with it. */
  public Description description() {
    return description;
  }

  /** What it has seen; live. */
  public Counter counter() {
    return counter;
  }

  /** The sets that it holds on to, each as often as it names it. */
  void sets(Consumer<IpSet> to) {
    for (Condition condition : conditions) {
      if (condition instanceof SetUser user) {
        user.sets(to);
      }
    }
    if (target instanceof SetUser user) {
      user.sets(to);
    }
  }

  Target target() {
    return target;
  }

  /** The chain in which it goes on, or {@link #NO_JUMP}. */
  int jump() {
    return jump;
  }

  /** Whether the end of that chain is not followed by the rules behind this one. */
  boolean goes() {
    return goes;
  }

  /** Whether it asks for the connections of packets. */
  boolean needsTracking() {
    for (Condition condition : conditions) {
      if (condition.needsTracking()) {
        return true;
      }
    }
    return target.needsTracking();
  }

  /** Whether it asks what connections have carried. */
  boolean needsAccounting() {
    for (Condition condition : conditions) {
      if (condition.needsAccounting()) {
        return true;
      }
    }
    return false;
  }

  /** Adds its conditions that share something with others. */
  void sharing(List<Condition> to) {
    for (Condition condition : conditions) {
      if (condition.shares() != null) {
        to.add(condition);
      }
    }
  }

  boolean meets(PacketFields p) {
    for (Condition condition : conditions) {
      if (!condition.holds(p)) {
        return false;
      }
    }
    return !p.hotDrop;
  }

  /** Whether its conditions can be asked where a hook leads to it. */
  boolean fits(Hook hook) {
    for (Condition condition : conditions) {
      if (condition instanceof PlacedCondition placed && !placed.hooks().contains(hook)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The same of a packet that nobody has sent: what depends on more than the packet is taken to
   * hold.
   */
  boolean mayMeet(PacketFields p) {
    for (Condition condition : conditions) {
      if (!condition.remembers() && !condition.holds(p)) {
        return false;
      }
    }
    return !p.hotDrop;
  }

  /** Whether being asked changes what it answers next. */
  boolean remembers() {
    for (Condition condition : conditions) {
      if (condition.remembers()) {
        return true;
      }
    }
    return false;
  }

  /** By which packets it can be met. */
  IndexKey key() {
    IndexKey key = new IndexKey();
    for (Condition condition : conditions) {
      if (condition.remembers()) {
        break; // it is to be asked of all that meets those before it
      }
      condition.constrain(key);
    }
    return key;
  }
}
