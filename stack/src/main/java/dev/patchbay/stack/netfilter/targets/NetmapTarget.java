package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.nat.Nat;
import dev.patchbay.stack.nat.NatRange;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import java.util.EnumSet;
import java.util.Set;

/**
 * {@code NETMAP} ({@code xt_NETMAP.c}): one network becomes another of the same length, its hosts
 * stay; of the destination in PREROUTING and OUTPUT, else of the source.
 */
public final class NetmapTarget extends NatTarget {
  private final Nat nat;
  private final long netHi;
  private final long netLo;
  private final long maskHi;
  private final long maskLo;

  /** A target; of IPv4 the mask has all bits before the address. */
  public NetmapTarget(Nat nat, long netHi, long netLo, long maskHi, long maskLo) {
    this.nat = nat;
    this.netHi = netHi & maskHi;
    this.netLo = netLo & maskLo;
    this.maskHi = maskHi;
    this.maskLo = maskLo;
  }

  @Override
  public Set<Hook> hooks() {
    return EnumSet.of(Hook.PREROUTING, Hook.INPUT, Hook.OUTPUT, Hook.POSTROUTING);
  }

  @Override
  public Verdict apply(PacketFields p) {
    Connection c = TrackingInfo.of(p.packet());
    if (c == null) {
      return Verdict.ACCEPT;
    }
    boolean source = p.hook == Hook.INPUT || p.hook == Hook.POSTROUTING;
    long hi = source ? p.srcHi : p.dstHi;
    long lo = source ? p.srcLo : p.dstLo;
    NatRange to = NatRange.address(hi & ~maskHi | netHi, lo & ~maskLo | netLo);
    nat.settle(c, to, source);
    return Verdict.ACCEPT;
  }
}
