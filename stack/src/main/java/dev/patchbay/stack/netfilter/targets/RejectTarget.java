package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;
import java.util.EnumSet;
import java.util.Set;

/**
 * Answers with an ICMP error or a TCP reset and drops ({@code ipt_REJECT}, {@code nf_send_reset}).
 */
public final class RejectTarget extends Target implements PlacedTarget {
  /** In place of an ICMP code: a reset. */
  public static final int TCP_RESET = -1;

  private static final int NEW_HEADER = Tcp.LENGTH / 4 << 12;

  private final NetworkStack stack;
  private final int code;

  /**
   * A target.
   *
   * @param code of destination unreachable of the rule's family, or {@link #TCP_RESET}
   */
  public RejectTarget(NetworkStack stack, int code) {
    this.stack = stack;
    this.code = code;
  }

  @Override
  public Set<Hook> hooks() {
    return EnumSet.of(Hook.INPUT, Hook.FORWARD, Hook.OUTPUT);
  }

  @Override
  public TableKind table() {
    return TableKind.FILTER;
  }

  @Override
  public Verdict apply(PacketFields p) {
    Packet packet = p.packet();
    if (code == TCP_RESET) {
      reset(p, packet);
    } else if (!p.laterFragment && mayAnswer(p, packet)) {
      stack.icmp().unreachable(packet, code, code);
    }
    return Verdict.DROP;
  }

  @Override
  public Verdict describe(PacketFields p) {
    return Verdict.DROP;
  }

  /**
   * {@code nf_send_unreach}, {@code reject6_csum_ok}: nobody is told of what was garbled on its
   * way. What sums up to nothing else is asked for it too: a first fragment, whose rest is not
   * here, and protocols without such a checksum but for those of {@code nf_reject_verify_csum}.
   */
  private static boolean mayAnswer(PacketFields p, Packet about) {
    return switch (p.protocol) {
      case IpProtocol.AH,
          IpProtocol.ESP,
          IpProtocol.SCTP,
          IpProtocol.UDPLITE,
          IpProtocol.DCCP,
          IpProtocol.GRE ->
          true;
      case IpProtocol.UDP -> p.v4 && hasNoChecksum(p, about) || isIntact(p, about);
      default -> isIntact(p, about);
    };
  }

  private static boolean hasNoChecksum(PacketFields p, Packet about) {
    return p.hasTransport(8) && Bytes.u16(about.data, p.transport + 6) == 0;
  }

  private void reset(PacketFields p, Packet about) {
    if (p.laterFragment || p.protocol != IpProtocol.TCP || !p.hasTransport(Tcp.LENGTH)) {
      return;
    }
    Tcp to = about.tcp().wrap(about.data, p.transport);
    boolean unicast =
        !Addresses.isMulticast(p.dstHi, p.dstLo) && !Addresses.isLimitedBroadcast(p.dstHi, p.dstLo);
    if ((to.flags() & Tcp.RST) != 0 || !unicast || !isIntact(p, about)) {
      return;
    }
    Packet packet = stack.pool().acquire(Tcp.LENGTH);
    if (packet == null) {
      return;
    }
    packet.l4 = packet.append(Tcp.LENGTH);
    Tcp tcp = packet.tcp().sourcePort(to.destinationPort()).destinationPort(to.sourcePort());
    if ((to.flags() & Tcp.ACK) != 0) {
      tcp.sequence(to.acknowledgment()).acknowledgment(0).offsetAndFlags(NEW_HEADER | Tcp.RST);
    } else {
      int length = about.tail - p.transport - to.headerLength();
      length += (to.flags() & Tcp.SYN) != 0 ? 1 : 0;
      length += (to.flags() & Tcp.FIN) != 0 ? 1 : 0;
      tcp.sequence(0).acknowledgment(to.sequence() + length);
      tcp.offsetAndFlags(NEW_HEADER | Tcp.RST | Tcp.ACK);
    }
    tcp.window(0).checksum(0).urgentPointer(0);
    long sum = InternetChecksum.sum(packet.data, packet.l4, Tcp.LENGTH);
    sum += InternetChecksum.pseudo(p.dstHi, p.dstLo, p.srcHi, p.srcLo, IpProtocol.TCP, Tcp.LENGTH);
    packet.tcp().checksum(InternetChecksum.finish(sum));
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
    packet.protocol = IpProtocol.TCP;
    TrackingInfo.attach(packet, about);
    Connection c = TrackingInfo.of(about);
    if (c != null) {
      stack.netfilter().conntrack().reset(c);
    }
    stack.output().send(packet, p.dstHi, p.dstLo, p.srcHi, p.srcLo);
  }

  /** {@code nf_ip_checksum}, {@code nf_ip6_checksum}, which takes the pseudo header for all. */
  private static boolean isIntact(PacketFields p, Packet about) {
    int length = about.tail - p.transport;
    if (about.checksumState != Packet.CHECKSUM_NONE) {
      return true;
    }
    boolean pseudo = !p.v4 || p.protocol == IpProtocol.TCP || p.protocol == IpProtocol.UDP;
    if (length <= 0) {
      return !pseudo;
    }
    long sum = InternetChecksum.sum(about.data, p.transport, length);
    if (pseudo) {
      sum += InternetChecksum.pseudo(p.srcHi, p.srcLo, p.dstHi, p.dstLo, p.protocol, length);
    }
    return InternetChecksum.finish(sum) == 0;
  }
}
