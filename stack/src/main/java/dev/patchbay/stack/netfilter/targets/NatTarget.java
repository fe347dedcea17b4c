package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.TableKind;

/** A target of table nat: settles how the connection of a packet is translated. */
abstract class NatTarget extends Target implements PlacedTarget {
  @Override
  public final TableKind table() {
    return TableKind.NAT;
  }

  @Override
  public final boolean needsTracking() {
    return true;
  }

  @Override
  public final Verdict describe(PacketFields p) {
    return apply(p);
  }
}
