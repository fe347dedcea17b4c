package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.JsonWriter;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.bond.Bond;
import dev.patchbay.stack.bond.BondPort;
import dev.patchbay.stack.bond.BondSettings;
import dev.patchbay.stack.bond.BondSettings.FailOverMac;
import dev.patchbay.stack.bond.BondSettings.Reselect;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code type bond}, in mode active-backup alone (iproute2's {@code iplink_bond.c}, Linux's {@code
 * bond_netlink.c} and {@code bond_options.c}). Links are watched by carrier ({@code miimon}); what
 * belongs to other modes, to watching by ARP, or to several queues is refused. Of several words
 * none acts where one is refused.
 */
final class BondType implements LinkType {
  private static final String USAGE =
      """
      Usage: ... bond mode active-backup [ active_slave SLAVE_DEV ]
                      [ clear_active_slave ] [ miimon MIIMON ]
                      [ updelay UPDELAY ] [ downdelay DOWNDELAY ]
                      [ peer_notify_delay DELAY ] [ use_carrier 1 ]
                      [ primary SLAVE_DEV ]
                      [ primary_reselect PRIMARY_RESELECT ]
                      [ fail_over_mac FAIL_OVER_MAC ]
                      [ resend_igmp RESEND_IGMP ]
                      [ num_grat_arp|num_unsol_na NUM_GRAT_ARP|NUM_UNSOL_NA ]
                      [ all_slaves_active ALL_SLAVES_ACTIVE ]

      PRIMARY_RESELECT := always|better|failure
      FAIL_OVER_MAC := none|active|follow\
      """;

  private static final List<String> MODES =
      List.of(
          "balance-rr",
          "active-backup",
          "balance-xor",
          "broadcast",
          "802.3ad",
          "balance-tlb",
          "balance-alb");

  /** In the order in which iproute2 tries them, which decides what an abbreviation means. */
  private static final List<String> WORDS =
      List.of(
          "mode",
          "active_slave",
          "clear_active_slave",
          "miimon",
          "updelay",
          "downdelay",
          "peer_notify_delay",
          "use_carrier",
          "arp_interval",
          "arp_ip_target",
          "ns_ip6_target",
          "arp_validate",
          "arp_all_targets",
          "primary",
          "primary_reselect",
          "fail_over_mac",
          "xmit_hash_policy",
          "resend_igmp",
          "num_grat_arp",
          "num_unsol_na",
          "all_slaves_active",
          "min_links",
          "lp_interval",
          "packets_per_slave",
          "lacp_active",
          "lacp_rate",
          "ad_select",
          "ad_user_port_key",
          "ad_actor_sys_prio",
          "ad_actor_system",
          "tlb_dynamic_lb",
          "arp_missed_max",
          "help");

  private static final long U8 = 0xff;
  private static final long U32 = 0xffff_ffffL;
  private static final String HAS_PORTS = "unable to set option because the bond device has slaves";
  private static final String IS_UP = "unable to set option because the bond device is up";
  private static final String INVALID = "invalid option value";

  @Override
  public String kind() {
    return Bond.TYPE;
  }

  /** The primary port is named when there are ports. */
  @Override
  public List<String> words(NetDevice device) {
    BondSettings s = ((Bond) device).settings();
    BondSettings usual = new BondSettings();
    List<String> words = new ArrayList<>(List.of("mode", "active-backup"));
    number(words, "miimon", s.miimon, usual.miimon);
    number(words, "updelay", s.upDelay * s.miimon, 0);
    number(words, "downdelay", s.downDelay * s.miimon, 0);
    number(words, "peer_notify_delay", s.notifyDelay * s.miimon, 0);
    number(words, "resend_igmp", s.igmpReports, usual.igmpReports);
    number(words, "num_grat_arp", s.notifications, usual.notifications);
    number(words, "all_slaves_active", s.allReceive ? 1 : 0, 0);
    if (s.reselect != usual.reselect) {
      words.addAll(List.of("primary_reselect", s.reselect.name().toLowerCase(Locale.ROOT)));
    }
    if (s.failOverMac != usual.failOverMac) {
      words.addAll(List.of("fail_over_mac", s.failOverMac.name().toLowerCase(Locale.ROOT)));
    }
    return words;
  }

  private static void number(List<String> words, String word, int value, int usual) {
    if (value != usual) {
      words.addAll(List.of(word, String.valueOf(value)));
    }
  }

  @Override
  public NetDevice fresh(NetDevice like, EventLoop loop) {
    return new Bond(1, like.name(), 0, loop, () -> 0);
  }

  @Override
  public Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException {
    BondWish wish = new BondWish(stack);
    while (words.hasNext()) {
      wish.word(words.next(), words);
    }
    return wish;
  }

  @Override
  public String text(NetDevice device) {
    StringBuilder out = new StringBuilder();
    json(device).forEach((name, value) -> out.append(textName(name, value)).append(' '));
    return out.toString();
  }

  private static String textName(String name, Object value) {
    return switch (name) {
      case "arp_validate" -> "arp_validate none"; // as JSON null, by a slip of iproute2's
      case "num_peer_notif" -> "num_grat_arp " + value;
      case "ad_lacp_active", "ad_lacp_rate" -> name.substring(3) + " " + value;
      default -> name + " " + value;
    };
  }

  @Override
  public Map<String, Object> json(NetDevice device) {
    Bond bond = (Bond) device;
    BondSettings s = bond.settings();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("mode", "active-backup");
    BondPort active = bond.active();
    if (active != null) {
      map.put("active_slave", active.device().name());
    }
    map.put("miimon", s.miimon);
    map.put("updelay", s.upDelay * s.miimon);
    map.put("downdelay", s.downDelay * s.miimon);
    map.put("peer_notify_delay", s.notifyDelay * s.miimon);
    map.put("use_carrier", 1);
    map.put("arp_interval", 0);
    map.put("arp_missed_max", 2);
    map.put("arp_validate", JsonWriter.NULL);
    map.put("arp_all_targets", "any");
    BondPort primary = bond.primary();
    if (primary != null) {
      map.put("primary", primary.device().name());
    }
    map.put("primary_reselect", s.reselect.name().toLowerCase(Locale.ROOT));
    map.put("fail_over_mac", s.failOverMac.name().toLowerCase(Locale.ROOT));
    map.put("xmit_hash_policy", "layer2");
    map.put("resend_igmp", s.igmpReports);
    map.put("num_peer_notif", s.notifications);
    map.put("all_slaves_active", s.allReceive ? 1 : 0);
    map.put("min_links", 0);
    map.put("lp_interval", 1);
    map.put("packets_per_slave", 1);
    map.put("ad_lacp_active", "on");
    map.put("ad_lacp_rate", "slow");
    map.put("ad_select", "stable");
    map.put("tlb_dynamic_lb", 1);
    return map;
  }

  /** What the words asked for; null and -1 stand for nothing. */
  private static final class BondWish implements Wish {
    private final NetworkStack stack;
    private @Nullable String mode;
    private @Nullable NetDevice active;
    private boolean clearsActive;
    private @Nullable String primary;
    private long miimon = -1;
    private long upDelay = -1;
    private long downDelay = -1;
    private long notifyDelay = -1;
    private long useCarrier = -1;
    private long igmpReports = -1;
    private long notifications = -1;
    private long allReceive = -1;
    private @Nullable Reselect reselect;
    private @Nullable FailOverMac failOverMac;

    BondWish(NetworkStack stack) {
      this.stack = stack;
    }

    void word(String word, Words words) throws RefusedException {
      String full = WORDS.stream().filter(w -> IpOptions.matches(word, w)).findFirst().orElse("");
      switch (full) {
        case "mode" -> mode = oneOf(words.next(), "mode", MODES);
        case "active_slave" -> active = LinkParser.present(stack, words.next());
        case "clear_active_slave" -> clearsActive = true;
        case "primary" -> primary = LinkParser.present(stack, words.next()).name();
        case "miimon" -> miimon = number(words.next(), full, U32);
        case "updelay" -> upDelay = number(words.next(), full, U32);
        case "downdelay" -> downDelay = number(words.next(), full, U32);
        case "peer_notify_delay" -> notifyDelay = number(words.next(), full, U32);
        case "use_carrier" -> useCarrier = number(words.next(), full, U8);
        case "resend_igmp" -> igmpReports = number(words.next(), full, U32);
        case "num_grat_arp", "num_unsol_na" ->
            notifications = number(words.next(), "num_grat_arp|num_unsol_na", U8);
        case "all_slaves_active" -> allReceive = number(words.next(), full, U8);
        case "primary_reselect" ->
            reselect =
                Reselect.valueOf(
                    oneOf(words.next(), full, List.of("always", "better", "failure"))
                        .toUpperCase(Locale.ROOT));
        case "fail_over_mac" ->
            failOverMac =
                FailOverMac.valueOf(
                    oneOf(words.next(), full, List.of("none", "active", "follow"))
                        .toUpperCase(Locale.ROOT));
        case "help" -> throw new RefusedException(RefusedException.FAILED, USAGE);
        case "" -> throw LinkTypes.unknownWord(Bond.TYPE, word, USAGE);
        default -> throw RefusedException.unsupported("ip link type bond " + full);
      }
    }

    private static long number(String word, String what, long max) throws RefusedException {
      long value = Numbers.unsigned(word, max);
      if (value < 0) {
        throw LinkParser.invalid(word, "invalid " + what);
      }
      return value;
    }

    /** A name of a table or its number there ({@code get_index}). */
    private static String oneOf(String word, String what, List<String> all)
        throws RefusedException {
      if (all.contains(word)) {
        return word;
      }
      long number = Numbers.unsigned(word, all.size() - 1L);
      if (number < 0) {
        throw LinkParser.invalid(word, "invalid " + what);
      }
      return all.get((int) number);
    }

    /** {@code bond_validate}. */
    @Override
    public void check(LinkRequest request) throws LinkRefusedException {
      LinkTypes.checkAddress(request, null);
    }

    private void checkMode() throws RefusedException {
      if (!"active-backup".equals(mode)) {
        throw new RefusedException(
            RefusedException.UNSUPPORTED,
            "Error: a bond of mode '"
                + (mode == null ? "balance-rr" : mode)
                + "' is not supported here, only one of 'mode active-backup'.");
      }
    }

    @Override
    public NetDevice create(NetworkStack stack, LinkRequest request)
        throws LinkRefusedException, RefusedException {
      checkMode();
      if (active != null) {
        throw new LinkRefusedException(Errno.EINVAL, INVALID); // it has no ports yet
      }
      String name = LinkTypes.name(stack, request, Bond.TYPE);
      RandomSource random = stack.random().derive("bond " + name);
      Bond made =
          new Bond(
              LinkTypes.index(stack, request),
              name,
              LinkTypes.mac(stack, request, name),
              stack.loop(),
              () -> random.nextLong() & 0xfcff_ffff_ffffL | 0x0200_0000_0000L);
      LinkTypes.apply(made, request);
      BondSettings settings = settings(made);
      stack.add(made);
      made.change(settings);
      return made;
    }

    @Override
    public void change(NetDevice device) throws LinkRefusedException, RefusedException {
      Bond bond = (Bond) device;
      if (mode != null) {
        noPorts(bond);
        if (bond.isUp()) {
          throw new LinkRefusedException(Errno.EBUSY, IS_UP);
        }
        checkMode();
      }
      BondSettings settings = settings(bond);
      BondPort chosen = chosen(bond);
      if (chosen != null || clearsActive) {
        bond.activate(chosen);
      }
      bond.change(settings);
    }

    private static void noPorts(Bond bond) throws LinkRefusedException {
      if (!bond.ports().isEmpty()) {
        throw new LinkRefusedException(Errno.EBUSY, HAS_PORTS);
      }
    }

    private @Nullable BondPort chosen(Bond bond) throws LinkRefusedException {
      if (active == null) {
        return null;
      }
      if (active.masterPort() instanceof BondPort port
          && port.master().equals(bond)
          && bond.mayActivate(port)) {
        return port;
      }
      throw new LinkRefusedException(Errno.EINVAL, INVALID);
    }

    /** What the bond is to have, within the ranges. */
    private BondSettings settings(Bond bond) throws LinkRefusedException, RefusedException {
      BondSettings s = bond.settings().clone();
      s.miimon = number(miimon, s.miimon, Integer.MAX_VALUE);
      s.upDelay = looks(upDelay, s.upDelay, s.miimon);
      s.downDelay = looks(downDelay, s.downDelay, s.miimon);
      s.notifyDelay = looks(notifyDelay, s.notifyDelay, s.miimon);
      s.igmpReports = number(igmpReports, s.igmpReports, U8);
      s.notifications = number(notifications, s.notifications, U8);
      s.allReceive = number(allReceive, s.allReceive ? 1 : 0, 1) == 1;
      if (number(useCarrier, 1, 1) == 0) {
        throw RefusedException.unsupported("ip link type bond use_carrier 0");
      }
      s.primary = primary == null ? s.primary : primary;
      s.reselect = reselect == null ? s.reselect : reselect;
      if (failOverMac != null) {
        noPorts(bond);
        s.failOverMac = failOverMac;
      }
      return s;
    }

    private static int number(long wanted, int now, long max) throws LinkRefusedException {
      if (wanted > max) {
        throw new LinkRefusedException(Errno.EINVAL, INVALID);
      }
      return wanted < 0 ? now : (int) wanted;
    }

    /** A time in ms as a number of looks, cut ({@code _bond_option_delay_set}). */
    private static int looks(long wanted, int now, int miimon) throws LinkRefusedException {
      if (wanted >= 0 && miimon == 0) {
        throw new LinkRefusedException(Errno.EPERM);
      }
      int ms = number(wanted, 0, Integer.MAX_VALUE);
      return wanted < 0 ? now : ms / miimon;
    }
  }
}
