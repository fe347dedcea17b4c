package dev.patchbay.qemu.qmp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One connection to a QMP socket, from the greeting to its end. Written to by one thread (the
 * client's outbox), read by a thread of its own.
 */
final class QmpConnection {
  private static final Logger LOG = LogManager.getLogger(QmpConnection.class);
  static final JsonMapper JSON = JsonMapper.shared();

  /** A greeting that is not there after this time will not come: another client has the socket. */
  static final Duration GREETING_LIMIT = Duration.ofSeconds(2);

  /**
   * Longest line that is read, in bytes; {@code query-qmp-schema} of QEMU 11 answers some 300 KiB.
   */
  private static final int LONGEST_LINE = 16 << 20;

  /**
   * Events are held back for so long at most while the answers to our own stop and cont do not
   * come: QEMU's main thread hangs then.
   */
  static final Duration PAUSE_LIMIT = Duration.ofSeconds(10);

  private record Pending(String command, CompletableFuture<JsonNode> answer) {}

  /**
   * A stop and cont that {@link #close(String)} is waited for with, to be written by {@link
   * #write(Pause)}.
   *
   * @param over as {@link #reservePause} says
   * @param lines what is to be written; empty for nothing
   */
  record Pause(CompletableFuture<Boolean> over, String lines) {}

  private final Path socket;
  private final SocketChannel channel;
  private final QmpListener listener;
  private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
  private final CompletableFuture<QemuVersion> greeting = new CompletableFuture<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Object announcing = new Object();
  private boolean announced;

  /** Whether a STOP was the last word of the machine's being stopped and continued. */
  private volatile boolean stopped;

  /** Our own stop and cont that are under way, and their events held back. */
  private volatile @Nullable OwnPause pause;

  /** The answer to our last cont, whenever it comes. */
  private volatile CompletableFuture<?> lastCont = CompletableFuture.completedFuture(null);

  private QmpConnection(Path socket, SocketChannel channel, QmpListener listener) {
    this.socket = socket;
    this.channel = channel;
    this.listener = listener;
  }

  /**
   * Connects, waits for the greeting and negotiates; the listener is told by {@link #announce}.
   * Waits at most twice {@link #GREETING_LIMIT}.
   *
   * @throws IOException if nobody listens, another client holds the socket, or this is not QMP
   */
  static QmpConnection open(Path socket, QmpListener listener) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      // Non-blocking, since a full backlog (several clients waiting) would make connect() wait.
      channel.configureBlocking(false);
      if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
        throw new IOException(held(socket));
      }
      channel.configureBlocking(true);
    } catch (IOException e) {
      channel.close();
      String message = e.getMessage();
      throw message != null && message.contains("QMP")
          ? e
          : new IOException("QMP socket " + socket + ": " + message, e);
    }
    QmpConnection connection = new QmpConnection(socket, channel, listener);
    Thread.ofVirtual().name("qmp-reader " + socket).start(connection::readAll);
    try {
      connection.negotiate();
    } catch (IOException e) {
      connection.close("not negotiated");
      throw e;
    }
    return connection;
  }

  private static String held(Path socket) {
    return "QMP socket "
        + socket
        + ": connected, but no greeting within "
        + GREETING_LIMIT.toSeconds()
        + " s: another client holds it (QMP serves one client at a time; give QEMU a second -qmp)";
  }

  private void negotiate() throws IOException {
    await(greeting, held(socket));
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    send(0, "qmp_capabilities", null, answer);
    await(answer, "QMP socket " + socket + ": no answer to qmp_capabilities");
  }

  /** Tells the listener that the connection stands, unless it has ended already. */
  void announce() {
    synchronized (announcing) {
      if (isOpen()) {
        announced = true;
        listener.connected(version());
      }
    }
  }

  private static <T> T await(CompletableFuture<T> future, String late) throws IOException {
    try {
      return future.get(GREETING_LIMIT.toMillis(), MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(late, e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Version of the QEMU on the other side; known as soon as {@link #open} has returned. */
  QemuVersion version() {
    return greeting.join();
  }

  boolean isOpen() {
    return !closed.get();
  }

  /** Writes one command; {@code answer} is completed by the reader, or when the connection ends. */
  void send(
      long id, String command, @Nullable JsonNode arguments, CompletableFuture<JsonNode> answer) {
    write(line(id, command, arguments, answer));
  }

  /**
   * Makes ready to stop and continue a machine that runs. Does not wait; from now on {@link
   * #awaitPause} waits for it. QEMU's events of it are not told.
   *
   * @param stopId number of {@code stop}
   * @param contId number of {@code cont}
   * @param limit time until both answers must be there, or it fails with {@link TimeoutException}
   * @return over: true when done; false where the machine was stopped since its status was asked,
   *     which is not ours to end; fails as the commands do. One that is under way is joined.
   */
  Pause reservePause(long stopId, long contId, Duration limit) {
    OwnPause current = pause;
    if (current != null) {
      return new Pause(current.over(), "");
    }
    if (stopped) {
      return new Pause(CompletableFuture.completedFuture(false), "");
    }
    OwnPause own = new OwnPause(listener::event);
    CompletableFuture<JsonNode> stop = new CompletableFuture<>();
    CompletableFuture<JsonNode> cont = new CompletableFuture<>();
    stop.whenComplete((_, failure) -> own.stopped(failure == null));
    // a copy has the limit, since the late answer is still of use to who closes
    CompletableFuture<JsonNode> inTime = cont.copy().orTimeout(limit.toMillis(), MILLISECONDS);
    pause = own;
    lastCont = cont;
    inTime.whenComplete((_, failure) -> {
      if (failure instanceof TimeoutException) {
        LOG.warn("{}: no answer to stop and cont within {} ms", socket, limit.toMillis());
      }
      own.continued(failure instanceof CompletionException e ? e.getCause() : failure);
      pause = null;
    });
    String lines = line(stopId, "stop", null, stop) + line(contId, "cont", null, cont);
    return new Pause(own.over(), lines);
  }

  /** Writes what was made ready, by one write, which may wait for QEMU to read. */
  void write(Pause reserved) {
    if (!reserved.lines.isEmpty()) {
      write(reserved.lines);
    }
  }

  /**
   * Waits, but not longer than this, until no stop and cont of ours are under way. QEMU throws away
   * what it has read but not begun when its client leaves, so that closing now could leave a
   * stopped machine behind.
   */
  void awaitPause(Duration limit) {
    try {
      lastCont.get(limit.toMillis(), MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("{}: no answer to cont: the machine may be left stopped", socket);
    } catch (ExecutionException e) {
      LOG.debug("{}: cont: {}", socket, String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String line(
      long id, String command, @Nullable JsonNode arguments, CompletableFuture<JsonNode> answer) {
    ObjectNode message = JSON.createObjectNode();
    message.put("execute", command);
    if (arguments != null) {
      message.set("arguments", arguments);
    }
    message.put("id", id);
    pending.put(id, new Pending(command, answer));
    // An answer that timed out must not stay: the caller's future knows nothing of this table.
    answer.whenComplete((_, _) -> pending.remove(id));
    return JSON.writeValueAsString(message) + "\n";
  }

  private void write(String lines) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      close("write: " + e.getMessage());
    }
    if (closed.get()) {
      failPending("closed");
    }
  }

  private void readAll() {
    String reason;
    try {
      LineReader lines = new LineReader(channel, LONGEST_LINE);
      String line;
      while ((line = lines.next()) != null) {
        if (!line.isBlank()) {
          receive(JSON.readTree(line));
        }
      }
      reason = "closed by QEMU";
    } catch (IOException e) {
      reason = e.getMessage() == null ? "closed" : e.getMessage();
    } catch (JacksonException e) {
      reason = "not QMP: " + e.getOriginalMessage();
    }
    close(reason);
  }

  private void receive(JsonNode message) {
    if (message.has("QMP")) {
      greeting.complete(QemuVersion.of(message.path("QMP").path("version").path("qemu")));
    } else if (message.has("event")) {
      QmpEvent event = QmpEvent.of(message);
      LOG.debug("{}: {} {}", socket, event.name(), event.data());
      receive(event);
    } else if (message.has("error")) {
      fail(message);
    } else if (message.has("return")) {
      Pending done = pending.remove(message.path("id").asLong(-1));
      if (done != null) {
        done.answer.complete(message.path("return"));
      }
    }
  }

  private void receive(QmpEvent event) {
    if (event.name().equals(QmpEvent.STOP)) {
      stopped = true;
    } else if (event.name().equals(QmpEvent.RESUME)) {
      stopped = false;
    }
    OwnPause own = pause;
    if (own == null) {
      listener.event(event);
    } else {
      own.event(event);
    }
  }

  private void fail(JsonNode message) {
    String errorClass = message.path("error").path("class").asString("GenericError");
    String text = message.path("error").path("desc").asString("");
    Pending failed = pending.remove(message.path("id").asLong(-1));
    if (failed == null) {
      LOG.warn("{}: QMP error without a command of ours: {} ({})", socket, text, errorClass);
    } else {
      failed.answer.completeExceptionally(new QmpException(failed.command, errorClass, text));
    }
  }

  /** Ends the connection; what waits for an answer fails with {@code reason}. */
  void close(String reason) {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("{}: close: {}", socket, e.getMessage());
    }
    greeting.completeExceptionally(gone(reason));
    failPending(reason);
    synchronized (announcing) {
      if (announced) {
        listener.disconnected(reason);
      }
    }
  }

  private void failPending(String reason) {
    for (Pending waiting : pending.values()) {
      waiting.answer.completeExceptionally(gone(reason));
    }
  }

  private IOException gone(String reason) {
    return new EOFException("QMP socket " + socket + ": " + reason);
  }
}
