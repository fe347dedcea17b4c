package dev.patchbay.stack.admin;

import dev.patchbay.stack.bond.Bond;
import dev.patchbay.stack.bond.BondPort;
import dev.patchbay.stack.bond.BondSettings.FailOverMac;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.LinkAttributes;
import dev.patchbay.stack.device.LinkAttributes.AddressOrigin;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.wire.Addresses;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code ip link set} sets of a device of whatever kind, by the words for it. */
public final class LinkWords {
  private LinkWords() {}

  /** The words and their values, without what the device has from others or nobody set. */
  public static Map<String, String> of(NetDevice device) {
    LinkAttributes attributes = device.attributes();
    Map<String, String> words = new LinkedHashMap<>();
    BondPort port = device.masterPort() instanceof BondPort of ? of : null;
    if (!(device instanceof Bridge bridge) || bridge.hasOwnMtu()) {
      words.put("mtu", String.valueOf(port == null ? device.mtu() : port.originalMtu()));
    }
    if (device.isEthernet() && hasOwnAddress(device, port)) {
      long mac = port == null ? device.mac() : port.permanentMac();
      words.put("address", Addresses.macToString(mac));
    }
    if (device.isEthernet()) {
      words.put("broadcast", Addresses.macToString(attributes.broadcast));
    }
    words.put("txqueuelen", String.valueOf(attributes.queueLength));
    words.put("alias", attributes.alias);
    words.put("group", Integer.toUnsignedString(attributes.group));
    words.put("mode", attributes.dormantMode ? "dormant" : "default");
    words.put("arp", onOff(!attributes.noArp));
    words.put("multicast", onOff(attributes.multicast));
    words.put("allmulticast", onOff(attributes.allMulticast));
    words.put("promisc", onOff(attributes.promiscuous));
    words.put("dynamic", onOff(attributes.dynamic));
    words.put("trailers", onOff(!attributes.noTrailers));
    return words;
  }

  /** Whether its address is from nobody else; of a bond's port that which it had before. */
  private static boolean hasOwnAddress(NetDevice device, @Nullable BondPort port) {
    AddressOrigin origin =
        port == null ? device.attributes().addressOrigin : port.permanentOrigin();
    if (device instanceof Bond bond) {
      // one that goes with its ports is never set, one of a port that has left is
      return bond.settings().failOverMac == FailOverMac.NONE
          && (origin != AddressOrigin.STOLEN || bond.mac() != bond.firstMac());
    }
    boolean follows = device instanceof Bridge bridge && bridge.followsAddresses();
    return origin != AddressOrigin.STOLEN && !follows;
  }

  private static String onOff(boolean on) {
    return on ? "on" : "off";
  }
}
