package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Bytes;
import org.junit.jupiter.api.Test;

/** Mutated segments on live connections: nothing is thrown, nothing leaks, the books balance. */
class FuzzTest {
  private static final int SEGMENTS = 200_000;

  private final TcpTester t = new TcpTester();
  private final RandomSource random = new RandomSource(4711);
  private final byte[] sink = new byte[65_536];

  private void invariants() {
    t.engine.forEach(s -> {
      assertThat(s.sndNxt - s.sndUna).as("flight").isGreaterThanOrEqualTo(0);
      assertThat(ReceiveWindow.offered(s)).isGreaterThanOrEqualTo(0);
      assertThat(s.receive.charge()).isBetween(0L, 2L * s.receiveBuffer + 80_000);
      assertThat(LossRecovery.pipe(s)).as("pipe of %s", s).isBetween(0, 2 * s.flight());
      int sacked = 0;
      int lost = 0;
      int again = 0;
      int at = s.sndUna;
      Scoreboard b = s.scoreboard;
      for (int i = 0; i < b.count(); i++) {
        assertThat(b.start(i)).as("records are gapless").isEqualTo(at);
        at = b.end(i);
        int length = b.end(i) - b.start(i);
        assertThat(length).isPositive();
        sacked += (b.flags(i) & Scoreboard.SACKED) != 0 ? length : 0;
        lost += (b.flags(i) & Scoreboard.LOST) != 0 ? length : 0;
        again += (b.flags(i) & Scoreboard.RETRANSMITTED) != 0 ? length : 0;
      }
      assertThat(b.sackedBytes()).isEqualTo(sacked);
      assertThat(b.lostBytes()).isEqualTo(lost);
      assertThat(b.retransmittedBytes()).isEqualTo(again);
      if (b.count() > 0) {
        assertThat(at).isEqualTo(s.sndNxt);
      }
    });
  }

  private TcpSocket connection(int port) {
    t.peerPort = port;
    t.accepted = null;
    Segment syn = tcp().syn().seq(0).mss(200 + random.nextInt(1400)).sackOk();
    t.send(syn.ts(1000, 0).scale(random.nextInt(15)));
    t.clearSent();
    t.send(tcp().seq(1).ack(1).ts(1001, 0).win(random.nextInt(65_536)));
    return t.socket();
  }

  /** A plausible segment: near the edges of what the connection expects. */
  private Packet plausible(TcpSocket s) {
    Segment seg = tcp();
    int base = s.rcvNxt - TcpTester.PEER_ISN;
    seg.seq(base + near()).len(random.nextInt(4) == 0 ? random.nextInt(3000) : 0);
    seg.flags = random.nextInt(8) == 0 ? random.nextInt(64) : 0x10;
    if (random.nextInt(20) != 0) {
      seg.flags &= ~6;
    }
    t.iss = s.iss;
    int una = s.sndUna - s.iss;
    int ack = una + (random.nextInt(3) == 0 ? random.nextInt(s.flight() + 2) : 0) + near() / 8;
    int flags = seg.flags;
    seg.ack(ack);
    seg.flags = flags;
    seg.win(random.nextInt(4) == 0 ? random.nextInt(65_536) : 20_000);
    if (random.nextInt(3) != 0) {
      seg.ts(1001 + random.nextInt(3), s.timestamp(t.loop.now()));
    }
    if (random.nextInt(4) == 0) {
      int from = una + random.nextInt(s.flight() + 1);
      seg.sack(from, from + random.nextInt(4000));
    }
    return t.packet(seg);
  }

  private int near() {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(3000) - 1500;
      case 1 -> random.nextInt(200_000) - 100_000;
      default -> 0;
    };
  }

  private void mutate(Packet p) {
    p.checksumState = Packet.CHECKSUM_UNNECESSARY;
    int changes = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0;
    for (int i = 0; i < changes; i++) {
      int at = p.l4 + 4 + random.nextInt(Math.min(56, p.tail - p.l4 - 4));
      p.data[at] = (byte) random.nextInt();
    }
    if (random.nextInt(50) == 0) {
      p.tail = p.l4 + random.nextInt(p.tail - p.l4 + 1);
    }
    if (random.nextInt(50) == 0) {
      Bytes.put16(p.data, p.l4 + 12, random.nextInt());
    }
  }

  @Test
  void twoHundredThousandMutatedSegments() {
    t.listen();
    TcpSocket s = connection(1);
    int connections = 1;
    long read = 0;
    for (int i = 0; i < SEGMENTS; i++) {
      if (s.state() == TcpState.CLOSED || s.state() == TcpState.TIME_WAIT) {
        s = connection(1 + connections++ % 60_000);
      }
      Packet p = plausible(s);
      mutate(p);
      if (!t.engine.receive(p)) {
        t.engine.reject(p);
      }
      act(s);
      if (i % 4 == 0) {
        t.loop.turn();
        t.clearSent();
      }
      if (i % 64 == 0) {
        t.after(random.nextInt(300));
        invariants();
        t.clearSent();
        t.events.clear();
      }
      read += Math.max(0, random.nextInt(3) == 0 ? s.read(sink, 0, sink.length) : 0);
    }
    assertThat(read).isPositive();
    assertThat(connections).isGreaterThan(100);
    TcpCounters c = t.engine.counters();
    assertThat(c.retransSegs).isPositive();
    assertThat(c.tcpOfoQueue).isPositive();
    assertThat(c.pawsEstab).isPositive();
    assertThat(c.tcpSackRecovery).isPositive();
    t.engine.forEach(TcpSocket::abort);
    t.after(400_000);
    t.checkNoLeaks();
  }

  private void act(TcpSocket s) {
    switch (random.nextInt(40)) {
      case 0, 1, 2 -> s.write(sink, 0, random.nextInt(20_000));
      case 3 -> s.noDelay(random.nextInt(2) == 0);
      case 4 -> {
        if (random.nextInt(200) == 0) {
          s.shutdownOutput();
        }
      }
      case 5 -> {
        if (random.nextInt(300) == 0) {
          s.close();
        }
      }
      case 6 -> {
        int kind = random.nextInt(3);
        t.engine.icmpError(
            IcmpErrorKind.values()[kind],
            random.nextInt(2000),
            s.localHi(),
            s.localLo(),
            s.remoteHi(),
            s.remoteLo(),
            s.localPort() << 16 | s.remotePort(),
            s.sndUna);
      }
      default -> {
        // only the segment
      }
    }
  }
}
