package dev.patchbay.stack.admin.save;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Standing;
import dev.patchbay.stack.admin.bridge.BridgeCommand;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.ip.NetnsExec;
import dev.patchbay.stack.admin.ipset.IpsetCommand;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.admin.sysctl.SysctlCommand;
import dev.patchbay.stack.admin.tc.TcCommand;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.netfilter.place.TableKind;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.vxlan.FakeHost;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A network as the daemon has it at its start: {@code br0} with two ports, {@code host0}. */
final class Appliance {
  private static final Pattern WORD = Pattern.compile("(?:'[^']*'|\\\\.|[^\\s'\\\\])+");
  private static final Pattern PART = Pattern.compile("'([^']*)'|\\\\(.)");

  final VirtualLoop loop = new VirtualLoop();
  final NetworkStack stack = new NetworkStack(loop, new PacketPool(), new RandomSource(7));
  final Standing standing;

  Appliance() {
    stack.namespaces().host(new FakeHost());
    Bridge bridge = new Bridge(stack.nextIndex(), "br0", 0x52550a000202L, loop, 1);
    UplinkDevice uplink = new UplinkDevice(stack.nextIndex(), "host0");
    bridge.attributes().permanent = true;
    uplink.attributes().permanent = true;
    stack.add(bridge);
    stack.add(uplink);
    address(bridge, "10.0.2.2", 24, false);
    address(bridge, "10.0.2.3", 24, true);
    address(bridge, "fec0::2", 64, false);
    stack.setUp(bridge, true);
    stack.setUp(uplink, true);
    Route world = Route.of(Route.Type.UNICAST, uplink, Scope.LINK).withProtocol("boot");
    Route world6 = Route.of(Route.Type.UNICAST, uplink, Scope.GLOBAL).withProtocol("boot");
    stack.routes4().add(RouteEntry.MAIN, IpAddress.ANY4, 0, world);
    stack.routes6().add(RouteEntry.MAIN, IpAddress.ANY6, 0, world6.withMetric(1024));
    for (String name : List.of("net0", "net1")) {
      int index = stack.nextIndex();
      PortDevice port = new PortDevice(index, name, 0x52550a010000L | index, 1500);
      port.attributes().permanent = true;
      stack.add(port);
      bridge.addPort(port);
      stack.setUp(port, true);
    }
    standing = Standing.of(stack.namespaces());
  }

  private void address(Bridge bridge, String text, int prefix, boolean secondary) {
    IpAddress address = IpAddress.parse(text);
    boolean v4 = address.isV4();
    IpAddress toAll = v4 ? new IpAddress(0, address.lo() | 0xffffffffL >>> prefix) : null;
    Scope scope = v4 ? Scope.GLOBAL : Scope.SITE;
    stack.addAddress(
        bridge, new InterfaceAddress(address, prefix, toAll, scope, secondary, !v4, "br0"));
  }

  /** Runs a line of a script. */
  IpCommand.Result run(String line) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(line);
    while (matcher.find()) {
      words.add(PART.matcher(matcher.group()).replaceAll(Appliance::plain));
    }
    try {
      NetnsExec where = NetnsExec.of(stack, words);
      return run(where.stack(), where.argv());
    } catch (RefusedException e) {
      return new IpCommand.Result(e.status(), "", e.getMessage() + "\n");
    }
  }

  private static String plain(MatchResult part) {
    return Matcher.quoteReplacement(part.group(1) != null ? part.group(1) : part.group(2));
  }

  private static IpCommand.Result run(NetworkStack stack, List<String> words) {
    String word = words.getFirst();
    List<String> rest = words.subList(1, words.size());
    return switch (word) {
      case "ip" -> new IpCommand().run(stack, rest);
      case "bridge" -> new BridgeCommand().run(stack, rest);
      case "tc" -> new TcCommand().run(stack, rest, "");
      case "sysctl" -> new SysctlCommand().run(stack, rest, "");
      case "ipset" -> new IpsetCommand(PortNames.NONE).run(stack, rest, "");
      case "iptables", "ip6tables" ->
          new IptablesCommand(PortNames.NONE).run(stack, word, rest, "");
      default -> throw new IllegalArgumentException(word);
    };
  }

  /** Runs lines that are to succeed. */
  Appliance runs(String... lines) {
    for (String line : lines) {
      IpCommand.Result result = run(line);
      assertThat(result.status()).as("%s: %s", line, result.stderr()).isZero();
    }
    return this;
  }

  /** Time goes on until addresses are known to be ours alone, and spanning trees stand. */
  Appliance settles() {
    loop.runForMillis(60_000);
    return this;
  }

  String save() {
    return new SaveCommand(standing, List.of()).run(stack.namespaces(), List.of()).stdout();
  }

  /** A fresh one after a script. */
  static Appliance loaded(String script) {
    Appliance made = new Appliance();
    script
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> {
          IpCommand.Result result = made.run(line);
          assertThat(result.status()).as("%s: %s\nof\n%s", line, result.stderr(), script).isZero();
        });
    return made.settles();
  }

  /** All that is shown of all namespaces, without what is none of the configuration. */
  String all() {
    StringBuilder out = new StringBuilder();
    List<String> names = new ArrayList<>(stack.namespaces().names().reversed());
    names.addFirst("");
    for (String name : names) {
      String n = name.isEmpty() ? "" : "-n " + name + " ";
      out.append("== ").append(name).append('\n');
      sorted(out, "ip " + n + "-d -o link");
      sorted(out, "ip " + n + "-o addr");
      for (String what :
          List.of("-4 route show table all", "-6 route show table all", "-4 rule", "-6 rule")) {
        if (what.startsWith("-6 route")) {
          sorted(out, "ip " + n + "-d -o " + what);
        } else {
          shown(out, "ip " + n + "-d " + what);
        }
      }
      sorted(out, "ip " + n + "neigh show nud permanent");
      sorted(out, "ip " + n + "neigh show proxy");
      sorted(out, "bridge " + n + "-o vlan");
      sorted(out, "bridge " + n + "mdb");
      sorted(out, "bridge " + n + "fdb");
      sorted(out, "tc " + n + "-d qdisc");
      List<NetDevice> devices = new ArrayList<>(Objects.requireNonNull(at(name)).devices());
      devices.sort(Comparator.comparing(NetDevice::name));
      for (NetDevice device : devices) {
        for (String place : List.of("ingress", "egress", "root")) {
          shown(out, "tc " + n + "filter show dev " + device.name() + " " + place);
        }
      }
      String within = name.isEmpty() ? "" : "ip netns exec " + name + " ";
      sorted(out, within + "sysctl -a");
      sorted(out, within + "ipset -sorted list");
      for (TableKind table : TableKind.values()) {
        shown(out, within + "iptables -S -t " + table.word());
        shown(out, within + "ip6tables -S -t " + table.word());
      }
    }
    return out.toString();
  }

  private @Nullable NetworkStack at(String name) {
    return name.isEmpty() ? stack : stack.namespaces().find(name);
  }

  private void shown(StringBuilder out, String command) {
    runs(command);
    out.append("$ ").append(command).append('\n').append(run(command).stdout());
  }

  private void sorted(StringBuilder out, String command) {
    runs(command);
    out.append("$ ").append(command).append('\n');
    run(command)
        .stdout()
        .replaceAll("\\\\(?=\\S)", "\n") // devices of a listing of VLANs
        .lines()
        // groups that were joined, and addresses of devices
        .filter(line -> !command.contains("fdb") || line.matches(".*(static|dst ).*"))
        .filter(line -> !command.contains("mdb") || line.contains("permanent"))
        .map(Appliance::masked)
        .sorted()
        .forEach(line -> out.append(line).append('\n'));
  }

  /** Without indices, timers, lifetimes, and whether a device that is down was ever up. */
  private static String masked(String line) {
    return line.replaceFirst("^\\d+: ", "")
        .replaceFirst("\\\\$", "")
        .replaceAll("@if\\d+", "@far")
        .replaceFirst("(link-netnsid) \\d+", "$1") // in the order in which they were met
        .replaceFirst(" tentative ", " ") // who was down before nobody was to be asked any more
        .replaceFirst(" qdisc no(op|queue) ", " ")
        .replaceAll("_timer +\\d+\\.\\d+", "")
        .replaceAll(
            "(port_id|port_no|designated_\\w+|root_port|root_path_cost|topology_change\\w*) \\S+",
            "");
  }
}
