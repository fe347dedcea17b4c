package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Extras;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.IpProtocol;

/**
 * Last of all: helpers read the packet, its sequence numbers are moved as they need, and a
 * connection that is new goes into the table.
 */
final class ConfirmStep extends HookStep {
  private final Conntrack conntrack;

  ConfirmStep(Conntrack conntrack) {
    this.conntrack = conntrack;
  }

  /** Whether it has been here before, on its way to ourselves. */
  private static boolean isLooped(PacketFields p) {
    return p.in != null && p.in.kind() == NetDevice.Kind.LOOPBACK;
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
    if (extras != null && extras.adjustment != null && !related && !isLooped(p)) {
      int direction = TrackingInfo.direction(packet.trackingInfo);
      if (p.protocol == IpProtocol.TCP
          && !extras.adjustment.adjust(packet, p.transport, direction)) {
        return Verdict.DROP;
      }
    }
    return conntrack.confirm(packet);
  }
}
