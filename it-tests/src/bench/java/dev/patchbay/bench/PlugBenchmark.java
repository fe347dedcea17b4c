package dev.patchbay.bench;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.Ncsi;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.config.Source;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.plug.FrameObserver;
import dev.patchbay.backend.plug.PlugListener;
import dev.patchbay.backend.plug.Plugs;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Bytes;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One frame through a unix stream plug, in bursts, from the guest and to it; the guest is the
 * benchmark's thread. To the guest this has the pauses in which the plug waits until its window was
 * read.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PlugBenchmark {
  /** Half of what the plug sends at first before it asks whether the guest reads. */
  private static final int BURST = 32;

  /** The length that QEMU's stream framing puts before each frame. */
  private static final int PREFIX = 4;

  private static final int LOCAL_EXPERIMENT = 0x88b5;

  @Param({"64", "1514"})
  int length;

  private final NettyLoop loop = new NettyLoop("bench");
  private final PacketPool pool = new PacketPool();
  private final PortDevice port = new PortDevice(4, "net0", 0x5255_0a00_0202L, 1500);
  private final Plugs plugs = new Plugs(loop, pool, PlugListener.NONE, FrameObserver.NONE);
  private ByteBuffer out = ByteBuffer.allocate(0);
  private ByteBuffer in = ByteBuffer.allocate(0);
  private Path folder = Path.of("");
  private SocketChannel guest;
  private volatile long received;

  @Setup
  public void open() throws IOException {
    folder = Files.createTempDirectory("plug");
    Path path = folder.resolve("s");
    port.up(true);
    port.handler((packet, type) -> {
      received = received + 1; // by the loop alone
      packet.release();
    });
    Attachment attachment =
        new Attachment(
            Source.DEFAULT,
            Attachment.Kind.LISTEN,
            new PlugAddress.Unix(path),
            "net0",
            null,
            "",
            OptionalInt.empty(),
            null,
            Ncsi.DEFAULT,
            List.of());
    loop.submit(() -> plugs.open(attachment, port)).join();
    guest = SocketChannel.open(UnixDomainSocketAddress.of(path));
    out = ByteBuffer.allocateDirect(BURST * (PREFIX + length));
    in = ByteBuffer.allocateDirect(BURST * (PREFIX + length));
    for (int i = 0; i < BURST; i++) {
      out.position(i * (PREFIX + length));
      out.putInt(length).putShort((short) -1).putInt(-1); // a broadcast
    }
    while (!loop.submit(port::hasCarrier).join()) {
      Thread.onSpinWait();
    }
  }

  @TearDown
  public void close() throws IOException {
    guest.close();
    loop.submit(
            () -> {
              plugs.close();
              return true;
            })
        .join();
    loop.close();
    Files.deleteIfExists(folder);
  }

  @Benchmark
  @OperationsPerInvocation(BURST)
  public long fromGuest() throws IOException {
    long goal = received + BURST;
    out.rewind();
    while (out.hasRemaining()) {
      guest.write(out);
    }
    while (received < goal) {
      Thread.onSpinWait();
    }
    return goal;
  }

  @Benchmark
  @OperationsPerInvocation(BURST)
  public int toGuest() throws IOException {
    loop.execute(this::sendBurst);
    in.clear();
    while (in.hasRemaining()) {
      if (guest.read(in) < 0) {
        throw new EOFException("the plug hung up");
      }
    }
    return in.position();
  }

  private void sendBurst() {
    for (int i = 0; i < BURST; i++) {
      Packet packet = pool.acquire(length);
      if (packet == null) {
        throw new IllegalStateException("no memory");
      }
      Bytes.put16(packet.data, packet.append(length) + 12, LOCAL_EXPERIMENT);
      port.transmit(packet);
    }
  }
}
