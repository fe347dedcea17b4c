package dev.patchbay.backend.daemon;

import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.control.EventLog;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.monitor.GuestMonitor;
import dev.patchbay.backend.monitor.MonitorListener;
import dev.patchbay.backend.monitor.RepairPolicy;
import dev.patchbay.backend.plug.Plug;
import dev.patchbay.qemu.qmp.QmpClient;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The monitors of the attachments with {@code qmp=}, and what they say as events. On the loop. */
final class Monitors implements MonitorListener, AutoCloseable {
  private static final Logger LOG = LogManager.getLogger("patchbay");

  private final NettyLoop loop;
  private final EventLog events;
  private final Map<String, GuestMonitor> byPort = new LinkedHashMap<>();
  private final Map<String, Plug> plugs = new LinkedHashMap<>();

  /** Ports whose cable was pulled once: of them QEMU may know what is no longer so. */
  private final Set<String> pulled = new HashSet<>();

  Monitors(NettyLoop loop, EventLog events) {
    this.loop = loop;
    this.events = events;
  }

  /** A plug as its monitor sees it. */
  private record PlugCable(Plug plug) implements GuestMonitor.Cable {
    @Override
    public String name() {
      return plug.name();
    }

    @Override
    public String address() {
      // without the kind: QEMU writes "unix:PATH" in some versions and "PATH" in others
      return switch (plug.attachment().address()) {
        case PlugAddress.Unix unix -> unix.path().toString();
        case PlugAddress.UnixPair pair -> pair.remote().toString();
        case PlugAddress.Tap tap -> tap.ifname();
        default -> plug.address().substring(plug.address().indexOf(':') + 1);
      };
    }

    @Override
    public boolean stalled() {
      return plug.stalled();
    }

    @Override
    public long framesFromGuest() {
      return plug.framesFromGuest();
    }

    @Override
    public boolean isStream() {
      return switch (plug.attachment().kind()) {
        case LISTEN, CONNECT -> true;
        default -> false;
      };
    }
  }

  /** Begins to look after a plug that was opened, if its attachment says {@code qmp=}. */
  void watch(Plug plug) {
    Path socket = plug.attachment().qmp();
    if (socket != null) {
      GuestMonitor monitor =
          new GuestMonitor(loop, new PlugCable(plug), new QmpClient(socket), this);
      byPort.put(plug.name(), monitor);
      plugs.put(plug.name(), plug);
      monitor.start();
    }
  }

  /** Has QEMU pull or plug the guest's cable, where there is a monitor; what fails is logged. */
  void carrier(Plug plug, boolean up) {
    if (!up) {
      pulled.add(plug.name());
    }
    GuestMonitor monitor = byPort.get(plug.name());
    if (monitor == null || !monitor.isConnected()) {
      return; // it is told when it comes
    }
    monitor
        .carrier(up)
        .whenComplete((done, failure) -> {
          if (failure != null) {
            LOG.warn("{}: set_link failed: {}", plug.name(), failure.getMessage());
          }
        });
  }

  /** The monitor of a plug that has one. */
  Optional<GuestMonitor> of(Plug plug) {
    return Optional.ofNullable(byPort.get(plug.name()));
  }

  /** All, by port. */
  Map<String, GuestMonitor> all() {
    return byPort;
  }

  @Override
  public void monitor(String port, boolean connected, String detail) {
    String what = connected ? "version" : "reason";
    events.append("qmp", Map.of("port", port, "connected", connected, what, detail));
    Plug plug = plugs.get(port);
    if (connected && plug != null && (plug.port().isPulled() || pulled.contains(port))) {
      // a QEMU that is new knows nothing of it, one that was away not of the end
      carrier(plug, !plug.port().isPulled());
    }
  }

  @Override
  public void repaired(String port, RepairPolicy.Cause cause, long count) {
    String word = cause.name().toLowerCase(Locale.ROOT);
    if (cause == RepairPolicy.Cause.RECEIVE) {
      LOG.warn("{}: the guest's card does not receive: repaired by QMP stop and cont", port);
    } else {
      // a guest that has nothing to say looks the same
      LOG.info("{}: silent since it was attached: QMP stop and cont, lest it hangs", port);
    }
    events.append("repaired", Map.of("port", port, "cause", word, "count", count));
  }

  @Override
  public void qemu(String port, String event, Map<String, Object> data) {
    LOG.info("{}: QEMU says {}", port, event);
    events.append("qemu", Map.of("port", port, "name", event, "data", data));
  }

  @Override
  public void link(String port, boolean up) {
    LOG.info("{}: the guest's cable is {}", port, up ? "plugged" : "pulled");
    events.append("link", Map.of("port", port, "link", up, "by", "qmp"));
  }

  @Override
  public void close() {
    byPort.values().forEach(GuestMonitor::close);
  }
}
