package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.device.DeviceQueueing;
import dev.patchbay.stack.device.DeviceStatistics;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code ip link show}, and the line of a device that {@code ip address show} has too. */
final class LinkShow {
  private final NetworkStack stack;
  private final IpOptions options;

  LinkShow(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String run(List<String> words) throws RefusedException {
    if (options.details()) {
      throw RefusedException.unsupported("ip -details link show");
    }
    DeviceFilter filter = DeviceFilter.parse("link", stack, words);
    return options.print(filter.select(stack), this::json, this::text);
  }

  private Map<String, Object> json(NetDevice device) {
    return options.brief() ? briefJson(device) : fullJson(device);
  }

  private String text(NetDevice device) {
    return options.brief() ? briefLine(device) : IpText.line(fullText(device), options.oneLine());
  }

  private static Map<String, Object> briefJson(NetDevice device) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("ifname", device.name());
    map.put("operstate", state(device));
    if (device.isEthernet()) {
      map.put("address", Addresses.macToString(device.mac()));
    }
    map.put("flags", flags(device));
    return map;
  }

  private static String briefLine(NetDevice device) {
    String mac = device.isEthernet() ? Addresses.macToString(device.mac()) + " " : "";
    return briefHead(device) + mac + flagText(device) + " \n";
  }

  /** Name and state in columns. */
  static String briefHead(NetDevice device) {
    return String.format("%-16s %-14s ", device.name(), state(device));
  }

  private Map<String, Object> fullJson(NetDevice device) {
    Map<String, Object> map = json(device, 0, true);
    if (options.statistics()) {
      map.put("stats64", statisticsJson(device.statistics));
    }
    return map;
  }

  private String fullText(NetDevice device) {
    String head = text(device, 0, true);
    return options.statistics() ? head + statisticsText(device.statistics) : head;
  }

  /**
   * What a listing says of the device itself.
   *
   * @param family 4 and 6 leave out what the kernel does not report with that family
   */
  static Map<String, Object> json(NetDevice device, int family, boolean mode) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("ifindex", device.index());
    map.put("ifname", device.name());
    map.put("flags", flags(device));
    map.put("mtu", device.mtu());
    if (family != 6) {
      map.put("qdisc", queueing(device));
    }
    NetDevice master = device.master();
    if (master != null) {
      map.put("master", master.name());
    }
    map.put("operstate", state(device));
    if (mode) {
      map.put("linkmode", "DEFAULT");
    }
    if (family != 6) {
      map.put("group", "default");
    }
    map.put("txqlen", device.queueLength());
    if (family == 0) {
      map.put("link_type", device.kind().text());
      if (device.isEthernet()) {
        map.put("address", Addresses.macToString(device.mac()));
        map.put("broadcast", broadcast(device));
      }
    }
    return map;
  }

  /** The same as text: one or two lines. */
  static String text(NetDevice device, int family, boolean mode) {
    StringBuilder out = new StringBuilder();
    out.append(device.index()).append(": ").append(device.name()).append(": ");
    out.append(flagText(device)).append(" mtu ").append(device.mtu());
    if (family != 6) {
      out.append(" qdisc ").append(queueing(device));
    }
    NetDevice master = device.master();
    if (master != null) {
      out.append(" master ").append(master.name());
    }
    out.append(" state ").append(state(device));
    out.append(mode ? " mode DEFAULT" : "").append(family != 6 ? " group default" : "");
    out.append(" qlen ").append(device.queueLength()).append('\n');
    if (family == 0) {
      out.append("    link/").append(device.kind().text()).append(' ');
      if (device.isEthernet()) {
        out.append(Addresses.macToString(device.mac())).append(" brd ").append(broadcast(device));
      }
      out.append('\n');
    }
    return out.toString();
  }

  /** The first qdisc; a device without that was never up has {@code noop}. */
  private static String queueing(NetDevice device) {
    DeviceQueueing queueing = device.queueing();
    Qdisc root = queueing == null ? null : queueing.egress().root();
    if (root != null) {
      return root.kind().text();
    }
    return device.isUp() ? "noqueue" : "noop";
  }

  private static String broadcast(NetDevice device) {
    return device.kind() == NetDevice.Kind.LOOPBACK ? "00:00:00:00:00:00" : "ff:ff:ff:ff:ff:ff";
  }

  /** Operational state (RFC 2863): a loopback and a TUN-like device do not know theirs. */
  static String state(NetDevice device) {
    if (!device.isUp() || !device.hasCarrier()) {
      return "DOWN";
    }
    return device.kind() == NetDevice.Kind.ETHER ? "UP" : "UNKNOWN";
  }

  private static String flagText(NetDevice device) {
    return "<" + String.join(",", flags(device)) + ">";
  }

  private static List<String> flags(NetDevice device) {
    List<String> flags = new ArrayList<>();
    if (device.isUp() && !device.hasCarrier()) {
      flags.add("NO-CARRIER");
    }
    switch (device.kind()) {
      case LOOPBACK -> flags.add("LOOPBACK");
      case ETHER -> flags.addAll(List.of("BROADCAST", "MULTICAST"));
      case NONE -> flags.addAll(List.of("POINTOPOINT", "MULTICAST", "NOARP"));
    }
    if (device.isUp()) {
      flags.add("UP");
      if (device.hasCarrier()) {
        flags.add("LOWER_UP");
      }
    }
    return flags;
  }

  static Map<String, Object> statisticsJson(DeviceStatistics s) {
    Map<String, Object> rx = new LinkedHashMap<>();
    rx.put("bytes", s.rxBytes);
    rx.put("packets", s.rxPackets);
    rx.put("errors", s.rxErrors);
    rx.put("dropped", s.rxDropped);
    rx.put("over_errors", 0);
    rx.put("multicast", s.rxMulticast);
    Map<String, Object> tx = new LinkedHashMap<>();
    tx.put("bytes", s.txBytes);
    tx.put("packets", s.txPackets);
    tx.put("errors", s.txErrors);
    tx.put("dropped", s.txDropped);
    tx.put("carrier_errors", 0);
    tx.put("collisions", 0);
    Map<String, Object> both = new LinkedHashMap<>();
    both.put("rx", rx);
    both.put("tx", tx);
    return both;
  }

  static String statisticsText(DeviceStatistics s) {
    long[] rx = {s.rxBytes, s.rxPackets, s.rxErrors, s.rxDropped, 0, s.rxMulticast};
    long[] tx = {s.txBytes, s.txPackets, s.txErrors, s.txDropped, 0, 0};
    int[] widths = {10, 7, 6, 7, 7, 7};
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], Long.toString(Math.max(rx[i], tx[i])).length());
    }
    String[] rxNames = {"bytes", "packets", "errors", "dropped", "missed", "mcast"};
    String[] txNames = {"bytes", "packets", "errors", "dropped", "carrier", "collsns"};
    return columns("RX:", widths, rxNames, rx) + columns("TX:", widths, txNames, tx);
  }

  private static String columns(String title, int[] widths, String[] names, long[] values) {
    StringBuilder head = new StringBuilder("    ").append(title);
    StringBuilder line = new StringBuilder("    ");
    for (int i = 0; i < widths.length; i++) {
      int width = i == 0 ? widths[0] - 4 : widths[i];
      head.append(' ').append(String.format("%" + width + "s", names[i]));
      line.append(String.format("%" + widths[i] + "d ", values[i]));
    }
    // the column of compressed packets, which stays empty
    return head.append(" ".repeat(11)).append('\n').append(line).append('\n').toString();
  }
}
