package dev.patchbay.stack.bridge;

import dev.patchbay.stack.time.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The membership of a port in a group (Linux: {@code net_bridge_port_group}). With IGMPv3 and MLDv2
 * it has a filter mode and sources, as a router keeps them (RFC 3376 section 6.2).
 */
final class PortGroup {
  /** Sources, at most ({@code PG_SRC_ENT_LIMIT}). */
  static final int MAX_SOURCES = 32;

  final MulticastGroup group;
  final BridgePort port;

  /** Of the member where the port sends to each by itself; all ones for the port as a whole. */
  final long mac;

  final boolean permanent;

  /** Whether it was set by hand. */
  final boolean isStatic;

  /** Ends the membership, or with sources the filter mode EXCLUDE. */
  final Timer timer;

  /** Asks again for what was left. */
  final Timer again;

  /** All sources but some, or some alone. */
  boolean excludes;

  /** Whether it was taken out; timers may still hold it. */
  boolean isGone;

  /** How often is still to be asked for the group. */
  long queriesLeft;

  private final List<GroupSource> sources = new ArrayList<>(0);
  @Nullable PortGroup next;

  PortGroup(
      MulticastGroup group,
      BridgePort port,
      long mac,
      boolean permanent,
      boolean isStatic,
      Snooping snooping) {
    this.group = group;
    this.port = port;
    this.mac = mac;
    this.permanent = permanent;
    this.isStatic = isStatic;
    this.timer = snooping.timer(() -> snooping.portGroupExpired(this));
    this.again = snooping.timer(() -> snooping.sources().askAgain(this));
  }

  /** Its sources; changed by {@link #add} and {@link #forget} only. */
  List<GroupSource> sources() {
    return sources;
  }

  /** Whether it, and its port, may have another source. */
  boolean hasRoom() {
    return sources.size() < MAX_SOURCES && port.snooping().sources < PortSnooping.MAX_SOURCES;
  }

  void add(GroupSource source) {
    sources.addFirst(source); // Linux lists the newest first
    port.snooping().sources++;
  }

  /** Forgets the sources that {@code which} says. */
  void forget(Predicate<GroupSource> which) {
    int before = sources.size();
    sources.removeIf(source -> {
      boolean gone = which.test(source);
      if (gone) {
        source.timer.cancel();
      }
      return gone;
    });
    port.snooping().sources -= before - sources.size();
  }

  @Nullable GroupSource find(long hi, long lo) {
    for (int i = 0; i < sources.size(); i++) {
      GroupSource source = sources.get(i);
      if (source.hi == hi && source.lo == lo) {
        return source;
      }
    }
    return null;
  }

  /** Whether a packet from a source is wanted, where sources count. */
  boolean wants(long hi, long lo) {
    GroupSource source = find(hi, lo);
    return source == null ? excludes : source.timer.isArmed();
  }

  /** Ends what its timers would do. */
  void cancel() {
    isGone = true;
    timer.cancel();
    again.cancel();
    forget(source -> true);
  }
}
