package dev.patchbay.stack.admin.ethtool;

import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.DummyDevice;
import dev.patchbay.stack.device.IfbDevice;
import dev.patchbay.stack.device.LinkAttributes;
import dev.patchbay.stack.device.Loopback;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.device.VethDevice;
import dev.patchbay.stack.device.VlanDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.wire.Addresses;

/** What a device is: its settings, driver, counters and permanent address. */
final class EthtoolSettings {
  /** Exit status of {@code -S} without anything to show. */
  private static final int NO_STATISTICS = 94;

  private static final int NO_DRIVER = 71;
  private static final int NO_SETTINGS = 75;

  private EthtoolSettings() {}

  /** {@code ethtool DEV}; Linux's virtual links say 10 Gbit/s, which limits nothing. */
  static IpCommand.Result settings(NetDevice device) {
    String link = "\tLink detected: " + (device.hasCarrier() && device.isUp() ? "yes" : "no");
    if (device instanceof Loopback) {
      return done("Settings for " + device.name() + ":\n" + link + "\n");
    } else if (device instanceof DummyDevice || device instanceof IfbDevice) {
      return new IpCommand.Result(NO_SETTINGS, "No data available\n", "");
    }
    boolean bridge = device instanceof Bridge;
    boolean fast = !(device instanceof Bridge over) || hasLivePort(over);
    String text =
        """
        Settings for %s:
        	Supported ports: [  ]
        	Supported link modes:   Not reported
        	Supported pause frame use: No
        	Supports auto-negotiation: No
        	Supported FEC modes: Not reported
        	Advertised link modes:  Not reported
        	Advertised pause frame use: No
        	Advertised auto-negotiation: No
        	Advertised FEC modes: Not reported
        	Speed: %s
        	Duplex: %s
        	Auto-negotiation: off
        	Port: %s
        	PHYAD: 0
        	Transceiver: internal
        """
            .formatted(
                device.name(),
                fast ? "10000Mb/s" : "Unknown!",
                bridge ? "Unknown! (255)" : "Full",
                bridge ? "Other" : "Twisted Pair");
    return done(text + (bridge ? "" : "\tMDI-X: Unknown\n") + link + "\n");
  }

  private static boolean hasLivePort(Bridge bridge) {
    for (NetDevice port : bridge.ports()) {
      if (port.isUp() && port.hasCarrier()) {
        return true;
      }
    }
    return false;
  }

  private static IpCommand.Result done(String text) {
    return new IpCommand.Result(0, text, "");
  }

  /** {@code -i}. */
  static IpCommand.Result driver(NetDevice device) {
    String driver;
    String version;
    switch (device) {
      case Loopback ignored -> {
        return new IpCommand.Result(
            NO_DRIVER, "", "Cannot get driver information: Operation not supported\n");
      }
      case VethDevice ignored -> {
        driver = "veth";
        version = "1.0";
      }
      case Bridge ignored -> {
        driver = "bridge";
        version = "2.3";
      }
      case VlanDevice ignored -> {
        driver = "802.1Q VLAN Support";
        version = "1.8";
      }
      default -> {
        String type = device.type();
        driver = type == null ? "patchbay" : type;
        version = "patchbay";
      }
    }
    boolean described = device instanceof Bridge || device instanceof VlanDevice;
    return done(
        """
        driver: %s
        version: %s
        firmware-version: %s
        expansion-rom-version:\s
        bus-info: %s
        supports-statistics: %s
        supports-test: no
        supports-eeprom-access: no
        supports-register-dump: no
        supports-priv-flags: no
        """
            .formatted(
                driver,
                version,
                described ? "N/A" : "",
                device instanceof Bridge ? "N/A" : "",
                hasStatistics(device) ? "yes" : "no"));
  }

  private static boolean hasStatistics(NetDevice device) {
    return device instanceof VethDevice
        || device instanceof PortDevice
        || device instanceof UplinkDevice;
  }

  /** {@code -S}: the other end of a cable; of a port its drops by their reasons. */
  static IpCommand.Result statistics(NetDevice device) {
    if (!hasStatistics(device)) {
      return new IpCommand.Result(NO_STATISTICS, "", "no stats available\n");
    }
    StringBuilder text = new StringBuilder("NIC statistics:\n");
    if (device instanceof VethDevice end) {
      NetDevice peer = end.peer();
      line("peer_ifindex", peer == null ? 0 : peer.index(), text);
    } else {
      line("rx_errors", device.statistics.rxErrors, text);
      line("tx_errors", device.statistics.txErrors, text);
      for (DropReason reason : DropReason.values()) {
        long drops = device.statistics.drops(reason);
        if (drops > 0) {
          line("drop_" + reason.name(), drops, text);
        }
      }
    }
    return done(text.toString());
  }

  private static void line(String name, long value, StringBuilder text) {
    text.append("     ").append(name).append(": ").append(value).append('\n');
  }

  /** {@code -P}: a port has one; what was made by a command has none. */
  static IpCommand.Result permanentAddress(NetDevice device) {
    boolean has =
        device instanceof PortDevice
            && device.attributes().addressOrigin == LinkAttributes.AddressOrigin.PERMANENT;
    String address = has ? Addresses.macToString(device.mac()) : "not set";
    return done("Permanent address: " + address + "\n");
  }

  /** {@code -l}: each end of a cable has one queue of each direction. */
  static IpCommand.Result channels(NetDevice device) {
    String queues = "RX:\t\t1\nTX:\t\t1\nOther:\t\tn/a\nCombined:\tn/a\n";
    return done(
        "Channel parameters for "
            + device.name()
            + ":\nPre-set maximums:\n"
            + queues
            + "Current hardware settings:\n"
            + queues);
  }
}
