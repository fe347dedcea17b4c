package dev.patchbay.it.spine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Guest;
import dev.patchbay.it.Requires;
import dev.patchbay.qemu.process.Board;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rules of the README between two guests on br0, seen by the guests. */
@Timeout(240)
@Requires({"root", "netns", "qemu-arm", "image-ast2500", "daemon"})
class FirewallTest {
  private static final String OTHER_MAC = "52:54:00:12:34:57";
  private static final String SIX = "fec0::5054:ff:fe12:3457";
  private static final String LINK_LOCAL = "fe80::5054:ff:fe12:3457";
  private static final String BETWEEN =
      " -A FORWARD -m physdev --physdev-is-bridged --physdev-in bmc0";

  /** Without the second, who is reached cannot make sure of the way back for long. */
  private static final List<String> NEIGHBOURS =
      List.of("neighbour-solicitation", "neighbour-advertisement");

  private static String fetch(Guest guest, String host, int port) throws Exception {
    return guest.run("wget -qO- http://" + host + ":" + port + "/word").output().strip();
  }

  private static void globalAddress(Guest guest) throws Exception {
    String show = "ip -6 addr show dev eth0 scope site | grep -v tentative | grep 'inet6 fec0::'";
    guest.runUntilOk(show, Lab.LONG);
  }

  private static String dial(Guest guest, String host, int port) throws Exception {
    return guest.run("busybox-more nc -w 10 " + host + " " + port).output();
  }

  /** The word from a guest's port, or what the client said. */
  private static String read(Guest guest, String host, int port) throws Exception {
    String ask = "printf 'GET /word HTTP/1.0\\r\\n\\r\\n' | busybox-more nc -w 3 ";
    return guest.run(ask + host + " " + port).output();
  }

  /** Both guests have an address behind a tag, of a VLAN and of priority alone. */
  private static void tags(Guest one, Guest two) throws Exception {
    for (int vid : new int[] {0, 42}) {
      String make =
          "ip link add link eth0 name eth0.%d type vlan id %d && ip link set eth0.%d up"
              + " && ip addr add 10.7.%d.HOST/24 dev eth0.%d";
      String command = make.formatted(vid, vid, vid, vid, vid);
      one.run(command.replace("HOST", "15")).ok();
      two.run(command.replace("HOST", "16")).ok();
    }
  }

  private static void words(Lab lab, String words) throws Exception {
    lab.daemon().exec(words.split(" ")).ok();
  }

  @Test
  void oneGuestReachesOnlyOnePortOfTheOther() throws Exception {
    try (Lab lab =
        new Lab(
            "--listen",
            "unix:DIR/bmc0.sock,name=bmc0",
            "--listen",
            "unix:DIR/bmc1.sock,name=bmc1")) {
      Guest one = lab.boot(Board.AST2500_EVB, "bmc0", Lab.MAC);
      Guest two = lab.boot(Board.AST2500_EVB, "bmc1", OTHER_MAC);
      assertThat(Lab.lease(one)).contains("bound 10.0.2.15/24");
      assertThat(Lab.lease(two)).contains("bound 10.0.2.16/24");
      globalAddress(one);
      globalAddress(two);
      two.run("mkdir /tmp/www && echo open >/tmp/www/word").ok();
      for (int port : List.of(80, 443)) {
        two.run("httpd -h /tmp/www -p " + port).ok();
      }
      for (String host : List.of("10.0.2.16", "[" + SIX + "]")) {
        assertThat(fetch(one, host, 80)).isEqualTo("open");
        assertThat(fetch(one, host, 443)).isEqualTo("open");
      }

      tags(one, two);
      List<String> asides = List.of("10.7.0.16", "10.7.42.16", LINK_LOCAL + "%eth0");
      for (String host : asides) {
        assertThat(read(one, host, 80)).as("before the rules, by %s", host).contains("open");
      }

      // a bridge's rules see neighbour discovery too: REJECT would take it
      for (String type : NEIGHBOURS) {
        words(lab, "ip6tables" + BETWEEN + " -p ipv6-icmp --icmpv6-type " + type + " -j ACCEPT");
      }
      for (String table : List.of("iptables", "ip6tables")) {
        words(lab, table + BETWEEN + " --physdev-out bmc1 -p tcp --dport 443 -j ACCEPT");
        words(lab, table + BETWEEN + " -j REJECT");
      }
      for (String host : List.of("10.0.2.16", SIX)) {
        assertThat(dial(one, host, 80)).as("port 80 of %s", host).contains("Connection refused");
      }
      for (String host : List.of("10.0.2.16", "[" + SIX + "]")) {
        assertThat(fetch(one, host, 443)).as("port 443 of %s", host).isEqualTo("open");
      }
      for (String host : asides) {
        assertThat(read(one, host, 80)).as("port 80 of %s", host).doesNotContain("open");
        assertThat(read(one, host, 443)).as("port 443 of %s", host).contains("open");
      }
      one.run("ip neigh flush dev eth0").ok();
      assertThat(fetch(one, "[" + SIX + "]", 443)).isEqualTo("open");
      assertThat(lab.daemon().exec("ip6tables", "-L", "FORWARD", "-v", "-n").ok())
          .as("a solicitation went by its rule")
          .containsPattern("\\n +[1-9][0-9]* +[0-9]+ ACCEPT +(ipv6-icmp|icmpv6|58) ");
      assertThat(one.run("ping -c 1 -W 2 10.0.2.16").succeeded()).isFalse();
      Lab.ping(one, "10.0.2.2");
      assertThat(lab.daemon().exec("iptables", "-L", "FORWARD", "-v", "-n").ok())
          .containsPattern("\\n +[1-9][0-9]* +[0-9]+ REJECT ");
    }
  }
}
