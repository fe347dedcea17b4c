package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.trace.Tracing;

/**
 * Has those who ask for marked packets follow this one from here on ({@code meta nftrace set 1}).
 */
public final class TraceTarget extends Target {
  private final Tracing tracing;

  /** A target of a namespace. */
  public TraceTarget(Tracing tracing) {
    this.tracing = tracing;
  }

  @Override
  public Verdict apply(PacketFields p) {
    if (tracing.isOn()) {
      tracing.mark(p);
    }
    return Verdict.CONTINUE;
  }
}
