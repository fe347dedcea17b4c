package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.FlowKey;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import dev.patchbay.stack.wire.Tcp;

/**
 * Lowers the segment size that a TCP header tells, and adds the option where it is missing and
 * nothing follows the header ({@code xt_TCPMSS}). It is never raised.
 */
public final class TcpMssTarget extends Target {
  /** In place of a size: what fits the MTU of the ways to both ends. */
  public static final int CLAMP = -1;

  private static final int OPTION = 2;
  private static final int OPTION_LENGTH = 4;
  private static final int NO_OPERATION = 1;
  private static final int MOST_HEADER = 60;

  /** The size where no option tells of one (RFC 9293 section 3.7.1). */
  private static final int DEFAULT4 = 536;

  private static final int DEFAULT6 = 1220;

  private final NetworkStack stack;
  private final int size;
  private final FlowKey key = new FlowKey();

  /** A target; {@code size} is 0 to 65535 bytes, or {@link #CLAMP}. */
  public TcpMssTarget(NetworkStack stack, int size) {
    this.stack = stack;
    this.size = size;
  }

  @Override
  public Verdict describe(PacketFields p) {
    return apply(p);
  }

  @Override
  public Verdict apply(PacketFields p) {
    int length = TcpRewrite.headerLength(p);
    if (length == 0) {
      return Verdict.CONTINUE;
    }
    int headers = (p.v4 ? Ipv4.LENGTH : Ipv6.LENGTH) + Tcp.LENGTH;
    int most = size == CLAMP ? Math.min(mtu(p) - headers, 0xffff) : size;
    if (length < 0 || size == CLAMP && most <= 0) {
      return Verdict.DROP;
    }
    int at = find(p, length);
    if (at < 0) {
      return add(p, length, most);
    }
    int told = Bytes.u16(p.packet().data, p.transport + at + 2);
    if (told > most) {
      TcpRewrite.put8(p, at + 2, most >>> 8);
      TcpRewrite.put8(p, at + 3, most & 0xff);
    }
    return Verdict.CONTINUE;
  }

  /** Where the option stands, counted from the header's begin, or -1. */
  private static int find(PacketFields p, int length) {
    byte[] data = p.packet().data;
    for (int at = Tcp.LENGTH; at <= length - OPTION_LENGTH; ) {
      int kind = Bytes.u8(data, p.transport + at);
      int octets = Bytes.u8(data, p.transport + at + 1);
      if (kind == OPTION && octets == OPTION_LENGTH) {
        return at;
      }
      at += kind <= NO_OPERATION || octets == 0 ? 1 : octets;
    }
    return -1;
  }

  private static Verdict add(PacketFields p, int length, int most) {
    Packet packet = p.packet();
    if (packet.tail > p.transport + length || length >= MOST_HEADER) {
      return Verdict.CONTINUE;
    }
    if (packet.tailroom() < OPTION_LENGTH) {
      return Verdict.DROP;
    }
    int value = Math.min(most, p.v4 ? DEFAULT4 : DEFAULT6);
    TcpRewrite.insert(p, length, OPTION << 24 | OPTION_LENGTH << 16 | value);
    return Verdict.CONTINUE;
  }

  /** The lesser MTU of the ways to the packet's destination and back to its source. */
  private int mtu(PacketFields p) {
    NetDevice out = p.out;
    int there = out == null ? Integer.MAX_VALUE : out.mtu();
    if (!p.bridged) {
      key.to(p.dstHi, p.dstLo).from(p.srcHi, p.srcLo).mark = p.packet().mark;
      there = Math.min(there, routeMtu());
    }
    key.to(p.srcHi, p.srcLo);
    return Math.min(there, routeMtu());
  }

  private int routeMtu() {
    Route route = stack.output().route(key);
    NetDevice by = route == null ? null : route.device();
    return route == null || by == null ? Integer.MAX_VALUE : route.mtu(by);
  }
}
