package dev.patchbay.stack.admin.save;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.admin.ip.IpCommand;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code save}: its script, run upon a fresh appliance, gives the same again. */
class SaveTest {
  @Test
  void ofAFreshAppliance() {
    String script = new Appliance().settles().save();

    assertThat(script.lines())
        .containsExactly(
            "#!/usr/bin/env -S patchbay load",
            "ip address replace 10.0.2.2/24 dev br0 brd 10.0.2.255",
            "ip address replace 10.0.2.3/24 dev br0 brd 10.0.2.255",
            "ip -6 address replace fec0::2/64 dev br0 nodad",
            "ip route replace default dev host0",
            "ip -6 route replace default dev host0 metric 1024");
    assertThat(Appliance.loaded(script).all()).isEqualTo(new Appliance().settles().all());
  }

  @Test
  void whatWasDeletedOfTheDefaults() {
    Appliance one = new Appliance();
    one.runs(
        "ip addr del 10.0.2.2/24 dev br0",
        "ip route del default dev host0",
        "ip -6 addr flush dev br0",
        "ip rule del pref 32767",
        "ip link set net1 nomaster");

    assertThat(one.settles().save().lines())
        .containsExactly(
            "#!/usr/bin/env -S patchbay load",
            "ip link set dev net1 nomaster",
            "ip address del 10.0.2.3/24 dev br0",
            "ip address del 10.0.2.2/24 dev br0",
            "ip -6 address del fe80::5055:aff:fe00:202/64 dev br0",
            "ip -6 address del fec0::2/64 dev br0",
            "ip route del default dev host0",
            "ip -6 route replace default dev host0 metric 1024",
            "ip -4 rule del priority 32767 from all lookup default protocol kernel");
    roundTrip(one);
  }

  @Test
  void aTopology() {
    Appliance one = new Appliance();
    one.runs(
        "ip netns add red",
        "ip link add link net0 name net0.42 type vlan id 42",
        "ip link set net0.42 up",
        "ip addr add 192.0.2.1/24 brd + dev net0.42",
        "ip link add v0 type veth peer name v1 netns red",
        "ip link set v0 up mtu 1400",
        "ip -n red link set v1 up",
        "ip -n red link set lo up",
        "ip -n red link add br1 type bridge vlan_filtering 1 stp_state 1",
        "ip -n red link set v1 master br1",
        "bridge -n red vlan add dev v1 vid 10-12 untagged",
        "bridge -n red vlan add dev v1 vid 20 pvid",
        "ip -n red addr add 198.51.100.2/24 dev br1",
        "ip addr add 198.51.100.1/24 dev v0",
        "ip route add 203.0.113.0/24 via 198.51.100.2 mtu 1300",
        "ip route add 203.0.114.0/24 nexthop via 198.51.100.2 weight 3 nexthop via 192.0.2.9",
        "ip route add blackhole 203.0.115.0/24 table 7",
        "ip rule add from 192.0.2.0/24 fwmark 1 lookup 7",
        "ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev net0.42",
        "ip neigh add proxy 192.0.2.10 dev net0.42",
        "tc qdisc add dev net0 root netem delay 10ms 1ms 25% loss 1.5% seed 9",
        "ip link set net0.42 alias 'for the BMCs'");

    assertThat(one.settles().save())
        .contains("ip link add link net0 name net0.42 type vlan id 42\n")
        .contains("ip link add name v0 type veth peer name v1 netns red\n")
        .contains("alias 'for the BMCs'")
        .contains(
            "ip -n red link add name br1 type bridge stp_state 1 vlan_filtering 1\n",
            "bridge -n red vlan add vid 10-12 dev v1 untagged\n")
        .contains(
            "ip route append 203.0.114.0/24 nexthop via 198.51.100.2 dev v0 weight 3"
                + " nexthop via 192.0.2.9 dev net0.42 weight 1\n");
    roundTrip(one);
  }

  @Test
  void filtersAndTheirPlaces() {
    Appliance one = new Appliance();
    one.runs(
        "ip link add ifb0 type ifb",
        "ip link set ifb0 up",
        "ip link add bond0 type bond mode active-backup miimon 100 updelay 200 num_grat_arp 3",
        "tc qdisc add dev net0 clsact",
        "tc qdisc add dev net1 ingress",
        "tc qdisc add dev net1 root handle 1: prio",
        "tc filter add dev net0 ingress protocol ip pref 5 flower src_ip 10.1.0.0/16"
            + " ip_proto tcp dst_port 80-90 action drop",
        "tc filter add dev net0 ingress protocol ip pref 5 flower ip_proto icmp type 8 code 0"
            + " action pass",
        "tc filter add dev net0 ingress protocol 802.1Q pref 6 flower vlan_id 7 vlan_ethtype ip"
            + " action vlan pop pipe action mirred egress redirect dev ifb0",
        "tc filter add dev net0 egress pref 7 matchall action skbedit mark 0x3/0xf priority 1:2",
        "tc filter add dev net1 ingress protocol all u32 match ip dst 10.9.0.1/32"
            + " match ip dport 53 0xffff action mirred egress mirror dev net0 continue",
        "tc filter add dev net1 parent 1: protocol ip handle 5/0xff fw classid 1:2",
        "tc filter add dev net1 parent 1: protocol ipv6 flower dst_ip 2001:db8::/32"
            + " ip_flags nofrag classid 1:1");

    assertThat(one.settles().save())
        .contains("tc qdisc add dev net0 clsact\n")
        .contains("tc filter add dev net0 parent ffff:fff2 protocol ip pref 5 handle 0x1 flower")
        .contains(
            "ip link add name bond0 type bond mode active-backup miimon 100 updelay 200"
                + " num_grat_arp 3\n");
    roundTrip(one);
  }

  @Test
  void groupsOfBridgesAndWhatHasNoWordsYet() {
    Appliance one = new Appliance();
    one.runs(
        "bridge mdb add dev br0 port net0 grp 239.1.1.1 permanent",
        "bridge mdb add dev br0 port net1 grp ff05::7 permanent");
    assertThat(one.settles().save())
        .contains("bridge mdb add dev br0 port net0 grp 239.1.1.1 permanent\n");
    roundTrip(one);

    one.runs("ip link set br0 type bridge mcast_snooping 0");
    roundTrip(one);
    one.runs("ip link set br0 down");
    roundTrip(one);
  }

  @Test
  void portsOfBonds() {
    Appliance one = new Appliance();
    one.runs(
        "ip link add d0 type dummy",
        "ip link add d1 type dummy",
        "ip link set d1 mtu 1400",
        "ip link add bond0 type bond mode active-backup",
        "ip link set d0 master bond0",
        "ip link set d1 master bond0",
        "ip link set bond0 mtu 1450 up type bond primary d0",
        "ip link set bond0 type bond active_slave d1",
        "ip link add link bond0 name bond0.5 type vlan id 5",
        "ip link set d0 down",
        "ip link add bond1 type bond mode active-backup miimon 100 fail_over_mac active",
        "ip link set net1 down",
        "ip link set net1 master bond1",
        "ip link set bond1 master br0 up",
        "ip link add bond2 type bond mode active-backup fail_over_mac follow",
        "ip link add d2 type dummy",
        "ip link set d2 master bond2",
        "ip link set d2 nomaster");

    assertThat(one.settles().save())
        .contains(
            "ip link set dev d0 master bond0\nip link set dev d1 master bond0\n"
                + "ip link set dev bond0 type bond primary d0\n"
                + "ip link set dev bond0 type bond active_slave d1\n")
        .contains("ip link set dev net1 down\nip link set dev net1 master bond1\n")
        .doesNotContain("\n# ");
    roundTrip(one);
  }

  @Test
  void hostsOfVxlans() {
    Appliance one = new Appliance();
    one.runs(
        "ip link add vx0 type vxlan id 5 dstport 4789 remote 192.0.2.9",
        "bridge fdb append 00:00:00:00:00:00 dev vx0 dst 192.0.2.10 port 4790 vni 7",
        "bridge fdb add 02:00:00:00:00:aa dev vx0 dst 192.0.2.11 static",
        "ip link set vx0 master br0 up",
        "ip link add vx1 type vxlan id 6 dstport 4789 remote 192.0.2.9",
        "bridge fdb del 00:00:00:00:00:00 dev vx1",
        "ip link add vx2 type vxlan id 7 dstport 4789 remote 192.0.2.9",
        "bridge fdb append 00:00:00:00:00:00 dev vx2 dst 192.0.2.10",
        "bridge fdb del 00:00:00:00:00:00 dev vx2 dst 192.0.2.9");
    assertThat(one.settles().save())
        .contains("bridge fdb append 00:00:00:00:00:00 dev vx0 dst 192.0.2.10 port 4790 vni 7")
        .contains("bridge fdb add 02:00:00:00:00:aa dev vx0 dst 192.0.2.11 self static\n")
        .contains("bridge fdb del 00:00:00:00:00:00 dev vx1\n")
        .doesNotContain("\n# ");
    roundTrip(one);
  }

  @Test
  void interfacesOfTheHost() {
    Appliance one = new Appliance();
    one.runs(
        "ip netns add red",
        "ip tuntap add dev t0 mode tap",
        "ip tuntap add dev t1 mode tap",
        "ip link set t1 mtu 1400 netns red name far",
        "ip link set t0 master br0 up");
    assertThat(one.settles().save())
        .contains("ip tuntap add dev t0 mode tap\n")
        .contains("ip -n red tuntap add dev t1 mode tap\nip -n red link set dev t1 name far\n");
    roundTrip(one);
  }

  @Test
  void setsBeforeTheRulesThatNameThem() {
    Appliance one = new Appliance();
    one.runs(
        "ip netns add red",
        "ipset create lists list:set",
        "ipset create good hash:net comment counters skbinfo timeout 0 initval 1",
        "ipset add good 10.1.0.0/16 comment 'the lab' packets 7",
        "ipset add good 10.1.2.0/24 nomatch skbmark 0x1/0xf skbprio 1:2",
        "ipset add good 10.9.0.0/16 timeout 30",
        "ipset create ports bitmap:port range 20-90",
        "ipset add ports 22-23",
        "ipset create pairs hash:ip,port family inet6 forceadd initval 2",
        "ipset add pairs 2001:db8::1,udp:53",
        "ipset add pairs 2001:db8::1,icmpv6:ping",
        "ipset add lists ports",
        "ipset add lists good before ports",
        "iptables -A FORWARD -m set --match-set lists src -j SET --add-set good src --timeout 9",
        "ip netns exec red ipset create far hash:ip netmask 24 initval 3",
        "ip netns exec red ipset add far 10.2.3.4");

    assertThat(one.settles().save())
        .contains(
            "ipset add good 10.1.0.0/16 timeout 0 comment 'the lab'\n",
            "ipset add good 10.1.2.0/24 timeout 0 nomatch skbmark 0x1/0xf skbprio 1:2\n",
            "ipset create pairs hash:ip,port family inet6 hashsize 1024 maxelem 65536 forceadd",
            "ipset add lists good\nipset add lists ports\n",
            "ip netns exec red ipset add far 10.2.3.0\niptables -A FORWARD -m set")
        .doesNotContain("10.9.0.0/16");
    one.runs("ipset flush good", "ipset add good 10.1.0.0/16"); // without what was counted
    roundTrip(one);
  }

  @Test
  void rulesOfTableNat() {
    Appliance one = new Appliance();
    one.runs(
        "iptables -t nat -N in",
        "iptables -t nat -A PREROUTING -i host0 -j in",
        "iptables -t nat -A in -p udp -j DNAT --to-destination 10.0.2.15:7000-7010/6000 --random",
        "iptables -t nat -A in -p tcp --dport 80 -j REDIRECT --to-ports 8080-8090",
        "iptables -t nat -A POSTROUTING -p tcp -j SNAT --to-source 10.0.0.2:1024-2048/500",
        "iptables -t nat -A POSTROUTING -s 10.0.2.0/24 -j NETMAP --to 10.7.0.0/24",
        "iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE --random-fully",
        "ip6tables -t nat -A OUTPUT -p tcp -j DNAT --to-destination [fec0::1-fec0::9]:80");
    roundTrip(one);
  }

  /** Commands by chance, of which those that can be done make a configuration. */
  @ParameterizedTest
  @ValueSource(longs = {0, 20, 40})
  void byChance(long first) {
    int compared = 0;
    for (long seed = first; seed < first + 20; seed++) {
      compared += byChanceOf(seed);
    }
    assertThat(compared).isGreaterThan(12);
  }

  @Test
  void ofDevicesThatHaveIpv6AgainWhereAllHaveNone() {
    Appliance one = new Appliance();
    one.runs(
        "sysctl -w net.ipv6.conf.all.disable_ipv6=1",
        "sysctl -w net.ipv6.conf.host0.disable_ipv6=0",
        "sysctl -w net.ipv6.conf.br0.disable_ipv6=0");
    roundTrip(one);
    one.runs("ip -6 route add default dev host0", "ip addr add fec0::7/64 dev br0 nodad");
    roundTrip(one);
  }

  private static int byChanceOf(long seed) {
    Appliance one = new Appliance();
    RandomWords words = new RandomWords(new Random(seed));
    int done = 0;
    for (int i = 0; i < 350; i++) {
      IpCommand.Result result = one.run(words.next());
      done += result.status() == 0 ? 1 : 0;
    }

    assertThat(done).as("seed %d", seed).isGreaterThan(50);
    String script = one.settles().save();
    if (script.contains("\n# ")) {
      Appliance.loaded(script); // something cannot be said by words, and is said not to be
      return 0;
    }
    roundTrip(one);
    return 1;
  }

  private static void roundTrip(Appliance one) {
    String script = one.settles().save();
    Appliance other = Appliance.loaded(script);
    one.settles(); // as long as the other one: lifetimes go on
    List<String> there = other.all().lines().toList();
    List<String> here = one.all().lines().toList();
    List<String> lost = here.stream().filter(line -> !there.contains(line)).toList();
    List<String> more = there.stream().filter(line -> !here.contains(line)).toList();
    assertThat(there)
        .as("lost: %s\nmore: %s\n%s", lost, more, script)
        .containsExactlyElementsOf(here);
    assertThat(other.save()).isEqualTo(one.save());
  }

  @Test
  void refusesWhatItHasNot() {
    Appliance one = new Appliance();
    IpCommand.Result result =
        new SaveCommand(one.standing, List.of()).run(one.stack.namespaces(), List.of("--config"));
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.stderr()).contains("save --config");
    assertThat(
            new SaveCommand(one.standing, List.of())
                .run(one.stack.namespaces(), List.of("all"))
                .stderr())
        .startsWith("save: 'all' is unknown");
  }
}
