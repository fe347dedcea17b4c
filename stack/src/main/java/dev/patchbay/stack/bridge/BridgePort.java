package dev.patchbay.stack.bridge;

import dev.patchbay.stack.device.MasterPort;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;

/** A device as a port of a bridge (Linux: {@code net_bridge_port}): its switches and its state. */
public final class BridgePort implements MasterPort {
  /** Highest {@link #cost}. */
  public static final int MAX_COST = 65535;

  /** Highest {@link #priority}. */
  public static final int MAX_PRIORITY = 63;

  /** 01:80:c2:00:00:00 to :0f: never forwarded by a bridge that keeps to 802.1D. */
  private static final long LINK_LOCAL_GROUPS = 0x0180_c200_0000L;

  private final Bridge bridge;
  private final NetDevice device;
  private final int number;
  private final VlanGroup vlans = new VlanGroup();
  private final StormLimit storm = new StormLimit();
  private int flags = PortFlag.DEFAULTS;
  private int cost = 100;
  private int priority = 32;
  private int groupForwardMask;
  private final StpPort stp;
  private final PortSnooping snooping;
  private PortState state = PortState.DISABLED;

  /** Addresses in the table that were learned here. */
  int learned;

  BridgePort(Bridge bridge, NetDevice device, int number) {
    this.bridge = bridge;
    this.device = device;
    this.number = number;
    this.stp = bridge.stp().port(this);
    this.snooping = bridge.snooping().port(this);
  }

  /** What the spanning tree knows of it. */
  StpPort stp() {
    return stp;
  }

  /** What snooping knows of it. */
  PortSnooping snooping() {
    return snooping;
  }

  /** Id of the bridge that is designated on its link, where the tree runs. */
  public long designatedBridge() {
    return stp.designatedBridge;
  }

  /** Id of that bridge's root. */
  public long designatedRoot() {
    return stp.designatedRoot;
  }

  /** Id of that bridge's port. */
  public int designatedPort() {
    return stp.designatedPort;
  }

  /** Cost of that bridge's way to the root. */
  public long designatedCost() {
    return stp.designatedCost;
  }

  /** Whether the next message acknowledges a change of topology. */
  public boolean acknowledges() {
    return stp.acknowledges;
  }

  /** Whether a message waits for the hold time. */
  public boolean isConfigPending() {
    return stp.configPending;
  }

  @Override
  public Bridge master() {
    return bridge;
  }

  public NetDevice device() {
    return device;
  }

  /** From 1, the lowest that was free ({@code find_portno}). */
  public int number() {
    return number;
  }

  /** The VLANs that pass here. */
  public VlanGroup vlans() {
    return vlans;
  }

  public boolean has(PortFlag flag) {
    return (flags & flag.bit()) != 0;
  }

  public void set(PortFlag flag, boolean on) {
    flags = on ? flags | flag.bit() : flags & ~flag.bit();
  }

  public PortState state() {
    return state;
  }

  void state(PortState value) {
    state = value;
  }

  /** What the way through this port costs the spanning tree, 1 to {@value #MAX_COST}. */
  public int cost() {
    return cost;
  }

  /**
   * Sets it ({@code br_stp_set_path_cost}).
   *
   * @throws BridgeRefusedException ERANGE
   */
  public void cost(long value) throws BridgeRefusedException {
    if (value < 1 || value > MAX_COST) {
      throw new BridgeRefusedException(Errno.ERANGE);
    }
    cost = (int) value;
    bridge.stp().costChanged();
  }

  /** The higher half of its id in the spanning tree, 0 to {@value #MAX_PRIORITY}. */
  public int priority() {
    return priority;
  }

  /**
   * Sets it ({@code br_stp_set_port_priority}).
   *
   * @throws BridgeRefusedException ERANGE
   */
  public void priority(long value) throws BridgeRefusedException {
    if (value < 0 || value > MAX_PRIORITY) {
      throw new BridgeRefusedException(Errno.ERANGE);
    }
    int before = id();
    priority = (int) value;
    bridge.stp().idChanged(this, before);
  }

  /** Its id in the spanning tree: priority and number ({@code br_make_port_id}). */
  public int id() {
    return priority << 10 | number;
  }

  /** Which of 01:80:c2:00:00:00 to :0f are forwarded all the same, a bit each. */
  public int groupForwardMask() {
    return groupForwardMask;
  }

  /**
   * Sets it.
   *
   * @throws BridgeRefusedException EINVAL where that of pause frames is among them
   */
  public void groupForwardMask(int mask) throws BridgeRefusedException {
    if ((mask & 2) != 0) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    groupForwardMask = mask;
  }

  boolean mayFlood(long now) {
    return storm.allows(now);
  }

  /** Whether its device is up and has its carrier. */
  public boolean isLive() {
    return device.isUp() && device.hasCarrier();
  }

  @Override
  public void linkChanged() {
    bridge.portLinkChanged(this);
  }

  @Override
  public void mtuChanged() {
    bridge.portMtuChanged();
  }

  @Override
  public void addressChanged(long before) {
    bridge.fdb().portAddressChanged(this, before);
    bridge.chooseAddress();
  }

  @Override
  public void remove() {
    bridge.removePort(device);
  }

  /** {@code br_handle_frame}: what no bridge takes, and what it takes for itself. */
  @Override
  public void receive(Packet packet) {
    long source = Bytes.u48(packet.data, packet.l2 + 6);
    long destination = Bytes.u48(packet.data, packet.l2);
    if (Addresses.isGroupMac(source) || source == 0) {
      device.dropReceived(packet, DropReason.MAC_INVALID_SOURCE);
    } else if (source == bridge.mac()) {
      device.dropReceived(packet, DropReason.LOCAL_MAC);
    } else if ((destination & ~15L) == LINK_LOCAL_GROUPS && !forwards((int) destination & 15)) {
      bridge.receiveLinkLocal(this, packet, source);
    } else if (state != PortState.FORWARDING && state != PortState.LEARNING) {
      device.dropReceived(packet, DropReason.BRIDGE_INGRESS_STP_STATE);
    } else {
      bridge.input(this, packet, source, destination);
    }
  }

  /** Whether a frame to 01:80:c2:00:00:0{@code group} is forwarded as any other. */
  private boolean forwards(int group) {
    if (group == 0 && !bridge.stp().isOn()) {
      return true; // a bridge without spanning tree does not hide the loops of others
    }
    return group != 1 && ((groupForwardMask | bridge.groupForwardMask()) & 1 << group) != 0;
  }

  /**
   * {@code should_deliver}.
   *
   * @param from where the frame came in, null for the bridge itself
   */
  boolean shouldDeliver(Packet packet, BridgePort from, boolean filtered) {
    return (!equals(from) || has(PortFlag.HAIRPIN))
        && maySend(packet, filtered)
        && !(from.has(PortFlag.ISOLATED) && has(PortFlag.ISOLATED));
  }

  /** Whether what the bridge itself sends may leave here. */
  boolean maySend(Packet packet, boolean filtered) {
    return state == PortState.FORWARDING && (!filtered || vlans.has(VlanTag.id(packet)));
  }

  /** Whether the packet is longer than this port takes; an inner tag is not counted. */
  boolean isTooLong(Packet packet) {
    int length = packet.fragmentMax > 0 ? packet.fragmentMax : packet.networkLength();
    return length > device.mtu() && (length > device.mtu() + VlanTag.LENGTH || !isStacked(packet));
  }

  private static boolean isStacked(Packet packet) {
    int type = Bytes.u16(packet.data, packet.l3 - 2);
    return type == EtherType.VLAN || type == EtherType.QINQ;
  }

  /** Sends a packet that {@link #shouldDeliver} ({@code __br_forward}). */
  void send(Packet packet, boolean filtered) {
    if (filtered && vlans.isUntagged(VlanTag.id(packet))) {
      VlanTag.clear(packet);
    }
    device.transmit(packet);
  }

  @Override
  public String toString() {
    return device.name();
  }
}
