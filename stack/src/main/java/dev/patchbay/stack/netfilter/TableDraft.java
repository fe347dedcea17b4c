package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.netfilter.state.SharedStates;
import dev.patchbay.stack.netfilter.targets.PlacedTarget;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table being changed. What is not changed is shared with the table it was made of; nothing of
 * that changes until {@link #finish} gives the new one.
 */
public final class TableDraft {
  /** A chain whose rules are being changed. */
  private static final class Draft {
    final Chain was;
    final List<Rule> rules;

    Draft(Chain was) {
      this.was = was;
      rules = new ArrayList<>(Arrays.asList(was.array()));
    }
  }

  private final TableKind kind;
  private final List<@Nullable Chain> chains;
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Integer, Draft> changed = new HashMap<>();
  private final List<Counter> cleared = new ArrayList<>();

  /** A draft that begins as that table. */
  public TableDraft(Table of) {
    kind = of.kind();
    chains = new ArrayList<>();
    Collections.addAll(chains, of.byId());
    of.chains().forEach(chain -> ids.put(chain.name(), chain.id()));
  }

  public TableKind kind() {
    return kind;
  }

  /** The id of a chain, by which rules jump to it; -1 where there is none. */
  public int id(String name) {
    return ids.getOrDefault(name, -1);
  }

  /** The name of the chain of an id. */
  public String name(int id) {
    return chain(id).name();
  }

  /** The names of all chains, the base chains first. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (Chain chain : chains) {
      if (chain != null) {
        names.add(chain.name());
      }
    }
    return names;
  }

  private Chain chain(int id) {
    Chain chain = chains.get(id);
    if (chain == null) {
      throw new IllegalArgumentException("no chain " + id);
    }
    return chain;
  }

  /** Whether a chain is one of a hook. */
  public boolean isBase(int id) {
    return chain(id).hook() != null;
  }

  /** Makes a chain of the user's; its name must be free. */
  public int add(String name) {
    int id = chains.indexOf(null);
    if (id < 0) {
      id = chains.size();
      chains.add(null);
    }
    chains.set(id, Chain.of(id, name, null, Verdict.RETURN, new Counter(), new Rule[0]));
    ids.put(name, id);
    return id;
  }

  /** Takes a chain away to which no rule jumps. */
  public void remove(int id) {
    ids.remove(chain(id).name());
    changed.remove(id);
    chains.set(id, null);
  }

  /** Gives it another name, which must be free. */
  public void rename(int id, String to) {
    Chain chain = chain(id);
    ids.remove(chain.name());
    ids.put(to, id);
    chains.set(id, chain.renamed(to));
  }

  /** Sets what becomes of packets at its end, and what that has seen. */
  public void policy(int id, Verdict policy, Counter counter) {
    chains.set(id, chain(id).withPolicy(policy, counter));
  }

  /** What the policy of a base chain has seen. */
  public Counter policyCounter(int id) {
    return chain(id).policyCounter();
  }

  /** All chains as they are, those that are being changed as they were. */
  public List<Chain> chains() {
    List<Chain> all = new ArrayList<>();
    for (Chain chain : chains) {
      if (chain != null) {
        all.add(chain);
      }
    }
    return all;
  }

  /** Takes all chains of the user's and all rules away, and sets the policies to ACCEPT. */
  public void clear() {
    Table empty = Table.empty(kind);
    chains.clear();
    ids.clear();
    changed.clear();
    Collections.addAll(chains, empty.byId());
    empty.chains().forEach(chain -> ids.put(chain.name(), chain.id()));
  }

  /** Sets a counter back to 0 when the table takes its place; a draft given up leaves it. */
  public void clear(Counter counter) {
    cleared.add(counter);
  }

  /** Its rules as they are; to be changed by changing the list. */
  public List<Rule> rules(int id) {
    return changed.computeIfAbsent(id, i -> new Draft(chain(i))).rules;
  }

  /** Its rules to look at. */
  public List<Rule> look(int id) {
    Draft draft = changed.get(id);
    return draft != null ? draft.rules : chain(id).rules();
  }

  /** Number of rules that jump to it. */
  public int references(int id) {
    int count = 0;
    for (Chain chain : chains) {
      if (chain != null) {
        for (Rule rule : look(chain.id())) {
          count += rule.jump() == id ? 1 : 0;
        }
      }
    }
    return count;
  }

  /** Whether a rule's target may stand in a chain; of the user's chains that is not known yet. */
  public boolean mayStand(Rule rule, int id) {
    Hook hook = chain(id).hook();
    return hook == null || fits(rule, kind, hook);
  }

  private static boolean fits(Rule rule, TableKind kind, Hook hook) {
    return !(rule.target() instanceof PlacedTarget placed)
        || placed.hooks().contains(hook) && (placed.table() == null || placed.table() == kind);
  }

  /**
   * The table as it is now.
   *
   * @throws TableRefusedException EMLINK for jumps more than 16 deep or in a circle, EINVAL for a
   *     target or a condition that may not stand where a hook leads, ENOMEM for too many names that
   *     rules share something under
   */
  public Table finish() throws TableRefusedException {
    for (Draft draft : changed.values()) {
      Chain now = chain(draft.was.id());
      Rule[] rules = draft.rules.toArray(Rule[]::new);
      if (!Arrays.equals(rules, now.array())) {
        chains.set(now.id(), now.withRules(rules));
      }
    }
    changed.clear();
    @Nullable Chain[] all = chains.toArray(Chain[]::new);
    new Check(kind, all).run();
    return new Table(kind, all, List.copyOf(cleared));
  }

  /**
   * Looks at all ways from the hooks on ({@code nft_chain_validate}). A circle to which no hook
   * leads harms nobody and stays, as on Linux.
   */
  private static final class Check {
    private final TableKind kind;
    private final @Nullable Chain[] all;
    private final boolean[] open;

    /** How many jumps follow from a chain on, -1 where that is not known yet. */
    private final int[] height;

    Check(TableKind kind, @Nullable Chain[] all) {
      this.kind = kind;
      this.all = all;
      open = new boolean[all.length];
      height = new int[all.length];
      Arrays.fill(height, -1);
    }

    void run() throws TableRefusedException {
      shared();
      for (Chain chain : all) {
        if (chain != null && chain.hook() != null) {
          if (height(chain, 0) > Way.DEPTH) {
            throw new TableRefusedException(Errno.EMLINK, chain.name());
          }
          targets(chain, chain.hook(), new boolean[all.length]);
        }
      }
    }

    private void shared() throws TableRefusedException {
      Set<@Nullable String> names = new HashSet<>();
      for (Chain chain : all) {
        if (chain != null) {
          chain.sharing().forEach(condition -> names.add(condition.shares()));
          if (names.size() > SharedStates.MOST) {
            throw new TableRefusedException(Errno.ENOMEM, chain.name());
          }
        }
      }
    }

    private int height(Chain chain, int from) throws TableRefusedException {
      int id = chain.id();
      if (height[id] >= 0) {
        return height[id];
      }
      if (open[id] || from > Way.DEPTH) {
        throw new TableRefusedException(Errno.EMLINK, chain.name());
      }
      open[id] = true;
      int most = 0;
      for (Rule rule : chain.array()) {
        Chain to = rule.jump() < 0 ? null : all[rule.jump()];
        if (to != null) {
          most = Math.max(most, 1 + height(to, from + 1));
        }
      }
      open[id] = false;
      height[id] = most;
      return most;
    }

    private void targets(Chain chain, Hook hook, boolean[] seen) throws TableRefusedException {
      if (seen[chain.id()]) {
        return;
      }
      seen[chain.id()] = true;
      for (Rule rule : chain.array()) {
        if (!rule.fits(hook)) {
          throw new TableRefusedException(Errno.EINVAL, chain.name());
        }
        Chain to = rule.jump() < 0 ? null : all[rule.jump()];
        if (to != null) {
          targets(to, hook, seen);
        } else if (!fits(rule, kind, hook)) {
          throw new TableRefusedException(Errno.EINVAL, chain.name());
        }
      }
    }
  }
}
