package dev.patchbay.stack.bridge;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a bridge would do with a unicast frame that nobody has sent; decides as {@link BridgePort}
 * and {@link Bridge} do, learns and counts nothing. Its l2 and l3 are set.
 *
 * @param toUs whether the bridge takes it for itself
 * @param ports by which it would leave, several where it would be flooded
 * @param dropped why it goes nowhere, or null
 */
public record DescribedFrame(boolean toUs, List<NetDevice> ports, @Nullable DropReason dropped) {
  private static DescribedFrame no(DropReason reason) {
    return new DescribedFrame(false, List.of(), reason);
  }

  private static DescribedFrame by(List<NetDevice> ports) {
    return ports.isEmpty()
        ? no(DropReason.BRIDGE_NO_EGRESS_PORT)
        : new DescribedFrame(false, ports, null);
  }

  /**
   * Why a port does not take it at all, before any rule is asked; null where it does. One without
   * carrier is taken to have it.
   */
  public static @Nullable DropReason refused(Bridge bridge, NetDevice from, Packet packet) {
    BridgePort port = bridge.port(from);
    long source = Bytes.u48(packet.data, packet.l2 + 6);
    if (!from.isUp() || !bridge.isUp()) {
      return DropReason.DEV_READY;
    }
    if (port == null || Addresses.isGroupMac(source) || source == 0) {
      return DropReason.MAC_INVALID_SOURCE;
    }
    if (source == bridge.mac()) {
      return DropReason.LOCAL_MAC;
    }
    boolean open =
        !from.hasCarrier()
            || port.state() == PortState.FORWARDING
            || port.state() == PortState.LEARNING;
    return open ? null : DropReason.BRIDGE_INGRESS_STP_STATE;
  }

  /** Where it would go that came in by a port ({@code br_handle_frame_finish}). */
  public static DescribedFrame received(Bridge bridge, NetDevice from, Packet packet) {
    BridgePort port = bridge.port(from);
    if (port == null) {
      return no(DropReason.BRIDGE_NO_EGRESS_PORT);
    }
    boolean filtered = bridge.vlans().isFiltering();
    int vid = 0;
    if (filtered) {
      DropReason refused = bridge.vlans().ingress(port.vlans(), packet);
      if (refused != null) {
        return no(refused);
      }
      vid = VlanTag.id(packet);
    }
    long now = bridge.loop().now();
    ForwardingTable table = bridge.table();
    int source = table.find(Bytes.u48(packet.data, packet.l2 + 6), vid, now);
    boolean known =
        source >= 0
            && port.equals(table.port(source))
            && (table.flags(source) & ForwardingTable.LOCAL) == 0;
    if (port.has(PortFlag.LOCKED) && !known) {
      return no(DropReason.BRIDGE_LOCKED);
    }
    if (port.state() == PortState.LEARNING) {
      return no(DropReason.BRIDGE_INGRESS_STP_STATE);
    }
    long destination = Bytes.u48(packet.data, packet.l2);
    int slot = table.find(destination, vid, now);
    BridgePort to = slot < 0 ? null : table.port(slot);
    boolean ours = slot >= 0 && (to == null || (table.flags(slot) & ForwardingTable.LOCAL) != 0);
    if (destination == bridge.mac() || ours) {
      return up(bridge, filtered, packet);
    }
    List<NetDevice> ports = new ArrayList<>();
    for (BridgePort other : slot < 0 ? List.of(bridge.bridgePorts()) : List.of(to)) {
      if ((slot >= 0 || other.has(PortFlag.FLOOD)) && other.shouldDeliver(packet, port, filtered)) {
        ports.add(other.device());
      }
    }
    return by(ports);
  }

  private static DescribedFrame up(Bridge bridge, boolean filtered, Packet packet) {
    if (filtered) {
      int vid = VlanTag.id(packet);
      if (!bridge.vlans().own().has(vid)) {
        return no(DropReason.BRIDGE_VLAN);
      }
      if (bridge.vlans().own().isUntagged(vid)) {
        VlanTag.clear(packet);
      }
    }
    return new DescribedFrame(true, List.of(), null);
  }

  /** Where it would go that the bridge itself sends ({@code br_dev_xmit}). */
  public static DescribedFrame sent(Bridge bridge, Packet packet) {
    boolean filtered = bridge.vlans().isFiltering();
    int vid = 0;
    if (filtered) {
      DropReason refused = bridge.vlans().ingress(bridge.vlans().own(), packet);
      if (refused != null) {
        return no(refused);
      }
      vid = VlanTag.id(packet);
    }
    long destination = Bytes.u48(packet.data, packet.l2);
    int slot = bridge.table().find(destination, vid, bridge.loop().now());
    BridgePort to = slot < 0 ? null : bridge.table().port(slot);
    List<NetDevice> ports = new ArrayList<>();
    if (slot >= 0) {
      if (to != null && to.maySend(packet, filtered)) {
        ports.add(to.device());
      }
    } else {
      for (BridgePort port : bridge.bridgePorts()) {
        if (port.has(PortFlag.FLOOD) && port.maySend(packet, filtered)) {
          ports.add(port.device());
        }
      }
    }
    return by(ports);
  }

  /** Whether a port does not take it for its length. */
  public static boolean isTooLong(Bridge bridge, NetDevice to, Packet packet) {
    BridgePort port = bridge.port(to);
    return port != null && port.isTooLong(packet);
  }
}
