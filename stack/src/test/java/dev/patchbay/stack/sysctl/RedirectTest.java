package dev.patchbay.stack.sysctl;

import static dev.patchbay.stack.Lab.APPLIANCE;
import static dev.patchbay.stack.Lab.GUEST_A;
import static dev.patchbay.stack.Lab.arp;
import static dev.patchbay.stack.Lab.ethernet;
import static dev.patchbay.stack.Lab.icmp;
import static dev.patchbay.stack.Lab.ipv4;
import static dev.patchbay.stack.Lab.ipv6;
import static dev.patchbay.stack.Lab.udp;
import static dev.patchbay.stack.Lab.v4;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Redirects that a router sends, and those that a host takes. */
class RedirectTest {
  private static final long OTHER_MAC = 0x525400000009L;

  private final TwoLinks net = new TwoLinks();

  @BeforeEach
  void anotherGatewayIsOnTheLink() {
    net.words("ip neigh add 10.0.2.9 lladdr 52:54:00:00:00:09 dev br0");
    net.words("ip neigh add 10.0.2.8 lladdr 52:54:00:00:00:08 dev br0");
  }

  @AfterEach
  void nothingLeaks() {
    net.lab.close();
  }

  /** The redirects to guest A, each the gateway that it names; all else to A is forgotten. */
  private List<Integer> redirects() {
    List<Integer> gateways = new ArrayList<>();
    for (byte[] frame : net.lab.toA) {
      boolean icmp = Bytes.u16(frame, 12) == EtherType.IPV4 && frame[14 + 9] == 1;
      if (icmp && frame[14 + 20] == 5) {
        assertThat(frame[14 + 21]).as("for the host").isEqualTo((byte) 1);
        gateways.add(Bytes.i32(frame, 14 + 24));
      }
    }
    net.lab.toA.clear();
    return gateways;
  }

  @Test
  void whoCouldSendToTheOtherGatewayIsTold() {
    net.words("ip route add 192.0.2.0/24 via 10.0.2.9");
    net.datagramA("10.0.2.15", "192.0.2.5");
    assertThat(redirects()).containsExactly(v4("10.0.2.9"));
  }

  @Test
  void whoCouldSendToTheNeighbourItselfIsTold() {
    net.datagramA("10.0.2.15", "10.0.2.9");
    assertThat(redirects()).containsExactly(v4("10.0.2.9"));
  }

  @Test
  void byAnotherDeviceThereIsNoShorterWay() {
    net.datagramA("10.0.2.15", "10.0.3.15");
    net.datagramA("10.0.2.15", "192.0.2.5");
    assertThat(redirects()).isEmpty();
  }

  @Test
  void whoIsNoNeighbourIsNotTold() {
    net.words("ip route add 192.0.2.0/24 via 10.0.2.9");
    net.words("ip route add 198.51.100.0/24 via 10.0.2.8");
    net.datagramA("198.51.100.7", "192.0.2.5");
    assertThat(net.lab.stack.counters(true).icmpOutTypes[5]).isZero();
  }

  @Test
  void withoutSendRedirectsNobodyIsTold() {
    net.words("ip route add 192.0.2.0/24 via 10.0.2.9");
    net.set("net.ipv4.conf.br0.send_redirects=0");
    net.datagramA("10.0.2.15", "192.0.2.5");
    assertThat(redirects()).as("all says yes").hasSize(1);
    net.set("net.ipv4.conf.all.send_redirects=0");
    net.lab.loop.runForMillis(60_000);
    net.datagramA("10.0.2.15", "192.0.2.5");
    assertThat(redirects()).isEmpty();
  }

  @Test
  void withoutSharedMediaTheGatewayMustBeOfTheSendersSubnet() {
    net.words("ip addr add 172.16.0.1/24 dev br0");
    net.words("ip neigh add 172.16.0.9 lladdr 52:54:00:00:00:09 dev br0");
    net.words("ip route add 192.0.2.0/24 via 172.16.0.9");
    net.set("net.ipv4.conf.all.shared_media=0");
    net.set("net.ipv4.conf.br0.shared_media=0");
    net.datagramA("10.0.2.15", "192.0.2.5");
    assertThat(redirects()).isEmpty();
    net.set("net.ipv4.conf.br0.shared_media=1");
    net.datagramA("10.0.2.15", "192.0.2.5");
    assertThat(redirects()).hasSize(1);
  }

  @Test
  void whoDoesNotListenIsToldNineTimesAndThenAfterSilence() {
    net.words("ip route add 192.0.2.0/24 via 10.0.2.9");
    net.words("ip neigh replace 10.0.2.15 lladdr 52:54:00:00:00:01 dev br0");
    int told = 0;
    for (int i = 0; i < 600; i++) {
      net.datagramA("10.0.2.15", "192.0.2.5");
      net.lab.loop.runForMillis(100);
      told += redirects().size();
    }
    // 20 ms doubled each time: the eighth comes 5 s behind the seventh
    assertThat(told).isEqualTo(9);
    net.lab.loop.runForMillis(21_000);
    net.datagramA("10.0.2.15", "192.0.2.5");
    assertThat(redirects()).hasSize(1);
  }

  // ---- taken

  private void asHost() {
    net.set("net.ipv4.ip_forward=0");
    net.words("ip route add 192.0.2.0/24 via 10.0.2.8");
    assertThat(nextHop()).isEqualTo(0x525400000008L);
  }

  /** The Ethernet address to which an echo request of ours to 192.0.2.5 goes. */
  private long nextHop() {
    net.lab.toA.clear();
    byte[] request = icmp(8, 0, 1, new byte[8]);
    var packet = java.util.Objects.requireNonNull(net.lab.pool.acquire(request.length));
    packet.l4 = packet.append(request.length);
    System.arraycopy(request, 0, packet.data, packet.l4, request.length);
    packet.protocol = 1;
    long us = new IpAddress(0, IpAddress.parse("10.0.2.2").lo()).lo();
    long to = IpAddress.parse("192.0.2.5").lo();
    net.lab.stack.output().send(packet, 0, us, 0, to);
    net.lab.loop.turn();
    return Bytes.u48(net.lab.nextToA(), 0);
  }

  private void redirect(String from, String gateway) {
    byte[] quoted = ipv4("10.0.2.2", "192.0.2.5", 1, 64, new byte[8]);
    byte[] message = icmp(5, 1, v4(gateway), quoted);
    byte[] packet = ipv4(from, "10.0.2.2", 1, 64, message);
    net.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV4, packet));
  }

  @Test
  void aHostBelievesItsGatewayForFiveMinutes() {
    asHost();
    redirect("10.0.2.8", "10.0.2.9");
    assertThat(nextHop()).isEqualTo(OTHER_MAC);
    net.lab.loop.runForMillis(301_000);
    assertThat(nextHop()).isEqualTo(0x525400000008L);
  }

  @Test
  void nobodyElseIsBelieved() {
    asHost();
    redirect("10.0.2.15", "10.0.2.9");
    redirect("10.0.2.8", "10.0.2.8");
    redirect("10.0.2.8", "224.0.0.9");
    redirect("10.0.2.8", "10.0.2.2");
    assertThat(nextHop()).isEqualTo(0x525400000008L);
  }

  @Test
  void aGatewayThatIsNotKnownIsAskedForFirst() {
    asHost();
    net.words("ip neigh del 10.0.2.9 dev br0");
    redirect("10.0.2.8", "10.0.2.9");
    byte[] asked = net.lab.nextToA();
    assertThat(Bytes.u16(asked, 12)).isEqualTo(EtherType.ARP);
    assertThat(Bytes.i32(asked, 14 + 24)).isEqualTo(v4("10.0.2.9"));
    net.fromA(arp(2, OTHER_MAC, v4("10.0.2.9"), APPLIANCE, v4("10.0.2.2")));
    assertThat(nextHop()).as("not yet").isEqualTo(0x525400000008L);
    redirect("10.0.2.8", "10.0.2.9");
    assertThat(nextHop()).isEqualTo(OTHER_MAC);
  }

  @Test
  void aRouterBelievesNobody() {
    net.words("ip route add 192.0.2.0/24 via 10.0.2.8");
    redirect("10.0.2.8", "10.0.2.9");
    assertThat(nextHop()).isEqualTo(0x525400000008L);
  }

  @Test
  void withoutAcceptRedirectsNobodyIsBelieved() {
    asHost();
    net.set("net.ipv4.conf.all.accept_redirects=0");
    net.set("net.ipv4.conf.br0.accept_redirects=0");
    redirect("10.0.2.8", "10.0.2.9");
    assertThat(nextHop()).isEqualTo(0x525400000008L);
  }

  @Test
  void securelyOnlyGatewaysOfDefaultRoutesAreBelieved() {
    asHost();
    net.set("net.ipv4.conf.all.shared_media=0");
    net.set("net.ipv4.conf.br0.shared_media=0");
    redirect("10.0.2.8", "10.0.2.9");
    assertThat(nextHop()).isEqualTo(0x525400000008L);
    net.words("ip route add default via 10.0.2.9 metric 50");
    redirect("10.0.2.8", "10.0.2.9");
    assertThat(nextHop()).isEqualTo(OTHER_MAC);
  }

  @Test
  void withoutSecureRedirectsAnyNeighbourWillDo() {
    asHost();
    net.set("net.ipv4.conf.all.shared_media=0");
    net.set("net.ipv4.conf.br0.shared_media=0");
    net.set("net.ipv4.conf.all.secure_redirects=0");
    net.set("net.ipv4.conf.br0.secure_redirects=0");
    redirect("10.0.2.8", "10.0.2.9");
    assertThat(nextHop()).isEqualTo(OTHER_MAC);
  }

  // ---- IPv6

  private void known6(String address, String mac) {
    net.words("ip -6 neigh add " + address + " lladdr " + mac + " dev br0");
  }

  @Test
  void aRouterTellsItsNeighbourOfTheOther() {
    known6("fec0::15", "52:54:00:00:00:01");
    known6("fe80::9", "52:54:00:00:00:09");
    net.words("ip -6 route add 2001:db8::/32 via fe80::9 dev br0");
    byte[] packet = ipv6("fec0::15", "2001:db8::5", 17, 64, udp(5, 6, new byte[10]));
    Bytes.put16(packet, 40 + 6, 1);
    net.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV6, packet));
    byte[] told = net.lab.nextToA();
    assertThat(Bytes.u8(told, 14 + 40)).as("a redirect").isEqualTo(137);
    assertThat(Bytes.i64(told, 14 + 48)).as("target").isEqualTo(0xfe80L << 48);
    assertThat(Bytes.i64(told, 14 + 56)).isEqualTo(9);
    assertThat(Bytes.i64(told, 14 + 64)).as("destination").isEqualTo(0x20010db800000000L);
    assertThat(Bytes.u16(told, 14 + 80)).as("link-layer address").isEqualTo(0x0201);
    assertThat(Bytes.u48(told, 14 + 82)).isEqualTo(OTHER_MAC);
    assertThat(Bytes.u8(told, 14 + 88)).as("the packet").isEqualTo(4);
    assertThat(Bytes.i32(told, 14 + 96) >>> 28).isEqualTo(6);
  }
}
