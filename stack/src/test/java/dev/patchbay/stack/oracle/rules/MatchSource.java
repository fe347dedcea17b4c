package dev.patchbay.stack.oracle.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random conditions of a rule, in the order in which iptables prints them. */
final class MatchSource {
  private static final List<String> STATES =
      List.of("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "RELATED,ESTABLISHED");

  /** AH is none of them: of IPv6 it is an extension header, which is never found there. */
  private static final List<String> PROTOCOLS = List.of("esp", "gre", "253", "sctp");

  private final Random random;
  private final boolean v4;
  private final boolean tracked;

  MatchSource(Random random, boolean v4, boolean tracked) {
    this.random = random;
    this.v4 = v4;
    this.tracked = tracked;
  }

  /**
   * The words of a rule's conditions, each with a blank before it.
   *
   * @param chain the base chain in which the rule stands; empty for another one
   * @param must the protocol that its target needs, or empty
   */
  String next(String chain, String must) {
    StringBuilder all = new StringBuilder();
    if (random.nextInt(4) == 0) {
      all.append(not()).append(" -s ").append(address());
    }
    if (random.nextInt(4) == 0) {
      all.append(not()).append(" -d ").append(address());
    }
    boolean in = !chain.equals("OUTPUT") && !chain.equals("POSTROUTING");
    boolean out = !chain.equals("PREROUTING") && !chain.equals("INPUT");
    if (in && random.nextInt(6) == 0) {
      all.append(not()).append(" -i ").append(random.nextInt(5) == 0 ? "p+" : device());
    }
    if (out && random.nextInt(6) == 0) {
      all.append(not()).append(" -o ").append(device());
    }
    String protocol = must;
    if (protocol.isEmpty() && random.nextInt(2) == 0) {
      protocol =
          pick(v4 ? List.of("tcp", "udp", "icmp", "tcp") : List.of("tcp", "udp", "ipv6-icmp"));
    }
    if (protocol.isEmpty()) {
      if (random.nextInt(12) == 0) {
        all.append(not()).append(" -p ").append(pick(PROTOCOLS));
      }
      if (v4 && random.nextInt(12) == 0) {
        all.append(not()).append(" -f");
      }
    } else {
      all.append(" -p ").append(protocol);
    }
    List<String> more = new ArrayList<>();
    for (int n = random.nextInt(3); n > 0; n--) {
      String match =
          protocol.isEmpty() || random.nextBoolean() ? any(in && !chain.isEmpty()) : of(protocol);
      String name = match.split(" ", 4)[2];
      if (more.stream().noneMatch(other -> other.split(" ", 4)[2].equals(name))) {
        more.add(match);
      }
    }
    more.forEach(all::append);
    return all.toString();
  }

  private String not() {
    return random.nextInt(6) == 0 ? " !" : "";
  }

  private String device() {
    return "p" + random.nextInt(Place.PORTS);
  }

  private <T> T pick(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private String address() {
    int link = 1 + random.nextInt(3);
    int host = random.nextBoolean() ? 10 : 11;
    if (v4) {
      return switch (random.nextInt(8)) {
        case 0 -> "10.0." + link + ".0/24";
        case 1 -> "10.0.0.0/22";
        case 2 -> "10.0." + link + ".1";
        case 3 -> "198.51.100.0/24";
        case 4 -> "0.0.0." + host + "/0.0.0.255";
        case 5 -> "203.0.113.5";
        default -> "10.0." + link + "." + host;
      };
    }
    return switch (random.nextInt(7)) {
      case 0 -> "fd00:" + link + "::/64";
      case 1 -> "fd00::/16";
      case 2 -> "fd00:" + link + "::1";
      case 3 -> "2001:db8:1::/48";
      case 4 -> "2001:db8:2::5";
      default -> "fd00:" + link + "::" + host;
    };
  }

  private int port(boolean server) {
    int[] of = server ? Talk.SERVERS : Talk.CLIENTS;
    return of[random.nextInt(of.length)];
  }

  private String range(int port) {
    return switch (random.nextInt(5)) {
      case 0 -> port - random.nextInt(10) + ":" + (port + 1 + random.nextInt(100));
      case 1 -> "1:1023";
      default -> String.valueOf(port);
    };
  }

  private String of(String protocol) {
    if (protocol.equals("tcp") && random.nextBoolean()) {
      return tcp();
    }
    return switch (protocol) {
      case "icmp" ->
          " -m icmp" + not() + " --icmp-type " + pick(List.of("8", "0", "3", "3/3", "3/4", "11"));
      case "ipv6-icmp" ->
          " -m icmp6"
              + not()
              + " --icmpv6-type "
              + pick(List.of("128", "129", "1", "1/4", "2", "3"));
      default -> {
        if (random.nextInt(4) == 0) {
          yield " -m multiport" + not() + ports();
        }
        boolean server = random.nextBoolean();
        String side = random.nextBoolean() ? " --dport " : " --sport ";
        yield " -m " + protocol + side + range(port(server));
      }
    };
  }

  private String ports() {
    String list = range(port(true)) + "," + port(true) + "," + port(false);
    return pick(List.of(" --dports ", " --sports ", " --ports ")) + list;
  }

  private String tcp() {
    return switch (random.nextInt(5)) {
      case 0 -> " -m tcp" + not() + " --tcp-flags FIN,SYN,RST,ACK SYN";
      case 1 ->
          " -m tcp" + not() + " --tcp-flags " + pick(List.of("RST RST", "ACK ACK", "FIN FIN"));
      case 2 -> " -m tcp" + not() + " --tcp-option " + pick(List.of("2", "3", "4", "8"));
      case 3 -> " -m tcpmss" + not() + " --mss " + pick(List.of("1460", "1:1400", "500"));
      default -> " -m tcp --sport " + range(port(false)) + " --dport " + range(port(true));
    };
  }

  /** A condition for whatever protocol. */
  private String any(boolean mac) {
    if (tracked && random.nextBoolean()) {
      return tracked();
    }
    return switch (random.nextInt(11)) {
      case 0 -> " -m mark" + not() + " --mark " + pick(List.of("0x1", "0x2/0x2", "0x0", "0x4/0x6"));
      case 1 ->
          mac
              ? " -m mac" + not() + " --mac-source 02:00:00:00:0" + (1 + random.nextInt(3)) + ":0a"
              : " -m comment --comment \"made up\"";
      case 2 -> " -m iprange" + not() + addresses();
      case 3 ->
          " -m length" + not() + " --length " + pick(List.of("40", "0:60", "61:65535", "28:80"));
      case 4 -> hops();
      case 5 ->
          " -m tos" + not() + " --tos " + pick(List.of("0x00/0xff", "0x10/0x3f", "0x40/0xc0"));
      case 6 -> " -m dscp" + not() + " --dscp " + pick(List.of("0x00", "0x0a", "0x2e"));
      case 7 ->
          " -m pkttype"
              + not()
              + " --pkt-type "
              + pick(List.of("unicast", "broadcast", "multicast"));
      case 8 -> " -m limit --limit 1/day --limit-burst " + (1 + random.nextInt(4));
      case 9 -> {
        int every = 2 + random.nextInt(3);
        yield " -m statistic --mode nth"
            + not()
            + " --every "
            + every
            + " --packet "
            + random.nextInt(every);
      }
      default ->
          " -m statistic --mode random --probability "
              + pick(List.of("0.00000000000", "1.00000000000"));
    };
  }

  private String addresses() {
    int link = 1 + random.nextInt(3);
    String side = random.nextBoolean() ? " --src-range " : " --dst-range ";
    return v4
        ? side + "10.0." + link + ".1-10.0." + link + ".10"
        : side + "fd00:" + link + "::1-fd00:" + link + "::10";
  }

  private String hops() {
    String name = v4 ? "ttl" : "hl";
    String how = pick(List.of("eq", "lt", "gt"));
    String not = how.equals("eq") ? not() : "";
    return " -m " + name + not + " --" + name + "-" + how + " " + (1 + random.nextInt(100));
  }

  /** A condition about the connection. */
  private String tracked() {
    return switch (random.nextInt(9)) {
      case 0 -> " -m state" + not() + " --state " + pick(STATES);
      case 1 -> " -m conntrack --ctstatus " + pick(List.of("ASSURED", "SEEN_REPLY", "CONFIRMED"));
      case 2 -> " -m conntrack --ctdir " + pick(List.of("ORIGINAL", "REPLY"));
      case 3 -> " -m conntrack --ctstate " + pick(List.of("SNAT", "DNAT"));
      case 4 -> " -m connmark" + not() + " --mark " + pick(List.of("0x1", "0x2/0x2", "0x0"));
      case 5 -> " -m conntrack --ctproto " + pick(List.of("6", "17"));
      default -> " -m conntrack" + not() + " --ctstate " + pick(STATES);
    };
  }
}
