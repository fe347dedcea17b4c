package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.OnOff;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.BridgeRefusedException;
import dev.patchbay.stack.bridge.PortFlag;
import dev.patchbay.stack.bridge.PortState;
import dev.patchbay.stack.device.DummyDevice;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.socket.Errno;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The words behind {@code ip link set PORT type bridge_slave} (iproute2's {@code
 * iplink_bridge_slave.c}, Linux's {@code br_setport}), and what {@code ip -d link show} says of a
 * port.
 */
public final class BridgeSlaveAttributes {
  /** What is said of a word that is none. */
  public static final String USAGE =
      """
      Usage: ... bridge_slave [ fdb_flush ]
      			[ state STATE ]
      			[ priority PRIO ]
      			[ cost COST ]
      			[ guard {on | off} ]
      			[ hairpin {on | off} ]
      			[ root_block {on | off} ]
      			[ learning {on | off} ]
      			[ flood {on | off} ]
      			[ mcast_flood {on | off} ]
      			[ bcast_flood {on | off} ]
      			[ mcast_to_unicast {on | off} ]
      			[ mcast_router MULTICAST_ROUTER ]
      			[ mcast_fast_leave {on | off} ]
      			[ group_fwd_mask MASK ]
      			[ isolated {on | off} ]
      			[ locked {on | off} ]\
      """;

  /** In iproute2's order, which decides what an abbreviation means. */
  private static final List<String> WORDS =
      List.of(
          "fdb_flush",
          "state",
          "priority",
          "cost",
          "hairpin",
          "guard",
          "root_block",
          "fastleave",
          "learning",
          "flood",
          "mcast_flood",
          "bcast_flood",
          "mcast_to_unicast",
          "proxy_arp",
          "proxy_arp_wifi",
          "mcast_router",
          "mcast_fast_leave",
          "neigh_suppress",
          "group_fwd_mask",
          "vlan_tunnel",
          "isolated",
          "locked",
          "backup_port",
          "nobackup_port",
          "help");

  private static final Map<String, PortFlag> FLAGS =
      Map.ofEntries(
          Map.entry("hairpin", PortFlag.HAIRPIN),
          Map.entry("guard", PortFlag.GUARD),
          Map.entry("root_block", PortFlag.ROOT_BLOCK),
          Map.entry("fastleave", PortFlag.MCAST_FAST_LEAVE),
          Map.entry("learning", PortFlag.LEARNING),
          Map.entry("flood", PortFlag.FLOOD),
          Map.entry("mcast_flood", PortFlag.MCAST_FLOOD),
          Map.entry("bcast_flood", PortFlag.BCAST_FLOOD),
          Map.entry("mcast_to_unicast", PortFlag.MCAST_TO_UNICAST),
          Map.entry("isolated", PortFlag.ISOLATED),
          Map.entry("locked", PortFlag.LOCKED));

  /** A change, which Linux may refuse. */
  @FunctionalInterface
  private interface Change {
    void apply(BridgePort port) throws BridgeRefusedException;
  }

  /** What Linux changes behind the switches, in its order, whatever that of the words is. */
  private static final List<String> ORDER =
      List.of("cost", "priority", "state", "fdb_flush", "mcast_router", "group_fwd_mask");

  private final Map<PortFlag, Boolean> flags = new EnumMap<>(PortFlag.class);

  /** One for each word; of two for the same the last. */
  private final Map<String, Change> changes = new HashMap<>();

  private BridgeSlaveAttributes() {}

  /** The switch of that word, or null. */
  static @Nullable PortFlag flag(String word) {
    return FLAGS.get(word);
  }

  /**
   * Reads the words behind {@code type bridge_slave}, all of them.
   *
   * @throws RefusedException for what iproute2 does not read, or what is not supported here
   */
  public static BridgeSlaveAttributes parse(Words words) throws RefusedException {
    BridgeSlaveAttributes wish = new BridgeSlaveAttributes();
    while (words.hasNext()) {
      wish.read(words.next(), words);
    }
    return wish;
  }

  /**
   * Changes a port in Linux's order; what comes before one that is refused there is done, as with
   * Linux.
   *
   * @throws BridgeRefusedException as {@code br_setport}
   */
  public void apply(BridgePort port) throws BridgeRefusedException {
    flags.forEach(port::set);
    for (String word : ORDER) {
      Change change = changes.get(word);
      if (change != null) {
        change.apply(port);
      }
    }
  }

  private void read(String word, Words words) throws RefusedException {
    String full = WORDS.stream().filter(w -> IpOptions.matches(word, w)).findFirst().orElse("");
    PortFlag flag = full.equals("mcast_fast_leave") ? PortFlag.MCAST_FAST_LEAVE : FLAGS.get(full);
    if (flag != null) {
      boolean on = OnOff.parse(full, words.next(), RefusedException.FAILED);
      flags.put(flag, on);
      return;
    }
    switch (full) {
      case "fdb_flush" -> changes.put(full, port -> port.master().fdb().flushLearned(port));
      case "state" -> {
        long state = number(words.next(), 0xff, "state is invalid");
        changes.put(full, port -> state(port, state));
      }
      case "priority" -> {
        long priority = number(words.next(), 0xffff, "priority is invalid");
        changes.put(full, port -> port.priority(priority));
      }
      case "cost" -> {
        long cost = number(words.next(), 0xffff_ffffL, "cost is invalid");
        changes.put(full, port -> port.cost(cost));
      }
      case "group_fwd_mask" -> {
        long mask = number(words.next(), 0xffff, "invalid group_fwd_mask");
        changes.put(full, port -> port.groupForwardMask((int) mask));
      }
      case "nobackup_port" -> {
        // there is none
      }
      case "mcast_router" -> {
        long router = number(words.next(), 0xff, "invalid mcast_router");
        changes.put(full, port -> port.master().snooping().router(port, router));
      }
      case "backup_port" -> throw RefusedException.unsupported("ip link type bridge_slave " + full);
      case "help" -> throw new RefusedException(RefusedException.FAILED, USAGE);
      case "" ->
          throw new RefusedException(
              RefusedException.FAILED, "bridge_slave: unknown option \"" + word + "\"?\n" + USAGE);
      default -> {
        if (OnOff.parse(full, words.next(), RefusedException.FAILED)) {
          throw RefusedException.unsupported("ip link type bridge_slave " + full + " on");
        }
      }
    }
  }

  private static long number(String word, long most, String message) throws RefusedException {
    long value = Numbers.unsigned(word, most);
    if (value < 0) {
      throw RefusedException.wrong(word, message);
    }
    return value;
  }

  private static void state(BridgePort port, long state) throws BridgeRefusedException {
    if (state >= PortState.values().length) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    port.master().portState(port, PortState.values()[(int) state]);
  }

  // ---- what is said

  /** {@code %#x}: 0 has no prefix. */
  static String hex(int value) {
    return value == 0 ? "0" : "0x" + Integer.toHexString(value);
  }

  /** The bits that have names by those, the others as a number ({@code _bitmask2str}). */
  private static String groups(int mask) {
    List<String> names = new ArrayList<>();
    int rest = mask;
    for (int bit = 0; bit < 16; bit++) {
      String name = bit == 0 ? "stp" : bit == 2 ? "lacp" : bit == 14 ? "lldp" : "";
      if ((mask & 1 << bit) != 0 && !name.isEmpty()) {
        names.add(name);
        rest &= ~(1 << bit);
      }
    }
    if (rest != 0 || names.isEmpty()) {
      names.add("0x" + Integer.toHexString(rest));
    }
    return String.join(",", names);
  }

  private static void each(BridgePort port, boolean json, BiConsumer<String, Object> to) {
    to.accept("state", port.state().text());
    to.accept("priority", port.priority());
    to.accept("cost", port.cost());
    to.accept("hairpin", port.has(PortFlag.HAIRPIN));
    to.accept("guard", port.has(PortFlag.GUARD));
    to.accept("root_block", port.has(PortFlag.ROOT_BLOCK));
    to.accept("fastleave", port.has(PortFlag.MCAST_FAST_LEAVE));
    to.accept("learning", port.has(PortFlag.LEARNING));
    to.accept("flood", port.has(PortFlag.FLOOD));
    to.accept(json ? "id" : "port_id", hex(port.id()));
    to.accept(json ? "no" : "port_no", hex(port.number()));
    to.accept("designated_port", port.designatedPort());
    to.accept("designated_cost", port.designatedCost());
    String bridge = BridgeAttributes.id(port.designatedBridge());
    to.accept(json ? "bridge_id" : "designated_bridge", bridge);
    String root = BridgeAttributes.id(port.designatedRoot());
    to.accept(json ? "root_id" : "designated_root", root);
    long[] timers = port.master().stp().timers(port);
    to.accept("hold_timer", BridgeAttributes.seconds(timers[0]));
    to.accept("message_age_timer", BridgeAttributes.seconds(timers[1]));
    to.accept("forward_delay_timer", BridgeAttributes.seconds(timers[2]));
    to.accept("topology_change_ack", port.acknowledges() ? 1 : 0);
    to.accept("config_pending", port.isConfigPending() ? 1 : 0);
    to.accept("proxy_arp", false);
    to.accept("proxy_arp_wifi", false);
    int router = port.master().snooping().router(port);
    to.accept(json ? "multicast_router" : "mcast_router", router);
    if (!json) {
      to.accept("mcast_fast_leave", port.has(PortFlag.MCAST_FAST_LEAVE));
    }
    to.accept("mcast_flood", port.has(PortFlag.MCAST_FLOOD));
    to.accept("bcast_flood", port.has(PortFlag.BCAST_FLOOD));
    to.accept("mcast_to_unicast", port.has(PortFlag.MCAST_TO_UNICAST));
    to.accept("neigh_suppress", false);
    to.accept("group_fwd_mask", hex(port.groupForwardMask()));
    to.accept("group_fwd_mask_str", groups(port.groupForwardMask()));
    to.accept("vlan_tunnel", false);
    to.accept("isolated", port.has(PortFlag.ISOLATED));
    to.accept("locked", port.has(PortFlag.LOCKED));
  }

  /** What {@code -d} prints behind the word {@code bridge_slave}, each with a space behind it. */
  public static String text(BridgePort port) {
    StringBuilder out = new StringBuilder();
    each(
        port, false, (name, value) -> out.append(name).append(' ').append(word(value)).append(' '));
    return out.toString();
  }

  private static String word(Object value) {
    return switch (value) {
      case Boolean on -> on ? "on" : "off";
      case BigDecimal seconds -> String.format("%7s", seconds);
      default -> value.toString();
    };
  }

  /** The words that make of a new port one like this; its state is none of them. */
  static List<String> words(BridgePort port) {
    Bridge bridge = new Bridge(1, "bridge", 0, port.master().loop(), 0);
    NetDevice device = new DummyDevice(2, "port", 0);
    bridge.addPort(device);
    Map<String, Object> before = new LinkedHashMap<>();
    each(bridge.bridgePorts()[0], false, before::put);
    List<String> words = new ArrayList<>();
    each(
        port,
        false,
        (name, value) -> {
          boolean settable = WORDS.contains(name) && !name.equals("state");
          if (settable && !value.equals(before.get(name))) {
            words.addAll(List.of(name, word(value)));
          }
        });
    return words;
  }

  /** The same as {@code info_slave_data}. */
  public static Map<String, Object> json(BridgePort port) {
    Map<String, Object> map = new LinkedHashMap<>();
    each(port, true, map::put);
    return map;
  }
}
