package dev.patchbay.backend.plug;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.Ncsi;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.config.Source;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Bytes;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** Frames per second through a unix stream plug, from the guest and to it; not a test. */
final class PlugBench {
  private static final int FRAMES = 1_000_000;
  private static final long MAC = 0x52_55_0a_00_02_02L;
  private final NettyLoop loop = new NettyLoop("bench");
  private final PacketPool pool = new PacketPool();
  private final PortDevice port = new PortDevice(4, "net0", MAC, 1500);
  private final Plugs plugs = new Plugs(loop, pool, PlugListener.NONE, FrameObserver.NONE);
  private long received;
  private long sent;

  public static void main(String[] args) throws Exception {
    new PlugBench().run();
    System.exit(0);
  }

  private void run() throws Exception {
    Path dir = Files.createTempDirectory("plugbench");
    Path path = dir.resolve("a.sock");
    port.up(true);
    port.handler((packet, type) -> {
      received++;
      packet.release();
    });
    Attachment attachment =
        new Attachment(
            Source.DEFAULT,
            Attachment.Kind.LISTEN,
            new PlugAddress.Unix(path),
            "net0",
            null,
            OptionalInt.empty(),
            null,
            Ncsi.DEFAULT,
            List.of());
    Plug plug = loop.submit(() -> plugs.open(attachment, port)).get();
    try (SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      for (int round = 0; round < 3; round++) {
        for (int length : new int[] {64, 1514}) {
          in(peer, length);
          out(peer, plug, length);
        }
      }
    }
    loop.submit(
            () -> {
              plugs.close();
              return null;
            })
        .get();
    Files.deleteIfExists(dir);
    loop.close();
  }

  private void in(SocketChannel peer, int length) throws Exception {
    ByteBuffer burst = ByteBuffer.allocateDirect(32 * (length + 4));
    for (int i = 0; i < 32; i++) {
      burst.putInt(length).putShort((short) -1).putInt(-1).putLong(0);
      burst.position((i + 1) * (length + 4));
    }
    long goal = loop.submit(() -> received).get() + FRAMES;
    long start = System.nanoTime();
    for (int i = 0; i < FRAMES; i += 32) {
      burst.rewind();
      while (burst.hasRemaining()) {
        peer.write(burst);
      }
    }
    while (loop.submit(() -> received).get() < goal) {
      Thread.onSpinWait();
    }
    print("from the guest", length, System.nanoTime() - start);
  }

  private void out(SocketChannel peer, Plug plug, int length) throws Exception {
    sent = 0;
    long writes = loop.submit(() -> plug.statistics().writes).get();
    Timer[] pump = new Timer[1];
    Runnable burst = () -> burst(plug, length, pump);
    pump[0] = loop.timer(burst);
    long start = System.nanoTime();
    loop.execute(burst);
    ByteBuffer in = ByteBuffer.allocateDirect(1 << 18);
    long left = (long) FRAMES * (length + 4);
    while (left > 0) {
      in.clear();
      left -= peer.read(in);
    }
    print("to the guest", length, System.nanoTime() - start);
    System.out.println(
        "  writes "
            + (loop.submit(() -> plug.statistics().writes).get() - writes)
            + ", stalls "
            + plug.statistics().stalls);
  }

  /** Keeps the gather buffer filled without drops. */
  private void burst(Plug plug, int length, Timer[] pump) {
    int before = plug.gather.length();
    for (int i = 0; i < 64 && sent < FRAMES && plug.gather.length() < 300_000; i++) {
      Packet packet = pool.acquire(length);
      if (packet == null) {
        break;
      }
      Bytes.put16(packet.data, packet.append(length) + 12, 0x88b5);
      port.transmit(packet);
      sent++;
    }
    if (sent < FRAMES) {
      if (before < 300_000) {
        loop.execute(() -> burst(plug, length, pump));
      } else {
        pump[0].arm(loop.now() + 1);
      }
    }
  }

  private static void print(String what, int length, long nanos) {
    System.out.printf(
        "%s, %d bytes: %,d frames/s, %,.0f Mbit/s%n",
        what, length, FRAMES * 1_000_000_000L / nanos, FRAMES * 8e3 * length / nanos);
  }
}
