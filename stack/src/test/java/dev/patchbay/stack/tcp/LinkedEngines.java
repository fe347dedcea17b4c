package dev.patchbay.stack.tcp;

import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Addresses;

/** Two engines on one loop, joined by a link that loses, delays and reorders by a seed. */
final class LinkedEngines {
  static final long A = Addresses.v4(0x0a000001);
  static final long B = Addresses.v4(0x0a000002);
  static final long A6 = 0xfd00_0000_0000_0000L;

  final VirtualLoop loop = new VirtualLoop();
  final PacketPool pool;
  final TcpEngine a;
  final TcpEngine b;
  final RandomSource random;
  int mtu = 1500;
  double loss;
  long delay = 5_000_000;
  long jitter;
  boolean cut = true;
  long carried;
  long lost;

  LinkedEngines(long seed, TcpConfig configA, TcpConfig configB, boolean tracking) {
    random = new RandomSource(seed);
    pool = new PacketPool(64 << 20, tracking);
    a = new TcpEngine(loop, pool, random.derive("a"), new End(true), configA);
    b = new TcpEngine(loop, pool, random.derive("b"), new End(false), configB);
  }

  private final class End implements SegmentOutput {
    private final boolean fromA;

    End(boolean fromA) {
      this.fromA = fromA;
    }

    @Override
    public void send(Packet p, long srcHi, long srcLo, long dstHi, long dstLo) {
      if (cut && p.gsoCount > 1) {
        int count = p.gsoCount;
        for (int i = 0; i < count; i++) {
          Packet one = Wire.segment(pool, p, i);
          Wire.addIp(one, srcHi, srcLo, dstHi, dstLo);
          carry(one);
        }
        p.release();
      } else {
        Wire.addIp(p, srcHi, srcLo, dstHi, dstLo);
        carry(p);
      }
    }

    private void carry(Packet p) {
      carried++;
      if (p.gsoCount <= 1 && p.tail - p.l3 > mtu) {
        throw new AssertionError("a packet of " + (p.tail - p.l3) + " bytes on a link of " + mtu);
      }
      Wire.finishChecksum(p);
      if (loss > 0 && random.nextDouble() < loss) {
        lost++;
        p.release();
        return;
      }
      later(p);
    }

    private void later(Packet p) {
      long wait = delay + (jitter > 0 ? (long) (random.nextDouble() * jitter) : 0);
      loop.timer(() -> deliver(p)).arm(loop.now() + wait);
    }

    private void deliver(Packet p) {
      TcpEngine to = fromA ? b : a;
      if (!to.receive(p)) {
        to.reject(p);
      }
    }

    @Override
    public int mtu(long srcHi, long srcLo, long dstHi, long dstLo) {
      return mtu;
    }
  }
}
