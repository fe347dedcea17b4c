package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.DeviceFilter;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteChange;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.route.RouteRefusedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip route add}, {@code append}, {@code prepend}, {@code change}, {@code replace}, {@code
 * delete}.
 */
final class RouteModify {
  private static final List<String> OTHERS =
      List.of(
          "as",
          "from",
          "expires",
          "hoplimit",
          "advmss",
          "reordering",
          "rtt",
          "window",
          "cwnd",
          "ssthresh",
          "initcwnd",
          "initrwnd",
          "features",
          "quickack",
          "congctl",
          "rttvar",
          "realms",
          "nhid",
          "vrf",
          "pref",
          "encap",
          "ttl-propagate",
          "fastopen_no_cookie",
          "rto_min");

  private static final String USAGE =
      """
      Usage: ip route { add | del | change | append | prepend | replace } ROUTE
      ROUTE := [ TYPE ] PREFIX [ via ADDRESS ] [ dev STRING ] [ src ADDRESS ] [ metric METRIC ]
               [ proto RTPROTO ] [ scope SCOPE ] [ table TABLE_ID ] [ mtu NUMBER ] [ onlink ]
               [ tos TOS ] { nexthop [ via ADDRESS ] [ dev STRING ] [ weight NUMBER ] [ onlink ] }\
      """;

  private final NetworkStack stack;

  /** Null for delete. */
  private final @Nullable RouteChange change;

  private int family;
  private AddressWord.@Nullable Prefix to;
  private Route.@Nullable Type type;
  private @Nullable IpAddress gateway;
  private boolean viaNamed;
  private @Nullable String deviceName;
  private @Nullable IpAddress source;
  private long metric;
  private @Nullable String protocol;
  private @Nullable Scope scope;
  private long table;
  private boolean tableNamed;
  private boolean onlink;
  private int mtu;
  private int tos;
  private List<NexthopWords.Hop> hops = List.of();

  /**
   * @param change how to put it in; null to take it away
   */
  RouteModify(NetworkStack stack, IpOptions options, @Nullable RouteChange change) {
    this.stack = stack;
    this.change = change;
    family = options.family();
  }

  void run(List<String> words) throws RefusedException {
    Words.each(words, this::word);
    if (to == null) {
      throw new RefusedException(RefusedException.SYNTAX, USAGE);
    }
    NetDevice device = deviceName == null ? null : DeviceFilter.outgoing(stack, deviceName);
    Fib fib = family == 6 ? stack.routes6() : stack.routes4();
    IpAddress any = family == 6 ? IpAddress.ANY6 : IpAddress.ANY4;
    IpAddress address = to.address() == null ? any : to.address();
    try {
      if (change == null) {
        delete(fib, address, to.length(), device);
      } else {
        Route route =
            new Route(
                    type(),
                    gateway,
                    device,
                    source,
                    metric,
                    protocol == null ? "boot" : protocol,
                    fib.isV4() ? scopeOfNew() : Scope.GLOBAL,
                    onlink,
                    mtu)
                .withTos(tos);
        route = NexthopWords.add(route, hops);
        fib.change(new RouteEntry(tableNumber(), address, to.length(), route), change);
      }
    } catch (RouteRefusedException e) {
      throw RefusedException.answered(e.errno(), e.getMessage());
    }
  }

  private void delete(Fib fib, IpAddress address, int length, @Nullable NetDevice device)
      throws RefusedException, RouteRefusedException {
    IpAddress network = address.network(length);
    if (fib.isV4()) {
      if (!network.equals(address)) {
        throw new RefusedException(2, "Error: Invalid prefix for given prefix length.");
      }
      fib.remove(
          tableNumber(),
          network,
          length,
          route -> isMeant(route, device, true) && NexthopWords.mean(hops, route));
      return;
    }
    if (gateway != null) {
      fib.removeHop(tableNumber(), network, length, route -> isMeant(route, device, false));
      return;
    }
    for (NexthopWords.Hop hop : hops) {
      // ip6_route_multipath_del: one after the other
      fib.removeHop(
          tableNumber(),
          network,
          length,
          route -> isMeant(route, hop.device(), false) && hop.isVia(route));
    }
    if (hops.isEmpty()) {
      fib.remove(
          tableNumber(),
          network,
          length,
          route -> route.allHops().stream().anyMatch(hop -> isMeant(hop.way(), device, false)));
    }
  }

  private void word(String word, Words rest) throws RefusedException {
    switch (RouteNames.keyword(word, false)) {
      case "src" -> source = known(address(rest.next()));
      case "via" -> via(rest);
      case "metric" -> metric = number("metric", rest.next(), 0xffff_ffffL);
      case "scope" -> scope = scope(rest.next());
      case "mtu" -> mtu(rest);
      case "onlink" -> onlink = true;
      case "protocol" -> protocol = protocol(rest.next());
      case "tos", "dsfield" -> tos = tos(rest.next());
      case "nexthop" -> {
        hops = new NexthopWords(stack, family).parse(rest);
        family = NexthopWords.familyOf(hops, family);
      }
      case "table" -> {
        table = table(rest.next());
        tableNamed = true;
      }
      case "dev", "oif" -> deviceName = rest.next();
      default -> {
        if (OTHERS.contains(word)) {
          throw RefusedException.unsupported("ip route " + verb() + " " + word);
        }
        destination(word, rest);
      }
    }
  }

  private String verb() {
    return change == null ? "del" : change.name().toLowerCase(java.util.Locale.ROOT);
  }

  private IpAddress address(String word) throws RefusedException {
    IpAddress address = AddressWord.address(word, family);
    family = address.isV4() ? 4 : 6;
    return address;
  }

  private void via(Words rest) throws RefusedException {
    int wanted = rest.take("inet") ? 4 : rest.take("inet6") ? 6 : 0;
    IpAddress address = AddressWord.address(rest.next(), wanted == 0 ? family : wanted);
    int its = address.isV4() ? 4 : 6;
    if (family == 0) {
      family = its;
    } else if (family != its) {
      throw RefusedException.unsupported(
          "ip route " + verb() + " via inet" + (its == 6 ? "6" : ""));
    }
    if (viaNamed) {
      throw RefusedException.wrong("via", "use nexthop syntax to specify multiple via\n");
    }
    viaNamed = true;
    gateway = known(address);
  }

  /** 0.0.0.0 says that there is none. */
  private static @Nullable IpAddress known(IpAddress address) {
    return address.equals(IpAddress.ANY4) ? null : address;
  }

  private static long number(String what, String word, long max) throws RefusedException {
    return Words.known(Numbers.unsigned(word, max), word, "\"" + what + "\" value is invalid\n");
  }

  private void mtu(Words rest) throws RefusedException {
    if (rest.take("lock")) {
      throw RefusedException.unsupported("ip route " + verb() + " mtu lock");
    }
    // RTAX_MTU above 65520 is taken as that (ip_metrics_convert)
    mtu = (int) Math.min(number("mtu", rest.next(), 0xffff_ffffL), 65520);
  }

  private static Scope scope(String word) throws RefusedException {
    return Words.known(RouteNames.scope(word), word, "invalid \"scope\" value\n");
  }

  private static int tos(String word) throws RefusedException {
    return (int) Words.known(RouteNames.tos(word), word, "\"tos\" value is invalid\n");
  }

  private static String protocol(String word) throws RefusedException {
    return Words.known(RouteNames.protocol(word), word, "\"protocol\" value is invalid\n");
  }

  private static long table(String word) throws RefusedException {
    return Words.known(RouteNames.table(word), word, "\"table\" value is invalid\n");
  }

  private void destination(String first, Words rest) throws RefusedException {
    String word = first.equals("to") ? rest.next() : first;
    boolean named = !word.isEmpty() && !Character.isDigit(word.charAt(0));
    if (named && RouteNames.TYPES_NOT_HERE.contains(word)) {
      throw RefusedException.unsupported("ip route " + verb() + " " + word);
    }
    Route.Type found = named ? RouteNames.type(word) : null;
    if (found != null) {
      type = found;
      word = rest.next();
    }
    if (to != null) {
      throw RefusedException.garbage("to", word);
    }
    to = AddressWord.prefix(word, family);
    if (family == 0 && to.address() != null) {
      family = to.address().isV4() ? 4 : 6;
    }
  }

  private Route.Type type() {
    return type == null ? Route.Type.UNICAST : type;
  }

  /** Types of table local go there where no table is named. */
  private long tableNumber() {
    if (tableNamed) {
      // fib_new_table: none is the main one
      return table == 0 ? RouteEntry.MAIN : table;
    }
    return switch (type()) {
      case LOCAL, BROADCAST, ANYCAST -> RouteEntry.LOCAL;
      default -> RouteEntry.MAIN;
    };
  }

  private Scope scopeOfNew() {
    if (scope != null) {
      return scope;
    }
    return switch (type()) {
      case LOCAL -> Scope.HOST;
      case BROADCAST, MULTICAST, ANYCAST -> Scope.LINK;
      case UNICAST -> viaNamed || !hops.isEmpty() ? Scope.GLOBAL : Scope.LINK;
      default -> Scope.GLOBAL;
    };
  }

  private static boolean isBy(Route route, NetDevice device, boolean v4) {
    boolean atLoopback = !v4 && route.type().isRefusal();
    return atLoopback ? device.kind() == NetDevice.Kind.LOOPBACK : device.equals(route.device());
  }

  /** {@code fib_table_delete}, {@code ip6_route_del}: what was not said matches all. */
  private boolean isMeant(Route route, @Nullable NetDevice device, boolean v4) {
    Scope wanted = scope;
    if (wanted == null && type != null && v4) {
      wanted =
          switch (type) {
            case LOCAL -> Scope.HOST;
            case BROADCAST, MULTICAST, ANYCAST -> Scope.LINK;
            case UNICAST -> null;
            default -> Scope.GLOBAL;
          };
    }
    boolean anyScope = !v4 || wanted == null || wanted == Scope.NOWHERE;
    return (anyScope || wanted == route.scope())
        && (!v4 || tos == route.tos())
        && (!v4 || type == null || type == route.type())
        && (!v4 || source == null || source.equals(route.source()))
        && (protocol == null || protocol.equals(route.protocol()))
        && (metric == 0 || metric == route.metric())
        && (device == null || isBy(route, device, v4))
        && (gateway == null || gateway.equals(route.gateway()))
        && (mtu == 0 || mtu == route.mtu() || !v4);
  }
}
