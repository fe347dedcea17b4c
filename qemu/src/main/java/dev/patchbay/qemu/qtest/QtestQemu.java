package dev.patchbay.qemu.qtest;

import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.Netdev;
import dev.patchbay.qemu.process.QemuBinary;
import dev.patchbay.qemu.process.QemuCommand;
import dev.patchbay.qemu.process.QemuProcess;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A QEMU of one of our ARM boards whose bus we drive by qtest; its CPU does nothing. */
public final class QtestQemu implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(15);

  private final QemuProcess process;
  private final QtestClient client;

  private QtestQemu(QemuProcess process, QtestClient client) {
    this.process = process;
    this.client = client;
  }

  /**
   * Starts QEMU and waits until it has connected.
   *
   * <p>From QEMU 11 on with {@code -accel qtest}, whose clock stands. Before, where Debian's builds
   * lack it, with a guest that sleeps: not with a stopped one, to which no frame would be
   * delivered.
   *
   * @param netdev what the board's first NIC is plugged into
   * @param mac its address, {@code xx:xx:xx:xx:xx:xx}
   * @param folder an existing one, for the sockets (qtest and QMP), the guest and the logs; its
   *     path short enough for a unix socket
   * @throws IOException if QEMU cannot be started, ends, or does not connect in 15 s; the message
   *     holds what it said
   */
  public static QtestQemu start(
      QemuBinary binary, Board board, Netdev netdev, String mac, Path folder)
      throws IOException, InterruptedException {
    Path socket = folder.resolve("qtest.sock");
    QemuCommand.Builder command =
        QemuCommand.of(binary, board).nic(netdev, mac).qmp(folder.resolve("qmp.sock"));
    if (hasAccelerator(binary)) {
      command.accelerator("qtest");
    } else {
      command.kernel(sleeper(board, folder.resolve("sleeper.bin")));
    }
    command.more("-qtest", "unix:" + socket, "-qtest-log", "/dev/null");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      server.configureBlocking(false);
      QemuProcess process = QemuProcess.start(command.build(), folder.resolve("qemu.log"));
      try {
        return new QtestQemu(process, new QtestClient(accept(server, process)));
      } catch (IOException | InterruptedException e) {
        process.close();
        throw e;
      }
    }
  }

  /** Whether this QEMU's clock stands still until {@code clock_step} moves it. */
  public static boolean hasAccelerator(QemuBinary binary) {
    return binary.version().atLeast(11, 0);
  }

  /** A guest that waits for an interrupt for ever. */
  private static Path sleeper(Board board, Path file) throws IOException {
    // WFI, of ARMv6 as a coprocessor access and of ARMv7; then back to it
    int wait = board == Board.AST2600_EVB ? 0xe320f003 : 0xee070f90;
    ByteBuffer code = ByteBuffer.allocate(72).order(ByteOrder.LITTLE_ENDIAN);
    code.putInt(wait).putInt(0xeafffffd);
    return Files.write(file, code.array());
  }

  private static SocketChannel accept(ServerSocketChannel server, QemuProcess process)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() - end < 0) {
      SocketChannel channel = server.accept();
      if (channel != null) {
        return channel;
      }
      if (!process.isRunning()) {
        throw new IOException("QEMU ended: " + process.messages());
      }
      Thread.sleep(5);
    }
    throw new IOException("QEMU did not connect to its qtest socket: " + process.messages());
  }

  /** Its bus. */
  public QtestClient client() {
    return client;
  }

  /** The process. */
  public QemuProcess process() {
    return process;
  }

  /** Ends QEMU. */
  @Override
  public void close() throws IOException {
    client.close();
    process.close();
  }
}
