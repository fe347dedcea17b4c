package dev.patchbay.stack.multicast;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The multicast groups of a namespace: which device takes which, and for whom. */
public final class MulticastEngine {
  /** Sources of one query that are looked at. */
  static final int MAX_ASKED = 64;

  private static final long ALL_HOSTS = Addresses.V4_PREFIX | 0xe000_0001L;

  /**
   * Groups of each device with IPv6: all nodes of host and link, and, for a router, all routers.
   */
  private static final long[] STANDING6 = {
    0xff01_0000_0000_0000L,
    1,
    0xff02_0000_0000_0000L,
    1,
    0xff02_0000_0000_0000L,
    2,
    0xff01_0000_0000_0000L,
    2,
    0xff05_0000_0000_0000L,
    2
  };

  private static final int NODE_ONLY = 4;

  /** Groups of narrower scope do not leave the node (RFC 4291 section 2.7). */
  private static final int LINK_LOCAL_SCOPE = 2;

  /**
   * A group on a device, for lists ({@code ip maddress}, {@code /proc/net/igmp}).
   *
   * @param filter what all members together want
   * @param users members: sockets, and the stack itself
   */
  public record Entry(NetDevice device, IpAddress group, SourceFilter filter, int users) {}

  /**
   * A group of the link, by whose address others are sent to ({@code dev_mc_add}).
   *
   * @param mac its Ethernet address
   * @param users groups of both families that are sent to it
   */
  public record LinkGroup(long mac, int users) {}

  private final NetworkStack stack;
  private final RandomSource random;
  private final Igmp igmp;
  private final Mld mld;
  private final Map<NetDevice, InterfaceGroups> groups4 = new HashMap<>();
  private final Map<NetDevice, InterfaceGroups> groups6 = new HashMap<>();

  /** Users of each device's groups of the link, the oldest first. */
  private final Map<NetDevice, Map<Long, Integer>> links = new HashMap<>();

  /** Nothing is joined yet. */
  public MulticastEngine(NetworkStack stack) {
    this.stack = stack;
    random = stack.random().derive("multicast");
    igmp = new Igmp(stack, this);
    mld = new Mld(stack, this);
  }

  public Igmp igmp() {
    return igmp;
  }

  public Mld mld() {
    return mld;
  }

  @Nullable InterfaceGroups groups(NetDevice device, boolean v4) {
    return (v4 ? groups4 : groups6).get(device);
  }

  /**
   * Whether a packet to a group is for us ({@code ip_check_mc}, {@code ipv6_chk_mcast_addr}).
   *
   * @param device by which it came, or by which it leaves
   */
  public boolean accepts(NetDevice device, long hi, long lo, long srcHi, long srcLo) {
    InterfaceGroups groups = groups(device, Addresses.isV4(hi, lo));
    GroupState group = groups == null ? null : groups.find(hi, lo);
    return group != null && group.current.allows(srcHi, srcLo);
  }

  /** Whether anybody here has joined the group on the device, from whatever sources. */
  public boolean isMember(NetDevice device, long hi, long lo) {
    InterfaceGroups groups = groups(device, Addresses.isV4(hi, lo));
    GroupState group = groups == null ? null : groups.find(hi, lo);
    return group != null && group.hasMembers();
  }

  /**
   * A member of a group comes, goes or changes its mind.
   *
   * @param before its filter so far, null for a new one
   * @param after its filter from now on, null for one that leaves
   */
  void change(
      NetDevice device,
      long hi,
      long lo,
      @Nullable SourceFilter before,
      @Nullable SourceFilter after) {
    boolean v4 = Addresses.isV4(hi, lo);
    InterfaceGroups groups = groups(device, v4);
    if (groups == null) {
      if (after == null) {
        return; // its device has gone
      }
      groups = new InterfaceGroups(device, stack.loop(), random, v4 ? igmp : mld);
      (v4 ? groups4 : groups6).put(device, groups);
    }
    boolean had = isMember(device, hi, lo);
    groups.change(hi, lo, before, after);
    boolean has = isMember(device, hi, lo);
    // those of IPv4 are the link's only while the device is up (ip_mc_down)
    if (had != has && (!v4 || device.isUp())) {
      link(device, hi, lo, has);
    }
  }

  /** {@code ip_mc_filter_add}, {@code igmp6_group_added}, and what undoes them. */
  private void link(NetDevice device, long hi, long lo, boolean joined) {
    boolean node = !Addresses.isV4(hi, lo) && (hi >>> 48 & 0xf) < LINK_LOCAL_SCOPE;
    if (device.kind() != NetDevice.Kind.ETHER || node) {
      return;
    }
    links
        .computeIfAbsent(device, _ -> new LinkedHashMap<>())
        .compute(
            Addresses.groupMac(hi, lo),
            (_, users) -> {
              int now = (users == null ? 0 : users) + (joined ? 1 : -1);
              return now == 0 ? null : now;
            });
  }

  /** Those of IPv4 become the link's or cease to be, the newest first. */
  private void link4(NetDevice device, boolean joined) {
    InterfaceGroups groups = groups(device, true);
    List<GroupState> known = groups == null ? List.of() : groups.groups();
    for (int i = known.size() - 1; i >= 0; i--) {
      if (known.get(i).hasMembers()) {
        link(device, known.get(i).hi, known.get(i).lo, joined);
      }
    }
  }

  private void standing(NetDevice device, long hi, long lo) {
    if (!isMember(device, hi, lo)) {
      change(device, hi, lo, null, SourceFilter.ALL);
    }
  }

  /** A device came up, its addresses are there: its standing groups are joined, all are told. */
  public void deviceUp(NetDevice device) {
    if (device.master() != null) {
      return;
    }
    InterfaceGroups known4 = groups(device, true);
    InterfaceGroups known6 = groups(device, false);
    if (known4 != null) {
      link4(device, true);
      known4.up();
    }
    if (known6 != null) {
      known6.up();
    }
    standing6(device);
    standing(device, 0, ALL_HOSTS);
  }

  /** Reports all groups of IPv4 of a device once more ({@code ip_mc_rejoin_groups}). */
  public void resend4(NetDevice device) {
    InterfaceGroups known = groups(device, true);
    if (known != null) {
      known.resend();
    }
  }

  /** IPv6 begins on a device ({@code ipv6_add_dev}). */
  private void standing6(NetDevice device) {
    boolean node = device.kind() == NetDevice.Kind.LOOPBACK;
    if (device.mtu() >= 1280) {
      for (int i = 0; i < (node ? NODE_ONLY : STANDING6.length); i += 2) {
        standing(device, STANDING6[i], STANDING6[i + 1]);
      }
    }
  }

  /** A device went down. */
  public void deviceDown(NetDevice device) {
    link4(device, false);
    if (isMember(device, 0, ALL_HOSTS)) {
      change(device, 0, ALL_HOSTS, SourceFilter.ALL, null);
    }
    for (boolean v4 : new boolean[] {true, false}) {
      InterfaceGroups groups = groups(device, v4);
      if (groups != null) {
        groups.down();
      }
    }
  }

  /** A device is taken away: nobody is a member there any more. */
  public void deviceRemoved(NetDevice device) {
    deviceDown(device);
    groups4.remove(device);
    groups6.remove(device);
    links.remove(device);
  }

  /** An address was added: neighbours ask for it in its solicited-node group (RFC 4291, 2.7.1). */
  public void addressAdded(NetDevice device, IpAddress address) {
    if (!address.isV4() && device.kind() == NetDevice.Kind.ETHER) {
      standing6(device);
      change(
          device,
          0xff02_0000_0000_0000L,
          0x0000_0001_ff00_0000L | address.lo() & 0xff_ffffL,
          null,
          SourceFilter.ALL);
    }
  }

  /** An address was removed. */
  public void addressRemoved(NetDevice device, IpAddress address) {
    if (!address.isV4() && device.kind() == NetDevice.Kind.ETHER) {
      change(
          device,
          0xff02_0000_0000_0000L,
          0x0000_0001_ff00_0000L | address.lo() & 0xff_ffffL,
          SourceFilter.ALL,
          null);
    }
  }

  /** All groups of all devices; a copy. */
  public List<Entry> entries() {
    List<Entry> all = new ArrayList<>();
    for (NetDevice device : stack.devices()) {
      for (boolean v4 : new boolean[] {true, false}) {
        InterfaceGroups groups = groups(device, v4);
        if (groups != null) {
          groups.groups().forEach(g -> all.add(entry(device, g)));
        }
      }
    }
    return all;
  }

  /** A device's groups of the link, the oldest first; a copy. */
  public List<LinkGroup> linkGroups(NetDevice device) {
    List<LinkGroup> all = new ArrayList<>();
    links.getOrDefault(device, Map.of()).forEach((mac, n) -> all.add(new LinkGroup(mac, n)));
    return all;
  }

  private static Entry entry(NetDevice device, GroupState g) {
    return new Entry(device, new IpAddress(g.hi, g.lo), g.current, g.members());
  }

  /** The version that a device speaks: 1 to 3 of IGMP, 1 or 2 of MLD. */
  public int version(NetDevice device, boolean v4) {
    InterfaceGroups groups = groups(device, v4);
    int version = groups == null ? 3 : groups.version();
    return v4 ? version : version - 1;
  }

  /** Answers to queries on a device that the rate limit kept back. */
  public long suppressed(NetDevice device, boolean v4) {
    InterfaceGroups groups = groups(device, v4);
    return groups == null ? 0 : groups.suppressed();
  }
}
