package dev.patchbay.stack.device;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A learning bridge (IEEE 802.1D without spanning tree; Linux: {@code br_handle_frame}, {@code
 * br_forward}, {@code br_flood}), itself a device with an address.
 */
public final class Bridge extends NetDevice {
  /** Told when an address moves between ports. */
  @FunctionalInterface
  public interface MoveListener {
    /**
     * {@code mac} was behind {@code from} and is now seen behind {@code to}.
     *
     * @param age ns since it was last seen there
     */
    void moved(long mac, NetDevice from, NetDevice to, long age);
  }

  private final EventLoop loop;
  private final List<NetDevice> ports = new ArrayList<>();
  private final ForwardingTable table;
  private final Map<NetDevice, StormLimit> storms = new HashMap<>();
  private @Nullable MoveListener moves;
  private @Nullable Runnable mtuListener;

  /**
   * @param key secret that spreads the forwarding table
   */
  public Bridge(int index, String name, long mac, EventLoop loop, long key) {
    super(index, name, Kind.ETHER, mac, 1500);
    this.loop = loop;
    this.table = new ForwardingTable(key);
    carrier(false);
  }

  @Override
  public boolean isBoundToNamespace() {
    return true;
  }

  @Override
  public int features() {
    return FEATURE_TSO | FEATURE_CSUM;
  }

  /** Its ports; changed by {@link #addPort} and {@link #removePort} only. */
  public List<NetDevice> ports() {
    return ports;
  }

  public ForwardingTable table() {
    return table;
  }

  /** Who is told of moving addresses. */
  public void onMove(MoveListener listener) {
    moves = listener;
  }

  /** Who is told when the MTU followed the ports. */
  public void onMtuChange(Runnable listener) {
    mtuListener = listener;
  }

  /** Makes {@code device} a port ({@code ip link set DEVICE master BRIDGE}). */
  public void addPort(NetDevice device) {
    if (device.master() != null) {
      throw new IllegalArgumentException(device.name() + " is a port of another bridge");
    }
    device.master(this);
    ports.add(device);
    storms.put(device, new StormLimit());
    portMtuChanged();
    portLinkChanged(device);
  }

  /** Takes a port away ({@code nomaster}). */
  public void removePort(NetDevice device) {
    if (ports.remove(device)) {
      storms.remove(device);
      device.master(null);
      table.forget(device);
      portMtuChanged();
      followPorts();
    }
  }

  /**
   * A port without carrier leads nowhere any more ({@code br_stp_disable_port}), and a bridge
   * without one that has it has none either ({@code br_port_carrier_check}).
   */
  void portLinkChanged(NetDevice port) {
    if (!port.isUp() || !port.hasCarrier()) {
      table.forget(port);
    }
    followPorts();
  }

  private void followPorts() {
    boolean any = false;
    for (NetDevice port : ports) {
      any |= port.isUp() && port.hasCarrier();
    }
    carrier(any);
  }

  /** The bridge's MTU is the least of its ports ({@code br_mtu_auto_adjust}). */
  void portMtuChanged() {
    int least = ports.stream().mapToInt(NetDevice::mtu).min().orElse(1500);
    if (least != mtu()) {
      mtu(least);
      if (mtuListener != null) {
        mtuListener.run();
      }
    }
  }

  /** Takes a frame that came in by a port: learn, then to us, to one port, or to all. */
  void receivePort(NetDevice port, Packet packet) {
    long source = Bytes.u48(packet.data, packet.l2 + 6);
    long destination = Bytes.u48(packet.data, packet.l2);
    if (Addresses.isGroupMac(source)) {
      port.dropReceived(packet, DropReason.MAC_INVALID_SOURCE);
      return;
    }
    if (source == mac()) {
      port.dropReceived(packet, DropReason.LOCAL_MAC);
      return;
    }
    long now = loop.now();
    NetDevice before = table.learn(source, port, now);
    if (before != null && moves != null) {
      moves.moved(source, before, port, table.movedAfter());
    }
    packet.physicalDevice = port;
    cutTrailer(packet);
    if (destination == mac()) {
      passUp(packet);
    } else if (isLinkLocalGroup(destination)) {
      // 01:80:c2:00:00:0x is never forwarded (IEEE 802.1D table 7-10)
      port.dropReceived(packet, DropReason.BRIDGE_INGRESS_STP_STATE);
    } else if (Addresses.isGroupMac(destination)) {
      if (mayFlood(port, now)) {
        flood(packet, port);
      } else {
        port.statistics.dropped(DropReason.BRIDGE_STORM);
      }
      passUp(packet);
    } else {
      NetDevice out = table.lookup(destination, now);
      if (out != null) {
        forward(packet, port, out);
      } else if (mayFlood(port, now)) {
        flood(packet, port);
        packet.release();
      } else {
        port.dropReceived(packet, DropReason.BRIDGE_STORM);
      }
    }
  }

  /**
   * Cuts what follows an IP packet in its frame, before anybody asks whether it is too long ({@code
   * br_validate_ipv4}, {@code br_validate_ipv6}: Linux's bridge does so where {@code
   * bridge-nf-call-iptables} and {@code -ip6tables} are on, as they are here). It is more than
   * padding: Linux's ftgmac100 appends to an IPv6 packet that was given to {@code sendfile} its
   * data once more. A header that cannot be true, or a jumbogram (RFC 2675), stays as it is.
   */
  private static void cutTrailer(Packet packet) {
    if (packet.vlanProtocol != 0) {
      return; // Linux's bridge-nf-filter-vlan-tagged is 0
    }
    int type = packet.ethernet().type();
    if (type == EtherType.IPV4) {
      Ipv4 ip = packet.ipv4();
      if (ip.check(packet.tail)) {
        packet.tail = packet.l3 + ip.totalLength();
      }
    } else if (type == EtherType.IPV6) {
      Ipv6 ip = packet.ipv6();
      if (ip.check(packet.tail)
          && (ip.payloadLength() != 0 || ip.nextHeader() != IpProtocol.HOP_BY_HOP)) {
        packet.tail = packet.l3 + Ipv6.LENGTH + ip.payloadLength();
      }
    }
  }

  private boolean mayFlood(NetDevice port, long now) {
    StormLimit limit = storms.get(port);
    return limit != null && limit.allows(now);
  }

  private static boolean isLinkLocalGroup(long mac) {
    return (mac & 0xffff_ffff_fff0L) == 0x0180_c200_0000L;
  }

  private void passUp(Packet packet) {
    packet.device = this;
    if (!isUp()) {
      dropReceived(packet, DropReason.DEV_READY);
      return;
    }
    statistics.rxPackets++;
    statistics.rxBytes += packet.tail - packet.l3;
    show(packet, false);
    queueReceived(packet);
  }

  private void forward(Packet packet, NetDevice from, NetDevice to) {
    if (to.equals(from)) {
      from.dropReceived(packet, DropReason.BRIDGE_NO_EGRESS_PORT);
    } else if (packet.networkLength() > to.mtu()) {
      from.dropReceived(packet, DropReason.PKT_TOO_BIG);
    } else {
      to.transmit(packet);
    }
  }

  /** Sends a copy to each port but {@code from}; the packet stays the caller's. */
  private void flood(Packet packet, @Nullable NetDevice from) {
    for (int i = 0; i < ports.size(); i++) {
      NetDevice port = ports.get(i);
      if (port.equals(from) || !port.isUp() || !port.hasCarrier()) {
        continue;
      }
      Packet twin = packet.copy();
      if (twin == null) {
        port.statistics.txDropped++;
        continue;
      }
      if (twin.networkLength() > port.mtu()) {
        port.statistics.txDropped++;
        twin.drop(DropReason.PKT_TOO_BIG);
      } else {
        port.transmit(twin);
      }
    }
  }

  /**
   * What the appliance itself sends: to the port that is known, or to all ({@code br_dev_xmit}).
   */
  @Override
  protected void send(Packet packet) {
    packet.l2 = packet.head;
    packet.l3 = packet.head + Ethernet.LENGTH;
    long destination = Bytes.u48(packet.data, packet.l2);
    if (!Addresses.isGroupMac(destination)) {
      NetDevice out = table.lookup(destination, loop.now());
      if (out != null) {
        if (packet.networkLength() > out.mtu()) {
          statistics.txDropped++;
          packet.drop(DropReason.PKT_TOO_BIG);
        } else {
          out.transmit(packet);
        }
        return;
      }
    }
    flood(packet, null);
    packet.release();
  }
}
