package dev.patchbay.backend.daemon;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.VlanDevice;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * VLANs of which a guest with an FTGMAC100 has no use: QEMU up to 10.2 cuts the tag that the card
 * inserts to 8 bits. Told once for each VLAN device, and of a bridge's VLANs once for each port,
 * until they are gone. On the loop.
 */
final class VlanWarnings {
  /** The highest id whose tag comes through. */
  static final int LAST = 255;

  private Set<String> known = Set.of();

  /**
   * What is new since the call before.
   *
   * @param ports those of guests that speak NC-SI, which in QEMU the FTGMAC100 alone does
   */
  List<String> news(List<? extends NetDevice> ports) {
    Set<String> found = new LinkedHashSet<>();
    for (NetDevice port : ports) {
      if (port.host() instanceof NetworkStack stack) {
        for (NetDevice device : stack.devices()) {
          if (device instanceof VlanDevice vlan && isAbove(vlan, port)) {
            found.add(text(port, "VLAN " + vlan.id() + " of " + vlan.name()));
          }
        }
      }
      if (port.masterPort() instanceof BridgePort member
          && port.master() instanceof Bridge bridge
          && bridge.vlans().isFiltering()) {
        if (member.vlans().next(LAST + 1) >= 0) {
          found.add(text(port, "a VLAN above " + LAST + " on " + bridge.name()));
        }
      }
    }
    List<String> news = new ArrayList<>(found);
    news.removeAll(known);
    known = found;
    return news;
  }

  private static boolean isAbove(VlanDevice vlan, NetDevice port) {
    return vlan.id() > LAST && (vlan.lower().equals(port) || vlan.lower().equals(port.master()));
  }

  private static String text(NetDevice port, String what) {
    return port.name()
        + ": "
        + what
        + ": QEMU up to 10.2 cuts the tags of an FTGMAC100 guest to 8 bits, so that VLAN 300"
        + " arrives as 44; such guests have VLANs up to "
        + LAST;
  }
}
