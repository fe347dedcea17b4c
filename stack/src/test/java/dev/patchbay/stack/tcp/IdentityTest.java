package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Addresses;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What nobody may foresee of a connection: initial sequence numbers (RFC 6528), local ports (RFC
 * 6056), the offset of the timestamp clock (RFC 7323 section 7.1).
 */
class IdentityTest {
  private final TcpTester t = new TcpTester();

  @AfterEach
  void noLeaks() {
    t.end();
  }

  private static TcpEngine engine(VirtualLoop loop, PacketPool pool, long seed) {
    return new TcpEngine(loop, pool, new RandomSource(seed), new TcpTester(), new TcpConfig());
  }

  private static TcpSocket open(TcpEngine engine, int port, int peer, int peerPort) {
    TcpTester user = new TcpTester();
    long us = TcpTester.US;
    return Objects.requireNonNull(
        engine.connect(0, us, port, 0, Addresses.v4(peer), peerPort, user));
  }

  /** MUST-8: M counts once in 4 microseconds. */
  @Test
  void theSameFlowsSequenceNumbersFollowAClockOfFourMicroseconds() {
    t.connect();
    int first = t.iss;
    for (long millis : new long[] {1, 999, 60_000}) {
      t.socket().abort();
      t.loop.turn();
      long before = t.loop.now();
      t.after(millis);
      t.clearSent();
      t.connect();
      assertThat(t.iss - first).isEqualTo((int) ((t.loop.now() - before) / 4000));
      first = t.iss;
    }
    t.clearSent();
  }

  /** SHLD-1: F makes each flow's space its own. */
  @Test
  void flowsOfTheSameMomentHaveUnrelatedSequenceNumbers() {
    VirtualLoop loop = new VirtualLoop();
    TcpEngine engine = engine(loop, new PacketPool(64 << 20, false), 1);
    Set<Integer> numbers = new HashSet<>();
    Set<Integer> steps = new HashSet<>();
    int[] high = new int[16];
    int last = 0;
    for (int port = 1; port <= 1600; port++) {
      int iss = open(engine, 5000, 0x0a000002, port).iss;
      numbers.add(iss);
      steps.add(iss - last);
      high[iss >>> 28]++;
      last = iss;
    }
    assertThat(numbers).hasSize(1600);
    assertThat(steps).hasSizeGreaterThan(1590);
    for (int count : high) {
      assertThat(count).as("spread over all of the space").isBetween(50, 150);
    }
  }

  /** MUST-9: without the key nobody can tell the next one. */
  @Test
  void anotherKeyGivesOtherSequenceNumbersPortsAndClocks() {
    Set<Integer> numbers = new HashSet<>();
    Set<Integer> ports = new HashSet<>();
    Set<Integer> clocks = new HashSet<>();
    for (int seed = 0; seed < 100; seed++) {
      VirtualLoop loop = new VirtualLoop();
      TcpEngine engine = engine(loop, new PacketPool(1 << 20, false), seed);
      numbers.add(open(engine, 5000, 0x0a000002, 80).iss);
      TcpSocket s = open(engine, 0, 0x0a000002, 80);
      ports.add(s.localPort());
      clocks.add(s.tsOffset);
    }
    assertThat(numbers).hasSize(100);
    assertThat(clocks).hasSize(100);
    assertThat(ports).hasSizeGreaterThan(95);
  }

  /** RFC 6056 section 3.3.3: each destination has a sequence of ports of its own. */
  @Test
  void portsTowardsOneDestinationSayNothingOfAnother() {
    VirtualLoop loop = new VirtualLoop();
    TcpEngine engine = engine(loop, new PacketPool(64 << 20, false), 1);
    Set<Integer> offsets = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      int port = open(engine, 0, 0x0a010000 + i, 80).localPort();
      assertThat(port).isBetween(32_768, 60_999);
      offsets.add(port - i);
    }
    assertThat(offsets).hasSizeGreaterThan(190);
    // towards the same one none comes twice while the first is in use
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      ports.add(open(engine, 0, 0x0a010000, 81).localPort());
    }
    assertThat(ports).hasSize(200);
  }

  /** Each connection's clock begins elsewhere, and it is the same for a flow that comes again. */
  @Test
  void timestampsOfTwoConnectionsAreUnrelated() {
    t.established(tcp().mss(1000).ts(1, 0));
    int first = t.socket().timestamp(t.loop.now());
    t.peerPort++;
    t.socket().abort();
    t.loop.turn();
    t.clearSent();
    t.send(tcp().syn().seq(0).ts(1, 0));
    int second = Objects.requireNonNull(t.expect(tcp().syn().ack(1)).tsVal);
    assertThat(Math.abs((long) second - first)).isGreaterThan(1_000_000);
  }
}
