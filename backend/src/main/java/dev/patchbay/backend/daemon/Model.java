package dev.patchbay.backend.daemon;

import dev.patchbay.backend.capture.Captures;
import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.config.ServiceKeys;
import dev.patchbay.backend.config.Source;
import dev.patchbay.backend.control.ByteStream;
import dev.patchbay.backend.control.ControlException;
import dev.patchbay.backend.control.ControlModel;
import dev.patchbay.backend.control.ExecStream;
import dev.patchbay.backend.control.MetricsText;
import dev.patchbay.backend.dhcp.LeaseJson;
import dev.patchbay.backend.plug.Plug;
import dev.patchbay.backend.service.ServiceWord;
import dev.patchbay.backend.uplink.ForwardException;
import dev.patchbay.backend.uplink.ForwardTable;
import dev.patchbay.qemu.ncsi.NcsiController;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.LiveOutput;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.bridge.BridgeCommand;
import dev.patchbay.stack.admin.conntrack.ConntrackCommand;
import dev.patchbay.stack.admin.conntrack.ConntrackMonitor;
import dev.patchbay.stack.admin.ethtool.EthtoolCommand;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.ip.IpMonitor;
import dev.patchbay.stack.admin.ip.NetnsExec;
import dev.patchbay.stack.admin.ipset.IpsetCommand;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.admin.ss.NstatCommand;
import dev.patchbay.stack.admin.ss.SsCommand;
import dev.patchbay.stack.admin.sysctl.SysctlCommand;
import dev.patchbay.stack.admin.tc.TcCommand;
import dev.patchbay.stack.admin.trace.LiveTrace;
import dev.patchbay.stack.admin.trace.TraceCommand;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.DeviceStatistics;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.wire.Addresses;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.ToLongFunction;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/** The daemon as its control socket shows it. On the loop. */
final class Model implements ControlModel {
  private static final int USAGE = 2;

  private static final Logger LOG = LogManager.getLogger("patchbay");

  private final Daemon daemon;
  private final VlanWarnings vlans = new VlanWarnings();
  private final CaptureModel captures;
  private final IpCommand ip = new IpCommand();
  private final EtcServices services = EtcServices.read(EtcServices.FILE);
  private final SsCommand ss = new SsCommand(services);
  private final IptablesCommand iptables = new IptablesCommand(services);
  private final IpsetCommand ipset = new IpsetCommand(services);
  private final NstatCommand nstat = new NstatCommand();
  private final TcCommand tc = new TcCommand();
  private final EthtoolCommand ethtool = new EthtoolCommand();
  private final BridgeCommand bridge = new BridgeCommand();
  private final SysctlCommand sysctl = new SysctlCommand();
  private final RuleQueue rules;
  private final ConntrackCommand conntrack = new ConntrackCommand();

  /**
   * @param files runs what touches files
   * @param elsewhere runs what takes long
   */
  Model(Daemon daemon, Executor files, Executor elsewhere) {
    this.daemon = daemon;
    rules = new RuleQueue(daemon.loop(), elsewhere);
    captures = new CaptureModel(daemon, files);
  }

  @Override
  public CompletionStage<ExecResult> exec(List<String> argv, String stdin) {
    return exec(daemon.network().stack(), argv, stdin, false);
  }

  /**
   * Runs a word.
   *
   * @param own the namespace where it stands
   * @param scripted whether it is a line of a script
   */
  private CompletionStage<ExecResult> exec(
      NetworkStack own, List<String> argv, String stdin, boolean scripted) {
    try {
      NetnsExec where = NetnsExec.of(own, argv);
      NetworkStack stack = where.stack();
      List<String> words = where.argv();
      if (!words.isEmpty() && IptablesCommand.NAMES.contains(words.getFirst())) {
        List<String> args = words.subList(1, words.size());
        return rules.run(iptables.work(stack, words.getFirst(), args, stdin));
      }
      if (!words.isEmpty() && words.getFirst().equals("ipset")) {
        return new IpsetWord(ipset.start(stack, words.subList(1, words.size()), stdin))
            .run(daemon.loop());
      }
      if (words.isEmpty() || !words.getFirst().equals("load")) {
        return CompletableFuture.completedStage(now(stack, words, stdin));
      }
      if (scripted) {
        throw RefusedException.unsupported("load within load"); // the daemon reads no files
      }
      return new LoadWord(line -> exec(stack, line, "", true), daemon.loop())
          .run(words.subList(1, words.size()), stdin);
    } catch (RefusedException e) {
      return CompletableFuture.completedStage(
          new ExecResult(e.status(), "", e.getMessage() + "\n"));
    }
  }

  /** Runs a word that is done at once. */
  private ExecResult now(NetworkStack stack, List<String> argv, String stdin)
      throws RefusedException {
    String word = argv.isEmpty() ? "" : argv.getFirst();
    String netns = stack.namespaces().nameOf(stack);
    if (!netns.isEmpty() && (word.equals("save") || word.equals("drops"))) {
      throw RefusedException.unsupported("ip netns exec " + netns + " " + word);
    }
    List<String> args = argv.subList(Math.min(1, argv.size()), argv.size());
    return switch (word) {
      case "ip" -> warned(of(ip.run(stack, args, stdin)), args);
      case "ss" -> of(ss.run(stack, args));
      case "nstat" -> of(nstat.run(stack, args));
      case "bridge" -> warned(of(bridge.run(stack, args)), args);
      case "tc" -> of(tc.run(stack, args, stdin));
      case "sysctl" -> of(sysctl.run(stack, args, stdin));
      case "conntrack" -> of(conntrack.run(stack, args, stdin));
      case "ethtool" -> of(ethtool.run(stack, args));
      case "dhcp" -> service(ServiceKeys.Kind.DHCP, netns, args);
      case "ra" -> service(ServiceKeys.Kind.RA, netns, args);
      case "dns" -> service(ServiceKeys.Kind.DNS, netns, args);
      case "save" -> of(daemon.save().run(stack.namespaces(), args));
      case "trace" -> of(TraceCommand.run(stack, args));
      case "drops" -> DropsWord.run(daemon.drops(), args, this::isDevice);
      default -> new ExecResult(USAGE, "", "patchbay: '" + word + "' is not supported yet\n");
    };
  }

  @Override
  public ByteStream execStream(List<String> argv, String stdin) {
    ExecStream stream = new ExecStream();
    try {
      NetnsExec where = NetnsExec.of(daemon.network().stack(), argv);
      String word = where.argv().isEmpty() ? "" : where.argv().getFirst();
      if (word.equals("ip") && monitors(where, stream)
          || word.equals("trace") && traces(where, stream)
          || word.equals("conntrack") && flows(where, stream)) {
        return stream;
      }
    } catch (RefusedException e) {
      stream.err(e.getMessage() + "\n");
      stream.end(e.status());
      return stream;
    }
    exec(argv, stdin)
        .whenComplete((result, failure) -> {
          if (failure == null) {
            stream.finish(result.stdout(), result.stderr(), result.status());
          } else {
            stream.finish("", failure + "\n", 1);
          }
        });
    return stream;
  }

  /** {@code ip monitor}; false where it is another command. */
  private static boolean monitors(NetnsExec where, ExecStream stream) throws RefusedException {
    List<String> args = where.argv().subList(1, where.argv().size());
    IpMonitor monitor = IpMonitor.of(where.stack(), args);
    if (monitor != null) {
      monitor.start(stream::out);
      stream.onClose(monitor::close);
    }
    return monitor != null;
  }

  /** {@code trace} of packets as they come; false where one is described. */
  private static boolean traces(NetnsExec where, ExecStream stream) throws RefusedException {
    List<String> args = where.argv().subList(1, where.argv().size());
    LiveTrace trace = TraceCommand.live(where.stack(), args);
    if (trace != null) {
      trace.start(
          output(stream),
          () -> {
            trace.close();
            stream.end(0);
          });
      stream.onClose(trace::close);
    }
    return trace != null;
  }

  private static LiveOutput output(ExecStream stream) {
    return new LiveOutput() {
      @Override
      public boolean isFull() {
        return stream.isFull();
      }

      @Override
      public void out(String line) {
        stream.out(line);
      }

      @Override
      public void err(String line) {
        stream.err(line);
      }
    };
  }

  /** {@code conntrack -E}; false for what ends by itself. */
  private static boolean flows(NetnsExec where, ExecStream stream) throws RefusedException {
    List<String> args = where.argv().subList(1, where.argv().size());
    ConntrackMonitor flows = ConntrackMonitor.of(where.stack(), args);
    if (flows != null) {
      flows.start(
          output(stream),
          () -> {
            flows.close();
            stream.end(0);
          });
      stream.onClose(flows::close);
    }
    return flows != null;
  }

  private ExecResult service(ServiceKeys.Kind kind, String netns, List<String> args) {
    ServiceWord.Answer answer = ServiceWord.run(daemon.services().table(), kind, netns, args);
    return new ExecResult(answer.status(), answer.stdout(), answer.stderr());
  }

  private boolean isDevice(String name) {
    return daemon.network().stack().device(name) != null
        || daemon.plugs().stream().anyMatch(plug -> plug.name().equals(name));
  }

  /** With what guests cannot do with the VLANs that the command has made, on standard error. */
  private ExecResult warned(ExecResult result, List<String> args) {
    if (args.stream().noneMatch(word -> word.startsWith("v") || word.startsWith("-b"))) {
      return result; // neither vlan, v… nor a batch
    }
    List<PortDevice> ports = new ArrayList<>();
    for (Plug plug : daemon.plugs()) {
      NcsiController ncsi = plug.ncsi();
      if (ncsi != null && ncsi.snapshot().used()) {
        ports.add(plug.port());
      }
    }
    StringBuilder said = new StringBuilder(result.stderr());
    for (String warning : vlans.news(ports)) {
      LOG.warn(warning);
      said.append("Warning: ").append(warning).append('\n');
    }
    return new ExecResult(result.status(), result.stdout(), said.toString());
  }

  private static ExecResult of(IpCommand.Result result) {
    return new ExecResult(result.status(), result.stdout(), result.stderr());
  }

  @Override
  public Object ports() {
    return daemon.plugs().stream().map(this::port).toList();
  }

  private Map<String, @Nullable Object> port(Plug plug) {
    DeviceStatistics s = plug.port().statistics;
    List<IpAddress> addresses = daemon.guests().addresses(plug.port());
    NcsiController ncsi = plug.ncsi();
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("name", plug.name());
    all.put("connected", plug.attached());
    all.put("link", plug.port().isUp() && plug.port().hasCarrier());
    all.put("mac", guestMac(plug));
    all.put("addresses", addresses.stream().map(IpAddress::toString).toList());
    all.put("ncsi", ncsi == null ? null : ncsi.snapshot());
    all.put("rx", Map.of("packets", s.rxPackets, "bytes", s.rxBytes));
    all.put("tx", Map.of("packets", s.txPackets, "bytes", s.txBytes));
    Map<String, Long> drops = new LinkedHashMap<>();
    for (DropReason reason : DropReason.values()) {
      if (s.drops(reason) > 0) {
        drops.put(reason.name(), s.drops(reason));
      }
    }
    all.put("drops", drops);
    return all;
  }

  /** The address heard of last behind a port: by the bridge that has it, else by itself. */
  private @Nullable String guestMac(Plug plug) {
    PortDevice own = plug.port();
    long[] newest = {0, Long.MAX_VALUE};
    if (own.master() instanceof Bridge bridge) {
      bridge
          .table()
          .forEach(
              daemon.network().stack().loop().now(),
              (mac, vid, port, age) -> {
                if (port != null && port.device().equals(own) && age < newest[1]) {
                  newest[0] = mac;
                  newest[1] = age;
                }
              });
    } else {
      newest[0] = daemon.guests().mac(own);
    }
    return newest[0] == 0 ? null : Addresses.macToString(newest[0]);
  }

  @Override
  public Object leases() {
    List<Map<String, @Nullable Object>> all = new ArrayList<>();
    daemon
        .services()
        .table()
        .forEachLease((device, lease) -> all.add(LeaseJson.toMap(lease, device)));
    daemon.services().table().forEachLease6((device, lease) -> all.add(lease.toMap(device)));
    return all;
  }

  @Override
  public Object forwards() {
    return daemon.forwards().stream().map(this::forward).toList();
  }

  private Map<String, @Nullable Object> forward(ForwardTable.Entry entry) {
    Map<String, @Nullable Object> all = Ready.forward(entry, daemon.guests());
    IpAddress target = entry.target();
    all.put("target", target == null ? null : target.toString());
    return all;
  }

  @Override
  public CompletionStage<? extends Object> addForward(String rule) {
    try {
      Forward forward = Forward.parse(Source.DEFAULT, rule, Path.of("/"));
      NetworkStack own = daemon.network().stack();
      List<Plug> plugs = daemon.plugs();
      forward.checkGuest(
          plugs.stream().map(Plug::name).toList(),
          plugs.stream().filter(p -> own.devices().contains(p.port())).map(Plug::name).toList());
      Map<String, @Nullable Object> added = forward(daemon.outside().forwards().add(forward));
      daemon.events().append("forward", Map.of("id", added.getOrDefault("id", 0), "open", true));
      return CompletableFuture.completedStage(added);
    } catch (ConfigException e) {
      throw new ControlException(400, "invalid", e.getMessage());
    } catch (ForwardException e) {
      throw new ControlException(
          e.isTaken() ? 409 : 500,
          e.isTaken() ? "taken" : "failed",
          String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void removeForward(int id) {
    if (!daemon.outside().forwards().remove(id)) {
      throw new ControlException(404, "unknown", "there is no forward " + id);
    }
    daemon.events().append("forward", Map.of("id", id, "open", false));
  }

  @Override
  public Object captures() {
    return captures.list();
  }

  @Override
  public CompletionStage<? extends Object> addCapture(
      @Nullable String port, @Nullable String file) {
    return captures.add(port, file);
  }

  @Override
  public void removeCapture(int id) {
    captures.remove(id);
  }

  @Override
  public ByteStream readCapture(int id) {
    return captures.read(id);
  }

  @Override
  public String metrics() {
    MetricsText text = new MetricsText();
    // the format wants all samples of one metric together
    devices(text, "rx_packets", "Packets received.", d -> d.statistics.rxPackets);
    devices(text, "rx_bytes", "Bytes received.", d -> d.statistics.rxBytes);
    devices(text, "tx_packets", "Packets sent.", d -> d.statistics.txPackets);
    devices(text, "tx_bytes", "Bytes sent.", d -> d.statistics.txBytes);
    for (DropReason reason : DropReason.values()) {
      String name = reason.name().toLowerCase(Locale.ROOT);
      long count = daemon.pool().drops(reason);
      text.counter("patchbay_drops_total", "Packets dropped.", count, "reason", name);
    }
    for (Captures.Capture capture : daemon.captures().list()) {
      String id = String.valueOf(capture.id());
      text.counter(
          "patchbay_capture_packets_total", "Packets captured.", capture.packets(), "id", id);
    }
    for (Captures.Capture capture : daemon.captures().list()) {
      String id = String.valueOf(capture.id());
      text.counter(
          "patchbay_capture_lost_total", "Packets lost by a capture.", capture.lost(), "id", id);
    }
    daemon
        .monitors()
        .all()
        .forEach((port, monitor) ->
            text.counter(
                "patchbay_repairs_total",
                "Repairs of a guest's card by QMP.",
                monitor.repairs(),
                "port",
                port));
    text.gauge(
        "patchbay_loop_longest_turn_nanoseconds",
        "The longest turn of the loop since this was last asked for.",
        daemon.loop().takeLongestTurn());
    text.gauge("patchbay_packet_memory_bytes", "Packet memory in use.", daemon.pool().used());
    for (Plug plug : daemon.plugs()) {
      text.gauge(
          "patchbay_port_memory_bytes",
          "Packet memory that a port's guest pins.",
          plug.memory().used(),
          "port",
          plug.name());
    }
    for (Plug plug : daemon.plugs()) {
      text.counter(
          "patchbay_port_memory_refused_total",
          "Packet memory refused to a port that had its fair share.",
          plug.memory().refused(),
          "port",
          plug.name());
    }
    for (Plug plug : daemon.plugs()) {
      text.counter(
          "patchbay_port_stalls_total",
          "Times that a guest ceased to take its frames, if only for a moment.",
          plug.statistics().stalls,
          "port",
          plug.name());
    }
    text.gauge("patchbay_tcp_flows", "TCP flows of the uplink.", daemon.outside().tcpFlows());
    text.gauge("patchbay_udp_flows", "UDP flows of the uplink.", daemon.outside().udpFlows());
    UplinkMetrics.add(text, daemon.outside());
    UplinkMetrics.add(text, daemon.uplinks().vxlans());
    return text.toString();
  }

  private void devices(
      MetricsText text, String what, String help, ToLongFunction<NetDevice> value) {
    String metric = "patchbay_" + what + "_total";
    DeviceWatch.forEach(
        daemon.network().stack().namespaces(),
        (name, device) -> text.counter(metric, help, value.applyAsLong(device), "device", name));
  }
}
