package dev.patchbay.stack.tcp;

import dev.patchbay.stack.random.RandomSource;
import java.util.ArrayList;
import java.util.List;

/** What one seed stands for: two configurations, two directions of a link, users, route flaps. */
final class Scenario {
  private static final long MS = 1_000_000L;

  /** At {@code at} the link from {@code fromA}'s side changes. */
  record Flap(long at, boolean fromA, long delay, int hole, SimLink.Hole kind) {}

  final long seed;
  final boolean v6;
  final int mtuA;
  final int mtuB;

  /** Long packets travel as they are, as on a virtual link. */
  final boolean whole;

  final boolean simultaneousOpen;

  /** How long the acceptor keeps the SYN, ns; 0: not at all. */
  final long parkFor;

  final TcpConfig configA;
  final TcpConfig configB;
  final List<Flap> flaps = new ArrayList<>();
  private final RandomSource random;

  Scenario(long seed) {
    this.seed = seed;
    random = new RandomSource(seed).derive("scenario");
    v6 = oneIn(2);
    whole = oneIn(10);
    mtuA = mtu();
    mtuB = mtu();
    simultaneousOpen = oneIn(10);
    parkFor = oneIn(8) ? 1 + random.nextInt(300) * MS : 0;
    configA = config();
    configB = config();
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  private int among(int... values) {
    return values[random.nextInt(values.length)];
  }

  private int mtu() {
    int mtu = among(576, 1280, 1500, 1500, 1500, 4000, 9000, 65_535);
    return v6 ? Math.max(mtu, 1280) : mtu;
  }

  private TcpConfig config() {
    TcpConfig c = new TcpConfig();
    c.sack = !oneIn(5);
    c.timestamps = !oneIn(4);
    c.windowScaling = !oneIn(4);
    c.ecn = random.nextInt(3);
    c.congestionControl = oneIn(3) ? NewReno.NAME : Cubic.NAME;
    c.receiveBufferInitial = among(8 << 10, 64 << 10, 128 << 10);
    c.receiveBufferMax = oneIn(3) ? c.receiveBufferInitial : 6 << 20;
    c.sendBufferInitial = among(8 << 10, 64 << 10);
    c.sendBufferMax = oneIn(3) ? c.sendBufferInitial : 4 << 20;
    // what is lost many times in a row is to end as late as it may
    c.synRetries = 12;
    c.synAckRetries = 12;
    return c;
  }

  /** Sets the users up; {@code a} is the one that opens. */
  void users(SimUser a, SimUser b) {
    if (oneIn(4)) {
      // a conversation: one side answers what it reads
      a.credit = 200 + random.nextInt(3000);
      b.credit = 0;
    }
    for (SimUser u : new SimUser[] {a, b}) {
      u.noDelay = oneIn(2);
      u.closes = oneIn(3);
      u.sendBuffer = oneIn(4) ? among(4096, 10_000) : 0;
      u.receiveBuffer = oneIn(4) ? among(4096, 10_000, 30_000) : 0;
      if (oneIn(6)) {
        u.sip = 1000 + random.nextInt(5000);
        u.sipEvery = (1 + random.nextInt(150)) * MS;
      }
    }
  }

  /** How much each side writes. */
  int amount() {
    int kind = random.nextInt(20);
    return random.nextInt(kind == 0 ? 1 : kind < 8 ? 3000 : kind < 19 ? 50_000 : 250_000);
  }

  /** Sets one direction up. */
  void link(SimLink l, int mtu) {
    l.loss = oneIn(2) ? 0 : among(5, 10, 20, 50) / 1000.0;
    if (oneIn(4)) {
      l.goodSpell = (300 + random.nextInt(2000)) * MS;
      l.badSpell = (2 + random.nextInt(80)) * MS;
      l.badLoss = 0.3 + 0.7 * random.nextDouble();
    }
    l.duplicate = oneIn(4) ? 0.03 : 0;
    l.corrupt = oneIn(4) ? 0.02 : 0;
    l.delay = delay();
    if (oneIn(3)) {
      l.jitter = (1 + random.nextInt(20)) * MS;
      l.ordered = oneIn(2);
    }
    if (oneIn(4)) {
      l.reorder = among(1, 5, 20) / 100.0;
      l.reorderDelay = (1 + random.nextInt(40)) * MS;
    }
    if (oneIn(3)) {
      l.rate = among(40_000, 250_000, 1_250_000, 12_500_000);
      // at least three packets of what the path carries
      l.queue = Math.max(whole ? 200_000 : 3 * Math.min(mtu, 9000), among(8, 32, 100) * 1500);
      l.markAbove = oneIn(2) ? l.queue / 3 : 0;
    }
  }

  private long delay() {
    return among(0, 1, 5, 10, 20, 50, 100) * MS + random.nextInt(1_000_000);
  }

  /** Draws what changes while the transfer goes on, the first hole at its start. */
  void route(SimLink a, SimLink b) {
    int smallest = Math.min(mtuA, mtuB);
    if (!whole && oneIn(4)) {
      boolean fromA = oneIn(2);
      SimLink l = fromA ? a : b;
      l.hole = hole(smallest);
      l.holeKind = holeKind();
    }
    int count = oneIn(3) ? 1 + random.nextInt(3) : 0;
    for (int i = 0; i < count; i++) {
      long at = random.nextInt(2000) * MS;
      boolean narrow = !whole && oneIn(2);
      int hole = narrow ? hole(smallest) : 0;
      flaps.add(new Flap(at, oneIn(2), narrow ? -1 : delay(), hole, holeKind()));
    }
  }

  private int hole(int smallest) {
    int least = v6 ? 1280 : 576;
    int most = Math.max(least, Math.min(smallest, 9000));
    return oneIn(3) ? least : least + random.nextInt(most - least + 1);
  }

  private SimLink.Hole holeKind() {
    SimLink.Hole[] kinds = SimLink.Hole.values();
    return kinds[random.nextInt(kinds.length)];
  }

  private static String say(TcpConfig c) {
    return (c.sack ? "sack " : "")
        + (c.timestamps ? "ts " : "")
        + (c.windowScaling ? "ws " : "")
        + "ecn "
        + c.ecn
        + " "
        + c.congestionControl
        + " rmem "
        + c.receiveBufferInitial
        + "/"
        + c.receiveBufferMax
        + " wmem "
        + c.sendBufferInitial
        + "/"
        + c.sendBufferMax;
  }

  @Override
  public String toString() {
    return (v6 ? "IPv6" : "IPv4")
        + (whole ? " whole" : "")
        + (simultaneousOpen ? " simultaneous" : "")
        + " parked "
        + parkFor / MS
        + " ms mtu "
        + mtuA
        + " and "
        + mtuB
        + "\n  a: "
        + say(configA)
        + "\n  b: "
        + say(configB)
        + "\n  "
        + flaps;
  }
}
