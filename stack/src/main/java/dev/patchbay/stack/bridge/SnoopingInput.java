package dev.patchbay.stack.bridge;

import dev.patchbay.stack.bridge.MulticastSettings.Interval;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import org.jspecify.annotations.Nullable;

/** What the messages of IGMP and MLD that pass a bridge change ({@code br_multicast_rcv}). */
final class SnoopingInput {
  /** Of {@link #receive}: the packet is to be dropped. */
  static final int DROP = -1;

  /** Bit of {@link #receive}: who is no member does not want it; routers do. */
  static final int ROUTERS_ONLY = 1;

  /** Bit of {@link #receive}: it is a message, and no member's. */
  static final int MESSAGE = 2;

  /** All ones: the port as a whole, not one station behind it. */
  static final long ANY_STATION = Addresses.MAC_BROADCAST;

  private static final long SECOND = 1_000_000_000L;
  private static final long TENTH = SECOND / 10;
  private static final long MILLISECOND = 1_000_000L;

  private final Snooping snooping;
  private final SnoopedMessage message = new SnoopedMessage();

  SnoopingInput(Snooping snooping) {
    this.snooping = snooping;
  }

  /**
   * Reads what comes in, or what the bridge itself sends ({@code br_multicast_rcv}).
   *
   * @param port null for the bridge itself
   * @return {@link #DROP}, or a sum of the bits
   */
  int receive(@Nullable BridgePort port, Packet packet, int vid) {
    if (!snooping.isOn()) {
      return 0;
    }
    int type = packet.ethernet().type();
    boolean six = type == EtherType.IPV6;
    if (!six && type != EtherType.IPV4) {
      return 0;
    }
    SnoopedMessage.Kind kind = six ? message.read6(packet) : message.read4(packet);
    switch (kind) {
      case DATA -> {
        return ROUTERS_ONLY;
      }
      case LINK_LOCAL -> {
        return 0;
      }
      case MALFORMED -> {
        return DROP;
      }
      case ROUTER -> {
        snooping.markRouter(port, six);
        boolean isLocal = !six; // 224.0.0.x; ff02::6a is a group as others
        return isLocal ? 0 : ROUTERS_ONLY;
      }
      default -> {
        return message(kind, port, packet, vid, six);
      }
    }
  }

  private int message(
      SnoopedMessage.Kind kind, @Nullable BridgePort port, Packet packet, int vid, boolean six) {
    boolean takesPart =
        snooping.bridge().isUp() && (port == null || port.state() != PortState.DISABLED);
    long station = Bytes.u48(packet.data, packet.l2 + 6);
    boolean good = true;
    if (takesPart) {
      switch (kind) {
        case REPORT -> good = join(port, six, message.hi, message.lo, vid, station, true);
        case LEAVE -> leave(port, six, message.hi, message.lo, vid, station);
        case QUERY -> query(port, packet, vid, six);
        default -> good = records(port, packet, vid, six, station);
      }
    }
    return !good ? DROP : kind == SnoopedMessage.Kind.REPORT ? MESSAGE | ROUTERS_ONLY : MESSAGE;
  }

  /** Whether packets to a group go to all ports whoever is a member. */
  private static boolean isUnmanaged(boolean six, long hi, long lo) {
    return six ? SnoopedMessage.isAllNodes(hi, lo) : SnoopedMessage.isLocal4((int) lo);
  }

  /**
   * {@code br_multicast_add_group}.
   *
   * @param old whether it is a report without sources, which holds for the membership interval
   */
  private boolean join(
      @Nullable BridgePort port,
      boolean six,
      long hi,
      long lo,
      int vid,
      long station,
      boolean old) {
    if (isUnmanaged(six, hi, lo)) {
      return true;
    }
    MulticastGroup group = snooping.group(six ? 6 : 4, vid, hi, lo, 0, 0);
    if (group == null) {
      return false;
    }
    long until = snooping.now() + snooping.settings().get(Interval.MEMBERSHIP);
    if (port == null) {
      group.hostJoined = true;
      group.timer.arm(until);
      return true;
    }
    PortGroup entry = group.find(port, station);
    if (entry == null && port.snooping().entries >= PortSnooping.MAX_ENTRIES) {
      snooping.removeIfEmpty(group);
      return false;
    }
    if (entry == null) {
      boolean each = port.has(PortFlag.MCAST_TO_UNICAST);
      entry = new PortGroup(group, port, each ? station : ANY_STATION, false, false, snooping);
      entry.excludes = old;
      group.add(entry);
    }
    if (old) {
      entry.timer.arm(until);
    }
    return true;
  }

  /** {@code br_multicast_leave_group}. */
  private void leave(
      @Nullable BridgePort port, boolean six, long hi, long lo, int vid, long station) {
    MulticastGroup group =
        isUnmanaged(six, hi, lo) ? null : snooping.groups().find(six ? 6 : 4, vid, hi, lo, 0, 0);
    if (group == null) {
      return;
    }
    PortGroup entry = port == null ? null : group.find(port, station);
    if (port != null && port.has(PortFlag.MCAST_FAST_LEAVE)) {
      if (entry != null && !entry.permanent) {
        snooping.remove(entry);
      }
      return;
    }
    Querier family = snooping.family(six);
    if (family.other.isArmed()) {
      return; // that one will ask
    }
    long limit = snooping.now() + snooping.settings().lastMemberTime();
    if (snooping.isQuerier()) {
      Packet query = snooping.queries().specific(group);
      if (port == null) {
        if (query != null) {
          snooping.bridge().receiveOwn(query);
        }
        family.own.timer.arm(limit);
      } else {
        Snooping.send(port, query);
        port.snooping().half(six).query.timer.arm(limit);
      }
    }
    if (port == null && group.hostJoined) {
      lower(group.timer, limit);
    } else if (entry != null) {
      lower(entry.timer, limit);
    }
  }

  private static void lower(Timer timer, long limit) {
    if (!timer.isArmed() || timer.deadline() > limit) {
      timer.arm(limit);
    }
  }

  /** {@code br_ip4_multicast_query}, {@code br_ip6_multicast_query}. */
  private void query(@Nullable BridgePort port, Packet packet, int vid, boolean six) {
    byte[] b = packet.data;
    int at = message.at;
    boolean old = message.end - at == (six ? 24 : 8);
    boolean general = message.hi == 0 && message.lo == 0;
    long delay;
    if (six) {
      int code = Bytes.u16(b, at + 4);
      delay = (old ? code : Math.max(floating6(code), 1)) * MILLISECOND;
      if (old && code == 0) {
        return;
      }
    } else {
      int code = Bytes.u8(b, at + 1);
      delay = (old ? code : Math.max(floating4(code), 1)) * TENTH;
      if (old && code == 0) {
        delay = 10 * SECOND; // of IGMPv1, which has no queries for a group
        general = true;
      }
    }
    if (!old && hasSources(b, at, six, general)) {
      return;
    }
    if (general) {
      snooping.family(six).heard(port, packet.sourceHi(), packet.sourceLo(), delay);
      return;
    }
    MulticastGroup group = snooping.groups().find(six ? 6 : 4, vid, message.hi, message.lo, 0, 0);
    if (group == null) {
      return;
    }
    long limit = snooping.now() + snooping.settings().timesLastMemberCount(delay);
    if (group.hostJoined) {
      lower(group.timer, limit);
    }
    boolean modes = snooping.settings().hasSources(group.family);
    for (PortGroup entry = group.ports; entry != null; entry = entry.next) {
      if (!modes || entry.excludes) {
        lower(entry.timer, limit);
      }
    }
  }

  /** Whether a newer query is for sources, or one for whose group timers stay (its bit S). */
  private boolean hasSources(byte[] b, int at, boolean six, boolean general) {
    int flags = Bytes.u8(b, at + (six ? 24 : 8));
    int count = Bytes.u16(b, at + (six ? 26 : 10));
    return count != 0
        || snooping.settings().hasSources(six ? 6 : 4) && !general && (flags & 8) != 0;
  }

  /** RFC 3376 section 4.1.1: a code from 128 on is a floating-point value. */
  private static long floating4(int code) {
    return code < 128 ? code : (long) (code & 15 | 16) << (code >>> 4 & 7) + 3;
  }

  /** RFC 3810 section 5.1.3: a code from 32768 on is a floating-point value. */
  private static long floating6(int code) {
    return code < 32768 ? code : (long) (code & 0xfff | 0x1000) << (code >>> 12 & 7) + 3;
  }

  /** {@code br_ip4_multicast_igmp3_report}, {@code br_ip6_multicast_mld2_report}. */
  private boolean records(
      @Nullable BridgePort port, Packet packet, int vid, boolean six, long station) {
    byte[] b = packet.data;
    int head = six ? 20 : 8;
    int width = six ? 16 : 4;
    int records = Bytes.u16(b, message.at + 6);
    int at = message.at + 8;
    for (int i = 0; i < records; i++) {
      if (at + head > message.end) {
        return false;
      }
      int count = Bytes.u16(b, at + 2);
      int next = at + head + width * count;
      if (next > message.end) {
        return false;
      }
      int type = Bytes.u8(b, at);
      if (type >= SourceRecords.IS_INCLUDE && type <= SourceRecords.BLOCK) {
        long hi = six ? Bytes.i64(b, at + 4) : 0;
        long lo = six ? Bytes.i64(b, at + 12) : Addresses.v4(Bytes.i32(b, at + 4));
        snooping.sources().of(b, at + head, count, six);
        if (!record(port, type, count, six, hi, lo, vid, station)) {
          return false;
        }
      }
      at = next;
    }
    return true;
  }

  private boolean record(
      @Nullable BridgePort port,
      int type,
      int count,
      boolean six,
      long hi,
      long lo,
      int vid,
      long station) {
    boolean plain = port == null || !snooping.settings().hasSources(six ? 6 : 4);
    boolean leaves =
        count == 0 && (type == SourceRecords.TO_INCLUDE || type == SourceRecords.IS_INCLUDE);
    if (leaves && plain) {
      leave(port, six, hi, lo, vid, station);
      return true;
    }
    if (!leaves && !join(port, six, hi, lo, vid, station, plain)) {
      return false;
    }
    MulticastGroup group = plain ? null : snooping.groups().find(six ? 6 : 4, vid, hi, lo, 0, 0);
    PortGroup entry = group == null || port == null ? null : group.find(port, station);
    if (entry != null && !entry.permanent) {
      snooping.sources().apply(type, entry);
    }
    return true;
  }
}
