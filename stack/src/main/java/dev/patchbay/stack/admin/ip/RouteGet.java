package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.Flow;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.socket.Errno;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip route get}: how a packet of ours to an address would go, found the way that packets of
 * sockets go ({@code inet_rtm_getroute}, {@code inet6_rtm_getroute}).
 */
final class RouteGet {
  private static final List<String> OTHERS =
      List.of("tos", "dsfield", "iif", "mark", "vrf", "uid", "ipproto", "sport", "dport");

  private final NetworkStack stack;
  private final IpOptions options;
  private @Nullable IpAddress to;
  private int bits;
  private @Nullable IpAddress from;
  private @Nullable String deviceName;
  private boolean fibMatch;

  RouteGet(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String run(List<String> words) throws RefusedException {
    Words rest = new Words(words);
    while (rest.hasNext()) {
      word(rest.next(), rest);
    }
    if (to == null) {
      throw new RefusedException(RefusedException.FAILED, "need at least a destination address");
    }
    if (bits < to.bits()) {
      throw RefusedException.unsupported("ip route get with a prefix");
    }
    if (from != null && from.isV4() != to.isV4()) {
      throw RefusedException.unsupported("ip route get from an address of the other family");
    }
    NetDevice device = deviceName == null ? null : DeviceFilter.outgoing(stack, deviceName);
    Flow flow = flow(to, device);
    RouteEntry entry = entry(to, device);
    if (fibMatch) {
      if (entry == null) {
        throw RefusedException.answered(Errno.ENETUNREACH, null);
      }
      return printer().print(List.of(to.isV4() ? asOneTable(entry) : entry));
    }
    Map<String, Object> map = to.isV4() ? map4(to, flow) : map6(to, flow, entry);
    return options.print(List.of(map), found -> found, found -> text(found) + "\n");
  }

  private void word(String word, Words rest) throws RefusedException {
    switch (word) {
      case "from" -> {
        AddressWord.Prefix prefix = AddressWord.prefix(rest.next(), options.family());
        from = prefix.address();
        if (from == null || prefix.length() < from.bits()) {
          throw RefusedException.unsupported("ip route get from a prefix");
        }
      }
      case "oif", "dev" -> deviceName = rest.next();
      case "fibmatch" -> fibMatch = true;
      default -> {
        if (OTHERS.contains(word)) {
          throw RefusedException.unsupported("ip route get " + word);
        }
        String address = word.equals("to") ? rest.next() : word;
        AddressWord.Prefix prefix = AddressWord.prefix(address, options.family());
        to = prefix.address() == null ? IpAddress.ANY4 : prefix.address();
        bits = prefix.address() == null ? 0 : prefix.length();
      }
    }
  }

  /** Without rules of an administrator IPv4's local and main are one ({@code fib_trie_unmerge}). */
  private static RouteEntry asOneTable(RouteEntry entry) {
    boolean local = entry.table() == RouteEntry.LOCAL;
    long table = local ? RouteEntry.MAIN : entry.table();
    return new RouteEntry(table, entry.destination(), entry.prefix(), entry.route());
  }

  private RoutePrinter printer() throws RefusedException {
    List<String> anyTable = List.of("table", "all");
    return new RoutePrinter(options, RouteFilter.parse(stack, options, "get", anyTable));
  }

  private Flow flow(IpAddress dst, @Nullable NetDevice device) throws RefusedException {
    Flow flow = new Flow();
    IpSocketOptions any = new IpSocketOptions();
    any.broadcast = true;
    IpAddress src = from != null ? from : dst.isV4() ? IpAddress.ANY4 : IpAddress.ANY6;
    int error =
        stack.socketOutput().resolve(flow, any, src.hi(), src.lo(), dst.hi(), dst.lo(), device);
    if (error == -Errno.EINVAL && from != null && !stack.isLocal(src.hi(), src.lo())) {
      error = -Errno.ENETUNREACH;
    }
    if (error != 0) {
      throw RefusedException.answered(-error, null);
    }
    return flow;
  }

  private @Nullable RouteEntry entry(IpAddress dst, @Nullable NetDevice device) {
    Fib fib = dst.isV4() ? stack.routes4() : stack.routes6();
    return fib.match(dst, route -> device == null || device.equals(route.device()));
  }

  private Map<String, Object> map4(IpAddress dst, Flow flow) {
    Map<String, Object> map = new LinkedHashMap<>();
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
    if (!type.equals("unicast") || options.details()) {
      map.put("type", type);
    }
    map.put("dst", dst.toString());
    if (from != null) {
      map.put("from", from.toString());
    }
    boolean direct = flow.isLocal() || flow.nextHop().equals(new IpAddress(flow.dstHi, flow.dstLo));
    if (!direct) {
      map.put("gateway", flow.nextHop().toString());
    }
    NetDevice out = flow.device();
    map.put("dev", out == null ? "lo" : out.name());
    if (options.details()) {
      map.put("table", "main");
    }
    if (from == null) {
      map.put("prefsrc", new IpAddress(flow.srcHi, flow.srcLo).toString());
    }
    map.put("flags", List.of());
    map.put("uid", 0);
    map.put("cache", kinds);
    if (out != null && flow.pathMtu != Math.min(out.mtu(), 65535)) {
      map.put("metrics", List.of(Map.of("mtu", flow.pathMtu)));
    }
    return map;
  }

  private Map<String, Object> map6(IpAddress dst, Flow flow, @Nullable RouteEntry entry)
      throws RefusedException {
    RouteEntry known =
        entry != null
            ? entry
            : new RouteEntry(
                RouteEntry.MAIN,
                dst,
                128,
                Route.of(Route.Type.UNICAST, flow.device(), Scope.GLOBAL));
    NetDevice out = flow.isLocal() ? stack.loopback() : flow.device();
    IpAddress source = new IpAddress(flow.srcHi, flow.srcLo);
    Route route = known.route().withDevice(out).withSource(source);
    RouteEntry shown = new RouteEntry(known.table(), dst, 128, route);
    Map<String, Object> map = new LinkedHashMap<>();
    printer()
        .json(shown)
        .forEach((name, value) -> {
          map.put(name, value);
          if (name.equals("dst")) {
            map.put("from", from == null ? "::" : from.toString());
          }
        });
    return map;
  }

  private static String text(Map<String, Object> map) {
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
        case "pref" -> line.append("pref ").append(value);
        default -> line.append(RoutePrinter.word(name)).append(' ').append(value).append(' ');
      }
    });
    return line.toString();
  }
}
