package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;

/** Changes a packet's mark: {@code mark = (mark & ~mask) ^ value} ({@code xt_mark}). */
public final class MarkTarget extends Target {
  private final int value;
  private final int mask;

  public MarkTarget(int value, int mask) {
    this.value = value;
    this.mask = mask;
  }

  @Override
  public Verdict apply(PacketFields p) {
    p.packet().mark = p.packet().mark & ~mask ^ value;
    return Verdict.CONTINUE;
  }

  @Override
  public Verdict describe(PacketFields p) {
    return apply(p);
  }
}
