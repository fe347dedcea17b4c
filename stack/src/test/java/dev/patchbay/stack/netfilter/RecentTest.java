package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;
import static dev.patchbay.stack.netfilter.Firewall.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The match recent on packets. */
class RecentTest {
  private static final int NOTE = 1;
  private static final int ASK = 2;
  private static final int FORGET = 3;

  private final Firewall wall = new Firewall();

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  private boolean passes(byte[] packet) {
    wall.fromGuest(packet);
    return wall.reachedWorld() == 1;
  }

  private boolean passes(String from, int port) {
    return passes(udp(from, WORLD, port));
  }

  /** Who sends to port 1 is noted, to port 3 forgotten; port 2 is for whom a rule lets through. */
  private void lists(String asks) {
    wall.rule("iptables -A FORWARD -p udp --dport 1 -m recent --set --name a -j ACCEPT")
        .rule("iptables -A FORWARD -p udp --dport 2 -m recent " + asks + " --name a -j ACCEPT")
        .rule("iptables -A FORWARD -p udp --dport 3 -m recent --remove --name a -j ACCEPT")
        .rule("iptables -A FORWARD -j DROP");
  }

  @Test
  void whoWasSeenIsFound() {
    lists("--rcheck");
    assertThat(passes(GUEST, ASK)).isFalse();
    assertThat(passes(GUEST, FORGET)).as("nothing to forget").isFalse();
    assertThat(passes(GUEST, NOTE)).isTrue();
    assertThat(passes(GUEST, ASK)).isTrue();
    assertThat(passes("10.0.2.99", ASK)).isFalse();
    wall.lab.loop.runForMillis(100_000_000);
    assertThat(passes(GUEST, ASK)).as("for ever").isTrue();
    assertThat(passes(GUEST, FORGET)).isTrue();
    assertThat(passes(GUEST, ASK)).isFalse();
  }

  @Test
  void secondsBoundHowLongAgo() {
    lists("--rcheck --seconds 10");
    passes(GUEST, NOTE);
    wall.lab.loop.runForMillis(9_990);
    assertThat(passes(GUEST, ASK)).isTrue();
    wall.lab.loop.runForMillis(20);
    assertThat(passes(GUEST, ASK)).as("rcheck does not note").isFalse();
  }

  @Test
  void updateNotesWhomItFinds() {
    lists("--update --seconds 10");
    passes(GUEST, NOTE);
    for (int i = 0; i < 5; i++) {
      wall.lab.loop.runForMillis(9_000);
      assertThat(passes(GUEST, ASK)).isTrue();
    }
    wall.lab.loop.runForMillis(10_010);
    assertThat(passes(GUEST, ASK)).isFalse();
    wall.lab.loop.runForMillis(1);
    assertThat(passes(GUEST, ASK)).as("who is not found is not noted").isFalse();
  }

  @Test
  void hitsAreCountedInTheTime() {
    lists("--rcheck --seconds 10 --hitcount 3");
    for (int i = 0; i < 3; i++) {
      assertThat(passes(GUEST, ASK)).isFalse();
      passes(GUEST, NOTE);
      wall.lab.loop.runForMillis(1_000);
    }
    assertThat(passes(GUEST, ASK)).isTrue();
    wall.lab.loop.runForMillis(7_500);
    assertThat(passes(GUEST, ASK)).as("two of them are left").isFalse();
  }

  @Test
  void theUsualRuleHoldsOffWhoKnocksTooOften() {
    String rule = "iptables -A FORWARD -p udp --dport 22 -m recent --name ssh ";
    wall.rule(rule + "--update --seconds 60 --hitcount 4 -j DROP").rule(rule + "--set -j ACCEPT");
    for (int i = 0; i < 4; i++) {
      assertThat(passes(GUEST, 22)).isTrue();
    }
    assertThat(passes(GUEST, 22)).isFalse();
    wall.lab.loop.runForMillis(59_000);
    assertThat(passes(GUEST, 22)).as("each try counts").isFalse();
    assertThat(passes("10.0.2.77", 22)).as("others may").isTrue();
    wall.lab.loop.runForMillis(61_000);
    assertThat(passes(GUEST, 22)).isTrue();
  }

  @Test
  void moreHitsAreRememberedWhereARuleAsksForThem() {
    wall.rule("iptables -A FORWARD -p udp --dport 1 -m recent --set --name a -j ACCEPT");
    for (int i = 0; i < 40; i++) {
      passes(GUEST, NOTE);
    }
    wall.rule(
            "iptables -A FORWARD -p udp --dport 2 -m recent --rcheck --hitcount 32 --name a"
                + " -j ACCEPT")
        .rule("iptables -P FORWARD DROP");
    assertThat(passes(GUEST, ASK)).as("32 of 40").isTrue();
    wall.rule(
        "iptables -R FORWARD 2 -p udp --dport 2 -m recent --rcheck --hitcount 40 --name a"
            + " -j ACCEPT");
    assertThat(passes(GUEST, ASK)).as("the list was made longer and so begins anew").isFalse();
    for (int i = 0; i < 40; i++) {
      passes(GUEST, NOTE);
    }
    assertThat(passes(GUEST, ASK)).isTrue();
  }

  @Test
  void ofAHundredTheOldestGoes() {
    lists("--rcheck");
    for (int i = 21; i <= 120; i++) {
      passes("10.0.2." + i, NOTE);
    }
    passes("10.0.2.21", NOTE);
    passes("10.0.2.200", NOTE);
    assertThat(passes("10.0.2.21", ASK)).isTrue();
    assertThat(passes("10.0.2.22", ASK)).isFalse();
    assertThat(passes("10.0.2.23", ASK)).isTrue();
    assertThat(passes("10.0.2.200", ASK)).isTrue();
  }

  @Test
  void reapForgetsTheOldest() {
    lists("--rcheck --seconds 10 --reap");
    passes("10.0.2.20", NOTE);
    wall.lab.loop.runForMillis(20_000);
    passes(GUEST, NOTE);
    assertThat(passes(GUEST, ASK)).isTrue();
    assertThat(passes("10.0.2.20", FORGET)).as("forgotten by that").isFalse();
    assertThat(passes(GUEST, ASK)).as("one that is young stays").isTrue();
  }

  @Test
  void timesToLiveAreCompared() {
    lists("--rcheck --rttl");
    passes(GUEST, NOTE);
    byte[] packet = udp(GUEST, WORLD, ASK);
    assertThat(passes(packet.clone())).isTrue();
    Bytes.put8(packet, 8, 63);
    Bytes.put16(packet, 10, 0);
    Bytes.put16(packet, 10, InternetChecksum.finish(InternetChecksum.sum(packet, 0, 20)));
    assertThat(passes(packet)).isFalse();
  }

  @Test
  void destinationsAndMasks() {
    wall.rule(
            "iptables -A FORWARD -p udp --dport 1 -m recent --set --rdest --mask 255.255.255.0"
                + " -j ACCEPT")
        .rule("iptables -A FORWARD -p udp --dport 2 -m recent --rcheck --rdest -j ACCEPT")
        .rule("iptables -A FORWARD -j DROP");
    passes(udp(GUEST, "192.0.2.7", NOTE));
    assertThat(passes(udp("10.0.2.9", "192.0.2.200", ASK)))
        .as("the mask is that of the list")
        .isTrue();
    assertThat(passes(udp(GUEST, "192.0.3.7", ASK))).isFalse();
  }

  @Test
  void inversionsHoldForTheOthers() {
    lists("! --rcheck");
    assertThat(passes(GUEST, ASK)).isTrue();
    passes(GUEST, NOTE);
    assertThat(passes(GUEST, ASK)).isFalse();
    wall.rule("iptables -F FORWARD")
        .rule("iptables -A FORWARD -p udp --dport 1 -m recent ! --set --name b -j DROP")
        .rule("iptables -A FORWARD -p udp --dport 2 -m recent --rcheck --name b -j DROP");
    assertThat(passes(GUEST, NOTE)).as("noted, and never fits").isTrue();
    assertThat(passes(GUEST, ASK)).isFalse();
  }

  @Test
  void aListLivesAsLongAsARuleNamesIt() {
    lists("--rcheck");
    passes(GUEST, NOTE);
    wall.rule("iptables -A INPUT -m recent --rcheck --name other");
    assertThat(passes(GUEST, ASK)).as("other changes keep it").isTrue();
    wall.rule("iptables -t mangle -A FORWARD -m recent --rcheck --name a").rule("iptables -F");
    wall.rule("iptables -A FORWARD -p udp --dport 2 -m recent ! --rcheck --name a -j DROP");
    assertThat(passes(GUEST, ASK)).as("mangle has kept it").isTrue();
    wall.rule("iptables -F").rule("iptables -t mangle -F");
    wall.rule("iptables -A FORWARD -p udp --dport 2 -m recent ! --rcheck --name a -j DROP");
    assertThat(passes(GUEST, ASK)).as("nobody has").isFalse();
  }

  @Test
  void whatFailsForgetsNothing() {
    lists("--rcheck");
    passes(GUEST, NOTE);
    var failed =
        wall.restore(
            "*filter\n"
                + "-A INPUT -m recent --rcheck --hitcount 200 --name a\n"
                + "-A NOPE -j DROP\n"
                + "COMMIT\n");
    assertThat(failed.status()).isNotZero();
    assertThat(passes(GUEST, ASK)).isTrue();
  }

  @Test
  void sixHasListsOfItsOwn() {
    wall.rule("ip6tables -A FORWARD -p udp --dport 1 -m recent --set --name a -j ACCEPT")
        .rule("ip6tables -A FORWARD -p udp --dport 2 -m recent --rcheck --name a -j ACCEPT")
        .rule("ip6tables -A FORWARD -j DROP");
    byte[] ask = Lab.ipv6("fec0::15", "2001:db8::7", 17, 64, Lab.udp(9, ASK, new byte[4]));
    assertThat(passes(ask)).isFalse();
    assertThat(passes(Lab.ipv6("fec0::15", "2001:db8::7", 17, 64, Lab.udp(9, NOTE, new byte[4]))))
        .isTrue();
    assertThat(passes(ask)).isTrue();
    assertThat(passes(Lab.ipv6("fec0::16", "2001:db8::7", 17, 64, Lab.udp(9, ASK, new byte[4]))))
        .isFalse();
  }

  @Test
  void thereAreNotTooManyLists() {
    StringBuilder file = new StringBuilder("*filter\n");
    for (int i = 0; i < 100; i++) {
      file.append("-A FORWARD -m recent --set --name l").append(i).append('\n');
      file.append("-A FORWARD -m recent --rcheck --name l").append(i).append('\n');
    }
    assertThat(wall.restore(file + "COMMIT\n").status()).isZero();
    assertThat(wall.run("iptables -A FORWARD -m recent --set --name more").stderr())
        .isEqualTo(
            "iptables v1.8.9 (nf_tables):  RULE_APPEND failed (Cannot allocate memory): rule in"
                + " chain FORWARD\n");
    assertThat(wall.counted("iptables", "FORWARD")).hasSize(201);
  }
}
