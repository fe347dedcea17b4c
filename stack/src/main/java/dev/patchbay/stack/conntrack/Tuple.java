package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.IpProtocol;

/**
 * What the packets of one direction have in common (Linux: {@code nf_conntrack_tuple}). Mutable, so
 * that a look-up makes none.
 */
public final class Tuple {
  public long srcHi;
  public long srcLo;
  public long dstHi;
  public long dstLo;

  /** Source port; the identification of an ICMP query; 0 for protocols that have none. */
  public int source;

  /** Destination port; {@code type << 8 | code} of an ICMP query. */
  public int destination;

  /** The protocol above IP. */
  public int protocol;

  public Tuple() {}

  /** Takes all of another one. */
  public Tuple set(Tuple from) {
    srcHi = from.srcHi;
    srcLo = from.srcLo;
    dstHi = from.dstHi;
    dstLo = from.dstLo;
    source = from.source;
    destination = from.destination;
    protocol = from.protocol;
    return this;
  }

  /** Whether all is equal. */
  public boolean same(Tuple t) {
    return srcLo == t.srcLo
        && dstLo == t.dstLo
        && srcHi == t.srcHi
        && dstHi == t.dstHi
        && source == t.source
        && destination == t.destination
        && protocol == t.protocol;
  }

  /** Whether the protocol has ports in its first four bytes. */
  public static boolean hasPorts(int protocol) {
    return protocol == IpProtocol.TCP
        || protocol == IpProtocol.UDP
        || protocol == IpProtocol.UDPLITE
        || protocol == IpProtocol.SCTP;
  }

  /** Whether it is ICMP of either family. */
  public static boolean isIcmp(int protocol) {
    return protocol == IpProtocol.ICMP || protocol == IpProtocol.ICMPV6;
  }

  /**
   * Becomes what an answer to {@code of} has ({@code nf_ct_invert_tuple}).
   *
   * @return false for an ICMP message that is no query and no answer; then it is undefined
   */
  public boolean invert(Tuple of) {
    long hi = of.srcHi;
    long lo = of.srcLo;
    int from = of.source;
    int to = of.destination;
    protocol = of.protocol;
    srcHi = of.dstHi;
    srcLo = of.dstLo;
    dstHi = hi;
    dstLo = lo;
    if (!isIcmp(protocol)) {
      source = to;
      destination = from;
      return true;
    }
    int answer = IcmpQuery.inverse(protocol, to >>> 8);
    source = from;
    destination = answer << 8 | to & 0xff;
    return answer >= 0;
  }

  @Override
  public String toString() {
    return "Tuple[%s %s:%d > %s:%d]"
        .formatted(
            protocol,
            Addresses.toString(srcHi, srcLo),
            source,
            Addresses.toString(dstHi, dstLo),
            destination);
  }
}
