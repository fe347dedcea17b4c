package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.netfilter.state.SharedStates;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables of one family, and the hooks that they are attached to. */
public final class FamilyTables {
  private final Map<TableKind, Table> tables = new EnumMap<>(TableKind.class);
  private final HookPoint[] hooks = new HookPoint[Hook.COUNT];
  private final Netfilter netfilter;
  private final boolean v4;
  private boolean active;
  private boolean tracks;

  FamilyTables(Netfilter netfilter, boolean v4) {
    this.v4 = v4;
    this.netfilter = netfilter;
    for (Hook hook : Hook.values()) {
      hooks[hook.ordinal()] = new HookPoint(netfilter, hook);
    }
  }

  public HookPoint at(Hook hook) {
    return hooks[hook.ordinal()];
  }

  /** Whether there is any table. */
  boolean isActive() {
    return active;
  }

  /** Whether connections are tracked: then fragments are joined before PREROUTING. */
  public boolean tracks() {
    return tracks;
  }

  /** The table, or null where nobody has changed or named it yet. */
  public @Nullable Table table(TableKind kind) {
    return tables.get(kind);
  }

  /** All as they are now. */
  public TableSet set() {
    return new TableSet(tables);
  }

  /** The conditions of all rules take what they share. */
  void bind(SharedStates states) {
    tables.values().forEach(table -> table.bind(states));
  }

  /** Those there are, in the order of their priorities. */
  public List<Table> tables() {
    return List.copyOf(tables.values());
  }

  /** A copy of the table to be changed; of an empty one where there is none. */
  public TableDraft draft(TableKind kind) {
    return set().draft(kind);
  }

  /**
   * Puts tables in the place of those of their kinds, all at once; counters of shared rules stay.
   */
  public void replace(List<Table> all) {
    for (Table table : all) {
      table.takesPlace();
      tables.put(table.kind(), table);
      if (table.needsAccounting()) {
        netfilter.conntrack().settings().accounting = 1; // and it stays (connbytes_mt_check)
      }
    }
    active = !tables.isEmpty();
    boolean before = tracks;
    tracks = tables.values().stream().anyMatch(Table::needsTracking);
    if (tracks && !before) {
      netfilter.conntrack().resumed(v4);
    }
    netfilter.bind();
    for (Hook hook : Hook.values()) {
      hooks[hook.ordinal()].attach(steps(hook));
    }
  }

  /** What there is at a hook in the order of Linux's priorities ({@code nf_ip_hook_priorities}). */
  private HookStep[] steps(Hook hook) {
    boolean first = hook == Hook.PREROUTING || hook == Hook.OUTPUT;
    boolean last = hook == Hook.INPUT || hook == Hook.POSTROUTING;
    List<HookStep> steps = new ArrayList<>();
    add(steps, hook, TableKind.RAW);
    if (tracks && first) {
      steps.add(netfilter.trackingStep());
    }
    add(steps, hook, TableKind.MANGLE);
    if (first) {
      addNat(steps, hook);
    }
    add(steps, hook, TableKind.FILTER);
    if (last) {
      addNat(steps, hook);
    }
    // iptables-nft puts it at 150, behind the translation of sources
    add(steps, hook, TableKind.SECURITY);
    if (tracks && last) {
      steps.add(netfilter.confirmStep());
    }
    return steps.toArray(HookStep[]::new);
  }

  private void add(List<HookStep> steps, Hook hook, TableKind kind) {
    Table table = tables.get(kind);
    if (table != null && table.base(hook) != null) {
      boolean diverts = hook == Hook.OUTPUT && kind == TableKind.MANGLE;
      steps.add(diverts ? new DivertingStep(table) : table);
    }
  }

  private void addNat(List<HookStep> steps, Hook hook) {
    Table table = tables.get(TableKind.NAT);
    if (table != null && table.base(hook) != null) {
      steps.add(netfilter.natStep(table));
    }
  }
}
