package dev.patchbay.stack.bond;

import dev.patchbay.stack.bond.BondPort.Link;
import dev.patchbay.stack.bond.BondSettings.FailOverMac;
import dev.patchbay.stack.bond.BondSettings.Reselect;
import dev.patchbay.stack.device.DeviceHost;
import dev.patchbay.stack.device.LinkAttributes.AddressOrigin;
import dev.patchbay.stack.device.LinkEvent;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.time.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A device made of others of which one is active at a time (Linux: {@code struct bonding} in mode
 * active-backup). Of the loop's thread.
 */
public final class Bond extends NetDevice {
  /** The kind, as {@code ip link add type} names it. */
  public static final String TYPE = "bond";

  private static final long MILLI = 1_000_000L;

  /** Between two reports of groups ({@code bond_resend_igmp_join_requests_delayed}). */
  private static final long IGMP_DELAY = 200 * MILLI;

  private final EventLoop loop;
  private final LongSupplier randomMac;
  private final Timer monitor;
  private final Timer igmp;
  private final List<BondPort> members = new ArrayList<>();
  private BondSettings settings = new BondSettings();
  private @Nullable BondPort active;
  private @Nullable BondPort primary;
  private boolean forcePrimary;
  private int notificationsLeft;
  private int igmpLeft;
  private boolean changingAddress;

  /**
   * One without ports, down.
   *
   * @param randomMac gives an address of a station when its last port has gone
   */
  public Bond(int index, String name, long mac, EventLoop loop, LongSupplier randomMac) {
    super(index, name, Kind.ETHER, mac, 1500);
    this.loop = loop;
    this.randomMac = randomMac;
    monitor = loop.timer(this::tick);
    igmp = loop.timer(this::resendIgmp);
    attributes().minMtu = 68;
    attributes().maxMtu = 65535;
    carrier(false);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public boolean isBoundToNamespace() {
    return true;
  }

  /** What all ports can do. */
  @Override
  public int features() {
    int all = FEATURE_TSO | FEATURE_CSUM;
    for (int i = 0; i < members.size(); i++) {
      all &= members.get(i).device().features();
    }
    return all;
  }

  /** Its ports, the oldest first; a copy. */
  public List<NetDevice> ports() {
    return members.stream().map(BondPort::device).toList();
  }

  /** The address that its oldest port had before, 0 without ports. */
  public long firstMac() {
    return members.isEmpty() ? 0 : members.getFirst().permanentMac();
  }

  /** Its ports with what the bond knows of them, the oldest first; a copy. */
  public List<BondPort> bondPorts() {
    return List.copyOf(members);
  }

  /** What an administrator has set; changed by {@link #change} alone. */
  public BondSettings settings() {
    return settings;
  }

  /** The port by which it sends, or null. */
  public @Nullable BondPort active() {
    return active;
  }

  /** The port that is preferred, where it is one. */
  public @Nullable BondPort primary() {
    return primary;
  }

  // ---- options

  /** Takes over settings, which are within their ranges. */
  public void change(BondSettings wanted) {
    BondSettings before = settings;
    settings = wanted.clone();
    if (isUp() && before.miimon != wanted.miimon) {
      monitor.cancel();
      if (wanted.miimon > 0) {
        monitor.arm(loop.now());
      }
    }
    if (!before.primary.equals(wanted.primary)) {
      primary = null;
      members.stream()
          .filter(port -> port.device().name().equals(wanted.primary))
          .forEach(this::prefer);
      select();
    } else if (before.reselect != wanted.reselect) {
      select();
    }
  }

  private void prefer(BondPort port) {
    primary = port;
    forcePrimary = true;
  }

  /** Whether a port could be made the active one now. */
  public boolean mayActivate(BondPort port) {
    return port.isActive() || active != null && port.link() == Link.UP && port.device().isUp();
  }

  /**
   * Makes a port the active one, or (null) chooses anew ({@code bond_option_active_slave_set}).
   *
   * @param port one that {@link #mayActivate}
   */
  public void activate(@Nullable BondPort port) {
    if (port == null) {
      active = null;
      select();
    } else {
      become(port);
    }
  }

  void portRenamed(BondPort port) {
    boolean preferred = port.device().name().equals(settings.primary);
    if (preferred != port.equals(primary)) {
      primary = preferred ? port : null;
      select();
    }
  }

  // ---- ports

  /** Makes a device that is down a port ({@code bond_enslave}). */
  public void addPort(NetDevice device) {
    BondPort port = new BondPort(this, device);
    if (members.isEmpty() && attributes().addressOrigin == AddressOrigin.RANDOM) {
      attributes().addressOrigin = AddressOrigin.STOLEN;
      ownMac(device.mac());
    }
    device.wantMtu(mtu());
    if (settings.failOverMac == FailOverMac.NONE) {
      port.address(mac());
    } else if (settings.failOverMac == FailOverMac.FOLLOW
        && !members.isEmpty()
        && device.mac() == mac()) {
      port.address(randomMac.getAsLong());
    }
    device.masterPort(port);
    DeviceHost here = host();
    if (here != null) {
      here.setUp(device, true);
    }
    members.add(port);
    port.begin();
    if (device.name().equals(settings.primary)) {
      prefer(port);
    }
    settleCarrier();
    select();
  }

  /** Gives a port back as it was, down ({@code __bond_release_one}). */
  public void removePort(NetDevice device) {
    if (!(device.masterPort() instanceof BondPort port) || !members.remove(port)) {
      return;
    }
    device.masterPort(null);
    if (port.equals(primary)) {
      primary = null;
    }
    if (port.equals(active)) {
      become(null);
      select();
    }
    settleCarrier();
    if (members.isEmpty()) {
      attributes().addressOrigin = AddressOrigin.RANDOM;
      ownMac(randomMac.getAsLong());
    }
    DeviceHost here = host();
    if (here != null) {
      here.setUp(device, false);
    }
    port.restore(settings.failOverMac != FailOverMac.ACTIVE);
  }

  @Override
  public void removing() {
    ports().forEach(this::removePort);
    super.removing();
  }

  @Override
  protected void opened() {
    if (settings.miimon > 0) {
      monitor.arm(loop.now());
    }
  }

  @Override
  protected void closed() {
    monitor.cancel();
    igmp.cancel();
    notificationsLeft = 0;
  }

  /** All ports take over what an administrator sets ({@code bond_set_mac_address}). */
  @Override
  protected void addressChanged(long before) {
    if (!changingAddress) {
      members.forEach(port -> port.address(mac()));
    }
  }

  private void ownMac(long mac) {
    if (mac != mac()) {
      changingAddress = true;
      mac(mac);
      changingAddress = false;
    }
  }

  @Override
  public void wantMtu(int value) {
    members.forEach(port -> port.device().wantMtu(value));
    mtu(value);
  }

  // ---- links

  /** Looks at all links ({@code bond_mii_monitor}). */
  private void tick() {
    if (settings.miimon == 0) {
      return;
    }
    boolean notify = shouldNotify();
    boolean commit = false;
    for (BondPort port : members) {
      commit |= port.inspect(active == null);
    }
    if (notificationsLeft > 0) {
      notificationsLeft--;
    }
    if (commit) {
      commit();
    }
    monitor.arm(loop.now() + settings.miimon * MILLI);
    if (notify) {
      announce(LinkEvent.NOTIFY_PEERS);
    }
  }

  private void commit() {
    boolean failOver = false;
    for (BondPort port : members) {
      if (port.commit()) {
        failOver |=
            port.link() == Link.UP ? active == null || port.equals(primary) : port.equals(active);
      }
    }
    if (failOver) {
      select();
    }
    settleCarrier();
  }

  /** The carrier is there while one port's link is ({@code bond_set_carrier}). */
  private void settleCarrier() {
    boolean any = false;
    for (BondPort port : members) {
      any |= port.link() == Link.UP;
    }
    carrier(any);
  }

  /** Chooses the active port ({@code bond_select_active_slave}). */
  private void select() {
    BondPort best = best();
    if (best == null ? active != null : !best.equals(active)) {
      become(best);
      settleCarrier();
    }
  }

  /** {@code bond_find_best_slave}. */
  private @Nullable BondPort best() {
    BondPort chosen = primaryOrActive();
    if (chosen != null) {
      return chosen;
    }
    int least = settings.upDelay;
    for (BondPort port : members) {
      if (port.link() == Link.UP) {
        return port;
      }
      if (port.link() == Link.BACK && port.device().isUp() && port.delay() < least) {
        least = port.delay();
        chosen = port;
      }
    }
    return chosen;
  }

  /** {@code bond_choose_primary_or_current}. */
  private @Nullable BondPort primaryOrActive() {
    BondPort wanted = isLinked(primary) ? primary : null;
    BondPort current = isLinked(active) ? active : null;
    if (wanted == null) {
      return current;
    }
    if (forcePrimary) {
      forcePrimary = false;
      return wanted;
    }
    if (current == null) {
      return wanted;
    }
    return settings.reselect == Reselect.ALWAYS ? wanted : current;
  }

  private static boolean isLinked(@Nullable BondPort port) {
    return port != null && port.link() == Link.UP;
  }

  /** {@code bond_change_active_slave}. */
  private void become(@Nullable BondPort chosen) {
    BondPort old = active;
    if (chosen == null ? old == null : chosen.equals(old)) {
      return;
    }
    if (chosen != null && chosen.link() == Link.BACK) {
      chosen.upAtOnce();
    }
    active = chosen;
    if (chosen == null) {
      return;
    }
    moveAddress(chosen, old);
    if (!isUp()) {
      return;
    }
    notificationsLeft = settings.notifications * Math.max(1, settings.notifyDelay);
    if (shouldNotify()) {
      notificationsLeft--;
      announce(LinkEvent.NOTIFY_PEERS);
    }
    igmpLeft = settings.igmpReports;
    if (igmpLeft > 0) {
      igmp.arm(loop.now());
    }
  }

  /** {@code bond_do_fail_over_mac}. */
  private void moveAddress(BondPort chosen, @Nullable BondPort old) {
    switch (settings.failOverMac) {
      case NONE -> {}
      case ACTIVE -> {
        attributes().addressOrigin = AddressOrigin.STOLEN;
        ownMac(chosen.device().mac());
      }
      case FOLLOW -> {
        BondPort holder = old != null ? old : holder(chosen);
        long mac = chosen.device().mac();
        chosen.address(holder == null ? mac() : holder.device().mac());
        if (holder != null) {
          holder.address(mac);
        }
      }
    }
  }

  /** Another port that has the bond's address, or null. */
  private @Nullable BondPort holder(BondPort chosen) {
    for (BondPort port : members) {
      if (!port.equals(chosen) && port.device().mac() == mac()) {
        return port;
      }
    }
    return null;
  }

  /** {@code bond_should_notify_peers}. */
  private boolean shouldNotify() {
    return active != null
        && notificationsLeft > 0
        && notificationsLeft % Math.max(1, settings.notifyDelay) == 0
        && hasCarrier();
  }

  private void resendIgmp() {
    if (igmpLeft > 0 && isUp()) {
      igmpLeft--;
      announce(LinkEvent.RESEND_IGMP);
      if (igmpLeft > 0) {
        igmp.arm(loop.now() + IGMP_DELAY);
      }
    }
  }

  // ---- packets

  /** {@code bond_xmit_activebackup}. */
  @Override
  protected void send(Packet packet) {
    BondPort port = active;
    if (port != null) {
      port.device().transmit(packet);
    } else {
      statistics.txDropped++;
      packet.device = this;
      packet.drop(DropReason.DEV_READY);
    }
  }
}
