package dev.patchbay.stack.tcp;

import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Two engines on one loop with virtual time, joined by two {@link SimLink}s: one transfer of one
 * {@link Scenario}, watched for stalls. Two runs of a seed are equal.
 */
final class Simulation {
  private static final long MS = 1_000_000L;

  /** How often is looked for stalls. */
  private static final long STEP = 10 * MS;

  /** RFC 9293 section 3.8.3 (R2): what has not ended by then would have been given up. */
  private static final long LIMIT = 900_000 * MS;

  private static final int PORT_A = 40_000;
  private static final int PORT_B = 80;
  private static final long A4 = Addresses.v4(0x0a000001);
  private static final long B4 = Addresses.v4(0x0a000002);
  private static final long NET6 = 0xfd00_0000_0000_0000L;

  final VirtualLoop loop = new VirtualLoop();
  final PacketPool pool;
  final Scenario scenario;
  final TcpEngine a;
  final TcpEngine b;
  final SimLink ab;
  final SimLink ba;
  final SimUser userA;
  final SimUser userB;
  private final StallWatch watchA = new StallWatch("a");
  private final StallWatch watchB = new StallWatch("b");

  /** Virtual time until both ends were closed, ns. */
  long took;

  Simulation(Scenario scenario, PacketPool pool) {
    this.scenario = scenario;
    this.pool = pool;
    RandomSource random = new RandomSource(scenario.seed);
    ab = new SimLink(loop, random.derive("a to b"), p -> arrive(false, p), this::complainToA);
    ba = new SimLink(loop, random.derive("b to a"), p -> arrive(true, p), this::complainToB);
    a = engine(random.derive("a"), ab, scenario.mtuA, scenario.configA);
    b = engine(random.derive("b"), ba, scenario.mtuB, scenario.configB);
    scenario.link(ab, scenario.mtuA);
    scenario.link(ba, scenario.mtuB);
    scenario.route(ab, ba);
    int amountA = scenario.amount();
    int amountB = scenario.amount();
    userA = new SimUser(loop, amountA, 2, random.derive("user a"));
    userB = new SimUser(loop, amountB, 3, random.derive("user b"));
    scenario.users(userA, userB);
  }

  private TcpEngine engine(RandomSource random, SimLink link, int mtu, TcpConfig config) {
    SegmentOutput output =
        new SegmentOutput() {
          @Override
          public void send(Packet p, long srcHi, long srcLo, long dstHi, long dstLo) {
            if (scenario.whole) {
              Wire.addIp(p, srcHi, srcLo, dstHi, dstLo);
              Wire.finishChecksum(p);
              link.carry(p);
            } else {
              Wire.toLink(pool, p, srcHi, srcLo, dstHi, dstLo, this::toLink);
            }
          }

          private void toLink(Packet p) {
            int length = p.tail - p.l3;
            if (length > mtu) {
              throw new AssertionError("a packet of " + length + " bytes on a link of " + mtu);
            }
            link.carry(p);
          }

          @Override
          public int mtu(long srcHi, long srcLo, long dstHi, long dstLo) {
            return mtu;
          }
        };
    return new TcpEngine(loop, pool, random, output, config);
  }

  private void arrive(boolean atA, Packet p) {
    TcpEngine to = atA ? a : b;
    if (!to.receive(p)) {
      to.reject(p);
    }
  }

  private void complainToA(Packet p, int mtu) {
    complain(a, ab, ba, p, mtu);
  }

  private void complainToB(Packet p, int mtu) {
    complain(b, ba, ab, p, mtu);
  }

  private void complain(TcpEngine to, SimLink there, SimLink back, Packet p, int mtu) {
    long srcHi = p.sourceHi();
    long srcLo = p.sourceLo();
    long dstHi = p.destinationHi();
    long dstLo = p.destinationLo();
    int ports = Bytes.i32(p.data, p.l4);
    int sequence = p.tcp().sequence();
    loop.timer(() ->
            to.icmpError(
                IcmpErrorKind.PACKET_TOO_BIG, mtu, srcHi, srcLo, dstHi, dstLo, ports, sequence))
        .arm(loop.now() + there.delay + back.delay);
  }

  /** Prints what happens. */
  Simulation trace() {
    ab.trace = new SimTrace("a > b");
    ba.trace = new SimTrace("b > a");
    return this;
  }

  private void open() {
    long hi = scenario.v6 ? NET6 : 0;
    long addressA = scenario.v6 ? 1 : A4;
    long addressB = scenario.v6 ? 2 : B4;
    if (scenario.simultaneousOpen) {
      userB.take(b.connect(hi, addressB, PORT_B, hi, addressA, PORT_A, userB));
    } else {
      b.listen(0, 0, PORT_B, this::accept);
    }
    userA.take(a.connect(hi, addressA, PORT_A, hi, addressB, PORT_B, userA));
    for (Scenario.Flap f : scenario.flaps) {
      loop.timer(() -> flap(f)).arm(f.at());
    }
  }

  private void accept(IncomingSyn syn) {
    if (scenario.parkFor == 0) {
      userB.take(syn.accept(userB));
    } else {
      loop.timer(() -> userB.take(syn.accept(userB))).arm(loop.now() + scenario.parkFor);
    }
  }

  private void flap(Scenario.Flap f) {
    SimLink l = f.fromA() ? ab : ba;
    if (f.delay() >= 0) {
      l.delay = f.delay();
    }
    l.hole = f.hole();
    l.holeKind = f.kind();
  }

  /** Runs the transfer to its end, and on until nothing is left of it. */
  void run() {
    open();
    while ((userA.closed == null || userB.closed == null) && loop.now() < LIMIT) {
      loop.runFor(STEP);
      watchA.look(userA.socket, loop.now(), STEP);
      watchB.look(userB.socket, loop.now(), STEP);
    }
    took = loop.now();
    check(userA, userB, "a");
    check(userB, userA, "b");
    // TIME-WAIT, what the link still has, the clock of parked SYNs
    loop.runFor(140_000 * MS);
    require(a.counters().timeWait + b.counters().timeWait == 0, "TIME-WAIT is left");
    require(a.counters().currEstab + b.counters().currEstab == 0, "a connection is left");
    require(a.counters().orphans + b.counters().orphans == 0, "an orphan is left");
    require(a.counters().halfOpen + b.counters().halfOpen == 0, "a half-open one is left");
    require(loop.timers().count() == 0, loop.timers().count() + " timers are left");
    pool.checkNoLeaks();
  }

  private static void check(SimUser user, SimUser peer, String name) {
    require(user.closed == TcpError.NONE, name + " ended with " + user.closed);
    require(user.read == peer.total, name + " read " + user.read + " of " + peer.total);
    require(user.eof, name + " saw no end");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }

  String describe(@Nullable Throwable failure) {
    return "seed "
        + scenario.seed
        + (failure == null ? "" : ": " + failure)
        + "\n  "
        + scenario
        + "\n  user a: "
        + userA
        + "\n  user b: "
        + userB
        + "\n  a to b: "
        + ab
        + "\n  b to a: "
        + ba
        + "\n  at "
        + loop.now() / MS
        + " ms: a "
        + state(userA)
        + "; b "
        + state(userB);
  }

  private static String state(SimUser u) {
    TcpSocket s = u.socket;
    return (s == null ? "no socket" : s.state().name())
        + " written "
        + u.written
        + " read "
        + u.read
        + " closed "
        + u.closed;
  }
}
