package dev.patchbay.backend.daemon;

import dev.patchbay.backend.capture.Captures;
import dev.patchbay.backend.capture.DropRing;
import dev.patchbay.backend.cli.Version;
import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.DaemonConfig;
import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.config.MacAddress;
import dev.patchbay.backend.config.Ncsi;
import dev.patchbay.backend.control.EventLog;
import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.backend.dhcp.LeaseJson;
import dev.patchbay.backend.dhcp6.Lease6;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.monitor.GuestMonitor;
import dev.patchbay.backend.plug.Plug;
import dev.patchbay.backend.plug.PlugListener;
import dev.patchbay.backend.plug.Plugs;
import dev.patchbay.backend.service.ServiceSaver;
import dev.patchbay.backend.uplink.ForwardException;
import dev.patchbay.backend.uplink.ForwardTable;
import dev.patchbay.backend.uplink.Outside;
import dev.patchbay.backend.uplink.UplinkOptions;
import dev.patchbay.stack.admin.Standing;
import dev.patchbay.stack.admin.save.SaveCommand;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * One instance: everything between the plugs and the host. All methods on its loop unless said
 * otherwise.
 */
final class Daemon {
  private static final Logger LOG = LogManager.getLogger("patchbay");

  private static final int ETHERNET_MTU = 1500;

  /** What users should know at the start. */
  record Warning(String code, String message) {}

  private final EventLog events = new EventLog(Clock.systemUTC());
  private final NettyLoop loop;
  private final PacketPool pool = new PacketPool();
  private final Network network;
  private final LinkEvents link;
  private final Plugs plugs;
  private final Services services;
  private final Guests guests;
  private final Uplinks uplinks;
  private final Captures captures;

  /** Held by what it listens to. */
  @SuppressWarnings({"unused", "FieldCanBeLocal"})
  private final DeviceWatch deviceWatch;

  private final DropRing drops;
  private final Monitors monitors;
  private final Listeners listeners;
  private final Map<String, PortDevice> ports = new LinkedHashMap<>();
  private final Map<String, Long> macs = new LinkedHashMap<>();
  private final List<Plug> open = new ArrayList<>();
  private final List<Warning> warnings = new ArrayList<>();
  private SaveCommand save;
  private volatile boolean impaired;

  /**
   * Builds the network; nothing is opened yet.
   *
   * @param seed of everything random
   * @param dir where leases live
   * @param files runs what touches files
   */
  Daemon(
      NettyLoop loop,
      DaemonConfig config,
      long seed,
      Path dir,
      Executor files,
      Listeners listeners) {
    this.loop = loop;
    this.listeners = listeners;
    RandomSource random = new RandomSource(seed);
    network = new Network(loop, pool, random);
    services =
        new Services(
            loop,
            network,
            config,
            dir,
            files,
            name -> macs.getOrDefault(name, 0L),
            this::leased,
            this::leased6);
    drops = new DropRing(loop::wallTimeNow);
    captures =
        new Captures(
            loop::wallTimeNow,
            loop::atFlush,
            loop::execute,
            "Patchbay " + Version.current(),
            this::captureFailed);
    save = saveFromNow();
    network.onDrop((packet, reason) -> {
      drops.dropped(packet, reason);
      captures.dropped(packet, reason);
    });
    network.stack().devices().forEach(device -> captures.device(device, ""));
    captures.logGroups(network.stack().netfilter().logGroups());
    RuleLog.begin(network.stack().namespaces(), events, loop::now);
    deviceWatch = new DeviceWatch(network.stack().namespaces(), captures);
    monitors = new Monitors(loop, events);
    link = new LinkEvents(events, loop::now);
    network.bridge().onMove(link::moved);
    network.stack().neighbours().addListener(link::neighbour);
    plugs = new Plugs(loop, pool, new Attachments(), captures);
    UplinkOptions options = new UplinkOptions();
    options.restrict = config.uplink().restrict();
    options.hostLoopback = config.uplink().hostLoopback();
    options.allowLinkLocal = config.uplink().allowLinkLocal();
    options.selfPorts = listeners;
    guests = new Guests(network.stack(), ports, services::leases);
    uplinks = new Uplinks(loop, pool, random.derive("uplink"), options, guests, network, plugs);
    network.stack().namespaces().host(uplinks);
    String icmp = Outside.icmpProblem();
    if (icmp != null) {
      warnings.add(new Warning("icmp-unavailable", icmp));
    }
  }

  private void leased6(String device, Lease6 lease) {
    LOG.info("{}: lease {} {}", lease.port(), lease.ip(), lease.state());
    events.append("lease", lease.toMap(device));
  }

  private void leased(String device, Lease lease) {
    LOG.info("{}: lease {} {}", lease.port(), lease.address(), lease.state());
    if (device.indexOf('/') < 0) {
      // forwards lead into the appliance's own namespace
      guests.leased(lease);
    }
    events.append("lease", LeaseJson.toMap(lease, device));
  }

  /** Tells who comes and goes. */
  private final class Attachments implements PlugListener {
    private final Map<String, StallLog> stalls = new HashMap<>();

    private StallLog stallsOf(Plug plug) {
      return stalls.computeIfAbsent(
          plug.name(),
          name ->
              new StallLog(
                  loop,
                  plug::stalled,
                  plug::framesFromGuest,
                  words -> LOG.warn("{}: {}", name, words)));
    }

    @Override
    public void attached(Plug plug) {
      LOG.info("{}: attached", plug.name());
      stallsOf(plug).attached();
      events.append("attached", Map.of("port", plug.name()));
      monitors.of(plug).ifPresent(GuestMonitor::attached);
      services.table().attached();
    }

    @Override
    public void detached(Plug plug, String reason) {
      LOG.info("{}: detached: {}", plug.name(), reason);
      stallsOf(plug).detached();
      events.append("detached", Map.of("port", plug.name(), "reason", reason));
      monitors.of(plug).ifPresent(GuestMonitor::detached);
    }

    @Override
    public void stalled(Plug plug) {
      LOG.debug("{}: the guest does not take its frames at the moment", plug.name());
      stallsOf(plug).begins();
      events.append("stalled", Map.of("port", plug.name()));
      monitors.of(plug).ifPresent(GuestMonitor::stalled);
    }

    @Override
    public void ncsi(Plug plug, boolean configured) {
      LOG.info("{}: NC-SI channel {}", plug.name(), configured ? "configured" : "not configured");
      events.append("ncsi", Map.of("port", plug.name(), "configured", configured));
    }
  }

  /** Writing a capture has failed; the network goes on, and the exit status will tell. */
  private void captureFailed(Captures.Capture capture, String message) {
    impaired = true;
    LOG.error("capture {}: {}: nothing more is written", capture.file(), message);
    Map<String, Object> fields = Map.of("id", capture.id(), "error", message);
    try {
      loop.execute(() -> events.append("capture", fields));
    } catch (RejectedExecutionException e) {
      // the loop has ended, and with it all who could hear of it
    }
  }

  private SaveCommand saveFromNow() {
    Standing standing = Standing.of(network.stack().namespaces());
    return new SaveCommand(standing, List.of(new ServiceSaver(services.table())));
  }

  /** Makes the ports and starts the services; nothing of the host is open yet. */
  void prepare(DaemonConfig config, Path dir) {
    services.open();
    for (Attachment attachment : config.attachments(dir)) {
      MacAddress mac = attachment.mac();
      if (mac != null) {
        macs.put(attachment.name(), mac.value());
      }
      PortDevice port =
          network.addPort(attachment.name(), attachment.netns(), config.mtuOf(attachment));
      port.carrier(false);
      port.control(pulled -> pulled(attachment.name(), pulled));
      ports.put(attachment.name(), port);
      captures.device(port, attachment.kind().word() + " " + attachment.address());
      link.watch(port);
      warnOfMtu(attachment, port.mtu());
    }
    save = saveFromNow();
  }

  /**
   * Opens attachments and forwards: from now on frames are accepted.
   *
   * @throws IOException naming the option and what cannot be had
   */
  void open(DaemonConfig config, Path dir) throws IOException {
    for (Attachment attachment : config.attachments(dir)) {
      PortDevice port = Objects.requireNonNull(ports.get(attachment.name()));
      try {
        Plug plug = plugs.open(attachment, port);
        open.add(plug);
        listeners.addOwn(plug.address());
        monitors.watch(plug);
      } catch (IOException e) {
        throw new IOException(attachment.source().where() + ": " + e.getMessage(), e);
      }
    }
    for (Forward forward : config.forwards()) {
      try {
        uplinks.first().forwards().add(forward);
      } catch (ForwardException e) {
        throw new IOException(forward.source().where() + ": " + e.getMessage(), e);
      }
    }
  }

  /** Tells the guest of its cable: by NC-SI, and by QEMU's monitor where there is one. */
  private void pulled(String name, boolean pulled) {
    for (Plug plug : open) {
      if (plug.name().equals(name)) {
        plug.cable(!pulled);
        monitors.carrier(plug, !pulled);
      }
    }
  }

  /** The boards that speak NC-SI have a FTGMAC100, which cuts frames after 1518 bytes. */
  private void warnOfMtu(Attachment attachment, int mtu) {
    if (mtu > ETHERNET_MTU && attachment.ncsi().profile() != Ncsi.Profile.OFF) {
      warnings.add(
          new Warning(
              "mtu-above-1500",
              attachment.name()
                  + ": an AST2500's FTGMAC100 takes no frames above MTU 1500, this port has "
                  + mtu
                  + "; `mtu=1500` fits it, `ncsi=off` says that the guest is none"));
    }
  }

  List<Plug> plugs() {
    return List.copyOf(open);
  }

  List<ForwardTable.Entry> forwards() {
    return uplinks.first().forwards().list();
  }

  List<Warning> warnings() {
    return List.copyOf(warnings);
  }

  Network network() {
    return network;
  }

  /** The word {@code save}, for what was changed since the start. */
  SaveCommand save() {
    return save;
  }

  Services services() {
    return services;
  }

  Uplinks uplinks() {
    return uplinks;
  }

  /** What stands behind {@code host0}. */
  Outside outside() {
    return uplinks.first();
  }

  Guests guests() {
    return guests;
  }

  Captures captures() {
    return captures;
  }

  DropRing drops() {
    return drops;
  }

  Monitors monitors() {
    return monitors;
  }

  NettyLoop loop() {
    return loop;
  }

  /** Whether something that was asked for has failed since the start. From any thread. */
  boolean isImpaired() {
    return impaired;
  }

  EventLog events() {
    return events;
  }

  PacketPool pool() {
    return pool;
  }

  /** No new connections, plugs drained, all closed. */
  void close() {
    loop.enter();
    monitors.close();
    services.close();
    uplinks.close();
    plugs.close();
    captures.end();
  }
}
