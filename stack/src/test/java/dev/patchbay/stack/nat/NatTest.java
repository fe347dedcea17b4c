package dev.patchbay.stack.nat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Translation packet for packet: what goes in at one side comes out at the other. */
class NatTest {
  private final Router r = new Router();

  @AfterEach
  void nothingLeaks() {
    r.close();
  }

  @Test
  void masqueradingGivesTheAddressOfTheDeviceAndTheAnswerComesBack() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 question")
        .toWorld("udp 203.0.113.1:4000 > 192.0.2.7:53 question");
    r.fromWorld("udp 192.0.2.7:53 > 203.0.113.1:4000 answer")
        .toA("udp 192.0.2.7:53 > 10.0.2.15:4000 answer");
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:80 S 1000")
        .toWorld("tcp 203.0.113.1:4000 > 192.0.2.7:80 S 1000 0");
    r.fromWorld("tcp 192.0.2.7:80 > 203.0.113.1:4000 SA 5000 1001")
        .toA("tcp 192.0.2.7:80 > 10.0.2.15:4000 SA 5000 1001");
    r.fromA("ping 10.0.2.15 > 192.0.2.7 77").toWorld("ping 203.0.113.1 > 192.0.2.7 77");
    r.fromWorld("pong 192.0.2.7 > 203.0.113.1 77").toA("pong 192.0.2.7 > 10.0.2.15 77");
    r.fromA("proto47 10.0.2.15 > 192.0.2.7 x").toWorld("proto47 203.0.113.1 > 192.0.2.7 x");
    r.fromWorld("proto47 192.0.2.7 > 203.0.113.1 y").toA("proto47 192.0.2.7 > 10.0.2.15 y");
  }

  @Test
  void masqueradingOfIpv6() {
    r.rule("ip6tables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.fromA("udp [fec0::15]:4000 > [2001:db8:7::7]:53 question")
        .toWorld("udp [2001:db8::1]:4000 > [2001:db8:7::7]:53 question");
    r.fromWorld("udp [2001:db8:7::7]:53 > [2001:db8::1]:4000 answer")
        .toA("udp [2001:db8:7::7]:53 > [fec0::15]:4000 answer");
    r.fromA("tcp [fec0::15]:4000 > [2001:db8:7::7]:80 S 1000")
        .toWorld("tcp [2001:db8::1]:4000 > [2001:db8:7::7]:80 S 1000 0");
    r.fromA("ping [fec0::15] > [2001:db8:7::7] 5")
        .toWorld("ping [2001:db8::1] > [2001:db8:7::7] 5");
    r.fromWorld("pong [2001:db8:7::7] > [2001:db8::1] 5")
        .toA("pong [2001:db8:7::7] > [fec0::15] 5");
  }

  @Test
  void anErrorThatQuotesLessThanEightBytesOfATransportIsNotTranslated() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 question");
    byte[] sent = r.lab.toWorld.removeFirst();
    for (int quoted : new int[] {24, 27, 28}) {
      byte[] icmp = Lab.icmp(3, 1, 0, Arrays.copyOf(sent, quoted));
      r.lab.fromWorld(Lab.ipv4("192.0.2.7", "203.0.113.1", 1, 64, icmp));
      assertThat(r.lab.toA).hasSize(quoted < 28 ? 0 : 1);
    }
    r.lab.toA.clear();
  }

  @Test
  void aGroupIsNotRedirectedToAnAddressOfAnotherScope() {
    r.rule("ip6tables -t nat -A PREROUTING -p udp -j REDIRECT --to-ports 8080");
    r.fromA("udp [fec0::15]:4000 > [ff0e::1]:53 question");
    assertThat(r.lab.stack.netfilter().conntrack().size()).isEqualTo(1);
    r.ip("ip addr flush dev br0 scope link");
    r.fromA("udp [fec0::15]:4001 > [ff02::1]:53 question");
    assertThat(r.lab.stack.netfilter().conntrack().size()).isEqualTo(1);
    r.lab.toA.clear();
  }

  @Test
  void tableSecuritySeesTheTranslatedSource() {
    r.rule("iptables -t nat -A INPUT -j SNAT --to-source 10.0.2.99");
    r.rule("iptables -t security -A INPUT -s 10.0.2.99 -j DROP");
    r.fromA("ping 10.0.2.15 > 10.0.2.2 5").nothing();
  }

  @Test
  void whatNobodyAskedForIsNotTranslated() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 question").worldGot();
    r.fromWorld("udp 192.0.2.8:53 > 203.0.113.1:4000 another's answer");
    assertThat(r.lab.toA).as("of an address that was not asked").isEmpty();
    assertThat(r.worldGot()).startsWith("error 203.0.113.1 > 192.0.2.8 3/3 about udp ");
  }

  @Test
  void aDatagramWithoutChecksumHasNoneAfterwards() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 no sum question")
        .toWorld("udp 203.0.113.1:4000 > 192.0.2.7:53 no sum question");
  }

  @Test
  void aWrongChecksumStaysWrong() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j SNAT --to-source 203.0.113.5");
    r.lab.stack.netfilter().conntrack().settings().checksum = 0;
    byte[] wrong = PacketText.packet("udp 10.0.2.15:4000 > 192.0.2.7:53 question");
    wrong[30] ^= 1;
    r.fromA(wrong);
    byte[] sent = r.lab.toWorld.removeFirst();
    byte[] right = PacketText.packet("udp 203.0.113.5:4000 > 192.0.2.7:53 question");
    assertThat(sent).isNotEqualTo(right);
    sent[30] ^= 1;
    assertThat(PacketText.of(sent)).as("but for the bit").isEqualTo(PacketText.of(right));
  }

  @Test
  void twoGuestsWithOnePortAreToldApart() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 from A")
        .toWorld("udp 203.0.113.1:4000 > 192.0.2.7:53 from A");
    r.fromB("udp 10.0.2.16:4000 > 192.0.2.7:53 from B");
    String other = r.worldGot();
    int port = port(other);
    assertThat(port).isNotEqualTo(4000).isGreaterThanOrEqualTo(1024);
    r.fromWorld("udp 192.0.2.7:53 > 203.0.113.1:" + port + " to B")
        .toB("udp 192.0.2.7:53 > 10.0.2.16:4000 to B");
    r.fromWorld("udp 192.0.2.7:53 > 203.0.113.1:4000 to A")
        .toA("udp 192.0.2.7:53 > 10.0.2.15:4000 to A");
    // ping too: the identification is its port
    r.fromA("ping 10.0.2.15 > 192.0.2.7 9").toWorld("ping 203.0.113.1 > 192.0.2.7 9");
    r.fromB("ping 10.0.2.16 > 192.0.2.7 9");
    String ping = r.worldGot();
    assertThat(ping).doesNotEndWith(" 9");
    String id = ping.substring(ping.lastIndexOf(' ') + 1);
    r.fromWorld("pong 192.0.2.7 > 203.0.113.1 " + id).toB("pong 192.0.2.7 > 10.0.2.16 9");
  }

  private static int port(String line) {
    String from = line.split(" ")[1];
    return Integer.parseInt(from.substring(from.lastIndexOf(':') + 1));
  }

  @Test
  void oneSourceKeepsItsPortTowardsAll() {
    // RFC 4787 REQ-1: endpoint-independent mapping
    r.rule("iptables -t nat -A POSTROUTING -o host0 -p udp -j MASQUERADE --to-ports 20000-30000");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 one");
    int port = port(r.worldGot());
    assertThat(port).isBetween(20000, 30000);
    for (int i = 1; i < 20; i++) {
      r.fromA("udp 10.0.2.15:4000 > 192.0.2." + (10 + i) + ":" + (1000 + i) + " x");
      assertThat(port(r.worldGot())).isEqualTo(port);
    }
  }

  @Test
  void aFullRangeDropsAndAnEndedConnectionMakesPlace() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -p udp -j MASQUERADE --to-ports 5000-5001");
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 2; i++) {
      r.fromA("udp 10.0.2.15:" + (4000 + i) + " > 192.0.2.7:53 x");
      ports.add(port(r.worldGot()));
    }
    assertThat(ports).containsExactlyInAnyOrder(5000, 5001);
    r.fromA("udp 10.0.2.15:4002 > 192.0.2.7:53 x").nothing();
    assertThat(r.lab.stack.netfilter().conntrack().counters().insertFailed).isEqualTo(1);
    r.fromA("udp 10.0.2.15:4002 > 192.0.2.8:53 to another: the ports are free").worldGot();
    r.lab.loop.runForMillis(31_000);
    r.lab.toWorld.clear();
    r.fromA("udp 10.0.2.15:4002 > 192.0.2.7:53 x").worldGot();
  }

  @Test
  void randomPorts() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -p udp -j MASQUERADE --random-fully");
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      r.fromA("udp 10.0.2.15:" + (4000 + i) + " > 192.0.2.7:53 x");
      ports.add(port(r.worldGot()) - i);
    }
    assertThat(ports).hasSizeGreaterThan(15).doesNotContain(4000);
  }

  @Test
  void privilegedPortsStayPrivileged() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.fromA("udp 10.0.2.15:500 > 192.0.2.7:500 x").toWorld("udp 203.0.113.1:500 > 192.0.2.7:500 x");
    r.fromB("udp 10.0.2.16:500 > 192.0.2.7:500 x");
    assertThat(port(r.worldGot())).isBetween(1, 511);
    r.fromA("udp 10.0.2.15:600 > 192.0.2.7:500 x").toWorld("udp 203.0.113.1:600 > 192.0.2.7:500 x");
    r.fromB("udp 10.0.2.16:600 > 192.0.2.7:500 x");
    assertThat(port(r.worldGot())).isBetween(600, 1023);
  }

  @Test
  void sourcesOfARangeOfAddresses() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j SNAT --to-source 203.0.113.8-203.0.113.15");
    Set<String> addresses = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      r.fromA("udp 10.0.2.15:4000 > 192.0.2." + (1 + i) + ":53 x");
      addresses.add(r.worldGot().split("[ :]")[1]);
    }
    assertThat(addresses)
        .as("one source has one address: it is endpoint-independent")
        .hasSize(1)
        .allMatch(
            a -> Integer.parseInt(a.substring(10)) >= 8 && Integer.parseInt(a.substring(10)) <= 15);
  }

  @Test
  void persistentAddresses() {
    r.rule(
        "iptables -t nat -A POSTROUTING -o host0 -j SNAT"
            + " --to-source 203.0.113.8-203.0.113.15 --persistent");
    Set<String> addresses = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      r.fromA("udp 10.0.2.15:" + (4000 + i) + " > 192.0.2." + (1 + i) + ":53 x");
      addresses.add(r.worldGot().split("[ :]")[1]);
    }
    assertThat(addresses).hasSize(1);
  }

  @Test
  void aRangeBackwardsIsStillOfIpv4() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j SNAT --to-source 203.0.113.9-203.0.113.2");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 x");
    assertThat(r.worldGot()).matches("udp [0-9.]+:4000 > 192.0.2.7:53 x");
  }

  @Test
  void aServiceOfAGuestForTheWorld() {
    r.rule(
        "iptables -t nat -A PREROUTING -i host0 -p tcp --dport 2222 -j DNAT"
            + " --to-destination 10.0.2.15:22");
    r.fromWorld("tcp 192.0.2.7:5000 > 203.0.113.1:2222 S 1")
        .toA("tcp 192.0.2.7:5000 > 10.0.2.15:22 S 1 0");
    r.fromA("tcp 10.0.2.15:22 > 192.0.2.7:5000 SA 9 2")
        .toWorld("tcp 203.0.113.1:2222 > 192.0.2.7:5000 SA 9 2");
    r.fromWorld("tcp 192.0.2.7:5000 > 203.0.113.1:2222 A 2 10 hello")
        .toA("tcp 192.0.2.7:5000 > 10.0.2.15:22 A 2 10 hello");
  }

  @Test
  void aServiceOfAGuestInIpv6() {
    r.rule(
        "ip6tables -t nat -A PREROUTING -i host0 -p tcp --dport 2222 -j DNAT"
            + " --to-destination [fec0::15]:22");
    r.fromWorld("tcp [2001:db8:7::7]:5000 > [2001:db8::1]:2222 S 1")
        .toA("tcp [2001:db8:7::7]:5000 > [fec0::15]:22 S 1 0");
    r.fromA("tcp [fec0::15]:22 > [2001:db8:7::7]:5000 RA 0 2")
        .toWorld("tcp [2001:db8::1]:2222 > [2001:db8:7::7]:5000 RA 0 2");
  }

  @Test
  void portsAreMovedTogether() {
    r.rule(
        "iptables -t nat -A PREROUTING -i host0 -p udp --dport 6000:6010 -j DNAT"
            + " --to-destination 10.0.2.15:7000-7010/6000");
    for (int i = 0; i <= 10; i++) {
      r.fromWorld("udp 192.0.2.7:5000 > 203.0.113.1:" + (6000 + i) + " x")
          .toA("udp 192.0.2.7:5000 > 10.0.2.15:" + (7000 + i) + " x");
    }
  }

  @Test
  void portsOfADestinationBeginWithTheFirst() {
    r.rule(
            "iptables -t nat -A PREROUTING -i host0 -p udp --dport 9 -j DNAT"
                + " --to-destination 10.0.2.15:7000-7010")
        .rule(
            "iptables -t nat -A PREROUTING -i host0 -p udp --dport 10 -j DNAT"
                + " --to-destination 10.0.2.15:7000-7010 --random");
    Set<String> drawn = new HashSet<>();
    for (int port = 5000; port < 5020; port++) {
      r.fromWorld("udp 192.0.2.7:" + port + " > 203.0.113.1:9 x")
          .toA("udp 192.0.2.7:" + port + " > 10.0.2.15:7000 x");
      r.fromWorld("udp 192.0.2.7:" + port + " > 203.0.113.1:10 x");
      drawn.add(r.guestGot().split(" ")[3]);
    }
    assertThat(drawn).hasSizeGreaterThan(5);
    r.fromA("udp 10.0.2.15:7000 > 192.0.2.7:5000 y")
        .toWorld("udp 203.0.113.1:9 > 192.0.2.7:5000 y");
  }

  @Test
  void oneOfSeveralServers() {
    r.rule(
        "iptables -t nat -A PREROUTING -i host0 -p udp -j DNAT --to-destination"
            + " 10.0.2.15-10.0.2.16");
    int toA = 0;
    for (int i = 0; i < 32; i++) {
      r.fromWorld("udp 192.0.2." + (1 + i) + ":5000 > 203.0.113.1:6000 x");
      assertThat(r.lab.toA.size() + r.lab.toB.size()).isEqualTo(1);
      toA += r.lab.toA.size();
      r.lab.toA.clear();
      r.lab.toB.clear();
    }
    assertThat(toA).isBetween(6, 26);
  }

  @Test
  void anErrorReachesTheGuestAndQuotesWhatItSent() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -p udp -j MASQUERADE --to-ports 7000");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 question")
        .toWorld("udp 203.0.113.1:7000 > 192.0.2.7:53 question");
    r.fromWorld(
            "error 192.0.2.1 > 203.0.113.1 3/1 about"
                + " udp 203.0.113.1:7000 > 192.0.2.7:53 question")
        .toA("error 192.0.2.1 > 10.0.2.15 3/1 about udp 10.0.2.15:4000 > 192.0.2.7:53 question");
  }

  @Test
  void anErrorOfTheGuestReachesTheWorldAndQuotesWhatItSent() {
    r.rule(
        "iptables -t nat -A PREROUTING -i host0 -p udp --dport 69 -j DNAT"
            + " --to-destination 10.0.2.15:6969");
    r.fromWorld("udp 192.0.2.7:5000 > 203.0.113.1:69 x")
        .toA("udp 192.0.2.7:5000 > 10.0.2.15:6969 x");
    r.fromA("error 10.0.2.15 > 192.0.2.7 3/3 about udp 192.0.2.7:5000 > 10.0.2.15:6969 x")
        .toWorld("error 203.0.113.1 > 192.0.2.7 3/3 about udp 192.0.2.7:5000 > 203.0.113.1:69 x");
  }

  @Test
  void errorsOfIpv6() {
    r.rule("ip6tables -t nat -A POSTROUTING -o host0 -p udp -j MASQUERADE --to-ports 7000");
    r.fromA("udp [fec0::15]:4000 > [2001:db8:7::7]:53 question")
        .toWorld("udp [2001:db8::1]:7000 > [2001:db8:7::7]:53 question");
    r.fromWorld(
            "error [2001:db8:7::1] > [2001:db8::1] 1/3 about"
                + " udp [2001:db8::1]:7000 > [2001:db8:7::7]:53 question")
        .toA(
            "error [2001:db8:7::1] > [fec0::15] 1/3 about"
                + " udp [fec0::15]:4000 > [2001:db8:7::7]:53 question");
  }

  @Test
  void anErrorAboutAPing() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -p icmp -j SNAT --to-source 203.0.113.1:900");
    r.fromA("ping 10.0.2.15 > 192.0.2.7 77").toWorld("ping 203.0.113.1 > 192.0.2.7 900");
    r.fromWorld("error 192.0.2.1 > 203.0.113.1 11/0 about ping 203.0.113.1 > 192.0.2.7 900")
        .toA("error 192.0.2.1 > 10.0.2.15 11/0 about ping 10.0.2.15 > 192.0.2.7 77");
  }

  @Test
  void aForgedErrorOrARedirectIsNotTranslated() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 question").worldGot();
    r.fromWorld("error 192.0.2.1 > 203.0.113.1 3/1 about udp 203.0.113.1:4001 > 192.0.2.7:53 x");
    r.fromWorld("error 192.0.2.1 > 203.0.113.1 5/1 about udp 203.0.113.1:4000 > 192.0.2.7:53 x");
    byte[] wrong =
        PacketText.packet(
            "error 192.0.2.1 > 203.0.113.1 3/1 about udp 203.0.113.1:4000 > 192.0.2.7:53 x");
    wrong[22] ^= 1;
    r.lab.fromWorld(wrong);
    r.nothing();
  }

  @Test
  void aGuestSpeaksToItsNeighbourUnderTheAddressOfTheRouter() {
    // RFC 4787 REQ-9: hairpinning
    r.rule(
            "iptables -t nat -A PREROUTING -d 203.0.113.1 -p tcp --dport 80 -j DNAT"
                + " --to-destination 10.0.2.16:8080")
        .rule("iptables -t nat -A POSTROUTING -s 10.0.2.0/24 -d 10.0.2.0/24 -j MASQUERADE");
    r.fromA("tcp 10.0.2.15:4000 > 203.0.113.1:80 S 1")
        .toB("tcp 10.0.2.2:4000 > 10.0.2.16:8080 S 1 0");
    r.fromB("tcp 10.0.2.16:8080 > 10.0.2.2:4000 SA 9 2")
        .toA("tcp 203.0.113.1:80 > 10.0.2.15:4000 SA 9 2");
    r.fromA("tcp 10.0.2.15:4000 > 203.0.113.1:80 A 2 10 x")
        .toB("tcp 10.0.2.2:4000 > 10.0.2.16:8080 A 2 10 x");
  }

  @Test
  void redirectedToOurselves() {
    r.rule("iptables -t nat -A PREROUTING -i br0 -p udp --dport 53 -j REDIRECT --to-ports 5353");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 x")
        .toA("error 192.0.2.7 > 10.0.2.15 3/3 about udp 10.0.2.15:4000 > 192.0.2.7:53 x");
    assertThat(r.lab.toWorld).isEmpty();
  }

  @Test
  void wholeNetworks() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -s 10.0.2.0/24 -j NETMAP --to 198.51.100.0/24")
        .rule(
            "iptables -t nat -A PREROUTING -i host0 -d 198.51.100.0/24 -j NETMAP"
                + " --to 10.0.2.0/24");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 x")
        .toWorld("udp 198.51.100.15:4000 > 192.0.2.7:53 x");
    r.fromWorld("udp 192.0.2.7:53 > 198.51.100.15:4000 y")
        .toA("udp 192.0.2.7:53 > 10.0.2.15:4000 y");
    r.fromWorld("tcp 192.0.2.7:4000 > 198.51.100.16:22 S 1")
        .toB("tcp 192.0.2.7:4000 > 10.0.2.16:22 S 1 0");
  }

  @Test
  void wholeNetworksOfIpv6() {
    r.rule("ip6tables -t nat -A POSTROUTING -o host0 -j NETMAP --to 2001:db8:1::/64");
    r.fromA("udp [fec0::15]:4000 > [2001:db8:7::7]:53 x")
        .toWorld("udp [2001:db8:1::15]:4000 > [2001:db8:7::7]:53 x");
    r.fromWorld("udp [2001:db8:7::7]:53 > [2001:db8:1::15]:4000 y")
        .toA("udp [2001:db8:7::7]:53 > [fec0::15]:4000 y");
  }

  @Test
  void masqueradedConnectionsEndWithTheAddress() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.ip("ip addr add 203.0.113.2/24 dev host0"); // a secondary one is not taken
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 x").toWorld("udp 203.0.113.1:4000 > 192.0.2.7:53 x");
    r.fromB("udp 10.0.2.16:4001 > 10.0.2.15:53 not masqueraded");
    r.lab.toA.clear();
    assertThat(r.connections()).isEqualTo(2);
    r.ip("ip addr del 203.0.113.2/24 dev host0");
    assertThat(r.connections()).isEqualTo(2);
    r.ip("ip addr del 203.0.113.1/24 dev host0");
    assertThat(r.connections()).isEqualTo(1);
    r.ip("ip addr add 203.0.113.9/24 dev host0").ip("ip route add default dev host0");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 x").toWorld("udp 203.0.113.9:4000 > 192.0.2.7:53 x");
    assertThat(r.connections()).isEqualTo(2);
    r.ip("ip link set host0 down");
    assertThat(r.connections()).isEqualTo(1);
  }

  @Test
  void theAddressOfTheNextHopsNetwork() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.ip("ip addr add 198.51.100.1/24 dev host0");
    r.fromA("udp 10.0.2.15:4000 > 198.51.100.77:53 x")
        .toWorld("udp 198.51.100.1:4000 > 198.51.100.77:53 x");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 x").toWorld("udp 203.0.113.1:4000 > 192.0.2.7:53 x");
    r.ip("ip route add 192.0.3.0/24 via 198.51.100.77");
    r.fromA("udp 10.0.2.15:4001 > 192.0.3.7:53 x")
        .toWorld("udp 198.51.100.1:4001 > 192.0.3.7:53 x");
  }

  @Test
  void rulesAreAskedOnceForAConnection() {
    r.rule("iptables -A FORWARD -m state --state INVALID -j RETURN"); // keeps tracking on
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 1").worldGot();
    r.rule("iptables -t nat -F POSTROUTING");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 2").toWorld("udp 203.0.113.1:4000 > 192.0.2.7:53 2");
    r.fromA("udp 10.0.2.15:4001 > 192.0.2.7:53 3").toWorld("udp 10.0.2.15:4001 > 192.0.2.7:53 3");
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.fromA("udp 10.0.2.15:4001 > 192.0.2.7:53 4").toWorld("udp 10.0.2.15:4001 > 192.0.2.7:53 4");
  }

  @Test
  void trackingEndsWithTheLastRuleThatNeedsIt() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 1").toWorld("udp 203.0.113.1:4000 > 192.0.2.7:53 1");
    r.rule("iptables -t nat -F POSTROUTING");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 2").toWorld("udp 10.0.2.15:4000 > 192.0.2.7:53 2");
  }

  @Test
  void bothSidesAtOnce() {
    r.rule(
            "iptables -t nat -A PREROUTING -i br0 -d 10.9.9.9 -p tcp -j DNAT"
                + " --to-destination 192.0.2.7:8080")
        .rule(
            "iptables -t nat -A POSTROUTING -o host0 -p tcp -j SNAT"
                + " --to-source 203.0.113.5:9000");
    r.fromA("tcp 10.0.2.15:4000 > 10.9.9.9:80 S 1")
        .toWorld("tcp 203.0.113.5:9000 > 192.0.2.7:8080 S 1 0");
    r.ip("ip addr add 203.0.113.5/32 dev host0");
    r.fromWorld("tcp 192.0.2.7:8080 > 203.0.113.5:9000 SA 7 2")
        .toA("tcp 10.9.9.9:80 > 10.0.2.15:4000 SA 7 2");
    // whoever sent it seems to be the one that the guest speaks to: Linux has it so
    r.fromWorld(
            "error 192.0.2.1 > 203.0.113.5 3/4 about tcp 203.0.113.5:9000 > 192.0.2.7:8080 A 2 8")
        .toA("error 10.9.9.9 > 10.0.2.15 3/4 about tcp 10.0.2.15:4000 > 10.9.9.9:80 A 2 8");
  }
}
