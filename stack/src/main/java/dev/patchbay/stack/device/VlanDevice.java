package dev.patchbay.stack.device;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.VlanTag;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One VLAN of a device (IEEE 802.1Q and 802.1ad; Linux: {@code vlan_dev_hard_start_xmit}, {@code
 * vlan_do_receive}). Its packets have no tag; the tag is laid beside the bytes where they go down
 * to the lower device and taken away where they come up. A tag that is there already (a VLAN in a
 * VLAN) goes into the bytes then.
 */
public final class VlanDevice extends NetDevice {
  /** The kind, as {@code ip link add type} names it. */
  public static final String TYPE = "vlan";

  private static final int PRIORITY_SHIFT = 13;
  private static final int PRIORITIES = 8;

  private final NetDevice lower;
  private final int protocol;
  private final int id;
  private boolean reorderHeader = true;
  private boolean looseBinding;
  private final int[] ingress = new int[PRIORITIES];
  private int[] egressFrom = {};
  private int[] egressTo = {};

  /**
   * A VLAN, not yet registered.
   *
   * @param lower the device whose frames carry the tag
   * @param protocol {@code EtherType.VLAN} or {@code EtherType.QINQ}
   * @param id 0 to 4094
   */
  public VlanDevice(int index, String name, NetDevice lower, int protocol, int id) {
    super(index, name, Kind.ETHER, lower.mac(), lower.mtu());
    this.lower = lower;
    this.protocol = protocol;
    this.id = id;
    attributes().maxMtu = 65535;
    attributes().noArp = lower.attributes().noArp;
    attributes().multicast = lower.attributes().multicast;
    attributes().broadcast = lower.attributes().broadcast;
    attributes().addressOrigin = LinkAttributes.AddressOrigin.STOLEN;
    carrier(false);
  }

  public NetDevice lower() {
    return lower;
  }

  /** The EtherType of its tag. */
  public int protocol() {
    return protocol;
  }

  public int id() {
    return id;
  }

  /** Whether taps see its frames without the tag. */
  public boolean reordersHeader() {
    return reorderHeader;
  }

  /** Sets whether taps see its frames without the tag ({@code reorder_hdr}). */
  public void reorderHeader(boolean value) {
    reorderHeader = value;
  }

  /** Whether it is up and down by itself, whatever its lower device is. */
  public boolean isLooselyBound() {
    return looseBinding;
  }

  /** Sets whether it is up and down by itself ({@code loose_binding}). */
  public void looselyBound(boolean value) {
    looseBinding = value;
  }

  /** The packet priority of each of the 8 tag priorities ({@code ingress-qos-map}). */
  public int ingressPriority(int tagPriority) {
    return ingress[tagPriority & PRIORITIES - 1];
  }

  /** Sets the packet priority of a tag priority. */
  public void ingressPriority(int tagPriority, int priority) {
    ingress[tagPriority & PRIORITIES - 1] = priority;
  }

  /** The packet priorities that have a tag priority, in the order in which they were given. */
  public int[] egressPriorities() {
    return egressFrom.clone();
  }

  /** The tag priority of a packet priority ({@code egress-qos-map}), 0 where none was given. */
  public int egressPriority(int priority) {
    for (int i = 0; i < egressFrom.length; i++) {
      if (egressFrom[i] == priority) {
        return egressTo[i];
      }
    }
    return 0;
  }

  /** Sets the tag priority of a packet priority: its lowest 3 bits. */
  public void egressPriority(int priority, int tagPriority) {
    for (int i = 0; i < egressFrom.length; i++) {
      if (egressFrom[i] == priority) {
        egressTo[i] = tagPriority & PRIORITIES - 1;
        return;
      }
    }
    egressFrom = Arrays.copyOf(egressFrom, egressFrom.length + 1);
    egressTo = Arrays.copyOf(egressTo, egressTo.length + 1);
    egressFrom[egressFrom.length - 1] = priority;
    egressTo[egressTo.length - 1] = tagPriority & PRIORITIES - 1;
  }

  @Override
  public @Nullable String type() {
    return TYPE;
  }

  @Override
  public NetDevice linked() {
    return lower;
  }

  @Override
  public int features() {
    return lower.features();
  }

  /** From now on frames with its tag come to it. */
  @Override
  public void added() {
    lower.vlans().add(this);
    followCarrier();
  }

  @Override
  public void removing() {
    super.removing();
    lower.vlans().remove(this);
  }

  @Override
  public boolean canOpen() {
    return lower.isUp() || looseBinding;
  }

  @Override
  protected void opened() {
    if (lower.hasCarrier()) {
      carrier(true);
    }
  }

  @Override
  protected void closed() {
    carrier(false);
  }

  /** Something has happened to the lower device ({@code vlan_device_event}). */
  void follow(LinkEvent event) {
    DeviceHost here = host();
    if (here == null) {
      return;
    }
    switch (event) {
      case UP -> {
        if (!isUp() && !looseBinding) {
          here.setUp(this, true);
        }
        followCarrier();
      }
      case DOWN -> {
        if (isUp() && !looseBinding) {
          here.setUp(this, false);
        }
        followCarrier();
      }
      case CHANGED -> followCarrier();
      case MTU -> {
        if (mtu() > lower.mtu()) {
          mtu(lower.mtu());
        }
      }
      case ADDRESS -> {
        if (attributes().addressOrigin == LinkAttributes.AddressOrigin.STOLEN) {
          mac(lower.mac());
        }
      }
      case UNREGISTERED -> here.remove(this);
      case NOTIFY_PEERS, RESEND_IGMP -> announce(event);
      case REGISTERED, RENAMED, MASTER -> {}
    }
  }

  /** {@code netif_stacked_transfer_operstate}. */
  private void followCarrier() {
    dormant(lower.operState() == OperState.DORMANT);
    carrier(lower.hasCarrier());
  }

  /** Takes a frame of the lower device that has the tag beside its bytes. */
  void receiveTagged(Packet packet) {
    packet.priority = ingress[packet.vlanTci >>> PRIORITY_SHIFT & PRIORITIES - 1];
    VlanTag.clear(packet);
    if (!Objects.equals(host(), lower.host())) {
      packet.enterNamespace(); // another one asks for itself
    }
    receive(packet);
  }

  /** Taps see the tag where the header is not put in order. */
  @Override
  protected void show(Packet packet, boolean outgoing) {
    if (reorderHeader || packet.vlanProtocol != 0) {
      super.show(packet, outgoing);
      return;
    }
    VlanTag.set(packet, protocol, id);
    super.show(packet, outgoing);
    VlanTag.clear(packet);
  }

  @Override
  protected void send(Packet packet) {
    if (!VlanTag.putIn(packet)) {
      statistics.txDropped++;
      packet.device = this;
      packet.drop(DropReason.DEV_HDR);
      return;
    }
    int tagPriority = egressFrom.length == 0 ? 0 : egressPriority(packet.priority);
    VlanTag.set(packet, protocol, tagPriority << PRIORITY_SHIFT | id);
    lower.transmit(packet);
  }
}
