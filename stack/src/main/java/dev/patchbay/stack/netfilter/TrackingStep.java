package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.targets.Verdict;

/** Finds a packet's connection: behind table raw, before all others. */
final class TrackingStep extends HookStep {
  private final Conntrack conntrack;

  TrackingStep(Conntrack conntrack) {
    this.conntrack = conntrack;
  }

  @Override
  Verdict run(PacketFields p, Hook hook, Way way) {
    return conntrack.track(p);
  }
}
