package dev.patchbay.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.random.RandomSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Single transfers and what they cost; {@link SimulationTest} has those over all kinds of links.
 */
class TransferTest {
  /**
   * Writes a pattern, reads and checks the other side's, ends its direction when all is written.
   */
  static final class Pump implements TcpHandler {
    final long total;
    final int key;
    final RandomSource random;
    final byte[] chunk = new byte[20_000];
    long written;
    long read;
    boolean eof;
    @Nullable TcpError closed;

    Pump(long total, int key, RandomSource random) {
      this.total = total;
      this.key = key;
      this.random = random;
    }

    static byte at(int key, long position) {
      long x = (position + key) * 0x9e3779b97f4a7c15L;
      return (byte) (x >>> 56);
    }

    int peerKey() {
      return key ^ 1;
    }

    void write(TcpSocket s) {
      while (written < total) {
        int n = (int) Math.min(total - written, 1 + random.nextInt(chunk.length));
        for (int i = 0; i < n; i++) {
          chunk[i] = at(key, written + i);
        }
        int taken = s.write(chunk, 0, n);
        if (taken <= 0) {
          return;
        }
        written += taken;
        if (taken < n) {
          return;
        }
      }
      s.shutdownOutput();
    }

    @Override
    public void onConnected(TcpSocket s) {
      write(s);
    }

    @Override
    public void onReadable(TcpSocket s) {
      int n;
      while ((n = s.read(chunk, 0, 1 + random.nextInt(chunk.length))) > 0) {
        for (int i = 0; i < n; i++) {
          if (chunk[i] != at(peerKey(), read + i)) {
            throw new AssertionError("wrong byte at " + (read + i));
          }
        }
        read += n;
      }
      if (n < 0) {
        eof = true;
      }
    }

    @Override
    public void onWritable(TcpSocket s) {
      write(s);
    }

    @Override
    public void onClosed(TcpSocket s, TcpError error) {
      closed = error;
    }
  }

  static LinkedEngines transfer(LinkedEngines net, Pump client, Pump server, long limitMillis) {
    net.b.listen(0, 0, 80, syn -> syn.accept(server));
    TcpSocket s = net.a.connect(0, LinkedEngines.A, 0, 0, LinkedEngines.B, 80, client);
    assertThat(s).isNotNull();
    long waited = 0;
    while ((client.closed == null || server.closed == null) && waited < limitMillis) {
      net.loop.runForMillis(100);
      waited += 100;
    }
    return net;
  }

  @Test
  void overAWireWithoutDelayThatLeadsBackAtOnce() {
    // send() of one engine calls receive() of the other, whose answer comes in the same turn
    dev.patchbay.stack.loop.VirtualLoop loop = new dev.patchbay.stack.loop.VirtualLoop();
    dev.patchbay.stack.packet.PacketPool pool =
        new dev.patchbay.stack.packet.PacketPool(64 << 20, true);
    TcpEngine[] engine = new TcpEngine[1];
    SegmentOutput loopback =
        new SegmentOutput() {
          @Override
          public void send(
              dev.patchbay.stack.packet.Packet p, long srcHi, long srcLo, long dstHi, long dstLo) {
            Wire.addIp(p, srcHi, srcLo, dstHi, dstLo);
            if (!engine[0].receive(p)) {
              engine[0].reject(p);
            }
          }

          @Override
          public int mtu(long srcHi, long srcLo, long dstHi, long dstLo) {
            return 65_535;
          }
        };
    engine[0] = new TcpEngine(loop, pool, new RandomSource(5), loopback, new TcpConfig());
    Pump client = new Pump(3_000_000, 2, new RandomSource(6));
    Pump server = new Pump(2_000_000, 3, new RandomSource(7));
    engine[0].listen(0, 0, 80, syn -> syn.accept(server));
    long us = LinkedEngines.A6;
    assertThat(engine[0].connect(us, 1, 0, us, 2, 80, client)).isNotNull();
    loop.runForMillis(1000);
    assertThat(client.closed).isEqualTo(TcpError.NONE);
    assertThat(server.closed).isEqualTo(TcpError.NONE);
    assertThat(server.read).isEqualTo(3_000_000);
    assertThat(client.read).isEqualTo(2_000_000);
    assertThat(engine[0].counters().retransSegs).isZero();
    loop.runForMillis(100_000);
    pool.checkNoLeaks();
  }

  @Test
  void aLossFreePathIsFilledAndNothingIsSentTwice() {
    LinkedEngines net = new LinkedEngines(3, new TcpConfig(), new TcpConfig(), false);
    net.delay = 10_000_000;
    Pump client = new Pump(50_000_000, 2, new RandomSource(1));
    Pump server = new Pump(0, 3, new RandomSource(2));
    transfer(net, client, server, 60_000);
    assertThat(server.read).isEqualTo(50_000_000);
    assertThat(net.a.counters().retransSegs).isZero();
    // 20 round trips of 20 ms: windows grow to the buffers' limits of 3 and 4 MB
    assertThat(net.loop.now()).isLessThan(2_000_000_000L);
  }

  @Test
  void onePercentOfLossCostsFewTimeouts() {
    LinkedEngines net = new LinkedEngines(3, new TcpConfig(), new TcpConfig(), false);
    net.delay = 10_000_000;
    net.loss = 0.01;
    Pump client = new Pump(5_000_000, 2, new RandomSource(1));
    Pump server = new Pump(0, 3, new RandomSource(2));
    transfer(net, client, server, 600_000);
    assertThat(server.read).isEqualTo(5_000_000);
    assertThat(net.a.counters().tcpTimeouts).isLessThan(15);
    assertThat(net.a.counters().retransSegs).isLessThan(net.lost * 2);
    assertThat(net.loop.now()).isLessThan(30_000_000_000L);
  }

  @Test
  void equalSeedsGiveEqualRuns() {
    long[] carried = new long[2];
    for (int i = 0; i < 2; i++) {
      LinkedEngines net = new LinkedEngines(77, new TcpConfig(), new TcpConfig(), false);
      net.loss = 0.03;
      net.jitter = 5_000_000;
      Pump client = new Pump(300_000, 2, new RandomSource(1));
      Pump server = new Pump(100_000, 3, new RandomSource(2));
      transfer(net, client, server, 600_000);
      carried[i] = net.carried * 1_000_003 + net.loop.now() + net.a.counters().retransSegs;
    }
    assertThat(carried[0]).isEqualTo(carried[1]);
  }
}
