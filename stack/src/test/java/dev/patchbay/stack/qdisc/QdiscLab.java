package dev.patchbay.stack.qdisc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.tc.TcCommand;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A port {@code eth0}, {@code tc} for it, and what comes out of it when. Frames are UDP over IPv4
 * and bear a number.
 */
final class QdiscLab {
  static final int HEADERS = 14 + 20 + 8;

  /** What left: its number, the time in ms, and its bytes. */
  record Sent(int number, long millis, byte[] frame) {}

  final VirtualLoop loop = new VirtualLoop();
  final PacketPool pool = new PacketPool(64 << 20, false);
  final NetworkStack stack;
  final PortDevice eth0;
  final List<Sent> sent = new ArrayList<>();
  private final TcCommand tc = new TcCommand();

  QdiscLab() {
    this(1);
  }

  QdiscLab(long seed) {
    stack = new NetworkStack(loop, pool, new RandomSource(seed));
    // below 1280 a link has no IPv6: nothing speaks on it by itself
    eth0 = new PortDevice(stack.nextIndex(), "eth0", 0x0200_0000_0001L, 1200);
    stack.add(eth0);
    eth0.plug(this::take);
    stack.setUp(eth0, true);
    loop.turn();
    sent.clear();
  }

  private void take(Packet packet) {
    Segmenter.write(
        packet,
        new Segmenter.FrameSink() {
          private byte[] frame = {};

          @Override
          public int reserve(int length) {
            frame = new byte[length];
            return 0;
          }

          @Override
          public byte[] buffer() {
            sent.add(new Sent(-1, loop.now() / 1_000_000, frame));
            return frame;
          }
        });
    Sent last = sent.removeLast();
    boolean numbered = last.frame().length >= HEADERS + 4;
    int number = numbered ? Bytes.i32(last.frame(), HEADERS) : -1;
    sent.add(new Sent(number, last.millis(), last.frame()));
    packet.release();
  }

  /** Runs {@code tc WORDS}, which must succeed; {@code eth0} stands for {@code dev eth0}. */
  String tc(String words) {
    IpCommand.Result result =
        tc.run(stack, List.of(words.replace("eth0", "dev eth0").split(" ")), "");
    assertThat(result.stderr()).isEmpty();
    assertThat(result.status()).isZero();
    return result.stdout();
  }

  /** A frame of {@code length} bytes from UDP port 1000 + {@code flow}. */
  Packet frame(int number, int length, int flow, int tos) {
    Packet p = pool.acquire(length);
    assertThat(p).isNotNull();
    byte[] b = p.data;
    int at = p.append(length);
    Arrays.fill(b, at, at + length, (byte) 0);
    Bytes.put48(b, at, 0x0200_0000_0002L);
    Bytes.put48(b, at + 6, 0x0200_0000_0001L);
    Bytes.put16(b, at + 12, EtherType.IPV4);
    Bytes.put16(b, at + 14, 0x4500 | tos);
    Bytes.put16(b, at + 16, length - 14);
    Bytes.put16(b, at + 22, 64 << 8 | IpProtocol.UDP);
    Bytes.put32(b, at + 26, 0x0a00_0202);
    Bytes.put32(b, at + 30, 0x0a00_020f);
    Bytes.put16(b, at + 24, InternetChecksum.finish(InternetChecksum.sum(b, at + 14, 20)));
    Bytes.put16(b, at + 34, 1000 + flow);
    Bytes.put16(b, at + 36, 9);
    Bytes.put16(b, at + 38, length - 34);
    if (length >= HEADERS + 4) {
      Bytes.put32(b, at + HEADERS, number);
    }
    p.l2 = at;
    p.l3 = at + 14;
    p.l4 = at + 34;
    return p;
  }

  /** Gives a frame of 1000 bytes to eth0. */
  void send(int number) {
    eth0.transmit(frame(number, 1000, 0, 0));
  }

  /** Gives frames 1 to {@code count} to eth0 at once. */
  void burst(int count) {
    for (int i = 1; i <= count; i++) {
      send(i);
    }
  }

  List<Integer> numbers() {
    return sent.stream().map(Sent::number).toList();
  }

  List<Long> times() {
    return sent.stream().map(Sent::millis).toList();
  }

  long drops(DropReason reason) {
    return pool.drops(reason);
  }

  /** Nothing waits any more and nothing was lost. */
  void checkNoLeaks() {
    stack.remove(eth0);
    pool.checkNoLeaks();
  }
}
