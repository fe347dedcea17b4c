package dev.patchbay.backend.daemon;

import dev.patchbay.backend.config.InstanceDirs;
import dev.patchbay.backend.uplink.SelfPorts;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * The TCP and UDP ports on which instances of this user wait for what no guest may reach. All
 * addresses of the host and wildcard binds count, so a port is what is compared. Other instances'
 * listeners are read off the loop at most once a second; our own are always known.
 */
final class Listeners implements SelfPorts {
  private static final long INTERVAL = 1_000_000_000L;

  private final InstanceDirs instances;
  private final Executor files;
  private final LongSupplier clock;
  private final Set<String> own = new HashSet<>();
  private final AtomicBoolean reading = new AtomicBoolean();
  private volatile Set<String> others = Set.of();
  private volatile long readAt;

  Listeners(InstanceDirs instances, Executor files, LongSupplier clock) {
    this.instances = instances;
    this.files = files;
    this.clock = clock;
    read();
  }

  private void read() {
    readAt = clock.getAsLong();
    Set<String> found = new HashSet<>();
    for (InstanceDirs.Instance instance : instances.list()) {
      for (String address : instance.listeners()) {
        found.add(key(address));
      }
    }
    others = found;
  }

  /** {@code tcp:127.0.0.1:4444} and {@code udp:[::1]:5} as {@code tcp:4444} and {@code udp:5}. */
  static String key(String address) {
    int kind = address.indexOf(':');
    int port = address.lastIndexOf(':');
    return kind < 0 ? address : address.substring(0, kind) + address.substring(port);
  }

  /**
   * A listener of this instance; {@code address} as {@code ready} shows it. On the loop, before
   * guests are heard.
   */
  void addOwn(String address) {
    own.add(key(address));
  }

  @Override
  public boolean isOurs(boolean tcp, long hi, long lo, int port) {
    if (clock.getAsLong() - readAt > INTERVAL && reading.compareAndSet(false, true)) {
      files.execute(() -> {
        read();
        reading.set(false);
      });
    }
    String key = (tcp ? "tcp:" : "udp:") + port;
    return own.contains(key) || others.contains(key);
  }
}
