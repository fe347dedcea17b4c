package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.random.SipHash;
import org.jspecify.annotations.Nullable;

/** hash:ip: addresses, or networks of one size ({@code ip_set_hash_ip.c}). */
final class AddressContent extends HashContent {
  private final AddressMask mask;

  AddressContent(SetOptions options, SipHash hash) {
    super(SetType.HASH_IP, options, hash);
    mask = new AddressMask(options);
  }

  @Override
  Outcome test(Element e, long now) {
    Outcome wrong = check(e);
    return wrong != null ? wrong : testOne(e.hi & mask.hi, e.lo & mask.lo, 0, now);
  }

  /** What {@code hash_ip4_uadt} and {@code hash_ip6_uadt} refuse; null for nothing. */
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
    return mask.isNone(e.hi & mask.hi, e.lo & mask.lo) ? Outcome.NULL_ELEMENT : null;
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
    if (!options().v4) {
      return change(e.hi & mask.hi, from, e, adds, exist, now);
    }
    if (e.hasTo) {
      to = e.toLo;
      if (from > to) {
        if (mask.isNone(0, to)) {
          return Outcome.NULL_ELEMENT;
        }
        to = from;
        from = e.toLo;
      }
    } else if (e.prefix >= 0) {
      if (e.prefix == 0) {
        return Outcome.INVALID_CIDR;
      }
      long bits = IpAddress.maskLo(AddressMask.MAPPED + e.prefix);
      from &= bits;
      to = from | ~bits;
    }
    boolean unbounded = adds ? options().forceAdd : exist;
    if (unbounded && (to - from) / mask.step >= MOST_AT_ONCE) {
      return Outcome.TOO_LARGE;
    }
    for (long ip = from; ip <= to; ip += mask.step) {
      Outcome one = change(0, ip, e, adds, exist, now);
      if (one != Outcome.OK) {
        return one;
      }
    }
    return Outcome.OK;
  }

  private Outcome change(long hi, long lo, Element e, boolean adds, boolean exist, long now) {
    Outcome one = adds ? addOne(hi, lo, 0, e, exist, now) : deleteOne(hi, lo, 0, now);
    return one == Outcome.EXISTS && exist ? Outcome.OK : one;
  }

  /** Lays the packet's address ready; false for one that no member can have. */
  private boolean read(PacketQuery query, PacketFields p) {
    query.address(p, mask.hi, mask.lo);
    query.count(p);
    return !mask.isNone(query.element.hi, query.element.lo);
  }

  @Override
  Outcome test(PacketQuery query, PacketFields p) {
    Element e = query.element;
    return read(query, p) ? testOne(e.hi, e.lo, 0, query, p) : Outcome.INVALID;
  }

  @Override
  Outcome add(PacketQuery query, PacketFields p) {
    Element e = query.element;
    return read(query, p) ? addOne(e.hi, e.lo, 0, e, query.exist, p.now) : Outcome.INVALID;
  }

  @Override
  Outcome delete(PacketQuery query, PacketFields p) {
    Element e = query.element;
    return read(query, p) ? deleteOne(e.hi, e.lo, 0, p.now) : Outcome.INVALID;
  }

  @Override
  void show(int place, Element to) {
    to.hi = table().hi(place);
    to.lo = table().lo(place);
  }
}
