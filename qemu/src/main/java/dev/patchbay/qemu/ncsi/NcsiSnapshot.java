package dev.patchbay.qemu.ncsi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The NC-SI side of a port at one moment, for {@code ncsi show} and JSON; the component names are
 * the JSON keys.
 *
 * @param profile {@code fast}, {@code strict} or {@code off}
 * @param vendor {@code none}, {@code mellanox}, {@code broadcom} or {@code intel}
 * @param mac address told to the guest by OEM get-MAC, null if none is configured
 * @param used whether the guest has sent any NC-SI command yet
 * @param configured whether a channel is enabled and may transmit
 * @param hostDriver whether the host's driver is shown as running
 * @param packages all that are there, by id
 * @param statistics of the whole port
 */
public record NcsiSnapshot(
    String profile,
    String vendor,
    @Nullable String mac,
    boolean used,
    boolean configured,
    boolean hostDriver,
    List<Package> packages,
    Statistics statistics) {

  static final String[] BROADCAST = {"arp", "dhcp-client", "dhcp-server", "netbios"};
  static final String[] MULTICAST = {
    "neighbour-advertisement",
    "router-advertisement",
    "dhcpv6-relay",
    "dhcpv6-server",
    "mld",
    "neighbour-solicitation"
  };
  static final String[] AENS = {"link", "configuration", "host-driver"};

  /**
   * One package.
   *
   * @param id 0 to 7
   * @param selected whether it may send on the NC-SI bus
   * @param hardwareArbitration what the guest's Select Package asked for (there is one card only;
   *     kept to be shown)
   * @param channels by id
   */
  public record Package(
      int id, boolean selected, boolean hardwareArbitration, List<Channel> channels) {}

  /**
   * One channel.
   *
   * @param id 0 to 30
   * @param initialState whether it waits for Clear Initial State
   * @param enabled whether frames and events go to the guest
   * @param transmit whether frames of the guest go out
   * @param allowLinkDown what the last Disable Channel allowed
   * @param aens enabled events: {@code link}, {@code configuration}, {@code host-driver}
   * @param managementController id to which events go
   * @param flowControl whether PAUSE towards the guest is enabled
   * @param keepPhy whether Intel's keep-PHY-up was asked for
   * @param affinity address that Mellanox's Set MC Affinity bound to the channel, or null
   * @param link {@code down}, or e.g. {@code up 1000 full autoneg}
   * @param filters what the guest wants to receive
   * @param counters of control packets
   */
  public record Channel(
      int id,
      boolean initialState,
      boolean enabled,
      boolean transmit,
      boolean allowLinkDown,
      List<String> aens,
      int managementController,
      boolean flowControl,
      boolean keepPhy,
      @Nullable String affinity,
      String link,
      Filters filters,
      Counters counters) {}

  /**
   * Filters of a channel. They are state that is shown; frames are not dropped by them.
   *
   * @param mac addresses that were set
   * @param vlan tags that were set
   * @param vlanMode {@code off}, {@code vlan-only}, {@code vlan-and-untagged}, {@code
   *     any-vlan-and-untagged}
   * @param broadcast what passes the broadcast filter, null while it is off (then all broadcasts
   *     pass)
   * @param multicast what passes the global multicast filter, null while it is off (then all
   *     multicasts pass)
   */
  public record Filters(
      List<MacFilter> mac,
      List<VlanFilter> vlan,
      String vlanMode,
      @Nullable List<String> broadcast,
      @Nullable List<String> multicast) {}

  /** MAC address filter, numbered from 1. */
  public record MacFilter(int number, String address, boolean enabled) {}

  /** VLAN filter, numbered from 1. */
  public record VlanFilter(int number, int vlan, boolean enabled) {}

  /** Control packets of one channel (Get NC-SI Statistics). */
  public record Counters(
      long commands,
      long dropped,
      long typeErrors,
      long checksumErrors,
      long transmitted,
      long aens) {}

  /**
   * Control packets of the whole port.
   *
   * @param frames NC-SI frames received
   * @param answered answers sent
   * @param refused of these, answers with an error code
   * @param unanswered commands to packages or channels that are not there, or any with profile off
   * @param malformed frames dropped: too short, not a command, wrong revision, lying length
   * @param checksumErrors frames dropped for their checksum
   * @param repeated commands with the id and type of the one before
   * @param aens events sent
   * @param commands commands to packages that are there, by name
   */
  public record Statistics(
      long frames,
      long answered,
      long refused,
      long unanswered,
      long malformed,
      long checksumErrors,
      long repeated,
      long aens,
      Map<String, Long> commands) {}

  /** Names of the bits set; null for -1. */
  static @Nullable List<String> namesOrNull(int mask, String[] names) {
    return mask < 0 ? null : names(mask, names);
  }

  /** Names of the bits set. */
  static List<String> names(int mask, String[] names) {
    List<String> list = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      if ((mask >> i & 1) != 0) {
        list.add(names[i]);
      }
    }
    return List.copyOf(list);
  }
}
