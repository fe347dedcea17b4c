package dev.patchbay.stack.device;

import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.wire.EtherType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The VLAN devices above one device, by protocol and id (Linux: {@code vlan_group}). */
final class VlanGroup {
  private static final int IDS = VlanTag.ID_MASK + 1;

  private @Nullable VlanDevice @Nullable [] ids8021q;
  private @Nullable VlanDevice @Nullable [] ids8021ad;
  private final List<VlanDevice> all = new ArrayList<>();

  /** The device of a tag, or null. */
  @Nullable VlanDevice find(int protocol, int id) {
    @Nullable VlanDevice @Nullable [] ids = protocol == EtherType.VLAN ? ids8021q : ids8021ad;
    return ids == null ? null : ids[id];
  }

  void add(VlanDevice device) {
    set(device.protocol(), device.id(), device);
    all.add(device);
  }

  void remove(VlanDevice device) {
    set(device.protocol(), device.id(), null);
    all.remove(device);
  }

  private void set(int protocol, int id, @Nullable VlanDevice device) {
    if (protocol == EtherType.VLAN) {
      ids8021q = ids8021q == null ? new VlanDevice[IDS] : ids8021q;
      ids8021q[id] = device;
    } else {
      ids8021ad = ids8021ad == null ? new VlanDevice[IDS] : ids8021ad;
      ids8021ad[id] = device;
    }
  }

  /** All of them, the oldest first; a copy. */
  List<VlanDevice> all() {
    return List.copyOf(all);
  }
}
