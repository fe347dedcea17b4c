package dev.patchbay.stack.multicast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.EtherType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a node says of its IPv6 groups (RFC 3810, RFC 2710). */
class MldTest {
  private static final String G = "ff05::1:1";
  private static final String H = "ff05::2:2";

  /** The groups of br0 itself: routers, and the solicited-node groups of its addresses. */
  private static final String OWN =
      " IS_EX ff02::1:ff00:202 IS_EX ff02::1:ff00:2 IS_EX ff05::2 IS_EX ff02::2";

  private final GroupTester t = new GroupTester();
  private final UdpSocket socket = t.open(5000);

  @AfterEach
  void nothingLeaks() {
    t.close();
  }

  @Test
  void aGeneralQueryIsAnsweredByAllButAllNodesAndNarrowScopes() {
    assertThat(t.join(socket, "ff01::9")).isZero();
    assertThat(t.reports(3000)).as("interface-local").isEmpty();
    t.querySix(2, 1000, "::");
    assertThat(t.reports(1005)).containsExactly("ff02::16 v2" + OWN);
  }

  @Test
  void anAddressIsReportedWithItsSolicitedNodeGroup() {
    t.lab.stack.addAddress(
        t.lab.bridge,
        new InterfaceAddress(
            IpAddress.parse("fec0::ab:cdef"),
            64,
            null,
            InterfaceAddress.Scope.SITE,
            false,
            true,
            "br0"));
    assertThat(t.reports()).containsExactly("ff02::16 v2 TO_EX ff02::1:ffab:cdef");
    assertThat(t.reports(1005)).hasSize(1);
  }

  @Test
  void joinsAndSources() {
    assertThat(t.join(socket, G)).isZero();
    assertThat(t.reports()).containsExactly("ff02::16 v2 TO_EX ff05::1:1");
    assertThat(t.reports(1005)).containsExactly("ff02::16 v2 TO_EX ff05::1:1");
    assertThat(t.joinSource(socket, H, "fec0::8")).isZero();
    assertThat(t.reports(3000))
        .containsExactly(
            "ff02::16 v2 ALLOW ff05::2:2{fec0::8}", "ff02::16 v2 ALLOW ff05::2:2{fec0::8}");
    assertThat(t.leave(socket, G)).isZero();
    assertThat(t.leaveSource(socket, H, "fec0::8")).isZero();
    assertThat(t.reports()).containsExactly("ff02::16 v2 BLOCK ff05::2:2{fec0::8} TO_IN ff05::1:1");
  }

  @Test
  void groupsAndSourcesAreAskedFor() {
    assertThat(t.joinSource(socket, G, "fec0::8")).isZero();
    assertThat(t.joinSource(socket, G, "fec0::9")).isZero();
    t.reports(3000);
    t.querySix(2, 1000, G);
    assertThat(t.reports(1005)).containsExactly("ff02::16 v2 IS_IN ff05::1:1{fec0::8,fec0::9}");
    t.querySix(2, 1000, G, "fec0::9", "fec0::a");
    assertThat(t.reports(1005)).containsExactly("ff02::16 v2 IS_IN ff05::1:1{fec0::9}");
  }

  @Test
  void anOldQuerierIsAnsweredInItsVersion() {
    assertThat(t.join(socket, G)).isZero();
    t.reports(3000);
    t.querySix(1, 1000, G);
    assertThat(t.lab.stack.multicast().version(t.lab.bridge, false)).isEqualTo(1);
    assertThat(t.reports(1005)).containsExactly("ff05::1:1 v1 report ff05::1:1");
    assertThat(t.leave(socket, G)).isZero();
    assertThat(t.reports()).containsExactly("ff02::2 done ff05::1:1");
    t.reports(260_000);
    assertThat(t.lab.stack.multicast().version(t.lab.bridge, false)).isEqualTo(2);
  }

  @Test
  void anotherNodesReportIsEnough() {
    assertThat(t.join(socket, G)).isZero();
    t.reports(3000);
    t.querySix(1, 10_000, G);
    byte[] report = GroupTester.query6(1, 0, G, 0);
    report[0] = (byte) 131;
    t.mld(GroupTester.LINK_LOCAL, G, 1, true, report);
    assertThat(t.reports(10_005)).isEmpty();
  }

  /** RFC 3810 section 6.2. */
  @ParameterizedTest
  @CsvSource({
    "fe80::5054:ff:fe00:1, 1, true, true",
    "fec0::15, 1, true, false",
    "::, 1, true, false",
    "fe80::5054:ff:fe00:1, 2, true, false",
    "fe80::5054:ff:fe00:1, 255, true, false",
    "fe80::5054:ff:fe00:1, 1, false, false"
  })
  void aQueryIsOfThisLinkOrNotHeard(String from, int hops, boolean alert, boolean heard) {
    t.lab.bridge.snooping().on(false); // it would drop it before
    t.mld(from, "ff02::1", hops, alert, GroupTester.query6(2, 1000, "::", 2));
    assertThat(t.reports(1005)).hasSize(heard ? 1 : 0);
    assertThat(t.lab.pool.drops(DropReason.IP_INADDRERRORS)).isEqualTo(heard ? 0 : 1);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "32767, 32767", "0x8000, 32768", "0xffff, 8387584"})
  void timesAreFloatingPointFrom32768On(String code, long value) {
    assertThat(Mld.floating(Integer.decode(code))).isEqualTo(value);
  }

  @Test
  void countedAsLinuxCounts() {
    long reports = t.lab.stack.counters(false).icmpOutTypes[143];
    assertThat(reports).as("the device's own groups, twice").isEqualTo(2);
    t.querySix(2, 1000, "::");
    t.reports(1005);
    assertThat(t.lab.stack.counters(false).icmpInTypes[130]).isEqualTo(1);
    assertThat(t.lab.stack.counters(false).icmpOutTypes[143]).isEqualTo(3);
  }

  @Test
  void mutatedMessagesHarmNothing() {
    assertThat(t.join(socket, G)).isZero();
    assertThat(t.joinSource(socket, H, "fec0::8")).isZero();
    RandomSource random = new RandomSource(3810);
    List<byte[]> seeds =
        List.of(
            GroupTester.query6(1, 10, G, 0),
            GroupTester.query6(2, 10, "::", 2),
            GroupTester.query6(2, 10, H, 2, "fec0::8", "fec0::9"));
    for (int i = 0; i < 50_000; i++) {
      byte[] mld = seeds.get(random.nextInt(seeds.size())).clone();
      for (int changes = random.nextInt(4); changes > 0; changes--) {
        mld[random.nextInt(mld.length)] = (byte) random.nextInt(256);
      }
      int length = random.nextInt(4) == 0 ? 4 + random.nextInt(60) : mld.length;
      byte[] ip =
          GroupTester.mldPacket(
              GroupTester.LINK_LOCAL, "ff02::1", 1, true, Arrays.copyOf(mld, length));
      if (random.nextInt(4) == 0) {
        ip[40 + random.nextInt(8)] = (byte) random.nextInt(256);
      }
      long to = Addresses.groupMac(0xff02L << 48, 1);
      t.lab.fromA(Lab.ethernet(to, Lab.GUEST_A, EtherType.IPV6, ip));
      if (i % 50 == 0) {
        t.reports(200);
      }
    }
    t.reports(8_000_000);
    t.querySix(2, 100, G);
    assertThat(t.reports(1005)).containsExactly("ff02::16 v2 IS_EX ff05::1:1");
  }
}
