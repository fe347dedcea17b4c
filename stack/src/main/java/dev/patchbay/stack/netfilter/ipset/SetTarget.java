package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.netfilter.targets.PlacedTarget;
import dev.patchbay.stack.netfilter.targets.Target;
import dev.patchbay.stack.netfilter.targets.Verdict;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Adds a packet to a set, takes it out of one, and gives it the mark and the priority that one has
 * for it ({@code set_target_v3}). There is one queue, so that the number of another changes
 * nothing.
 */
public final class SetTarget extends Target implements PlacedTarget, SetUser {
  /** What of a member is given to the packet. */
  public enum Map {
    MARK,
    PRIORITY,
    QUEUE
  }

  private final @Nullable PacketQuery added;
  private final @Nullable PacketQuery deleted;
  private final @Nullable PacketQuery mapped;
  private final Set<Map> maps = EnumSet.noneOf(Map.class);
  private final boolean mark;
  private final boolean priority;

  /** A target; the queries are its own, at least one is there. */
  public SetTarget(
      @Nullable PacketQuery added,
      @Nullable PacketQuery deleted,
      @Nullable PacketQuery mapped,
      Set<Map> maps) {
    this.added = added;
    this.deleted = deleted;
    this.mapped = mapped;
    this.maps.addAll(maps);
    mark = maps.contains(Map.MARK);
    priority = maps.contains(Map.PRIORITY);
  }

  @Override
  public Set<Hook> hooks() {
    boolean outward = maps.contains(Map.PRIORITY) || maps.contains(Map.QUEUE);
    return mapped != null && outward
        ? EnumSet.of(Hook.FORWARD, Hook.OUTPUT, Hook.POSTROUTING)
        : EnumSet.allOf(Hook.class);
  }

  @Override
  public @Nullable TableKind table() {
    return mapped == null ? null : TableKind.MANGLE;
  }

  @Override
  public Verdict apply(PacketFields p) {
    if (added != null) {
      added.set().add(added, p);
    }
    if (deleted != null) {
      deleted.set().delete(deleted, p);
    }
    PacketQuery map = mapped;
    if (map != null) {
      map.forgetMarks(); // a member of a set without them leaves them as they are
    }
    if (map != null && map.set().test(map, p)) {
      if (mark) {
        p.packet().mark = p.packet().mark & ~map.markMask ^ map.mark;
      }
      if (priority) {
        p.packet().priority = map.priority;
      }
    }
    return Verdict.CONTINUE;
  }

  @Override
  public void sets(Consumer<IpSet> to) {
    for (PacketQuery query : new @Nullable PacketQuery[] {added, deleted, mapped}) {
      if (query != null) {
        to.accept(query.set());
      }
    }
  }
}
