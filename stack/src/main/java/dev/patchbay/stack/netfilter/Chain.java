package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.targets.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A chain of a table as it stands: immutable but for its counters. */
public final class Chain {
  /** From so many rules on they are searched, not walked. */
  private static final int INDEXED = 8;

  /** So many rules are added to an index on the loop; for more a new one is made beside it. */
  private static final int APPENDED = 64;

  private final int id;
  private final String name;
  private final @Nullable Hook hook;
  private final Verdict policy;
  private final Counter policyCounter;
  private final Rule[] rules;
  private @Nullable ChainIndex index;
  private final boolean needsTracking;
  private final boolean needsAccounting;

  /** The conditions of its rules that share something with others. */
  private final List<Condition> sharing = new ArrayList<>(0);

  Chain(
      int id,
      String name,
      @Nullable Hook hook,
      Verdict policy,
      Counter policyCounter,
      Rule[] rules,
      @Nullable ChainIndex index) {
    this.id = id;
    this.name = name;
    this.hook = hook;
    this.policy = policy;
    this.policyCounter = policyCounter;
    this.rules = rules;
    this.index = index;
    boolean needs = false;
    boolean counts = false;
    for (Rule rule : rules) {
      needs |= rule.needsTracking();
      counts |= rule.needsAccounting();
      rule.sharing(sharing);
    }
    needsTracking = needs;
    needsAccounting = counts;
  }

  /** Whether a rule of it asks for connections. */
  boolean needsTracking() {
    return needsTracking;
  }

  /** Whether a rule of it asks what connections have carried. */
  boolean needsAccounting() {
    return needsAccounting;
  }

  /** A chain of these rules with all that it needs to find them. */
  static Chain of(
      int id,
      String name,
      @Nullable Hook hook,
      Verdict policy,
      Counter policyCounter,
      Rule[] rules) {
    ChainIndex index = rules.length < INDEXED ? null : new ChainIndex(rules);
    return new Chain(id, name, hook, policy, policyCounter, rules, index);
  }

  /** By which rules of its table jump to it. */
  public int id() {
    return id;
  }

  public String name() {
    return name;
  }

  /** The hook where it begins, null for a chain of the user's. */
  public @Nullable Hook hook() {
    return hook;
  }

  /** What becomes of packets at its end; of a base chain. */
  public Verdict policy() {
    return policy;
  }

  /** What its policy has seen; live. */
  public Counter policyCounter() {
    return policyCounter;
  }

  /** Its rules in their order. */
  public List<Rule> rules() {
    return List.of(rules);
  }

  /** Number of its rules. */
  public int size() {
    return rules.length;
  }

  public Rule rule(int place) {
    return rules[place];
  }

  /** The first rule at or behind a place that the packet may meet, or -1. */
  int next(PacketFields p, int from) {
    if (index != null) {
      int place = index.next(p, from);
      return place < rules.length ? place : -1;
    }
    return from < rules.length ? from : -1;
  }

  /** The conditions of its rules that share something with others. */
  List<Condition> sharing() {
    return sharing;
  }

  Rule[] array() {
    return rules;
  }

  /** The same rules under another name. */
  Chain renamed(String to) {
    return new Chain(id, to, hook, policy, policyCounter, rules, index);
  }

  /** The same rules with another policy. */
  Chain withPolicy(Verdict to, Counter counter) {
    return new Chain(id, name, hook, to, counter, rules, index);
  }

  /** Other rules. Where they are these and a few more, both chains share an index. */
  Chain withRules(Rule[] to) {
    boolean shares =
        index != null
            && to.length > rules.length
            && to.length <= rules.length + APPENDED
            && Arrays.equals(rules, 0, rules.length, to, 0, rules.length);
    return shares
        ? new Chain(id, name, hook, policy, policyCounter, to, index)
        : of(id, name, hook, policy, policyCounter, to);
  }

  /** It is asked from now on, and no more the one that it was made of. On the loop. */
  void takesPlace() {
    ChainIndex shared = index;
    if (shared == null || shared.size() == rules.length) {
      return;
    }
    if (shared.size() < rules.length) {
      shared.append(rules);
    } else {
      index = new ChainIndex(rules); // another one has taken the place of what both were made of
    }
  }
}
