package dev.patchbay.stack.admin;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Route;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code ip route show}. */
final class RouteShow {
  private static final List<String> OTHERS =
      List.of(
          "proto", "scope", "type", "via", "src", "root", "match", "exact", "metric", "cache",
          "cloned", "tos", "realms", "vrf", "onlink", "from", "oif", "iif");

  private enum Table {
    MAIN,
    LOCAL,
    ALL
  }

  private final NetworkStack stack;
  private final IpOptions options;
  private Table table = Table.MAIN;
  private @Nullable NetDevice device;
  private @Nullable IpAddress destination;
  private int prefix;
  private boolean defaultOnly;

  RouteShow(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  String run(List<String> words) throws RefusedException {
    if (options.brief()) {
      throw RefusedException.unsupported("ip -brief route show");
    }
    if (options.statistics()) {
      throw RefusedException.unsupported("ip -statistics route show");
    }
    parse(words);
    List<Route> routes = new ArrayList<>();
    boolean six = options.family() == 6 || isSix(destination);
    boolean both = options.family() == 0 && table == Table.ALL && destination == null;
    if (!six || both) {
      add(routes, stack.routes4().routes(), inTrieOrder4());
    }
    if (six || both) {
      add(routes, stack.routes6().routes(), RouteShow::inTreeOrder6);
    }
    return options.print(routes, this::json, route -> text(route) + "\n");
  }

  private static boolean isSix(@Nullable IpAddress address) {
    return address != null && !address.isV4();
  }

  private void parse(List<String> words) throws RefusedException {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("dev")) {
        device = DeviceFilter.outgoing(stack, DeviceFilter.following(words, ++i));
      } else if (word.equals("table")) {
        table = table(DeviceFilter.following(words, ++i));
      } else if (OTHERS.contains(word)) {
        throw RefusedException.unsupported("ip route show " + word);
      } else {
        prefix(word.equals("to") ? DeviceFilter.following(words, ++i) : word);
      }
    }
  }

  private static Table table(String word) throws RefusedException {
    return switch (word) {
      case "main", "254" -> Table.MAIN;
      case "local", "255" -> Table.LOCAL;
      case "all", "0" -> Table.ALL;
      default ->
          throw new RefusedException(
              RefusedException.SYNTAX,
              "Error: argument \"" + word + "\" is wrong: table id value is invalid\n");
    };
  }

  private void prefix(String word) throws RefusedException {
    if (word.equals("default")) {
      defaultOnly = true;
      return;
    }
    try {
      int slash = word.indexOf('/');
      IpAddress address = IpAddress.parse(slash < 0 ? word : word.substring(0, slash));
      prefix = slash < 0 ? address.bits() : Integer.parseInt(word.substring(slash + 1));
      boolean otherFamily = options.family() != 0 && address.isV4() != (options.family() == 4);
      if (prefix >= 0 && prefix <= address.bits() && !otherFamily) {
        destination = address;
        return;
      }
    } catch (IllegalArgumentException e) {
      // below, with what else is wrong
    }
    throw RefusedException.noPrefix(word);
  }

  private void add(List<Route> to, List<Route> from, Comparator<Route> order) {
    Comparator<Route> mainFirst = Comparator.comparing(Route::local);
    from.stream().filter(this::wanted).sorted(mainFirst.thenComparing(order)).forEach(to::add);
  }

  private boolean wanted(Route route) {
    boolean inTable = table == Table.ALL || route.local() == (table == Table.LOCAL);
    boolean onDevice = device == null || device.equals(route.device());
    boolean to =
        destination == null || route.prefix() == prefix && route.destination().equals(destination);
    return inTable && onDevice && to && (!defaultOnly || route.prefix() == 0);
  }

  /** {@code fib_table_dump}: by key, of one key the longest prefix first. */
  private static Comparator<Route> inTrieOrder4() {
    return Comparator.comparing(Route::destination)
        .thenComparing(Comparator.comparingInt(Route::prefix).reversed())
        .thenComparingInt(Route::metric);
  }

  /** {@code fib6_walk}: the parts of a prefix come before it. */
  private static int inTreeOrder6(Route a, Route b) {
    int common = Math.min(a.prefix(), b.prefix());
    int place = a.destination().network(common).compareTo(b.destination().network(common));
    if (place != 0) {
      return place;
    }
    int longer = Integer.compare(b.prefix(), a.prefix());
    return longer != 0 ? longer : Integer.compare(a.metric(), b.metric());
  }

  private static String destination(Route route) {
    IpAddress to = route.destination();
    if (route.prefix() == 0) {
      return "default";
    }
    return route.prefix() == to.bits() ? to.toString() : to + "/" + route.prefix();
  }

  /** What both forms say, under JSON's names, in the order of {@code print_route}. */
  private Map<String, Object> json(Route route) {
    Map<String, Object> map = new LinkedHashMap<>();
    boolean six = !route.destination().isV4();
    if (route.type() != Route.Type.UNICAST || options.details()) {
      map.put("type", route.type().name().toLowerCase(Locale.ROOT));
    }
    map.put("dst", destination(route));
    IpAddress gateway = route.gateway();
    if (gateway != null) {
      map.put("gateway", gateway.toString());
    }
    NetDevice out = route.device();
    if (out != null && device == null) {
      map.put("dev", out.name());
    }
    if (route.local() && table == Table.ALL) {
      map.put("table", "local");
    }
    if (!route.protocol().equals("boot") || options.details()) {
      map.put("protocol", route.protocol());
    }
    if (options.details() || !six && route.scope() != Scope.GLOBAL) {
      // the kernel reports every IPv6 route with the scope of the universe
      map.put("scope", six ? "global" : route.scope().name().toLowerCase(Locale.ROOT));
    }
    IpAddress source = route.source();
    if (source != null) {
      map.put("prefsrc", source.toString());
    }
    if (six || route.metric() != 0) {
      map.put("metric", route.metric());
    }
    map.put("flags", flags(route));
    if (six) {
      map.put("pref", "medium");
    }
    return map;
  }

  private static List<String> flags(Route route) {
    NetDevice out = route.device();
    boolean ours = route.type() == Route.Type.LOCAL; // which needs no cable
    if (out == null || ours || out.isUp() && out.hasCarrier()) {
      return List.of();
    }
    return out.isUp() ? List.of("linkdown") : List.of("dead", "linkdown");
  }

  private String text(Route route) {
    StringBuilder line = new StringBuilder();
    json(route)
        .forEach((name, value) -> {
          switch (name) {
            case "type", "dst" -> line.append(value).append(' ');
            case "flags" -> flags(route).forEach(flag -> line.append(flag).append(' '));
            case "pref" -> line.append("pref ").append(value);
            default -> line.append(word(name)).append(' ').append(value).append(' ');
          }
        });
    return line.toString();
  }

  private static String word(String name) {
    return switch (name) {
      case "gateway" -> "via";
      case "protocol" -> "proto";
      case "prefsrc" -> "src";
      default -> name;
    };
  }
}
