package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.OTHER;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;
import static dev.patchbay.stack.netfilter.Firewall.syn;
import static dev.patchbay.stack.netfilter.Firewall.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.ipset.IpsetCommand;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rules that ask sets and change them, on packets. */
class SetsTest {
  private final Firewall wall = new Firewall();
  private final IpsetCommand words = new IpsetCommand(PortNames.NONE);

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  private IpCommand.Result run(String line) {
    return words.run(wall.lab.stack, List.of(line.split(" ")), "");
  }

  /** Runs commands of ipset that must work. */
  private SetsTest ipset(String... lines) {
    for (String line : lines) {
      IpCommand.Result result = run(line);
      assertThat(result.status()).as("%s: %s", line, result.stderr()).isZero();
    }
    return this;
  }

  private List<String> members(String set) {
    return run("list " + set)
        .stdout()
        .lines()
        .dropWhile(l -> !l.equals("Members:"))
        .skip(1)
        .toList();
  }

  /** Whether a packet of UDP from the guest comes through. */
  private boolean passes(String to, int port) {
    wall.fromGuest(udp(GUEST, to, port));
    return wall.reachedWorld() == 1;
  }

  @Test
  void addressesThatComeAndGo() {
    ipset("create bad hash:ip");
    wall.rule("iptables -A FORWARD -m set --match-set bad dst -j DROP");
    assertThat(passes(WORLD, 53)).isTrue();
    ipset("add bad 192.0.2.0/28");
    assertThat(passes(WORLD, 53)).isFalse();
    assertThat(passes("192.0.2.16", 53)).isTrue();
    ipset("del bad 192.0.2.7");
    assertThat(passes(WORLD, 53)).isTrue();
    ipset("flush bad");
    assertThat(passes("192.0.2.8", 53)).isTrue();
  }

  @Test
  void aNetmaskMakesNetworksOfAddresses() {
    ipset("create bad hash:ip netmask 24", "add bad 192.0.2.99");
    wall.rule("iptables -A FORWARD -m set ! --match-set bad dst -j DROP");
    assertThat(passes(WORLD, 53)).isTrue();
    assertThat(passes("192.0.3.7", 53)).isFalse();
  }

  @Test
  void theLongestNetworkDecides() {
    ipset(
        "create nets hash:net",
        "add nets 192.0.0.0/16",
        "add nets 192.0.2.0/24 nomatch",
        "add nets 192.0.2.128/25");
    wall.rule("iptables -A FORWARD -m set --match-set nets dst -j DROP");
    assertThat(passes("192.0.9.1", 53)).isFalse();
    assertThat(passes(WORLD, 53)).isTrue();
    assertThat(passes("192.0.2.130", 53)).isFalse();
    assertThat(passes("198.51.100.1", 53)).isTrue();
    wall.rule("iptables -F FORWARD")
        .rule("iptables -A FORWARD -m set --match-set nets dst --return-nomatch -j DROP");
    assertThat(passes("192.0.9.1", 53)).isTrue();
    assertThat(passes(WORLD, 53)).isFalse();
    ipset("del nets 192.0.2.0/24");
    assertThat(passes(WORLD, 53)).isTrue();
  }

  @Test
  void addressesWithProtocolAndPort() {
    ipset(
        "create web hash:ip,port",
        "add web 192.0.2.7,443",
        "add web 192.0.2.7,udp:53",
        "add web 192.0.2.7,icmp:ping");
    wall.rule("iptables -P FORWARD DROP")
        .rule("iptables -A FORWARD -m set --match-set web dst,dst -j ACCEPT");
    assertThat(passes(WORLD, 53)).isTrue();
    assertThat(passes(WORLD, 443)).isFalse();
    wall.fromGuest(syn(GUEST, WORLD, 443));
    assertThat(wall.reachedWorld()).isEqualTo(1);
    wall.fromGuest(
        Lab.ipv4(GUEST, WORLD, IpProtocol.ICMP, 64, new byte[] {8, 0, 0, 0, 0, 0, 0, 0}));
    assertThat(wall.reachedWorld()).isEqualTo(1);
    // one part is not enough for two
    wall.rule("iptables -F FORWARD")
        .rule("iptables -A FORWARD -m set --match-set web dst -j ACCEPT");
    assertThat(passes(WORLD, 53)).isFalse();
  }

  @Test
  void theGreatestLowHalfIsAnAddressToo() {
    ipset(
        "create web hash:ip,port family inet6",
        "add web 2001:db8::7fff:ffff:ffff:ffff,80",
        "add web 2001:db8::ffff:ffff:ffff:ffff,80-81");
    assertThat(members("web")).hasSize(3);
    ipset("del web 2001:db8::7fff:ffff:ffff:ffff,80");
    assertThat(members("web")).hasSize(2);
  }

  @Test
  void portsOfBothFamilies() {
    ipset("create ports bitmap:port range 50-60", "add ports 53");
    for (String program : List.of("iptables", "ip6tables")) {
      wall.rule(program + " -A FORWARD -m set --match-set ports dst -j DROP");
    }
    assertThat(passes(WORLD, 53)).isFalse();
    assertThat(passes(WORLD, 54)).isTrue();
    assertThat(passes(WORLD, 9)).isTrue();
  }

  @Test
  void listsAskOneAfterTheOther() {
    ipset(
        "create a hash:ip counters",
        "create b hash:net counters",
        "create six hash:ip family inet6",
        "create l list:set counters",
        "add l six",
        "add l b",
        "add l a",
        "add a 192.0.2.7",
        "add b 198.51.100.0/24");
    wall.rule("iptables -A FORWARD -m set --match-set l dst -j DROP");
    assertThat(passes(WORLD, 53)).isFalse();
    assertThat(passes("198.51.100.9", 53)).isFalse();
    assertThat(passes("203.0.113.9", 53)).isTrue();
    assertThat(members("l"))
        .containsExactly("six packets 0 bytes 0", "b packets 1 bytes 32", "a packets 1 bytes 32");
    assertThat(members("a")).containsExactly("192.0.2.7 packets 1 bytes 32");
    wall.rule("iptables -F FORWARD")
        .rule("iptables -A FORWARD -m set --match-set l dst ! --update-subcounters");
    passes(WORLD, 53);
    assertThat(members("a")).containsExactly("192.0.2.7 packets 1 bytes 32");
    assertThat(members("l")).contains("a packets 2 bytes 64");
  }

  @Test
  void countersCountAndAreAskedFor() {
    ipset("create a hash:ip counters", "add a 192.0.2.7 packets 1");
    wall.rule("iptables -A FORWARD -m set --match-set a dst --packets-gt 3 -j DROP");
    assertThat(passes(WORLD, 53)).isTrue();
    assertThat(passes(WORLD, 53)).isTrue();
    assertThat(passes(WORLD, 53)).isFalse();
    assertThat(members("a")).containsExactly("192.0.2.7 packets 4 bytes 96");
    wall.rule("iptables -F FORWARD")
        .rule(
            "iptables -A FORWARD -m set --match-set a dst ! --update-counters --bytes-lt 97"
                + " -j DROP");
    assertThat(passes(WORLD, 53)).isFalse();
    assertThat(members("a")).containsExactly("192.0.2.7 packets 4 bytes 96");
  }

  @Test
  void membersGoWhenTheirTimeIsOver() {
    ipset("create a hash:ip timeout 10", "add a 192.0.2.7", "add a 192.0.2.8 timeout 0");
    ipset("create l list:set timeout 5", "add l a");
    wall.rule("iptables -A FORWARD -m set --match-set a dst -j DROP");
    assertThat(passes(WORLD, 53)).isFalse();
    assertThat(run("destroy a").status()).isEqualTo(1);
    wall.lab.loop.runForMillis(9_900);
    assertThat(members("a")).containsExactly("192.0.2.7 timeout 1", "192.0.2.8 timeout 0");
    assertThat(members("l")).isEmpty();
    wall.lab.loop.runForMillis(200);
    assertThat(passes(WORLD, 53)).isTrue();
    assertThat(passes("192.0.2.8", 53)).isFalse();
    assertThat(run("list -t a").stdout()).contains("References: 1\nNumber of entries: 1\n");
    ipset("add a 192.0.2.7");
    assertThat(passes(WORLD, 53)).isFalse();
  }

  @Test
  void packetsAddThemselvesAndTakeThemselvesOut() {
    ipset("create seen hash:ip,port timeout 60 maxelem 3 counters");
    wall.rule("iptables -A FORWARD -p udp -j SET --add-set seen dst,dst --timeout 20")
        .rule("iptables -A FORWARD -p tcp -j SET --del-set seen dst,dst");
    passes(WORLD, 1);
    passes(WORLD, 2);
    wall.lab.loop.runForMillis(5_000);
    passes(WORLD, 2); // is there: stays as it was
    assertThat(members("seen"))
        .containsExactly(
            "192.0.2.7,udp:1 timeout 15 packets 1 bytes 32",
            "192.0.2.7,udp:2 timeout 15 packets 1 bytes 32");
    wall.rule("iptables -I FORWARD -p udp -j SET --add-set seen dst,dst --exist --timeout 30");
    passes(WORLD, 2);
    assertThat(members("seen")).contains("192.0.2.7,udp:2 timeout 30 packets 1 bytes 32");
    for (int port = 3; port < 50; port++) {
      passes(WORLD, port); // no more than there is room for
    }
    assertThat(members("seen")).hasSize(3);
    ipset("del seen 192.0.2.7,udp:1-3", "add seen 192.0.2.7,tcp:2");
    wall.fromGuest(syn(GUEST, WORLD, 2));
    assertThat(members("seen")).isEmpty();
  }

  @Test
  void aFullSetThatForcesGivesOneUp() {
    ipset("create seen hash:ip maxelem 2 forceadd", "add seen 10.9.0.1", "add seen 10.9.0.2");
    wall.rule("iptables -A FORWARD -j SET --add-set seen dst");
    passes(WORLD, 1);
    assertThat(members("seen")).hasSize(2).contains("192.0.2.7");
  }

  @Test
  void aFullSetTakesMoreWhenATimeIsOver() {
    ipset("create seen hash:ip timeout 10 maxelem 2", "add seen 10.9.0.1 timeout 1");
    ipset("add seen 10.9.0.2 timeout 2");
    wall.rule("iptables -A FORWARD -j SET --add-set seen dst");
    passes(WORLD, 1);
    assertThat(run("test seen " + WORLD).status()).isEqualTo(1);
    wall.lab.loop.runForMillis(1_100);
    passes(WORLD, 1);
    assertThat(members("seen")).hasSize(2).contains("192.0.2.7 timeout 10");
    wall.lab.loop.runForMillis(1_100);
    passes("192.0.2.8", 1);
    assertThat(members("seen")).hasSize(2).contains("192.0.2.8 timeout 10");
  }

  @Test
  void aFullSetLooksForRoomOnceASecond() {
    ipset("create seen hash:ip timeout 1000 maxelem 2", "add seen 10.9.0.1 timeout 1");
    wall.lab.loop.runForMillis(500);
    ipset("add seen 10.9.0.2 timeout 1");
    wall.rule("iptables -A FORWARD -j SET --add-set seen dst");
    wall.lab.loop.runForMillis(600);
    passes(WORLD, 1); // takes the first one's place
    wall.lab.loop.runForMillis(600);
    passes("192.0.2.8", 1);
    assertThat(members("seen")).containsExactly("192.0.2.7 timeout 999");
    ipset("add seen 10.9.0.2 timeout 1");
    wall.lab.loop.runForMillis(1_100);
    passes("192.0.2.8", 1);
    assertThat(members("seen")).hasSize(2).contains("192.0.2.8 timeout 1000");
  }

  @Test
  void marksComeFromASet() {
    ipset(
        "create marks hash:ip skbinfo",
        "add marks 192.0.2.7 skbmark 0x5/0xf skbprio 1:2",
        "add marks 192.0.2.8");
    wall.rule("iptables -t mangle -A FORWARD -j MARK --set-mark 0xf0")
        .rule("iptables -t mangle -A FORWARD -j SET --map-set marks dst --map-mark --map-prio")
        .rule("iptables -t mangle -A FORWARD -m mark --mark 0xf5")
        .rule("iptables -t mangle -A FORWARD -m mark --mark 0xf0");
    passes(WORLD, 1);
    passes("192.0.2.8", 1);
    passes("192.0.2.9", 1);
    List<String> counted = wall.counted("iptables", "FORWARD");
    assertThat(counted.get(3)).startsWith("[1:32] ");
    assertThat(counted.get(4)).startsWith("[2:64] ");
  }

  @Test
  void aMarkIsNotThatOfThePacketBefore() {
    ipset(
        "create marks hash:ip skbinfo",
        "add marks 192.0.2.7 skbmark 0x5/0xf",
        "create plain hash:ip",
        "add plain 192.0.2.8",
        "create both list:set",
        "add both marks",
        "add both plain");
    wall.rule("iptables -t mangle -A FORWARD -j SET --map-set both dst --map-mark")
        .rule("iptables -t mangle -A FORWARD -m mark --mark 0x5")
        .rule("iptables -t mangle -A FORWARD -m mark --mark 0");
    passes(WORLD, 1);
    passes("192.0.2.8", 1);
    List<String> counted = wall.counted("iptables", "FORWARD");
    assertThat(counted.get(2)).startsWith("[1:32] ");
    assertThat(counted.get(3)).startsWith("[1:32] ");
  }

  @Test
  void aSetIsBoundedWhateverItsWordsSay() {
    ipset("create a hash:ip maxelem 1000000 comment", "add a 10.0.0.1 comment one");
    ipset("add a 10.0.0.2", "add a 10.0.0.3 comment three");
    assertThat(members("a")).contains("10.0.0.1 comment \"one\"", "10.0.0.2");
    assertThat(run("list a -s").stdout())
        .endsWith("10.0.0.1 comment \"one\"\n10.0.0.2\n10.0.0.3 comment \"three\"\n");
    assertThat(run("add a 10.4.0.0/13 -exist").stderr()).contains("full");
    assertThat(run("list a -t").stdout()).contains("Number of entries: 262144\n");
    assertThat(run("del a 10.0.0.0/15 -exist").status()).isEqualTo(1);
    ipset("del a 10.0.0.0/16 -exist");
    assertThat(run("list a -t").stdout()).contains("Number of entries: 196608\n");
  }

  @Test
  void aFlushGivesMemoryBack() {
    ipset("create a hash:net counters comment skbinfo timeout 0");
    String empty = run("list a -t").stdout();
    ipset("add a 10.0.0.1-10.0.4.0", "add a 10.1.0.0/24 nomatch comment one");
    for (int i = 1; i < 255; i++) {
      ipset("add a 10.2.0." + i + " timeout 5");
    }
    assertThat(run("list a -t").stdout()).isNotEqualTo(empty);
    ipset("flush a");
    assertThat(run("list a -t").stdout()).isEqualTo(empty);
    ipset("add a 10.1.0.0/16");
    assertThat(members("a")).containsExactly("10.1.0.0/16 timeout 0 packets 0 bytes 0");
    wall.rule("iptables -A FORWARD -m set --match-set a dst -j DROP");
    assertThat(passes("10.1.0.9", 1)).isFalse();
    assertThat(passes("10.2.0.9", 1)).isTrue();
  }

  @Test
  void aSwapChangesWhatRulesSee() {
    ipset("create now hash:ip", "create next hash:ip", "add next 192.0.2.7");
    wall.rule("iptables -A FORWARD -m set --match-set now dst -j DROP");
    assertThat(passes(WORLD, 1)).isTrue();
    ipset("swap now next");
    assertThat(passes(WORLD, 1)).isFalse();
    assertThat(run("destroy now").stderr())
        .isEqualTo("ipset v7.17: Set cannot be destroyed: it is in use by a kernel component\n");
    ipset("destroy next");
    wall.rule("iptables -D FORWARD -m set --match-set now dst -j DROP");
    ipset("rename now other", "destroy other");
    assertThat(run("list -n").stdout()).isEmpty();
  }

  @Test
  void restoredRulesHoldTheirSetsAndFailWithoutThem() {
    ipset("create a hash:ip");
    String rules = "*filter\n-A FORWARD -m set --match-set %s src -j DROP\nCOMMIT\n";
    assertThat(wall.restore(rules.formatted("b")).stderr()).contains("Set b doesn't exist.\n");
    assertThat(wall.restore(rules.formatted("a")).status()).isZero();
    assertThat(run("destroy a").status()).isEqualTo(1);
    assertThat(wall.restore("*filter\nCOMMIT\n").status()).isZero();
    ipset("destroy a");
  }

  @Test
  void bridgedPacketsAreAskedToo() {
    ipset("create other hash:ip", "add other " + OTHER);
    wall.rule("iptables -A FORWARD -m set --match-set other dst -j DROP");
    wall.fromGuestToOther(udp(GUEST, OTHER, 9));
    assertThat(wall.reachedOther()).isZero();
  }
}
