package dev.patchbay.stack.packet;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.trace.Trace;
import dev.patchbay.stack.wire.Arp;
import dev.patchbay.stack.wire.Ethernet;
import dev.patchbay.stack.wire.Icmp;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import dev.patchbay.stack.wire.Tcp;
import dev.patchbay.stack.wire.Udp;
import org.jspecify.annotations.Nullable;

/**
 * A packet on its way through the stack: one pooled array, where its layers begin, and what is
 * known about it.
 *
 * <pre>
 *   0          head      l3        l4              tail        data.length
 *   | headroom | layer 2 | layer 3 | layer 4 … data | tailroom |
 * </pre>
 *
 * <p>Valid bytes are {@code [head, tail)}. Layer offsets are absolute positions in {@link #data}
 * and stay right when head moves. Fields are public to the packages of the stack on purpose: this
 * is the innermost data structure. Not thread-safe; owned by one event loop.
 */
public final class Packet {
  /** Bytes kept free before a received frame or a packet that is being built. */
  public static final int HEADROOM = 128;

  /** Nothing is known about the transport checksum: whoever needs it verifies it. */
  public static final byte CHECKSUM_NONE = 0;

  /** The transport checksum was verified, or cannot be wrong. */
  public static final byte CHECKSUM_UNNECESSARY = 1;

  /**
   * The transport checksum field holds the folded pseudo-header sum; the sum over {@code
   * [checksumStart, tail)} is to be put at {@code checksumStart + checksumOffset} by whoever sends
   * it out.
   */
  public static final byte CHECKSUM_PARTIAL = 2;

  /** Segmentation type: none. */
  public static final byte GSO_NONE = 0;

  /** To be cut into TCP segments over IPv4 of {@link #gsoSize} bytes. */
  public static final byte GSO_TCPV4 = 1;

  /** To be cut into TCP segments over IPv6 of {@link #gsoSize} bytes. */
  public static final byte GSO_TCPV6 = 2;

  /** No socket sent it: it came in, or was made by a rule or for IGMP. */
  public static final byte SOCKET_NONE = 0;

  /** A socket of the stack's own sent it: one that no program has. */
  public static final byte SOCKET_STACK = 1;

  /** A program's socket sent it. */
  public static final byte SOCKET_PROGRAM = 2;

  /** The array; owned by the pool. */
  public final byte[] data;

  final PacketPool pool;
  final int sizeClass;
  boolean free;
  @Nullable Throwable owner;

  /** First valid byte. */
  public int head;

  /** One past the last valid byte. */
  public int tail;

  /** Start of the Ethernet header, or -1. */
  public int l2;

  /** Start of the network header. */
  public int l3;

  /** Start of the transport header. */
  public int l4;

  /** Device by which it came in; null for a packet made here. */
  public @Nullable NetDevice device;

  /** Bridge port by which it came in ({@code physdev}), where {@link #device} is the bridge. */
  public @Nullable NetDevice physicalDevice;

  /** Netfilter's mark. */
  public int mark;

  /** Flow hash, 0 where it was not computed. */
  public int hash;

  /** Queueing priority. */
  public int priority;

  /** The port's account on which this packet's memory is. */
  @Nullable MemoryShare share;

  /** Connection tracking entry; the type belongs to that package. */
  public @Nullable Object tracking;

  /** How it stands to {@link #tracking}: a constant of {@code TrackingInfo}. */
  public byte trackingInfo;

  /** Who sent it, one of the SOCKET constants; counts until it leaves the IP layer. */
  public byte socket;

  /** Who follows it on its way; almost always nobody. */
  public @Nullable Trace trace;

  /** One of the CHECKSUM constants. */
  public byte checksumState;

  /** Absolute offset from which a partial checksum is summed. */
  public int checksumStart;

  /** Where the partial checksum goes, relative to {@link #checksumStart}. */
  public int checksumOffset;

  /** One of the GSO constants. */
  public byte gsoType;

  /** Payload bytes per segment, 0 where it is not to be cut. */
  public int gsoSize;

  /** Number of segments. */
  public int gsoCount;

  /** Outer VLAN tag's protocol, 0 where there is none beside the bytes. */
  public int vlanProtocol;

  /** Outer VLAN tag's TCI: priority (3 bits), DEI (1), VLAN id (12). */
  public int vlanTci;

  /** Protocol number of the transport header after extension headers. */
  public int protocol;

  /** IPv6 flow label and traffic class or IPv4 TOS of a packet that is being built. */
  public int tos;

  /** Hop limit of a packet that is being built; 0 for the default. */
  public int ttl;

  /** Whether it came to a group or a broadcast (Linux: RTCF_MULTICAST, RTCF_BROADCAST). */
  public boolean toMany;

  /** Whether PREROUTING has seen it on a bridge, so that the IP layer does not ask again. */
  public boolean prerouted;

  /** Whether rules of a bridge have given it another destination, so that it is routed. */
  public boolean divertedByBridge;

  /** The table and chain whose rule drops it, for who is told of drops; null for all else. */
  public @Nullable String ruleTable;

  public @Nullable String ruleChain;

  /** The number of that rule, from 1; 0 for the policy of the chain. */
  public int ruleNumber;

  /** Whether netem made it of another one: a second copy is not made of it. */
  public boolean isDuplicate;

  /** The device whose filter redirected it, where it is on its way by an ifb; else null. */
  public @Nullable NetDevice redirectedFrom;

  /** Whether that was where it came in ({@code from_ingress}). */
  public boolean redirectedAtIngress;

  /** For packet sockets: {@code sll_pkttype}. */
  public int packetType;

  /** Whether it was joined from fragments: its sender knows to cut what is too long for a path. */
  public boolean joined;

  /**
   * Bytes of the longest of the fragments that it was joined from before it was routed: it leaves
   * in pieces that are not longer. 0 for all others ({@code frag_max_size}).
   */
  public int fragmentMax;

  /** Whether its sender has just had an answer: so the next hop is there ({@code dst_confirm}). */
  public boolean confirmsNeighbour;

  /** Next hop chosen by routing, two longs. */
  public long nextHopHi;

  public long nextHopLo;

  /** TCP: sequence number of the first payload byte while queued; other queues may use it too. */
  public int sequence;

  /** TCP: sequence number after the last payload byte while queued, SYN and FIN counted. */
  public int endSequence;

  /** When it came in or was queued, ns of the loop's clock; for datagrams, of its wall time. */
  public long time;

  /** What a tap has left on it to know it again, 0 for nothing; a copy does not have it. */
  public long tapMark;

  /** Link of the queue it stands in. */
  public @Nullable Packet next;

  private final Ethernet ethernet = new Ethernet();
  private final Arp arp = new Arp();
  private final Ipv4 ipv4 = new Ipv4();
  private final Ipv6 ipv6 = new Ipv6();
  private final Icmp icmp = new Icmp();
  private final Udp udp = new Udp();
  private final Tcp tcp = new Tcp();

  Packet(PacketPool pool, int sizeClass, int capacity) {
    this.pool = pool;
    this.sizeClass = sizeClass;
    this.data = new byte[capacity];
  }

  void reset(int headroom) {
    head = headroom;
    tail = headroom;
    l2 = -1;
    l3 = headroom;
    l4 = headroom;
    device = null;
    physicalDevice = null;
    mark = 0;
    hash = 0;
    priority = 0;
    tracking = null;
    trackingInfo = 0;
    socket = SOCKET_NONE;
    trace = null;
    checksumState = CHECKSUM_NONE;
    checksumStart = 0;
    checksumOffset = 0;
    gsoType = GSO_NONE;
    gsoSize = 0;
    gsoCount = 0;
    joined = false;
    fragmentMax = 0;
    toMany = false;
    confirmsNeighbour = false;
    prerouted = false;
    divertedByBridge = false;
    ruleTable = null;
    ruleChain = null;
    ruleNumber = 0;
    isDuplicate = false;
    redirectedFrom = null;
    redirectedAtIngress = false;
    packetType = 0;
    vlanProtocol = 0;
    vlanTci = 0;
    protocol = 0;
    tos = 0;
    ttl = 0;
    nextHopHi = 0;
    nextHopLo = 0;
    sequence = 0;
    endSequence = 0;
    time = 0;
    tapMark = 0;
    next = null;
  }

  /** Number of valid bytes. */
  public int length() {
    return tail - head;
  }

  /**
   * Bytes from the IP header on, as an MTU counts them: of the longest segment where the packet is
   * to be cut into some.
   */
  public int networkLength() {
    return gsoType == GSO_NONE ? tail - l3 : l4 - l3 + tcp().headerLength() + gsoSize;
  }

  /** Bytes from the head on that a wire carries: the headers of each segment are among them. */
  public int wireLength() {
    int length = tail - head;
    return gsoCount <= 1 ? length : length + (gsoCount - 1) * (l4 + tcp().headerLength() - head);
  }

  /** Bytes free before {@link #head}. */
  public int headroom() {
    return head;
  }

  /** Bytes free after {@link #tail}. */
  public int tailroom() {
    return data.length - tail;
  }

  /** Bytes of memory this packet pins, whatever its length. */
  public int charge() {
    return data.length;
  }

  /** Makes room for {@code count} bytes before the head and returns the new head. */
  public int push(int count) {
    head -= count;
    return head;
  }

  /** Drops {@code count} bytes from the front. */
  public void pull(int count) {
    head += count;
  }

  /** Appends room for {@code count} bytes and returns where it begins. */
  public int append(int count) {
    int at = tail;
    tail += count;
    return at;
  }

  /** Cuts it to {@code length} bytes from the head, where it is longer. */
  public void trim(int length) {
    if (tail - head > length) {
      tail = head + length;
    }
  }

  /** View of the Ethernet header at {@link #l2}. */
  public Ethernet ethernet() {
    return ethernet.wrap(data, l2);
  }

  /** View of the ARP packet at {@link #l3}. */
  public Arp arp() {
    return arp.wrap(data, l3);
  }

  /** View of the IPv4 header at {@link #l3}. */
  public Ipv4 ipv4() {
    return ipv4.wrap(data, l3);
  }

  /** View of the IPv6 header at {@link #l3}. */
  public Ipv6 ipv6() {
    return ipv6.wrap(data, l3);
  }

  /** View of the ICMP or ICMPv6 header at {@link #l4}. */
  public Icmp icmp() {
    return icmp.wrap(data, l4);
  }

  /** View of the UDP header at {@link #l4}. */
  public Udp udp() {
    return udp.wrap(data, l4);
  }

  /** View of the TCP header at {@link #l4}. */
  public Tcp tcp() {
    return tcp.wrap(data, l4);
  }

  /** Whether the network header says IPv4. */
  public boolean isIpv4() {
    return data[l3] >>> 4 == 4;
  }

  /** Source address: high half (0 for IPv4). */
  public long sourceHi() {
    return isIpv4() ? 0 : ipv6().sourceHi();
  }

  /** Source address: low half, mapped form for IPv4. */
  public long sourceLo() {
    return isIpv4() ? ipv4().source() : ipv6().sourceLo();
  }

  /** Destination address: high half (0 for IPv4). */
  public long destinationHi() {
    return isIpv4() ? 0 : ipv6().destinationHi();
  }

  /** Destination address: low half, mapped form for IPv4. */
  public long destinationLo() {
    return isIpv4() ? ipv4().destination() : ipv6().destinationLo();
  }

  /** Forgets what rules have found out about it, as where it comes from elsewhere. */
  public void enterNamespace() {
    tracking = null;
    trackingInfo = 0;
    prerouted = false;
    divertedByBridge = false;
    fragmentMax = 0;
  }

  /** Gives it back to its pool. */
  public void release() {
    pool.release(this);
  }

  /** Counts the drop, shows it to the observer, and gives the packet back. */
  public void drop(DropReason reason) {
    pool.drop(this, reason);
  }

  /** The account that this packet burdens, null for what is nobody's. */
  public @Nullable MemoryShare share() {
    return share;
  }

  /** An independent copy with the same offsets and metadata, or null where memory is used up. */
  public @Nullable Packet copy() {
    Packet twin = pool.acquire(tail - HEADROOM, share);
    if (twin == null) {
      return null;
    }
    System.arraycopy(data, head, twin.data, head, tail - head);
    twin.head = head;
    twin.tail = tail;
    twin.l2 = l2;
    twin.l3 = l3;
    twin.l4 = l4;
    twin.device = device;
    twin.physicalDevice = physicalDevice;
    twin.mark = mark;
    twin.hash = hash;
    twin.priority = priority;
    twin.tracking = tracking;
    twin.trackingInfo = trackingInfo;
    twin.followAs(this);
    twin.checksumState = checksumState;
    twin.checksumStart = checksumStart;
    twin.checksumOffset = checksumOffset;
    twin.gsoType = gsoType;
    twin.gsoSize = gsoSize;
    twin.gsoCount = gsoCount;
    twin.joined = joined;
    twin.fragmentMax = fragmentMax;
    twin.toMany = toMany;
    twin.prerouted = prerouted;
    twin.divertedByBridge = divertedByBridge;
    twin.isDuplicate = isDuplicate;
    twin.redirectedFrom = redirectedFrom;
    twin.redirectedAtIngress = redirectedAtIngress;
    twin.vlanProtocol = vlanProtocol;
    twin.vlanTci = vlanTci;
    twin.protocol = protocol;
    twin.tos = tos;
    twin.ttl = ttl;
    twin.nextHopHi = nextHopHi;
    twin.nextHopLo = nextHopLo;
    twin.sequence = sequence;
    twin.endSequence = endSequence;
    twin.time = time;
    return twin;
  }

  /** Who follows another packet follows this one too, which is made of it. */
  public void followAs(Packet other) {
    Trace following = other.trace;
    if (following != null) {
      trace = following;
      following.copied();
    }
  }

  /** It is as good as gone for who follows it. */
  public void endTrace() {
    Trace following = trace;
    if (following != null) {
      trace = null;
      following.ended();
    }
  }

  @Override
  public String toString() {
    return "Packet[" + length() + " bytes" + (free ? ", free" : "") + "]";
  }
}
