package dev.patchbay.qemu.process;

import dev.patchbay.qemu.qmp.QemuVersion;
import dev.patchbay.qemu.qmp.QmpClient;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * A running QEMU. Its first serial line is kept in a file and searchable ({@link #serial}), its own
 * messages are in a file beside it. It ends with this JVM at the latest, unless that is killed by
 * SIGKILL.
 */
public final class QemuProcess implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(QemuProcess.class);
  private static final Set<Process> LIVING = ConcurrentHashMap.newKeySet();

  /** Time that each of the steps QMP {@code quit}, SIGTERM, SIGKILL gets in {@link #close}. */
  public static final Duration PATIENCE = Duration.ofSeconds(3);

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> LIVING.forEach(Process::destroyForcibly), "qemu-end"));
  }

  private final QemuCommand command;
  private final Process process;
  private final OutputLog serial;
  private final Path messages;
  private final Optional<QmpClient> qmp;

  private QemuProcess(QemuCommand command, Process process, OutputLog serial, Path messages) {
    this.command = command;
    this.process = process;
    this.serial = serial;
    this.messages = messages;
    this.qmp = command.qmp().map(QmpClient::new);
  }

  /**
   * Starts QEMU.
   *
   * @param log file for the serial line; QEMU's own messages go to a file of that name with {@code
   *     .err}
   * @throws IOException if the program or the files cannot be had; a QEMU that refuses its
   *     arguments ends at once with a status and its message
   */
  public static QemuProcess start(QemuCommand command, Path log) throws IOException {
    return start(command, log, List.of());
  }

  /**
   * Starts QEMU by a wrapper.
   *
   * @param wrapper words before the command, of programs that replace themselves by what follows,
   *     e.g. {@code ip netns exec NAME}
   */
  public static QemuProcess start(QemuCommand command, Path log, List<String> wrapper)
      throws IOException {
    Path folder = log.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Path messages = log.resolveSibling(log.getFileName() + ".err");
    List<String> words = new ArrayList<>(wrapper);
    words.addAll(command.words());
    Process process = new ProcessBuilder(words).redirectError(messages.toFile()).start();
    LIVING.add(process);
    process.onExit().thenAccept(LIVING::remove);
    LOG.debug("started {}: {}", process.pid(), words);
    OutputLog serial = OutputLog.start(process.getInputStream(), log);
    return new QemuProcess(command, process, serial, messages);
  }

  /** The command line it was started with. */
  public QemuCommand command() {
    return command;
  }

  /** What came on the first serial line. */
  public OutputLog serial() {
    return serial;
  }

  /** What QEMU itself said so far, warnings and errors. */
  public String messages() {
    try {
      return Files.readString(messages);
    } catch (IOException e) {
      return "(" + e.getMessage() + ")";
    }
  }

  /**
   * The client of its QMP socket. It occupies the socket from its first command on.
   *
   * @throws IllegalStateException if the command line has no QMP socket
   */
  public QmpClient qmp() {
    return qmp.orElseThrow(() -> new IllegalStateException("no QMP socket in: " + command));
  }

  /**
   * Waits until QMP answers: QEMU makes its socket some time after its start, and listens on it
   * some time after that.
   *
   * @throws IOException if QEMU ended; the message holds what it said
   * @throws TimeoutException if it does not answer in time
   */
  public QemuVersion awaitQmp(Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        return qmp().version().get();
      } catch (ExecutionException e) {
        if (!process.isAlive()) {
          throw new IOException("QEMU ended with " + process.exitValue() + ": " + messages(), e);
        }
        if (System.nanoTime() - end > 0) {
          throw new TimeoutException(String.valueOf(e.getMessage()));
        }
        Thread.sleep(10);
      }
    }
  }

  /** Writes to the first serial line. */
  public void send(String text) throws IOException {
    OutputStream input = process.getOutputStream();
    input.write(text.getBytes(StandardCharsets.UTF_8));
    input.flush();
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs (or is stopped by a signal). */
  public boolean isRunning() {
    return process.isAlive();
  }

  /** Its exit status, 128 and the signal's number if it was killed; empty while it lives. */
  public OptionalInt exitStatus() {
    return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }

  /**
   * Waits for its end.
   *
   * @throws TimeoutException if it lives longer
   */
  public int awaitExit(Duration limit) throws TimeoutException, InterruptedException {
    if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new TimeoutException("QEMU " + pid() + " still runs after " + limit.toMillis() + " ms");
    }
    return process.exitValue();
  }

  /** Sends a signal by name, e.g. {@code STOP} or {@code CONT}. */
  public void signal(String name) throws IOException, InterruptedException {
    Signals.send(process, name);
  }

  /** Kills it at once (SIGKILL) and waits for its end, as a crash would end it. */
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
    qmp.ifPresent(QmpClient::close);
  }

  /** Ends it: QMP {@code quit} where it has QMP, then SIGTERM, then SIGKILL, each with patience. */
  @Override
  public void close() {
    try {
      if (process.isAlive() && qmp.isPresent()) {
        quit(qmp.get());
      }
      if (process.isAlive()) {
        // Not Process.destroy(), which closes our ends of its pipes: its last words would be lost.
        process.toHandle().destroy();
        process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
      if (process.isAlive()) {
        LOG.warn("QEMU {} did not end by SIGTERM, killed", pid());
        process.toHandle().destroyForcibly();
        process.waitFor();
      }
      serial.awaitEnd(PATIENCE);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      qmp.ifPresent(QmpClient::close);
    }
  }

  private void quit(QmpClient client) throws InterruptedException {
    try {
      client.quit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("QMP quit: {}", e.getMessage());
    }
  }
}
