package dev.patchbay.stack.icmp;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.IpCounters;
import dev.patchbay.stack.multicast.Mld;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.tcp.IcmpErrorKind;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Icmp;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv6;
import org.jspecify.annotations.Nullable;

/** Received ICMP and ICMPv6 messages (Linux: {@code icmp_rcv}, {@code icmpv6_rcv}). */
public final class IcmpInput {
  private static final int ECHO4 = 8;
  private static final int ECHO6 = 128;
  private static final int ECHO_REPLY6 = 129;

  private static final int ECHO_REPLY4 = 0;

  private final NetworkStack stack;
  private final IcmpError shown = new IcmpError();

  public IcmpInput(NetworkStack stack) {
    this.stack = stack;
  }

  /** Takes an ICMP message for us. */
  public void receive4(Packet packet) {
    Icmp icmp = packet.icmp();
    IpCounters counters = stack.counters(true);
    counters.icmpInMsgs++;
    int length = packet.tail - packet.l4;
    if (!icmp.check(packet.tail)) {
      counters.icmpInErrors++;
      packet.drop(DropReason.HDR_TRUNC);
      return;
    }
    if (packet.checksumState == Packet.CHECKSUM_NONE
        && InternetChecksum.fold(InternetChecksum.sum(packet.data, packet.l4, length)) != 0xffff) {
      counters.icmpInErrors++;
      counters.icmpInCsumErrors++;
      packet.drop(DropReason.ICMP_CSUM);
      return;
    }
    counters.icmpInTypes[icmp.type()]++;
    switch (icmp.type()) {
      case ECHO4 -> echo(packet, 0);
      case ECHO_REPLY4 -> reply(packet);
      case 3 -> error(packet, kind4(icmp.code()), icmp.code() == 4 ? icmp.sequence() : 0);
      case 11, 12 -> error(packet, IcmpErrorKind.UNREACHABLE_SOFT, 0);
      case 4 -> error(packet, null, 0);
      case 5 -> {
        stack.redirects().accept4(packet);
        offerOrRelease(packet);
      }
      case 13 -> timestamp(packet);
      default -> offerOrRelease(packet);
    }
  }

  private static IcmpErrorKind kind4(int code) {
    return switch (code) {
      case 2, 3 -> IcmpErrorKind.UNREACHABLE_HARD;
      case 4 -> IcmpErrorKind.PACKET_TOO_BIG;
      default -> IcmpErrorKind.UNREACHABLE_SOFT;
    };
  }

  /** Takes an ICMPv6 message for us. */
  public void receive6(Packet packet) {
    Icmp icmp = packet.icmp();
    IpCounters counters = stack.counters(false);
    counters.icmpInMsgs++;
    int length = packet.tail - packet.l4;
    if (length < 4) {
      counters.icmpInErrors++;
      packet.drop(DropReason.HDR_TRUNC);
      return;
    }
    if (packet.checksumState == Packet.CHECKSUM_NONE && !checksumValid6(packet, length)) {
      counters.icmpInErrors++;
      counters.icmpInCsumErrors++;
      packet.drop(DropReason.ICMP_CSUM);
      return;
    }
    int type = icmp.type();
    counters.icmpInTypes[type]++;
    if (type >= 133 && type <= 137) {
      stack.ndp().receive(packet);
      return;
    }
    if (type >= Mld.QUERY && type <= Mld.DONE || type == Mld.REPORT2) {
      stack.multicast().mld().receive(packet);
      return;
    }
    if (length < Icmp.LENGTH) {
      packet.drop(DropReason.HDR_TRUNC);
      return;
    }
    switch (type) {
      case ECHO_REPLY6 -> reply(packet);
      case ECHO6 -> echo(packet, ECHO_REPLY6);
      case 1 ->
          error(
              packet,
              icmp.code() == 4 ? IcmpErrorKind.UNREACHABLE_HARD : IcmpErrorKind.UNREACHABLE_SOFT,
              0);
      case 2 -> error(packet, IcmpErrorKind.PACKET_TOO_BIG, icmp.rest());
      case 3, 4 -> error(packet, IcmpErrorKind.UNREACHABLE_SOFT, 0);
      default -> offerOrRelease(packet);
    }
  }

  private static boolean checksumValid6(Packet packet, int length) {
    Ipv6 ip = packet.ipv6();
    long pseudo =
        InternetChecksum.pseudo6(
            ip.sourceHi(),
            ip.sourceLo(),
            ip.destinationHi(),
            ip.destinationLo(),
            IpProtocol.ICMPV6,
            length);
    return InternetChecksum.fold(pseudo + InternetChecksum.sum(packet.data, packet.l4, length))
        == 0xffff;
  }

  private void reply(Packet packet) {
    if (!stack.ping().receive(packet)) {
      offerOrRelease(packet);
    }
  }

  private void offerOrRelease(Packet packet) {
    if (!stack.transports().offer(packet)) {
      packet.release();
    }
  }

  /** Answers an echo request from the address to which it came (RFC 1122 section 3.2.2.6). */
  private void echo(Packet packet, int replyType) {
    long dstHi = packet.destinationHi();
    long dstLo = packet.destinationLo();
    long srcHi = packet.sourceHi();
    long srcLo = packet.sourceLo();
    StackConf conf = stack.conf();
    boolean v4 = packet.isIpv4();
    boolean ignored = v4 ? conf.echoIgnoreAll : conf.echoIgnoreAll6;
    boolean many = !stack.isLocal(dstHi, dstLo);
    if (ignored || many && (v4 ? conf.echoIgnoreBroadcasts : conf.echoIgnoreMulticast6)) {
      packet.drop(DropReason.NOT_SPECIFIED);
      return;
    }
    if (many) {
      // a group or broadcast: answered from an own address
      IpAddress own = stack.output().source(packet.device, srcHi, srcLo);
      if (own == null) {
        packet.drop(DropReason.IP_INADDRERRORS);
        return;
      }
      dstHi = own.hi();
      dstLo = own.lo();
    }
    int length = packet.tail - packet.l4;
    Packet reply = stack.pool().acquire(length);
    if (reply == null) {
      packet.drop(DropReason.NOMEM);
      return;
    }
    reply.l4 = reply.append(length);
    System.arraycopy(packet.data, packet.l4, reply.data, reply.l4, length);
    reply.icmp().type(replyType); // the code as it came
    reply.protocol = packet.protocol;
    reply.tos = packet.isIpv4() ? packet.ipv4().tos() : packet.ipv6().trafficClass();
    boolean linkLocal = Addresses.isLinkLocal(srcHi, srcLo) && !packet.isIpv4();
    if (linkLocal && packet.device != null) {
      int hops = packet.device.conf6().get(Ipv6Key.HOP_LIMIT);
      stack.ndp().transmit(reply, packet.device, dstHi, dstLo, srcHi, srcLo, hops);
    } else {
      if (many && !v4) {
        reply.device = packet.device; // by the link to whose group it came, or not at all
      }
      stack.icmp().transmit(reply, dstHi, dstLo, srcHi, srcLo);
    }
    packet.release();
  }

  /** RFC 1122 section 3.2.2.8: a timestamp request is answered in ms since midnight UT. */
  private void timestamp(Packet packet) {
    long dst = packet.destinationLo();
    long src = packet.sourceLo();
    // Linux asks for the first of the three times
    if (packet.tail - packet.l4 < 12 || !stack.isLocal(0, dst)) {
      packet.drop(DropReason.HDR_TRUNC);
      return;
    }
    Packet reply = stack.pool().acquire(20);
    if (reply != null) {
      reply.l4 = reply.append(20);
      System.arraycopy(packet.data, packet.l4, reply.data, reply.l4, 12);
      int now = (int) (stack.loop().wallTime() / 1_000_000 % 86_400_000);
      Bytes.put32(reply.data, reply.l4 + 12, now);
      Bytes.put32(reply.data, reply.l4 + 16, now);
      reply.icmp().type(14).code(0);
      reply.protocol = IpProtocol.ICMP;
      reply.tos = packet.ipv4().tos();
      stack.icmp().transmit(reply, 0, dst, 0, src);
    }
    packet.release();
  }

  /**
   * Tells the socket whose packet is quoted, else the fallback; a quotation that makes no sense is
   * dropped.
   */
  private void error(Packet packet, @Nullable IcmpErrorKind kind, int mtu) {
    int inner = packet.l4 + Icmp.LENGTH;
    byte[] b = packet.data;
    boolean v4 = packet.isIpv4();
    int header = v4 ? 20 : 40;
    if (inner + header + 8 > packet.tail || b[inner] >>> 4 != (v4 ? 4 : 6)) {
      packet.drop(DropReason.HDR_TRUNC);
      return;
    }
    int l4 = v4 ? inner + ((b[inner] & 15) << 2) : inner + 40;
    int protocol = Bytes.u8(b, inner + (v4 ? 9 : 6));
    if (l4 + 8 > packet.tail) {
      packet.drop(DropReason.HDR_TRUNC);
      return;
    }
    long srcHi = v4 ? 0 : Bytes.i64(b, inner + 8);
    long srcLo = v4 ? Addresses.v4(Bytes.i32(b, inner + 12)) : Bytes.i64(b, inner + 16);
    long dstHi = v4 ? 0 : Bytes.i64(b, inner + 24);
    long dstLo = v4 ? Addresses.v4(Bytes.i32(b, inner + 16)) : Bytes.i64(b, inner + 32);
    shown.set(packet, v4, packet.icmp().type(), packet.icmp().code(), packet.icmp().rest());
    if (protocol == IpProtocol.TCP && kind != null) {
      int first = Bytes.i32(b, l4);
      int second = Bytes.i32(b, l4 + 4);
      int errno = shown.errno();
      stack.tcp().icmpError(kind, errno, mtu, srcHi, srcLo, dstHi, dstLo, first, second);
    }
    shown.srcHi = srcHi;
    shown.srcLo = srcLo;
    shown.dstHi = dstHi;
    shown.dstLo = dstLo;
    shown.protocol = protocol;
    shown.transport = l4;
    toSockets(protocol);
    // the uplink's flows are not ours to know: it sees each error too
    offerOrRelease(packet);
  }

  /** Tells the sockets of the quoted protocol ({@code icmp_socket_deliver}). */
  private void toSockets(int protocol) {
    stack.raw().icmpError(shown);
    switch (protocol) {
      case IpProtocol.UDP -> stack.udp().icmpError(shown);
      case IpProtocol.UDPLITE -> stack.udpLite().icmpError(shown);
      case IpProtocol.ICMP, IpProtocol.ICMPV6 -> {
        if ((protocol == IpProtocol.ICMP) == shown.isV4()) {
          stack.ping().icmpError(shown);
        }
      }
      default -> {}
    }
  }
}
