package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.Flow;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.FlowKey;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip route get}: how a packet would go, found the way that packets of sockets go, or with
 * {@code iif} those that come in ({@code inet_rtm_getroute}, {@code inet6_rtm_getroute}). Nothing
 * is counted.
 */
final class RouteGet {
  private final NetworkStack stack;
  private final IpOptions options;
  private int family;
  private @Nullable IpAddress to;
  private int bits;
  private @Nullable IpAddress from;
  private boolean fromNetwork;
  private @Nullable String outputName;
  private @Nullable String inputName;
  private boolean fibMatch;
  private long mark;
  private int tos;
  private int protocol;
  private int sport;
  private int dport;
  private long uid;

  RouteGet(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
    family = options.family();
  }

  IpCommand.Result run(List<String> words) throws RefusedException {
    Words.each(words, this::word);
    if (to == null) {
      throw new RefusedException(RefusedException.FAILED, "need at least a destination address");
    }
    NetDevice input = inputName == null ? null : DeviceFilter.outgoing(stack, inputName);
    NetDevice output = outputName == null ? null : DeviceFilter.outgoing(stack, outputName);
    if (fromNetwork) {
      throw RefusedException.answered(
          Errno.EINVAL,
          to.isV4()
              ? "ipv4: Invalid values in header for route get request"
              : "ipv6: Invalid values in header for get route request");
    }
    checkProtocol(to.isV4());
    String warning =
        bits < to.bits()
            ? String.format(
                "Warning: /%d as prefix is invalid, only /%d (or none) is supported.%n",
                bits, to.bits())
            : "";
    return new IpCommand.Result(0, answer(to, input, output), warning);
  }

  private String answer(IpAddress dst, @Nullable NetDevice input, @Nullable NetDevice output)
      throws RefusedException {
    FlowKey key = key(dst, input, output);
    Fib fib = stack.routes(dst.hi(), dst.lo());
    RouteEntry entry = fib.match(key, route -> output == null || route.uses(output));
    Flow flow = input == null ? flow(dst, output) : null;
    Route route = input == null ? null : incoming(key, fib);
    if (fibMatch) {
      if (entry == null) {
        throw RefusedException.answered(Errno.ENETUNREACH, null);
      }
      return printer().print(List.of(dst.isV4() ? asOneTable(entry) : entry));
    }
    Map<String, Object> map;
    if (flow == null) {
      map = dst.isV4() ? incoming4(dst, key, route, entry) : incoming6(dst, route, entry);
    } else {
      map = dst.isV4() ? map4(dst, flow, entry) : map6(dst, flow, entry);
    }
    return options.print(List.of(map), found -> found, found -> text(found) + "\n");
  }

  private FlowKey key(IpAddress dst, @Nullable NetDevice input, @Nullable NetDevice output) {
    FlowKey key = new FlowKey().to(dst.hi(), dst.lo()).by(output);
    if (from != null) {
      key.from(from.hi(), from.lo());
    }
    key.input = input;
    key.mark = (int) mark;
    key.tos = tos;
    key.protocol = protocol;
    key.sourcePort = sport;
    key.destinationPort = dport;
    return key;
  }

  /** {@code rtm_getroute_parse_ip_proto}. */
  private void checkProtocol(boolean v4) throws RefusedException {
    boolean known =
        protocol == 0
            || protocol == IpProtocol.TCP
            || protocol == IpProtocol.UDP
            || protocol == (v4 ? IpProtocol.ICMP : IpProtocol.ICMPV6);
    if (!known) {
      throw RefusedException.answered(Errno.EOPNOTSUPP, "Unsupported ip proto");
    }
  }

  private void word(String word, Words rest) throws RefusedException {
    switch (word) {
      case "from" -> {
        AddressWord.Prefix prefix = AddressWord.prefix(rest.next(), family);
        from = prefix.address();
        fromNetwork = from != null && prefix.length() < from.bits();
        family = familyOf(prefix);
      }
      case "oif", "dev" -> outputName = rest.next();
      case "iif" -> inputName = rest.next();
      case "fibmatch" -> fibMatch = true;
      case "tos", "dsfield" -> tos = RuleSelector.tos(rest.next());
      case "mark" -> mark = number(rest.next(), 0xffff_ffffL, "invalid mark value");
      case "uid" -> uid = number(rest.next(), 0xffff_ffffL, "invalid UID\n");
      case "ipproto" -> protocol = RuleSelector.ipProtocol(rest.next());
      case "sport" -> sport = (int) number(rest.next(), 0xffff, "invalid sport\n");
      case "dport" -> dport = (int) number(rest.next(), 0xffff, "invalid dport\n");
      case "vrf" -> throw RefusedException.unsupported("ip route get vrf");
      default -> {
        String address = word.equals("to") ? rest.next() : word;
        AddressWord.Prefix prefix = AddressWord.prefix(address, family);
        to = prefix.address() == null ? IpAddress.ANY4 : prefix.address();
        bits = prefix.address() == null ? 0 : prefix.length();
        family = familyOf(prefix);
      }
    }
  }

  private int familyOf(AddressWord.Prefix prefix) {
    IpAddress address = prefix.address();
    return family != 0 || address == null ? family : address.isV4() ? 4 : 6;
  }

  private static long number(String word, long max, String what) throws RefusedException {
    return Words.known(Numbers.unsigned(word, max), word, what);
  }

  /** Before the first rule of ours IPv4's local and main are one ({@code fib_trie_unmerge}). */
  private RouteEntry asOneTable(RouteEntry entry) {
    return new RouteEntry(tableOf(entry), entry.destination(), entry.prefix(), entry.route());
  }

  private long tableOf(@Nullable RouteEntry entry) {
    if (entry == null) {
      return RouteEntry.MAIN;
    }
    boolean one = entry.table() == RouteEntry.LOCAL && !stack.routes4().rules().wasChanged();
    return one ? RouteEntry.MAIN : entry.table();
  }

  private RoutePrinter printer() throws RefusedException {
    List<String> anyTable = List.of("table", "all");
    return new RoutePrinter(stack, options, RouteFilter.parse(stack, options, "get", anyTable));
  }

  // ---- what we send

  private Flow flow(IpAddress dst, @Nullable NetDevice device) throws RefusedException {
    Flow flow = new Flow();
    flow.protocol = protocol;
    flow.sourcePort = sport;
    flow.destinationPort = dport;
    IpSocketOptions any = new IpSocketOptions();
    any.broadcast = true;
    any.mark = (int) mark;
    any.tos = tos;
    any.trafficClass = tos;
    any.freebind = !dst.isV4();
    IpAddress src = from != null ? from : dst.isV4() ? IpAddress.ANY4 : IpAddress.ANY6;
    int error =
        stack.socketOutput().find(flow, any, src.hi(), src.lo(), dst.hi(), dst.lo(), device);
    if (error == -Errno.EINVAL && from != null && !stack.isLocal(src.hi(), src.lo())) {
      error = -Errno.ENETUNREACH;
    }
    if (error != 0) {
      throw RefusedException.answered(-error, null);
    }
    return flow;
  }

  private Map<String, Object> map4(IpAddress dst, Flow flow, @Nullable RouteEntry entry) {
    List<String> kinds = new ArrayList<>();
    String type = "unicast";
    if (flow.isLocal() || flow.isBroadcast()) {
      kinds.add("local");
      type = "local";
    }
    if (flow.isBroadcast()) {
      kinds.add("brd");
      type = "broadcast";
    } else if (flow.isMulticast()) {
      kinds.add("mc");
      type = "multicast";
    }
    boolean direct = flow.isLocal() || flow.nextHop().equals(new IpAddress(flow.dstHi, flow.dstLo));
    NetDevice out = flow.device();
    boolean many = flow.isMulticast() || Addresses.isLimitedBroadcast(flow.dstHi, flow.dstLo);
    Map<String, Object> map =
        begin4(type, dst, direct ? null : flow.nextHop(), out, many ? null : entry);
    if (from == null) {
      map.put("prefsrc", new IpAddress(flow.srcHi, flow.srcLo).toString());
    }
    map.put("flags", List.of());
    putMark(map);
    map.put("uid", uid);
    map.put("cache", kinds);
    if (out != null && flow.pathMtu != Math.min(out.mtu(), 65535)) {
      map.put("metrics", List.of(Map.of("mtu", flow.pathMtu)));
    }
    return map;
  }

  private Map<String, Object> begin4(
      String type,
      IpAddress dst,
      @Nullable IpAddress gateway,
      @Nullable NetDevice out,
      @Nullable RouteEntry entry) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (!type.equals("unicast") || options.details()) {
      map.put("type", type);
    }
    map.put("dst", dst.toString());
    if (from != null) {
      map.put("from", from.toString());
    }
    if (entry != null && entry.route().tos() != 0) {
      map.put("tos", RouteNames.ofTos(entry.route().tos()));
    }
    if (gateway != null) {
      map.put("gateway", gateway.toString());
    }
    map.put("dev", out == null ? "lo" : out.name());
    long table = tableOf(entry);
    if (options.details() || table != RouteEntry.MAIN) {
      map.put("table", RouteNames.ofTable(table));
    }
    return map;
  }

  private void putMark(Map<String, Object> map) {
    if (mark != 0) {
      map.put("mark", mark);
    }
  }

  private Map<String, Object> map6(IpAddress dst, Flow flow, @Nullable RouteEntry entry)
      throws RefusedException {
    NetDevice out = flow.isLocal() ? stack.loopback() : flow.device();
    RouteEntry known = entry != null ? entry : onLink(dst, out);
    boolean byGateway = !flow.isLocal() && !flow.nextHop().equals(dst);
    IpAddress source = new IpAddress(flow.srcHi, flow.srcLo);
    if (from != null) {
      IpAddress chosen = stack.output().source(null, known.route(), dst.hi(), dst.lo());
      source = chosen == null ? source : chosen;
    }
    IpAddress gateway = byGateway ? flow.nextHop() : null;
    return asGot6(dst, known, known.route().withHop(gateway, out, false).withSource(source), null);
  }

  private static RouteEntry onLink(IpAddress dst, @Nullable NetDevice out) {
    return new RouteEntry(
        RouteEntry.MAIN, dst, 128, Route.of(Route.Type.UNICAST, out, Scope.GLOBAL));
  }

  private Map<String, Object> asGot6(
      IpAddress dst, RouteEntry entry, Route route, @Nullable NetDevice input)
      throws RefusedException {
    Map<String, Object> map = new LinkedHashMap<>();
    printer()
        .json(new RouteEntry(entry.table(), dst, 128, route))
        .forEach((name, value) -> {
          if (name.equals("pref") && input != null) {
            map.put("iif", input.name());
          }
          map.put(name, value);
          if (name.equals("dst")) {
            map.put("from", from == null ? "::" : from.toString());
          }
        });
    return map;
  }

  // ---- what comes in

  /** {@code ip_route_input_slow}: the route of a packet that came by a device. */
  private Route incoming(FlowKey key, Fib fib) throws RefusedException {
    if (fib.isV4() && isMartian(key, fib)) {
      throw RefusedException.answered(Errno.EINVAL, null);
    }
    Route route = fib.lookup(key);
    if (route == null) {
      throw RefusedException.answered(Errno.ENETUNREACH, null);
    }
    switch (route.type()) {
      case BLACKHOLE -> throw RefusedException.answered(Errno.EINVAL, null);
      case PROHIBIT -> throw RefusedException.answered(Errno.EACCES, null);
      case UNREACHABLE -> throw RefusedException.answered(Errno.EHOSTUNREACH, null);
      default -> {
        return route;
      }
    }
  }

  private static boolean isMartian(FlowKey key, Fib fib) {
    return Addresses.isMulticast(key.srcHi, key.srcLo)
        || Addresses.isMulticast(key.dstHi, key.dstLo)
        || (key.srcLo >>> 24 & 0xff) == 0
        || Addresses.isLoopback(key.srcHi, key.srcLo)
        || Addresses.isLoopback(key.dstHi, key.dstLo)
        || fib.addressType(key.srcHi, key.srcLo) != Route.Type.UNICAST;
  }

  private Map<String, Object> incoming4(
      IpAddress dst, FlowKey key, @Nullable Route route, @Nullable RouteEntry entry) {
    List<String> kinds = new ArrayList<>();
    Route.Type type = route == null ? Route.Type.UNICAST : route.type();
    boolean ours = type == Route.Type.LOCAL || type == Route.Type.BROADCAST;
    if (ours) {
      kinds.add("local");
    }
    if (type == Route.Type.BROADCAST) {
      kinds.add("brd");
    }
    NetDevice input = key.input;
    if (!ours && route != null && input != null && isDetour(key, input, route)) {
      kinds.add("redirect");
    }
    IpAddress gateway = ours || route == null ? null : route.gateway();
    NetDevice out = ours || route == null ? stack.loopback() : route.device();
    Map<String, Object> map = begin4(RouteNames.of(type), dst, gateway, out, entry);
    map.put("flags", List.of());
    putMark(map);
    map.put("cache", kinds);
    map.put("iif", String.valueOf(input));
    return map;
  }

  /** Whether a neighbour sends it to us though the next hop is on the same link. */
  private boolean isDetour(FlowKey key, NetDevice input, Route route) {
    FlowKey back = new FlowKey().to(key.srcHi, key.srcLo).from(key.dstHi, key.dstLo);
    Route source = stack.routes4().lookup(back);
    return input.equals(route.device())
        && source != null
        && input.equals(source.device())
        && source.gateway() == null;
  }

  private Map<String, Object> incoming6(
      IpAddress dst, @Nullable Route route, @Nullable RouteEntry entry) throws RefusedException {
    RouteEntry known = entry != null ? entry : onLink(dst, stack.loopback());
    Route way = route == null ? known.route() : route;
    boolean ours = way.type() == Route.Type.LOCAL;
    NetDevice input = inputName == null ? null : stack.device(inputName);
    return asGot6(dst, known, ours ? way.withDevice(stack.loopback()) : way, input);
  }

  private String text(Map<String, Object> map) {
    StringBuilder line = new StringBuilder();
    map.forEach((name, value) -> {
      switch (name) {
        case "type", "dst" -> line.append(value).append(' ');
        case "flags" -> {}
        case "cache" -> {
          line.append("\n    cache ");
          if (value instanceof List<?> kinds && !kinds.isEmpty()) {
            String all = kinds.stream().map(String::valueOf).collect(Collectors.joining(","));
            line.append('<').append(all).append("> ");
          }
        }
        case "metrics" -> {
          if (value instanceof List<?> list && list.getFirst() instanceof Map<?, ?> metrics) {
            line.append("mtu ").append(metrics.get("mtu")).append(' ');
          }
        }
        case "mark" ->
            line.append("mark ")
                .append(mark < 16 ? mark : "0x" + Long.toHexString(mark))
                .append(' ');
        case "pref" -> line.append("pref ").append(value);
        default -> line.append(RoutePrinter.word(name)).append(' ').append(value).append(' ');
      }
    });
    return line.toString();
  }
}
