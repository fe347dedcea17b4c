package dev.patchbay.stack.device;

import dev.patchbay.stack.conf.DeviceConf;
import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network device (Linux: {@code struct net_device}). Owned by the loop of its namespace.
 *
 * <p>{@link #receive} is {@code netif_receive_skb}, {@link #transmit} is {@code dev_queue_xmit}.
 */
public abstract class NetDevice {
  /** Cuts TCP packets into segments by itself, or never needs it. */
  public static final int FEATURE_TSO = 1;

  /** Completes partial checksums by itself, or never needs it. */
  public static final int FEATURE_CSUM = 2;

  /** What a device is, as {@code ip link} names it. */
  public enum Kind {
    ETHER("ether"),
    LOOPBACK("loopback"),
    NONE("none");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** Linux's word for it. */
    public String text() {
      return text;
    }
  }

  private static final Tap[] NO_TAPS = {};

  private int index;
  private final Kind kind;
  private String name;
  private long mac;
  private int mtu;
  private boolean up;
  private boolean carrier = true;
  private boolean dormant;
  private @Nullable MasterPort masterPort;
  private @Nullable Runnable linkListener;
  private @Nullable FrameHandler handler;
  private @Nullable VlanGroup vlans;
  private final LinkAttributes attributes = new LinkAttributes();
  private final DeviceConf<Ipv4Key> conf4 = DeviceConf.initial(Ipv4Key.class);
  private final DeviceConf<Ipv6Key> conf6 = DeviceConf.initial(Ipv6Key.class);
  private @Nullable DeviceQueueing queueing;
  private @Nullable DeviceQueueing egress;
  private @Nullable DeviceQueueing ingress;
  private Tap[] taps = NO_TAPS;
  private Tap[] protocolTaps = NO_TAPS;
  private final List<InterfaceAddress> addresses = new ArrayList<>();

  /** Counters. */
  public final DeviceStatistics statistics = new DeviceStatistics();

  /**
   * @param index interface index, unique in the namespace, from 1
   * @param mac Ethernet address, 0 for a device without
   * @param mtu longest network-layer packet in bytes
   */
  protected NetDevice(int index, String name, Kind kind, long mac, int mtu) {
    this.index = index;
    this.name = name;
    this.kind = kind;
    this.mac = mac;
    this.mtu = mtu;
    attributes.noArp = kind == Kind.NONE;
    attributes.multicast = kind != Kind.LOOPBACK;
    attributes.broadcast = kind == Kind.ETHER ? Addresses.MAC_BROADCAST : 0;
  }

  /** What an administrator sets of it. */
  public final LinkAttributes attributes() {
    return attributes;
  }

  /** {@code net.ipv4.conf.NAME}. */
  public final DeviceConf<Ipv4Key> conf4() {
    return conf4;
  }

  /** {@code net.ipv6.conf.NAME}. */
  public final DeviceConf<Ipv6Key> conf6() {
    return conf6;
  }

  /**
   * What {@code ip link add type} would make it of ({@code rtnl_link_ops.kind}), or null for what
   * no such command can make or delete.
   */
  public @Nullable String type() {
    return null;
  }

  /** The device that its link leads to ({@code iflink}): below it, or at the other end. */
  public @Nullable NetDevice linked() {
    return null;
  }

  /** Whether an administrator sets its carrier ({@code ndo_change_carrier}). */
  public boolean setsCarrier() {
    return false;
  }

  /** Whether it can come up now; otherwise {@code ENETDOWN}. */
  public boolean canOpen() {
    return true;
  }

  public final int index() {
    return index;
  }

  /** Another index: that of another namespace, into which it was moved. Of the namespace alone. */
  public final void index(int value) {
    index = value;
  }

  /** Whether it can never leave its namespace ({@code NETIF_F_NETNS_LOCAL}). */
  public boolean isBoundToNamespace() {
    return false;
  }

  public final String name() {
    return name;
  }

  public final void name(String value) {
    name = value;
    MasterPort port = masterPort;
    if (port != null) {
      port.nameChanged();
    }
    announce(LinkEvent.RENAMED);
  }

  public final Kind kind() {
    return kind;
  }

  /** Ethernet address in 48 bits, or 0. */
  public final long mac() {
    return mac;
  }

  public final void mac(long value) {
    long before = mac;
    mac = value;
    addressChanged(before);
    MasterPort port = masterPort;
    if (port != null) {
      port.addressChanged(before);
    }
    announce(LinkEvent.ADDRESS);
  }

  /** Its Ethernet address was set; {@code before} was it. */
  protected void addressChanged(long before) {}

  /** Longest network-layer packet in bytes. */
  public final int mtu() {
    return mtu;
  }

  public void mtu(int value) {
    mtu = value;
    MasterPort port = masterPort;
    if (port != null) {
      port.mtuChanged();
    }
    announce(LinkEvent.MTU);
  }

  /** Sets the MTU that an administrator wants ({@code ndo_change_mtu}). */
  public void wantMtu(int value) {
    mtu(value);
  }

  /** Administratively up (IFF_UP). */
  public final boolean isUp() {
    return up;
  }

  /** Sets it up or down. */
  public void up(boolean value) {
    up = value;
    if (value) {
      attributes.wasUp = true;
      opened();
    } else {
      if (queueing != null) {
        queueing.purge();
      }
      closed();
    }
    linkChanged();
  }

  /** It has come up ({@code ndo_open}). */
  protected void opened() {}

  /** Why it could not be opened when it came up last: an errno, 0 where it could. */
  public int openError() {
    return 0;
  }

  /** It has gone down ({@code ndo_stop}). */
  protected void closed() {}

  /** It has been added to a namespace; a move to another one is none. */
  public void added() {}

  /**
   * It is about to go for good: those above it go too. What overrides this frees what it is bound
   * to and calls it.
   */
  public void removing() {
    VlanGroup group = vlans;
    if (group != null) {
      group.all().forEach(vlan -> vlan.follow(LinkEvent.UNREGISTERED));
    }
  }

  /** Whether the other end is there (IFF_LOWER_UP). */
  public final boolean hasCarrier() {
    return carrier;
  }

  /** Sets the carrier as an administrator wants it ({@code ndo_change_carrier}). */
  public void wantCarrier(boolean value) {
    carrier(value);
  }

  public void carrier(boolean value) {
    if (carrier != value) {
      carrier = value;
      attributes.carrierChanges++;
      settleState();
      linkChanged();
      announce(LinkEvent.CHANGED);
    }
  }

  /** {@code rfc2863_policy}. */
  private void settleState() {
    if (!carrier) {
      attributes.state = OperState.DOWN;
    } else {
      boolean waits = dormant || attributes.dormantMode;
      attributes.state = waits ? OperState.DORMANT : OperState.UP;
    }
  }

  /** Sets whether something below is waited for ({@code netif_dormant_on}). */
  final void dormant(boolean value) {
    if (dormant != value) {
      dormant = value;
      settleState();
      announce(LinkEvent.CHANGED);
    }
  }

  /** Whether something below is waited for (IFF_DORMANT). */
  public final boolean isDormant() {
    return dormant;
  }

  /** Operational state as RFC 2863 has it ({@code ifOperStatus}). */
  public final OperState operState() {
    if (!up) {
      return OperState.DOWN;
    }
    NetDevice to = linked();
    if (attributes.state == OperState.DOWN && to != null && !to.carrier) {
      return OperState.LOWERLAYERDOWN;
    }
    return attributes.state;
  }

  /** Sets the operational state that an administrator tells ({@code set_operstate}). */
  public final void operState(OperState value) {
    OperState now = attributes.state;
    boolean works = now == OperState.UP || now == OperState.UNKNOWN;
    boolean change =
        switch (value) {
          case UP ->
              !dormant
                  && (now == OperState.UNKNOWN
                      || now == OperState.DORMANT
                      || now == OperState.TESTING);
          case TESTING, DORMANT -> works;
          default -> false;
        };
    if (change && now != value) {
      attributes.state = value;
      announce(LinkEvent.CHANGED);
    }
  }

  /**
   * How many want all frames, whomever they are for ({@code dev->promiscuity}): the administrator,
   * a bridge, VLANs that want them or have an address of their own.
   */
  public final int promiscuity() {
    MasterPort port = masterPort;
    int count = (attributes.promiscuous ? 1 : 0) + (port != null && port.isPromiscuous() ? 1 : 0);
    boolean otherAddress = false;
    for (VlanDevice vlan : allVlans()) {
      count += vlan.promiscuity() > 0 ? 1 : 0;
      otherAddress |= vlan.isUp() && vlan.mac() != mac;
    }
    return otherAddress && !(this instanceof VlanDevice) ? count + 1 : count;
  }

  /** How many want all frames to groups ({@code dev->allmulti}). */
  public final int allMulticast() {
    MasterPort port = masterPort;
    int count = (attributes.allMulticast ? 1 : 0) + (port != null && port.isAllMulticast() ? 1 : 0);
    for (VlanDevice vlan : allVlans()) {
      count += vlan.allMulticast() > 0 ? 1 : 0;
    }
    return count;
  }

  private List<VlanDevice> allVlans() {
    VlanGroup group = vlans;
    return group == null ? List.of() : group.all();
  }

  /** The VLANs above it. */
  final VlanGroup vlans() {
    VlanGroup group = vlans;
    if (group == null) {
      group = new VlanGroup();
      vlans = group;
    }
    return group;
  }

  /** The VLAN device of a tag above it, or null. */
  public final @Nullable VlanDevice vlan(int protocol, int id) {
    VlanGroup group = vlans;
    return group == null ? null : group.find(protocol, id);
  }

  /** Tells those above it and the namespace. */
  public final void announce(LinkEvent event) {
    VlanGroup group = vlans;
    if (group != null) {
      group.all().forEach(vlan -> vlan.follow(event));
    }
    DeviceHost here = host();
    if (here != null) {
      here.linkEvent(this, event);
    }
  }

  /** The namespace in which it is registered, or null. */
  public final @Nullable DeviceHost host() {
    return handler instanceof DeviceHost here ? here : null;
  }

  /** Packets that a queue before it holds where it is not told otherwise ({@code tx_queue_len}). */
  public final int queueLength() {
    return attributes.queueLength;
  }

  /** Its qdiscs, or null where it never had any. */
  public final @Nullable DeviceQueueing queueing() {
    return queueing;
  }

  /** Gives it a place for qdiscs, once; packets go through it while there are some. */
  public final void queueing(DeviceQueueing value) {
    queueing = value;
  }

  /** Takes its qdiscs away with what waits in them ({@code dev_shutdown}). */
  public final void removeQueueing() {
    if (queueing != null) {
      queueing.remove();
    }
    queueing = null;
    egress = null;
    ingress = null;
    attributes.wasUp = false;
  }

  final void queueing(@Nullable DeviceQueueing outgoing, @Nullable DeviceQueueing incoming) {
    egress = outgoing;
    ingress = incoming;
  }

  private void linkChanged() {
    MasterPort port = masterPort;
    if (port != null) {
      port.linkChanged();
    }
    Runnable listener = linkListener;
    if (listener != null) {
      listener.run();
    }
  }

  /** Who is told after each change of {@link #isUp} or {@link #hasCarrier}. */
  public final void onLinkChange(@Nullable Runnable listener) {
    linkListener = listener;
  }

  /** The device whose port it is ({@code ip link … master}). */
  public final @Nullable NetDevice master() {
    MasterPort port = masterPort;
    return port == null ? null : port.master();
  }

  /** Its place under a master, or null. */
  public final @Nullable MasterPort masterPort() {
    return masterPort;
  }

  /** Makes it a port, or (null) none; called by the master. */
  public final void masterPort(@Nullable MasterPort port) {
    masterPort = port;
    announce(LinkEvent.MASTER);
  }

  /**
   * Where packets go that are not bridged: the namespace in which it is registered from now on, or
   * (null) is no more.
   */
  public final void handler(@Nullable FrameHandler frameHandler) {
    handler = frameHandler;
  }

  /** FEATURE constants. */
  public int features() {
    return 0;
  }

  /**
   * Addresses of both families in the order in which they were added; changed by the namespace
   * only.
   */
  public final List<InterfaceAddress> addresses() {
    return addresses;
  }

  /** Whether frames of this device begin with an Ethernet header. */
  public final boolean isEthernet() {
    return kind != Kind.NONE;
  }

  /** Shows each packet to {@code tap} from now on. */
  public final void addTap(Tap tap) {
    taps = Arrays.copyOf(taps, taps.length + 1);
    taps[taps.length - 1] = tap;
  }

  /** Shows it nothing more. */
  public final void removeTap(Tap tap) {
    taps = Arrays.stream(taps).filter(t -> !t.equals(tap)).toArray(Tap[]::new);
  }

  /**
   * Shows each packet that comes in and is not bridged away to {@code tap} from now on, whomever it
   * is for (Linux's {@code ptype_base}).
   */
  public final void addProtocolTap(Tap tap) {
    protocolTaps = Arrays.copyOf(protocolTaps, protocolTaps.length + 1);
    protocolTaps[protocolTaps.length - 1] = tap;
  }

  /** Shows it nothing more. */
  public final void removeProtocolTap(Tap tap) {
    protocolTaps = Arrays.stream(protocolTaps).filter(t -> !t.equals(tap)).toArray(Tap[]::new);
  }

  /**
   * Whether frames to {@code destination} may come merged ({@link ReceiveOffload}): they are for
   * us, and nobody looks at each of them.
   */
  public final boolean takesMerged(long destination) {
    MasterPort port = masterPort;
    NetDevice station = port == null ? this : port.master();
    return destination == station.mac
        && attributes.mergesReceived
        && (port == null || station.masterPort == null)
        && ingress == null
        && !isObserved()
        && !station.isObserved();
  }

  private boolean isObserved() {
    return taps.length > 0 || protocolTaps.length > 0;
  }

  /** Shows a packet to the taps. */
  protected void show(Packet packet, boolean outgoing) {
    for (Tap tap : taps) {
      tap.seen(this, packet, outgoing);
    }
  }

  /** Takes a packet that came in by this device: {@code [head, tail)} is the frame. */
  public final void receive(Packet packet) {
    packet.device = this;
    packet.l2 = packet.head;
    if (isCable()) {
      packet.physicalDevice = this;
    }
    if (!up) {
      dropReceived(packet, DropReason.DEV_READY);
      return;
    }
    statistics.rxPackets += Math.max(packet.gsoCount, 1);
    statistics.rxBytes += packet.wireLength();
    if (isEthernet() && !VlanTag.takeOff(packet)) {
      dropReceived(packet, DropReason.HDR_TRUNC);
      return;
    }
    show(packet, false);
    if (isEthernet() && packet.length() < Ethernet.LENGTH) {
      dropReceived(packet, DropReason.PKT_TOO_SMALL);
      return;
    }
    if (isEthernet()) {
      VlanTag.findNetwork(packet);
    } else {
      packet.l3 = packet.head;
    }
    queueReceived(packet);
  }

  /**
   * Takes a packet as if it came in, without counting it ({@code netif_receive_skb}): an action of
   * a filter leads it here.
   */
  public final void receiveAgain(Packet packet) {
    packet.device = this;
    packet.l2 = packet.head;
    if (isEthernet() && (!VlanTag.takeOff(packet) || packet.length() < Ethernet.LENGTH)) {
      dropReceived(packet, DropReason.PKT_TOO_SMALL);
      return;
    }
    show(packet, false);
    if (isEthernet()) {
      VlanTag.findNetwork(packet);
    } else {
      packet.l3 = packet.head;
    }
    queueReceived(packet);
  }

  /** Takes a packet that was counted and shown: into the qdisc of what comes in, or on at once. */
  protected final void queueReceived(Packet packet) {
    DeviceQueueing queued = ingress;
    if (queued != null) {
      queued.receive(packet);
    } else {
      handOn(packet);
    }
  }

  /** Takes a packet that has waited in the qdisc of what comes in. */
  final void receiveQueued(Packet packet) {
    if (up) {
      handOn(packet);
    } else {
      dropReceived(packet, DropReason.DEV_READY);
    }
  }

  private void handOn(Packet packet) {
    if (!isEthernet()) {
      receiveRaw(packet);
      return;
    }
    if (packet.vlanProtocol != 0) {
      VlanDevice vlan = vlan(packet.vlanProtocol, VlanTag.id(packet));
      if (vlan != null) {
        vlan.receiveTagged(packet);
        return;
      }
    }
    MasterPort port = masterPort;
    if (port != null) {
      port.receive(packet);
    } else {
      deliverUp(packet);
    }
  }

  private void receiveRaw(Packet packet) {
    packet.l2 = -1;
    packet.l3 = packet.head;
    FrameHandler up4 = handler;
    if (packet.length() == 0 || up4 == null) {
      dropReceived(packet, DropReason.PKT_TOO_SMALL);
      return;
    }
    for (Tap tap : protocolTaps) {
      tap.seen(this, packet, false);
    }
    up4.deliver(packet, packet.isIpv4() ? EtherType.IPV4 : EtherType.IPV6);
  }

  /** Whether a guest is behind it: what comes in by it is its account, wherever it goes. */
  protected boolean isCable() {
    return false;
  }

  /** Shows a frame that nobody takes to those who look at all that comes in, and drops it. */
  public final void endHere(Packet packet, DropReason reason) {
    for (Tap tap : protocolTaps) {
      tap.seen(this, packet, false);
    }
    dropReceived(packet, reason);
  }

  /** Hands a frame to the network layer: for us, a group, or (dropped) another host. */
  public final void deliverUp(Packet packet) {
    for (Tap tap : protocolTaps) {
      tap.seen(this, packet, false);
    }
    long destination = Bytes.u48(packet.data, packet.l2);
    FrameHandler target = handler;
    if (packet.vlanProtocol != 0) {
      // nobody here has the VLAN: as for another host; priority alone (id 0) is for all
      if (VlanTag.id(packet) != 0) {
        dropReceived(packet, DropReason.OTHERHOST);
        return;
      }
      VlanTag.clear(packet);
    }
    if (target == null || destination != mac && !isForUs(packet, destination)) {
      dropReceived(packet, DropReason.OTHERHOST);
      return;
    }
    if (Addresses.isGroupMac(destination)) {
      statistics.rxMulticast++;
    }
    packet.head = packet.l3;
    target.deliver(packet, Bytes.u16(packet.data, packet.l2 + 12));
  }

  /** Whether a frame not to our own address is for us too: to a group, or to the port it took. */
  private boolean isForUs(Packet packet, long destination) {
    NetDevice port = packet.physicalDevice;
    return Addresses.isGroupMac(destination)
        || port != null && destination == port.mac && equals(port.master());
  }

  /** Drops a received packet on this device's account. */
  public final void dropReceived(Packet packet, DropReason reason) {
    statistics.rxDropped++;
    packet.drop(reason);
  }

  /** Drops a packet on the account of the device by which it came, if it came by one. */
  public static void dropIncoming(Packet packet, DropReason reason) {
    NetDevice device = packet.device;
    if (device != null) {
      device.statistics.rxDropped++;
    }
    packet.drop(reason);
  }

  /** Takes a packet to be sent: {@code [head, tail)} is the frame with its link header. */
  public final void transmit(Packet packet) {
    if (!up) {
      statistics.txDropped++;
      packet.drop(DropReason.DEV_READY);
      return;
    }
    DeviceQueueing queued = egress;
    if (queued != null) {
      queued.transmit(packet);
    } else {
      sendQueued(packet);
    }
  }

  /** Takes a packet to be sent, which this device's filters have seen already. */
  final void transmitPastFilters(Packet packet) {
    DeviceQueueing queued = egress;
    if (!up || queued == null) {
      transmit(packet);
    } else {
      queued.queue(packet);
    }
  }

  /** Counts a packet, shows it and sends it: its turn has come. */
  final void sendQueued(Packet packet) {
    int segments = Math.max(packet.gsoCount, 1);
    statistics.txPackets += segments;
    statistics.txBytes += packet.wireLength();
    if (packet.trace != null) {
      packet.trace.sent(packet, this);
    }
    show(packet, true);
    send(packet);
  }

  /** Takes the packet away to where the device leads. */
  protected abstract void send(Packet packet);

  @Override
  public String toString() {
    return name;
  }
}
