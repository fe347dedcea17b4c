package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Extras;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.packet.Packet;

/** Last of all: helpers read the packet, and a connection that is new goes into the table. */
final class ConfirmStep extends HookStep {
  private final Conntrack conntrack;

  ConfirmStep(Conntrack conntrack) {
    this.conntrack = conntrack;
  }

  @Override
  Verdict run(PacketFields p, Hook hook, Way way) {
    Packet packet = p.packet();
    Connection c = TrackingInfo.of(packet);
    if (c == null || p.described) {
      return Verdict.ACCEPT;
    }
    Extras extras = c.extras();
    boolean related =
        packet.trackingInfo == TrackingInfo.RELATED_REPLY
            || packet.trackingInfo == TrackingInfo.RELATED && !c.has(Connection.EXPECTED);
    if (extras != null
        && extras.helper != null
        && !related
        && !extras.helper.read(p, c, packet.trackingInfo)) {
      return Verdict.DROP;
    }
    return conntrack.confirm(packet);
  }
}
