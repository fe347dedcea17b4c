package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.netfilter.place.TableKind;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tables of one family as they were at one moment. Nothing of it changes but the counters of
 * the rules, so that drafts may be made of it on another thread than the loop's.
 */
public final class TableSet {
  private final Map<TableKind, Table> tables = new EnumMap<>(TableKind.class);

  TableSet(Map<TableKind, Table> tables) {
    this.tables.putAll(tables);
  }

  /** The table, or null where nobody had changed or named it yet. */
  public @Nullable Table table(TableKind kind) {
    return tables.get(kind);
  }

  /** A copy of the table to be changed; of an empty one where there is none. */
  public TableDraft draft(TableKind kind) {
    Table there = tables.get(kind);
    return new TableDraft(there == null ? Table.empty(kind) : there);
  }

  /** Number of rules in all tables. */
  public int size() {
    int size = 0;
    for (Table table : tables.values()) {
      for (Chain chain : table.chains()) {
        size += chain.size();
      }
    }
    return size;
  }

  /** Whether these are still the tables there. */
  public boolean isStill(FamilyTables now) {
    return tables.equals(now.set().tables);
  }
}
