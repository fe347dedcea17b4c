package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Extras;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.nat.Nat;
import dev.patchbay.stack.nat.PacketMangler;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.trace.Trace;
import dev.patchbay.stack.wire.IpProtocol;

/**
 * Translation ({@code nf_nat_inet_fn}): table nat is asked about the first packet of a connection
 * alone, then all of its packets are changed.
 */
final class NatStep extends HookStep {
  private final Table table;
  private final Conntrack conntrack;
  private final Nat nat;
  private final PacketMangler mangler;

  NatStep(Table table, Conntrack conntrack, Nat nat, PacketMangler mangler) {
    this.table = table;
    this.conntrack = conntrack;
    this.nat = nat;
    this.mangler = mangler;
  }

  /** Whether a hook is one where sources are translated; else destinations are. */
  private static boolean isOfSource(Hook hook) {
    return hook == Hook.INPUT || hook == Hook.POSTROUTING;
  }

  @Override
  Verdict run(PacketFields p, Hook hook, Way way) {
    Packet packet = p.packet();
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    Verdict verdict = translated(p, hook, way);
    if (hook == Hook.OUTPUT && (packet.destinationHi() != hi || packet.destinationLo() != lo)) {
      p.diverted = true;
      p.routeMark = packet.mark;
    }
    return verdict;
  }

  private Verdict translated(PacketFields p, Hook hook, Way way) {
    Packet packet = p.packet();
    Connection c = TrackingInfo.of(packet);
    if (c == null) {
      return Verdict.ACCEPT;
    }
    boolean source = isOfSource(hook);
    int info = packet.trackingInfo;
    boolean related = info == TrackingInfo.RELATED || info == TrackingInfo.RELATED_REPLY;
    if (related && p.protocol == (p.v4 ? IpProtocol.ICMP : IpProtocol.ICMPV6)) {
      return told(p, source, mangler.mangleError(p, c, source));
    }
    if ((related || info == TrackingInfo.NEW) && !Nat.isSettled(c, source)) {
      Verdict verdict = table.run(p, hook, way);
      if (verdict != Verdict.ACCEPT) {
        return verdict;
      }
      if (!Nat.isSettled(c, source)) {
        nat.settleAsIs(c, source);
      }
    } else if (hook == Hook.POSTROUTING && hasMoved(p, c, info)) {
      if (!p.described) {
        conntrack.kill(c);
      }
      return Verdict.DROP;
    }
    return told(p, source, mangler.mangle(p, c, source));
  }

  /** Tells who follows the packet what it has become; DROP where it could not be translated. */
  private static Verdict told(PacketFields p, boolean source, boolean done) {
    Trace trace = p.packet().trace;
    if (trace != null && done) {
      trace.translated(p, source);
    }
    return done ? Verdict.ACCEPT : Verdict.DROP;
  }

  /**
   * Whether it has the address of a device by which it does not leave any more ({@code
   * nf_nat_oif_changed}).
   */
  private static boolean hasMoved(PacketFields p, Connection c, int info) {
    Extras extras = c.extras();
    return extras != null
        && extras.masqueraded != 0
        && TrackingInfo.direction(info) == Connection.ORIGINAL
        && p.out != null
        && p.out.index() != extras.masqueraded;
  }
}
