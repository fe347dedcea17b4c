package dev.patchbay.stack.bridge;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A learning bridge, itself a device with an address (Linux: {@code net_bridge}; the way of a frame
 * stands in the package's documentation).
 */
public final class Bridge extends NetDevice {
  /** The kind, as {@code ip link add type} names it. */
  public static final String TYPE = "bridge";

  /** Ports, at most ({@code BR_MAX_PORTS}). */
  public static final int MAX_PORTS = 1023;

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
  private final Fdb fdb;
  private final BridgeVlans vlans = new BridgeVlans(this);
  private final SpanningTree stp;
  private final Snooping snooping;
  private final Mdb mdb;
  private long ageing = 300_000_000_000L;
  private BridgePort[] members = {};
  private boolean followsAddresses;
  private boolean hasOwnMtu;
  private boolean learnsFromLinkLocal = true;
  private int groupForwardMask;
  private @Nullable MoveListener moves;
  private @Nullable BridgeFilter filter;

  /**
   * A bridge without ports, down.
   *
   * @param mac its address, which stays whatever ports there are
   * @param key secret that spreads the forwarding table
   */
  public Bridge(int index, String name, long mac, EventLoop loop, long key) {
    super(index, name, Kind.ETHER, mac, 1500);
    this.loop = loop;
    this.table = new ForwardingTable(key);
    this.fdb = new Fdb(this, table, loop);
    this.stp = new SpanningTree(this, loop);
    this.snooping = new Snooping(this, loop, key);
    this.mdb = new Mdb(this, snooping);
    fdb.addLocal(null, mac, 0);
    vlans.init(null);
    attributes().minMtu = 68;
    attributes().maxMtu = 65535;
    carrier(false);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public boolean isBoundToNamespace() {
    return true;
  }

  @Override
  public int features() {
    return FEATURE_TSO | FEATURE_CSUM;
  }

  /** The devices that are its ports; changed by {@link #addPort} and {@link #removePort} only. */
  public List<NetDevice> ports() {
    return ports;
  }

  /** Its ports in the order in which they came; not to be changed. */
  public BridgePort[] bridgePorts() {
    return members;
  }

  /** The port that {@code device} is, or null. */
  public @Nullable BridgePort port(NetDevice device) {
    return device.masterPort() instanceof BridgePort port && port.master() == this ? port : null;
  }

  public ForwardingTable table() {
    return table;
  }

  /** The forwarding table for administration. */
  public Fdb fdb() {
    return fdb;
  }

  public BridgeVlans vlans() {
    return vlans;
  }

  /** Age after which a learned address is forgotten, ns; 0 learns nothing. */
  public long ageing() {
    return ageing;
  }

  public void ageing(long nanos) {
    ageing = nanos;
    ageAfter(stp.isChanging() ? stp.forwardDelay() : nanos);
  }

  /** The age that counts just now, ns ({@code hold_time}). */
  void ageAfter(long nanos) {
    table.ageing(nanos);
  }

  /** The spanning tree, run or not: it knows the states of the ports. */
  public SpanningTree stp() {
    return stp;
  }

  /** Snooping of IGMP and MLD, done or not. */
  public Snooping snooping() {
    return snooping;
  }

  /** The groups that snooping keeps, for administration. */
  public Mdb mdb() {
    return mdb;
  }

  /** Where the frames of its own messages come from; without, it sends none. */
  public void pool(@Nullable PacketPool pool) {
    stp.pool(pool);
    snooping.pool(pool);
  }

  /** Whether sources of frames to 01:80:c2:00:00:0x are learned ({@code no_linklocal_learn} 0). */
  public boolean learnsFromLinkLocal() {
    return learnsFromLinkLocal;
  }

  public void learnsFromLinkLocal(boolean value) {
    learnsFromLinkLocal = value;
  }

  /** Which of 01:80:c2:00:00:00 to :0f are forwarded all the same, a bit each. */
  public int groupForwardMask() {
    return groupForwardMask;
  }

  /**
   * Sets it.
   *
   * @throws BridgeRefusedException EINVAL where STP's, the pause frames' or LACP's is among them
   */
  public void groupForwardMask(int mask) throws BridgeRefusedException {
    if ((mask & 7) != 0) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    groupForwardMask = mask;
  }

  /** Who looks at the frames that it carries, null for nobody. */
  public void filter(@Nullable BridgeFilter value) {
    filter = value;
  }

  /** Who is told of moving addresses. */
  public void onMove(MoveListener listener) {
    moves = listener;
  }

  /**
   * From now on its address is the lowest of its ports', as that of a bridge to which none was
   * given ({@code br_stp_recalculate_bridge_id}); until it is set.
   */
  public void followAddresses() {
    followsAddresses = true;
    chooseAddress();
  }

  /** Whether its address is that of a port, or will be. */
  public boolean followsAddresses() {
    return followsAddresses;
  }

  /** The loop of its timers. */
  public EventLoop loop() {
    return loop;
  }

  void chooseAddress() {
    if (!followsAddresses) {
      return;
    }
    long least = Long.MAX_VALUE;
    for (BridgePort port : members) {
      least = Math.min(least, port.device().mac());
    }
    if (members.length > 0 && least != mac()) {
      mac(least);
      followsAddresses = true;
    }
  }

  @Override
  protected void addressChanged(long before) {
    followsAddresses = false;
    fdb.bridgeAddressChanged(before);
    stp.address(mac());
  }

  /** From then on it does not follow its ports. */
  @Override
  public void wantMtu(int value) {
    hasOwnMtu = true;
    mtu(value);
  }

  /** Whether an administrator has set its MTU. */
  public boolean hasOwnMtu() {
    return hasOwnMtu;
  }

  @Override
  public void up(boolean value) {
    if (value != isUp()) {
      super.up(value);
      if (value) {
        snooping.open();
        stp.enable();
      } else {
        stp.disable();
        snooping.stop();
      }
    }
  }

  /** Its ports are free then. */
  @Override
  public void removing() {
    super.removing();
    List.copyOf(ports).forEach(this::removePort);
    stp.disable();
    snooping.clear();
  }

  /** Makes {@code device} a port ({@code ip link set DEVICE master BRIDGE}; {@code br_add_if}). */
  public void addPort(NetDevice device) {
    if (device.master() != null) {
      throw new IllegalArgumentException(device.name() + " is a port of another bridge");
    }
    BridgePort port = new BridgePort(this, device, freeNumber());
    BridgePort[] grown = new BridgePort[members.length + 1];
    System.arraycopy(members, 0, grown, 0, members.length);
    grown[members.length] = port;
    members = grown;
    ports.add(device);
    device.masterPort(port);
    stp.initPort(port);
    port.state(PortState.DISABLED);
    fdb.addLocal(port, device.mac(), 0);
    vlans.init(port);
    chooseAddress();
    portMtuChanged();
    portLinkChanged(port);
  }

  private int freeNumber() {
    int number = 1;
    for (int i = 0; i < members.length; i++) {
      if (members[i].number() == number) {
        number++;
        i = -1;
      }
    }
    return number;
  }

  /** Takes a port away ({@code nomaster}; {@code br_del_if}). */
  public void removePort(NetDevice device) {
    BridgePort port = port(device);
    if (port == null) {
      return;
    }
    if (port.state() != PortState.DISABLED) {
      stp.disablePort(port);
    }
    stp.removePort(port);
    snooping.portRemoved(port);
    ports.remove(device);
    List<BridgePort> rest = new ArrayList<>(List.of(members));
    rest.remove(port);
    members = rest.toArray(BridgePort[]::new);
    device.masterPort(null);
    VlanGroup group = port.vlans();
    for (int vid = group.next(1); vid > 0; vid = group.next(vid + 1)) {
      fdb.deleteLocal(port, device.mac(), vid);
    }
    fdb.deleteLocal(port, device.mac(), 0);
    fdb.forgetAll(port);
    chooseAddress();
    portMtuChanged();
    stp.portStateSelection();
  }

  /** A port without carrier leads nowhere any more ({@code br_port_carrier_check}). */
  void portLinkChanged(BridgePort port) {
    boolean live = isUp() && port.isLive();
    if (live && port.state() == PortState.DISABLED) {
      stp.enablePort(port);
    } else if (!live && port.state() != PortState.DISABLED) {
      stp.disablePort(port);
    }
  }

  /**
   * Sets the state of a port by hand ({@code br_set_port_state}). One that blocks forwards again at
   * once, where there is no spanning tree.
   *
   * @throws BridgeRefusedException EBUSY where the spanning tree decides, ENETDOWN for a port that
   *     is down
   */
  public void portState(BridgePort port, PortState state) throws BridgeRefusedException {
    if (stp.isOn()) {
      throw new BridgeRefusedException(Errno.EBUSY);
    }
    if (!port.isLive() && state != PortState.DISABLED) {
      throw new BridgeRefusedException(Errno.ENETDOWN);
    }
    port.state(state);
    stp.portStateSelection();
  }

  /** The bridge's MTU is the least of its ports ({@code br_mtu_auto_adjust}). */
  void portMtuChanged() {
    if (hasOwnMtu) {
      return;
    }
    int least = ports.stream().mapToInt(NetDevice::mtu).min().orElse(1500);
    if (least != mtu()) {
      mtu(least);
    }
  }

  /** Takes a frame to 01:80:c2:00:00:0x that is not forwarded: for those who look at the port. */
  void receiveLinkLocal(BridgePort port, Packet packet, long source) {
    boolean learns = port.state() == PortState.LEARNING || port.state() == PortState.FORWARDING;
    if (learns && learnsFromLinkLocal && port.has(PortFlag.LEARNING)) {
      int vid = 0;
      if (vlans.isFiltering()) {
        vid = packet.vlanProtocol == vlans.protocol() ? VlanTag.id(packet) : 0;
        vid = vid == 0 ? port.vlans().pvid() : vid;
      }
      if (!vlans.isFiltering() || port.vlans().has(vid)) {
        learn(source, vid, port, loop.now());
      }
    }
    if (Bytes.u48(packet.data, packet.l2) == stp.group() && packet.vlanProtocol == 0) {
      stp.receive(port, packet);
    }
    // never to the network layer, as Linux would: a guest has its limits by the bridge's port
    packet.physicalDevice = port.device();
    port.device().endHere(packet, DropReason.BRIDGE_INGRESS_STP_STATE);
  }

  /** {@code br_handle_frame_finish}: learn, then to us, to one port, or to all. */
  void input(BridgePort port, Packet packet, long source, long destination) {
    cutTrailer(packet);
    packet.physicalDevice = port.device();
    BridgeFilter filter = this.filter;
    if (filter == null || !filter.isActive()) {
      switchFrame(port, packet, source, destination);
      return;
    }
    Packet goesOn = filter.incoming(packet, this);
    if (goesOn != null) {
      switchFrame(port, goesOn, source, Bytes.u48(goesOn.data, goesOn.l2));
    }
  }

  private void switchFrame(BridgePort port, Packet packet, long source, long destination) {
    boolean filtered = vlans.isFiltering();
    int vid = 0;
    if (filtered) {
      DropReason refused = vlans.ingress(port.vlans(), packet);
      if (refused != null) {
        port.device().dropReceived(packet, refused);
        return;
      }
      vid = VlanTag.id(packet);
    }
    long now = loop.now();
    if (port.has(PortFlag.LOCKED) && !isKnown(source, vid, port, now)) {
      port.device().dropReceived(packet, DropReason.BRIDGE_LOCKED);
      return;
    }
    if (port.has(PortFlag.LEARNING)) {
      learn(source, vid, port, now);
    }
    int how = 0;
    if (Addresses.isGroupMac(destination) && destination != Addresses.MAC_BROADCAST) {
      how = snooping.input().receive(port, packet, vid);
      if (how == SnoopingInput.DROP) {
        port.device().dropReceived(packet, DropReason.BRIDGE_SNOOPED);
        return;
      }
    }
    if (port.state() == PortState.LEARNING) {
      port.device().dropReceived(packet, DropReason.BRIDGE_INGRESS_STP_STATE);
      return;
    }
    if (destination == mac()) {
      passUp(packet, filtered);
    } else if (Addresses.isGroupMac(destination)) {
      toGroup(port, packet, destination, how, vid, now);
    } else {
      unicast(port, packet, table.find(destination, vid, now), filtered, now);
    }
  }

  private void toGroup(
      BridgePort from, Packet packet, long destination, int how, int vid, long now) {
    boolean filtered = vlans.isFiltering();
    if (destination != Addresses.MAC_BROADCAST) {
      switch (snooping.deliver(packet, from, how, vid, filtered)) {
        case PORTS -> {
          packet.release();
          return;
        }
        case PORTS_AND_US -> {
          passUp(packet, filtered);
          return;
        }
        default -> {} // to all
      }
    }
    if (from.mayFlood(now)) {
      flood(packet, from, groupFlag(destination), filtered);
    } else {
      from.device().statistics.dropped(DropReason.BRIDGE_STORM);
    }
    passUp(packet, filtered);
  }

  private void unicast(BridgePort from, Packet packet, int slot, boolean filtered, long now) {
    if (slot >= 0) {
      table.used(slot, now);
      BridgePort to = table.port(slot);
      if (to == null || (table.flags(slot) & ForwardingTable.LOCAL) != 0) {
        passUp(packet, filtered);
      } else {
        forward(packet, from, to, filtered);
      }
    } else if (from.mayFlood(now)) {
      flood(packet, from, PortFlag.FLOOD, filtered);
      packet.release();
    } else {
      from.device().dropReceived(packet, DropReason.BRIDGE_STORM);
    }
  }

  private boolean isKnown(long source, int vid, BridgePort port, long now) {
    int slot = table.find(source, vid, now);
    return slot >= 0
        && port.equals(table.port(slot))
        && (table.flags(slot) & ForwardingTable.LOCAL) == 0;
  }

  private void learn(long source, int vid, BridgePort port, long now) {
    if (table.ageing() == 0) {
      return;
    }
    BridgePort before = table.learn(source, vid, port, now);
    if (before != null && moves != null) {
      moves.moved(source, before.device(), port.device(), table.movedAfter());
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

  private static PortFlag groupFlag(long destination) {
    return destination == Addresses.MAC_BROADCAST ? PortFlag.BCAST_FLOOD : PortFlag.MCAST_FLOOD;
  }

  /** {@code br_pass_frame_up}. */
  private void passUp(Packet packet, boolean filtered) {
    packet.device = this;
    if (!isUp()) {
      dropReceived(packet, DropReason.DEV_READY);
      return;
    }
    if (filtered) {
      int vid = VlanTag.id(packet);
      if (!vlans.own().has(vid)) {
        dropReceived(packet, DropReason.BRIDGE_VLAN);
        return;
      }
      if (vlans.own().isUntagged(vid)) {
        VlanTag.clear(packet);
      }
    }
    statistics.rxPackets++;
    statistics.rxBytes += packet.tail - packet.l3;
    show(packet, false);
    if (!VlanTag.takeOff(packet)) { // one of the other protocol, or behind the one that has gone
      dropReceived(packet, DropReason.HDR_TRUNC);
      return;
    }
    queueReceived(packet);
  }

  private void forward(Packet packet, BridgePort from, BridgePort to, boolean filtered) {
    if (!to.shouldDeliver(packet, from, filtered)) {
      from.device().dropReceived(packet, DropReason.BRIDGE_NO_EGRESS_PORT);
    } else if (to.isTooLong(packet)) {
      from.device().dropReceived(packet, DropReason.PKT_TOO_BIG);
    } else if (mayForward(packet, to)) {
      sendForwarded(packet, to, filtered);
    }
  }

  /** What was joined from fragments leaves in pieces again ({@code br_nf_ip_fragment}). */
  private void sendForwarded(Packet packet, BridgePort to, boolean filtered) {
    BridgeFilter filter = this.filter;
    if (packet.fragmentMax == 0 || filter == null) {
      to.send(packet, filtered);
    } else {
      filter.cut(packet, to.device().mtu(), piece -> to.send(piece, filtered));
    }
  }

  private boolean mayForward(Packet packet, BridgePort to) {
    BridgeFilter filter = this.filter;
    return filter == null || !filter.isActive() || filter.forward(packet, this, to.device());
  }

  /**
   * Sends a copy to each port but {@code from}; the packet stays the caller's ({@code br_flood}).
   *
   * @param from null for what the bridge itself sends
   * @param kind the flag that a port must have for it
   */
  private void flood(Packet packet, @Nullable BridgePort from, PortFlag kind, boolean filtered) {
    // what the bridge itself sends to a group goes to all ports, whatever their flags
    boolean all = from == null && kind != PortFlag.FLOOD;
    for (BridgePort port : members) {
      if (all || port.has(kind)) {
        deliver(packet, from, port, filtered);
      }
    }
  }

  /** Sends a copy to one port, if it may go there ({@code maybe_deliver}). */
  void deliver(Packet packet, @Nullable BridgePort from, BridgePort port, boolean filtered) {
    if (mayGo(packet, from, port, filtered)) {
      sendCopy(packet.copy(), from, port, filtered);
    }
  }

  private static boolean mayGo(
      Packet packet, @Nullable BridgePort from, BridgePort port, boolean filtered) {
    return from == null
        ? port.maySend(packet, filtered)
        : port.shouldDeliver(packet, from, filtered);
  }

  /**
   * Sends a copy to one station behind a port ({@code maybe_deliver_addr}).
   *
   * @param station all ones for none: then the destination stays
   */
  void deliverTo(
      long station, Packet packet, @Nullable BridgePort from, BridgePort port, boolean filtered) {
    boolean own = port.equals(from) && Bytes.u48(packet.data, packet.l2 + 6) == station;
    if (own || !mayGo(packet, from, port, filtered)) {
      return;
    }
    Packet twin = packet.copy();
    if (twin != null && station != Addresses.MAC_BROADCAST) {
      Bytes.put48(twin.data, twin.l2, station);
    }
    sendCopy(twin, from, port, filtered);
  }

  private void sendCopy(
      @Nullable Packet twin, @Nullable BridgePort from, BridgePort port, boolean filtered) {
    if (twin == null) {
      port.device().statistics.txDropped++;
    } else if (port.isTooLong(twin)) {
      port.device().statistics.txDropped++;
      twin.drop(DropReason.PKT_TOO_BIG);
    } else if (from == null || mayForward(twin, port)) {
      sendForwarded(twin, port, filtered);
    }
  }

  /** What the appliance itself sends: to the port that is known, or to all (br_dev_xmit). */
  @Override
  protected void send(Packet packet) {
    packet.l2 = packet.head;
    VlanTag.findNetwork(packet);
    boolean filtered = vlans.isFiltering();
    int vid = 0;
    if (filtered) {
      DropReason refused = vlans.ingress(vlans.own(), packet);
      if (refused != null) {
        statistics.txDropped++;
        packet.drop(refused);
        return;
      }
      vid = VlanTag.id(packet);
    }
    long destination = Bytes.u48(packet.data, packet.l2);
    if (Addresses.isGroupMac(destination)) {
      sendToGroup(packet, destination, vid, filtered);
      return;
    }
    long now = loop.now();
    int slot = table.find(destination, vid, now);
    if (slot < 0) {
      flood(packet, null, PortFlag.FLOOD, filtered);
      packet.release();
      return;
    }
    table.used(slot, now);
    sendTo(table.port(slot), packet, filtered);
  }

  private void sendToGroup(Packet packet, long destination, int vid, boolean filtered) {
    boolean all = destination == Addresses.MAC_BROADCAST;
    int how = all ? 0 : snooping.input().receive(null, packet, vid);
    if (how == SnoopingInput.DROP) {
      statistics.txDropped++;
      packet.drop(DropReason.BRIDGE_SNOOPED);
      return;
    }
    if (all || snooping.deliver(packet, null, how, vid, filtered) == Snooping.Delivery.NONE) {
      flood(packet, null, groupFlag(destination), filtered);
    }
    packet.release();
  }

  /** Takes a query of our own: we are asked too. */
  void receiveOwn(Packet packet) {
    packet.device = this;
    statistics.rxPackets++;
    statistics.rxBytes += packet.tail - packet.l3;
    show(packet, false);
    queueReceived(packet);
  }

  private void sendTo(@Nullable BridgePort to, Packet packet, boolean filtered) {
    if (to == null || !to.maySend(packet, filtered)) {
      statistics.txDropped++;
      packet.drop(DropReason.BRIDGE_NO_EGRESS_PORT);
    } else if (to.isTooLong(packet)) {
      statistics.txDropped++;
      packet.drop(DropReason.PKT_TOO_BIG);
    } else {
      to.send(packet, filtered);
    }
  }
}
