package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.OnOff;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.admin.ip.LinkShow;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.BridgeRefusedException;
import dev.patchbay.stack.bridge.PortFlag;
import dev.patchbay.stack.bridge.PortState;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bridge link}: the ports and their switches. */
final class LinkObject {
  private static final String USAGE =
      """
      Usage: bridge link set dev DEV [ cost COST ] [ priority PRIO ] [ state STATE ]
                                     [ guard {on | off} ]
                                     [ hairpin {on | off} ]
                                     [ root_block {on | off} ]
                                     [ learning {on | off} ]
                                     [ flood {on | off} ]
                                     [ mcast_flood {on | off} ]
                                     [ bcast_flood {on | off} ]
                                     [ mcast_router MULTICAST_ROUTER ]
                                     [ mcast_to_unicast {on | off} ]
                                     [ fastleave {on | off} ]
                                     [ isolated {on | off} ]
                                     [ locked {on | off} ]
                                     [ master ]
             bridge link show [dev DEV]\
      """;

  /** -EINVAL, which iproute2 hands on as its exit status. */
  private static final int BAD_SWITCH = 256 - Errno.EINVAL;

  private final NetworkStack stack;
  private final BridgeOptions options;

  LinkObject(NetworkStack stack, BridgeOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String run(Words words) throws RefusedException {
    String command = words.hasNext() ? words.next() : "show";
    if (BridgeCommand.matches(command, "set") || BridgeCommand.matches(command, "change")) {
      set(words);
      return "";
    } else if (BridgeCommand.matches(command, "show")
        || BridgeCommand.matches(command, "lst")
        || BridgeCommand.matches(command, "list")) {
      return show(words);
    } else if (BridgeCommand.matches(command, "help")) {
      throw BridgeArgs.failed(USAGE);
    }
    throw BridgeArgs.failed("Command \"" + command + "\" is unknown, try \"bridge link help\".");
  }

  private String show(Words words) throws RefusedException {
    String only = null;
    while (words.hasNext()) {
      if (words.next().equals("dev")) {
        String name = words.next();
        if (only != null) {
          throw RefusedException.duplicate("dev", name);
        }
        only = name;
      }
    }
    if (only != null && stack.device(only) == null) {
      throw BridgeArgs.noDevice(only);
    }
    List<BridgePort> ports = new ArrayList<>();
    for (NetDevice device : stack.devices()) {
      BridgePort port = BridgeArgs.port(device);
      if (port != null && (only == null || only.equals(device.name()))) {
        ports.add(port);
      }
    }
    if (options.json()) {
      return options.write(ports.stream().map(this::json).toList());
    }
    StringBuilder out = new StringBuilder();
    ports.forEach(port -> text(port, out));
    return out.toString();
  }

  private Map<String, Object> json(BridgePort port) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("ifindex", port.device().index());
    map.put("ifname", port.device().name());
    map.put("flags", LinkShow.flags(port.device()));
    map.put("mtu", port.device().mtu());
    map.put("master", port.master().name());
    map.put("state", port.state().text());
    map.put("priority", port.priority());
    map.put("cost", port.cost());
    if (options.details()) {
      map.putAll(switches(port));
    }
    return map;
  }

  private void text(BridgePort port, StringBuilder out) {
    NetDevice device = port.device();
    out.append(device.index()).append(": ").append(device.name()).append(": <");
    out.append(String.join(",", LinkShow.flags(device))).append("> mtu ").append(device.mtu());
    out.append(" master ").append(port.master().name());
    out.append(" state ").append(port.state().text()).append(" priority ").append(port.priority());
    out.append(" cost ").append(port.cost()).append(' ');
    if (options.details()) {
      out.append(options.lineEnd()).append("    ");
      switches(port)
          .forEach((name, value) -> {
            String shown =
                value.equals(true) ? "on" : value.equals(false) ? "off" : value.toString();
            out.append(name).append(' ').append(shown).append(' ');
          });
    }
    out.append('\n');
  }

  /** In iproute2's order; those that nothing here can switch on are off. */
  private static Map<String, Object> switches(BridgePort port) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("hairpin", port.has(PortFlag.HAIRPIN));
    map.put("guard", port.has(PortFlag.GUARD));
    map.put("root_block", port.has(PortFlag.ROOT_BLOCK));
    map.put("fastleave", port.has(PortFlag.MCAST_FAST_LEAVE));
    map.put("learning", port.has(PortFlag.LEARNING));
    map.put("flood", port.has(PortFlag.FLOOD));
    map.put("mcast_flood", port.has(PortFlag.MCAST_FLOOD));
    map.put("bcast_flood", port.has(PortFlag.BCAST_FLOOD));
    map.put("mcast_router", port.master().snooping().router(port));
    map.put("mcast_to_unicast", port.has(PortFlag.MCAST_TO_UNICAST));
    map.put("neigh_suppress", false);
    map.put("vlan_tunnel", false);
    map.put("isolated", port.has(PortFlag.ISOLATED));
    map.put("locked", port.has(PortFlag.LOCKED));
    return map;
  }

  /** What a {@code bridge link set} asks for; -1 and null stand for nothing. */
  private static final class Request {
    private @Nullable String device;
    private final Map<PortFlag, Boolean> flags = new LinkedHashMap<>();
    private long cost;
    private int priority = -1;
    private int state = -1;
    private int router = -1;
    private boolean self;
    private @Nullable String refused;

    void word(String word, Words words) throws RefusedException {
      PortFlag flag = BridgeSlaveAttributes.flag(word);
      if (flag != null) {
        flags.put(flag, OnOff.parse(word, words.next(), BAD_SWITCH));
        return;
      }
      switch (word) {
        case "dev" -> device = words.next();
        case "cost" -> cost = BridgeArgs.atoi(words.next()) & 0xffff_ffffL;
        case "priority" -> priority = (short) BridgeArgs.atoi(words.next());
        case "state" -> state = state(words.next());
        case "self" -> self = true;
        case "master" -> {
          // it means the bridge without this word too
        }
        case "learning_sync", "neigh_suppress", "vlan_tunnel" -> {
          if (OnOff.parse(word, words.next(), BAD_SWITCH)) {
            refused = word + " on";
          }
        }
        case "mcast_router" -> router = BridgeArgs.atoi(words.next()) & 0xff;
        case "backup_port" -> refused = word + " " + words.next();
        case "nobackup_port" -> {
          // there is none
        }
        case "hwmode" -> {
          String mode = words.next();
          if (!mode.equals("vepa") && !mode.equals("veb")) {
            throw BridgeArgs.failed("Mode argument must be \"vepa\" or \"veb\".");
          }
          self = true;
        }
        default -> throw BridgeArgs.failed(USAGE);
      }
    }

    private static int state(String word) throws RefusedException {
      if (word.matches("[+-]?\\d+")) {
        return (byte) BridgeArgs.atoi(word);
      }
      int state = BridgeArgs.state(word);
      if (state < 0) {
        throw BridgeArgs.failed("Error: invalid STP port state");
      }
      return state;
    }
  }

  private void set(Words words) throws RefusedException {
    Request request = new Request();
    while (words.hasNext()) {
      request.word(words.next(), words);
    }
    if (request.device == null) {
      throw BridgeArgs.failed("Device is a required argument.");
    }
    NetDevice device = BridgeArgs.device(stack, request.device);
    if (request.refused != null) {
      throw RefusedException.unsupported("bridge link set " + request.refused);
    }
    BridgePort port = BridgeArgs.port(device);
    if (port == null || request.self) {
      throw BridgeArgs.answered(Errno.EOPNOTSUPP, null);
    }
    try {
      apply(request, port);
    } catch (BridgeRefusedException e) {
      throw BridgeArgs.answered(e);
    }
  }

  /** {@code br_setport}: in its order; what comes before one that is refused is done. */
  private static void apply(Request request, BridgePort port) throws BridgeRefusedException {
    request.flags.forEach(port::set);
    if (request.cost > BridgePort.MAX_COST) {
      throw new BridgeRefusedException(Errno.ERANGE);
    }
    if (request.cost > 0) {
      port.cost(request.cost);
    }
    if (request.priority > BridgePort.MAX_PRIORITY) {
      throw new BridgeRefusedException(Errno.ERANGE);
    }
    if (request.priority >= 0) {
      port.priority(request.priority);
    }
    if (request.state >= PortState.values().length) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    if (request.state >= 0) {
      port.master().portState(port, PortState.values()[request.state]);
    }
    if (request.router >= 0) {
      port.master().snooping().router(port, request.router);
    }
  }
}
