package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.nat.Masquerades;
import dev.patchbay.stack.nat.NatRange;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import java.util.EnumSet;
import java.util.Set;

/**
 * {@code MASQUERADE} ({@code nf_nat_masquerade_ipv4}, {@code nf_nat_masquerade_ipv6}): the source
 * becomes an address of the device that the packet leaves by. The connection ends with the address.
 */
public final class MasqueradeTarget extends NatTarget {
  private final NetworkStack stack;
  private final NatRange ports;
  private final Tuple tuple = new Tuple();

  /**
   * A target.
   *
   * @param ports the ports and flags; its addresses mean nothing
   */
  public MasqueradeTarget(NetworkStack stack, NatRange ports) {
    this.stack = stack;
    this.ports = ports;
  }

  @Override
  public Set<Hook> hooks() {
    return EnumSet.of(Hook.POSTROUTING);
  }

  @Override
  public Verdict apply(PacketFields p) {
    Connection c = TrackingInfo.of(p.packet());
    NetDevice out = p.out;
    if (c == null || out == null) {
      return Verdict.ACCEPT;
    }
    c.tuple(Connection.ORIGINAL, tuple);
    if (p.v4 && (int) tuple.srcLo == 0) {
      return Verdict.ACCEPT; // of a host that has no address yet
    }
    Masquerades masquerades = stack.netfilter().masquerades();
    IpAddress address =
        p.v4
            ? masquerades.address4(out, p.packet().nextHopLo)
            : stack.output().source(out, null, p.dstHi, p.dstLo);
    if (address == null) {
      return Verdict.DROP;
    }
    if (!c.has(Connection.CONFIRMED)) {
      masquerades.begin(c, out);
    }
    stack.netfilter().nat().settle(c, ports.at(address.hi(), address.lo()), true);
    return Verdict.ACCEPT;
  }
}
