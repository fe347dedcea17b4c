package dev.patchbay.stack.admin.conntrack;

import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Protocols as conntrack names them, and their options. */
final class FlowProtocol {
  private static final Map<String, Integer> NAMED =
      Map.of(
          "tcp",
          IpProtocol.TCP,
          "udp",
          IpProtocol.UDP,
          "udplite",
          IpProtocol.UDPLITE,
          "sctp",
          IpProtocol.SCTP,
          "dccp",
          33,
          "icmp",
          IpProtocol.ICMP,
          "icmpv6",
          IpProtocol.ICMPV6,
          "gre",
          47);

  /** Others of {@code /etc/protocols}. */
  private static final Map<String, Integer> OTHERS =
      Map.of(
          "igmp",
          2,
          "ipencap",
          4,
          "ipv6",
          41,
          "esp",
          50,
          "ah",
          51,
          "ipv6-icmp",
          58,
          "ospf",
          89,
          "pim",
          103,
          "vrrp",
          112,
          "l2tp",
          115);

  private static final List<String> PORTS =
      List.of(
          "sport", "orig-port-src", "dport", "orig-port-dst", "reply-port-src", "reply-port-dst");

  private FlowProtocol() {}

  /** The number of a name or number, -1 where it is none. */
  static int parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    Integer number = NAMED.containsKey(lower) ? NAMED.get(lower) : OTHERS.get(text);
    return number != null ? number : FlowParser.number(text, 255);
  }

  /** Its name, {@code unknown} for those that conntrack does not know. */
  static String name(int number) {
    for (Map.Entry<String, Integer> entry : NAMED.entrySet()) {
      if (entry.getValue() == number) {
        return entry.getKey();
      }
    }
    return "unknown";
  }

  static boolean isKnown(int number) {
    return NAMED.containsValue(number);
  }

  /** The long options that it brings; all of them have an argument. */
  static List<String> options(int number) {
    return switch (number) {
      case IpProtocol.ICMP -> List.of("icmp-type", "icmp-code", "icmp-id");
      case IpProtocol.ICMPV6 -> List.of("icmpv6-type", "icmpv6-code", "icmpv6-id");
      case IpProtocol.TCP -> {
        List<String> all = new ArrayList<>(PORTS);
        all.add("state");
        yield all;
      }
      default -> Tuple.hasPorts(number) ? PORTS : List.of();
    };
  }

  /** Options that conntrack knows of it and we do not. */
  static List<String> optionsNotHere(int number) {
    return switch (number) {
      case IpProtocol.SCTP -> List.of("state", "orig-vtag", "reply-vtag");
      case 33 -> List.of("sport", "dport", "state", "role");
      case 47 -> List.of("srckey", "dstkey", "reply-key-src", "reply-key-dst");
      case IpProtocol.TCP, IpProtocol.UDP, IpProtocol.UDPLITE ->
          List.of("mask-port-src", "mask-port-dst", "tuple-port-src", "tuple-port-dst");
      default -> List.of();
    };
  }

  /** Whether connections of it are not made by command: they need what is not kept of them. */
  static boolean cannotBeMade(int number) {
    return number == IpProtocol.SCTP || number == 33 || number == 47;
  }
}
