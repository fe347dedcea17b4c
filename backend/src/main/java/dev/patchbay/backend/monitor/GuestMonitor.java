package dev.patchbay.backend.monitor;

import dev.patchbay.qemu.qmp.NetClient;
import dev.patchbay.qemu.qmp.QemuVersion;
import dev.patchbay.qemu.qmp.QmpClient;
import dev.patchbay.qemu.qmp.QmpEvent;
import dev.patchbay.qemu.qmp.QmpListener;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.time.Timer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * QEMU's monitor of the guest at one plug. All methods on the loop, within a turn; none waits but
 * {@link #close}, shortly.
 *
 * <p>The socket is ours alone: QMP serves one client at a time. It is connected again and again
 * until it is there, and after each loss.
 */
public final class GuestMonitor implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(GuestMonitor.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** ns between two times that QEMU is told of a cable that is out. */
  private static final long REMINDER = 1_000_000_000L;

  /** Events of QEMU about the whole machine; the others are the business of its owner. */
  private static final Set<String> PASSED_ON =
      Set.of(
          "SHUTDOWN",
          "POWERDOWN",
          "RESET",
          "STOP",
          "RESUME",
          "SUSPEND",
          "WAKEUP",
          "WATCHDOG",
          "GUEST_PANICKED",
          "GUEST_CRASHLOADED");

  /** Netdevs that a plug of ours can be the other end of. */
  private static final Set<String> CABLES = Set.of("stream", "dgram", "socket", "tap");

  /** The plug, as far as it matters here. */
  public interface Cable {
    /** The port's name. */
    String name();

    /** Its address as QEMU would write it: the path, or {@code HOST:PORT}. */
    String address();

    /** Whether the machine reads nothing although frames lie before it. */
    boolean stalled();

    /** Frames that the guest has sent so far, NC-SI included. */
    long framesFromGuest();

    /** Whether a netdev at its other end dies when its peer leaves while a write is pending. */
    boolean isStream();
  }

  private final EventLoop loop;
  private final Cable cable;
  private final QmpClient client;
  private final MonitorListener listener;
  private final RepairPolicy policy = new RepairPolicy();
  private final Timer timer;
  private final Timer reminder;
  private boolean repairing;
  private boolean closed;
  private boolean pulled;
  private long repairs;

  /** Opens nothing before {@link #start}. */
  public GuestMonitor(EventLoop loop, Cable cable, QmpClient client, MonitorListener listener) {
    this.loop = loop;
    this.cable = cable;
    this.client = client;
    this.listener = listener;
    timer = loop.timer(this::check);
    reminder = loop.timer(this::remind);
  }

  /** Begins to connect. */
  public void start() {
    client.addListener(new Ears());
    client.keepConnected(RETRY);
  }

  /** QEMU, heard on the client's threads, told on the loop. */
  private final class Ears implements QmpListener {
    @Override
    public void event(QmpEvent event) {
      if (PASSED_ON.contains(event.name())) {
        later(() -> GuestMonitor.this.event(event));
      }
    }

    @Override
    public void connected(QemuVersion version) {
      later(() -> {
        listener.monitor(cable.name(), true, version.toString());
        check();
      });
    }

    @Override
    public void disconnected(String reason) {
      later(() -> listener.monitor(cable.name(), false, reason));
    }
  }

  private void later(Runnable task) {
    try {
      loop.execute(() -> {
        if (!closed) {
          task.run();
        }
      });
    } catch (RejectedExecutionException e) {
      LOG.debug("QMP {}: after the loop's end: {}", client.socket(), e.toString());
    }
  }

  private void event(QmpEvent event) {
    Map<String, Object> data = new LinkedHashMap<>();
    for (Map.Entry<String, tools.jackson.databind.JsonNode> field : event.data().properties()) {
      data.put(field.getKey(), field.getValue());
    }
    listener.qemu(cable.name(), event.name(), data);
    check(); // a machine that was resumed may take frames, or show that it does not
  }

  /** The plug has its machine. */
  public void attached() {
    policy.attached(loop.now(), cable.framesFromGuest(), cable.isStream());
    arm();
  }

  /** The plug has lost it. */
  public void detached() {
    policy.detached();
  }

  /** The plug's machine does not read. */
  public void stalled() {
    policy.stalled(loop.now());
    arm();
  }

  private void arm() {
    long deadline = policy.deadline();
    if (closed || deadline == Long.MAX_VALUE) {
      timer.cancel();
    } else {
      timer.arm(deadline);
    }
  }

  private void check() {
    if (repairing || closed) {
      return;
    }
    RepairPolicy.Cause cause = policy.due(loop.now(), cable.stalled(), cable.framesFromGuest());
    if (cause == null) {
      arm();
    } else if (client.isConnected()) {
      repair(cause);
    }
    // else the connection's coming asks again
  }

  private void repair(RepairPolicy.Cause cause) {
    repairing = true;
    client.kick().whenComplete((done, failure) -> later(() -> repaired(cause, done, failure)));
  }

  private void repaired(
      RepairPolicy.Cause cause, @Nullable Boolean done, @Nullable Throwable failure) {
    repairing = false;
    boolean good = Boolean.TRUE.equals(done);
    policy.repaired(loop.now(), cause, good);
    if (good) {
      repairs++;
      listener.repaired(cable.name(), cause, repairs);
    } else if (failure != null) {
      LOG.info("{}: not repaired: {}", cable.name(), reason(failure));
    }
    arm();
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  /** Repairs so far. */
  public long repairs() {
    return repairs;
  }

  /** Whether QEMU's monitor is there. */
  public boolean isConnected() {
    return client.isConnected();
  }

  /**
   * Pulls or plugs the guest's cable ({@code set_link}): a guest with a PHY, or an e1000, sees its
   * carrier change. While it is pulled QEMU is told once a second: its FTGMAC100 (7.2 to 11.1,
   * {@code phy_reset}) shows a link after each reset of the PHY, which Linux makes when it opens
   * the card.
   *
   * @return done when QEMU has answered; fails where there is no monitor, QEMU refuses, or which of
   *     its netdevs is this port's cannot be told. It completes on the client's threads.
   */
  public CompletableFuture<Boolean> carrier(boolean up) {
    return client
        .netClients()
        .thenCompose(all -> client.setLink(netdev(all), up))
        .thenApply(_ -> {
          later(() -> {
            pulled = !up;
            remindLater();
            listener.link(cable.name(), up);
          });
          return true;
        });
  }

  private void remindLater() {
    if (pulled && !closed) {
      reminder.arm(loop.now() + REMINDER);
    } else {
      reminder.cancel();
    }
  }

  private void remind() {
    if (!pulled || closed) {
      return;
    }
    if (!client.isConnected()) {
      remindLater();
      return;
    }
    client
        .netClients()
        .thenCompose(all -> client.setLink(netdev(all), false))
        .whenComplete((done, failure) -> later(this::remindLater));
  }

  /** The netdev that names our address, else the only one there is. */
  private String netdev(List<NetClient> all) {
    List<NetClient> cables = all.stream().filter(c -> CABLES.contains(c.type())).toList();
    List<NetClient> ours = cables.stream().filter(c -> c.info().contains(cable.address())).toList();
    List<NetClient> found = ours.size() == 1 ? ours : cables;
    if (found.size() != 1) {
      throw new IllegalStateException(
          cable.name()
              + ": which of QEMU's netdevs is its cable? There is "
              + (found.isEmpty() ? "none" : found.stream().map(NetClient::name).toList()));
    }
    return found.getFirst().name();
  }

  /** Leaves QEMU alone; it goes on. Waits for a repair under way, as {@link QmpClient#close}. */
  @Override
  public void close() {
    closed = true;
    timer.cancel();
    reminder.cancel();
    client.close();
  }
}
