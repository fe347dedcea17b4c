package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.Fdb;
import dev.patchbay.stack.bridge.VlanGroup;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.multicast.MulticastEngine;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.vxlan.VxlanDevice;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bridge fdb}: the forwarding tables, and the groups that devices take for themselves. */
final class FdbObject {
  private static final String USAGE =
      """
      Usage: bridge fdb { add | append | del | replace } ADDR dev DEV
                    [ self ] [ master ] [ use ]
                    [ sticky ] [ local | static | dynamic ] [ vlan VID ]
             bridge fdb [ show [ br BRDEV ] [ brport DEV ] [ vlan VID ]
                    [ state STATE ] [ dynamic ] ]
             bridge fdb get [ to ] LLADDR [ br BRDEV ] { brport | dev } DEV
                    [ vlan VID ] [ self ] [ master ] [ dynamic ]
             bridge fdb flush dev DEV [ brport DEV ] [ vlan VID ]
                    [ self ] [ master ] [ [no]permanent | [no]static | [no]dynamic ]
                    [ [no]added_by_user ] [ [no]sticky ]\
      """;

  private static final long SECOND = 1_000_000_000L;

  /** Bits of {@code ndm_state}. */
  static final int REACHABLE = 0x02;

  static final int STALE = 0x04;
  static final int NO_ARP = 0x40;
  static final int PERMANENT = 0x80;

  private final NetworkStack stack;
  private final BridgeOptions options;

  FdbObject(NetworkStack stack, BridgeOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String run(Words words) throws RefusedException {
    String command = words.hasNext() ? words.next() : "show";
    if (BridgeCommand.matches(command, "add")) {
      new FdbChange(stack, words, USAGE).add(Fdb.Mode.ADD, VxlanDevice.Mode.ADD);
    } else if (BridgeCommand.matches(command, "append")) {
      new FdbChange(stack, words, USAGE).add(Fdb.Mode.REPLACE, VxlanDevice.Mode.APPEND);
    } else if (BridgeCommand.matches(command, "replace")) {
      new FdbChange(stack, words, USAGE).add(Fdb.Mode.REPLACE, VxlanDevice.Mode.REPLACE);
    } else if (BridgeCommand.matches(command, "delete")) {
      new FdbChange(stack, words, USAGE).delete();
    } else if (BridgeCommand.matches(command, "get")) {
      return get(words);
    } else if (BridgeCommand.matches(command, "show")
        || BridgeCommand.matches(command, "lst")
        || BridgeCommand.matches(command, "list")) {
      return show(words);
    } else if (command.equals("flush")) {
      new FdbFlush(stack).run(words);
    } else if (BridgeCommand.matches(command, "help")) {
      throw BridgeArgs.failed(USAGE);
    } else {
      throw BridgeArgs.failed("Command \"" + command + "\" is unknown, try \"bridge fdb help\".");
    }
    return "";
  }

  /**
   * A line of the listing.
   *
   * @param entry null for a group of the device's own
   * @param far of a VXLAN device's table: its host, or null
   * @param state bits of {@code ndm_state}
   */
  private record Line(
      NetDevice device,
      long mac,
      Fdb.@Nullable Entry entry,
      VxlanFdbWords.@Nullable Far far,
      int state) {
    static Line of(Bridge bridge, Fdb.Entry entry) {
      BridgePort port = entry.port();
      int state =
          switch (entry.state()) {
            case PERMANENT -> PERMANENT;
            case STATIC -> NO_ARP;
            case DYNAMIC -> REACHABLE;
          };
      return new Line(port == null ? bridge : port.device(), entry.mac(), entry, null, state);
    }

    int vid() {
      return entry == null ? 0 : entry.vid();
    }

    String stateWord() {
      return switch (state) {
        case PERMANENT -> "permanent";
        case NO_ARP -> "static";
        default -> "";
      };
    }

    List<String> flags() {
      if (entry == null) {
        return List.of("self");
      }
      return entry.sticky() ? List.of("sticky") : List.of();
    }

    @Nullable String master() {
      Bridge bridge = BridgeArgs.bridge(device);
      return entry == null || bridge == null ? null : bridge.name();
    }
  }

  private String print(List<Line> lines, boolean withDevice) {
    if (options.json()) {
      return options.write(lines.stream().map(line -> json(line, withDevice)).toList());
    }
    StringBuilder out = new StringBuilder();
    lines.forEach(line -> text(line, withDevice, out));
    return out.toString();
  }

  private Map<String, Object> json(Line line, boolean withDevice) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("mac", Addresses.macToString(line.mac));
    if (withDevice) {
      map.put("ifname", line.device.name());
    }
    if (line.vid() != 0) {
      map.put("vlan", line.vid());
    }
    if (line.far != null) {
      line.far.json(map);
    }
    if (options.statistics() && line.entry != null) {
      map.put("used", line.entry.used() / SECOND);
      map.put("updated", line.entry.updated() / SECOND);
    } else if (options.statistics() && line.far != null) {
      map.put("used", line.far.used());
      map.put("updated", line.far.updated());
    }
    map.put("flags", line.flags());
    String master = line.master();
    if (master != null) {
      map.put("master", master);
    }
    map.put("state", line.stateWord());
    return map;
  }

  private void text(Line line, boolean withDevice, StringBuilder out) {
    out.append(Addresses.macToString(line.mac)).append(' ');
    if (withDevice) {
      out.append("dev ").append(line.device.name()).append(' ');
    }
    if (line.vid() != 0) {
      out.append("vlan ").append(line.vid()).append(' ');
    }
    if (line.far != null) {
      line.far.text(out);
    }
    if (options.statistics() && line.entry != null) {
      out.append("used ").append(line.entry.used() / SECOND);
      out.append('/').append(line.entry.updated() / SECOND).append(' ');
    } else if (options.statistics() && line.far != null) {
      out.append("used ").append(line.far.used());
      out.append('/').append(line.far.updated()).append(' ');
    }
    line.flags().forEach(flag -> out.append(flag).append(' '));
    String master = line.master();
    if (master != null) {
      out.append("master ").append(master).append(' ');
    }
    out.append(line.stateWord()).append('\n');
  }

  private String show(Words words) throws RefusedException {
    String only = null;
    String br = null;
    int vlan = 0;
    int states = 0;
    boolean dynamic = false;
    while (words.hasNext()) {
      String word = words.next();
      switch (word) {
        case "brport", "dev" -> only = words.next();
        case "br" -> br = words.next();
        case "vlan" -> {
          String id = words.next();
          if (vlan != 0) {
            throw RefusedException.duplicate("vlan", id);
          }
          vlan = BridgeArgs.atoi(id);
        }
        case "state" -> states |= states(words.next());
        case "dynamic" -> dynamic = true;
        default -> {
          if (BridgeCommand.matches(word, "help")) {
            throw BridgeArgs.failed(USAGE);
          }
        }
      }
    }
    NetDevice bridge = br == null ? null : BridgeArgs.device(stack, br);
    if (only != null && stack.device(only) == null) {
      throw BridgeArgs.noDevice(only);
    }
    List<Line> lines = new ArrayList<>();
    for (NetDevice device : stack.devices()) {
      boolean asked = bridge == null || bridge.equals(device) || bridge.equals(device.master());
      boolean fits = bridge == null || bridge instanceof Bridge;
      if (asked && fits && (only == null || only.equals(device.name()))) {
        list(device, lines);
      }
    }
    int vid = vlan;
    int wanted = states;
    boolean temporary = dynamic;
    lines.removeIf(line ->
        vid != 0 && line.vid() != vid
            || wanted != 0 && (line.state & wanted) == 0
            || temporary && line.state == PERMANENT);
    return print(lines, only == null);
  }

  /** {@code rtnl_fdb_dump} of one device: what its bridge has behind it, and its own groups. */
  private void list(NetDevice device, List<Line> to) {
    Bridge bridge = BridgeArgs.bridge(device);
    List<Line> own = new ArrayList<>();
    for (MulticastEngine.LinkGroup group : stack.multicast().linkGroups(device)) {
      own.add(new Line(device, group.mac(), null, null, PERMANENT));
    }
    if (device instanceof VxlanDevice vxlan) {
      for (VxlanFdbWords.Far far : VxlanFdbWords.of(vxlan, stack.loop().now())) {
        own.add(new Line(device, far.mac(), null, far, far.state()));
      }
    }
    List<Line> behind = new ArrayList<>();
    if (bridge != null) {
      BridgePort port = bridge.port(device);
      for (Fdb.Entry entry : bridge.fdb().entries()) {
        if (entry.port() == port) {
          behind.add(Line.of(bridge, entry));
        }
      }
    }
    boolean isPort = device.masterPort() != null;
    to.addAll(isPort ? behind : own);
    to.addAll(isPort ? own : behind);
  }

  /** {@code state_a2n}. */
  private static int states(String word) throws RefusedException {
    if (BridgeCommand.matches(word, "permanent")) {
      return PERMANENT;
    } else if (BridgeCommand.matches(word, "static") || BridgeCommand.matches(word, "temp")) {
      return NO_ARP;
    } else if (BridgeCommand.matches(word, "stale")) {
      return STALE;
    } else if (BridgeCommand.matches(word, "reachable") || BridgeCommand.matches(word, "dynamic")) {
      return REACHABLE;
    } else if (word.equals("all")) {
      return ~0;
    }
    throw RefusedException.wrong(word, "invalid state");
  }

  private String get(Words words) throws RefusedException {
    String device = null;
    String br = null;
    String address = null;
    int vlan = -1;
    while (words.hasNext()) {
      String word = words.next();
      if (word.equals("brport") || word.equals("dev")) {
        device = words.next();
      } else if (word.equals("br")) {
        br = words.next();
      } else if (word.equals("vni")) {
        throw RefusedException.unsupported("bridge fdb get vni");
      } else if (word.equals("self")) {
        throw RefusedException.unsupported("bridge fdb get self");
      } else if (BridgeCommand.matches(word, "vlan")) {
        String id = words.next();
        if (vlan >= 0) {
          throw RefusedException.garbage("vlan", id);
        }
        vlan = BridgeArgs.atoi(id);
      } else if (!BridgeCommand.matches(word, "master")
          && !BridgeCommand.matches(word, "dynamic")) {
        String to = word.equals("to") ? words.next() : word;
        if (BridgeCommand.matches(to, "help")) {
          throw BridgeArgs.failed(USAGE);
        }
        if (address != null) {
          throw RefusedException.garbage("to", to);
        }
        address = to;
      }
    }
    if (device == null && br == null || address == null) {
      throw BridgeArgs.failed("Device or master and address are required arguments.");
    }
    long mac = BridgeArgs.mac(address);
    Bridge bridge = asked(device, br);
    if (vlan == 0 || vlan >= VlanGroup.IDS - 1) {
      throw notFound("invalid vlan id");
    }
    Fdb.Entry entry = bridge.fdb().get(mac, Math.max(vlan, 0));
    if (entry == null) {
      throw notFound("Fdb entry not found");
    }
    return print(List.of(Line.of(bridge, entry)), true);
  }

  /** -2, as iproute2 ends where the kernel refuses to get. */
  private static RefusedException notFound(String sentence) {
    return new RefusedException(256 - 2, "Error: " + sentence + ".");
  }

  /** The bridge whose table is asked ({@code rtnl_fdb_get}). */
  private Bridge asked(@Nullable String device, @Nullable String br) throws RefusedException {
    NetDevice port = device == null ? null : stack.device(device);
    if (device != null && port == null) {
      throw BridgeArgs.noDevice(device);
    }
    NetDevice named = br == null ? null : BridgeArgs.device(stack, br);
    if (port != null) {
      BridgePort at = BridgeArgs.port(port);
      if (at == null) {
        throw notFound("Device is not a bridge port");
      }
      return at.master();
    }
    if (named instanceof Bridge bridge) {
      return bridge;
    }
    throw notFound("Get operation not supported by device");
  }

  static RefusedException notSupportedThere() {
    return BridgeArgs.answered(Errno.EOPNOTSUPP, null);
  }
}
