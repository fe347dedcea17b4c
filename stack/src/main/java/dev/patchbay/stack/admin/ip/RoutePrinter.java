package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.autoconf.LearnedRoute;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Multipath;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Routes as {@code print_route} of iproute2 prints them, as text and as JSON. */
final class RoutePrinter {
  private final IpOptions options;

  /** What it names is left out, since it is the same for all. */
  private final RouteFilter filter;

  private final NetworkStack stack;

  RoutePrinter(NetworkStack stack, IpOptions options, RouteFilter filter) {
    this.stack = stack;
    this.options = options;
    this.filter = filter;
  }

  String print(List<RouteEntry> routes) {
    return options.print(routes, this::json, route -> text(route) + "\n");
  }

  private static String destination(RouteEntry entry) {
    IpAddress to = entry.destination();
    if (entry.prefix() == 0) {
      return "default";
    }
    return entry.prefix() == to.bits() ? to.toString() : to + "/" + entry.prefix();
  }

  /** What both forms say, under JSON's names, in the order of {@code print_route}. */
  Map<String, Object> json(RouteEntry entry) {
    Map<String, Object> map = new LinkedHashMap<>();
    Route route = entry.route();
    boolean six = !entry.destination().isV4();
    if (route.type() != Route.Type.UNICAST || options.details()) {
      map.put("type", RouteNames.of(route.type()));
    }
    map.put("dst", destination(entry));
    if (route.tos() != 0 && !filter.namesTos()) {
      map.put("tos", RouteNames.ofTos(route.tos()));
    }
    boolean several = route.hops() != null;
    IpAddress gateway = several ? null : route.gateway();
    if (gateway != null && !filter.namesGateway()) {
      map.put("gateway", gateway.toString());
    }
    String device = several ? null : device(route, six);
    if (device != null && filter.device() == null) {
      map.put("dev", device);
    }
    if (filter.table() == RouteFilter.ALL
        && (entry.table() != RouteEntry.MAIN || options.details())) {
      map.put("table", RouteNames.ofTable(entry.table()));
    }
    if (!filter.namesProtocol() && (!route.protocol().equals("boot") || options.details())) {
      map.put("protocol", route.protocol());
    }
    Scope scope = RouteFilter.shownScope(entry);
    if (!filter.namesScope() && (options.details() || scope != Scope.GLOBAL)) {
      map.put("scope", RouteNames.of(scope));
    }
    IpAddress source = route.source();
    if (source != null && !filter.namesSource()) {
      map.put("prefsrc", source.toString());
    }
    if (!filter.namesMetric() && (six || route.metric() != 0)) {
      map.put("metric", route.metric());
    }
    map.put("flags", several ? List.of() : flags(route));
    LearnedRoute learned = six ? stack.routerDiscovery().about(entry) : null;
    long left = learned == null ? -1 : learned.secondsLeft(stack.loop().now());
    if (left >= 0) {
      map.put("expires", left);
    }
    Map<String, Integer> metrics = new LinkedHashMap<>();
    if (route.mtu() != 0 && (learned == null || learned.showsMtu())) {
      metrics.put("mtu", route.mtu());
    }
    if (learned != null && learned.hopLimit() != 0) {
      metrics.put("hoplimit", learned.hopLimit());
    }
    if (!metrics.isEmpty()) {
      map.put("metrics", List.of(metrics));
    }
    if (six) {
      map.put("pref", learned == null ? "medium" : learned.preference());
    }
    if (route.hops() != null) {
      map.put("nexthops", route.hops().hops().stream().map(RoutePrinter::hop).toList());
    }
    return map;
  }

  private static Map<String, Object> hop(Multipath.Hop hop) {
    Map<String, Object> map = new LinkedHashMap<>();
    Route way = hop.way();
    if (way.gateway() != null) {
      map.put("gateway", way.gateway().toString());
    }
    if (way.device() != null) {
      map.put("dev", way.device().name());
    }
    map.put("weight", hop.weight());
    map.put("flags", flags(way));
    return map;
  }

  private String hopText(Multipath.Hop hop) {
    StringBuilder line = new StringBuilder(options.oneLine() ? "\\" : "\n").append("\tnexthop ");
    hop(hop)
        .forEach((name, value) -> {
          if (!name.equals("flags")) {
            line.append(word(name)).append(' ').append(value).append(' ');
          }
        });
    flags(hop.way()).forEach(flag -> line.append(flag).append(' '));
    return line.toString();
  }

  /** In IPv6 what refuses stands at the loopback. */
  private static @Nullable String device(Route route, boolean six) {
    NetDevice out = route.device();
    if (out != null) {
      return out.name();
    }
    return six ? "lo" : null;
  }

  private static List<String> flags(Route route) {
    List<String> flags = new ArrayList<>();
    NetDevice out = route.device();
    boolean ours = route.type() == Route.Type.LOCAL; // which needs no cable
    if (out != null && !ours && !out.isUp()) {
      flags.add("dead");
    }
    if (route.onlink()) {
      flags.add("onlink");
    }
    if (out != null && !ours && !(out.isUp() && out.hasCarrier())) {
      flags.add("linkdown");
    }
    return flags;
  }

  private String text(RouteEntry entry) {
    StringBuilder line = new StringBuilder();
    Route route = entry.route();
    json(entry)
        .forEach((name, value) -> {
          switch (name) {
            case "type", "dst" -> line.append(value).append(' ');
            case "flags" -> {
              if (route.hops() == null) {
                flags(route).forEach(flag -> line.append(flag).append(' '));
              }
            }
            case "nexthops" -> route.allHops().forEach(hop -> line.append(hopText(hop)));
            case "expires" -> line.append("expires ").append(value).append("sec ");
            case "metrics" -> metrics(value, line);
            case "pref" -> line.append("pref ").append(value);
            default -> line.append(word(name)).append(' ').append(value).append(' ');
          }
        });
    return line.toString();
  }

  private static void metrics(Object value, StringBuilder line) {
    for (Object one : (List<?>) value) {
      ((Map<?, ?>) one)
          .forEach((name, number) -> line.append(name).append(' ').append(number).append(' '));
    }
  }

  /** A name of JSON in text. */
  static String word(String name) {
    return switch (name) {
      case "gateway" -> "via";
      case "protocol" -> "proto";
      case "prefsrc" -> "src";
      default -> name;
    };
  }
}
