package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;
import static dev.patchbay.stack.netfilter.Firewall.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.wire.IpProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The match hashlimit on packets. */
class HashlimitTest {
  private final Firewall wall = new Firewall();

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  private void limit(String options) {
    wall.rule("iptables -A FORWARD -m hashlimit --hashlimit-name t " + options + " -j ACCEPT")
        .rule("iptables -A FORWARD -j DROP");
  }

  /** How many of so many packets pass. */
  private int pass(int count, byte[] packet) {
    for (int i = 0; i < count; i++) {
      wall.fromGuest(packet);
    }
    return wall.reachedWorld();
  }

  private int pass(int count, String from) {
    return pass(count, udp(from, WORLD, 9));
  }

  @Test
  void eachSourceHasItsRate() {
    limit("--hashlimit-upto 10/s --hashlimit-burst 3 --hashlimit-mode srcip");
    assertThat(pass(10, GUEST)).isEqualTo(3);
    assertThat(pass(10, "10.0.2.77")).isEqualTo(3);
    assertThat(pass(1, GUEST)).isZero();
    wall.lab.loop.runForMillis(100);
    assertThat(pass(5, GUEST)).isEqualTo(1);
    wall.lab.loop.runForMillis(250);
    assertThat(pass(5, GUEST)).isEqualTo(2);
    wall.lab.loop.runForMillis(900);
    assertThat(pass(5, GUEST)).as("never more than the burst").isEqualTo(3);
  }

  @Test
  void aboveHoldsForTheRest() {
    wall.rule(
        "iptables -A FORWARD -m hashlimit --hashlimit-above 10/s --hashlimit-burst 3"
            + " --hashlimit-mode srcip --hashlimit-name t -j DROP");
    assertThat(pass(10, GUEST)).isEqualTo(3);
    wall.rule("iptables -F FORWARD");
    limit("! --hashlimit-above 10/s --hashlimit-burst 2");
    assertThat(pass(10, GUEST)).as("the table was forgotten with its rule").isEqualTo(2);
  }

  @Test
  void withoutAModeAllShareARate() {
    limit("--hashlimit-upto 10/s --hashlimit-burst 4");
    assertThat(pass(3, GUEST)).isEqualTo(3);
    assertThat(pass(3, "10.0.2.77")).isEqualTo(1);
  }

  @Test
  void partsOfAddressesCount() {
    limit("--hashlimit-upto 1/s --hashlimit-burst 2 --hashlimit-mode dstip --hashlimit-dstmask 24");
    assertThat(pass(3, udp(GUEST, "192.0.2.1", 9))).isEqualTo(2);
    assertThat(pass(3, udp(GUEST, "192.0.2.99", 9))).isZero();
    assertThat(pass(3, udp(GUEST, "192.0.3.1", 9))).isEqualTo(2);
  }

  @Test
  void portsCount() {
    limit("--hashlimit-upto 1/s --hashlimit-burst 2 --hashlimit-mode srcip,dstport");
    assertThat(pass(3, udp(GUEST, WORLD, 1))).isEqualTo(2);
    assertThat(pass(3, udp(GUEST, WORLD, 2))).isEqualTo(2);
    assertThat(pass(3, udp(GUEST, "192.0.2.8", 2))).as("destinations do not").isZero();
    byte[] ping = Lab.ipv4(GUEST, WORLD, IpProtocol.ICMP, 64, Lab.icmp(8, 0, 1, new byte[8]));
    assertThat(pass(3, ping)).as("none count as port 0").isEqualTo(2);
    byte[] cut = Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, new byte[3]);
    wall.rule("iptables -D FORWARD 2");
    assertThat(pass(1, cut)).as("a header cut short is dropped").isZero();
  }

  @Test
  void bytesAreCounted() {
    limit("--hashlimit-upto 1kb/s --hashlimit-mode srcip");
    byte[] packet = Lab.ipv4(GUEST, WORLD, 17, 64, Lab.udp(1, 2, new byte[67])); // 95 bytes
    assertThat(pass(20, packet)).as("ten times six parts of 16 bytes, of 65").isEqualTo(10);
    wall.lab.loop.runForMillis(500);
    assertThat(pass(20, packet)).isEqualTo(5 + 1);
    wall.lab.loop.runForMillis(3_000);
    assertThat(pass(20, packet)).as("a second's worth at most").isEqualTo(10);
  }

  @Test
  void aBurstOfBytesIsSpentOnce() {
    limit("--hashlimit-upto 1kb/s --hashlimit-burst 3kb --hashlimit-mode srcip");
    byte[] packet = Lab.ipv4(GUEST, WORLD, 17, 64, Lab.udp(1, 2, new byte[67]));
    assertThat(pass(100, packet)).isEqualTo(40);
    wall.lab.loop.runForMillis(1_000);
    assertThat(pass(100, packet)).isEqualTo(10);
    wall.lab.loop.runForMillis(62_000);
    assertThat(pass(100, packet)).as("once more after it was forgotten").isEqualTo(40);
  }

  @Test
  void aPacketLongerThanASecondPassesAFullBucket() {
    limit("--hashlimit-upto 512b/s --hashlimit-mode srcip");
    byte[] packet = Lab.ipv4(GUEST, WORLD, 17, 64, Lab.udp(1, 2, new byte[1200]));
    assertThat(pass(2, packet)).isEqualTo(1);
  }

  @Test
  void aRateIsCompared() {
    limit(
        "--hashlimit-upto 10/s --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-rate-match"
            + " --hashlimit-htable-expire 9000");
    assertThat(pass(20, GUEST)).as("rate and burst").isEqualTo(15);
    wall.lab.loop.runForMillis(1_000);
    assertThat(pass(5, GUEST)).as("the second before had too many").isZero();
    wall.lab.loop.runForMillis(1_000);
    assertThat(pass(5, GUEST)).as("that one had not").isEqualTo(5);
  }

  @Test
  void aRateIsComparedOverAnInterval() {
    limit("--hashlimit-above 4kb/s --hashlimit-rate-match --hashlimit-rate-interval 2");
    byte[] packet = Lab.ipv4(GUEST, WORLD, 17, 64, Lab.udp(1, 2, new byte[972])); // 1000 bytes
    assertThat(pass(10, packet)).as("beyond 4096").isEqualTo(6);
    wall.lab.loop.runForMillis(2_000);
    assertThat(pass(1, packet)).as("too much before").isEqualTo(1);
    wall.lab.loop.runForMillis(2_000);
    assertThat(pass(1, packet)).isZero();
  }

  @Test
  void whereAllEntriesAreUsedPacketsAreDropped() {
    wall.rule(
        "iptables -A FORWARD -m hashlimit --hashlimit-above 1/s --hashlimit-mode srcip"
            + " --hashlimit-name t --hashlimit-htable-size 10 --hashlimit-htable-max 10"
            + " --hashlimit-htable-expire 3000 --hashlimit-htable-gcinterval 500 -j DROP");
    for (int i = 21; i <= 30; i++) {
      assertThat(pass(1, "10.0.2." + i)).isEqualTo(1);
    }
    assertThat(pass(1, "10.0.2.200")).isZero();
    wall.lab.loop.runForMillis(2_000);
    assertThat(pass(1, "10.0.2.21")).as("who is there goes on").isEqualTo(1);
    assertThat(pass(1, "10.0.2.200")).isZero();
    wall.lab.loop.runForMillis(1_600);
    assertThat(pass(1, "10.0.2.200")).as("the others are forgotten").isEqualTo(1);
  }

  @Test
  void manyEntriesAreFoundAndForgotten() {
    limit("--hashlimit-upto 1/s --hashlimit-burst 1 --hashlimit-mode srcip");
    int passed = 0;
    for (int i = 0; i < 20_000; i++) {
      passed += pass(1, "172." + (16 + (i >> 16)) + "." + (i >> 8 & 255) + "." + (i & 255));
    }
    assertThat(passed).isEqualTo(20_000);
    assertThat(pass(1, "172.16.0.5")).isZero();
    wall.lab.loop.runForMillis(3_000);
    assertThat(pass(2, "172.16.0.5")).isEqualTo(1);
  }

  @Test
  void rulesOfOneNameShareATable() {
    String match = " -m hashlimit --hashlimit-upto 1/s --hashlimit-burst 4 --hashlimit-name t";
    wall.rule("iptables -A FORWARD -p udp --dport 1" + match + " -j ACCEPT")
        .rule("iptables -A FORWARD -p udp --dport 2" + match + " -j ACCEPT")
        .rule("iptables -A FORWARD -j DROP");
    assertThat(pass(3, udp(GUEST, WORLD, 1))).isEqualTo(3);
    assertThat(pass(3, udp(GUEST, WORLD, 2))).isEqualTo(1);
    wall.rule("iptables -I FORWARD -p tcp -j ACCEPT");
    assertThat(pass(3, udp(GUEST, WORLD, 2))).as("other changes keep it").isZero();
  }

  @Test
  void sixGroupsByPrefix() {
    wall.rule(
            "ip6tables -A FORWARD -m hashlimit --hashlimit-upto 1/s --hashlimit-burst 2"
                + " --hashlimit-mode srcip --hashlimit-srcmask 64 --hashlimit-name t -j ACCEPT")
        .rule("ip6tables -A FORWARD -j DROP");
    assertThat(pass(2, six("fec0::15"))).isEqualTo(2);
    assertThat(pass(2, six("fec0::99"))).isZero();
    assertThat(pass(2, six("fec0:0:0:1::99"))).isEqualTo(2);
  }

  private static byte[] six(String from) {
    return Lab.ipv6(from, "2001:db8::7", 17, 64, Lab.udp(1, 53, new byte[4]));
  }
}
