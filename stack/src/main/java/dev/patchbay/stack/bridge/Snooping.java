package dev.patchbay.stack.bridge;

import dev.patchbay.stack.bridge.MulticastSettings.Interval;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Snooping of IGMP and MLD (RFC 4541; Linux: {@code br_multicast.c}): reads the reports and queries
 * that pass, so that packets to a group go to its members and to routers alone, and asks for
 * members where it is told to. Memberships are kept per VLAN where the bridge filters by VLAN.
 */
public final class Snooping {
  /** Where {@link #deliver} sent a packet. */
  enum Delivery {
    /** Nowhere: nothing is known of its members, so that it is for all. */
    NONE,

    /** To members behind ports. */
    PORTS,

    /** To these, and the bridge itself wants it too. */
    PORTS_AND_US
  }

  private static final Logger LOG = LogManager.getLogger(Snooping.class);

  private final Bridge bridge;
  private final EventLoop loop;
  private final MulticastSettings settings = new MulticastSettings();
  private final GroupTable groups;
  private final QueryWriter queries;
  private final SnoopingInput input = new SnoopingInput(this);
  private final SourceRecords sources = new SourceRecords(this);
  private final Querier querier4;
  private final Querier querier6;
  private boolean on = true;
  private boolean querier;
  private int router = PortSnooping.LEARN;
  private long deliveries;

  Snooping(Bridge bridge, EventLoop loop, long secret) {
    this.bridge = bridge;
    this.loop = loop;
    this.groups = new GroupTable(secret);
    this.queries = new QueryWriter(bridge, settings);
    this.querier4 = new Querier(false, bridge, this);
    this.querier6 = new Querier(true, bridge, this);
  }

  // ---- for the classes beside this one

  long now() {
    return loop.now();
  }

  Timer timer(Runnable action) {
    return loop.timer(action);
  }

  Bridge bridge() {
    return bridge;
  }

  SnoopingInput input() {
    return input;
  }

  GroupTable groups() {
    return groups;
  }

  QueryWriter queries() {
    return queries;
  }

  SourceRecords sources() {
    return sources;
  }

  Querier family(boolean six) {
    return six ? querier6 : querier4;
  }

  /** Where the frames of queries come from. */
  void pool(@Nullable PacketPool pool) {
    queries.pool(pool);
  }

  /** What it knows of a new port. */
  PortSnooping port(BridgePort port) {
    return new PortSnooping(querier4.half(port), querier6.half(port));
  }

  static void send(BridgePort port, @Nullable Packet query) {
    if (query != null) {
      port.device().transmit(query);
    }
  }

  /** Whether we ask for members of groups of this family. */
  boolean asks(boolean six) {
    return family(six).mayAsk();
  }

  // ---- settings

  /** Times, limits and versions. */
  public MulticastSettings settings() {
    return settings;
  }

  /** Whether it is done at all ({@code mcast_snooping}). */
  public boolean isOn() {
    return on;
  }

  /** Switches it ({@code br_multicast_toggle}); what was not set by hand is forgotten with it. */
  public void on(boolean value) {
    if (on == value) {
      return;
    }
    on = value;
    for (BridgePort port : bridge.bridgePorts()) {
      if (value) {
        portEnabled(port);
      } else {
        portDisabled(port);
      }
    }
    if (value && bridge.isUp()) {
      open();
    }
  }

  /** Whether we ask for members where nobody else does ({@code mcast_querier}). */
  public boolean isQuerier() {
    return querier;
  }

  /** Sets it ({@code br_multicast_set_querier}). */
  public void querier(boolean value) {
    if (querier != value) {
      querier = value;
      if (value) {
        querier4.switchedOn();
        querier6.switchedOn();
      }
    }
  }

  /** Whether the bridge itself is a router of groups: 0 never, 1 learn, 2 always. */
  public int router() {
    return router;
  }

  /**
   * Sets it ({@code br_multicast_set_router}).
   *
   * @throws BridgeRefusedException EINVAL
   */
  public void router(long value) throws BridgeRefusedException {
    if (value > PortSnooping.ALWAYS) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    router = (int) value;
    if (router != PortSnooping.LEARN) {
      querier4.localRouter.cancel();
      querier6.localRouter.cancel();
    }
  }

  /** Whether there is a router behind a port: 0 never, 1 learn, 2 always, 3 for now. */
  public int router(BridgePort port) {
    return port.snooping().router;
  }

  /**
   * Sets it ({@code br_multicast_set_port_router}).
   *
   * @throws BridgeRefusedException EINVAL
   */
  public void router(BridgePort port, long value) throws BridgeRefusedException {
    if (value < 0 || value > PortSnooping.FOR_NOW) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    PortSnooping its = port.snooping();
    boolean same = its.router == value;
    its.router = (int) value;
    for (Querier family : new Querier[] {querier4, querier6}) {
      if (value == PortSnooping.FOR_NOW) {
        markRouter(port, family.six);
      } else if (!same) {
        its.half(family.six).routerTimer.cancel();
        if (value == PortSnooping.ALWAYS) {
          family.addRouter(port);
        } else {
          family.removeRouter(port);
        }
      }
    }
  }

  // ---- the bridge and its ports go up and down

  /** {@code br_multicast_open}. */
  void open() {
    querier4.open();
    querier6.open();
  }

  /** {@code br_multicast_stop}. */
  void stop() {
    querier4.stop();
    querier6.stop();
  }

  /** {@code br_multicast_enable_port}. */
  void portEnabled(BridgePort port) {
    if (!on || !bridge.isUp()) {
      return;
    }
    PortSnooping its = port.snooping();
    its.v4.query.begin(now());
    its.v6.query.begin(now());
    if (its.router == PortSnooping.ALWAYS) {
      querier4.addRouter(port);
      querier6.addRouter(port);
    }
  }

  /** {@code br_multicast_disable_port}. */
  void portDisabled(BridgePort port) {
    removeAll(port, false);
    querier4.removeRouter(port);
    querier6.removeRouter(port);
    port.snooping().v4.cancel();
    port.snooping().v6.cancel();
  }

  /** {@code br_multicast_del_port}. */
  void portRemoved(BridgePort port) {
    portDisabled(port);
    removeAll(port, true);
  }

  private void removeAll(BridgePort port, boolean permanentToo) {
    MulticastGroup at = groups.newest();
    while (at != null) {
      MulticastGroup older = at.older;
      PortGroup entry = at.ports;
      while (entry != null) {
        PortGroup next = entry.next;
        if (entry.port == port && (permanentToo || !entry.permanent)) {
          remove(entry);
        }
        entry = next;
      }
      at = older;
    }
  }

  /** Forgets all groups: the bridge is deleted. */
  void clear() {
    stop();
    for (MulticastGroup at = groups.newest(); at != null; at = at.older) {
      at.timer.cancel();
    }
  }

  // ---- groups

  /**
   * The group of that address, made where it is not there.
   *
   * @return null where there are too many: then snooping is off from now on
   */
  @Nullable MulticastGroup group(
      int family, int vid, long hi, long lo, long sourceHi, long sourceLo) {
    MulticastGroup found = groups.find(family, vid, hi, lo, sourceHi, sourceLo);
    if (found != null) {
      return found;
    }
    if (groups.size() >= settings.hashMax()) {
      LOG.warn("{} snoops no more: it has {} groups, its limit", bridge.name(), groups.size());
      on(false);
      return null;
    }
    MulticastGroup made = new MulticastGroup(family, vid, hi, lo, sourceHi, sourceLo, this);
    groups.add(made);
    return made;
  }

  void removeIfEmpty(MulticastGroup group) {
    if (group.ports == null && !group.hostJoined) {
      group.timer.cancel();
      groups.remove(group);
    }
  }

  /** {@code br_multicast_del_pg}. */
  void remove(PortGroup entry) {
    if (!entry.isGone) {
      entry.cancel();
      entry.group.remove(entry);
      removeIfEmpty(entry.group);
    }
  }

  /** {@code br_multicast_group_expired}. */
  void hostExpired(MulticastGroup group) {
    if (bridge.isUp()) {
      group.hostJoined = false;
      removeIfEmpty(group);
    }
  }

  /** {@code br_multicast_port_group_expired}. */
  void portGroupExpired(PortGroup entry) {
    if (entry.isGone || entry.permanent || !bridge.isUp()) {
      return;
    }
    entry.excludes = false;
    entry.forget(source -> !source.timer.isArmed());
    if (entry.sources().isEmpty()) {
      remove(entry);
    }
  }

  // ---- routers

  /** {@code br_multicast_mark_router}. */
  void markRouter(@Nullable BridgePort port, boolean six) {
    long until = now() + settings.get(Interval.QUERIER);
    Querier family = family(six);
    if (port == null) {
      if (router == PortSnooping.LEARN) {
        family.localRouter.arm(until);
      }
      return;
    }
    int mode = port.snooping().router;
    boolean takesPart = bridge.isUp() && port.state() != PortState.DISABLED;
    if (takesPart && mode != PortSnooping.NEVER && mode != PortSnooping.ALWAYS) {
      family.addRouter(port);
      port.snooping().half(six).routerTimer.arm(until);
    }
  }

  /** {@code br_multicast_router_expired}. */
  void routerExpired(BridgePort port, boolean six) {
    PortSnooping its = port.snooping();
    if (its.router == PortSnooping.LEARN || its.router == PortSnooping.FOR_NOW) {
      family(six).removeRouter(port);
      its.router = PortSnooping.LEARN;
    }
  }

  /** Whether the bridge itself routes the groups of a packet's family. */
  private boolean isRouter(boolean ip, boolean six) {
    return router == PortSnooping.ALWAYS
        || router == PortSnooping.LEARN && ip && family(six).localRouter.isArmed();
  }

  // ---- where a packet goes

  /**
   * Sends copies of a packet to the members of its group and to routers ({@code
   * br_multicast_flood}), where snooping says who they are.
   *
   * @param from null for what the bridge itself sends
   * @param how what {@link SnoopingInput#receive} said
   */
  Delivery deliver(Packet packet, @Nullable BridgePort from, int how, int vid, boolean filtered) {
    if (!on) {
      return Delivery.NONE;
    }
    int type = packet.ethernet().type();
    int family = type == EtherType.IPV4 ? 4 : type == EtherType.IPV6 ? 6 : 0;
    boolean modes = settings.hasSources(family);
    MulticastGroup group = null;
    MulticastGroup ofSource = null;
    if ((how & SnoopingInput.MESSAGE) == 0 && family != 0) {
      long hi = packet.destinationHi();
      long lo = packet.destinationLo();
      group = groups.find(family, vid, hi, lo, 0, 0);
      if (modes) {
        ofSource = groups.find(family, vid, hi, lo, packet.sourceHi(), packet.sourceLo());
      }
    } else if (family == 0) {
      group = groups.find(0, vid, 0, Bytes.u48(packet.data, packet.l2), 0, 0);
    }
    boolean known = group != null || ofSource != null;
    boolean directed =
        family == 0
            ? known
            : (known || (how & SnoopingInput.ROUTERS_ONLY) != 0) && family(family == 6).exists();
    if (!directed) {
      return Delivery.NONE;
    }
    long delivery = ++deliveries;
    for (BridgePort port : family(family == 6).routers()) {
      port.snooping().delivery = delivery;
      bridge.deliver(packet, from, port, filtered);
    }
    toMembers(packet, from, ofSource, false, delivery, filtered);
    toMembers(packet, from, group, modes, delivery, filtered);
    boolean joined = group != null && group.hostJoined || ofSource != null && ofSource.hostJoined;
    boolean us = joined || isRouter(family != 0, family == 6);
    return us ? Delivery.PORTS_AND_US : Delivery.PORTS;
  }

  private void toMembers(
      Packet packet,
      @Nullable BridgePort from,
      @Nullable MulticastGroup group,
      boolean modes,
      long delivery,
      boolean filtered) {
    PortGroup next;
    for (PortGroup entry = group == null ? null : group.ports; entry != null; entry = next) {
      next = entry.next;
      PortSnooping its = entry.port.snooping();
      boolean wanted = !modes || entry.wants(packet.sourceHi(), packet.sourceLo());
      if (its.delivery == delivery || !wanted) {
        continue;
      }
      if (entry.port.has(PortFlag.MCAST_TO_UNICAST)) {
        bridge.deliverTo(entry.mac, packet, from, entry.port, filtered);
      } else {
        its.delivery = delivery;
        bridge.deliver(packet, from, entry.port, filtered);
      }
    }
  }
}
