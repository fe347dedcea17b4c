package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.IcmpSocket;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.tcp.IcmpErrorKind;
import dev.patchbay.stack.tcp.TcpCounters;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import dev.patchbay.stack.wire.Tcp;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind {@code host0}: the far hosts of all connections that guests open to the world,
 * played by ordinary sockets of the host. See the package for the way of a packet. Only on the
 * loop.
 */
public final class Outside implements AutoCloseable {
  private static final int MAX_EXTENSIONS = 8;

  /**
   * One TCP connection, for listings.
   *
   * @param forwarded opened by a forward's client rather than by the guest
   * @param guest address and port
   * @param far address and port as the guest sees them
   * @param bytesOut payload from the guest
   * @param bytesIn payload to the guest
   */
  public record Flow(boolean forwarded, String guest, String far, long bytesOut, long bytesIn) {}

  private final Shared shared;
  private final TcpRelay tcp;
  private final DatagramRelay datagrams;
  private final ForwardTable forwards;
  private final Timer sweeper;
  private boolean closed;

  /**
   * @param io the loop
   * @param inside the namespace
   * @param pool its packets
   * @param random ports, identifiers, hash keys
   * @param options read now; later changes of limits and times act, those of policy do not
   * @param resolver who finds the guests of forwards
   */
  public Outside(
      HostIo io,
      Inside inside,
      PacketPool pool,
      RandomSource random,
      UplinkOptions options,
      GuestResolver resolver) {
    this(new Shared(io, inside, pool, options), random, resolver);
  }

  /**
   * One more uplink, of another namespace: options, limits and counters are the first one's, so
   * that all together have no more than one may have. The first is closed last.
   *
   * @param inside the other namespace
   */
  public Outside(Outside first, Inside inside, RandomSource random, GuestResolver resolver) {
    this(new Shared(first.shared, inside), random, resolver);
  }

  private Outside(Shared shared, RandomSource random, GuestResolver resolver) {
    this.shared = shared;
    tcp = new TcpRelay(shared, random);
    datagrams = new DatagramRelay(shared, random);
    forwards = new ForwardTable(shared, tcp, resolver, random);
    sweeper = shared.io.loop().timer(this::sweep);
    forwards.onClient(this::arm);
  }

  /** The host's ports that lead to guests. */
  public ForwardTable forwards() {
    return forwards;
  }

  /** What happened at all uplinks; live. */
  public UplinkCounters counters() {
    return shared.counters;
  }

  /** Of the TCP that plays the far hosts; live. */
  public TcpCounters tcpCounters() {
    return tcp.engine.counters();
  }

  /** TCP connections of all uplinks now, those being opened included. */
  public int tcpFlows() {
    return shared.limits.total(GuestLimits.Kind.TCP);
  }

  /** UDP sockets of the guests of all uplinks now. */
  public int udpFlows() {
    return shared.limits.total(GuestLimits.Kind.UDP);
  }

  /** Ping sockets of the guests of all uplinks now. */
  public int pingFlows() {
    return shared.limits.total(GuestLimits.Kind.PING);
  }

  /** All TCP connections that stand. */
  public List<Flow> flows() {
    List<Flow> list = new ArrayList<>();
    tcp.forEach(f -> {
      TcpSocket s = f.socket;
      if (s != null) {
        list.add(
            new Flow(
                f.isForwarded(),
                text(s.remoteHi(), s.remoteLo(), s.remotePort()),
                text(s.localHi(), s.localLo(), s.localPort()),
                f.bytesOut,
                f.bytesIn));
      }
    });
    return list;
  }

  private static String text(long hi, long lo, int port) {
    String address = Addresses.toString(hi, lo);
    return Addresses.isV4(hi, lo) ? address + ":" + port : "[" + address + "]:" + port;
  }

  /**
   * Whether guests can ping the world.
   *
   * @return null, or why not and what helps, for {@code warnings}
   */
  public static @Nullable String icmpProblem() {
    int fd = IcmpSocket.openRaw(Linux.AF_INET, 0);
    if (IcmpSocket.isDenied(fd)) {
      fd = IcmpSocket.openPing(Linux.AF_INET);
    }
    if (fd >= 0) {
      Fd.close(fd);
      return null;
    }
    return "guests cannot ping beyond the gateway: "
        + IcmpSocket.explain(-fd)
        + "; `sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"` allows it";
  }

  // ---- packets

  /** A packet that leaves by the uplink's device, {@code head} at its IP header. Takes it. */
  public void receive(Packet p) {
    NetDevice device = p.device;
    if (device != null && shared.inside.isUplink(device)) {
      // our own answer to a forged source came back: it must not become traffic of the host
      deny(p);
      return;
    }
    if (parse(p) && !dispatch(p)) {
      p.drop(DropReason.NO_SOCKET);
    }
  }

  /**
   * A packet to an address of ours that no socket of ours takes, IP header checked.
   *
   * @return false where it leads nowhere on the host either: it is still the caller's, who answers
   *     as for a closed port
   */
  public boolean receiveLocal(Packet p) {
    if (!shared.inside.isLocal(p.destinationHi(), p.destinationLo())) {
      return false;
    }
    p.head = p.l3;
    int protocol = p.protocol;
    if (protocol == IpProtocol.UDP) {
      return udp(p);
    }
    return protocol == IpProtocol.TCP && tcp(p);
  }

  private void deny(Packet p) {
    shared.counters.denied++;
    p.drop(DropReason.HOST_DENIED);
  }

  /** Finds the transport header; false where the packet was dropped. */
  private boolean parse(Packet p) {
    p.l3 = p.head;
    if (p.length() >= Ipv4.LENGTH && p.isIpv4()) {
      Ipv4 ip = p.ipv4();
      if (!ip.check(p.tail)) {
        p.drop(DropReason.IP_INHDR);
        return false;
      }
      p.trim(ip.totalLength());
      p.l4 = p.l3 + ip.headerLength();
      p.protocol = ip.protocol();
      if (ip.isFragment()) {
        fragment(p);
        return false;
      }
      return true;
    }
    if (!p.ipv6().check(p.tail)) {
      p.drop(DropReason.IP_INHDR);
      return false;
    }
    p.trim(Ipv6.LENGTH + p.ipv6().payloadLength());
    return parseExtensions(p);
  }

  private boolean parseExtensions(Packet p) {
    int at = p.l3 + Ipv6.LENGTH;
    int next = p.ipv6().nextHeader();
    for (int i = 0; i < MAX_EXTENSIONS; i++) {
      switch (next) {
        case IpProtocol.HOP_BY_HOP, IpProtocol.DESTINATION, IpProtocol.ROUTING -> {
          if (at + 8 > p.tail) {
            p.drop(DropReason.IPV6_BAD_EXTHDR);
            return false;
          }
          next = Bytes.u8(p.data, at);
          at += (Bytes.u8(p.data, at + 1) + 1) * 8;
        }
        case IpProtocol.FRAGMENT -> {
          // RFC 6946: an atomic fragment is complete in itself
          if (at + 8 > p.tail || (Bytes.u16(p.data, at + 2) & ~6) != 0) {
            fragment(p);
            return false;
          }
          next = Bytes.u8(p.data, at);
          at += 8;
        }
        default -> {
          p.l4 = at;
          p.protocol = next;
          if (at > p.tail) {
            p.drop(DropReason.IPV6_BAD_EXTHDR);
            return false;
          }
          return true;
        }
      }
    }
    p.drop(DropReason.IPV6_TOO_MANY_EXTHDRS);
    return false;
  }

  private void fragment(Packet p) {
    shared.counters.fragmentsDropped++;
    p.drop(DropReason.FRAG_TOO_FAR);
  }

  private boolean dispatch(Packet p) {
    switch (p.protocol) {
      case IpProtocol.TCP -> {
        return tcp(p);
      }
      case IpProtocol.UDP -> {
        return udp(p);
      }
      case IpProtocol.ICMP, IpProtocol.ICMPV6 -> icmp(p);
      default -> {
        // no socket of ours carries it: as a host without that protocol says, for IPv6 in the
        // nearest words
        shared.emitter.unreachable(p, 2, 1);
        p.drop(DropReason.IP_NOPROTO);
      }
    }
    return true;
  }

  private boolean tcp(Packet p) {
    arm();
    if (!p.tcp().check(p.tail)) {
      p.drop(DropReason.PKT_TOO_SMALL);
      return true;
    }
    if ((p.tcp().flags() & (Tcp.SYN | Tcp.ACK | Tcp.RST)) == Tcp.SYN) {
      Policy.Verdict verdict =
          shared.policy.decide(
              true, p.destinationHi(), p.destinationLo(), p.tcp().destinationPort(), shared.host);
      if (verdict != Policy.Verdict.PASS) {
        return refused(p, verdict);
      }
    }
    shared.port = p.physicalDevice;
    if (!tcp.engine.receive(p)) {
      tcp.engine.reject(p);
    }
    return true;
  }

  private boolean refused(Packet p, Policy.Verdict verdict) {
    switch (verdict) {
      case CLOSED -> {
        shared.counters.loopbackDenied++;
        return false;
      }
      case SELF -> {
        shared.counters.self++;
        shared.emitter.reset(p);
        p.drop(DropReason.HOST_SELF);
      }
      default -> {
        shared.emitter.prohibited(p);
        deny(p);
      }
    }
    return true;
  }

  private boolean udp(Packet p) {
    arm();
    if (!p.udp().check(p.tail)) {
      p.drop(DropReason.PKT_TOO_SMALL);
      return true;
    }
    int length = p.udp().length();
    p.tail = p.l4 + length;
    boolean unchecked = p.udp().checksum() == 0 && p.isIpv4();
    if (p.checksumState == Packet.CHECKSUM_NONE && !unchecked && !sumIsGood(p, true)) {
      p.drop(DropReason.UDP_CSUM);
      return true;
    }
    return forwards.reply(p) || datagrams.udp(p);
  }

  private static boolean sumIsGood(Packet p, boolean pseudo) {
    int length = p.tail - p.l4;
    long sum = InternetChecksum.sum(p.data, p.l4, length);
    if (pseudo) {
      sum +=
          InternetChecksum.pseudo(
              p.sourceHi(), p.sourceLo(), p.destinationHi(), p.destinationLo(), p.protocol, length);
    }
    return InternetChecksum.fold(sum) == 0xffff;
  }

  private void icmp(Packet p) {
    boolean v4 = p.isIpv4();
    if (!p.icmp().check(p.tail)) {
      p.drop(DropReason.PKT_TOO_SMALL);
    } else if (v4 != (p.protocol == IpProtocol.ICMP)) {
      p.drop(DropReason.IP_NOPROTO);
    } else if (p.checksumState == Packet.CHECKSUM_NONE && !sumIsGood(p, !v4)) {
      p.drop(DropReason.ICMP_CSUM);
    } else if (p.icmp().type() == (v4 ? 8 : 128) && p.icmp().code() == 0) {
      arm();
      datagrams.ping(p);
    } else {
      icmpError(p, v4);
      p.release();
    }
  }

  /**
   * An error about one of our segments: the guest's side of a connection may end by it, or take
   * smaller segments.
   */
  private void icmpError(Packet p, boolean v4) {
    int type = p.icmp().type();
    int code = p.icmp().code();
    byte[] b = p.data;
    int at = p.l4 + 8;
    int transport = at + (v4 ? 20 : 40);
    if (transport + 8 > p.tail) {
      return;
    }
    if (v4) {
      transport = at + ((b[at] & 15) << 2);
    }
    int protocol = Bytes.u8(b, v4 ? at + 9 : at + 6);
    IcmpErrorKind kind = kind(v4, type, code);
    if (kind == null || protocol != IpProtocol.TCP || transport + 8 > p.tail) {
      return;
    }
    int mtu = v4 ? Bytes.u16(b, p.l4 + 6) : Bytes.i32(b, p.l4 + 4);
    long srcHi = v4 ? 0 : Bytes.i64(b, at + 8);
    long srcLo = v4 ? Addresses.v4(Bytes.i32(b, at + 12)) : Bytes.i64(b, at + 16);
    long dstHi = v4 ? 0 : Bytes.i64(b, at + 24);
    long dstLo = v4 ? Addresses.v4(Bytes.i32(b, at + 16)) : Bytes.i64(b, at + 32);
    tcp.engine.icmpError(
        kind,
        mtu,
        srcHi,
        srcLo,
        dstHi,
        dstLo,
        Bytes.i32(b, transport),
        Bytes.i32(b, transport + 4));
  }

  private static @Nullable IcmpErrorKind kind(boolean v4, int type, int code) {
    if (v4 ? type == 3 && code == 4 : type == 2) {
      return IcmpErrorKind.PACKET_TOO_BIG;
    }
    if (v4 ? type == 3 : type == 1) {
      boolean soft = v4 ? code <= 1 || code == 5 : code == 0 || code == 3;
      return soft ? IcmpErrorKind.UNREACHABLE_SOFT : IcmpErrorKind.UNREACHABLE_HARD;
    }
    return type == (v4 ? 11 : 3) ? IcmpErrorKind.UNREACHABLE_SOFT : null;
  }

  /**
   * An ICMP error that came to an address of ours about a segment which the uplink may have sent:
   * the namespace passes on what its own connections do not know. The packet stays the caller's;
   * {@code l4} is at the ICMP header.
   */
  public void icmpErrorLocal(Packet p) {
    if (p.icmp().check(p.tail)) {
      icmpError(p, p.isIpv4());
    }
  }

  // ---- idle flows

  private void arm() {
    if (!sweeper.isArmed() && !closed) {
      sweeper.arm(shared.now() + shared.options.sweep);
    }
  }

  private void sweep() {
    long now = shared.now();
    tcp.sweep(now);
    datagrams.sweep(now);
    forwards.sweep(now);
    if (!tcp.isEmpty() || !datagrams.isEmpty() || forwards.hasClients()) {
      arm();
    }
  }

  /** Resets all connections and closes all sockets of the host. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      sweeper.cancel();
      forwards.close();
      tcp.close();
      datagrams.close();
      shared.close();
    }
  }
}
