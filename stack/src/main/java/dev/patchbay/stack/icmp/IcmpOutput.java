package dev.patchbay.stack.icmp;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.IpCounters;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Icmp;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import org.jspecify.annotations.Nullable;

/**
 * Sends ICMP errors (Linux: {@code icmp_send}). One bucket of 50 messages that refills at 1000 a
 * second (Linux: {@code icmp_msgs_burst}, {@code icmp_msgs_per_sec}) bounds them all, one for each
 * host those to it ({@code icmp_ratelimit}).
 */
public final class IcmpOutput {
  private static final int BURST = 50;
  private static final long REFILL = 1_000_000;
  private static final long MILLISECOND = 1_000_000;

  private final NetworkStack stack;
  private double tokens = BURST;
  private long refilled;
  private long sent;
  private long limited;
  private final PeerLimits peers;

  /**
   * Whether a message is being sent: what becomes of it on its way out leads to no further one
   * ({@code icmp_xmit_lock}, {@code icmpv6_xmit_lock}).
   */
  private boolean busy4;

  private boolean busy6;

  public IcmpOutput(NetworkStack stack) {
    this.stack = stack;
    peers = new PeerLimits(stack.random().hash("icmp peers"));
  }

  /** Errors sent. */
  public long sent() {
    return sent;
  }

  /** Errors that the rate limit kept back. */
  public long limited() {
    return limited;
  }

  /**
   * Destination unreachable about a received packet, with the code of its family; the packet stays
   * the caller's.
   */
  public void unreachable(Packet about, int code4, int code6) {
    if (about.isIpv4()) {
      error(about, 3, code4, 0);
    } else {
      error(about, 1, code6, 0);
    }
  }

  /** No handler for the protocol: ICMP 3/2, ICMPv6 4/1 with the offset of the next-header field. */
  public void protocolUnreachable(Packet about) {
    if (about.isIpv4()) {
      error(about, 3, 2, 0);
    } else {
      error(about, 4, 1, nextHeaderField(about));
    }
  }

  /** Offset in the packet of the field that names its last header. */
  private static int nextHeaderField(Packet about) {
    int at = about.l3 + Ipv6.LENGTH;
    int field = 6;
    // the headers were walked before: each one ends before l4
    while (at + 8 <= about.l4) {
      boolean fragment = Bytes.u8(about.data, about.l3 + field) == IpProtocol.FRAGMENT;
      field = at - about.l3;
      at += fragment ? 8 : Bytes.u8(about.data, at + 1) + 1 << 3;
    }
    return field;
  }

  /** What a route of type unreachable or prohibit answers; blackhole answers nothing. */
  public void refused(Packet about, Route.Type type) {
    if (type == Route.Type.UNREACHABLE) {
      unreachable(about, 1, 0);
    } else if (type == Route.Type.PROHIBIT) {
      unreachable(about, 13, 1);
    }
  }

  /** Time exceeded: code 0 in transit, 1 in reassembly. */
  public void timeExceeded(Packet about, int code) {
    error(about, about.isIpv4() ? 11 : 3, code, 0);
  }

  /**
   * Parameter problem.
   *
   * @param code IPv4: 0; IPv6: 0 a field is wrong, 1 a header unknown, 2 an option unknown, 3 the
   *     first fragment has not all headers (RFC 4443 section 3.4, RFC 7112)
   * @param pointer of the octet, counted from the IP header
   */
  public void parameterProblem(Packet about, int code, int pointer) {
    if (about.isIpv4()) {
      error(about, 12, code, pointer << 24);
    } else {
      error(about, 4, code, pointer);
    }
  }

  /** Fragmentation needed, or packet too big, with the MTU that would fit. */
  public void tooBig(Packet about, int mtu) {
    if (about.isIpv4()) {
      error(about, 3, 4, mtu);
    } else {
      error(about, 2, 0, mtu);
    }
  }

  private void error(Packet about, int type, int code, int rest) {
    if (about.isIpv4() ? busy4 : busy6) {
      return;
    }
    boolean may = mayAnswer(about, isAnsweredToGroups(about, type, code, rest));
    if (!may || isLimited(about, type, code) && !allowed(about)) {
      return;
    }
    IpAddress source = source(about);
    if (source != null) {
      send(about, type, code, rest, source.hi(), source.lo());
    }
  }

  /**
   * An error about {@code about} that seems to come from a given address (a router behind the
   * uplink); not rate-limited here.
   */
  public void errorFrom(Packet about, int type, int code, int rest, long srcHi, long srcLo) {
    if (mayAnswer(about, false)) {
      send(about, type, code, rest, srcHi, srcLo);
    }
  }

  /**
   * RFC 4443 section 2.4 (e.3): what a group was sent is answered where it is too big, and where an
   * option wants it.
   */
  private static boolean isAnsweredToGroups(Packet about, int type, int code, int rest) {
    return !about.isIpv4()
        && (type == 2
            || type == 4 && code == 2 && Bytes.u8(about.data, about.l3 + rest) >>> 6 == 2);
  }

  /**
   * RFC 1122 section 3.2.2 and RFC 4443 section 2.4 (e): what must not be answered with an error.
   */
  private static boolean mayAnswer(Packet about, boolean toGroups) {
    long srcHi = about.sourceHi();
    long srcLo = about.sourceLo();
    long dstHi = about.destinationHi();
    long dstLo = about.destinationLo();
    if (Addresses.isAny(srcHi, srcLo)
        || Addresses.isMulticast(srcHi, srcLo)
        || Addresses.isLimitedBroadcast(srcHi, srcLo)
        || Addresses.isLimitedBroadcast(dstHi, dstLo)
        || !toGroups && Addresses.isMulticast(dstHi, dstLo)
        || !toGroups && about.l2 >= 0 && Addresses.isGroupMac(about.ethernet().destination())) {
      return false;
    }
    if (about.isIpv4()) {
      // what was for a group or a subnet's broadcast address
      if (about.toMany || about.ipv4().fragmentOffset() != 0) {
        return false;
      }
      return about.protocol != IpProtocol.ICMP || !isError4(about);
    }
    return !isError6(about);
  }

  private static boolean isError4(Packet about) {
    int type = about.l4 < about.tail ? Bytes.u8(about.data, about.l4) : 3;
    // what has no name may be one (NR_ICMP_TYPES, icmp_pointers)
    return type >= 1 && type <= 12 && type != 8 || type > 18;
  }

  /**
   * Whether it is an error, or cannot be told for want of its first byte ({@code is_ineligible}).
   * Its headers may not have been walked yet.
   */
  private static boolean isError6(Packet about) {
    byte[] b = about.data;
    int at = about.l3 + Ipv6.LENGTH;
    int next = about.ipv6().nextHeader();
    while (at + 8 <= about.tail && isExtension(next)) {
      if (next == IpProtocol.FRAGMENT && (Bytes.u16(b, at + 2) & ~7) != 0) {
        return false;
      }
      int length = next == IpProtocol.FRAGMENT ? 8 : Bytes.u8(b, at + 1) + 1 << 3;
      next = Bytes.u8(b, at);
      at += length;
    }
    return next == IpProtocol.ICMPV6 && (at >= about.tail || Bytes.u8(b, at) < 128);
  }

  private static boolean isExtension(int header) {
    return header == IpProtocol.HOP_BY_HOP
        || header == IpProtocol.ROUTING
        || header == IpProtocol.DESTINATION
        || header == IpProtocol.FRAGMENT;
  }

  /**
   * Whether messages of a type are limited at all ({@code icmpv4_mask_allow}, {@code
   * icmpv6_mask_allow}): those that find the path's MTU never are.
   */
  private boolean isLimited(Packet about, int type, int code) {
    StackConf conf = stack.conf();
    return about.isIpv4()
        ? !(type == 3 && code == 4) && type < 32 && (conf.rateMask4 >>> type & 1) != 0
        : type != 2 && conf.rateMask6.get(type);
  }

  /**
   * All together, then who would get it ({@code icmp_global_allow}, {@code icmpv4_xrlim_allow}).
   */
  private boolean allowed(Packet about) {
    long hi = about.sourceHi();
    long lo = about.sourceLo();
    if (!allowed()) {
      return false;
    }
    if (stack.isLocal(hi, lo)) {
      return true;
    }
    long interval = about.isIpv4() ? stack.conf().rateLimit4 : interval6(hi, lo);
    boolean may = peers.allow(hi, lo, stack.loop().now(), interval * MILLISECOND);
    limited += may ? 0 : 1;
    return may;
  }

  /**
   * Whether one more message may go to a host, of which there may be one an interval in the long
   * run ({@code inet_peer_xrlim_allow}).
   *
   * @param interval ns
   */
  public boolean mayTell(long hi, long lo, long interval) {
    return peers.allow(hi, lo, stack.loop().now(), interval);
  }

  /** "Give more bandwidth to wider prefixes." */
  private long interval6(long hi, long lo) {
    RouteEntry entry = stack.routes6().match(new IpAddress(hi, lo), route -> true);
    int prefix = entry == null ? 0 : entry.prefix();
    return stack.conf().rateLimit6 >> (128 - prefix >> 5);
  }

  /**
   * Tells the sender of a packet that is sent on by the device by which it came that there is a
   * shorter way ({@code ip_rt_send_redirect}), unless it was told often enough.
   *
   * @param hop the address of IPv4 to which it should send
   */
  public void redirect(Packet about, long hop) {
    long now = stack.loop().now();
    if (mayAnswer(about, false) && peers.allowRedirect(0, about.sourceLo(), now)) {
      boolean limitedToo = isLimited(about, 5, 1) && !allowed(about);
      IpAddress source = limitedToo ? null : source(about);
      if (source != null) {
        send(about, 5, 1, (int) hop, source.hi(), source.lo());
      }
    }
  }

  /** Whether the bucket of all errors together has one left. */
  private boolean allowed() {
    long now = stack.loop().now();
    tokens = Math.min(BURST, tokens + (double) (now - refilled) / REFILL);
    refilled = now;
    if (tokens < 1) {
      limited++;
      return false;
    }
    tokens -= 1;
    return true;
  }

  /**
   * The address to which the packet came, where it is ours, else one towards its sender: of the
   * device on the way (IPv4, {@code icmp_errors_use_inbound_ifaddr} is 0), of the one by which it
   * came where that has a good one, else of any (IPv6, {@code ipv6_dev_get_saddr}).
   */
  private @Nullable IpAddress source(Packet about) {
    long hi = about.destinationHi();
    long lo = about.destinationLo();
    boolean group =
        !about.isIpv4() && about.l2 >= 0 && Addresses.isGroupMac(about.ethernet().destination());
    if (!group && stack.isLocal(hi, lo)) {
      return new IpAddress(hi, lo);
    }
    long toHi = about.sourceHi();
    long toLo = about.sourceLo();
    if (!about.isIpv4()) {
      IpAddress own = stack.output().source(about.device, toHi, toLo);
      boolean narrow = own != null && Addresses.isLinkLocal(own.hi(), own.lo());
      if (!narrow || Addresses.isLinkLocal(toHi, toLo)) {
        return own;
      }
    }
    if (!about.isIpv4()) {
      return stack.output().sourceOfAny(toHi, toLo);
    }
    boolean inbound = stack.conf().errorsUseInboundAddress;
    return stack.output().source(inbound ? about.device : null, toHi, toLo);
  }

  private void send(Packet about, int type, int code, int rest, long srcHi, long srcLo) {
    boolean v4 = about.isIpv4();
    if (about.checksumState == Packet.CHECKSUM_PARTIAL) {
      Segmenter.complete(about);
    }
    // RFC 1812 section 4.3.2.3: as much as fits 576 bytes; RFC 4443: as fits 1280
    int most = v4 ? 576 - Ipv4.LENGTH - Icmp.LENGTH : 1280 - Ipv6.LENGTH - Icmp.LENGTH;
    int quoted = Math.min(about.tail - about.l3, most);
    Packet packet = stack.pool().acquire(Icmp.LENGTH + quoted);
    if (packet == null) {
      return;
    }
    packet.l4 = packet.append(Icmp.LENGTH + quoted);
    packet.icmp().type(type).code(code).checksum(0).rest(rest);
    System.arraycopy(about.data, about.l3, packet.data, packet.l4 + Icmp.LENGTH, quoted);
    packet.protocol = v4 ? IpProtocol.ICMP : IpProtocol.ICMPV6;
    // RFC 1812 section 4.3.2.5: precedence 6; the rest as in the packet (icmp_send, RT_TOS)
    packet.tos = v4 ? 0xc0 | about.ipv4().tos() & 0x1e : 0;
    if (!v4 && Addresses.isLinkLocal(about.sourceHi(), about.sourceLo())) {
      NetDevice by = about.device;
      NetDevice master = by == null ? null : by.master();
      packet.device = master == null ? by : master;
    }
    sent++;
    TrackingInfo.attach(packet, about);
    transmit(packet, srcHi, srcLo, about.sourceHi(), about.sourceLo());
  }

  /** Fills the checksum of an ICMP message (head at l4) and sends it. */
  void transmit(Packet packet, long srcHi, long srcLo, long dstHi, long dstLo) {
    int length = packet.tail - packet.l4;
    IpCounters counters = stack.counters(Addresses.isV4(dstHi, dstLo));
    counters.icmpOutMsgs++;
    counters.icmpOutTypes[packet.icmp().type()]++;
    packet.icmp().checksum(0);
    long sum = InternetChecksum.sum(packet.data, packet.l4, length);
    if (!Addresses.isV4(dstHi, dstLo)) {
      sum += InternetChecksum.pseudo6(srcHi, srcLo, dstHi, dstLo, IpProtocol.ICMPV6, length);
    }
    packet.icmp().checksum(InternetChecksum.finish(sum));
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
    packet.socket = Packet.SOCKET_STACK;
    if (Addresses.isV4(dstHi, dstLo)) {
      busy4 = true;
      stack.output().send(packet, srcHi, srcLo, dstHi, dstLo);
      busy4 = false;
    } else {
      busy6 = true;
      stack.output().send(packet, srcHi, srcLo, dstHi, dstLo);
      busy6 = false;
    }
  }
}
