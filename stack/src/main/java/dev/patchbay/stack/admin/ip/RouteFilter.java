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
import dev.patchbay.stack.route.RouteEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which routes are meant: the words behind {@code ip route show} and {@code flush}. */
final class RouteFilter {
  /** All tables. */
  static final long ALL = 0;

  private static final List<String> OTHERS =
      List.of(
          "vrf", "cache", "cached", "cloned", "iif", "mark", "realms", "from", "nhid", "save",
          "restore");

  private final NetworkStack stack;
  private final String command;
  private int family;
  private long table = RouteEntry.MAIN;
  private @Nullable NetDevice device;
  private @Nullable String protocol;
  private @Nullable Scope scope;
  private Route.@Nullable Type type;
  private @Nullable IpAddress gateway;
  private @Nullable IpAddress source;
  private long metric = -1;
  private int tos = -1;

  /** Routes lie within the first and cover the second, where there are such. */
  private AddressWord.@Nullable Prefix root;

  private AddressWord.@Nullable Prefix match;

  private RouteFilter(NetworkStack stack, String command, int family) {
    this.stack = stack;
    this.command = command;
    this.family = family;
  }

  /**
   * @param command {@code show} or {@code flush}, for messages
   */
  static RouteFilter parse(
      NetworkStack stack, IpOptions options, String command, List<String> words)
      throws RefusedException {
    RouteFilter filter = new RouteFilter(stack, command, options.family());
    Words.each(words, filter::word);
    return filter;
  }

  private void word(String word, Words rest) throws RefusedException {
    switch (RouteNames.keyword(word, true)) {
      case "table" -> table = table(rest.next());
      case "dev" -> device = DeviceFilter.outgoing(stack, rest.next());
      case "protocol" -> protocol = protocol(rest.next());
      case "scope" -> scope = scope(rest.next());
      case "type" -> type = type(rest.next());
      case "metric" -> metric = metric(rest.next());
      case "tos", "dsfield" -> tos = RuleSelector.tos(rest.next());
      case "via" -> gateway = whole(rest.next());
      case "src" -> source = whole(rest.next());
      case "root" -> root = AddressWord.prefix(rest.next(), family);
      case "match" -> match = AddressWord.prefix(rest.next(), family);
      case "to" -> {
        String next = rest.next();
        if (next.equals("root") || next.equals("match")) {
          word(next, rest);
        } else {
          exact(next.equals("exact") ? rest.next() : next);
        }
      }
      case "exact" -> exact(rest.next());
      default -> {
        if (OTHERS.contains(word)) {
          throw RefusedException.unsupported("ip route " + command + " " + word);
        }
        exact(word);
      }
    }
  }

  /** iproute2 would take a prefix here. */
  private @Nullable IpAddress whole(String word) throws RefusedException {
    AddressWord.Prefix prefix = AddressWord.prefix(word, family);
    IpAddress address = prefix.address();
    if (address != null && prefix.length() < address.bits()) {
      throw RefusedException.unsupported("ip route " + command + " via or src with a prefix");
    }
    return address;
  }

  private void exact(String word) throws RefusedException {
    root = AddressWord.prefix(word, family);
    match = root;
  }

  private static long table(String word) throws RefusedException {
    return Words.known(
        word.equals("all") ? ALL : RouteNames.table(word), word, "table id value is invalid\n");
  }

  private static @Nullable String protocol(String word) throws RefusedException {
    if (word.equals("all")) {
      return null;
    }
    String name = RouteNames.protocol(word);
    if (name == null) {
      throw RefusedException.wrong(word, "invalid \"protocol\"\n");
    }
    return name;
  }

  private static @Nullable Scope scope(String word) throws RefusedException {
    if (word.equals("all")) {
      return null;
    }
    return Words.known(RouteNames.scope(word), word, "invalid \"scope\"\n");
  }

  private static Route.Type type(String word) throws RefusedException {
    return Words.known(RouteNames.type(word), word, "node type value is invalid\n");
  }

  private static long metric(String word) throws RefusedException {
    return Words.known(Numbers.unsigned(word, 0xffff_ffffL), word, "\"metric\" value is invalid\n");
  }

  /** The only table that is meant, or {@link #ALL}. */
  long table() {
    return table;
  }

  /** The only device that is meant, or null. */
  @Nullable NetDevice device() {
    return device;
  }

  /** Whether a protocol was named. */
  boolean namesProtocol() {
    return protocol != null;
  }

  /** Whether one scope was named. */
  boolean namesScope() {
    return scope != null;
  }

  /** Whether a gateway was named. */
  boolean namesGateway() {
    return gateway != null;
  }

  /** Whether a preferred source was named. */
  boolean namesSource() {
    return source != null;
  }

  /** Whether a type of service was named. */
  boolean namesTos() {
    return tos >= 0;
  }

  /** Whether a metric was named. */
  boolean namesMetric() {
    return metric >= 0;
  }

  /** The routes that are meant, in the order in which Linux lists them. */
  List<RouteEntry> select() throws RefusedException {
    List<RouteEntry> routes = new ArrayList<>();
    IpAddress address = root != null && root.address() != null ? root.address() : null;
    if (address == null && match != null) {
      address = match.address();
    }
    if (address == null) {
      address = gateway != null ? gateway : source;
    }
    if (family == 0 && address != null) {
      family = address.isV4() ? 4 : 6;
    }
    boolean both = family == 0 && table == ALL;
    if (family != 6) {
      add(routes, stack.routes4(), inTrieOrder4());
    }
    if (family == 6 || both) {
      add(routes, stack.routes6(), RouteFilter::inTreeOrder6);
    }
    return routes;
  }

  private void add(List<RouteEntry> to, Fib from, Comparator<RouteEntry> order)
      throws RefusedException {
    if (table != ALL && !from.hasTable(table)) {
      String family = from.isV4() ? "ipv4" : "ipv6";
      String what = command.equals("show") ? "Dump" : "Flush";
      throw new RefusedException(
          2, "Error: " + family + ": FIB table does not exist.\n" + what + " terminated");
    }
    List<RouteEntry> found = new ArrayList<>();
    from.forEach(entry -> {
      if (wanted(entry)) {
        found.add(entry);
      }
    });
    found.sort(inTableOrder().thenComparing(order));
    to.addAll(found);
  }

  private boolean wanted(RouteEntry entry) {
    Route route = entry.route();
    return (table == ALL || entry.table() == table)
        && (device == null || route.hops() == null && device.equals(route.device()))
        && (tos < 0 || tos == route.tos())
        && (protocol == null || protocol.equals(route.protocol()))
        && (scope == null || scope == shownScope(entry))
        && (type == null || type == route.type())
        && (gateway == null || route.hops() == null && gateway.equals(route.gateway()))
        && (source == null || source.equals(route.source()))
        && (metric < 0 || metric == route.metric())
        && (root == null || liesIn(entry, root))
        && (match == null || covers(entry, match));
  }

  /** The kernel reports every IPv6 route with the scope of the universe. */
  static Scope shownScope(RouteEntry entry) {
    return entry.destination().isV4() ? entry.route().scope() : Scope.GLOBAL;
  }

  private static boolean liesIn(RouteEntry entry, AddressWord.Prefix outer) {
    IpAddress address = outer.address();
    return address == null
        || entry.prefix() >= outer.length()
            && entry.destination().network(outer.length()).equals(address.network(outer.length()));
  }

  private static boolean covers(RouteEntry entry, AddressWord.Prefix inner) {
    IpAddress address = inner.address();
    if (address == null) {
      return entry.prefix() == 0;
    }
    return entry.prefix() <= inner.length()
        && address.network(entry.prefix()).equals(entry.destination());
  }

  /** Tables stand in 256 chains by number, the newest first ({@code fib_table_hash}). */
  private static Comparator<RouteEntry> inTableOrder() {
    return Comparator.<RouteEntry>comparingLong(e -> e.table() & 0xff)
        .thenComparing(Comparator.comparingLong(RouteEntry::table).reversed());
  }

  /** {@code fib_table_dump}: by key, of one key the longest prefix first. */
  private static Comparator<RouteEntry> inTrieOrder4() {
    return Comparator.comparing(RouteEntry::destination)
        .thenComparing(Comparator.comparingInt(RouteEntry::prefix).reversed())
        .thenComparingInt(entry -> -entry.route().tos())
        .thenComparingLong(entry -> entry.route().metric());
  }

  /** {@code fib6_walk}: the parts of a prefix come before it. */
  private static int inTreeOrder6(RouteEntry a, RouteEntry b) {
    int common = Math.min(a.prefix(), b.prefix());
    int place = a.destination().network(common).compareTo(b.destination().network(common));
    if (place != 0) {
      return place;
    }
    int longer = Integer.compare(b.prefix(), a.prefix());
    return longer != 0 ? longer : Long.compare(a.route().metric(), b.route().metric());
  }
}
