package dev.patchbay.stack.oracle;

import java.util.List;

/** What is compared. Networks are 10.0.N.0/24 and fd00:N::/64, the router's address is .1. */
final class Topologies {
  private static final int VLAN = 0x8100 << 16;
  private static final int SERVICE = 0x88a8 << 16;

  private Topologies() {}

  static final List<Topology> ALL =
      List.of(
          two(),
          four(),
          multipath(),
          rules(),
          steps(),
          trunk(),
          service(),
          bridge(),
          access(),
          flags(),
          chain());

  /** Two links, and a route of each type. */
  private static Topology two() {
    return new Topology.Builder("two")
        .link("p0", 1)
        .link("p1", 2)
        .host(0, "p0", 1, 2)
        .host(0, "p0", 1, 3)
        .host(1, "p1", 2, 2)
        .host(1, "p1", 2, 3)
        .run(
            """
            ip route add 10.9.0.0/16 via 10.0.2.2
            ip route add 10.8.0.0/16 via 10.0.1.2
            ip route add blackhole 10.8.1.0/24
            ip route add unreachable 10.8.2.0/24
            ip route add prohibit 10.8.3.0/24
            ip route add throw 10.8.4.0/24
            ip route add local 10.8.5.0/24 dev lo
            ip route add fd09::/16 via fd00:2::2
            ip route add fd08::/16 via fd00:1::2
            ip route add blackhole fd08:1::/32
            ip route add unreachable fd08:2::/32
            ip route add prohibit fd08:3::/32
            """)
        .targets("10.9.1.1", "10.9.2.2", "10.8.0.1", "10.8.1.1", "10.8.2.1", "10.8.3.1", "10.8.4.1")
        .targets("10.8.5.1", "172.16.0.1", "fd09::1", "fd09:1::2", "fd08::1", "fd08:1::1")
        .targets("fd08:2::1", "fd08:3::1", "fd77::1")
        .build();
  }

  /** Four links, a default route, ever longer prefixes. */
  private static Topology four() {
    Topology.Builder all = new Topology.Builder("four");
    for (int i = 0; i < 4; i++) {
      all.link("p" + i, i + 1);
    }
    for (int i = 0; i < 4; i++) {
      all.host(i, "p" + i, i + 1, 2);
    }
    return all.run(
            """
            ip route add default via 10.0.4.2
            ip route add default via fd00:4::2
            ip route add 10.64.0.0/10 via 10.0.1.2
            ip route add 10.64.0.0/12 via 10.0.2.2
            ip route add 10.65.0.0/16 via 10.0.3.2
            ip route add 10.65.1.0/24 via 10.0.1.2 metric 20
            ip route add 10.65.1.0/24 via 10.0.2.2 metric 10
            ip route add 10.65.1.7/32 via 10.0.4.2
            ip route add fd64::/16 via fd00:1::2
            ip route add fd64:1::/32 via fd00:2::2
            ip route add fd64:1:2::/48 via fd00:3::2 metric 20
            ip route add fd64:1:2::/48 via fd00:1::2 metric 10
            ip route add fd64:1:2::7/128 via fd00:4::2
            ip addr add 10.0.1.129/25 dev p0
            ip addr add 192.0.2.1/32 dev p1
            ip addr add 2001:db8::1/128 dev p1 nodad
            """)
        .targets("10.64.0.1", "10.65.0.1", "10.65.1.1", "10.65.1.7", "10.80.0.1", "192.0.2.9")
        .targets("192.0.2.1", "198.51.100.1", "fd64::1", "fd64:1::1", "fd64:1:2::1", "fd64:1:2::7")
        .targets("2001:db8::1", "2001:db8::2")
        .build();
  }

  /** Two ways at equal cost. */
  private static Topology multipath() {
    return new Topology.Builder("multipath")
        .link("p0", 1)
        .link("p1", 2)
        .link("p2", 3)
        .host(0, "p0", 1, 2)
        .host(0, "p0", 1, 3)
        .host(1, "p1", 2, 2)
        .host(2, "p2", 3, 2)
        .run(
            """
            ip route add 10.9.0.0/16 nexthop via 10.0.2.2 weight 1 nexthop via 10.0.3.2 weight 3
            ip route add fd09::/16 nexthop via fd00:2::2 nexthop via fd00:3::2
            """)
        .targets("10.9.1.1", "10.9.1.2", "10.9.1.3", "10.9.1.4", "10.9.1.5", "10.9.2.1", "10.9.2.2")
        .targets("fd09::1", "fd09::2", "fd09::3", "fd09::4", "fd09::5", "fd09::6")
        .either(1, 2)
        .build();
  }

  /** Rules of all selectors that a packet alone decides. */
  private static Topology rules() {
    return new Topology.Builder("rules")
        .link("p0", 1)
        .link("p1", 2)
        .link("p2", 3)
        .host(0, "p0", 1, 2)
        .host(0, "p0", 1, 3)
        .host(1, "p1", 2, 2)
        .host(2, "p2", 3, 2)
        .run(
            """
            ip route add 10.9.0.0/16 via 10.0.2.2
            ip route add 10.9.0.0/16 via 10.0.3.2 table 100
            ip route add 10.9.0.0/16 via 10.0.1.2 table 101
            ip route add default via 10.0.3.2 table 102
            ip route add throw 10.9.2.0/24 table 100
            ip rule add from 10.0.1.3 lookup 100 pref 1000
            ip rule add to 10.9.3.0/24 lookup 101 pref 1001
            ip rule add iif p1 lookup 102 pref 1002
            ip rule add tos 0x10 lookup 100 pref 1003
            ip rule add ipproto udp dport 53 lookup 101 pref 1004
            ip rule add ipproto tcp sport 1000-2000 blackhole pref 1005
            ip rule add to 10.9.4.0/24 prohibit pref 1006
            ip rule add to 10.9.5.0/24 unreachable pref 1007
            ip rule add to 10.9.6.0/24 goto 1100 pref 1008
            ip rule add lookup 102 pref 1009 from 10.9.0.0/16
            ip rule add lookup main suppress_prefixlength 16 pref 1100
            ip route add fd09::/16 via fd00:2::2
            ip route add fd09::/16 via fd00:3::2 table 100
            ip route add fd09::/16 via fd00:1::2 table 101
            ip -6 rule add from fd00:1::3 lookup 100 pref 1000
            ip -6 rule add to fd09:3::/32 lookup 101 pref 1001
            ip -6 rule add ipproto udp dport 53 lookup 101 pref 1004
            ip -6 rule add to fd09:4::/32 prohibit pref 1006
            ip -6 rule add to fd09:5::/32 unreachable pref 1007
            ip -6 rule add to fd09:6::/32 blackhole pref 1008
            """)
        .targets("10.9.1.1", "10.9.2.1", "10.9.3.1", "10.9.4.1", "10.9.5.1", "10.9.6.1", "10.7.1.1")
        .targets("fd09:1::1", "fd09:2::1", "fd09:3::1", "fd09:4::1", "fd09:5::1", "fd09:6::1")
        .build();
  }

  /** Links and routes of several MTUs. */
  private static Topology steps() {
    return new Topology.Builder("steps")
        .run(
            """
            ip link set p1 mtu 1400
            ip link set p2 mtu 1280
            ip link set p3 mtu 576
            """)
        .link("p0", 1)
        .link("p1", 2)
        .link("p2", 3)
        .run("ip link set p3 up")
        .run("ip addr add 10.0.4.1/24 dev p3")
        .host(0, "p0", 1, 2)
        .host(1, "p1", 2, 2)
        .host(2, "p2", 3, 2)
        .run(
            """
            ip neigh add 10.0.4.2 lladdr 02:00:00:04:02:02 nud permanent dev p3
            ip route add 10.9.1.0/24 via 10.0.2.2
            ip route add 10.9.2.0/24 via 10.0.3.2
            ip route add 10.9.3.0/24 via 10.0.4.2
            ip route add 10.9.4.0/24 via 10.0.1.2 mtu 1000
            ip route add 10.9.5.0/24 via 10.0.2.2 mtu 900
            ip route add fd09:1::/32 via fd00:2::2
            ip route add fd09:2::/32 via fd00:3::2
            ip route add fd09:4::/32 via fd00:1::2 mtu 1300
            """)
        .targets("10.9.1.1", "10.9.2.1", "10.9.3.1", "10.9.4.1", "10.9.5.1", "10.0.4.2", "10.0.4.1")
        .targets("fd09:1::1", "fd09:2::1", "fd09:4::1")
        .build();
  }

  /** A trunk with three VLANs and none, a link, and a second trunk with priorities kept. */
  private static Topology trunk() {
    return new Topology.Builder("trunk")
        .link("p0", 1)
        .link("p1", 2)
        .run(
            """
            ip link set p2 up
            ip link add link p0 name p0.10 type vlan id 10
            ip link add link p0 name p0.20 type vlan id 20 egress-qos-map 0:3
            ip link add link p2 name p2.300 type vlan id 300 reorder_hdr on
            ip link set p0.20 mtu 1300
            """)
        .link("p0.10", 10)
        .link("p0.20", 20)
        .link("p2.300", 30)
        .host(0, "p0", 1, 2)
        .host(1, "p1", 2, 2)
        .host(0, "p0.10", 10, 2, Router.mac(0), VLAN | 10)
        .host(0, "p0.20", 20, 2, Router.mac(0), VLAN | 20)
        .host(2, "p2.300", 30, 2, Router.mac(2), VLAN | 300)
        .run(
            """
            ip route add 10.9.0.0/16 via 10.0.30.2
            ip route add fd09::/16 via fd00:10::2
            """)
        .targets("10.9.1.1", "172.16.1.1", "fd09::1", "fd77::1")
        .build();
  }

  /** VLANs within VLANs (802.1ad). */
  private static Topology service() {
    return new Topology.Builder("service")
        .link("p0", 1)
        .run(
            """
            ip link set p1 up
            ip link add link p1 name p1.5 type vlan proto 802.1ad id 5
            ip link add link p1.5 name p1.5.7 type vlan id 7
            ip link add link p1 name p1.q5 type vlan id 5
            """)
        .link("p1.5", 5)
        .link("p1.5.7", 7)
        .link("p1.q5", 6)
        .host(0, "p0", 1, 2)
        .host(1, "p1.5", 5, 2, Router.mac(1), SERVICE | 5)
        .host(1, "p1.5.7", 7, 2, Router.mac(1), SERVICE | 5, VLAN | 7)
        .host(1, "p1.q5", 6, 2, Router.mac(1), VLAN | 5)
        .run(
            """
            ip route add 10.9.0.0/16 via 10.0.7.2
            ip route add fd09::/16 via fd00:7::2
            """)
        .targets("10.9.1.1", "172.16.1.1", "fd09::1", "fd77::1")
        .build();
  }

  /** A bridge of three ports with an address, and a link. */
  private static Topology bridge() {
    return new Topology.Builder("bridge")
        .run(
            """
            ip link add br0 address 02:00:00:00:0b:00 type bridge mcast_snooping 0
            ip link set p0 master br0 up
            ip link set p1 master br0 up
            ip link set p2 master br0 up
            """)
        .link("br0", 1)
        .link("p3", 2)
        .host(0, "br0", 1, 2, BRIDGE)
        .host(1, "br0", 1, 3, BRIDGE)
        .host(2, "br0", 1, 4, BRIDGE)
        .host(3, "p3", 2, 2)
        .run(
            """
            ip route add 10.9.0.0/16 via 10.0.1.3
            ip route add fd09::/16 via fd00:2::2
            """)
        .targets("10.9.1.1", "172.16.1.1", "fd09::1", "fd77::1")
        .build();
  }

  private static final long BRIDGE = 0x0200_0000_0b00L;

  /** A bridge with VLAN filtering: a trunk, two access ports, and routes between the VLANs. */
  private static Topology access() {
    return new Topology.Builder("access")
        .run(
            """
            ip link add br0 address 02:00:00:00:0b:00 type bridge mcast_snooping 0 vlan_filtering 1
            ip link set p0 master br0 up
            ip link set p1 master br0 up
            ip link set p2 master br0 up
            bridge vlan add dev p0 vid 10
            bridge vlan add dev p0 vid 20-22
            bridge vlan add dev p1 vid 10 pvid untagged
            bridge vlan del dev p1 vid 1
            bridge vlan add dev p2 vid 20 pvid untagged
            bridge vlan add dev p2 vid 30 untagged
            bridge vlan add dev br0 vid 10 self
            bridge vlan add dev br0 vid 20 self
            """)
        .link("br0", 1)
        .run(
            """
            ip link add link br0 name br0.10 type vlan id 10
            ip link add link br0 name br0.20 type vlan id 20
            """)
        .link("br0.10", 10)
        .link("br0.20", 20)
        .link("p3", 2)
        .host(0, "br0", 1, 2, BRIDGE)
        .host(0, "br0.10", 10, 2, BRIDGE, VLAN | 10)
        .host(0, "br0.20", 20, 2, BRIDGE, VLAN | 20)
        .host(1, "br0.10", 10, 3, BRIDGE)
        .host(2, "br0.20", 20, 3, BRIDGE)
        .host(3, "p3", 2, 2)
        .run(
            """
            ip route add 10.9.0.0/16 via 10.0.10.3
            ip route add fd09::/16 via fd00:20::3
            """)
        .targets("10.9.1.1", "172.16.1.1", "fd09::1", "fd77::1")
        .build();
  }

  /** A bridge whose ports have every flag once, and static entries. */
  private static Topology flags() {
    return new Topology.Builder("flags")
        .run(
            """
            ip link add br0 address 02:00:00:00:0b:00 type bridge mcast_snooping 0
            ip link set p0 master br0 up
            ip link set p1 master br0 up
            ip link set p2 master br0 up
            ip link set p3 master br0 up
            bridge link set dev p0 hairpin on
            bridge link set dev p1 isolated on
            bridge link set dev p2 isolated on
            bridge link set dev p2 learning off
            bridge link set dev p3 flood off
            bridge link set dev p3 mcast_flood off
            bridge fdb add 02:00:00:00:aa:01 dev p2 master static
            bridge fdb add 02:00:00:00:aa:02 dev br0 self
            """)
        .link("br0", 1)
        .host(0, "br0", 1, 2, BRIDGE)
        .host(0, "br0", 1, 3, BRIDGE)
        .host(1, "br0", 1, 4, BRIDGE)
        .host(2, "br0", 1, 5, BRIDGE)
        .host(3, "br0", 1, 6, BRIDGE)
        .run(
            """
            ip route add 10.9.0.0/16 via 10.0.1.5
            ip route add fd09::/16 via fd00:1::6
            """)
        .targets("10.9.1.1", "172.16.1.1", "fd09::1", "fd77::1")
        .build();
  }

  /**
   * Two routers one behind the other, in namespaces, joined by a veth pair with a smaller MTU. The
   * far one has its link by another pair and a bridge.
   */
  private static Topology chain() {
    return new Topology.Builder("chain")
        .run(
            """
            ip netns add far
            ip link add v0 address 02:00:00:00:0c:00 type veth peer name v1 netns far
            ip -n far link set v1 address 02:00:00:00:0c:01 mtu 1400
            ip link set v0 mtu 1400
            ip link add w0 address 02:00:00:00:0c:02 type veth peer name w1 netns far
            ip -n far link set w1 address 02:00:00:00:0c:03
            ip link add br1 address 02:00:00:00:0c:04 type bridge mcast_snooping 0
            ip link set w0 master br1 up
            ip link set p1 master br1 up
            ip link set br1 up
            @ sysctl -qw net.ipv6.conf.br1.disable_ipv6=1
            @ sysctl -qw net.ipv4.conf.all.send_redirects=0
            @ ip netns exec far sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
            @ ip netns exec far sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
            @ ip netns exec far sysctl -qw net.ipv4.ipfrag_time=6000 net.ipv6.ip6frag_time=6000
            @ ip netns exec far sysctl -qw net.ipv4.conf.all.rp_filter=0
            @ ip netns exec far sysctl -qw net.ipv4.conf.all.send_redirects=0
            @ ip netns exec far sysctl -qw net.ipv6.conf.all.accept_dad=0
            @ ip netns exec far sysctl -qw net.ipv6.conf.v1.accept_dad=0
            @ ip netns exec far sysctl -qw net.ipv6.conf.w1.accept_dad=0
            @ ip netns exec far sysctl -qw net.ipv4.conf.v1.rp_filter=0
            ip -n far link set lo up
            ip -n far link set w1 up
            ip -n far link set v1 up
            ip -n far addr add 10.0.2.1/24 dev w1
            ip -n far addr add fd00:2::1/64 dev w1 nodad
            ip -n far addr add 10.0.50.2/24 dev v1
            ip -n far addr add fd00:50::2/64 dev v1 nodad
            """)
        .link("p0", 1)
        .link("v0", 50)
        .host(0, "p0", 1, 2)
        .far(1, "w1", 2, 2, "far", 0x0200_0000_0c03L)
        .run(
            """
            ip neigh add 10.0.50.2 lladdr 02:00:00:00:0c:01 nud permanent dev v0
            ip neigh add fd00:50::2 lladdr 02:00:00:00:0c:01 nud permanent dev v0
            ip -n far neigh add 10.0.50.1 lladdr 02:00:00:00:0c:00 nud permanent dev v1
            ip -n far neigh add fd00:50::1 lladdr 02:00:00:00:0c:00 nud permanent dev v1
            ip route add 10.0.2.0/24 via 10.0.50.2
            ip route add fd00:2::/64 via fd00:50::2
            ip route add 10.9.0.0/16 via 10.0.50.2
            ip route add fd09::/16 via fd00:50::2
            ip route add 10.7.0.0/16 via 10.0.50.2
            ip route add fd07::/16 via fd00:50::2
            ip -n far route add 10.0.1.0/24 via 10.0.50.1
            ip -n far route add fd00:1::/64 via fd00:50::1
            ip -n far route add 10.9.0.0/16 via 10.0.2.2
            ip -n far route add fd09::/16 via fd00:2::2
            """)
        .targets("10.9.1.1", "10.7.1.1", "10.0.50.1", "10.0.50.2", "172.16.1.1", "fd09::1")
        .targets("fd07::1", "fd00:50::1", "fd00:50::2", "fd77::1")
        .build();
  }
}
