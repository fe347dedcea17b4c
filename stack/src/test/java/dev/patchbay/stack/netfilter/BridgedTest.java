package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.OTHER;
import static dev.patchbay.stack.netfilter.Firewall.syn;
import static dev.patchbay.stack.netfilter.Firewall.tagged;
import static dev.patchbay.stack.netfilter.Firewall.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rules on frames from one guest to another over the bridge (br_netfilter). */
class BridgedTest {
  private static final String GUEST6 = "fe80::5054:ff:fe00:1";
  private static final String OTHER6 = "fe80::5054:ff:fe00:2";

  private final Firewall wall = new Firewall();

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  private static byte[] syn6(int port) {
    byte[] segment = Arrays.copyOfRange(syn(GUEST, OTHER, port), 20, 40);
    return Lab.ipv6(GUEST6, OTHER6, 6, 64, segment);
  }

  /** The rules of the README: guest A may reach only port 443 of guest B. */
  private void onlyHttps() {
    for (String program : new String[] {"iptables", "ip6tables"}) {
      wall.rule(program + " -P FORWARD DROP")
          .rule(
              program
                  + " -A FORWARD -m physdev --physdev-is-bridged --physdev-in net0"
                  + " --physdev-out net1 -p tcp --dport 443 -j ACCEPT");
    }
  }

  @Test
  void onlyOnePortOfTheOtherGuestIsReached() {
    onlyHttps();
    wall.fromGuestToOther(syn(GUEST, OTHER, 443));
    assertThat(wall.reachedOther()).isEqualTo(1);
    wall.fromGuestToOther(syn(GUEST, OTHER, 22));
    wall.fromGuestToOther(udp(GUEST, OTHER, 443));
    assertThat(wall.reachedOther()).isZero();
  }

  @Test
  void norByTheLinkLocalAddress() {
    onlyHttps();
    wall.fromGuestToOther(syn6(443));
    assertThat(wall.reachedOther()).isEqualTo(1);
    wall.fromGuestToOther(syn6(22));
    assertThat(wall.reachedOther()).isZero();
  }

  @Test
  void norByForgedTags() {
    onlyHttps();
    wall.lab.fromA(tagged(Lab.GUEST_B, Lab.GUEST_A, syn(GUEST, OTHER, 443), 5));
    assertThat(wall.reachedOther()).isEqualTo(1);
    wall.lab.fromA(tagged(Lab.GUEST_B, Lab.GUEST_A, syn(GUEST, OTHER, 22), 5));
    wall.lab.fromA(tagged(Lab.GUEST_B, Lab.GUEST_A, syn(GUEST, OTHER, 22), 0));
    wall.lab.fromA(tagged(Lab.GUEST_B, Lab.GUEST_A, syn(GUEST, OTHER, 22), 5, 6));
    wall.lab.fromA(tagged(Lab.GUEST_B, Lab.GUEST_A, syn(GUEST, OTHER, 22), 0, 0, 0));
    wall.lab.fromA(tagged(Lab.GUEST_B, Lab.GUEST_A, syn6(22), 5));
    assertThat(wall.reachedOther()).isZero();
  }

  @Test
  void norByAFrameToAll() {
    onlyHttps();
    byte[] frame =
        Lab.ethernet(Addresses.MAC_BROADCAST, Lab.GUEST_A, EtherType.IPV4, syn(GUEST, OTHER, 22));
    wall.lab.fromA(frame);
    frame = Lab.ethernet(0x020000000099L, Lab.GUEST_A, EtherType.IPV4, syn(GUEST, OTHER, 22));
    wall.lab.fromA(frame);
    assertThat(wall.reachedOther()).as("flooded").isZero();
  }

  @Test
  void norByAHeaderThatCannotBeTrue() {
    onlyHttps();
    byte[] ip = syn(GUEST, OTHER, 443);
    Bytes.put8(ip, 0, 0x44);
    wall.fromGuestToOther(ip);
    ip = syn(GUEST, OTHER, 443);
    Bytes.put16(ip, 2, 41);
    wall.fromGuestToOther(ip);
    assertThat(wall.reachedOther()).isZero();
  }

  @Test
  void keysOfTheBridgeSayWhatRulesSee() {
    onlyHttps();
    StackConf conf = wall.lab.stack.conf();
    conf.bridgeFilterTagged = false;
    wall.lab.fromA(tagged(Lab.GUEST_B, Lab.GUEST_A, syn(GUEST, OTHER, 22), 5));
    assertThat(wall.reachedOther()).as("tagged").isEqualTo(1);
    wall.fromGuestToOther(syn(GUEST, OTHER, 22));
    assertThat(wall.reachedOther()).isZero();
    conf.bridgeCallIptables = false;
    wall.fromGuestToOther(syn(GUEST, OTHER, 22));
    assertThat(wall.reachedOther()).as("IPv4").isEqualTo(1);
    wall.fromGuestToOther(syn6(22));
    assertThat(wall.reachedOther()).isZero();
    conf.bridgeCallIp6tables = false;
    wall.fromGuestToOther(syn6(22));
    assertThat(wall.reachedOther()).as("IPv6").isEqualTo(1);
  }

  @Test
  void arpIsNotFiltered() {
    onlyHttps();
    wall.lab.fromA(Lab.arp(1, Lab.GUEST_A, Lab.v4(GUEST), 0, Lab.v4(OTHER)));
    assertThat(wall.reachedOther()).isEqualTo(1);
  }

  @Test
  void preroutingSeesAFrameOnceWhereverItGoes() {
    wall.rule("iptables -t mangle -A PREROUTING -i br0 -m physdev --physdev-in net0")
        .rule("iptables -t mangle -A FORWARD -i br0 -o host0")
        .rule("iptables -A INPUT -i br0 -m physdev --physdev-in net0");
    wall.fromGuestToOther(udp(GUEST, OTHER, 9));
    wall.fromGuest(udp(GUEST, Firewall.WORLD, 9));
    wall.fromGuest(udp(GUEST, "10.0.2.2", 9));
    assertThat(wall.counted("iptables", "PREROUTING").getLast()).startsWith("[3:96] ");
    assertThat(wall.counted("iptables", "FORWARD").get(1)).startsWith("[1:32] ");
    assertThat(wall.counted("iptables", "INPUT").getLast()).startsWith("[1:32] ");
    wall.lab.toA.clear();
  }

  @Test
  void whatTheBridgeItselfSendsIsNotForwarded() {
    wall.rule("iptables -P FORWARD DROP").rule("iptables -t mangle -A POSTROUTING -o br0");
    wall.lab.fromWorld(udp(Firewall.WORLD, GUEST, 9));
    assertThat(wall.lab.toA).as("routed, so asked as routed").isEmpty();
    wall.rule("iptables -P FORWARD ACCEPT");
    wall.lab.fromWorld(udp(Firewall.WORLD, GUEST, 9));
    assertThat(wall.lab.toA).hasSize(1);
    assertThat(wall.counted("iptables", "POSTROUTING").getLast())
        .as("once, not at the port again")
        .startsWith("[1:32] ");
    wall.lab.toA.clear();
  }

  @Test
  void aRejectedFrameIsAnsweredButNotAnError() {
    wall.rule("iptables -A FORWARD -m physdev --physdev-in net0 -j REJECT");
    wall.fromGuestToOther(udp(GUEST, OTHER, 9));
    assertThat(Bytes.u8(wall.toGuest(), 20)).as("destination unreachable").isEqualTo(3);
    byte[] error = Lab.icmp(3, 3, 0, udp(OTHER, GUEST, 9));
    wall.fromGuestToOther(Lab.ipv4(GUEST, OTHER, IpProtocol.ICMP, 64, error));
    assertThat(wall.lab.toA).as("RFC 1122 section 3.2.2").isEmpty();
    assertThat(wall.reachedOther()).isZero();
  }

  @Test
  void behindAPortThatIsACableAnotherNamespaceAsksForItself() {
    wall.ip("netns add far")
        .ip("link add v0 type veth peer name v1 netns far")
        .ip("link set v0 master br0")
        .ip("link set v0 up")
        .ip("-n far link set v1 address 02:00:00:00:00:09")
        .ip("-n far link set v1 up")
        .ip("-n far addr add 10.0.2.9/24 dev v1")
        .rule("iptables -t mangle -A PREROUTING");
    NetworkStack far = Objects.requireNonNull(wall.lab.stack.namespaces().find("far"));
    IptablesCommand words = new IptablesCommand(PortNames.NONE);
    List<String> rule = List.of("-t", "raw", "-A", "PREROUTING", "-p", "udp", "-j", "DROP");
    assertThat(words.run(far, "iptables", rule, "").status()).isZero();
    wall.lab.fromA(
        Lab.ethernet(0x020000000009L, Lab.GUEST_A, EtherType.IPV4, udp(GUEST, "10.0.2.9", 9)));
    wall.lab.loop.runForMillis(10);
    assertThat(words.run(far, "iptables-save", List.of("-c"), "").stdout())
        .contains("[1:32] -A PREROUTING -p udp -j DROP\n");
  }

  @Test
  void onlyPortsOfBridgesArePhysicalDevices() {
    wall.ip("link set net0 nomaster")
        .ip("addr add 10.7.0.1/24 dev net0")
        .rule("iptables -A INPUT -m physdev --physdev-is-in -j DROP")
        .rule("iptables -A INPUT -i net0");
    long mac = wall.lab.portA.mac();
    wall.lab.fromA(Lab.ethernet(mac, Lab.GUEST_A, EtherType.IPV4, udp("10.7.0.2", "10.7.0.1", 9)));
    assertThat(wall.counted("iptables", "INPUT").getLast()).startsWith("[1:32] ");
    wall.lab.toA.clear();
  }
}
