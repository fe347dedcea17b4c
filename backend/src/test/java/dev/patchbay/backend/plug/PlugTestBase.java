package dev.patchbay.backend.plug;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.Cidr;
import dev.patchbay.backend.config.Ncsi;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.config.Source;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A loop, a port and what comes in by it, for tests of plugs against sockets of this process. */
abstract class PlugTestBase {
  static final long MAC = 0x52_55_0a_00_02_02L;

  @TempDir Path dir;
  final NettyLoop loop = new NettyLoop("plug-test");
  final PacketPool pool;
  final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
  final List<Boolean> observed = new ArrayList<>();
  final PortDevice port = new PortDevice(4, "net0", MAC, 1500);
  Plugs plugs;

  PlugTestBase() {
    this(PacketPool.DEFAULT_LIMIT);
  }

  PlugTestBase(long memory) {
    pool = new PacketPool(memory, true);
  }

  @BeforeEach
  void makePlugs() {
    PlugListener listener =
        new PlugListener() {
          @Override
          public void attached(Plug plug) {
            events.add("attached");
          }

          @Override
          public void detached(Plug plug, String reason) {
            events.add("detached " + reason);
          }

          @Override
          public void stalled(Plug plug) {
            events.add("stalled");
          }
        };
    plugs = new Plugs(loop, pool, listener, (device, data, at, length, in) -> observed.add(in));
    port.up(true);
    port.mac(MAC);
    port.handler((packet, type) -> {
      byte[] copy = new byte[packet.tail - packet.l2];
      System.arraycopy(packet.data, packet.l2, copy, 0, copy.length);
      packet.release();
      frames.add(copy);
    });
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    loop.submit(
            () -> {
              plugs.close();
              pool.checkNoLeaks();
              assertThat(loop.failures()).isZero();
              return null;
            })
        .get();
    loop.close();
  }

  static Attachment attachment(Attachment.Kind kind, PlugAddress address, Cidr... allow) {
    return new Attachment(
        Source.DEFAULT,
        kind,
        address,
        "net0",
        null,
        "",
        OptionalInt.empty(),
        null,
        Ncsi.DEFAULT,
        List.of(allow));
  }

  Plug open(Attachment.Kind kind, PlugAddress address, Cidr... allow) throws Exception {
    return loop.submit(() -> plugs.open(attachment(kind, address, allow), port)).get();
  }

  Plug listen() throws Exception {
    return open(Attachment.Kind.LISTEN, new PlugAddress.Unix(dir.resolve("a.sock")));
  }

  SocketChannel dial() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(dir.resolve("a.sock")));
  }

  String event() throws InterruptedException {
    return String.valueOf(events.poll(10, TimeUnit.SECONDS));
  }

  byte[] received() throws InterruptedException {
    byte[] frame = frames.poll(10, TimeUnit.SECONDS);
    assertThat(frame).isNotNull();
    return frame;
  }

  /** A broadcast frame of an unused type, told apart by {@code mark}. */
  static byte[] frame(int length, int mark) {
    byte[] frame = new byte[length];
    java.util.Arrays.fill(frame, (byte) mark);
    java.util.Arrays.fill(frame, 0, 6, (byte) -1);
    Bytes.put16(frame, 12, 0x88b5);
    return frame;
  }

  static byte[] framed(byte[]... all) throws IOException {
    var bytes = new java.io.ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    for (byte[] one : all) {
      out.writeInt(one.length);
      out.write(one);
    }
    return bytes.toByteArray();
  }

  static byte[] read(DataInputStream in) throws IOException {
    byte[] frame = new byte[in.readInt()];
    in.readFully(frame);
    return frame;
  }

  void transmit(byte[] frame) throws Exception {
    loop.submit(
            () -> {
              Packet packet = pool.acquire(frame.length);
              System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
              port.transmit(packet);
              return null;
            })
        .get();
  }
}
