package dev.patchbay.stack.bridge;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.EtherType;
import org.jspecify.annotations.Nullable;

/**
 * VLANs of a bridge (IEEE 802.1Q clause 8; Linux: {@code br_vlan.c}). The lists of the ports and of
 * the bridge itself are kept whether frames are filtered by them or not.
 */
public final class BridgeVlans {
  private final Bridge bridge;
  private final VlanGroup own = new VlanGroup();
  private boolean filtering;
  private int protocol = EtherType.VLAN;
  private int defaultPvid = 1;

  BridgeVlans(Bridge bridge) {
    this.bridge = bridge;
  }

  /** The VLANs of the bridge itself: what goes up to it, and what it sends. */
  public VlanGroup own() {
    return own;
  }

  /** Whether frames are filtered ({@code vlan_filtering}). */
  public boolean isFiltering() {
    return filtering;
  }

  public void filtering(boolean on) {
    filtering = on;
  }

  /** EtherType of the tags that say the VLAN; others are data ({@code vlan_protocol}). */
  public int protocol() {
    return protocol;
  }

  /** {@link EtherType#VLAN} or {@link EtherType#QINQ}. */
  public void protocol(int etherType) {
    protocol = etherType;
  }

  /** The VLAN that ports have from the start as theirs, 0 for none. */
  public int defaultPvid() {
    return defaultPvid;
  }

  /** The list of a port, or (null) of the bridge. */
  private VlanGroup group(@Nullable BridgePort port) {
    return port == null ? own : port.vlans();
  }

  private long mac(@Nullable BridgePort port) {
    return port == null ? bridge.mac() : port.device().mac();
  }

  /**
   * Adds VLANs, or changes how they leave ({@code bridge vlan add}).
   *
   * @param port null for the bridge itself
   * @throws BridgeRefusedException where an id is none
   */
  public void add(@Nullable BridgePort port, int first, int last, boolean pvid, boolean untagged)
      throws BridgeRefusedException {
    check(first, last);
    for (int vid = first; vid <= last; vid++) {
      addOne(port, vid, pvid, untagged);
    }
  }

  private static void check(int first, int last) throws BridgeRefusedException {
    if (first < 1 || last >= VlanGroup.IDS - 1) {
      throw new BridgeRefusedException(Errno.EINVAL, "bridge: Vlan id is invalid");
    }
  }

  private void addOne(@Nullable BridgePort port, int vid, boolean pvid, boolean untagged) {
    bridge.fdb().addLocal(port, mac(port), vid);
    group(port).add(vid, pvid, untagged);
  }

  /**
   * Deletes VLANs; those that are not there are no fault, as with Linux.
   *
   * @param port null for the bridge itself
   * @throws BridgeRefusedException where an id is none
   */
  public void delete(@Nullable BridgePort port, int first, int last) throws BridgeRefusedException {
    check(first, last);
    for (int vid = first; vid <= last; vid++) {
      deleteOne(port, vid);
    }
  }

  private void deleteOne(@Nullable BridgePort port, int vid) {
    if (group(port).has(vid)) {
      group(port).remove(vid);
      bridge.fdb().deleteLocal(port, mac(port), vid);
      bridge.fdb().forget(port, vid);
    }
  }

  /** A new port's, or (null) the new bridge's ({@code nbp_vlan_init}). */
  void init(@Nullable BridgePort port) {
    if (defaultPvid != 0) {
      addOne(port, defaultPvid, true, true);
    }
  }

  /**
   * Gives all whose default it still is another one ({@code __br_vlan_set_default_pvid}).
   *
   * @param vid 0 for none
   * @throws BridgeRefusedException EINVAL
   */
  public void defaultPvid(int vid) throws BridgeRefusedException {
    if (vid < 0 || vid >= VlanGroup.IDS - 1) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    if (vid == defaultPvid) {
      return;
    }
    changeDefault(null, vid);
    for (BridgePort port : bridge.bridgePorts()) {
      changeDefault(port, vid);
    }
    defaultPvid = vid;
  }

  private void changeDefault(@Nullable BridgePort port, int vid) {
    VlanGroup group = group(port);
    int old = defaultPvid;
    boolean isDefault = old != 0 && group.pvid() == old && group.isUntagged(old);
    if (old != 0 && !isDefault || vid != 0 && group.has(vid)) {
      return;
    }
    if (vid != 0) {
      addOne(port, vid, true, true);
    }
    if (old != 0) {
      deleteOne(port, old);
    }
  }

  /**
   * Whether a frame may come in, and as which VLAN: it has its tag beside the bytes afterwards
   * ({@code __allowed_ingress}).
   *
   * @return why it is dropped, or null
   */
  @Nullable DropReason ingress(VlanGroup group, Packet packet) {
    if (!VlanTag.takeOff(packet)) {
      return DropReason.HDR_TRUNC;
    }
    boolean tagged = packet.vlanProtocol == protocol;
    if (!tagged && !VlanTag.putIn(packet)) {
      return DropReason.DEV_HDR; // a tag of the other kind is data here
    }
    int vid = VlanTag.id(packet);
    if (vid == 0) {
      int pvid = group.pvid();
      if (pvid == 0) {
        return DropReason.BRIDGE_VLAN;
      }
      VlanTag.set(packet, protocol, packet.vlanTci | pvid);
      return null;
    }
    return group.has(vid) ? null : DropReason.BRIDGE_VLAN;
  }
}
