package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import java.util.EnumSet;
import java.util.Set;

/** Sets the priority by which a queueing discipline chooses a class ({@code xt_CLASSIFY}). */
public final class ClassifyTarget extends Target implements PlacedTarget {
  private final int priority;

  /** A target; {@code priority} is a class, {@code major << 16 | minor}. */
  public ClassifyTarget(int priority) {
    this.priority = priority;
  }

  @Override
  public Set<Hook> hooks() {
    return EnumSet.of(Hook.FORWARD, Hook.OUTPUT, Hook.POSTROUTING);
  }

  @Override
  public TableKind table() {
    return TableKind.MANGLE;
  }

  @Override
  public Verdict apply(PacketFields p) {
    p.packet().priority = priority;
    return Verdict.CONTINUE;
  }

  @Override
  public Verdict describe(PacketFields p) {
    return apply(p);
  }
}
