package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.Numbers;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What routes are called: the files of {@code /etc/iproute2}, and the types. */
final class RouteNames {
  /** {@code rt_protos}. */
  private static final Map<Integer, String> PROTOCOLS =
      Map.ofEntries(
          Map.entry(0, "unspec"),
          Map.entry(1, "redirect"),
          Map.entry(2, "kernel"),
          Map.entry(3, "boot"),
          Map.entry(4, "static"),
          Map.entry(8, "gated"),
          Map.entry(9, "ra"),
          Map.entry(10, "mrt"),
          Map.entry(11, "zebra"),
          Map.entry(12, "bird"),
          Map.entry(13, "dnrouted"),
          Map.entry(14, "xorp"),
          Map.entry(15, "ntk"),
          Map.entry(16, "dhcp"),
          Map.entry(18, "keepalived"),
          Map.entry(42, "babel"),
          Map.entry(186, "bgp"),
          Map.entry(187, "isis"),
          Map.entry(188, "ospf"),
          Map.entry(189, "rip"),
          Map.entry(192, "eigrp"));

  /** Types that iproute2 knows and we have not. */
  static final List<String> TYPES_NOT_HERE = List.of("nat", "xresolve");

  private RouteNames() {}

  /**
   * The keyword that a word abbreviates, as far as iproute2 lets it; else the word itself.
   *
   * @param listing of {@code show} and {@code flush}, where {@code p} is not {@code priority}
   */
  static String keyword(String word, boolean listing) {
    if (listing && IpOptions.matches(word, "protocol")) {
      return "protocol";
    }
    for (String full : List.of("metric", "priority", "preference")) {
      if (IpOptions.matches(word, full)) {
        return "metric";
      }
    }
    for (String full : List.of("protocol", "table")) {
      if (IpOptions.matches(word, full)) {
        return full;
      }
    }
    return word.equals("oif") ? "dev" : word;
  }

  /** A protocol by its name or number, as it is printed; null where it is none. */
  static @Nullable String protocol(String word) {
    if (PROTOCOLS.containsValue(word)) {
      return word;
    }
    long number = Numbers.unsigned(word, 255);
    return number < 0 ? null : PROTOCOLS.getOrDefault((int) number, Long.toString(number));
  }

  /** A scope by its name or number; null where it is none of those of {@code rt_scopes}. */
  static @Nullable Scope scope(String word) {
    return switch (word) {
      case "global", "universe", "0" -> Scope.GLOBAL;
      case "site", "200" -> Scope.SITE;
      case "link", "253" -> Scope.LINK;
      case "host", "254" -> Scope.HOST;
      case "nowhere", "255" -> Scope.NOWHERE;
      default -> null;
    };
  }

  static String of(Scope scope) {
    return scope.name().toLowerCase(Locale.ROOT);
  }

  /** A type by its name; null where it is none. */
  static Route.@Nullable Type type(String word) {
    for (Route.Type type : Route.Type.values()) {
      if (of(type).equals(word)) {
        return type;
      }
    }
    return null;
  }

  static String of(Route.Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /** A table by its name or number; -1 where it is none. */
  static long table(String word) {
    return switch (word) {
      case "local" -> RouteEntry.LOCAL;
      case "main" -> RouteEntry.MAIN;
      case "default" -> RouteEntry.DEFAULT;
      case "unspec" -> 0;
      default -> Numbers.unsigned(word, 0xffff_ffffL);
    };
  }

  static String ofTable(long table) {
    if (table == RouteEntry.LOCAL) {
      return "local";
    }
    if (table == RouteEntry.MAIN) {
      return "main";
    }
    return table == RouteEntry.DEFAULT ? "default" : Long.toString(table);
  }
}
