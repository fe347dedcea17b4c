package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.random.SipHash;
import dev.patchbay.stack.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/** hash:ip,port: addresses with a protocol and a port ({@code ip_set_hash_ipport.c}). */
final class AddressPortContent extends HashContent {
  private final AddressMask mask;

  AddressPortContent(SetOptions options, SipHash hash) {
    super(SetType.HASH_IP_PORT, options, hash);
    mask = new AddressMask(options);
  }

  private static boolean hasPorts(int protocol) {
    return switch (protocol) {
      case IpProtocol.TCP, IpProtocol.SCTP, IpProtocol.UDP, IpProtocol.UDPLITE -> true;
      default -> false;
    };
  }

  /** Protocol and port as the number of a key. */
  private static int rest(int protocol, int port) {
    return protocol << 16 | port;
  }

  private @Nullable Outcome check(Element e) {
    if (!options().v4 && e.hasTo) {
      return Outcome.RANGE_UNSUPPORTED;
    }
    if (!options().v4 && e.prefix >= 0 && e.prefix != 128) {
      return Outcome.INVALID_CIDR;
    }
    Outcome lacking = extras().lacks(e);
    if (lacking != null) {
      return lacking;
    }
    if (mask.isNone(e.hi & mask.hi, e.lo & mask.lo)) {
      return Outcome.INVALID;
    }
    return e.protocol == 0 ? Outcome.INVALID_PROTOCOL : null;
  }

  /** The port of a protocol that has some; of ICMP type and code. */
  private int port(Element e) {
    int icmp = options().v4 ? IpProtocol.ICMP : IpProtocol.ICMPV6;
    return hasPorts(e.protocol) || e.protocol == icmp ? e.port : 0;
  }

  @Override
  Outcome test(Element e, long now) {
    Outcome wrong = check(e);
    if (wrong != null) {
      return wrong;
    }
    return testOne(e.hi & mask.hi, e.lo & mask.lo, rest(e.protocol, port(e)), now);
  }

  @Override
  Outcome add(Element e, boolean exist, long now) {
    return each(e, true, exist, now);
  }

  @Override
  Outcome delete(Element e, boolean exist, long now) {
    return each(e, false, exist, now);
  }

  private Outcome each(Element e, boolean adds, boolean exist, long now) {
    Outcome wrong = check(e);
    if (wrong != null) {
      return wrong;
    }
    long from = e.lo & mask.lo;
    long to = from;
    if (options().v4 && e.hasTo) {
      to = Math.max(from, e.toLo);
      from = Math.min(from, e.toLo);
    } else if (options().v4 && e.prefix >= 0) {
      if (e.prefix == 0) {
        return Outcome.INVALID_CIDR;
      }
      long bits = IpAddress.maskLo(AddressMask.MAPPED + e.prefix);
      from &= bits;
      to = from | ~bits;
    }
    int first = port(e);
    int last = first;
    if (e.portTo >= 0 && hasPorts(e.protocol)) {
      last = Math.max(first, e.portTo);
      first = Math.min(first, e.portTo);
    }
    boolean unbounded = adds ? options().forceAdd : exist;
    if (unbounded && (to - from + 1) * (last - first + 1) > MOST_AT_ONCE) {
      return Outcome.TOO_LARGE;
    }
    for (long ip = from; ; ip++) { // to may be the greatest number
      for (int port = first; port <= last; port++) {
        int rest = rest(e.protocol, port);
        long hi = e.hi & mask.hi;
        Outcome one = adds ? addOne(hi, ip, rest, e, exist, now) : deleteOne(hi, ip, rest, now);
        if (one != Outcome.OK && !(one == Outcome.EXISTS && exist)) {
          return one;
        }
      }
      if (ip == to) {
        return Outcome.OK;
      }
    }
  }

  private boolean read(PacketQuery query, PacketFields p) {
    query.address(p, mask.hi, mask.lo);
    query.count(p);
    return query.port(p, 1) && !mask.isNone(query.element.hi, query.element.lo);
  }

  @Override
  Outcome test(PacketQuery query, PacketFields p) {
    Element e = query.element;
    return read(query, p)
        ? testOne(e.hi, e.lo, rest(e.protocol, e.port), query, p)
        : Outcome.INVALID;
  }

  @Override
  Outcome add(PacketQuery query, PacketFields p) {
    Element e = query.element;
    return read(query, p)
        ? addOne(e.hi, e.lo, rest(e.protocol, e.port), e, query.exist, p.now)
        : Outcome.INVALID;
  }

  @Override
  Outcome delete(PacketQuery query, PacketFields p) {
    Element e = query.element;
    return read(query, p)
        ? deleteOne(e.hi, e.lo, rest(e.protocol, e.port), p.now)
        : Outcome.INVALID;
  }

  @Override
  void show(int place, Element to) {
    to.hi = table().hi(place);
    to.lo = table().lo(place);
    to.protocol = table().rest(place) >>> 16;
    to.port = table().rest(place) & 0xffff;
  }
}
