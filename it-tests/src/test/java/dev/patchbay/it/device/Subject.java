package dev.patchbay.it.device;

import dev.patchbay.qemu.device.ArrayMemory;
import dev.patchbay.qemu.device.RegisterTrace;
import dev.patchbay.qemu.device.VirtualClock;
import dev.patchbay.qemu.ftgmac100.AspeedMdio;
import dev.patchbay.qemu.ftgmac100.Ftgmac100;
import dev.patchbay.qemu.ftgmac100.Ftgmac100Config;
import dev.patchbay.qemu.ftgmac100.Profile;
import dev.patchbay.qemu.ftgmac100.Variant;
import dev.patchbay.qemu.phy.Rtl8211e;
import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.Netdev;
import dev.patchbay.qemu.process.PlugAddress;
import dev.patchbay.qemu.process.QemuBinary;
import dev.patchbay.qemu.qtest.QtestClient;
import dev.patchbay.qemu.qtest.QtestMachine;
import dev.patchbay.qemu.qtest.QtestQemu;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An AST2500 or AST2600 with its first FTGMAC100, whose bus and wire are in a test's hands. */
interface Subject extends AutoCloseable {
  /** Where the MAC's registers are. */
  long MAC = 0x1e660000L;

  /** Where the AST2600's first MDIO controller is. */
  long MDIO = 0x1e650000L;

  /** Where memory begins. */
  long RAM = 0x80000000L;

  /** The MAC's line of the interrupt controller. */
  int LINE = 2;

  /** The MAC's address after power on. */
  long ADDRESS = 0x525400123456L;

  /** The bus. */
  QtestClient bus();

  /** A frame arrives at the card and has been dealt with on return. */
  void arrive(byte[] frame) throws IOException;

  /** The cable is pulled or plugged; known to the card on return. */
  void carrier(boolean plugged) throws IOException, InterruptedException;

  /** Takes the frames that the card has sent. */
  List<byte[]> takeSent() throws IOException;

  @Override
  void close() throws IOException;

  default int register(int offset) throws IOException {
    return (int) bus().read(MAC + offset, 4);
  }

  default void register(int offset, int value) throws IOException {
    bus().write(MAC + offset, 4, value & 0xffffffffL);
  }

  /** QEMU's own. */
  static Subject qemu(QemuBinary binary, Board board, Path folder)
      throws IOException, InterruptedException {
    Path plug = folder.resolve("net.sock");
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(plug));
    Netdev netdev = new Netdev.Stream(PlugAddress.unix(plug), false, Duration.ZERO);
    QtestQemu qemu = QtestQemu.start(binary, board, netdev, "52:54:00:12:34:56", folder);
    SocketChannel wire = server.accept();
    server.close();
    boolean vic = board != Board.AST2600_EVB;
    qemu.client().interceptIn(vic ? "/machine/soc/vic" : "/machine/soc/a7mpcore");
    return new Qemu(qemu, wire);
  }

  /** Ours, under the qtest server. */
  static Model model(Profile profile, Variant variant) throws IOException {
    return new Model(
        Ftgmac100Config.DEFAULT.withProfile(profile).withVariant(variant).withMac(ADDRESS));
  }

  /** A QEMU behind its two sockets. */
  final class Qemu implements Subject {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private final QtestQemu qemu;
    private final SocketChannel wire;
    private final ByteBuffer in = ByteBuffer.allocate(1 << 20);

    Qemu(QtestQemu qemu, SocketChannel wire) throws IOException {
      this.qemu = qemu;
      this.wire = wire;
      wire.configureBlocking(false);
    }

    @Override
    public QtestClient bus() {
      return qemu.client();
    }

    @Override
    public void arrive(byte[] frame) throws IOException {
      ByteBuffer out = ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).flip();
      while (out.hasRemaining()) {
        wire.write(out);
      }
      // QEMU's main loop serves all sockets that are readable in a turn: when it answers the
      // second command it has read the frame
      for (int i = 0; i < 3; i++) {
        bus().command("endianness");
      }
    }

    @Override
    public void carrier(boolean plugged) throws IOException, InterruptedException {
      try {
        qemu.process().awaitQmp(LIMIT);
        qemu.process().qmp().setLink("n0", plugged).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        throw new IOException("set_link", e);
      }
    }

    @Override
    public List<byte[]> takeSent() throws IOException {
      if (wire.read(in) < 0) {
        throw new EOFException("QEMU has closed its wire");
      }
      in.flip();
      List<byte[]> frames = new ArrayList<>();
      while (in.remaining() >= 4 && in.remaining() >= 4 + in.getInt(in.position())) {
        byte[] frame = new byte[in.getInt()];
        in.get(frame);
        frames.add(frame);
      }
      in.compact();
      return frames;
    }

    @Override
    public void close() throws IOException {
      wire.close();
      qemu.close();
    }
  }

  /** Our model, its server called directly instead of over a socket. */
  final class Model implements Subject {
    private final List<byte[]> sent = new ArrayList<>();
    private final Ftgmac100 mac;
    private final QtestClient client;

    Model(Ftgmac100Config config) throws IOException {
      QtestMachine machine = new QtestMachine(new ArrayMemory(RAM, 0x200000), new VirtualClock());
      mac =
          new Ftgmac100(
              config,
              machine.ram(),
              machine.line(LINE),
              machine.clock(),
              (frame, offset, length, goodFcs) ->
                  sent.add(Arrays.copyOfRange(frame, offset, offset + length)),
              RegisterTrace.NONE);
      machine.map(MAC, mac);
      if (config.variant() == Variant.AST2600) {
        machine.map(MDIO, new AspeedMdio(mac.mdioBus(), RegisterTrace.NONE));
      }
      // until there is a link; QEMU's has one at once
      machine.clock().step(Rtl8211e.NEGOTIATION);
      client = new QtestClient(new Direct(machine));
      client.interceptIn("vic");
    }

    @Override
    public QtestClient bus() {
      return client;
    }

    @Override
    public void arrive(byte[] frame) throws IOException {
      mac.receive(frame, 0, frame.length, true);
      client.command("endianness");
    }

    @Override
    public void carrier(boolean plugged) {
      mac.carrier(plugged);
    }

    /** Whether a frame that arrives now would find a place. */
    boolean ready() {
      return mac.ready();
    }

    @Override
    public List<byte[]> takeSent() {
      List<byte[]> taken = List.copyOf(sent);
      sent.clear();
      return taken;
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  /** A channel whose other end answers as soon as a line is written. */
  final class Direct implements ByteChannel {
    private final QtestMachine machine;
    private ByteBuffer answers = ByteBuffer.allocate(0);

    Direct(QtestMachine machine) {
      this.machine = machine;
    }

    @Override
    public int write(ByteBuffer from) {
      byte[] bytes = new byte[from.remaining()];
      from.get(bytes);
      String line = new String(bytes, StandardCharsets.ISO_8859_1);
      answers = StandardCharsets.ISO_8859_1.encode(machine.execute(line));
      return bytes.length;
    }

    @Override
    public int read(ByteBuffer to) {
      int count = Math.min(to.remaining(), answers.remaining());
      to.put(to.position(), answers, answers.position(), count);
      to.position(to.position() + count);
      answers.position(answers.position() + count);
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
