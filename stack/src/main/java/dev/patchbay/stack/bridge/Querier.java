package dev.patchbay.stack.bridge;

import dev.patchbay.stack.bridge.MulticastSettings.Interval;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.time.Timer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One family of a bridge that snoops: who asks for members, ourselves or another (RFC 3376 section
 * 6.6.2, RFC 3810 section 7.6.2), and behind which ports routers are.
 */
final class Querier {
  final boolean six;

  /** Our own queries to ourselves; each port has its own. */
  final OwnQuery own;

  /** Runs while another querier is there. */
  final Timer other;

  /** Runs while we ourselves are a router of groups. */
  final Timer localRouter;

  private final Bridge bridge;
  private final Snooping snooping;
  private BridgePort[] routers = {};
  private long addressHi;
  private long addressLo;
  private boolean hasAddress;

  /** Before that not all members can have answered yet, ns. */
  private long completeAt = Long.MIN_VALUE;

  Querier(boolean six, Bridge bridge, Snooping snooping) {
    this.six = six;
    this.bridge = bridge;
    this.snooping = snooping;
    this.own = new OwnQuery(snooping.timer(this::ownExpired));
    this.other = snooping.timer(this::otherExpired);
    this.localRouter = snooping.timer(() -> {});
  }

  /** A port's half. */
  PortSnooping.Half half(BridgePort port) {
    return new PortSnooping.Half(
        new OwnQuery(snooping.timer(() -> ownExpired(port))),
        snooping.timer(() -> snooping.routerExpired(port, six)));
  }

  /** Whether members are asked for and had time to answer ({@code br_multicast_querier_exists}). */
  boolean exists() {
    return completeAt < snooping.now() && (snooping.isQuerier() && canAsk() || other.isArmed());
  }

  /** Queries of MLD need an address. */
  private boolean canAsk() {
    return !six || snooping.queries().hasSource6();
  }

  /** We are to ask from now on. */
  void switchedOn() {
    if (!other.isArmed()) {
      completeAt = snooping.now() + snooping.settings().get(Interval.QUERY_RESPONSE);
    }
    begin();
  }

  /** {@code br_multicast_start_querier}. */
  private void begin() {
    open();
    for (BridgePort port : bridge.bridgePorts()) {
      if (isOpen(port)) {
        port.snooping().half(six).query.begin(snooping.now());
      }
    }
  }

  void open() {
    own.sent = 0;
    if (snooping.isOn()) {
      own.timer.arm(snooping.now());
    }
  }

  void stop() {
    own.timer.cancel();
    other.cancel();
    localRouter.cancel();
  }

  private static boolean isOpen(BridgePort port) {
    return port.state() != PortState.DISABLED && port.state() != PortState.BLOCKING;
  }

  private void otherExpired() {
    if (bridge.isUp() && snooping.isOn()) {
      begin();
    }
  }

  private void ownExpired() {
    own.count(snooping.settings().startupQueryCount());
    if (mayAsk()) {
      Packet query = snooping.queries().general(six);
      if (query != null) {
        addressHi = query.sourceHi();
        addressLo = query.sourceLo();
        hasAddress = six || !isAny4(addressLo);
        bridge.receiveOwn(query);
      }
      again(own);
    }
  }

  private void ownExpired(BridgePort port) {
    if (!isOpen(port)) {
      return;
    }
    OwnQuery query = port.snooping().half(six).query;
    query.count(snooping.settings().startupQueryCount());
    if (mayAsk()) {
      Snooping.send(port, snooping.queries().general(six));
      again(query);
    }
  }

  /** Whether we ask, since it is set and no other does. */
  boolean mayAsk() {
    return bridge.isUp() && snooping.isOn() && snooping.isQuerier() && !other.isArmed();
  }

  private void again(OwnQuery query) {
    boolean first = query.sent < snooping.settings().startupQueryCount();
    Interval interval = first ? Interval.STARTUP_QUERY : Interval.QUERY;
    query.timer.arm(snooping.now() + snooping.settings().get(interval));
  }

  /**
   * A general query of another came: from the lowest address it makes that one the querier.
   *
   * @param port null for one that the bridge itself sends
   * @param delay within which members answer, ns
   * @return whether it does
   */
  boolean heard(@Nullable BridgePort port, long hi, long lo, long delay) {
    boolean lower =
        !hasAddress
            || Long.compareUnsigned(hi, addressHi) < 0
            || hi == addressHi && Long.compareUnsigned(lo, addressLo) <= 0;
    if (!lower && (own.timer.isArmed() || other.isArmed())) {
      return false;
    }
    addressHi = hi;
    addressLo = lo;
    hasAddress = six || !isAny4(lo);
    if (!other.isArmed()) {
      completeAt = snooping.now() + delay;
    }
    other.arm(snooping.now() + snooping.settings().get(Interval.QUERIER));
    snooping.markRouter(port, six);
    return true;
  }

  private static boolean isAny4(long lo) {
    return (int) lo == 0;
  }

  // ---- router ports

  /** The ports behind which routers are; not to be changed. */
  BridgePort[] routers() {
    return routers;
  }

  void addRouter(BridgePort port) {
    PortSnooping.Half half = port.snooping().half(six);
    if (!half.isRouter) {
      half.isRouter = true;
      BridgePort[] grown = Arrays.copyOf(routers, routers.length + 1);
      grown[routers.length] = port;
      routers = grown;
    }
  }

  void removeRouter(BridgePort port) {
    PortSnooping.Half half = port.snooping().half(six);
    if (half.isRouter) {
      half.isRouter = false;
      routers = Arrays.stream(routers).filter(p -> p != port).toArray(BridgePort[]::new);
    }
  }
}
