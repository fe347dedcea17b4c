package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.Namespaces;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.bridge.BridgeSlaveAttributes;
import dev.patchbay.stack.bond.Bond;
import dev.patchbay.stack.bond.BondPort;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.device.DeviceQueueing;
import dev.patchbay.stack.device.LinkAttributes;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.OperState;
import dev.patchbay.stack.qdisc.Qdisc;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code ip link show}, and the lines of a device that {@code ip address show} has too. */
public final class LinkShow {
  private static final int IPV6_MINIMUM_MTU = 1280;
  private static final int GSO_MAX_SIZE = 65536;
  private static final int GSO_MAX_SEGMENTS = 65535;

  private final NetworkStack stack;
  private final IpOptions options;

  LinkShow(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String run(List<String> words) throws RefusedException {
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
    Namespaces.linkNumber(device);
    Map<String, Object> map = new LinkedHashMap<>();
    names(device, map);
    map.put("operstate", device.operState().name());
    if (device.isEthernet()) {
      map.put("address", Addresses.macToString(device.mac()));
    }
    map.put("flags", flags(device));
    return map;
  }

  private static String briefLine(NetDevice device) {
    Namespaces.linkNumber(device); // the kernel tells it here too
    String mac = device.isEthernet() ? Addresses.macToString(device.mac()) + " " : "";
    return briefHead(device) + mac + flagText(device) + " \n";
  }

  /** Name and state in columns. */
  static String briefHead(NetDevice device) {
    return String.format("%-16s %-14s ", name(device), device.operState());
  }

  private Map<String, Object> fullJson(NetDevice device) {
    Map<String, Object> map = json(device, options, 0, true);
    if (options.statistics()) {
      map.put("stats64", LinkStatistics.json(device, options.moreStatistics()));
    }
    return map;
  }

  private String fullText(NetDevice device) {
    String head = text(device, options, 0, true);
    return options.statistics()
        ? head + LinkStatistics.text(device, options.moreStatistics())
        : head;
  }

  // ---- names

  /** The name, with that of the device to which it leads. */
  private static String name(NetDevice device) {
    NetDevice to = device.linked();
    if (to == null) {
      return device.name();
    }
    return device.name() + "@" + (isNear(device, to) ? to.name() : "if" + to.index());
  }

  private static void names(NetDevice device, Map<String, Object> map) {
    NetDevice to = device.linked();
    if (to != null && isNear(device, to)) {
      map.put("link", to.name());
    } else if (to != null) {
      map.put("link_index", to.index());
    }
    map.put("ifname", device.name());
  }

  /** Whether both are in the same namespace. */
  private static boolean isNear(NetDevice device, NetDevice other) {
    return Objects.equals(device.host(), other.host());
  }

  /** The namespace in which the other end is, by its name or else by its number, or nothing. */
  private static String otherNamespace(NetDevice device) {
    int number = Namespaces.linkNumber(device);
    NetDevice to = device.linked();
    if (number < 0 || to == null || !(to.host() instanceof NetworkStack there)) {
      return "";
    }
    String name = there.namespaces().nameOf(there);
    return name.isEmpty() ? " link-netnsid " + number : " link-netns " + name;
  }

  private static String group(NetDevice device) {
    int group = device.attributes().group;
    return group == 0 ? "default" : Integer.toUnsignedString(group);
  }

  // ---- what a listing says of the device itself

  /**
   * As JSON.
   *
   * @param family 4 and 6 leave out what the kernel does not report with that family
   * @param link of {@code ip link}, which tells more of it
   */
  static Map<String, Object> json(NetDevice device, IpOptions options, int family, boolean link) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("ifindex", device.index());
    names(device, map);
    map.put("flags", flags(device));
    map.put("mtu", device.mtu());
    if (family != 6) {
      map.put("qdisc", queueing(device));
    }
    NetDevice master = device.master();
    if (master != null) {
      map.put("master", master.name());
    }
    map.put("operstate", device.operState().name());
    if (link) {
      map.put("linkmode", mode(device));
    }
    if (family != 6) {
      map.put("group", group(device));
    }
    if (device.queueLength() > 0) {
      map.put("txqlen", device.queueLength());
    }
    if (family == 0) {
      linkJson(device, options, link, map);
    }
    return map;
  }

  private static void linkJson(
      NetDevice device, IpOptions options, boolean link, Map<String, Object> map) {
    map.put("link_type", device.kind().text());
    if (device.isEthernet()) {
      map.put("address", Addresses.macToString(device.mac()));
      map.put("broadcast", Addresses.macToString(device.attributes().broadcast));
    }
    int number = Namespaces.linkNumber(device);
    if (number >= 0) {
      map.put("link_netnsid", number);
    }
    if (options.details()) {
      detailsJson(device, link, map);
    }
    if ((link || options.details()) && !device.attributes().alias.isEmpty()) {
      map.put("ifalias", device.attributes().alias);
    }
  }

  private static void detailsJson(NetDevice device, boolean link, Map<String, Object> map) {
    LinkAttributes attributes = device.attributes();
    map.put("promiscuity", device.promiscuity());
    map.put("allmulti", device.allMulticast());
    map.put("min_mtu", attributes.minMtu);
    map.put("max_mtu", attributes.maxMtu);
    LinkType type = LinkTypes.of(device);
    String portKind = portKind(device);
    if (type != null || portKind != null) {
      Map<String, Object> info = new LinkedHashMap<>();
      if (type != null) {
        info.put("info_kind", type.kind());
        Map<String, Object> data = type.json(device);
        if (!data.isEmpty()) {
          info.put("info_data", data);
        }
      }
      if (portKind != null) {
        info.put("info_slave_kind", portKind);
        if (device.masterPort() instanceof BridgePort port) {
          info.put("info_slave_data", BridgeSlaveAttributes.json(port));
        } else if (device.masterPort() instanceof BondPort port) {
          info.put("info_slave_data", BondSlaveType.json(port));
        }
      }
      map.put("linkinfo", info);
    }
    if (link && device.mtu() >= IPV6_MINIMUM_MTU) {
      map.put("inet6_addr_gen_mode", "eui64");
    }
    map.put("num_tx_queues", 1);
    map.put("gso_max_size", GSO_MAX_SIZE);
    map.put("gso_max_segs", GSO_MAX_SEGMENTS);
    map.put("tso_max_size", attributes.tsoMaxSize);
    map.put("tso_max_segs", GSO_MAX_SEGMENTS);
    map.put("gro_max_size", GSO_MAX_SIZE);
  }

  /**
   * As text: one line or some.
   *
   * @param family 4 and 6 leave out what the kernel does not report with that family
   * @param link of {@code ip link}, which tells more of it ({@code do_link} of iproute2)
   */
  static String text(NetDevice device, IpOptions options, int family, boolean link) {
    return text(device, options, family, link, true);
  }

  /** As {@code ip monitor} tells of it, without the length of its queue. */
  static String told(NetDevice device, IpOptions options) {
    return text(device, options, 0, false, false);
  }

  private static String text(
      NetDevice device, IpOptions options, int family, boolean link, boolean queue) {
    StringBuilder out = new StringBuilder();
    out.append(device.index()).append(": ").append(name(device)).append(": ");
    out.append(flagText(device)).append(" mtu ").append(device.mtu()).append(' ');
    if (family != 6) {
      out.append("qdisc ").append(queueing(device)).append(' ');
    }
    NetDevice master = device.master();
    if (master != null) {
      out.append("master ").append(master.name()).append(' ');
    }
    out.append("state ").append(device.operState()).append(' ');
    if (link) {
      out.append("mode ").append(mode(device)).append(' ');
    }
    if (family != 6) {
      out.append("group ").append(group(device)).append(' ');
    }
    if (queue && device.queueLength() > 0) {
      out.append("qlen ").append(device.queueLength());
    }
    out.append('\n');
    if (family == 0) {
      linkText(device, options, link, out);
    }
    return out.toString();
  }

  private static void linkText(
      NetDevice device, IpOptions options, boolean link, StringBuilder out) {
    out.append("    link/").append(device.kind().text()).append(' ');
    if (device.isEthernet()) {
      out.append(Addresses.macToString(device.mac())).append(" brd ");
      out.append(Addresses.macToString(device.attributes().broadcast));
    }
    out.append(otherNamespace(device));
    if (options.details()) {
      detailsText(device, link, out);
    }
    out.append('\n');
    if ((link || options.details()) && !device.attributes().alias.isEmpty()) {
      out.append("    alias ").append(device.attributes().alias).append('\n');
    }
  }

  private static void detailsText(NetDevice device, boolean link, StringBuilder out) {
    LinkAttributes attributes = device.attributes();
    out.append(device.isEthernet() ? " " : "").append("promiscuity ").append(device.promiscuity());
    out.append("  allmulti ").append(device.allMulticast());
    out.append(" minmtu ").append(attributes.minMtu);
    out.append(" maxmtu ").append(attributes.maxMtu).append(' ');
    LinkType type = LinkTypes.of(device);
    if (type != null) {
      out.append("\n    ").append(type.kind()).append(' ').append(type.text(device));
    }
    String portKind = portKind(device);
    if (portKind != null) {
      out.append("\n    ").append(portKind).append("_slave ");
      if (device.masterPort() instanceof BridgePort port) {
        out.append(BridgeSlaveAttributes.text(port));
      } else if (device.masterPort() instanceof BondPort port) {
        out.append(BondSlaveType.text(port));
      }
    }
    if (link && device.mtu() >= IPV6_MINIMUM_MTU) {
      out.append("addrgenmode eui64 ");
    }
    out.append("numtxqueues 1 gso_max_size ").append(GSO_MAX_SIZE);
    out.append(" gso_max_segs ").append(GSO_MAX_SEGMENTS);
    out.append(" tso_max_size ").append(attributes.tsoMaxSize);
    out.append(" tso_max_segs ").append(GSO_MAX_SEGMENTS);
    out.append(" gro_max_size ").append(GSO_MAX_SIZE).append(' ');
  }

  /** What its master makes of it ({@code IFLA_INFO_SLAVE_KIND}), or null. */
  private static @Nullable String portKind(NetDevice device) {
    NetDevice master = device.master();
    return master == null ? null : master.type();
  }

  private static String mode(NetDevice device) {
    return device.attributes().dormantMode ? "DORMANT" : "DEFAULT";
  }

  /** The first qdisc; a device that was never up has {@code noop}. */
  private static String queueing(NetDevice device) {
    DeviceQueueing queueing = device.queueing();
    Qdisc root = queueing == null ? null : queueing.egress().root();
    if (root != null) {
      return root.kind().text();
    }
    return device.attributes().wasUp() ? "noqueue" : "noop";
  }

  // ---- flags

  private static String flagText(NetDevice device) {
    return "<" + String.join(",", flags(device)) + ">";
  }

  /** In iproute2's order ({@code print_link_flags}). */
  public static List<String> flags(NetDevice device) {
    LinkAttributes attributes = device.attributes();
    OperState state = device.operState();
    boolean running = state == OperState.UP || state == OperState.UNKNOWN;
    List<String> flags = new ArrayList<>();
    add(flags, device.isUp() && !running, "NO-CARRIER");
    add(flags, device.kind() == NetDevice.Kind.LOOPBACK, "LOOPBACK");
    add(flags, device.kind() == NetDevice.Kind.ETHER, "BROADCAST");
    add(flags, device.kind() == NetDevice.Kind.NONE, "POINTOPOINT");
    add(flags, attributes.multicast, "MULTICAST");
    add(flags, attributes.noArp, "NOARP");
    add(flags, attributes.allMulticast, "ALLMULTI");
    add(flags, attributes.promiscuous, "PROMISC");
    add(flags, device instanceof Bond, "MASTER");
    add(flags, device.masterPort() instanceof BondPort, "SLAVE");
    add(flags, attributes.dynamic, "DYNAMIC");
    add(flags, attributes.noTrailers, "NOTRAILERS");
    add(flags, device.isUp(), "UP");
    add(flags, device.isUp() && device.hasCarrier(), "LOWER_UP");
    add(flags, device.isUp() && device.isDormant(), "DORMANT");
    NetDevice to = device.linked();
    add(flags, to != null && isNear(device, to) && !to.isUp(), "M-DOWN");
    return flags;
  }

  private static void add(List<String> flags, boolean is, String flag) {
    if (is) {
      flags.add(flag);
    }
  }
}
