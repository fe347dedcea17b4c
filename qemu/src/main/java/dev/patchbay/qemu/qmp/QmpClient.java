package dev.patchbay.qemu.qmp;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A client of one QMP socket. It connects when there is something to send (or at once and again and
 * again after {@link #keepConnected}), and connects anew after QEMU was restarted. No method waits;
 * methods may be called from any thread.
 *
 * <p>While connected it occupies the socket: QMP serves one client at a time, so a daemon's client
 * wants a {@code -qmp} of its own beside the one of whoever manages the virtual machine.
 */
public final class QmpClient implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(QmpClient.class);

  /** Time within which an answer must be there, connecting included, unless told otherwise. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  /** Longest that {@link #close} waits; a {@code stop} and {@code cont} take some milliseconds. */
  public static final Duration CLOSE_PATIENCE = Duration.ofMillis(500);

  private final Path socket;
  private final Duration timeout;
  private final ExecutorService outbox;
  private final AtomicLong lastId = new AtomicLong();
  private final List<QmpListener> listeners = new CopyOnWriteArrayList<>();
  private final Set<CompletableFuture<?>> outstanding = ConcurrentHashMap.newKeySet();
  private volatile @Nullable QmpConnection connection;
  private volatile @Nullable Thread keeper;
  private volatile boolean closed;

  /** A client of the socket at this path, with {@link #DEFAULT_TIMEOUT}; nothing is opened yet. */
  public QmpClient(Path socket) {
    this(socket, DEFAULT_TIMEOUT);
  }

  /**
   * A client of the socket at this path; nothing is opened yet.
   *
   * @param timeout limit of each command, connecting included; above zero
   */
  public QmpClient(Path socket, Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("time-out must be above zero: " + timeout);
    }
    this.socket = socket;
    this.timeout = timeout;
    this.outbox =
        Executors.newSingleThreadExecutor(Thread.ofVirtual().name("qmp " + socket).factory());
  }

  /**
   * A client of an address as the attachment key {@code qmp=} has it.
   *
   * @param address {@code unix:PATH}
   * @throws IllegalArgumentException if it is of another form
   */
  public static QmpClient of(String address) {
    if (!address.startsWith("unix:") || address.length() == "unix:".length()) {
      throw new IllegalArgumentException("qmp address '" + address + "': expected unix:PATH");
    }
    return new QmpClient(Path.of(address.substring("unix:".length())));
  }

  /** Path of the socket. */
  public Path socket() {
    return socket;
  }

  /** Whether a connection stands at this moment. */
  public boolean isConnected() {
    QmpConnection current = connection;
    return current != null && current.isOpen();
  }

  /** Adds a listener for events and for the connection's coming and going. */
  public void addListener(QmpListener listener) {
    listeners.add(listener);
  }

  /** Removes a listener; one that was never added is not missed. */
  public void removeListener(QmpListener listener) {
    listeners.remove(listener);
  }

  /** The next event of this name, counted from this call on. It has no time-out of its own. */
  public CompletableFuture<QmpEvent> nextEvent(String name) {
    CompletableFuture<QmpEvent> next = new CompletableFuture<>();
    QmpListener waiting =
        new QmpListener() {
          @Override
          public void event(QmpEvent event) {
            if (event.name().equals(name)) {
              next.complete(event);
            }
          }
        };
    listeners.add(waiting);
    return next.whenComplete((_, _) -> listeners.remove(waiting));
  }

  /** Connects, if there is no connection, and tells QEMU's version. */
  public CompletableFuture<QemuVersion> version() {
    return submit(timeout, future -> future.complete(connected().version()));
  }

  /**
   * Connects now and again after each loss, until closed: for who waits for events.
   *
   * @param retry pause between two attempts, above zero
   */
  public synchronized void keepConnected(Duration retry) {
    if (closed || keeper != null) {
      return;
    }
    keeper = Thread.ofVirtual().name("qmp-keeper " + socket).start(() -> keep(retry));
  }

  private void keep(Duration retry) {
    String told = "";
    while (!closed) {
      String problem = "";
      if (!isConnected()) {
        try {
          version().join();
        } catch (CompletionException e) {
          problem =
              String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
        }
      }
      // Said once, not at each attempt: a QEMU that is not there yet is the ordinary case.
      if (!problem.equals(told) && !problem.isEmpty() && !closed) {
        LOG.info("{} (trying again every {} ms)", problem, retry.toMillis());
      }
      told = problem;
      try {
        Thread.sleep(retry);
      } catch (InterruptedException _) {
        return;
      }
    }
  }

  /** {@link #execute(String, Map, Duration)} with no arguments and the client's own time-out. */
  public CompletableFuture<JsonNode> execute(String command) {
    return execute(command, Map.of(), timeout);
  }

  /** {@link #execute(String, Map, Duration)} with the client's own time-out. */
  public CompletableFuture<JsonNode> execute(String command, Map<String, ?> arguments) {
    return execute(command, arguments, timeout);
  }

  /**
   * Sends a command. Commands go out in the order of the calls.
   *
   * @param command e.g. {@code query-status}
   * @param arguments what Jackson can turn into a JSON object; empty for none
   * @param limit time until the answer must be there, connecting included
   * @return the value of {@code return}; fails with {@link QmpException} where QEMU refused, with
   *     {@link IOException} where there is no connection or it ended, with {@link
   *     java.util.concurrent.TimeoutException} where no answer came in time. After a time-out QEMU
   *     may still carry the command out.
   */
  public CompletableFuture<JsonNode> execute(
      String command, Map<String, ?> arguments, Duration limit) {
    long id = lastId.incrementAndGet();
    // Sorted, so that the same call is the same line in every run: Map.of has no order of its own.
    JsonNode tree =
        arguments.isEmpty() ? null : QmpConnection.JSON.valueToTree(new TreeMap<>(arguments));
    return submit(limit, future -> connected().send(id, command, tree, future));
  }

  /** What the outbox thread does for one request. */
  private interface Step<T> {
    void run(CompletableFuture<T> future) throws IOException;
  }

  private <T> CompletableFuture<T> submit(Duration limit, Step<T> step) {
    CompletableFuture<T> future = new CompletableFuture<>();
    future.orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS);
    outstanding.add(future);
    future.whenComplete((_, _) -> outstanding.remove(future));
    try {
      outbox.execute(() -> {
        if (future.isDone()) {
          return; // timed out while it waited behind others
        }
        try {
          step.run(future);
        } catch (IOException e) {
          future.completeExceptionally(e);
        }
      });
    } catch (RejectedExecutionException _) {
      future.completeExceptionally(closedClient());
    }
    return future;
  }

  /** The living connection, made if need be; on the outbox thread only. */
  private QmpConnection connected() throws IOException {
    QmpConnection current = connection;
    if (current != null && current.isOpen()) {
      return current;
    }
    QmpConnection fresh = QmpConnection.open(socket, fan);
    connection = fresh;
    if (closed) {
      fresh.close("client closed");
    }
    fresh.announce(); // who hears it finds us connected
    return fresh;
  }

  /** Passes on to all listeners; one that throws is logged and does not hurt the others. */
  private final QmpListener fan =
      new QmpListener() {
        @Override
        public void event(QmpEvent event) {
          tell(listener -> listener.event(event));
        }

        @Override
        public void connected(QemuVersion version) {
          LOG.info("QMP {}: connected, QEMU {}", socket, version);
          tell(listener -> listener.connected(version));
        }

        @Override
        public void disconnected(String reason) {
          LOG.info("QMP {}: {}", socket, reason);
          tell(listener -> listener.disconnected(reason));
        }
      };

  private void tell(Consumer<QmpListener> word) {
    for (QmpListener listener : listeners) {
      try {
        word.accept(listener);
      } catch (RuntimeException e) {
        LOG.error("listener of QMP {} failed", socket, e);
      }
    }
  }

  /** State of the virtual machine: {@code running}, {@code paused}, {@code prelaunch}, … */
  public CompletableFuture<String> queryStatus() {
    return execute("query-status").thenApply(answer -> answer.path("status").asString(""));
  }

  /** NICs and netdevs as the monitor's {@code info network} lists them. */
  public CompletableFuture<List<NetClient>> netClients() {
    return execute("human-monitor-command", Map.of("command-line", "info network"))
        .thenApply(answer -> NetClient.parse(answer.asString("")));
  }

  /**
   * Pulls or plugs the cable of a netdev or NIC: the guest sees its carrier change where its NIC
   * has a PHY or link register. Plugging a stream netdev that has no peer is refused here, since
   * the guest's next frame would end QEMU by SIGSEGV (QEMU 7.2 to 11.1). A stream that loses its
   * peer pulls its own end of the cable, and gets it back with the next peer.
   *
   * @param id id of the netdev, or name of the NIC
   * @param up whether the cable is plugged
   * @return QEMU's empty answer; fails with {@link IllegalStateException} if refused as above, else
   *     as {@link #execute(String, Map, Duration)} does
   */
  public CompletableFuture<JsonNode> setLink(String id, boolean up) {
    CompletableFuture<?> safe =
        up ? netClients().thenAccept(clients -> guard(id, clients)) : CompletableFuture.allOf();
    return safe.thenCompose(_ -> execute("set_link", Map.of("name", id, "up", up)));
  }

  private static void guard(String id, List<NetClient> clients) {
    for (NetClient client : clients) {
      if (client.name().equals(id) && client.needsPeer() && !client.hasPeer()) {
        throw new IllegalStateException(
            "link of " + id + " not set up: its stream is not connected, QEMU would crash");
      }
    }
  }

  /**
   * Repairs a wedged NIC by {@code stop} and {@code cont}, which flushes QEMU's packet queues: the
   * FTGMAC100 that stopped receiving after its ring was full, and a stream netdev whose transmit
   * direction died because the peer left while a write was pending. Costs the guest some
   * milliseconds.
   *
   * <p>Of the two nothing is told to the listeners: STOP and RESUME that they hear are others'.
   * Both go out by one write, and {@link #close} waits for them, so that nothing of ours leaves a
   * stopped machine behind.
   *
   * @return true if done; false if the virtual machine was not running (someone else's pause is not
   *     ours to end)
   */
  public CompletableFuture<Boolean> kick() {
    AtomicReference<@Nullable QmpConnection> asked = new AtomicReference<>();
    long id = lastId.incrementAndGet();
    CompletableFuture<JsonNode> status =
        submit(
            timeout,
            future -> {
              QmpConnection on = connected();
              asked.set(on);
              on.send(id, "query-status", null, future);
            });
    return status.thenCompose(answer -> {
      QmpConnection on = asked.get();
      if (on == null || !answer.path("status").asString("").equals("running")) {
        return CompletableFuture.completedFuture(false);
      }
      return submit(timeout, future -> kick(on, future));
    });
  }

  /** On the connection that said that the machine runs: a new one may be to another machine. */
  private void kick(QmpConnection on, CompletableFuture<Boolean> done) throws IOException {
    QmpConnection.Pause pause;
    synchronized (this) { // not while close() decides whether there is something to wait for
      if (closed) {
        throw closedClient();
      }
      pause =
          on.reservePause(
              lastId.incrementAndGet(), lastId.incrementAndGet(), QmpConnection.PAUSE_LIMIT);
    }
    on.write(pause); // outside the lock: QEMU may not read, and close() is called on loops
    pause
        .over()
        .whenComplete((good, failure) -> {
          if (failure == null) {
            done.complete(good);
          } else {
            done.completeExceptionally(failure);
          }
        });
  }

  /**
   * Ends QEMU. Completes when QEMU has agreed or the connection ended over it; the process may need
   * some more milliseconds.
   *
   * @return true if QEMU answered, false if its end was faster than its answer
   */
  public CompletableFuture<Boolean> quit() {
    return execute("quit")
        .handle((_, failure) -> {
          // What never got out is a failure, a connection lost over it is what was asked for.
          if (failure != null && !(failure instanceof EOFException)) {
            throw new CompletionException(failure);
          }
          return failure == null;
        });
  }

  /**
   * Closes the connection; what waits for an answer fails. The virtual machine goes on: where a
   * {@link #kick} is under way this waits for its answer, at most {@link #CLOSE_PATIENCE}.
   */
  @Override
  public void close() {
    Thread keeping;
    synchronized (this) {
      closed = true;
      keeping = keeper;
    }
    if (keeping != null) {
      keeping.interrupt();
    }
    QmpConnection current = connection;
    if (current != null) {
      current.awaitPause(CLOSE_PATIENCE);
    }
    outbox.shutdownNow();
    current = connection;
    if (current != null) {
      current.close("client closed");
    }
    for (CompletableFuture<?> future : outstanding) {
      future.completeExceptionally(closedClient());
    }
  }

  private IOException closedClient() {
    return new IOException("QMP client of " + socket + " is closed");
  }
}
