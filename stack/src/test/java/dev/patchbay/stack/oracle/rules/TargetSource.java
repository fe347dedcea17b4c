package dev.patchbay.stack.oracle.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random targets, each where it may stand. */
final class TargetSource {
  private final Random random;
  private final boolean v4;
  private final boolean tracked;

  /**
   * A target.
   *
   * @param text with a blank before each word; empty for none
   * @param protocol what the rule must ask for, or empty
   */
  record Words(String text, String protocol) {}

  TargetSource(Random random, boolean v4, boolean tracked) {
    this.random = random;
    this.v4 = v4;
    this.tracked = tracked;
  }

  /**
   * A target for a rule.
   *
   * @param table the word of the table
   * @param chain the base chain; empty in another one
   */
  Words next(String table, String chain) {
    int kind = random.nextInt(100);
    if (table.equals("nat")) {
      return kind < 15 ? plain(kind < 8 ? "" : " -j ACCEPT") : nat(chain);
    }
    if (kind < 15) {
      return plain("");
    } else if (kind < 40) {
      return plain(" -j ACCEPT");
    } else if (kind < 50) {
      return plain(" -j RETURN");
    } else if (kind < (table.equals("filter") ? 60 : 55)) {
      return plain(" -j DROP");
    }
    return switch (table) {
      case "filter" -> kind < 85 ? reject() : mark();
      case "mangle" -> mangle(chain);
      case "raw" -> tracked && kind < 75 ? plain(" -j CT --notrack") : mark();
      default -> mark();
    };
  }

  private static Words plain(String text) {
    return new Words(text, "");
  }

  private <T> T pick(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private Words mark() {
    String set =
        pick(
            List.of(
                "--set-xmark 0x1/0xffffffff",
                "--set-xmark 0x2/0xffffffff",
                "--set-xmark 0x4/0x4",
                "--set-xmark 0x2/0x0",
                "--set-xmark 0x0/0x6"));
    if (tracked && random.nextBoolean()) {
      return plain(
          pick(
              List.of(
                  " -j CONNMARK --set-xmark 0x1/0xffffffff",
                  " -j CONNMARK --set-xmark 0x2/0x2",
                  " -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff",
                  " -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff")));
    }
    return plain(" -j MARK " + set);
  }

  private Words reject() {
    if (random.nextInt(3) == 0) {
      return new Words(" -j REJECT --reject-with tcp-reset", "tcp");
    }
    List<String> kinds =
        v4
            ? List.of(
                "icmp-port-unreachable",
                "icmp-net-unreachable",
                "icmp-host-unreachable",
                "icmp-proto-unreachable",
                "icmp-net-prohibited",
                "icmp-host-prohibited",
                "icmp-admin-prohibited")
            : List.of(
                "icmp6-port-unreachable",
                "icmp6-no-route",
                "icmp6-adm-prohibited",
                "icmp6-addr-unreachable",
                "icmp6-policy-fail",
                "icmp6-reject-route");
    return plain(" -j REJECT --reject-with " + pick(kinds));
  }

  private Words mangle(String chain) {
    if (tracked && !v4) {
      return mark(); // see differences.txt: changed headers
    }
    return switch (random.nextInt(6)) {
      case 0 -> {
        String name = v4 ? "TTL --ttl" : "HL --hl";
        String how = pick(List.of("-set", "-inc", "-dec"));
        yield plain(" -j " + name + how + " " + (1 + random.nextInt(how.equals("-set") ? 80 : 3)));
      }
      case 1 ->
          plain(
              " -j TOS --set-tos "
                  + pick(List.of("0x10/0xff", "0x00/0x03", "0x20/0x3f", "0xc0/0xc0")));
      case 2 -> plain(" -j DSCP --set-dscp " + pick(List.of("0x0a", "0x2e", "0x00")));
      case 3 -> {
        boolean place = chain.equals("FORWARD") || chain.equals("OUTPUT");
        yield place || chain.equals("POSTROUTING") ? plain(" -j CLASSIFY --set-class 1:2") : mark();
      }
      default -> mark();
    };
  }

  /** A translation of addresses. */
  private Words nat(String chain) {
    List<String> all = new ArrayList<>();
    boolean before = chain.equals("PREROUTING") || chain.equals("OUTPUT");
    if (before) {
      all.add(v4 ? " -j DNAT --to-destination 10.0.2.10" : " -j DNAT --to-destination fd00:2::10");
      all.add(v4 ? " -j DNAT --to-destination 10.0.3.11" : " -j DNAT --to-destination fd00:3::11");
      all.add(v4 ? " -j NETMAP --to 10.0.3.0/24" : " -j NETMAP --to fd00:3::/64");
      all.add(" -j REDIRECT");
    } else if (chain.equals("POSTROUTING")) {
      all.add(" -j MASQUERADE");
      all.add(v4 ? " -j SNAT --to-source 10.0.2.1" : " -j SNAT --to-source fd00:2::1");
      all.add(v4 ? " -j NETMAP --to 10.0.1.0/24" : " -j NETMAP --to fd00:1::/64");
    } else if (chain.equals("INPUT")) {
      all.add(v4 ? " -j SNAT --to-source 10.0.2.1" : " -j SNAT --to-source fd00:2::1");
    } else {
      all.add(" -j ACCEPT");
      all.add(" -j RETURN");
    }
    String chosen = pick(all);
    boolean ported = chosen.contains("NAT --to-") || chosen.contains("REDIRECT");
    if (!ported || random.nextBoolean() || chosen.contains("ACCEPT")) {
      return plain(chosen);
    }
    String protocol = random.nextBoolean() ? "tcp" : "udp";
    if (chosen.contains("REDIRECT")) {
      return new Words(chosen + " --to-ports 8080", protocol);
    }
    int at = chosen.lastIndexOf(' ') + 1;
    String address = chosen.substring(at);
    String to = v4 ? address + ":8080" : "[" + address + "]:8080";
    return new Words(chosen.substring(0, at) + to, protocol);
  }
}
