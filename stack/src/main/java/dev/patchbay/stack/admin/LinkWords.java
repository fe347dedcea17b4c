package dev.patchbay.stack.admin;

import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.LinkAttributes;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.wire.Addresses;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code ip link set} sets of a device of whatever kind, by the words for it. */
public final class LinkWords {
  private LinkWords() {}

  /** The words and their values, without what the device has from others or nobody set. */
  public static Map<String, String> of(NetDevice device) {
    LinkAttributes attributes = device.attributes();
    Map<String, String> words = new LinkedHashMap<>();
    if (!(device instanceof Bridge bridge) || bridge.hasOwnMtu()) {
      words.put("mtu", String.valueOf(device.mtu()));
    }
    boolean own = attributes.addressOrigin != LinkAttributes.AddressOrigin.STOLEN;
    boolean follows = device instanceof Bridge bridge && bridge.followsAddresses();
    if (device.isEthernet() && own && !follows) {
      words.put("address", Addresses.macToString(device.mac()));
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

  private static String onOff(boolean on) {
    return on ? "on" : "off";
  }
}
