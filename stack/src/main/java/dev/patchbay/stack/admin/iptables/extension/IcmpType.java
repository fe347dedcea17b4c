package dev.patchbay.stack.admin.iptables.extension;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A type of ICMP with some of its codes.
 *
 * @param name as IANA's registry and iptables name it
 * @param type 0 to 255
 * @param low the least code
 * @param high the greatest
 */
public record IcmpType(String name, int type, int low, int high) {
  /** Any type at all, of IPv4. */
  public static final int ANY = 255;

  /** The names for IPv4, in the order in which iptables looks for them. */
  public static final List<IcmpType> V4 =
      table(
          "any 255 0 255, echo-reply 0 0 255, pong 0 0 255, destination-unreachable 3 0 255,"
              + " network-unreachable 3 0 0, host-unreachable 3 1 1, protocol-unreachable 3 2 2,"
              + " port-unreachable 3 3 3, fragmentation-needed 3 4 4, source-route-failed 3 5 5,"
              + " network-unknown 3 6 6, host-unknown 3 7 7, network-prohibited 3 9 9,"
              + " host-prohibited 3 10 10, TOS-network-unreachable 3 11 11,"
              + " TOS-host-unreachable 3 12 12, communication-prohibited 3 13 13,"
              + " host-precedence-violation 3 14 14, precedence-cutoff 3 15 15,"
              + " source-quench 4 0 255, redirect 5 0 255, network-redirect 5 0 0,"
              + " host-redirect 5 1 1, TOS-network-redirect 5 2 2, TOS-host-redirect 5 3 3,"
              + " echo-request 8 0 255, ping 8 0 255, router-advertisement 9 0 255,"
              + " router-solicitation 10 0 255, time-exceeded 11 0 255, ttl-exceeded 11 0 255,"
              + " ttl-zero-during-transit 11 0 0, ttl-zero-during-reassembly 11 1 1,"
              + " parameter-problem 12 0 255, ip-header-bad 12 0 0,"
              + " required-option-missing 12 1 1, timestamp-request 13 0 255,"
              + " timestamp-reply 14 0 255, address-mask-request 17 0 255,"
              + " address-mask-reply 18 0 255");

  /** The names for IPv6. */
  public static final List<IcmpType> V6 =
      table(
          "destination-unreachable 1 0 255, no-route 1 0 0, communication-prohibited 1 1 1,"
              + " beyond-scope 1 2 2, address-unreachable 1 3 3, port-unreachable 1 4 4,"
              + " failed-policy 1 5 5, reject-route 1 6 6, packet-too-big 2 0 255,"
              + " time-exceeded 3 0 255, ttl-exceeded 3 0 255, ttl-zero-during-transit 3 0 0,"
              + " ttl-zero-during-reassembly 3 1 1, parameter-problem 4 0 255, bad-header 4 0 0,"
              + " unknown-header-type 4 1 1, unknown-option 4 2 2, echo-request 128 0 255,"
              + " ping 128 0 255, echo-reply 129 0 255, pong 129 0 255,"
              + " mld-listener-query 130 0 255, mld-listener-report 131 0 255,"
              + " mld-listener-done 132 0 255, mld-listener-reduction 132 0 255,"
              + " router-solicitation 133 0 255, router-advertisement 134 0 255,"
              + " neighbour-solicitation 135 0 255, neighbor-solicitation 135 0 255,"
              + " neighbour-advertisement 136 0 255, neighbor-advertisement 136 0 255,"
              + " redirect 137 0 255");

  private static List<IcmpType> table(String text) {
    List<IcmpType> all = new ArrayList<>();
    for (String line : text.split(", ")) {
      String[] words = line.split(" ");
      all.add(
          new IcmpType(
              words[0],
              Integer.parseInt(words[1]),
              Integer.parseInt(words[2]),
              Integer.parseInt(words[3])));
    }
    return List.copyOf(all);
  }

  /** Reads a name, the beginning of one, {@code TYPE} or {@code TYPE/CODE}. */
  public static IcmpType parse(String text, boolean v4) throws IptablesException {
    String family = v4 ? "ICMP" : "ICMPv6";
    List<IcmpType> names = v4 ? V4 : V6;
    String lower = text.toLowerCase(Locale.ROOT);
    IcmpType found = null;
    for (IcmpType type : names) {
      if (type.name.equalsIgnoreCase(text)) {
        return type;
      }
      if (!text.isEmpty() && type.name.toLowerCase(Locale.ROOT).startsWith(lower)) {
        if (found != null) {
          throw IptablesException.parameter(
              "Ambiguous %s type `%s': `%s' or `%s'?"
                  .formatted(family, text, found.name, type.name));
        }
        found = type;
      }
    }
    if (found != null) {
      return found;
    }
    int slash = text.indexOf('/');
    long type = Values.number(slash < 0 ? text : text.substring(0, slash));
    if (type < 0 || type > 255) {
      throw IptablesException.parameter("Unknown " + family + " type `" + text + "'");
    }
    if (slash < 0) {
      return new IcmpType("", (int) type, 0, 255);
    }
    long code = Values.number(text.substring(slash + 1));
    if (code < 0 || code > 255) {
      throw IptablesException.parameter(
          "Unknown " + family + " code `" + text.substring(slash + 1) + "'");
    }
    return new IcmpType("", (int) type, (int) code, (int) code);
  }

  /** The first name for that type and these codes, or the empty text. */
  public String named(boolean v4) {
    for (IcmpType other : v4 ? V4 : V6) {
      if (other.type == type && other.low == low && other.high == high) {
        return other.name;
      }
    }
    return "";
  }

  public boolean hasCode() {
    return low != 0 || high != 255;
  }
}
