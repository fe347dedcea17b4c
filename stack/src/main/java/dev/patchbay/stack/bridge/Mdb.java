package dev.patchbay.stack.bridge;

import dev.patchbay.stack.bridge.MulticastSettings.Interval;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The groups of a bridge as administration sees and changes them (Linux: {@code br_mdb.c}). */
public final class Mdb {
  private final Bridge bridge;
  private final Snooping snooping;

  Mdb(Bridge bridge, Snooping snooping) {
    this.bridge = bridge;
    this.snooping = snooping;
  }

  /**
   * A group, or one source of it.
   *
   * @param family 4, 6, or 0 for an address of Ethernet, which is in {@code lo}
   * @param sourceHi 0, with {@code sourceLo} 0, for all sources
   */
  public record Group(int family, long hi, long lo, long sourceHi, long sourceLo) {
    /** Whether no source is named. */
    public boolean isForAllSources() {
      return sourceHi == 0 && sourceLo == 0;
    }
  }

  /** A source of an entry, and ns for which it is wanted still; 0 where it is not. */
  public record Source(long hi, long lo, long left) {}

  /**
   * An entry, as it was when it was asked for.
   *
   * @param vid 0 for none
   * @param port null for the bridge itself
   * @param isStatic whether it was set by hand
   * @param hasModes whether sources count, so that {@code excludes} and {@code sources} say what
   * @param blocked whether its source is not wanted
   * @param byExclude whether it follows from an entry for all sources but some
   * @param left ns until it is forgotten, 0 where it is not
   */
  public record Entry(
      Group group,
      int vid,
      @Nullable BridgePort port,
      boolean permanent,
      boolean isStatic,
      boolean hasModes,
      boolean excludes,
      List<Source> sources,
      boolean blocked,
      boolean byExclude,
      long left) {}

  /**
   * A port behind which a router is.
   *
   * @param left ns until there is none; 0 where it was set
   * @param permanent whether it was set for good
   */
  public record Router(BridgePort port, long left, boolean permanent) {}

  // ---- what there is

  /** All entries, the newest group first; none where snooping is off. */
  public List<Entry> entries() {
    List<Entry> all = new ArrayList<>();
    MulticastGroup first = snooping.isOn() ? snooping.groups().newest() : null;
    for (MulticastGroup at = first; at != null; at = at.older) {
      boolean modes = snooping.settings().hasSources(at.family);
      if (modes && at.isForAllSources()) {
        ofSources(at, all);
      }
      if (at.hostJoined) {
        all.add(
            new Entry(
                group(at),
                at.vid,
                null,
                false,
                false,
                false,
                false,
                List.of(),
                false,
                false,
                left(at.timer)));
      }
      for (PortGroup entry = at.ports; entry != null; entry = entry.next) {
        all.add(entry(at, entry, modes));
      }
    }
    return all;
  }

  private static Group group(MulticastGroup at) {
    return new Group(at.family, at.hi, at.lo, at.sourceHi, at.sourceLo);
  }

  private long left(Timer timer) {
    return timer.isArmed() ? Math.max(timer.deadline() - snooping.now(), 0) : 0;
  }

  private Entry entry(MulticastGroup at, PortGroup entry, boolean modes) {
    List<Source> sources =
        entry.sources().stream().map(s -> new Source(s.hi, s.lo, left(s.timer))).toList();
    return new Entry(
        group(at),
        at.vid,
        entry.port,
        entry.permanent || at.family == 0,
        entry.isStatic,
        modes,
        entry.excludes,
        sources,
        false,
        false,
        left(entry.timer));
  }

  /** Linux has an entry of its own for each source that some port lists. */
  private static void ofSources(MulticastGroup at, List<Entry> to) {
    List<Group> told = new ArrayList<>();
    for (PortGroup entry = at.ports; entry != null; entry = entry.next) {
      for (GroupSource source : entry.sources()) {
        Group group = new Group(at.family, at.hi, at.lo, source.hi, source.lo);
        if (!told.contains(group)) {
          told.add(group);
          ofSource(at, group, to);
        }
      }
    }
  }

  private static void ofSource(MulticastGroup at, Group group, List<Entry> to) {
    for (PortGroup entry = at.ports; entry != null; entry = entry.next) {
      GroupSource source = entry.find(group.sourceHi, group.sourceLo);
      if (source != null || entry.excludes) {
        boolean blocked = source != null && !source.timer.isArmed();
        to.add(
            new Entry(
                group,
                at.vid,
                entry.port,
                false,
                false,
                true,
                false,
                List.of(),
                blocked,
                source == null,
                0));
      }
    }
  }

  /** The ports behind which routers are, the newest port first. */
  public List<Router> routers() {
    List<Router> all = new ArrayList<>();
    BridgePort[] ports = bridge.bridgePorts();
    for (int i = ports.length - 1; i >= 0 && snooping.router() != PortSnooping.NEVER; i--) {
      PortSnooping its = ports[i].snooping();
      if (its.v4.isRouter || its.v6.isRouter) {
        long left = Math.max(left(its.v4.routerTimer), left(its.v6.routerTimer));
        all.add(new Router(ports[i], left, its.router == PortSnooping.ALWAYS));
      }
    }
    return all;
  }

  // ---- changes

  private static BridgeRefusedException refused(int errno, String sentence) {
    return new BridgeRefusedException(errno, "bridge: " + sentence);
  }

  /** {@code is_valid_mdb_entry}, {@code is_valid_mdb_source}. */
  private static void check(Group group, int vid) throws BridgeRefusedException {
    long hi = group.hi;
    long lo = group.lo;
    String wrong = null;
    if (group.family == 4 && !Addresses.isMulticast(hi, lo)) {
      wrong = "IPv4 entry group address is not multicast";
    } else if (group.family == 4 && SnoopedMessage.isLocal4((int) lo)) {
      wrong = "IPv4 entry group address is local multicast";
    } else if (group.family == 6 && SnoopedMessage.isAllNodes(hi, lo)) {
      wrong = "IPv6 entry group address is link-local all nodes";
    } else if (group.family == 0 && !Addresses.isGroupMac(lo)) {
      wrong = "L2 entry group is not multicast";
    } else if (vid < 0 || vid >= VlanGroup.IDS - 1) {
      wrong = "Invalid entry VLAN id";
    } else if (!group.isForAllSources() && group.family == 0) {
      wrong = "Invalid protocol used with source address";
    } else if (!group.isForAllSources()) {
      String name = group.family == 4 ? "IPv4" : "IPv6";
      if (Addresses.isV4(group.sourceHi, group.sourceLo) != (group.family == 4)) {
        wrong = name + " invalid source address length";
      } else if (Addresses.isMulticast(group.sourceHi, group.sourceLo)) {
        wrong = name + " multicast source address is not allowed";
      }
    }
    if (wrong != null) {
      throw refused(Errno.EINVAL, wrong);
    }
  }

  /**
   * Adds an entry ({@code br_mdb_add}): in {@code vid}, or with 0 and filtering by VLAN in each of
   * the port's.
   *
   * @param port null for the bridge itself
   * @throws BridgeRefusedException as Linux; what was added in other VLANs before stays
   */
  public void add(@Nullable BridgePort port, Group group, boolean permanent, int vid)
      throws BridgeRefusedException {
    check(group, vid);
    if (!bridge.isUp()) {
      throw refused(Errno.EINVAL, "Bridge device is not running");
    }
    if (!snooping.isOn()) {
      throw refused(Errno.EINVAL, "Bridge's multicast processing is disabled");
    }
    String wrong = null;
    if (port == null && group.family != 0 && permanent) {
      wrong = "Flags are not allowed for host groups";
    } else if (port == null && !group.isForAllSources()) {
      wrong = "Groups with sources cannot be manually host joined";
    } else if (group.family == 0 && !permanent) {
      wrong = "Only permanent L2 entries allowed";
    } else if (port != null && port.state() == PortState.DISABLED && !permanent) {
      wrong = "Port is in disabled state and entry is not permanent";
    }
    if (wrong != null) {
      throw refused(Errno.EINVAL, wrong);
    }
    for (int id : vids(port, vid)) {
      addOne(port, group, permanent, id);
    }
  }

  private List<Integer> vids(@Nullable BridgePort port, int vid) {
    if (vid != 0 || !bridge.vlans().isFiltering()) {
      return List.of(vid);
    }
    List<Integer> all = new ArrayList<>();
    for (int id = 1; id < VlanGroup.IDS; id++) {
      if (port == null ? isAnywhere(id) : port.vlans().has(id)) {
        all.add(id);
      }
    }
    return all;
  }

  /** Linux's bridge knows of each VLAN that one of its ports has. */
  private boolean isAnywhere(int vid) {
    boolean any = bridge.vlans().own().has(vid);
    for (BridgePort port : bridge.bridgePorts()) {
      any |= port.vlans().has(vid);
    }
    return any;
  }

  private void addOne(@Nullable BridgePort port, Group group, boolean permanent, int vid)
      throws BridgeRefusedException {
    MulticastGroup at =
        snooping.group(group.family, vid, group.hi, group.lo, group.sourceHi, group.sourceLo);
    if (at == null) {
      throw new BridgeRefusedException(Errno.E2BIG);
    }
    long until = snooping.now() + snooping.settings().get(Interval.MEMBERSHIP);
    if (port == null) {
      if (at.hostJoined) {
        throw refused(Errno.EEXIST, "Group is already joined by host");
      }
      at.hostJoined = true;
      if (group.family != 0) {
        at.timer.arm(until);
      }
      return;
    }
    if (at.has(port)) {
      throw refused(Errno.EEXIST, "Group is already joined by port");
    }
    PortGroup entry = new PortGroup(at, port, SnoopingInput.ANY_STATION, permanent, true, snooping);
    entry.excludes = group.isForAllSources();
    at.add(entry);
    if (!permanent) {
      entry.timer.arm(until);
    }
  }

  /**
   * Deletes an entry ({@code br_mdb_del}).
   *
   * @param port null for the bridge itself
   * @throws BridgeRefusedException EINVAL where there is none, in the last VLAN at least
   */
  public void delete(@Nullable BridgePort port, Group group, int vid)
      throws BridgeRefusedException {
    check(group, vid);
    boolean found = false;
    for (int id : vids(port, vid)) {
      found = bridge.isUp() && snooping.isOn() && deleteOne(port, group, id);
    }
    if (!found) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
  }

  private boolean deleteOne(@Nullable BridgePort port, Group group, int vid) {
    MulticastGroup at =
        snooping
            .groups()
            .find(group.family, vid, group.hi, group.lo, group.sourceHi, group.sourceLo);
    if (at == null) {
      return false;
    }
    if (port == null) {
      boolean joined = at.hostJoined;
      at.hostJoined = false;
      snooping.removeIfEmpty(at);
      return joined;
    }
    for (PortGroup entry = at.ports; entry != null; entry = entry.next) {
      if (entry.port == port) {
        snooping.remove(entry);
        return true;
      }
    }
    return false;
  }
}
