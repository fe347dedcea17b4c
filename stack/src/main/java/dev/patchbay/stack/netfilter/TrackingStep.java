package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.trace.Trace;

/** Finds a packet's connection: behind table raw, before all others. */
final class TrackingStep extends HookStep {
  private final Conntrack conntrack;

  TrackingStep(Conntrack conntrack) {
    this.conntrack = conntrack;
  }

  @Override
  Verdict run(PacketFields p, Hook hook, Way way) {
    Verdict verdict = conntrack.track(p);
    Trace trace = p.packet().trace;
    if (trace != null) {
      trace.tracked(p);
    }
    return verdict;
  }
}
