package dev.patchbay.stack.multicast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a host says of its IPv4 groups, of itself and when it is asked (RFC 3376, RFC 2236). */
class IgmpTest {
  private static final String G = "239.1.1.1";
  private static final String H = "239.2.2.2";

  private final GroupTester t = new GroupTester();
  private final UdpSocket socket = t.open(5000);

  @AfterEach
  void nothingLeaks() {
    t.close();
  }

  @Test
  void allHostsIsJoinedAndNotReported() {
    assertThat(t.lab.stack.multicast().isMember(t.lab.bridge, 0, 0xffff_e000_0001L)).isTrue();
    t.query(3, 10, "0.0.0.0");
    assertThat(t.reports(1000)).as("nothing to tell").isEmpty();
  }

  @Test
  void aJoinIsReportedAtOnceAndOnceMoreWithinASecond() {
    assertThat(t.join(socket, G)).isZero();
    assertThat(t.reports()).containsExactly("224.0.0.22 v3 TO_EX 239.1.1.1");
    assertThat(t.reports(1005)).containsExactly("224.0.0.22 v3 TO_EX 239.1.1.1");
    assertThat(t.reports(20_000)).isEmpty();
    assertThat(t.leave(socket, G)).isZero();
    assertThat(t.reports()).containsExactly("224.0.0.22 v3 TO_IN 239.1.1.1");
    assertThat(t.reports(1005)).containsExactly("224.0.0.22 v3 TO_IN 239.1.1.1");
    assertThat(t.reports(20_000)).isEmpty();
  }

  @Test
  void joinsOfOneTurnShareAReport() {
    assertThat(t.join(socket, G)).isZero();
    assertThat(t.join(socket, H)).isZero();
    assertThat(t.reports()).containsExactly("224.0.0.22 v3 TO_EX 239.2.2.2 TO_EX 239.1.1.1");
  }

  @Test
  void aSecondMemberChangesNothing() {
    UdpSocket other = t.open(5001);
    assertThat(t.join(socket, G)).isZero();
    t.reports(3000);
    assertThat(t.join(other, G)).isZero();
    assertThat(t.reports(3000)).isEmpty();
    socket.close();
    assertThat(t.reports(3000)).isEmpty();
    other.close();
    assertThat(t.reports(3000)).hasSize(2);
  }

  @Test
  void sourcesComeAndGo() {
    assertThat(t.joinSource(socket, G, "10.0.2.8")).isZero();
    assertThat(t.reports()).containsExactly("224.0.0.22 v3 ALLOW 239.1.1.1{10.0.2.8}");
    t.reports(3000);
    assertThat(t.joinSource(socket, G, "10.0.2.9")).isZero();
    assertThat(t.reports()).containsExactly("224.0.0.22 v3 ALLOW 239.1.1.1{10.0.2.9}");
    t.reports(3000);
    assertThat(t.leaveSource(socket, G, "10.0.2.8")).isZero();
    assertThat(t.reports()).containsExactly("224.0.0.22 v3 BLOCK 239.1.1.1{10.0.2.8}");
    t.reports(3000);
    assertThat(t.leaveSource(socket, G, "10.0.2.9")).as("the last one leaves").isZero();
    assertThat(t.reports()).containsExactly("224.0.0.22 v3 BLOCK 239.1.1.1{10.0.2.9}");
    assertThat(socket.memberships().count()).isZero();
  }

  @Test
  void sourcesAreBlockedAndTakenAgain() {
    assertThat(t.join(socket, G)).isZero();
    t.reports(3000);
    assertThat(t.block(socket, G, "10.0.2.8")).isZero();
    assertThat(t.reports()).containsExactly("224.0.0.22 v3 BLOCK 239.1.1.1{10.0.2.8}");
    t.reports(3000);
    assertThat(t.unblock(socket, G, "10.0.2.8")).isZero();
    assertThat(t.reports()).containsExactly("224.0.0.22 v3 ALLOW 239.1.1.1{10.0.2.8}");
  }

  /** RFC 3376 section 3.2's examples: what several sockets want together. */
  @Test
  void filtersOfSeveralSocketsAreMerged() {
    UdpSocket two = t.open(5001);
    UdpSocket three = t.open(5002);
    for (UdpSocket s : List.of(socket, two, three)) {
      assertThat(t.join(s, G)).isZero();
    }
    t.reports(3000);
    String a = "10.0.0.1";
    String b = "10.0.0.2";
    String c = "10.0.0.3";
    String d = "10.0.0.4";
    String e = "10.0.0.5";
    String f = "10.0.0.6";
    assertThat(t.setFilter(socket, G, GroupTester.filter(false, a, b, c, d))).isZero();
    assertThat(t.reports(3000)).as("the others still want all").isEmpty();
    assertThat(t.setFilter(two, G, GroupTester.filter(false, b, c, d, e))).isZero();
    assertThat(t.reports(3000)).isEmpty();
    assertThat(t.setFilter(three, G, GroupTester.filter(true, d, e, f))).isZero();
    // EXCLUDE {a,b,c,d} and {b,c,d,e} with INCLUDE {d,e,f}: EXCLUDE {b,c}
    assertThat(t.reports()).containsExactly("224.0.0.22 v3 BLOCK 239.1.1.1{10.0.0.2,10.0.0.3}");
    t.reports(3000);
    socket.close();
    two.close();
    assertThat(t.reports())
        .containsExactly("224.0.0.22 v3 TO_IN 239.1.1.1{10.0.0.4,10.0.0.5,10.0.0.6}");
  }

  @Test
  void aChangeOfModeSwallowsThatOfItsSources() {
    assertThat(t.joinSource(socket, G, "10.0.2.8")).isZero();
    t.reports();
    assertThat(t.setFilter(socket, G, GroupTester.filter(false, "10.0.2.9"))).isZero();
    assertThat(t.reports(3000))
        .containsExactly(
            "224.0.0.22 v3 TO_EX 239.1.1.1{10.0.2.9}", "224.0.0.22 v3 TO_EX 239.1.1.1{10.0.2.9}");
  }

  @Test
  void aGeneralQueryIsAnsweredOnceWithinItsTime() {
    assertThat(t.join(socket, G)).isZero();
    assertThat(t.joinSource(socket, H, "10.0.2.8")).isZero();
    t.reports(3000);
    t.query(3, 50, "0.0.0.0");
    t.query(3, 50, "0.0.0.0");
    assertThat(t.reports(5005))
        .containsExactly("224.0.0.22 v3 IS_IN 239.2.2.2{10.0.2.8} IS_EX 239.1.1.1");
    assertThat(t.reports(10_000)).isEmpty();
  }

  @Test
  void aGroupIsAskedFor() {
    assertThat(t.join(socket, G)).isZero();
    assertThat(t.join(socket, H)).isZero();
    t.reports(3000);
    t.query(3, 10, G);
    assertThat(t.reports(1005)).containsExactly("224.0.0.22 v3 IS_EX 239.1.1.1");
    t.query(3, 10, "239.9.9.9");
    assertThat(t.reports(3000)).as("not ours").isEmpty();
  }

  @Test
  void sourcesAreAskedFor() {
    assertThat(t.joinSource(socket, G, "10.0.2.8")).isZero();
    assertThat(t.joinSource(socket, G, "10.0.2.9")).isZero();
    t.reports(3000);
    t.query(3, 10, G, "10.0.2.9", "10.0.2.10");
    assertThat(t.reports(1005)).containsExactly("224.0.0.22 v3 IS_IN 239.1.1.1{10.0.2.9}");
    t.query(3, 10, G, "10.0.2.10");
    assertThat(t.reports(1005)).as("not wanted").isEmpty();
    assertThat(t.join(socket, H)).isZero();
    assertThat(t.block(socket, H, "10.0.2.8")).isZero();
    t.reports(3000);
    t.query(3, 10, H, "10.0.2.8");
    assertThat(t.reports(1005)).as("all that is asked for is excluded").isEmpty();
    t.query(3, 10, H, "10.0.2.8", "10.0.2.9");
    assertThat(t.reports(1005)).containsExactly("224.0.0.22 v3 IS_EX 239.2.2.2{10.0.2.8}");
  }

  @Test
  void theQuerierSetsHowOftenAChangeIsRepeated() {
    t.igmp("224.0.0.1", 1, GroupTester.query4(3, 10, "0.0.0.0", 4));
    t.reports(3000);
    assertThat(t.join(socket, G)).isZero();
    assertThat(t.reports(10_000)).hasSize(4);
  }

  @Test
  void anOldQuerierIsAnsweredInItsVersion() {
    assertThat(t.join(socket, G)).isZero();
    t.reports(3000);
    t.query(2, 10, "0.0.0.0");
    assertThat(t.lab.stack.multicast().version(t.lab.bridge, true)).isEqualTo(2);
    assertThat(t.reports(1005)).containsExactly("239.1.1.1 v2 report 239.1.1.1");
    // a join: at once, and once more within ten seconds
    assertThat(t.join(socket, H)).isZero();
    assertThat(t.reports()).containsExactly("239.2.2.2 v2 report 239.2.2.2");
    assertThat(t.reports(10_005)).containsExactly("239.2.2.2 v2 report 239.2.2.2");
    assertThat(t.leave(socket, H)).isZero();
    assertThat(t.reports()).containsExactly("224.0.0.2 leave 239.2.2.2");
    // 2 x 125 s + 10 s later (RFC 3376 section 8.12) the newest version is spoken again
    t.reports(260_000);
    assertThat(t.lab.stack.multicast().version(t.lab.bridge, true)).isEqualTo(3);
    assertThat(t.join(socket, H)).isZero();
    assertThat(t.reports()).containsExactly("224.0.0.22 v3 TO_EX 239.2.2.2");
  }

  @Test
  void theOldestQuerierIsAnsweredInItsVersion() {
    assertThat(t.join(socket, G)).isZero();
    t.reports(3000);
    t.query(1, 0, "0.0.0.0");
    assertThat(t.reports(10_005)).containsExactly("239.1.1.1 v1 report 239.1.1.1");
    t.query(3, 10, G);
    assertThat(t.reports(10_005))
        .as("a newer one too")
        .containsExactly("239.1.1.1 v1 report 239.1.1.1");
    assertThat(t.leave(socket, G)).isZero();
    assertThat(t.reports(3000)).as("version 1 has no leave").isEmpty();
  }

  @Test
  void anotherHostsReportIsEnough() {
    assertThat(t.join(socket, G)).isZero();
    t.reports(3000);
    t.query(2, 100, "0.0.0.0");
    byte[] report = GroupTester.query4(2, 0, G, 0);
    report[0] = 0x16;
    report[2] = 0;
    report[3] = 0;
    int sum = InternetChecksum.finish(InternetChecksum.sum(report, 0, 8));
    report[2] = (byte) (sum >>> 8);
    report[3] = (byte) sum;
    t.igmp(G, 1, report);
    assertThat(t.reports(10_005)).isEmpty();
    assertThat(t.leave(socket, G)).isZero();
    assertThat(t.reports(3000)).as("we were not the last to report").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "127, 127", "128, 128", "129, 136", "255, 31744", "0xa5, 672"})
  void timesAreFloatingPointFrom128On(String code, long value) {
    assertThat(Igmp.floating(Integer.decode(code))).isEqualTo(value);
  }

  @Test
  void whatIsNotOfThisLinkOrDamagedIsNotHeard() {
    t.lab.bridge.snooping().on(false); // it would drop it before
    assertThat(t.join(socket, G)).isZero();
    t.reports(3000);
    t.igmp("224.0.0.1", 2, GroupTester.query4(3, 10, "0.0.0.0", 2));
    assertThat(t.lab.pool.drops(DropReason.IP_TTL)).isEqualTo(1);
    byte[] damaged = GroupTester.query4(3, 10, "0.0.0.0", 2);
    damaged[9] ^= 1;
    t.igmp("224.0.0.1", 1, damaged);
    assertThat(t.lab.pool.drops(DropReason.IP_CSUM)).isEqualTo(1);
    t.igmp("224.0.0.1", 1, Arrays.copyOf(GroupTester.query4(2, 10, "0.0.0.0", 2), 7));
    byte[] liar = GroupTester.query4(3, 10, G, 2, "10.0.2.8");
    t.igmp("224.0.0.1", 1, Arrays.copyOf(liar, 12));
    assertThat(t.reports(3000)).isEmpty();
  }

  @Test
  void theBridgesOwnQueriesAreAnswered() {
    t.lab.bridge.snooping().querier(true);
    assertThat(t.join(socket, G)).isZero();
    t.lab.loop.runForMillis(600_000);
    assertThat(t.lab.bridge.mdb().entries())
        .filteredOn(entry -> entry.group().lo() == Addresses.v4(Lab.v4(G)))
        .singleElement()
        .satisfies(entry -> assertThat(entry.port()).isNull());
  }

  @Test
  void aFloodOfQueriesMakesNoStorm() {
    for (int i = 1; i <= 20; i++) {
      assertThat(t.join(socket, "239.3.3." + i)).isZero();
    }
    t.reports(3000);
    int answers = 0;
    for (int ms = 0; ms < 10_000; ms += 10) {
      for (int i = 1; i <= 20; i++) {
        t.igmp("239.3.3." + i, 1, GroupTester.query4(3, 0, "239.3.3." + i, 2));
      }
      t.igmp("224.0.0.1", 1, GroupTester.query4(3, 0, "0.0.0.0", 2));
      answers += t.reports(10).size();
    }
    assertThat(answers).as("a burst of 40 and 20 a second").isBetween(200, 245);
    assertThat(t.lab.stack.multicast().suppressed(t.lab.bridge, true)).isPositive();
  }

  @Test
  void aReportFitsTheMtu() {
    t.lab.portA.mtu(600);
    for (int i = 1; i <= 20; i++) {
      for (int s = 1; s <= 10; s++) {
        assertThat(t.joinSource(socket, "239.3.3." + i, "10.0.3." + s)).isZero();
      }
    }
    t.lab.loop.runForMillis(5);
    List<String> reports = new ArrayList<>();
    assertThat(t.lab.toA)
        .hasSizeGreaterThan(1)
        .allSatisfy(frame -> assertThat(frame.length).isLessThanOrEqualTo(614));
    reports.addAll(t.reports());
    assertThat(String.join(" ", reports).split("ALLOW", -1)).hasSize(21);
  }

  @Test
  void aDeviceThatComesUpTellsItsGroupsAnew() {
    assertThat(t.join(socket, G)).isZero();
    t.reports(3000);
    t.lab.stack.setUp(t.lab.bridge, false);
    assertThat(t.reports(3000)).isEmpty();
    t.lab.stack.setUp(t.lab.bridge, true);
    assertThat(t.reports()).contains("224.0.0.22 v3 TO_EX 239.1.1.1");
  }

  @Test
  void mutatedMessagesHarmNothing() {
    assertThat(t.join(socket, G)).isZero();
    assertThat(t.joinSource(socket, H, "10.0.2.8")).isZero();
    RandomSource random = new RandomSource(3376);
    byte[][] seeds = {
      GroupTester.query4(1, 0, "0.0.0.0", 0),
      GroupTester.query4(2, 10, G, 0),
      GroupTester.query4(3, 10, "0.0.0.0", 2),
      GroupTester.query4(3, 10, H, 2, "10.0.2.8", "10.0.2.9")
    };
    for (int i = 0; i < 50_000; i++) {
      byte[] igmp = seeds[random.nextInt(seeds.length)].clone();
      for (int changes = random.nextInt(4); changes > 0; changes--) {
        igmp[random.nextInt(igmp.length)] = (byte) random.nextInt(256);
      }
      igmp = Arrays.copyOf(igmp, random.nextInt(4) == 0 ? random.nextInt(28) : igmp.length);
      if (igmp.length >= 8) {
        igmp[2] = 0;
        igmp[3] = 0;
        int sum = InternetChecksum.finish(InternetChecksum.sum(igmp, 0, igmp.length));
        igmp[2] = (byte) (sum >>> 8);
        igmp[3] = (byte) sum;
      }
      t.igmp("224.0.0.1", 1, igmp);
      if (i % 50 == 0) {
        t.reports(200);
      }
    }
    // it still answers, when the old versions are forgotten
    t.reports(8_000_000);
    t.query(3, 10, G);
    assertThat(t.reports(1005)).containsExactly("224.0.0.22 v3 IS_EX 239.1.1.1");
  }

  /** An older router knows a group by its report alone, and asks for all at once. */
  @Test
  void eachGroupIsReportedToAnOlderRouterHoweverManyThereAre() {
    List<UdpSocket> others = new ArrayList<>();
    for (int s = 0; s < 5; s++) {
      others.add(t.open(6000 + s));
      for (int i = 1; i <= 20; i++) {
        assertThat(t.join(others.get(s), "239.4." + s + "." + i)).isZero();
      }
    }
    t.reports(20_000);
    t.query(2, 100, "0.0.0.0");
    assertThat(new TreeSet<>(t.reports(10_000))).as("100 groups").hasSize(100);
    // RFC 2236 section 3: "it should immediately transmit an unsolicited ... Report"
    t.query(2, 1, "0.0.0.0");
    t.reports(500);
    assertThat(t.join(socket, G)).isZero();
    assertThat(t.reports()).contains("239.1.1.1 v2 report 239.1.1.1");
    others.forEach(UdpSocket::close);
  }
}
