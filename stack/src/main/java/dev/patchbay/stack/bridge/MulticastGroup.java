package dev.patchbay.stack.bridge;

import dev.patchbay.stack.time.Timer;
import org.jspecify.annotations.Nullable;

/**
 * A group, or one source of it, in a VLAN: who is a member (Linux: {@code net_bridge_mdb_entry}).
 */
final class MulticastGroup {
  /** 4, 6, or 0 where the address is one of Ethernet, in {@link #lo}. */
  final int family;

  /** 0 where the bridge does not filter by VLAN. */
  final int vid;

  final long hi;
  final long lo;

  /** The source that is meant; 0 for all of them. */
  final long sourceHi;

  final long sourceLo;

  /** Ends the membership of the bridge itself. */
  final Timer timer;

  /** Whether the bridge itself is a member. */
  boolean hostJoined;

  /** The members behind ports, those of the highest port number first. */
  @Nullable PortGroup ports;

  /** The next one with the same hash. */
  @Nullable MulticastGroup chain;

  @Nullable MulticastGroup newer;
  @Nullable MulticastGroup older;

  MulticastGroup(
      int family, int vid, long hi, long lo, long sourceHi, long sourceLo, Snooping snooping) {
    this.family = family;
    this.vid = vid;
    this.hi = hi;
    this.lo = lo;
    this.sourceHi = sourceHi;
    this.sourceLo = sourceLo;
    this.timer = snooping.timer(() -> snooping.hostExpired(this));
  }

  boolean isForAllSources() {
    return sourceHi == 0 && sourceLo == 0;
  }

  /**
   * The entry of a port, or null.
   *
   * @param mac of the member; counts only where the port sends to each member by itself
   */
  @Nullable PortGroup find(BridgePort port, long mac) {
    boolean each = port.has(PortFlag.MCAST_TO_UNICAST);
    for (PortGroup at = ports; at != null; at = at.next) {
      if (at.port == port && (!each || at.mac == mac)) {
        return at;
      }
    }
    return null;
  }

  /** Whether a port is a member in any way. */
  boolean has(BridgePort port) {
    for (PortGroup at = ports; at != null; at = at.next) {
      if (at.port == port) {
        return true;
      }
    }
    return false;
  }

  void add(PortGroup entry) {
    entry.port.snooping().entries++;
    PortGroup before = null;
    PortGroup at = ports;
    while (at != null && at.port.number() > entry.port.number()) {
      before = at;
      at = at.next;
    }
    entry.next = at;
    if (before == null) {
      ports = entry;
    } else {
      before.next = entry;
    }
  }

  void remove(PortGroup entry) {
    entry.port.snooping().entries--;
    if (ports == entry) {
      ports = entry.next;
      return;
    }
    for (PortGroup at = ports; at != null; at = at.next) {
      if (at.next == entry) {
        at.next = entry.next;
        return;
      }
    }
  }
}
