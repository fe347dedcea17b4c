package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.BridgeRefusedException;
import dev.patchbay.stack.bridge.BridgeVlans;
import dev.patchbay.stack.bridge.VlanGroup;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bridge vlan}: the VLANs of the bridges and of their ports. */
final class VlanObject {
  private static final String USAGE =
      """
      Usage: bridge vlan { add | del } vid VLAN_ID dev DEV [ pvid ] [ untagged ]
                                                           [ self ] [ master ]
             bridge vlan { show } [ dev DEV ] [ vid VLAN_ID ]\
      """;

  private final NetworkStack stack;
  private final BridgeOptions options;

  VlanObject(NetworkStack stack, BridgeOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String run(Words words) throws RefusedException {
    String command = words.hasNext() ? words.next() : "show";
    if (BridgeCommand.matches(command, "add")) {
      change(words, true);
      return "";
    } else if (BridgeCommand.matches(command, "delete")) {
      change(words, false);
      return "";
    } else if (BridgeCommand.matches(command, "show")
        || BridgeCommand.matches(command, "lst")
        || BridgeCommand.matches(command, "list")) {
      return show(words);
    } else if (BridgeCommand.matches(command, "help")) {
      throw BridgeArgs.failed(USAGE);
    } else if (BridgeCommand.matches(command, "tunnelshow")
        || BridgeCommand.matches(command, "set")
        || command.equals("global")) {
      throw RefusedException.unsupported("bridge vlan " + command);
    }
    throw BridgeArgs.failed("Command \"" + command + "\" is unknown, try \"bridge vlan help\".");
  }

  /** What the words of {@code add} and {@code del} ask for. */
  private static final class Request {
    private @Nullable String device;
    private int first = -1;
    private int last = -1;
    private boolean pvid;
    private boolean untagged;
    private boolean self;
    private boolean master;
    private boolean isRange;

    void word(String word, Words words) throws RefusedException {
      switch (word) {
        case "dev" -> device = words.next();
        case "vid" -> vid(words.next());
        case "self" -> self = true;
        case "master" -> master = true;
        case "pvid" -> pvid = true;
        case "untagged" -> untagged = true;
        case "tunnel_info" -> throw RefusedException.unsupported("bridge vlan add tunnel_info");
        default -> throw RefusedException.unsupported("bridge vlan " + word); // iproute2 goes on
      }
    }

    private void vid(String word) {
      int dash = word.indexOf('-');
      isRange = dash >= 0;
      first = (short) BridgeArgs.atoi(isRange ? word.substring(0, dash) : word);
      last = isRange ? (short) BridgeArgs.atoi(word.substring(dash + 1)) : first;
    }
  }

  private void change(Words words, boolean add) throws RefusedException {
    Request request = new Request();
    while (words.hasNext()) {
      request.word(words.next(), words);
    }
    if (request.device == null || request.first == -1) {
      throw BridgeArgs.failed("Device and VLAN ID are required arguments.");
    }
    NetDevice device = BridgeArgs.device(stack, request.device);
    if (request.first >= VlanGroup.IDS) {
      throw BridgeArgs.failed("Invalid VLAN ID \"" + request.first + "\"");
    }
    if (request.isRange && (request.last >= VlanGroup.IDS || request.first >= request.last)) {
      throw BridgeArgs.failed("Invalid VLAN range \"" + request.first + "-" + request.last + "\"");
    }
    if (request.isRange && request.pvid) {
      throw BridgeArgs.failed("pvid cannot be configured for a vlan range");
    }
    BridgePort port = BridgeArgs.port(device);
    boolean asPort = port != null && !request.self;
    boolean asBridge = device instanceof Bridge && request.self && !request.master;
    Bridge bridge = BridgeArgs.bridge(device);
    if (bridge == null || !asPort && !asBridge) {
      throw BridgeArgs.answered(Errno.EOPNOTSUPP, null);
    }
    BridgePort whose = asPort ? port : null;
    try {
      if (add) {
        BridgeVlans vlans = bridge.vlans();
        vlans.add(whose, request.first, request.last, request.pvid, request.untagged);
      } else {
        bridge.vlans().delete(whose, request.first, request.last);
      }
    } catch (BridgeRefusedException e) {
      throw BridgeArgs.answered(e);
    }
  }

  /** VLANs of a device that are told together. */
  private record Range(int first, int last, VlanGroup group) {
    List<String> flags() {
      List<String> flags = new ArrayList<>();
      if (group.pvid() == first) {
        flags.add("PVID");
      }
      if (group.isUntagged(first)) {
        flags.add("Egress Untagged");
      }
      return flags;
    }
  }

  private String show(Words words) throws RefusedException {
    String only = null;
    int vid = 0;
    while (words.hasNext()) {
      String word = words.next();
      if (word.equals("dev")) {
        String name = words.next();
        if (only != null) {
          throw RefusedException.duplicate("dev", name);
        }
        only = name;
      } else if (word.equals("vid")) {
        String id = words.next();
        if (vid != 0) {
          throw RefusedException.duplicate("vid", id);
        }
        vid = BridgeArgs.atoi(id);
      }
    }
    if (only != null && stack.device(only) == null) {
      throw BridgeArgs.noDevice(only);
    }
    if (options.details() && options.statistics()) {
      throw RefusedException.unsupported("bridge -d -s vlan show");
    }
    Map<NetDevice, List<Range>> all = new LinkedHashMap<>();
    for (NetDevice device : inOrder()) {
      List<Range> ranges = ranges(device, vid);
      if (!ranges.isEmpty() && (only == null || only.equals(device.name()))) {
        all.put(device, ranges);
      }
    }
    return options.json() ? json(all) : text(all);
  }

  /** Statistics are of all bridges first, then of all ports. */
  private List<NetDevice> inOrder() {
    List<NetDevice> devices = new ArrayList<>(stack.devices());
    if (options.statistics()) {
      devices.sort((a, b) -> Boolean.compare(b instanceof Bridge, a instanceof Bridge));
    }
    return devices;
  }

  private List<Range> ranges(NetDevice device, int only) {
    List<Range> ranges = new ArrayList<>();
    BridgePort port = BridgeArgs.port(device);
    Bridge bridge = BridgeArgs.bridge(device);
    if (bridge == null) {
      return ranges;
    }
    VlanGroup group = port == null ? bridge.vlans().own() : port.vlans();
    for (int vid = group.next(1); vid > 0; vid = group.next(vid + 1)) {
      int last = options.details() ? end(group, vid) : vid;
      if (only == 0 || only >= vid && only <= last) {
        ranges.add(new Range(vid, last, group));
      }
      vid = last;
    }
    return ranges;
  }

  /** The last of those that can be told in one ({@code br_vlan_can_enter_range}). */
  private static int end(VlanGroup group, int first) {
    int last = first;
    while (group.pvid() != first
        && last + 1 < VlanGroup.IDS
        && group.has(last + 1)
        && group.pvid() != last + 1
        && group.isUntagged(last + 1) == group.isUntagged(first)) {
      last++;
    }
    return last;
  }

  private String json(Map<NetDevice, List<Range>> all) {
    List<Map<String, Object>> devices = new ArrayList<>();
    all.forEach((device, ranges) -> {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("ifname", device.name());
      map.put("vlans", ranges.stream().map(this::json).toList());
      devices.add(map);
    });
    return options.write(devices);
  }

  private Map<String, Object> json(Range range) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(options.statistics() ? "vid" : "vlan", range.first);
    if (range.first != range.last) {
      map.put("vlanEnd", range.last);
    }
    if (!range.flags().isEmpty()) {
      map.put("flags", range.flags());
    }
    if (options.statistics()) {
      map.put("rx_bytes", 0);
      map.put("rx_packets", 0);
      map.put("tx_bytes", 0);
      map.put("tx_packets", 0);
    } else if (options.details()) {
      map.put("state", "forwarding");
      map.put("mcast_router", 1);
    }
    return map;
  }

  private String text(Map<NetDevice, List<Range>> all) {
    String head = options.statistics() ? "vlan-id" : "vlan-id  ";
    StringBuilder out = new StringBuilder(String.format("%-16s  %s\n", "port", head));
    all.forEach((device, ranges) -> {
      String name = device.name();
      for (Range range : ranges) {
        out.append(String.format("%-16s  %d", name, range.first));
        if (range.first != range.last) {
          out.append('-').append(range.last);
        }
        range.flags().forEach(flag -> out.append(' ').append(flag));
        out.append(options.lineEnd());
        details(out);
        name = "";
      }
    });
    return out.toString();
  }

  /** What stands below a line. Nothing is counted per VLAN here ({@code vlan_stats_enabled} 0). */
  private void details(StringBuilder out) {
    String indent = " ".repeat(20);
    if (options.statistics()) {
      out.append(indent).append("RX: 0 bytes 0 packets\n");
      out.append(indent).append("TX: 0 bytes 0 packets\n");
    } else if (options.details()) {
      out.append(indent).append("state forwarding mcast_router 1 ").append(options.lineEnd());
    }
  }
}
