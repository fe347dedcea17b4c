package dev.patchbay.stack.bridge;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.time.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The spanning tree of IEEE 802.1D-1998 clause 8 (Linux: {@code br_stp.c}, {@code br_stp_timer.c}),
 * whose methods are named after its procedures. It decides the states of all ports also while it is
 * switched off: then each live one forwards at once, and nothing is sent.
 *
 * <pre>
 *   messages   receive -&gt; received -&gt; configurationUpdate -&gt; portStateSelection
 *   timers     hello, message age, forward delay, hold, topology change, its notification
 *   links      enablePort, disablePort; enable and disable with the bridge itself
 * </pre>
 */
public final class SpanningTree {
  /** The group to which its messages go, where it is not set otherwise. */
  static final long GROUP = 0x0180_c200_0000L;

  private static final long SECOND = 1_000_000_000L;
  private static final long HOLD_TIME = SECOND;
  private static final long MESSAGE_AGE_INCREMENT = SECOND / 256;

  private final Bridge bridge;
  private final EventLoop loop;
  private final Timer hello;
  private final Timer change;
  private final Timer notification;
  private @Nullable PacketPool pool;
  private boolean on;
  private int priority = 0x8000;
  private long address;
  private long group = GROUP;
  private long designatedRoot;
  private long rootPathCost;
  private @Nullable BridgePort rootPort;
  private long ownMaxAge = 20 * SECOND;
  private long ownHelloTime = 2 * SECOND;
  private long ownForwardDelay = 15 * SECOND;
  private long maxAge = ownMaxAge;
  private long helloTime = ownHelloTime;
  private long forwardDelay = ownForwardDelay;
  private boolean changing;
  private boolean changeDetected;

  SpanningTree(Bridge bridge, EventLoop loop) {
    this.bridge = bridge;
    this.loop = loop;
    address = bridge.mac();
    designatedRoot = id();
    hello = loop.timer(this::helloExpired);
    change = loop.timer(this::changeExpired);
    notification = loop.timer(this::notificationExpired);
  }

  StpPort port(BridgePort port) {
    return new StpPort(this, port, loop::timer);
  }

  /** Where the frames of messages come from; without one none are sent. */
  void pool(@Nullable PacketPool value) {
    pool = value;
  }

  /** Whether it is run ({@code stp_state}). */
  public boolean isOn() {
    return on;
  }

  /** Switches it on or off ({@code br_stp_set_enabled}); ports that forward go on to do so. */
  public void on(boolean value) {
    if (on == value) {
      return;
    }
    on = value;
    if (!value) {
      hello.cancel();
    } else {
      ownForwardDelay = Math.clamp(ownForwardDelay, 2 * SECOND, 30 * SECOND);
      forwardDelay = isRootBridge() ? ownForwardDelay : forwardDelay;
      if (bridge.isUp()) {
        hello.arm(loop.now() + helloTime);
      }
      portStateSelection();
    }
  }

  /** The bridge's id: priority and address. */
  public long id() {
    return (long) priority << 48 | address;
  }

  /** The upper half of the bridge's id, 0 to 65535. */
  public int priority() {
    return priority;
  }

  /** {@code br_stp_set_bridge_priority}. */
  public void priority(int value) {
    long before = id();
    boolean wasRoot = isRootBridge();
    priority = value;
    for (BridgePort port : bridge.bridgePorts()) {
      if (port.state() != PortState.DISABLED && isDesignated(port, before)) {
        port.stp().designatedBridge = id();
      }
    }
    rootMayChange(wasRoot);
  }

  /** The bridge has another address ({@code br_stp_change_bridge_id}). */
  void address(long mac) {
    long before = id();
    boolean wasRoot = designatedRoot == before;
    address = mac;
    for (BridgePort port : bridge.bridgePorts()) {
      StpPort stp = port.stp();
      stp.designatedBridge = stp.designatedBridge == before ? id() : stp.designatedBridge;
      stp.designatedRoot = stp.designatedRoot == before ? id() : stp.designatedRoot;
    }
    designatedRoot = wasRoot ? id() : designatedRoot;
    rootMayChange(wasRoot);
  }

  /** The group to which its messages go ({@code group_address}). */
  public long group() {
    return group;
  }

  /**
   * Sets it: 01:80:c2:00:00:0x.
   *
   * @throws BridgeRefusedException EINVAL for another, and for those of pause frames, LACP and the
   *     like (1, 2, 3)
   */
  public void group(long mac) throws BridgeRefusedException {
    if ((mac & ~15L) != GROUP || (mac & 15) >= 1 && (mac & 15) <= 3) {
      throw new BridgeRefusedException(Errno.EINVAL);
    }
    group = mac;
  }

  /** Id of the root bridge. */
  public long designatedRoot() {
    return designatedRoot;
  }

  public long rootPathCost() {
    return rootPathCost;
  }

  /** Number of the port towards the root, 0 where this bridge is it. */
  public int rootPort() {
    return rootPort == null ? 0 : rootPort.number();
  }

  public boolean isChanging() {
    return changing;
  }

  public boolean isChangeDetected() {
    return changeDetected;
  }

  /** ns; the root's where that is another bridge. */
  public long maxAge() {
    return maxAge;
  }

  /** ns; the root's where that is another bridge. */
  public long helloTime() {
    return helloTime;
  }

  /** ns; the root's where that is another bridge. */
  public long forwardDelay() {
    return forwardDelay;
  }

  /** What is left of the timers, ns: hello, notification, topology change. */
  public long[] timers() {
    return new long[] {left(hello), left(notification), left(change)};
  }

  /** What is left of those of a port, ns: hold, message age, forward delay. */
  public long[] timers(BridgePort port) {
    StpPort stp = port.stp();
    return new long[] {left(stp.hold), left(stp.messageAge), left(stp.forwardDelay)};
  }

  private long left(Timer timer) {
    return timer.isArmed() ? Math.max(timer.deadline() - loop.now(), 0) : 0;
  }

  /**
   * Sets how long information of the root is good, 6 to 40 s in ns.
   *
   * @throws BridgeRefusedException ERANGE
   */
  public void maxAge(long nanos) throws BridgeRefusedException {
    check(nanos, 6, 40);
    ownMaxAge = nanos;
    maxAge = isRootBridge() ? nanos : maxAge;
  }

  /**
   * Sets the time between two messages of the root, 1 to 10 s in ns.
   *
   * @throws BridgeRefusedException ERANGE
   */
  public void helloTime(long nanos) throws BridgeRefusedException {
    check(nanos, 1, 10);
    ownHelloTime = nanos;
    helloTime = isRootBridge() ? nanos : helloTime;
  }

  /**
   * Sets the time in each of listening and learning, ns; while the tree is run 2 to 30 s.
   *
   * @throws BridgeRefusedException ERANGE
   */
  public void forwardDelay(long nanos) throws BridgeRefusedException {
    if (on) {
      check(nanos, 2, 30);
    }
    ownForwardDelay = nanos;
    forwardDelay = isRootBridge() ? nanos : forwardDelay;
  }

  private static void check(long nanos, int least, int most) throws BridgeRefusedException {
    if (nanos < least * SECOND || nanos > most * SECOND) {
      throw new BridgeRefusedException(Errno.ERANGE);
    }
  }

  // ---- links

  /** The bridge goes up ({@code br_stp_enable_bridge}). */
  void enable() {
    if (on) {
      hello.arm(loop.now() + helloTime);
    }
    configGeneration();
    for (BridgePort port : bridge.bridgePorts()) {
      if (port.isLive()) {
        enablePort(port);
      }
    }
    portStateSelection();
  }

  /** The bridge goes down ({@code br_stp_disable_bridge}). */
  void disable() {
    for (BridgePort port : bridge.bridgePorts()) {
      if (port.state() != PortState.DISABLED) {
        disablePort(port);
      }
    }
    changing(false);
    changeDetected = false;
    cancel();
  }

  private void cancel() {
    hello.cancel();
    change.cancel();
    notification.cancel();
  }

  /** {@code br_stp_enable_port}. */
  void enablePort(BridgePort port) {
    initPort(port);
    portStateSelection();
  }

  /** {@code br_init_port}. */
  void initPort(BridgePort port) {
    becomeDesignated(port);
    port.state(PortState.BLOCKING);
    port.stp().acknowledges = false;
    port.stp().configPending = false;
  }

  /** {@code br_stp_disable_port}. */
  void disablePort(BridgePort port) {
    boolean wasRoot = isRootBridge();
    port.state(PortState.DISABLED);
    port.stp().acknowledges = false;
    port.stp().configPending = false;
    port.stp().cancel();
    bridge.fdb().forget(port, 0);
    bridge.snooping().portDisabled(port);
    rootMayChange(wasRoot);
  }

  /** A port is taken away; its state is disabled already. */
  void removePort(BridgePort port) {
    if (port.equals(rootPort)) {
      rootPort = null;
    }
  }

  // ---- who is what

  private boolean isRootBridge() {
    return designatedRoot == id();
  }

  private boolean isDesignated(BridgePort port) {
    return isDesignated(port, id());
  }

  private static boolean isDesignated(BridgePort port, long bridge) {
    return port.stp().designatedBridge == bridge && port.stp().designatedPort == port.id();
  }

  private boolean isDesignatedSomewhere() {
    for (BridgePort port : bridge.bridgePorts()) {
      if (port.state() != PortState.DISABLED && port.stp().designatedBridge == id()) {
        return true;
      }
    }
    return false;
  }

  private void rootMayChange(boolean wasRoot) {
    configurationUpdate();
    portStateSelection();
    if (isRootBridge() && !wasRoot) {
      becomeRoot();
    }
  }

  /** {@code br_configuration_update}. */
  void configurationUpdate() {
    rootSelection();
    for (BridgePort port : bridge.bridgePorts()) {
      if (port.state() != PortState.DISABLED && shouldBeDesignated(port)) {
        becomeDesignated(port);
      }
    }
  }

  private void rootSelection() {
    BridgePort best = null;
    for (BridgePort port : bridge.bridgePorts()) {
      if (!mayBeRootPort(port, best)) {
        continue;
      }
      if (port.has(PortFlag.ROOT_BLOCK)) {
        blockRootPort(port);
      } else {
        best = port;
      }
    }
    rootPort = best;
    designatedRoot = best == null ? id() : best.stp().designatedRoot;
    rootPathCost = best == null ? 0 : best.stp().designatedCost + best.cost();
  }

  /** {@code br_should_become_root_port}. */
  private boolean mayBeRootPort(BridgePort port, @Nullable BridgePort best) {
    StpPort stp = port.stp();
    if (port.state() == PortState.DISABLED
        || isDesignated(port)
        || Long.compareUnsigned(id(), stp.designatedRoot) <= 0) {
      return false;
    }
    if (best == null) {
      return true;
    }
    StpPort other = best.stp();
    int order = Long.compareUnsigned(stp.designatedRoot, other.designatedRoot);
    if (order == 0) {
      order = Long.compare(stp.designatedCost + port.cost(), other.designatedCost + best.cost());
    }
    if (order == 0) {
      order = Long.compareUnsigned(stp.designatedBridge, other.designatedBridge);
    }
    if (order == 0) {
      order = Integer.compare(stp.designatedPort, other.designatedPort);
    }
    return order < 0 || order == 0 && port.id() < best.id();
  }

  /** {@code br_root_port_block}: it listens until the better root is not heard any more. */
  private void blockRootPort(BridgePort port) {
    port.state(PortState.LISTENING);
    if (forwardDelay > 0) {
      port.stp().forwardDelay.arm(loop.now() + forwardDelay);
    }
  }

  private boolean shouldBeDesignated(BridgePort port) {
    StpPort stp = port.stp();
    if (isDesignated(port) || stp.designatedRoot != designatedRoot) {
      return true;
    }
    int order = Long.compare(rootPathCost, stp.designatedCost);
    if (order == 0) {
      order = Long.compareUnsigned(id(), stp.designatedBridge);
    }
    return order < 0 || order == 0 && port.id() < stp.designatedPort;
  }

  private void becomeDesignated(BridgePort port) {
    StpPort stp = port.stp();
    stp.designatedRoot = designatedRoot;
    stp.designatedCost = rootPathCost;
    stp.designatedBridge = id();
    stp.designatedPort = port.id();
  }

  /** {@code br_become_root_bridge}. */
  private void becomeRoot() {
    maxAge = ownMaxAge;
    helloTime = ownHelloTime;
    forwardDelay = ownForwardDelay;
    detectChange();
    notification.cancel();
    if (bridge.isUp()) {
      configGeneration();
      if (on) {
        hello.arm(loop.now() + helloTime);
      }
    }
  }

  // ---- states

  /** {@code br_port_state_selection}. */
  void portStateSelection() {
    boolean forwards = false;
    for (BridgePort port : bridge.bridgePorts()) {
      StpPort stp = port.stp();
      if (port.state() == PortState.DISABLED) {
        continue;
      }
      if (port.equals(rootPort)) {
        stp.configPending = false;
        stp.acknowledges = false;
        makeForwarding(port);
      } else if (isDesignated(port)) {
        stp.messageAge.cancel();
        makeForwarding(port);
      } else {
        stp.configPending = false;
        stp.acknowledges = false;
        makeBlocking(port);
      }
      if (port.state() != PortState.BLOCKING) {
        bridge.snooping().portEnabled(port);
      }
      forwards |= port.state() == PortState.FORWARDING;
    }
    bridge.carrier(forwards);
  }

  private void makeForwarding(BridgePort port) {
    if (port.state() != PortState.BLOCKING) {
      return;
    }
    if (!on || forwardDelay == 0) {
      port.state(PortState.FORWARDING);
      detectChange();
      port.stp().forwardDelay.cancel();
    } else {
      port.state(PortState.LISTENING);
      port.stp().forwardDelay.arm(loop.now() + forwardDelay);
    }
  }

  private void makeBlocking(BridgePort port) {
    PortState state = port.state();
    if (state != PortState.BLOCKING) {
      if (state == PortState.FORWARDING || state == PortState.LEARNING) {
        detectChange();
      }
      port.state(PortState.BLOCKING);
      port.stp().forwardDelay.cancel();
    }
  }

  /** {@code br_topology_change_detection}. */
  private void detectChange() {
    if (!on) {
      return;
    }
    if (isRootBridge()) {
      changing(true);
      change.arm(loop.now() + ownForwardDelay + ownMaxAge);
    } else if (!changeDetected) {
      sendNotification();
      notification.arm(loop.now() + ownHelloTime);
    }
    changeDetected = true;
  }

  /** While the topology changes, what was learned ages within the forward delay. */
  private void changing(boolean value) {
    changing = value;
    bridge.ageAfter(value ? forwardDelay : bridge.ageing());
  }

  // ---- messages

  /**
   * Takes a frame to the group that came in by a port ({@code br_stp_rcv}); it stays the caller's.
   */
  void receive(BridgePort port, Packet packet) {
    int type = Bpdu.type(packet);
    if (type == Bpdu.NONE || !on || !bridge.isUp() || port.state() == PortState.DISABLED) {
      return;
    }
    if (port.has(PortFlag.GUARD)) {
      disablePort(port);
    } else if (type == Bpdu.TOPOLOGY_CHANGE) {
      receivedNotification(port);
    } else {
      Bpdu message = Bpdu.parse(packet);
      if (message.messageAge() <= message.maxAge()) {
        received(port, message);
      }
    }
  }

  /** {@code br_received_config_bpdu}. */
  private void received(BridgePort port, Bpdu message) {
    boolean wasRoot = isRootBridge();
    if (!supersedes(port, message)) {
      if (isDesignated(port)) {
        sendConfig(port);
      }
      return;
    }
    record(port, message);
    configurationUpdate();
    portStateSelection();
    if (!isRootBridge() && wasRoot) {
      hello.cancel();
      if (changeDetected) {
        change.cancel();
        sendNotification();
        notification.arm(loop.now() + ownHelloTime);
      }
    }
    if (port.equals(rootPort)) {
      maxAge = message.maxAge();
      helloTime = message.helloTime();
      forwardDelay = message.forwardDelay();
      changing(message.topologyChange());
      configGeneration();
      if (message.acknowledges()) {
        changeDetected = false;
        notification.cancel();
      }
    }
  }

  private boolean supersedes(BridgePort port, Bpdu message) {
    StpPort stp = port.stp();
    int order = Long.compareUnsigned(message.root(), stp.designatedRoot);
    if (order == 0) {
      order = Long.compare(message.cost(), stp.designatedCost);
    }
    if (order == 0) {
      order = Long.compareUnsigned(message.bridge(), stp.designatedBridge);
    }
    if (order != 0) {
      return order < 0;
    }
    return message.bridge() != id() || message.port() <= stp.designatedPort;
  }

  private void record(BridgePort port, Bpdu message) {
    StpPort stp = port.stp();
    stp.designatedRoot = message.root();
    stp.designatedCost = message.cost();
    stp.designatedBridge = message.bridge();
    stp.designatedPort = message.port();
    stp.messageAge.arm(loop.now() + message.maxAge() - message.messageAge());
  }

  private void receivedNotification(BridgePort port) {
    if (isDesignated(port)) {
      detectChange();
      port.stp().acknowledges = true;
      sendConfig(port);
    }
  }

  /** {@code br_config_bpdu_generation}. */
  private void configGeneration() {
    for (BridgePort port : bridge.bridgePorts()) {
      if (port.state() != PortState.DISABLED && isDesignated(port)) {
        sendConfig(port);
      }
    }
  }

  /** {@code br_transmit_config}. */
  private void sendConfig(BridgePort port) {
    StpPort stp = port.stp();
    if (!on) {
      return;
    }
    if (stp.hold.isArmed()) {
      stp.configPending = true;
      return;
    }
    long age = 0;
    if (rootPort != null) {
      age = maxAge - left(rootPort.stp().messageAge) + MESSAGE_AGE_INCREMENT;
    }
    if (age >= maxAge) {
      return;
    }
    Bpdu message =
        new Bpdu(
            changing,
            stp.acknowledges,
            designatedRoot,
            rootPathCost,
            id(),
            port.id(),
            age,
            maxAge,
            helloTime,
            forwardDelay);
    PacketPool from = pool;
    if (from != null) {
      send(port, message.frame(from, port.device().mac(), group));
    }
    stp.acknowledges = false;
    stp.configPending = false;
    stp.hold.arm(loop.now() + HOLD_TIME);
  }

  private void sendNotification() {
    BridgePort port = rootPort;
    PacketPool from = pool;
    if (on && port != null && from != null) {
      send(port, Bpdu.changeFrame(from, port.device().mac(), group));
    }
  }

  private static void send(BridgePort port, @Nullable Packet packet) {
    if (packet == null) {
      port.device().statistics.txDropped++;
    } else {
      port.device().transmit(packet);
    }
  }

  // ---- timers

  private void helloExpired() {
    if (bridge.isUp()) {
      configGeneration();
      hello.arm(loop.now() + helloTime);
    }
  }

  void messageAgeExpired(BridgePort port) {
    if (port.state() != PortState.DISABLED) {
      boolean wasRoot = isRootBridge();
      becomeDesignated(port);
      rootMayChange(wasRoot);
    }
  }

  void forwardDelayExpired(BridgePort port) {
    if (port.state() == PortState.LISTENING) {
      port.state(PortState.LEARNING);
      port.stp().forwardDelay.arm(loop.now() + forwardDelay);
    } else if (port.state() == PortState.LEARNING) {
      port.state(PortState.FORWARDING);
      if (isDesignatedSomewhere()) {
        detectChange();
      }
      bridge.carrier(true);
    }
  }

  void holdExpired(BridgePort port) {
    if (port.stp().configPending) {
      sendConfig(port);
    }
  }

  private void changeExpired() {
    changeDetected = false;
    changing(false);
  }

  private void notificationExpired() {
    if (!isRootBridge() && bridge.isUp()) {
      sendNotification();
      notification.arm(loop.now() + ownHelloTime);
    }
  }

  // ---- settings of a port

  /** The cost of a port changed. */
  void costChanged() {
    configurationUpdate();
    portStateSelection();
  }

  /** The id of a port changed from {@code before} ({@code br_stp_set_port_priority}). */
  void idChanged(BridgePort port, int before) {
    StpPort stp = port.stp();
    if (stp.designatedBridge != id()) {
      return;
    }
    if (stp.designatedPort == before) {
      stp.designatedPort = port.id();
    } else if (port.id() < stp.designatedPort) {
      becomeDesignated(port);
      portStateSelection();
    }
  }
}
