package dev.patchbay.stack.route;

import static dev.patchbay.stack.Lab.APPLIANCE;
import static dev.patchbay.stack.Lab.GUEST_A;
import static dev.patchbay.stack.Lab.GUEST_B;
import static dev.patchbay.stack.Lab.arp;
import static dev.patchbay.stack.Lab.ethernet;
import static dev.patchbay.stack.Lab.ipv6;
import static dev.patchbay.stack.Lab.udp;
import static dev.patchbay.stack.Lab.v4;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What routes do to packets: guest A sends, guest B is a router, the world is behind host0. */
class RoutingTest extends RouterLab {
  private static final int DONT_FRAGMENT = 0x4000;

  private void fromA(String to, int length, int flags) {
    fromA(to, flags, udp(5, 6, new byte[length]));
  }

  @Test
  void theGatewayOfTheLongestPrefixTakesThePacket() {
    ip("route add 192.0.2.0/24 via 10.0.2.16");
    ip("route add 192.0.2.128/25 dev host0");

    fromA("192.0.2.5", 10, 0);
    byte[] frame = lab.toB.remove();
    assertThat(Bytes.u48(frame, 0)).as("to the gateway's MAC").isEqualTo(GUEST_B);
    assertThat(Bytes.i32(frame, 14 + 16)).as("the destination stays").isEqualTo(v4("192.0.2.5"));
    assertThat(Bytes.u8(frame, 14 + 8)).as("TTL").isEqualTo(63);

    fromA("192.0.2.200", 10, 0);
    assertThat(lab.toB).isEmpty();
    assertThat(lab.toWorld).hasSize(1);
  }

  @Test
  void theLeastMetricWinsAndTheNextOneFollowsWhenItIsGone() {
    ip("route add 192.0.2.0/24 dev host0 metric 20");
    ip("route add 192.0.2.0/24 via 10.0.2.16 metric 10");
    fromA("192.0.2.5", 10, 0);
    assertThat(lab.toB).hasSize(1);
    ip("route del 192.0.2.0/24 metric 10");
    fromA("192.0.2.5", 10, 0);
    assertThat(lab.toWorld).hasSize(1);
  }

  @Test
  void whatRefusesAnswersAsLinuxDoes() {
    ip("route add unreachable 192.0.2.0/26");
    ip("route add prohibit 192.0.2.64/26");
    ip("route add blackhole 192.0.2.128/26");
    ip("route add throw 192.0.2.192/26");

    fromA("192.0.2.1", 10, 0);
    byte[] unreachable = lab.nextToA();
    assertThat(Bytes.u16(unreachable, 14 + 20)).as("host unreachable").isEqualTo(0x0301);
    fromA("192.0.2.65", 10, 0);
    byte[] prohibited = lab.nextToA();
    assertThat(Bytes.u16(prohibited, 14 + 20)).as("prohibited").isEqualTo(0x030d);
    fromA("192.0.2.129", 10, 0);
    assertThat(lab.toA).as("a black hole says nothing").isEmpty();
    // no rule asks a table behind main but the empty one: no route at all, for all its default
    fromA("192.0.2.193", 10, 0);
    byte[] none = lab.nextToA();
    assertThat(Bytes.u16(none, 14 + 20)).as("network unreachable").isEqualTo(0x0300);
    assertThat(lab.pool.drops(DropReason.IP_INNOROUTES)).isEqualTo(4);
    assertThat(lab.toWorld).isEmpty();
  }

  @Test
  void theMtuOfARouteIsThatOfItsPath() {
    ip("route add 192.0.2.0/24 via 10.0.2.16 mtu 1000");

    fromA("192.0.2.5", 1200, DONT_FRAGMENT);
    byte[] error = lab.nextToA();
    assertThat(Bytes.u16(error, 14 + 20)).as("fragmentation needed").isEqualTo(0x0304);
    assertThat(Bytes.u16(error, 14 + 20 + 6)).as("next-hop MTU").isEqualTo(1000);

    fromA("192.0.2.5", 1200, 0);
    assertThat(lab.toB).as("cut where that is allowed").hasSize(2);
    assertThat(lab.toB.remove()).hasSizeLessThanOrEqualTo(14 + 1000);
    assertThat(lab.toB.remove()).hasSizeLessThanOrEqualTo(14 + 1000);
  }

  @Test
  void aNetworkCanBeOurs() {
    ip("route add local 192.0.2.0/24 dev lo");
    fromA("192.0.2.5", 10, 0);
    byte[] error = lab.nextToA();
    assertThat(Bytes.u16(error, 14 + 20)).as("port unreachable").isEqualTo(0x0303);
    assertThat(Bytes.i32(error, 14 + 12)).as("its address answers").isEqualTo(v4("192.0.2.5"));
  }

  @Test
  void ipv6GoesByItsOwnTable() {
    ip("-6 route add 2001:db8:5::/48 via fe80::b dev br0");
    byte[] packet = ipv6("fec0::15", "2001:db8:5::5", 17, 64, udp(5, 6, new byte[10]));
    Bytes.put16(packet, 40 + 6, 1);
    lab.fromA(ethernet(APPLIANCE, GUEST_A, EtherType.IPV6, packet));
    byte[] sender = lab.toB.remove();
    assertThat(Bytes.i64(sender, 14 + 40 + 8))
        .as("asks for the sender, to tell it of the shorter way")
        .isEqualTo(0xfec0L << 48);
    byte[] solicitation = lab.toB.remove();
    assertThat(Bytes.i64(solicitation, 14 + 40 + 8)).as("asks for").isEqualTo(0xfe80L << 48);
    assertThat(Bytes.i64(solicitation, 14 + 40 + 16)).isEqualTo(0xb);
    assertThat(lab.toWorld).isEmpty();
    lab.loop.runForMillis(4000);
  }

  @Test
  void anAddressIsOursFromItsAddingToItsDeletion() {
    ip("addr add 192.168.5.1/24 brd + dev br0");
    lab.fromA(arp(1, GUEST_A, v4("192.168.5.15"), 0, v4("192.168.5.1")));
    byte[] reply = lab.nextToA();
    assertThat(Bytes.i32(reply, 14 + 14)).as("who answers").isEqualTo(v4("192.168.5.1"));
    lab.toB.clear();
    fromA("192.168.5.15", 10, 0);
    assertThat(lab.nextToA()[14 + 20]).as("a redirect: they are on one link").isEqualTo((byte) 5);
    assertThat(lab.toA).as("its network is on br0").hasSize(1);
    lab.toA.clear();

    ip("addr del 192.168.5.1/24 dev br0");
    lab.fromA(arp(1, GUEST_A, v4("192.168.5.15"), 0, v4("192.168.5.1")));
    assertThat(lab.toA).isEmpty();
    fromA("192.168.5.15", 10, 0);
    assertThat(lab.toA).isEmpty();
    assertThat(lab.toWorld).as("by the default route").hasSize(1);
  }

  /** The gateway is of no subnet of ours: its answer counts all the same, since it was asked. */
  @Test
  void anOnlinkGatewayIsANeighbour() {
    ip("route add 192.0.2.0/24 via 172.16.0.1 dev br0 onlink");
    fromA("192.0.2.5", 10, 0);
    byte[] request = lab.toB.remove();
    assertThat(Bytes.i32(request, 14 + 24)).as("asks for").isEqualTo(v4("172.16.0.1"));
    lab.toA.clear();
    lab.fromB(arp(2, GUEST_B, v4("172.16.0.1"), APPLIANCE, v4("10.0.2.2")));
    byte[] packet = lab.toB.remove();
    assertThat(Bytes.i32(packet, 14 + 16)).isEqualTo(v4("192.0.2.5"));
  }

  @Test
  void aSourceThatIsGoneIsNotSentFrom() {
    ip("addr add fec0::9/64 dev br0 nodad");
    ip("-6 route add 2001:db8:7::/48 dev br0 src fec0::9");
    ip("addr del fec0::9/64 dev br0");
    assertThat(
            new IpCommand().run(lab.stack, List.of("-6", "route", "get", "2001:db8:7::1")).stdout())
        .contains(" src fec0::2 ");
  }

  /** Shorter ones would let no fragment carry data. */
  @Test
  void packetsShorterThanAnyLinkHasThemAreRefused() {
    refused("route add 192.0.2.0/24 dev br0 mtu 67");
    refused("-6 route add 2001:db8::/32 dev br0 mtu 1279");
    ip("route add 192.0.2.0/24 via 10.0.2.16 mtu 68");
    fromA("192.0.2.5", 1200, 0);
    assertThat(lab.toB).as("48 bytes each").hasSize(26);
  }

  private void refused(String words) {
    assertThat(new IpCommand().run(lab.stack, List.of(words.split(" "))).status())
        .as(words)
        .isNotZero();
  }

  @Test
  void whatIsNotSupportedSaysSo() {
    for (String words :
        List.of(
            "rule save",
            "rule restore",
            "rule add uidrange 0-5 table 7",
            "-6 rule show l3mdev",
            "route add 192.0.2.0/24 dev br0 advmss 500",
            "route add 192.0.2.0/24 via inet6 fe80::1 dev br0",
            "route add 192.0.2.0/24 dev br0 mtu lock 1400",
            "route add nat 192.0.2.0/24 dev br0",
            "route add ::ffff:10.0.0.0/104 dev br0",
            "route show cache",
            "route flush cache",
            "addr add fec0::5/64 dev br0 optimistic",
            "addr add fec0::5/64 dev br0 mngtmpaddr",
            "addr add 192.0.2.1/24 anycast 192.0.2.2 dev br0",
            "addr add ::ffff:10.0.0.1/104 dev br0 nodad",
            "addr add fec0::5/64 dev br0 scope link",
            "addr del 10.0.2.2/24 brd + dev br0",
            "addr save",
            "addr restore",
            "addr showdump")) {
      IpCommand.Result result = new IpCommand().run(lab.stack, List.of(words.split(" ")));
      assertThat(result.status()).as(words).isEqualTo(2);
      assertThat(result.stderr()).as(words).contains("is not supported yet");
    }
    assertThat(lab.stack.isLocal(0, 0xffff_0a00_0202L)).isTrue();
  }

  @Test
  void whatIsRefusedChangesNothing() {
    ip("-6 route add 2001:db8:9::/48 via fe80::8 dev br0");
    String before = new IpCommand().run(lab.stack, List.of("route")).stdout();
    for (String words :
        List.of(
            "route add 192.0.2.0/24 via 10.0.2.255",
            "route add 192.0.2.0/24 dev nowhere",
            "route add 10.0.2.0/24 dev br0 scope nowhere",
            "route replace 192.0.2.1/24 dev br0",
            "route del",
            "route replace dev br0",
            "addr del 10.0.2.2/24 dev br0 label nope",
            "-6 route append 2001:db8:9::/48 via fe80::8 dev br0",
            "route del 192.0.2.0/24")) {
      refused(words);
    }
    assertThat(new IpCommand().run(lab.stack, List.of("route")).stdout()).isEqualTo(before);
  }

  @Test
  void prefixesOfWhichTheSameIsSaidShareOneRoute() {
    Fib fib = lab.stack.routes4();
    for (int i = 0; i < 100; i++) {
      ip("route add 192.0." + i + ".0/24 via 10.0.2.16");
    }
    long distinct = distinct(fib);
    ip("route add 192.0.100.0/24 via 10.0.2.17");
    assertThat(distinct(fib)).isEqualTo(distinct + 1);
  }

  private static long distinct(Fib fib) {
    Set<Route> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    fib.forEach(entry -> seen.add(entry.route()));
    return seen.size();
  }
}
