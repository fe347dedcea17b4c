package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;

/**
 * Which parts of packets a rule holds against a set, and how ({@code ip_set_adt_opt}). Belongs to
 * one rule: it has the place in which a packet's parts are laid.
 */
public final class PacketQuery {
  /** How a counter is compared. */
  public enum Comparison {
    NONE,
    EQUAL,
    NOT_EQUAL,
    LESS,
    GREATER;

    boolean holds(long counter, long value) {
      return switch (this) {
        case NONE -> true;
        case EQUAL -> counter == value;
        case NOT_EQUAL -> counter != value;
        case LESS -> Long.compareUnsigned(counter, value) < 0;
        case GREATER -> Long.compareUnsigned(counter, value) > 0;
      };
    }
  }

  private final IpSet set;
  private final int dimensions;
  private final int sources;
  private Comparison packetsAre = Comparison.NONE;
  private long packets;
  private Comparison bytesAre = Comparison.NONE;
  private long bytes;
  private boolean matchesCounters;

  /** A set's counters are not moved, those of the sets in a list are not. */
  boolean skipsCounters;

  boolean skipsSubcounters;

  /** Members that say {@code nomatch} are those that are meant. */
  boolean returnsNoMatch;

  /** Members that are there are set anew. */
  boolean exist;

  /** The packet's parts, and what a member that is added gets. */
  final Element element = new Element();

  /** What the member that was met says of the packet's mark and priority. */
  int mark;

  int markMask;
  int priority;

  /**
   * A query.
   *
   * @param dimensions how many parts are named, 1 to 6
   * @param sources a bit for each part, from bit 0 on, that is the packet's source
   */
  public PacketQuery(IpSet set, int dimensions, int sources) {
    this.set = set;
    this.dimensions = dimensions;
    this.sources = sources;
  }

  /** Wants counters to be so. */
  public PacketQuery counters(
      Comparison packetsAre, long packets, Comparison bytesAre, long bytes) {
    this.packetsAre = packetsAre;
    this.packets = packets;
    this.bytesAre = bytesAre;
    this.bytes = bytes;
    matchesCounters = packetsAre != Comparison.NONE || bytesAre != Comparison.NONE;
    return this;
  }

  /** Sets what is done with counters and members that say {@code nomatch}. */
  public PacketQuery flags(
      boolean skipsCounters, boolean skipsSubcounters, boolean returnsNoMatch) {
    this.skipsCounters = skipsCounters;
    this.skipsSubcounters = skipsSubcounters;
    this.returnsNoMatch = returnsNoMatch;
    return this;
  }

  /**
   * Sets how members are added.
   *
   * @param timeout seconds, or {@link SetOptions#NO_TIMEOUT} for what the set says
   */
  public PacketQuery adding(boolean exist, long timeout) {
    this.exist = exist;
    element.timeout = timeout;
    return this;
  }

  /** The set that is asked. */
  public IpSet set() {
    return set;
  }

  /** Nothing is said of the packet's mark and priority yet. */
  void forgetMarks() {
    mark = 0;
    markMask = 0;
    priority = 0;
  }

  int dimensions() {
    return dimensions;
  }

  boolean wants(long memberPackets, long memberBytes) {
    return !matchesCounters
        || packetsAre.holds(memberPackets, packets) && bytesAre.holds(memberBytes, bytes);
  }

  /** Asks for counters no more, or again; of the sets in a list none are asked for. */
  boolean matchCounters(boolean on) {
    boolean before = matchesCounters;
    matchesCounters = on;
    return before;
  }

  /** Lays the packet's source or destination ready. */
  void address(PacketFields p, long maskHi, long maskLo) {
    boolean source = (sources & 1) != 0;
    element.hi = (source ? p.srcHi : p.dstHi) & maskHi;
    element.lo = (source ? p.srcLo : p.dstLo) & maskLo;
  }

  /** Lays ready what a packet counts as where it becomes a member. */
  void count(PacketFields p) {
    element.packets = 1;
    element.bytes = p.length;
  }

  /**
   * Lays protocol and port ready ({@code ip_set_get_ip4_port}, {@code ip_set_get_ip6_port}); of
   * ICMP type and code.
   *
   * @param dimension which part is the port, from 0
   * @return false where there is none to be had
   */
  boolean port(PacketFields p, int dimension) {
    int length = header(p.protocol);
    if (p.laterFragment && (length > 0 || !p.v4) || p.v4 && p.protocol == 0) {
      return false;
    }
    element.protocol = p.protocol;
    element.port = 0;
    if (length == 0) {
      return true;
    }
    if (p.transport + length > p.packet().tail) {
      return false;
    }
    boolean icmp = p.protocol == IpProtocol.ICMP || p.protocol == IpProtocol.ICMPV6;
    boolean first = icmp || (sources >> dimension & 1) != 0;
    element.port = Bytes.u16(p.packet().data, p.transport + (first ? 0 : 2));
    return true;
  }

  /** Bytes that a header must have for its ports to count, 0 where it has no ports. */
  private static int header(int protocol) {
    return switch (protocol) {
      case IpProtocol.TCP -> 20;
      case IpProtocol.SCTP -> 12;
      case IpProtocol.UDP, IpProtocol.UDPLITE, IpProtocol.ICMP, IpProtocol.ICMPV6 -> 8;
      default -> 0;
    };
  }
}
