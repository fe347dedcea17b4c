package dev.patchbay.stack.classifier;

import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/** Sets what is known of a packet ({@code act_skbedit.c}). */
public final class SkbeditAction extends Action {
  private final @Nullable Integer priority;
  private final @Nullable Integer mark;
  private final int mask;
  private final boolean setsPriority;
  private final boolean setsMark;
  private final int newPriority;
  private final int newMark;

  /**
   * @param control a {@link Verdict}
   * @param priority queueing priority or class id, null for none
   * @param mark null for none
   * @param mask the bits of the mark that are set, -1 for all
   */
  public SkbeditAction(int control, @Nullable Integer priority, @Nullable Integer mark, int mask) {
    super(control);
    this.priority = priority;
    this.mark = mark;
    this.mask = mask;
    setsPriority = priority != null;
    setsMark = mark != null;
    newPriority = priority == null ? 0 : priority;
    newMark = mark == null ? 0 : mark;
  }

  @Override
  public String kind() {
    return "skbedit";
  }

  /** Null where it stays. */
  public @Nullable Integer priority() {
    return priority;
  }

  /** Null where it stays. */
  public @Nullable Integer mark() {
    return mark;
  }

  /** The bits of the mark that are set. */
  public int mask() {
    return mask;
  }

  @Override
  int run(Packet packet, FilterChain chain) {
    if (setsPriority) {
      packet.priority = newPriority;
    }
    if (setsMark) {
      packet.mark = packet.mark & ~mask | newMark & mask;
    }
    return control();
  }
}
