package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.nat.Nat;
import dev.patchbay.stack.nat.NatRange;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import java.util.EnumSet;
import java.util.Set;

/** {@code SNAT} and {@code DNAT} ({@code xt_nat.c}): translates into what the rule says. */
public final class TranslateTarget extends NatTarget {
  private final Nat nat;
  private final NatRange range;
  private final boolean source;

  /** A target; of the source, else of the destination. */
  public TranslateTarget(Nat nat, NatRange range, boolean source) {
    this.nat = nat;
    this.range = range;
    this.source = source;
  }

  @Override
  public Set<Hook> hooks() {
    return source
        ? EnumSet.of(Hook.INPUT, Hook.POSTROUTING)
        : EnumSet.of(Hook.PREROUTING, Hook.OUTPUT);
  }

  @Override
  public Verdict apply(PacketFields p) {
    Connection c = TrackingInfo.of(p.packet());
    if (c != null) {
      nat.settle(c, range, source);
    }
    return Verdict.ACCEPT;
  }
}
