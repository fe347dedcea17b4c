package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.netfilter.state.SharedStates;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.trace.Trace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A table of one family as it stands: immutable but for its counters. */
public final class Table extends HookStep {
  private final TableKind kind;

  /** By their {@link Chain#id}, with holes. */
  private final @Nullable Chain[] chains;

  private List<Counter> cleared;

  private final @Nullable Chain[] base = new Chain[Hook.COUNT];

  /**
   * A table.
   *
   * @param cleared counters to be set back to 0 when it takes its place
   */
  Table(TableKind kind, @Nullable Chain[] chains, List<Counter> cleared) {
    this.kind = kind;
    this.cleared = cleared;
    this.chains = chains;
    for (Chain chain : chains) {
      if (chain != null && chain.hook() != null) {
        base[chain.hook().ordinal()] = chain;
      }
    }
  }

  /** The table with its base chains and no rules. */
  static Table empty(TableKind kind) {
    List<Chain> chains = new ArrayList<>();
    for (Hook hook : kind.hooks()) {
      chains.add(
          Chain.of(chains.size(), hook.name(), hook, Verdict.ACCEPT, new Counter(), new Rule[0]));
    }
    return new Table(kind, chains.toArray(Chain[]::new), List.of());
  }

  /** Whether a rule of it asks for connections. */
  boolean needsTracking() {
    for (Chain chain : chains) {
      if (chain != null && chain.needsTracking()) {
        return true;
      }
    }
    return false;
  }

  /** Whether a rule of it asks what connections have carried. */
  boolean needsAccounting() {
    for (Chain chain : chains) {
      if (chain != null && chain.needsAccounting()) {
        return true;
      }
    }
    return false;
  }

  /** The conditions of all its rules take what they share. */
  void bind(SharedStates states) {
    for (Chain chain : chains) {
      if (chain != null) {
        chain.sharing().forEach(condition -> condition.bind(states));
      }
    }
  }

  /** It is the one that counts from now on. */
  void takesPlace() {
    for (Chain chain : chains) {
      if (chain != null) {
        chain.takesPlace();
      }
    }
    cleared.forEach(Counter::clear);
    cleared = List.of();
  }

  public TableKind kind() {
    return kind;
  }

  /** Its chains: the base chains in the order of their hooks, then the others as they were made. */
  public List<Chain> chains() {
    List<Chain> all = new ArrayList<>();
    for (Chain chain : chains) {
      if (chain != null) {
        all.add(chain);
      }
    }
    return all;
  }

  /** The chain of that name, or null. */
  public @Nullable Chain chain(String name) {
    for (Chain chain : chains) {
      if (chain != null && chain.name().equals(name)) {
        return chain;
      }
    }
    return null;
  }

  /** The name of the chain of an id ({@link Rule#jump}) now. */
  public String chainName(int id) {
    Chain chain = chains[id];
    if (chain == null) {
      throw new IllegalArgumentException("no chain " + id);
    }
    return chain.name();
  }

  @Nullable Chain[] byId() {
    return chains;
  }

  /** The base chain at a hook, or null. */
  @Nullable Chain base(Hook hook) {
    return base[hook.ordinal()];
  }

  /**
   * Takes a packet through the table from a hook's base chain ({@code nft_do_chain}).
   *
   * @param way where jumps are remembered; nothing of it counts before and after
   * @return ACCEPT or DROP
   */
  @Override
  Verdict run(PacketFields p, Hook hook, Way way) {
    Chain chain = base[hook.ordinal()];
    if (chain == null) {
      return Verdict.ACCEPT;
    }
    Chain start = chain;
    way.begin();
    int at = 0;
    while (true) {
      int place = chain.next(p, at);
      if (place < 0) {
        if (way.isEmpty()) {
          return policy(start, p, way);
        }
        at = way.place();
        chain = way.pop();
        continue;
      }
      at = place + 1;
      Rule rule = chain.rule(place);
      if (p.described ? !rule.mayMeet(p) : !rule.meets(p)) {
        if (p.hotDrop) {
          way.decided(this, chain, place + 1);
          return Verdict.DROP;
        }
        continue;
      }
      Trace trace = p.packet().trace;
      if (p.described) {
        if (trace != null && rule.remembers()) {
          trace.assumed(p, this, chain, place + 1);
        }
      } else {
        rule.counter().count(p.packet().gsoCount, p.length);
      }
      Chain to = rule.jump() >= 0 ? chains[rule.jump()] : null;
      if (to != null) {
        if (trace != null) {
          trace.rule(p, this, chain, place + 1, null, to);
        }
        if (!rule.goes()) {
          way.push(chain, at);
        }
        chain = to;
        at = 0;
        continue;
      }
      Verdict verdict = p.described ? rule.target().describe(p) : rule.target().apply(p);
      trace = p.packet().trace; // TRACE sets it
      if (trace != null) {
        trace.rule(p, this, chain, place + 1, verdict, null);
      }
      switch (verdict) {
        case ACCEPT -> {
          return Verdict.ACCEPT;
        }
        case DROP -> {
          way.decided(this, chain, place + 1);
          return Verdict.DROP;
        }
        case RETURN -> at = chain.size();
        case CONTINUE -> {
          // to the next rule
        }
      }
    }
  }

  private Verdict policy(Chain base, PacketFields p, Way way) {
    if (!p.described) {
      base.policyCounter().count(p.packet().gsoCount, p.length);
    }
    Trace trace = p.packet().trace;
    if (trace != null) {
      trace.policy(p, this, base);
    }
    if (base.policy() == Verdict.DROP) {
      way.decided(this, base, 0);
    }
    return base.policy();
  }
}
