package dev.patchbay.it.spine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Guest;
import dev.patchbay.it.Requires;
import dev.patchbay.qemu.process.Board;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Guests on VLANs of one trunk, and one behind a second router:
 *
 * <pre>
 *   red  eth0.42 -- bmc0 [                                namespace first             second
 *                        [ br0 ] trunk0 == trunk1 ( .42 10.42.0.1 )
 *   blue eth0.43 -- bmc1 [                        ( .43 10.43.0.1 ) join0 -- join1 ( bmc2 10.9.0.1 ) -- far
 * </pre>
 *
 * <p>br0 only switches, by tags. Each guest gets its address by DHCP where it is; none has another
 * way to the others than through the routers.
 */
@Timeout(240)
@Requires({"root", "netns", "qemu-arm", "image-ast2500", "daemon"})
class RoutedGuestsTest {
  private static final int SIZE = 2_000_000;
  private static final String RED_MAC = "52:54:00:00:42:01";
  private static final String BLUE_MAC = "52:54:00:00:43:01";
  private static final String FAR_MAC = "52:54:00:00:09:01";

  private static final String NETWORK =
      """
      ip link set br0 type bridge vlan_filtering 1
      ip netns add first
      ip link add trunk0 type veth peer name trunk1
      ip link set trunk1 netns first
      ip link set trunk0 master br0 up
      bridge vlan del dev bmc0 vid 1
      bridge vlan add dev bmc0 vid 42
      bridge vlan del dev bmc1 vid 1
      bridge vlan add dev bmc1 vid 43
      bridge vlan del dev trunk0 vid 1
      bridge vlan add dev trunk0 vid 42-43
      ip -n first link set trunk1 up
      ip -n first link add link trunk1 name trunk1.42 type vlan id 42
      ip -n first link add link trunk1 name trunk1.43 type vlan id 43
      ip -n first link set trunk1.42 up
      ip -n first link set trunk1.43 up
      ip -n first addr add 10.42.0.1/24 dev trunk1.42
      ip -n first addr add fd00:42::1/64 dev trunk1.42 nodad
      ip -n first addr add 10.43.0.1/24 dev trunk1.43
      ip -n first addr add fd00:43::1/64 dev trunk1.43 nodad
      ip -n first link add join0 type veth peer name join1
      ip -n first link set join1 netns second
      ip -n first link set join0 up
      ip -n second link set join1 up
      ip -n first addr add 192.168.9.1/30 dev join0
      ip -n second addr add 192.168.9.2/30 dev join1
      ip -n first addr add fd00:1::1/64 dev join0 nodad
      ip -n second addr add fd00:1::2/64 dev join1 nodad
      ip -n second addr add 10.9.0.1/24 dev bmc2
      ip -n second addr add fd00:9::1/64 dev bmc2 nodad
      ip -n first route add 10.9.0.0/24 via 192.168.9.2
      ip -n first route add fd00:9::/64 via fd00:1::2
      ip -n second route add 10.42.0.0/15 via 192.168.9.1
      ip -n second route add fd00:42::/31 via fd00:1::1
      ip netns exec first sysctl -w net.ipv4.ip_forward=1
      ip netns exec first sysctl -w net.ipv6.conf.all.forwarding=1
      ip netns exec second sysctl -w net.ipv4.ip_forward=1
      ip netns exec second sysctl -w net.ipv6.conf.all.forwarding=1
      dhcp set first/trunk1.42 range=10.42.0.100-10.42.0.199
      dhcp set first/trunk1.43 range=10.43.0.100-10.43.0.199
      dhcp set second/bmc2 range=10.9.0.100-10.9.0.199
      ra set first/trunk1.42 prefix=fd00:42::/64
      ra set second/bmc2 prefix=fd00:9::/64
      """;

  private static String[] options() {
    List<String> all = new ArrayList<>();
    Stream.of("bmc0", "bmc1", "bmc2,netns=second")
        .map(name -> "unix:DIR/" + name.substring(0, 4) + ".sock,name=" + name)
        .forEach(plug -> all.addAll(List.of("--listen", plug)));
    NETWORK.lines().forEach(words -> all.addAll(List.of("--exec", words)));
    return all.toArray(String[]::new);
  }

  /** Makes the guest's VLAN interface, and asks for a lease there. */
  private static String leaseOn(Guest guest, int vid) throws Exception {
    String make =
        "ip link set eth0 up && ip link add link eth0 name eth0.%d type vlan id %d"
            + " && ip link set eth0.%d up && udhcpc -i eth0.%d -n -q -t 10";
    return guest.run(make.formatted(vid, vid, vid, vid), Lab.LONG).ok();
  }

  private static void words(Lab lab, String words) throws Exception {
    lab.daemon().exec(words.split(" ")).ok();
  }

  @Test
  void vlansOfATrunkAndASecondRouter() throws Exception {
    try (Lab lab = new Lab(options())) {
      // a guest with a PHY, one with NC-SI (whose card has a VLAN filter), and one without tags
      Guest red = lab.boot(Board.AST2500_EVB, "bmc0", RED_MAC);
      Guest blue = lab.boot(Board.ROMULUS_BMC, "bmc1", BLUE_MAC);
      Guest far = lab.boot(Board.AST2500_EVB, "bmc2", FAR_MAC);
      assertThat(leaseOn(red, 42)).contains("bound 10.42.0.100/24 on eth0.42 router=10.42.0.1");
      assertThat(leaseOn(blue, 43)).contains("bound 10.43.0.100/24 on eth0.43 router=10.43.0.1");
      assertThat(Lab.lease(far)).contains("bound 10.9.0.100/24 on eth0 router=10.9.0.1");
      assertThat(lab.daemon().exec("bridge", "fdb", "show", "br", "br0").ok())
          .contains(RED_MAC + " dev bmc0 vlan 42")
          .contains(BLUE_MAC + " dev bmc1 vlan 43");

      allReachEachOther(red, blue, far);
      aFileArrives(red, blue, far);
      bySixToo(red);
      onlyByTheRouters(lab, red);
    }
  }

  /** The TTL tells how many routers were on the way. */
  private static void allReachEachOther(Guest red, Guest blue, Guest far) throws Exception {
    Lab.ping(red, "10.43.0.100");
    Lab.ping(red, "10.9.0.100");
    Lab.ping(blue, "10.9.0.100");
    assertThat(red.run("ping -c 1 10.43.0.100").ok()).contains("ttl=63");
    assertThat(blue.run("ping -c 1 10.9.0.100").ok()).contains("ttl=62");
    assertThat(far.run("ping -c 1 10.42.0.100").ok()).contains("ttl=62");
    assertThat(far.run("traceroute -n -q 1 -w 2 10.42.0.100", Lab.LONG).ok())
        .containsSubsequence("1  10.9.0.1 ", "2  192.168.9.1 ", "3  10.42.0.100 ");
    // whole frames of 1500 bytes and the tag, and those in fragments
    assertThat(red.run("ping -c 2 -s 1472 10.9.0.100").ok()).contains(" 0% packet loss");
    assertThat(blue.run("ping -c 2 -s 4000 10.42.0.100").ok()).contains(" 0% packet loss");
  }

  private static void aFileArrives(Guest red, Guest blue, Guest far) throws Exception {
    // the same bytes in each of the three
    String make =
        "mkdir /tmp/www && yes 'patchbay' | head -c %d > /tmp/www/data && httpd -h /tmp/www";
    for (Guest guest : List.of(blue, far)) {
      guest.run(make.formatted(SIZE), Lab.LONG).ok();
    }
    String sum = far.run("sha256sum < /tmp/www/data").ok();
    for (String host : List.of("10.43.0.100", "10.9.0.100")) {
      assertThat(red.run("wget -qO- http://" + host + "/data | sha256sum", Lab.LONG).ok())
          .isEqualTo(sum);
    }
    assertThat(blue.run("wget -qO- http://10.9.0.100/data | sha256sum", Lab.LONG).ok())
        .isEqualTo(sum);
  }

  private static void bySixToo(Guest red) throws Exception {
    red.runUntilOk(
        "ip -6 addr show dev eth0.42 | grep 'inet6 fd00:42:' | grep -qv tentative", Lab.LONG);
    // SLAAC from the MAC 52:54:00:00:09:01
    Lab.ping(red, "fd00:9::5054:ff:fe00:901");
    assertThat(red.run("ping -c 1 fd00:9::5054:ff:fe00:901").ok()).contains("ttl=62");
  }

  private static void onlyByTheRouters(Lab lab, Guest red) throws Exception {
    words(lab, "ip -n first route del 10.9.0.0/24");
    assertThat(red.run("ping -c 1 -W 2 10.9.0.100").succeeded()).isFalse();
    words(lab, "ip -n first route add unreachable 10.9.0.0/24");
    assertThat(red.run("nc.traditional -n -v -w 5 10.9.0.100 80").output())
        .contains("No route to host");
    words(lab, "ip -n first route replace 10.9.0.0/24 via 192.168.9.2");
    Lab.ping(red, "10.9.0.100");

    // who takes an address of the other VLAN does not find anybody there
    red.run("ip addr add 10.43.0.7/24 dev eth0.42").ok();
    assertThat(red.run("ping -c 2 -W 1 -I 10.43.0.7 10.43.0.100").succeeded()).isFalse();
    red.run("ip addr del 10.43.0.7/24 dev eth0.42").ok();
    // nor does who sends with the other's tag: the guest's port is no member of that VLAN
    red.run("ip link add link eth0 name eth0.43 type vlan id 43 && ip link set eth0.43 up").ok();
    assertThat(red.run("udhcpc -i eth0.43 -n -q -t 2 -T 1").succeeded()).isFalse();
    red.run("ip link del eth0.43").ok();
    Lab.ping(red, "10.43.0.100");
  }
}
