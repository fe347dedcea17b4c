package dev.patchbay.stack.netfilter.ipset;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.random.SipHash;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * hash:net: networks ({@code ip_set_hash_net.c}). An address is looked for once under each length
 * of prefix that is there, the longest first; the first network that has it decides.
 */
final class NetworkContent extends HashContent {
  /** Networks of each length. */
  private final int[] count = new int[129];

  /** The lengths that there are, the longest first. */
  private int[] lengths = {};

  private boolean[] noMatch;

  NetworkContent(SetOptions options, SipHash hash) {
    super(SetType.HASH_NET, options, hash);
    noMatch = new boolean[table().capacity()];
  }

  private int host() {
    return options().v4 ? 32 : 128;
  }

  private long maskHi(int prefix) {
    return options().v4 ? 0 : IpAddress.maskHi(prefix);
  }

  private long maskLo(int prefix) {
    return IpAddress.maskLo(options().v4 ? AddressMask.MAPPED + prefix : prefix);
  }

  @Override
  void joined(int rest) {
    if (count[rest]++ == 0) {
      int[] more = Arrays.copyOf(lengths, lengths.length + 1);
      int at = lengths.length;
      for (; at > 0 && more[at - 1] < rest; at--) {
        more[at] = more[at - 1];
      }
      more[at] = rest;
      lengths = more;
    }
  }

  @Override
  void left(int rest) {
    if (--count[rest] == 0) {
      int[] less = new int[lengths.length - 1];
      int to = 0;
      for (int length : lengths) {
        if (length != rest) {
          less[to++] = length;
        }
      }
      lengths = less;
    }
  }

  @Override
  void emptied() {
    Arrays.fill(count, 0);
    lengths = new int[0];
    noMatch = new boolean[table().capacity()];
  }

  @Override
  void marked(int place, Element e) {
    if (place >= noMatch.length) {
      noMatch = Arrays.copyOf(noMatch, table().capacity());
    }
    noMatch[place] = e.noMatch;
  }

  @Override
  Outcome says(int place) {
    return noMatch[place] ? Outcome.NO_MATCH : Outcome.OK;
  }

  private @Nullable Outcome check(Element e) {
    if (!options().v4 && e.hasTo) {
      return Outcome.RANGE_UNSUPPORTED;
    }
    Outcome lacking = extras().lacks(e);
    if (lacking != null) {
      return lacking;
    }
    return e.prefix == 0 ? Outcome.INVALID_CIDR : null;
  }

  @Override
  Outcome test(Element e, long now) {
    Outcome wrong = check(e);
    if (wrong != null) {
      return wrong;
    }
    int prefix = e.prefix < 0 ? host() : e.prefix;
    Outcome found = Outcome.ABSENT;
    if (prefix != host()) {
      found = testOne(e.hi & maskHi(prefix), e.lo & maskLo(prefix), prefix, now);
    }
    for (int i = 0; prefix == host() && i < lengths.length && found == Outcome.ABSENT; i++) {
      int length = lengths[i];
      found = testOne(e.hi & maskHi(length), e.lo & maskLo(length), length, now);
    }
    if (!e.noMatch) {
      return found;
    }
    // asked whether it is one that says nomatch (ip_set_enomatch)
    return found == Outcome.NO_MATCH ? Outcome.OK : Outcome.ABSENT;
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
    if (!e.hasTo) {
      int prefix = e.prefix < 0 ? host() : e.prefix;
      return change(e.lo & maskLo(prefix), prefix, e, adds, exist, now);
    }
    long from = Math.min(e.lo, e.toLo);
    long to = Math.max(e.lo, e.toLo);
    if (to - from == 0xffff_ffffL) {
      return Outcome.WHOLE_RANGE;
    }
    while (from <= to) {
      // the largest network that begins here and does not end behind it: ip_set_range_to_cidr
      int bits = Math.min(31, Long.numberOfTrailingZeros(from | 1L << 32));
      while (from + (1L << bits) - 1 > to) {
        bits--;
      }
      Outcome one = change(from, 32 - bits, e, adds, exist, now);
      if (one != Outcome.OK) {
        return one;
      }
      from += 1L << bits;
    }
    return Outcome.OK;
  }

  private Outcome change(long lo, int prefix, Element e, boolean adds, boolean exist, long now) {
    long hi = e.hi & maskHi(prefix);
    Outcome one = adds ? addOne(hi, lo, prefix, e, exist, now) : deleteOne(hi, lo, prefix, now);
    return one == Outcome.EXISTS && exist ? Outcome.OK : one;
  }

  @Override
  Outcome test(PacketQuery query, PacketFields p) {
    query.address(p, -1, -1);
    Element e = query.element;
    for (int length : lengths) {
      Outcome found = testOne(e.hi & maskHi(length), e.lo & maskLo(length), length, query, p);
      if (found != Outcome.ABSENT) {
        return found;
      }
    }
    return Outcome.ABSENT;
  }

  /** What a rule adds and takes away is a network of the longest length that is there. */
  private int longest() {
    return lengths.length == 0 ? host() : lengths[0];
  }

  @Override
  Outcome add(PacketQuery query, PacketFields p) {
    int prefix = longest();
    query.address(p, maskHi(prefix), maskLo(prefix));
    query.count(p);
    Element e = query.element;
    return addOne(e.hi, e.lo, prefix, e, query.exist, p.now);
  }

  @Override
  Outcome delete(PacketQuery query, PacketFields p) {
    int prefix = longest();
    query.address(p, maskHi(prefix), maskLo(prefix));
    return deleteOne(query.element.hi, query.element.lo, prefix, p.now);
  }

  @Override
  void show(int place, Element to) {
    to.hi = table().hi(place);
    to.lo = table().lo(place);
    to.prefix = table().rest(place);
    to.noMatch = noMatch[place];
  }
}
