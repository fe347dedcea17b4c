package dev.patchbay.stack.admin.bridge;

import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.LinkLayer;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgeRefusedException;
import dev.patchbay.stack.bridge.Fdb;
import dev.patchbay.stack.bridge.MulticastSettings;
import dev.patchbay.stack.bridge.MulticastSettings.Interval;
import dev.patchbay.stack.bridge.Snooping;
import dev.patchbay.stack.bridge.SpanningTree;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.EtherType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The words behind {@code ip link … type bridge} (iproute2's {@code iplink_bridge.c}, Linux's
 * {@code br_changelink}), and what {@code ip -d link show} says of a bridge.
 */
public final class BridgeAttributes {
  /** What is said of a word that is none. */
  public static final String USAGE =
      """
      Usage: ... bridge [ fdb_flush ]
      		  [ forward_delay FORWARD_DELAY ]
      		  [ hello_time HELLO_TIME ]
      		  [ max_age MAX_AGE ]
      		  [ ageing_time AGEING_TIME ]
      		  [ stp_state STP_STATE ]
      		  [ priority PRIORITY ]
      		  [ group_fwd_mask MASK ]
      		  [ group_address ADDRESS ]
      		  [ no_linklocal_learn NO_LINKLOCAL_LEARN ]
      		  [ vlan_filtering VLAN_FILTERING ]
      		  [ vlan_protocol VLAN_PROTOCOL ]
      		  [ vlan_default_pvid VLAN_DEFAULT_PVID ]
      		  [ mcast_snooping MULTICAST_SNOOPING ]
      		  [ mcast_router MULTICAST_ROUTER ]
      		  [ mcast_query_use_ifaddr MCAST_QUERY_USE_IFADDR ]
      		  [ mcast_querier MULTICAST_QUERIER ]
      		  [ mcast_hash_max HASH_MAX ]
      		  [ mcast_last_member_count LAST_MEMBER_COUNT ]
      		  [ mcast_startup_query_count STARTUP_QUERY_COUNT ]
      		  [ mcast_last_member_interval LAST_MEMBER_INTERVAL ]
      		  [ mcast_membership_interval MEMBERSHIP_INTERVAL ]
      		  [ mcast_querier_interval QUERIER_INTERVAL ]
      		  [ mcast_query_interval QUERY_INTERVAL ]
      		  [ mcast_query_response_interval QUERY_RESPONSE_INTERVAL ]
      		  [ mcast_startup_query_interval STARTUP_QUERY_INTERVAL ]
      		  [ mcast_igmp_version IGMP_VERSION ]
      		  [ mcast_mld_version MLD_VERSION ]

      Where: VLAN_PROTOCOL := { 802.1Q | 802.1ad }\
      """;

  private static final long U8 = 0xff;
  private static final long U16 = 0xffff;
  private static final long U32 = 0xffff_ffffL;

  /** Times are told in hundredths of a second (USER_HZ). */
  private static final long TICK = 10_000_000L;

  /** More of them would not be told apart from it: some 29 years. */
  private static final long LONGEST = 1L << 33;

  /** Whose places in iproute2's order decide what an abbreviation means; with their largest. */
  private static final Map<String, Long> WORDS = new LinkedHashMap<>();

  /** What is reported of things that are not here, and can be set to that alone. */
  private static final Map<String, Integer> FIXED = new LinkedHashMap<>();

  /** Times of snooping, in iproute2's order. */
  private static final Map<String, Interval> INTERVALS = new LinkedHashMap<>();

  static {
    INTERVALS.put("mcast_last_member_interval", Interval.LAST_MEMBER);
    INTERVALS.put("mcast_membership_interval", Interval.MEMBERSHIP);
    INTERVALS.put("mcast_querier_interval", Interval.QUERIER);
    INTERVALS.put("mcast_query_interval", Interval.QUERY);
    INTERVALS.put("mcast_query_response_interval", Interval.QUERY_RESPONSE);
    INTERVALS.put("mcast_startup_query_interval", Interval.STARTUP_QUERY);
    for (String word : List.of("forward_delay", "hello_time", "max_age", "ageing_time")) {
      WORDS.put(word, U32);
    }
    WORDS.put("stp_state", U32);
    WORDS.put("priority", U16);
    WORDS.put("vlan_filtering", U8);
    WORDS.put("vlan_protocol", 0L);
    WORDS.put("group_fwd_mask", U16);
    WORDS.put("group_address", 0L);
    WORDS.put("no_linklocal_learn", U8);
    WORDS.put("fdb_flush", 0L);
    WORDS.put("vlan_default_pvid", U16);
    fix(U8, "vlan_stats_enabled", 0);
    fix(U8, "vlan_stats_per_port", 0);
    WORDS.put("mcast_router", U8);
    WORDS.put("mcast_snooping", U8);
    fix(U8, "mcast_vlan_snooping", 0);
    WORDS.put("mcast_query_use_ifaddr", U8);
    WORDS.put("mcast_querier", U8);
    fix(U32, "mcast_hash_elasticity", 16);
    WORDS.put("mcast_hash_max", U32);
    WORDS.put("mcast_last_member_count", U32);
    WORDS.put("mcast_startup_query_count", U32);
    INTERVALS.keySet().forEach(word -> WORDS.put(word, Long.MAX_VALUE));
    fix(U8, "mcast_stats_enabled", 0);
    WORDS.put("mcast_igmp_version", U8);
    WORDS.put("mcast_mld_version", U8);
    fix(U8, "nf_call_iptables", 0);
    fix(U8, "nf_call_ip6tables", 0);
    fix(U8, "nf_call_arptables", 0);
  }

  private static void fix(long most, String word, int value) {
    WORDS.put(word, most);
    FIXED.put(word, value);
  }

  /** A change, which Linux may refuse. */
  @FunctionalInterface
  private interface Change {
    void apply(Bridge bridge) throws BridgeRefusedException;
  }

  /** In the order in which Linux makes them, whatever that of the words is. */
  private static final List<String> ORDER =
      List.of(
          "forward_delay",
          "hello_time",
          "max_age",
          "ageing_time",
          "stp_state",
          "priority",
          "vlan_filtering",
          "vlan_protocol",
          "vlan_default_pvid",
          "group_fwd_mask",
          "group_address",
          "fdb_flush",
          "mcast_router",
          "mcast_snooping",
          "mcast_query_use_ifaddr",
          "mcast_querier",
          "mcast_hash_max",
          "mcast_last_member_count",
          "mcast_startup_query_count",
          "mcast_last_member_interval",
          "mcast_membership_interval",
          "mcast_querier_interval",
          "mcast_query_interval",
          "mcast_query_response_interval",
          "mcast_startup_query_interval",
          "mcast_igmp_version",
          "mcast_mld_version",
          "no_linklocal_learn");

  /** One for each word; of two for the same the last. */
  private final Map<String, Change> changes = new HashMap<>();

  private long pvid;

  private BridgeAttributes() {}

  /**
   * Reads the words behind {@code type bridge}, all of them.
   *
   * @throws RefusedException for what iproute2 does not read, or what is not supported here
   */
  public static BridgeAttributes parse(Words words) throws RefusedException {
    BridgeAttributes wish = new BridgeAttributes();
    while (words.hasNext()) {
      wish.read(words.next(), words);
    }
    return wish;
  }

  /**
   * Changes a bridge in Linux's order; what comes before one that is refused there is done, as with
   * Linux.
   *
   * @throws BridgeRefusedException as {@code br_changelink}
   */
  public void apply(Bridge bridge) throws BridgeRefusedException {
    if (pvid >= 4095) {
      throw new BridgeRefusedException(Errno.EINVAL); // br_validate: before anything is changed
    }
    for (String word : ORDER) {
      Change change = changes.get(word);
      if (change != null) {
        change.apply(bridge);
      }
    }
  }

  private void read(String word, Words words) throws RefusedException {
    String full =
        WORDS.keySet().stream().filter(w -> IpOptions.matches(word, w)).findFirst().orElse("");
    switch (full) {
      case "" -> throw unknown(word);
      case "fdb_flush" ->
          changes.put(full, b -> b.fdb().flush(entry -> entry.state() == Fdb.State.DYNAMIC));
      case "vlan_protocol" -> protocol(words.next());
      case "group_address" -> group(words.next());
      default -> number(full, words.next());
    }
  }

  private static RefusedException unknown(String word) {
    if (IpOptions.matches(word, "help")) {
      return new RefusedException(RefusedException.FAILED, USAGE);
    }
    return new RefusedException(
        RefusedException.FAILED, "bridge: unknown command \"" + word + "\"?\n" + USAGE);
  }

  private void protocol(String word) throws RefusedException {
    int protocol;
    if (word.equalsIgnoreCase("802.1Q")) {
      protocol = EtherType.VLAN;
    } else if (word.equalsIgnoreCase("802.1ad")) {
      protocol = EtherType.QINQ;
    } else {
      throw RefusedException.wrong(word, "invalid vlan_protocol");
    }
    changes.put("vlan_protocol", bridge -> bridge.vlans().protocol(protocol));
  }

  private void group(String word) {
    long mac = Math.max(LinkLayer.scanned(word), 0);
    changes.put("group_address", bridge -> bridge.stp().group(mac));
  }

  private void number(String word, String text) throws RefusedException {
    long value = Numbers.unsigned(text, WORDS.getOrDefault(word, U32));
    if (value < 0) {
      throw RefusedException.wrong(text, "invalid " + word);
    }
    if (word.equals("vlan_default_pvid")) {
      pvid = value;
    }
    Integer fixed = FIXED.get(word);
    if (fixed != null && fixed != value) {
      throw RefusedException.unsupported("ip link type bridge " + word + " " + text);
    } else if (fixed == null) {
      changes.put(word, change(word, value));
    }
  }

  private static Change change(String word, long value) {
    return switch (word) {
      case "forward_delay" -> bridge -> bridge.stp().forwardDelay(value * TICK);
      case "hello_time" -> bridge -> bridge.stp().helloTime(value * TICK);
      case "max_age" -> bridge -> bridge.stp().maxAge(value * TICK);
      case "ageing_time" -> bridge -> bridge.ageing(value * TICK);
      case "stp_state" -> bridge -> bridge.stp().on(value != 0);
      case "priority" -> bridge -> bridge.stp().priority((int) value);
      case "vlan_filtering" -> bridge -> bridge.vlans().filtering(value != 0);
      case "vlan_default_pvid" -> bridge -> bridge.vlans().defaultPvid((int) value);
      case "group_fwd_mask" -> bridge -> bridge.groupForwardMask((int) value);
      case "no_linklocal_learn" -> bridge -> bridge.learnsFromLinkLocal(value == 0);
      default -> snooping(word, value);
    };
  }

  private static Change snooping(String word, long value) {
    Interval interval = INTERVALS.get(word);
    if (interval != null) {
      long nanos = Math.min(value, LONGEST) * TICK;
      return bridge -> bridge.snooping().settings().set(interval, nanos);
    }
    return switch (word) {
      case "mcast_snooping" -> bridge -> bridge.snooping().on(value != 0);
      case "mcast_querier" -> bridge -> bridge.snooping().querier(value != 0);
      case "mcast_router" -> bridge -> bridge.snooping().router(value);
      case "mcast_query_use_ifaddr" ->
          bridge -> bridge.snooping().settings().usesOwnAddress(value != 0);
      case "mcast_hash_max" -> bridge -> bridge.snooping().settings().hashMax(value);
      case "mcast_last_member_count" ->
          bridge -> bridge.snooping().settings().lastMemberCount(value);
      case "mcast_startup_query_count" ->
          bridge -> bridge.snooping().settings().startupQueryCount(value);
      case "mcast_igmp_version" -> bridge -> bridge.snooping().settings().igmpVersion(value);
      case "mcast_mld_version" -> bridge -> bridge.snooping().settings().mldVersion(value);
      default -> throw new IllegalArgumentException(word);
    };
  }

  // ---- what is said

  /** Id of a bridge: priority, a point, address without leading zeros. */
  static String id(long id) {
    StringBuilder out = new StringBuilder(String.format("%04x.", id >>> 48));
    for (int shift = 40; shift >= 0; shift -= 8) {
      out.append(Long.toHexString(id >>> shift & 0xff)).append(shift > 0 ? ":" : "");
    }
    return out.toString();
  }

  /** Seconds with two places, as the timers are told. */
  static BigDecimal seconds(long nanos) {
    return BigDecimal.valueOf(nanos / TICK, 2);
  }

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }

  /** Gives each attribute to {@code to} with its name, in order, for text or for JSON. */
  private static void each(Bridge bridge, boolean json, BiConsumer<String, Object> to) {
    SpanningTree stp = bridge.stp();
    to.accept("forward_delay", stp.forwardDelay() / TICK);
    to.accept("hello_time", stp.helloTime() / TICK);
    to.accept("max_age", stp.maxAge() / TICK);
    to.accept("ageing_time", bridge.ageing() / TICK);
    to.accept("stp_state", bit(stp.isOn()));
    to.accept("priority", stp.priority());
    to.accept("vlan_filtering", bit(bridge.vlans().isFiltering()));
    String protocol = bridge.vlans().protocol() == EtherType.VLAN ? "802.1Q" : "802.1ad";
    to.accept("vlan_protocol", protocol);
    to.accept("bridge_id", id(stp.id()));
    to.accept(json ? "root_id" : "designated_root", id(stp.designatedRoot()));
    to.accept("root_port", stp.rootPort());
    to.accept("root_path_cost", stp.rootPathCost());
    to.accept("topology_change", bit(stp.isChanging()));
    to.accept("topology_change_detected", bit(stp.isChangeDetected()));
    long[] timers = stp.timers();
    to.accept("hello_timer", seconds(timers[0]));
    to.accept("tcn_timer", seconds(timers[1]));
    to.accept("topology_change_timer", seconds(timers[2]));
    to.accept("gc_timer", seconds(0));
    to.accept("vlan_default_pvid", bridge.vlans().defaultPvid());
    to.accept("vlan_stats_enabled", 0);
    to.accept("vlan_stats_per_port", 0);
    to.accept("group_fwd_mask", BridgeSlaveAttributes.hex(bridge.groupForwardMask()));
    to.accept(json ? "group_addr" : "group_address", Addresses.macToString(stp.group()));
    to.accept("mcast_snooping", bit(bridge.snooping().isOn()));
    to.accept("no_linklocal_learn", bit(!bridge.learnsFromLinkLocal()));
    to.accept("mcast_vlan_snooping", 0);
    snooping(bridge.snooping(), json, to);
    for (String name : List.of("nf_call_iptables", "nf_call_ip6tables", "nf_call_arptables")) {
      to.accept(name, 0);
    }
  }

  private static void snooping(Snooping snooping, boolean json, BiConsumer<String, Object> to) {
    MulticastSettings settings = snooping.settings();
    to.accept("mcast_router", snooping.router());
    to.accept("mcast_query_use_ifaddr", bit(settings.usesOwnAddress()));
    to.accept("mcast_querier", bit(snooping.isQuerier()));
    to.accept("mcast_hash_elasticity", 16);
    to.accept("mcast_hash_max", settings.hashMax());
    to.accept(name("mcast_last_member_count", json), settings.lastMemberCount());
    to.accept(name("mcast_startup_query_count", json), settings.startupQueryCount());
    INTERVALS.forEach(
        (word, interval) -> to.accept(name(word, json), settings.get(interval) / TICK));
    to.accept("mcast_stats_enabled", 0);
    to.accept("mcast_igmp_version", settings.igmpVersion());
    to.accept("mcast_mld_version", settings.mldVersion());
  }

  /** JSON has it shorter. */
  private static String name(String word, boolean json) {
    return json ? word.replace("_count", "_cnt").replace("_interval", "_intvl") : word;
  }

  /** What {@code -d} prints behind the word {@code bridge}, each with a space behind it. */
  public static String text(Bridge bridge) {
    StringBuilder out = new StringBuilder();
    each(
        bridge,
        false,
        (name, value) -> {
          out.append(name).append(' ');
          out.append(value instanceof BigDecimal ? String.format("%7s", value) : value).append(' ');
        });
    return out.toString();
  }

  /** The words that make of a new bridge one like this. */
  public static List<String> words(Bridge bridge) {
    Map<String, Object> before = new LinkedHashMap<>();
    each(new Bridge(1, bridge.name(), 0, bridge.loop(), 0), false, before::put);
    List<String> words = new ArrayList<>();
    each(
        bridge,
        false,
        (name, value) -> {
          if (WORDS.containsKey(name) && !value.equals(before.get(name))) {
            words.addAll(List.of(name, value.toString()));
          }
        });
    return words;
  }

  /** The same as {@code info_data}. */
  public static Map<String, Object> json(Bridge bridge) {
    Map<String, Object> map = new LinkedHashMap<>();
    each(bridge, true, map::put);
    return map;
  }
}
