package dev.patchbay.stack.nat;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Expectation;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.random.SipHash;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/** Settles how connections of a namespace are translated. Of its loop's thread. */
public final class Nat {
  /** How many ports are tried from one place on. */
  private static final int ATTEMPTS = 128;

  /** Where fewer than that were tried without luck, it is given up. */
  private static final int LEAST_ATTEMPTS = 16;

  private static final int PORTS = 1 << 16;
  private static final int FIRST_FREE = 1024;

  private final Conntrack conntrack;
  private final RandomSource random;
  private final SipHash hash;
  private final SourceIndex sources;

  private final Tuple current = new Tuple();
  private final Tuple wanted = new Tuple();
  private final Tuple scratch = new Tuple();

  public Nat(Conntrack conntrack, RandomSource random) {
    this.conntrack = conntrack;
    this.random = random.derive("nat");
    hash = random.hash("nat");
    sources = new SourceIndex(random.hash("nat sources"));
    conntrack.onConfirmed(c -> {
      if (c.has(Connection.SRC_NAT_DONE)) {
        sources.add(c);
      }
    });
    conntrack.onRemoved(sources::remove);
    conntrack.onExpected(this::follow);
  }

  /** Whether it is settled how its source (else its destination) is translated. */
  public static boolean isSettled(Connection c, boolean source) {
    return c.has(source ? Connection.SRC_NAT_DONE : Connection.DST_NAT_DONE);
  }

  /**
   * Settles it ({@code nf_nat_setup_info}).
   *
   * @param c a connection that is not confirmed; for others nothing happens
   * @param source whether its source is translated, else its destination
   */
  public void settle(Connection c, NatRange range, boolean source) {
    if (c.has(Connection.CONFIRMED) || isSettled(c, source)) {
      return;
    }
    // what comes out so far: the inverse of what its answers have
    current.invert(c.tuple(Connection.REPLY, scratch));
    choose(c, range, source);
    if (!wanted.same(current)) {
      scratch.invert(wanted);
      c.reply(scratch);
      c.status |= source ? Connection.SRC_NAT : Connection.DST_NAT;
    }
    c.status |= source ? Connection.SRC_NAT_DONE : Connection.DST_NAT_DONE;
  }

  /** Settles it where no rule has: the address stays, the port where it is free. */
  public void settleAsIs(Connection c, boolean source) {
    c.tuple(Connection.REPLY, scratch);
    NatRange same =
        source
            ? NatRange.address(scratch.dstHi, scratch.dstLo)
            : NatRange.address(scratch.srcHi, scratch.srcLo);
    settle(c, same, source);
  }

  /**
   * An announced connection goes the way of the one that announced it ({@code
   * nf_nat_follow_master}).
   */
  private void follow(Connection c, Expectation e) {
    e.master.tuple(1 - e.direction, scratch);
    NatRange from = NatRange.address(scratch.dstHi, scratch.dstLo);
    NatRange to = NatRange.endpoint(scratch.srcHi, scratch.srcLo, e.savedPort);
    settle(c, from, true);
    settle(c, to, false);
  }

  /** {@code get_unique_tuple}: writes into {@link #wanted} what {@link #current} becomes. */
  private void choose(Connection c, NatRange range, boolean source) {
    if (source && !range.isRandom()) {
      if (isWithin(current, range)) {
        if (!isUsed(current, c)) {
          wanted.set(current);
          return;
        }
      } else if (asBefore(c, range)) {
        return;
      }
    }
    wanted.set(current);
    address(c, range, source);
    if (!range.isRandom()) {
      if (range.mapsPort()) {
        boolean fits =
            !range.has(NatRange.OFFSET)
                && isPortWithin(wanted, range, source)
                && (range.minPort() == range.maxPort() || !isUsed(wanted, c));
        if (fits) {
          return;
        }
      } else if (!isUsed(wanted, c)) {
        return;
      }
    }
    port(c, range, source);
  }

  private boolean isUsed(Tuple t, Connection except) {
    return scratch.invert(t) && conntrack.isTaken(scratch, except);
  }

  private static boolean isWithin(Tuple t, NatRange range) {
    return (!range.mapsAddress() || range.holds(t.srcHi, t.srcLo))
        && (!range.mapsPort() || isPortWithin(t, range, true));
  }

  private static boolean isPortWithin(Tuple t, NatRange range, boolean source) {
    if (!Tuple.isIcmp(t.protocol) && !Tuple.hasPorts(t.protocol)) {
      return true;
    }
    int port = source || Tuple.isIcmp(t.protocol) ? t.source : t.destination;
    return port >= range.minPort() && port <= range.maxPort();
  }

  /**
   * {@code find_appropriate_src}: as another connection from the same source, where that is free.
   */
  private boolean asBefore(Connection c, NatRange range) {
    Connection like = sources.find(current, c.zone(Connection.ORIGINAL), null);
    while (like != null) {
      wanted.invert(like.tuple(Connection.REPLY, scratch));
      wanted.dstHi = current.dstHi;
      wanted.dstLo = current.dstLo;
      wanted.destination = current.destination;
      if (isWithin(wanted, range)) {
        return !isUsed(wanted, c);
      }
      like = sources.find(current, c.zone(Connection.ORIGINAL), like);
    }
    return false;
  }

  /** {@code find_best_ips_proto}: of several addresses always the same one for the same two. */
  private void address(Connection c, NatRange range, boolean source) {
    if (!range.mapsAddress()) {
      return;
    }
    long hi = range.minHi();
    long lo = range.minLo();
    if (!range.isOneAddress()) {
      boolean persistent = range.has(NatRange.PERSISTENT);
      long value =
          hash.hash(
              wanted.srcHi,
              wanted.srcLo,
              persistent ? 0 : wanted.dstHi,
              persistent ? 0 : wanted.dstLo,
              c.zone());
      if (Addresses.isV4(hi, lo)) {
        // 32 bits: the first address may be behind the last one, and then it is any
        int size = (int) range.maxLo() - (int) range.minLo() + 1;
        long far = size == 0 ? value >>> 32 : (value >>> 32) * Integer.toUnsignedLong(size) >>> 32;
        lo = Addresses.v4((int) lo + (int) far);
      } else if (hi == range.maxHi()) {
        lo += scale(value, range.maxLo() - range.minLo() + 1);
      } else {
        hi += scale(value, range.maxHi() - range.minHi() + 1);
        long spread = Long.rotateLeft(value, 17);
        lo = spread;
        if (hi == range.minHi()) {
          lo = range.minLo() + scale(spread, -range.minLo());
        } else if (hi == range.maxHi()) {
          lo = scale(spread, range.maxLo() + 1);
        }
      }
    }
    if (source) {
      wanted.srcHi = hi;
      wanted.srcLo = lo;
    } else {
      wanted.dstHi = hi;
      wanted.dstLo = lo;
    }
  }

  /** Uniform in [0, size); a size of 0 is all of 64 bits. */
  private static long scale(long value, long size) {
    return size == 0 ? value : Math.unsignedMultiplyHigh(value, size);
  }

  /** {@code nf_nat_l4proto_unique_tuple}: looks for a port that is free. */
  private void port(Connection c, NatRange range, boolean source) {
    boolean icmp = Tuple.isIcmp(wanted.protocol);
    if (!icmp && !Tuple.hasPorts(wanted.protocol)) {
      return;
    }
    boolean first = source || icmp;
    int now = first ? wanted.source : wanted.destination;
    int least;
    int size;
    if (range.mapsPort()) {
      least = Math.min(range.minPort(), range.maxPort());
      size = Math.abs(range.maxPort() - range.minPort()) + 1;
    } else if (icmp) {
      least = 0;
      size = PORTS;
    } else if (!source) {
      return; // a destination keeps its port
    } else if (now >= FIRST_FREE) {
      least = FIRST_FREE;
      size = PORTS - FIRST_FREE;
    } else {
      // a port that only root may have stays one
      least = now < 512 ? 1 : 600;
      size = now < 512 ? 511 : FIRST_FREE - 600;
    }
    int offset = 0; // of a destination: the first that is free
    if (range.has(NatRange.OFFSET)) {
      offset = now - range.basePort() & 0xffff;
    } else if (range.isRandom() || source) {
      offset = random.nextInt(PORTS);
    }
    int attempts = Math.min(size, ATTEMPTS);
    while (true) {
      for (int i = 0; i < attempts; i++, offset++) {
        int port = least + offset % size;
        if (first) {
          wanted.source = port;
        } else {
          wanted.destination = port;
        }
        if (!isUsed(wanted, c)) {
          return;
        }
      }
      if (attempts >= size || attempts < LEAST_ATTEMPTS) {
        return; // then it is a duplicate, and dropped when it is confirmed
      }
      attempts /= 2;
      offset = random.nextInt(PORTS);
    }
  }

  /** Writes into {@code to} what a packet of a connection becomes, in its direction. */
  static @Nullable Tuple translated(Connection c, int direction, Tuple answer, Tuple to) {
    return to.invert(c.tuple(1 - direction, answer)) ? to : null;
  }

  /** Whether a protocol's ports are known to translation. */
  static boolean isV4(Tuple t) {
    return Addresses.isV4(t.srcHi, t.srcLo) && t.protocol != IpProtocol.ICMPV6;
  }
}
