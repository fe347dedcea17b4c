package dev.patchbay.stack.admin.save;

import java.util.List;
import java.util.Random;

/** Commands of all objects by chance, most of which can be done. */
final class RandomWords {
  private static final List<String> NAMES =
      List.of(
          "d0", "d1", "d2", "v0", "v1", "v2", "v3", "b1", "b2", "w0", "w1", "net0", "net1", "i0",
          "o0", "o1", "x0", "t0", "t1");
  private static final List<String> SPACES = List.of("", "", "", "red", "blue");

  private final Random random;

  RandomWords(Random random) {
    this.random = random;
  }

  private int below(int limit) {
    return random.nextInt(limit);
  }

  private String of(String... words) {
    return words[below(words.length)];
  }

  private String device() {
    return below(12) == 0 ? of("br0", "host0") : NAMES.get(below(NAMES.size()));
  }

  private String onOff() {
    return of("on", "off");
  }

  private String mac() {
    return "02:00:00:00:00:0" + below(10);
  }

  private String address4() {
    return "10." + (1 + below(3)) + ".0." + (1 + below(3));
  }

  private String address6() {
    return "2001:db8:" + (1 + below(3)) + "::" + (1 + below(3));
  }

  private String gateway4() {
    return "10." + (1 + below(3)) + ".0." + (4 + below(3));
  }

  private String gateway6() {
    return "2001:db8:" + (1 + below(3)) + "::" + (4 + below(3));
  }

  String next() {
    String space = SPACES.get(below(SPACES.size()));
    String n = space.isEmpty() ? " " : " -n " + space + " ";
    return switch (below(28)) {
      case 24, 25 -> "tc" + n + "filter add dev " + device() + " " + filter();
      case 26 -> "bridge" + n + "mdb " + of("add", "add", "del") + " " + group();
      case 27 -> "ip" + n + "link set " + bonded();
      case 0 ->
          switch (below(4)) {
            case 0 -> "ip netns add " + of("red", "blue");
            case 1 -> "ip" + n + "tuntap add dev " + of("t0", "t1") + " mode tap";
            default -> "ip" + n + "link set lo up";
          };
      case 1, 2 -> "ip" + n + "link add " + added();
      case 3, 4 -> "ip" + n + "link set " + device() + " up";
      case 5 -> "ip" + n + "link set " + device() + " " + attribute();
      case 6 ->
          "ip"
              + n
              + "link set "
              + device()
              + " "
              + of("master b1", "master b2", "master br0", "nomaster");
      case 7 -> "ip" + n + "link set " + device() + " type " + typeWords();
      case 8 -> "bridge" + n + bridgeWords();
      case 9 -> below(3) == 0 ? "ip" + n + "link del " + device() : rare(n);
      case 10, 11 -> "ip" + n + "addr add " + address() + " dev " + device();
      case 12 -> "ip" + n + "addr del " + address4() + "/24 dev " + device();
      case 13, 14, 15 ->
          "ip" + n + "route " + of("add", "add", "append", "replace", "del") + " " + route4();
      case 16 -> "ip" + n + "-6 route " + of("add", "append", "del") + " " + route6();
      case 17 -> "ip" + n + of("-4", "-6") + " rule " + of("add", "add", "del") + " " + rule();
      case 18 -> "ip" + n + "neigh replace " + neighbour();
      case 19, 20 ->
          (space.isEmpty() ? "" : "ip netns exec " + space + " ")
              + of("iptables -t ", "ip6tables -t ")
              + of("filter", "mangle", "raw", "security")
              + " "
              + iptables();
      case 21, 22 ->
          (space.isEmpty() ? "" : "ip netns exec " + space + " ") + "sysctl -w " + setting();
      default -> "tc" + n + "qdisc " + of("add", "replace") + " dev " + device() + " " + qdisc();
    };
  }

  private String added() {
    return switch (below(9)) {
      case 5 -> "i0 type ifb";
      case 6, 7 ->
          of("o0", "o1")
              + " type bond mode active-backup"
              + of("", "", " miimon 100", " fail_over_mac active", " fail_over_mac follow");
      case 8 -> "x0 type vxlan id 7 dstport 4789" + of("", " remote 192.0.2.9");
      case 0 -> of("d0", "d1", "d2") + " type dummy";
      case 1 -> "v0 type veth peer name v1" + of("", " netns red", " netns blue");
      case 2 -> "v2 type veth peer name v3";
      case 3 -> of("b1", "b2") + " address " + mac() + " type bridge vlan_filtering " + below(2);
      default ->
          "link "
              + device()
              + " name "
              + of("w0", "w1")
              + of("", " netns red")
              + " type vlan id "
              + (1 + below(3))
              + of("", " protocol 802.1ad", " loose_binding on", " egress-qos-map 1:2 3:4");
    };
  }

  private String bonded() {
    return switch (below(4)) {
      case 0 -> of("o0", "o1") + " type bond " + of("primary ", "active_slave ") + device();
      case 1 -> single() + " down master " + of("o0", "o1");
      case 2 -> single() + " master " + of("o0", "o1");
      default -> device() + " nomaster";
    };
  }

  /** A device that is no bond: what a bond in a bond has from whom is not told apart. */
  private String single() {
    String device = device();
    return device.startsWith("o") ? "d0" : device;
  }

  private String group() {
    return "dev "
        + of("b1", "b2", "br0")
        + " port "
        + device()
        + " grp "
        + of("239.1.1.1", "239.1.1.2", "ff05::7")
        + " permanent";
  }

  private String filter() {
    return of("ingress", "egress", "parent 1:")
        + of(
            " protocol ip pref 5 flower ip_proto tcp dst_port 80 action drop",
            " pref 6 matchall action skbedit mark 7",
            " protocol ip pref 7 u32 match ip dport 53 0xffff action mirred egress redirect dev i0",
            " protocol all pref 8 matchall action mirred ingress mirror dev i0",
            " protocol ip pref 9 handle 5 fw action pass");
  }

  private String attribute() {
    return switch (below(9)) {
      case 0 -> "mtu " + of("1300", "1400", "1500", "9000");
      case 1 -> "address " + mac();
      case 2 -> "txqueuelen " + below(2000);
      case 3 -> "alias 'an alias " + below(9) + "'";
      case 4 -> "group " + below(4);
      case 5 -> of("arp ", "multicast ", "allmulticast ", "promisc ", "dynamic ") + onOff();
      case 6 -> "carrier " + onOff();
      case 7 -> "netns " + of("red", "blue");
      default -> "mode " + of("default", "dormant");
    };
  }

  private String typeWords() {
    return switch (below(3)) {
      case 0 ->
          "bridge "
              + of(
                  "ageing_time 1000",
                  "stp_state 1",
                  "stp_state 0",
                  "priority 4096",
                  "vlan_default_pvid 5",
                  "vlan_filtering 1",
                  "group_fwd_mask 8",
                  "max_age 1500");
      default ->
          "bridge_slave "
              + of(
                  "cost 7",
                  "priority 8",
                  "hairpin on",
                  "isolated on",
                  "learning off",
                  "flood off",
                  "state 0",
                  "state 3",
                  "guard on",
                  "locked on");
    };
  }

  private String bridgeWords() {
    String device = " dev " + device();
    return switch (below(5)) {
      case 0 -> "vlan add vid " + of("7", "8-12", "30 ") + device + of("", " untagged", " self");
      case 1 -> "vlan " + of("add vid 9 pvid untagged", "del vid 1", "del vid 9-10") + device;
      case 2 ->
          "fdb "
              + of("append 00:00:00:00:00:00", "append 00:00:00:00:00:00", "add " + mac())
              + " dev x0 dst 192.0.2."
              + (9 + below(3));
      default ->
          "fdb add " + mac() + device + " master " + of("static", "permanent", "static vlan 9");
    };
  }

  private String rare(String n) {
    return "ip"
        + n
        + of(
            "route del 10.1.0.0/24",
            "link set d0 down",
            "link set v0 down",
            "link set d1 down",
            "route del 10.0.2.0/24",
            "addr flush dev d1",
            "-6 addr flush dev d0",
            "addr del 10.0.2.2/24 dev br0",
            "addr del 10.0.2.3/24 dev br0",
            "link set b1 down",
            "-6 route del default",
            "-6 route del fe80::/64 dev d0",
            "link set host0 mtu 1500");
  }

  private String address() {
    return switch (below(5)) {
      case 0 -> address6() + "/64" + of("", " nodad", " noprefixroute", " metric 77");
      case 1 -> address4() + " peer 10.2.0." + (10 + below(5));
      default ->
          address4()
              + "/24"
              + of(
                  "",
                  "",
                  " brd +",
                  " noprefixroute",
                  " metric 50",
                  " valid_lft 900 preferred_lft 600",
                  " scope link");
    };
  }

  private String to4() {
    return of("10.7." + below(3) + ".0/24", "default", "10.8.0.0/16", "10.7.1.7/32");
  }

  private String route4() {
    return switch (below(7)) {
      case 0 ->
          of("blackhole ", "unreachable ", "prohibit ", "throw ") + to4() + of("", " table 9");
      case 1, 2 -> to4() + " dev " + device() + of("", " metric 5", " table 9", " mtu 1280");
      case 3, 4 -> to4() + " via " + gateway4() + of("", " metric 6", " proto static", " tos 0x10");
      case 5 -> to4() + " dev " + device() + " via 172.16.0.1 onlink";
      default ->
          to4()
              + " nexthop via "
              + gateway4()
              + " weight "
              + (1 + below(4))
              + " nexthop via "
              + gateway4();
    };
  }

  private String route6() {
    String to = of("2001:db8:7::/64", "default", "2001:db8:8::/48");
    return switch (below(4)) {
      case 0 -> of("blackhole ", "unreachable ") + to;
      case 1 -> to + " dev " + device() + of("", " metric 5", " table 9");
      default -> to + " via " + gateway6() + of("", " metric 6");
    };
  }

  private String rule() {
    String priority = " pref " + (100 + below(20));
    return switch (below(5)) {
      case 0 -> "fwmark 0x1/0xff lookup 9" + priority;
      case 1 -> "iif " + device() + " lookup " + of("main", "9") + priority;
      case 2 -> "not to all tos 0x10 blackhole" + priority;
      case 3 -> "ipproto tcp dport 80-90 goto 32766" + priority;
      default -> "from all lookup 9 suppress_prefixlength 0" + priority;
    };
  }

  private String neighbour() {
    return switch (below(4)) {
      case 0 -> "proxy " + address4() + " dev " + device();
      case 1 -> address6() + " lladdr " + mac() + " nud permanent router dev " + device();
      case 2 -> address4() + " lladdr " + mac() + " nud reachable dev " + device();
      default -> address4() + " lladdr " + mac() + " nud permanent dev " + device();
    };
  }

  private String setting() {
    String of = below(3) == 0 ? of("all", "default", "lo") : device();
    return switch (below(6)) {
      case 0 -> "net/ipv4/conf/" + of + "/" + of("rp_filter", "arp_ignore", "forwarding") + "=1";
      case 1 -> "net/ipv4/conf/" + of + "/" + of("accept_redirects", "send_redirects") + "=0";
      case 2 ->
          "net/ipv6/conf/"
              + of
              + "/"
              + of("forwarding=" + below(2), "hop_limit=77", "disable_ipv6=" + below(2));
      case 3 -> "net/ipv6/conf/" + of + "/" + of("accept_dad=0", "dad_transmits=2");
      case 4 ->
          of("net/ipv4", "net/ipv6")
              + "/neigh/"
              + of
              + "/"
              + of("gc_stale_time=90", "ucast_solicit=5", "unres_qlen=7");
      default ->
          of(
              "net/ipv4/ip_forward=" + below(2),
              "'net/ipv4/ip_local_port_range=2000 3000'",
              "net/ipv4/ip_local_reserved_ports=1000-1003,1009",
              "net/core/rmem_max=300000",
              "net/ipv4/tcp_sack=0",
              "'net/ipv4/tcp_rmem=4096 131072 6000000'",
              "net/ipv6/icmp/ratemask=0-1,3-127",
              "net/ipv6/fib_multipath_hash_policy=1");
    };
  }

  private String iptables() {
    String chain = of("INPUT", "OUTPUT", "one", "two", "three");
    return switch (below(8)) {
      case 0, 1 -> "-N " + of("one", "two", "three");
      case 2 -> "-P " + of("INPUT", "OUTPUT", "FORWARD") + " " + of("DROP", "ACCEPT");
      case 3 -> of("-D " + chain + " 1", "-F " + chain, "-X " + chain, "-E one two");
      default ->
          of("-A ", "-A ", "-I ")
              + chain
              + of("", " -i " + device(), " ! -o d+", " -s " + address4() + "/24")
              + of(
                  "",
                  " -p tcp --dport 80:90",
                  " -p udp -m multiport --sports 1,2",
                  " -m comment --comment 'a \"b\" c'\\''s $x'",
                  " -m mark --mark 0x1/0xf",
                  " -m limit --limit 3/min",
                  " ! -p tcp")
              + of("", " -j DROP", " -j one", " -g two", " -j MARK --set-mark 7", " -j LOG")
              + of("", "", " -c 5 500");
    };
  }

  private String qdisc() {
    return switch (below(9)) {
      case 7 -> "clsact";
      case 8 -> "ingress";
      case 0 -> "root netem delay 7ms 2ms 33.3% loss 0.7% duplicate 1%";
      case 1 -> "root handle 1: prio bands 4";
      case 2 -> "parent 1:1 handle 10: tbf rate 3mbit burst 5000 latency 70ms";
      case 3 -> "parent 1:2 " + of("pfifo limit 77", "fq_codel target 3ms ecn");
      case 4 -> "root tbf rate 1234kbit burst 32k limit 65000 peakrate 2mbit mtu 1600";
      case 5 -> "ingress netem loss gemodel 1% 10% 70% 0.1% rate 5mbit";
      default -> "root fq_codel limit 300 flows 64 memory_limit 1mb";
    };
  }
}
