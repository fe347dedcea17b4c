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
          Map.entry(99, "openr"),
          Map.entry(186, "bgp"),
          Map.entry(187, "isis"),
          Map.entry(188, "ospf"),
          Map.entry(189, "rip"),
          Map.entry(192, "eigrp"));

  /** {@code rt_dsfield}: classes of service by their code points. */
  private static final Map<Integer, String> TOS =
      Map.ofEntries(
          Map.entry(0x00, "default"),
          Map.entry(0x20, "CS1"),
          Map.entry(0x40, "CS2"),
          Map.entry(0x60, "CS3"),
          Map.entry(0x80, "CS4"),
          Map.entry(0xa0, "CS5"),
          Map.entry(0xc0, "CS6"),
          Map.entry(0xe0, "CS7"),
          Map.entry(0x28, "AF11"),
          Map.entry(0x30, "AF12"),
          Map.entry(0x38, "AF13"),
          Map.entry(0x48, "AF21"),
          Map.entry(0x50, "AF22"),
          Map.entry(0x58, "AF23"),
          Map.entry(0x68, "AF31"),
          Map.entry(0x70, "AF32"),
          Map.entry(0x78, "AF33"),
          Map.entry(0x88, "AF41"),
          Map.entry(0x90, "AF42"),
          Map.entry(0x98, "AF43"),
          Map.entry(0xb8, "EF"));

  /** {@code /etc/protocols}, as far as rules and sockets are likely to name them. */
  private static final Map<Integer, String> IP_PROTOCOLS =
      Map.ofEntries(
          Map.entry(0, "ip"),
          Map.entry(1, "icmp"),
          Map.entry(2, "igmp"),
          Map.entry(4, "ipencap"),
          Map.entry(6, "tcp"),
          Map.entry(17, "udp"),
          Map.entry(33, "dccp"),
          Map.entry(41, "ipv6"),
          Map.entry(47, "gre"),
          Map.entry(50, "esp"),
          Map.entry(51, "ah"),
          Map.entry(58, "ipv6-icmp"),
          Map.entry(89, "ospf"),
          Map.entry(103, "pim"),
          Map.entry(112, "vrrp"),
          Map.entry(115, "l2tp"),
          Map.entry(132, "sctp"),
          Map.entry(136, "udplite"));

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

  private static int key(Map<Integer, String> names, String name) {
    for (Map.Entry<Integer, String> entry : names.entrySet()) {
      if (entry.getValue().equals(name)) {
        return entry.getKey();
      }
    }
    return -1;
  }

  /** A type of service by its name or number, which is one of base 16; -1 where it is none. */
  static int tos(String word) {
    int found = key(TOS, word);
    if (found >= 0) {
      return found;
    }
    String digits = word.startsWith("0x") || word.startsWith("0X") ? word.substring(2) : word;
    return digits.matches("[0-9a-fA-F]{1,8}") && Long.parseLong(digits, 16) < 256
        ? Integer.parseInt(digits, 16)
        : -1;
  }

  static String ofTos(int tos) {
    return TOS.getOrDefault(tos, String.format("0x%02x", tos));
  }

  /** A protocol above IP by its name or number; -1 where it is none. */
  static int ipProtocol(String word) {
    int found = key(IP_PROTOCOLS, word);
    return found >= 0 ? found : (int) Numbers.unsigned(word, 255);
  }

  static String ofIpProtocol(int protocol) {
    return IP_PROTOCOLS.getOrDefault(protocol, "ipproto-" + protocol);
  }
}
