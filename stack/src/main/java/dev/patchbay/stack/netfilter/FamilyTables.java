package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables of one family, and the hooks that they are attached to. */
public final class FamilyTables {
  private final Map<TableKind, Table> tables = new EnumMap<>(TableKind.class);
  private final HookPoint[] hooks = new HookPoint[Hook.COUNT];
  private boolean active;

  FamilyTables(Netfilter netfilter) {
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

  /** The table, or null where nobody has changed or named it yet. */
  public @Nullable Table table(TableKind kind) {
    return tables.get(kind);
  }

  /** Those there are, in the order of their priorities. */
  public List<Table> tables() {
    return List.copyOf(tables.values());
  }

  /** A copy of the table to be changed; of an empty one where there is none. */
  public TableDraft draft(TableKind kind) {
    Table there = tables.get(kind);
    return new TableDraft(there == null ? Table.empty(kind) : there);
  }

  /**
   * Puts tables in the place of those of their kinds, all at once; counters of shared rules stay.
   */
  public void replace(List<Table> all) {
    for (Table table : all) {
      table.takesPlace();
      tables.put(table.kind(), table);
    }
    active = !tables.isEmpty();
    for (Hook hook : Hook.values()) {
      List<Table> attached = new ArrayList<>();
      for (Table table : tables.values()) {
        if (table.base(hook) != null) {
          attached.add(table);
        }
      }
      hooks[hook.ordinal()].attach(attached.toArray(Table[]::new));
    }
  }
}
