package dev.patchbay.backend.demo;

import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.Netdev;
import dev.patchbay.qemu.process.PlugAddress;
import dev.patchbay.qemu.process.QemuBinary;
import dev.patchbay.qemu.process.QemuCommand;
import dev.patchbay.qemu.process.QemuProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A daemon and a QEMU plugged into it, their sockets and their logs. All of it ends with {@link
 * #close}, which a shutdown hook calls too.
 */
final class Lab implements AutoCloseable {
  /** Name of the only port. */
  static final String PORT = "bmc0";

  /** The guest's Ethernet address. */
  static final String MAC = "52:54:00:12:34:56";

  private final Board board;
  private final QemuBinary binary;
  private final Path folder;
  private final Path logs;
  private @Nullable DaemonProcess daemon;
  private @Nullable QemuProcess qemu;
  private boolean closed;

  Lab(Board board) throws IOException {
    this.board = board;
    this.binary =
        QemuBinary.find(board.program())
            .orElseThrow(() -> new IOException("no " + board.program() + " on PATH"));
    this.folder = Files.createTempDirectory("pb");
    this.logs = Files.createTempDirectory("patchbay-demo-");
  }

  Board board() {
    return board;
  }

  QemuBinary binary() {
    return binary;
  }

  /** Folder of the logs, {@code daemon.log}, {@code guest.log} and {@code guest.log.err}. */
  Path logs() {
    return logs;
  }

  /** Whether there is a socket that QEMU can connect to over a unix path. */
  private boolean hasStream() {
    return binary.version().atLeast(7, 2);
  }

  /**
   * Starts the daemon with one port that waits for QEMU.
   *
   * @param forwards values of {@code --hostfwd}
   */
  synchronized DaemonProcess startDaemon(Path launcher, List<String> forwards)
      throws IOException, InterruptedException, TimeoutException {
    String address = hasStream() ? "unix:" + folder.resolve("plug") : "tcp:127.0.0.1:0";
    List<String> options = new ArrayList<>();
    options.addAll(List.of("--listen", address + ",name=" + PORT + ",mac=" + MAC));
    forwards.forEach(rule -> options.addAll(List.of("--hostfwd", rule)));
    if (closed) {
      throw new IOException("interrupted");
    }
    DaemonProcess started =
        DaemonProcess.start(launcher, folder, logs.resolve("daemon.log"), options);
    daemon = started;
    return started;
  }

  /** QEMU's command line so far, its NIC plugged into the daemon. */
  QemuCommand.Builder command() {
    JsonNode port = daemon().ready().path("ports").path(0);
    PlugAddress plug = PlugAddress.parse(port.path("address").asString(""));
    return QemuCommand.of(binary, board).nic(Netdev.client(plug, binary.version()), MAC);
  }

  /** Starts QEMU. */
  synchronized QemuProcess startQemu(QemuCommand command) throws IOException {
    if (closed) {
      throw new IOException("interrupted");
    }
    QemuProcess started = QemuProcess.start(command, logs.resolve("guest.log"));
    qemu = started;
    return started;
  }

  /** The daemon that was started. */
  synchronized DaemonProcess daemon() {
    if (daemon == null) {
      throw new IllegalStateException("the daemon was not started");
    }
    return daemon;
  }

  /** The port as {@code GET /v1/ports} shows it. */
  JsonNode port() throws IOException {
    return daemon().get("/v1/ports").path(0);
  }

  /** The host's port of the forward to this port of the guest. */
  int forwardTo(int guestPort) {
    for (JsonNode forward : daemon().ready().path("forwards")) {
      if (forward.path("guestPort").asInt(0) == guestPort) {
        return forward.path("port").asInt(0);
      }
    }
    throw new IllegalStateException("no forward to port " + guestPort);
  }

  /** Ends both processes and removes their sockets; the logs stay. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (qemu != null) {
      qemu.close();
    }
    if (daemon != null) {
      daemon.close();
    }
    delete(folder);
  }

  /** Removes the logs too. */
  void deleteLogs() {
    delete(logs);
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // it lies in the directory for temporary files: what is left is left to its cleaner
      return;
    }
  }
}
