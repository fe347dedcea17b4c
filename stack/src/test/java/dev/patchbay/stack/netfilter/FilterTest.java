package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;
import static dev.patchbay.stack.netfilter.Firewall.syn;
import static dev.patchbay.stack.netfilter.Firewall.tcp;
import static dev.patchbay.stack.netfilter.Firewall.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rules of filter, mangle and raw on routed packets. */
class FilterTest {
  private static final int ECHO = 8;

  private final Firewall wall = new Firewall();

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  @Test
  void aPolicyDropsWhatNoRuleAccepts() {
    wall.rule("iptables -P FORWARD DROP")
        .rule("iptables -A FORWARD -i br0 -o host0 -p udp --dport 53 -j ACCEPT");
    wall.fromGuest(udp(GUEST, WORLD, 53));
    assertThat(wall.reachedWorld()).isEqualTo(1);
    wall.fromGuest(udp(GUEST, WORLD, 54));
    wall.fromGuest(syn(GUEST, WORLD, 53));
    assertThat(wall.reachedWorld()).isZero();
    assertThat(wall.counted("iptables", "FORWARD"))
        .containsExactly(
            ":FORWARD DROP [2:72]",
            "[1:32] -A FORWARD -i br0 -o host0 -p udp -m udp --dport 53 -j ACCEPT");
    assertThat(wall.lab.bridge.statistics.rxDropped).isEqualTo(2);
  }

  @Test
  void whoDroppedAPacketIsKnown() {
    List<String> blamed = new ArrayList<>();
    wall.lab.pool.observer((packet, reason) ->
        blamed.add(
            reason + " " + packet.ruleTable + " " + packet.ruleChain + " " + packet.ruleNumber));
    wall.rule("iptables -N web")
        .rule("iptables -A FORWARD -p tcp -j web")
        .rule("iptables -A web -p tcp --dport 80 -j RETURN")
        .rule("iptables -A web -j DROP")
        .rule("iptables -P FORWARD DROP");
    wall.fromGuest(syn(GUEST, WORLD, 443));
    wall.fromGuest(syn(GUEST, WORLD, 80));
    assertThat(blamed)
        .containsExactly("NETFILTER_DROP filter web 2", "NETFILTER_DROP filter FORWARD 0");
    wall.lab.pool.observer(null);
  }

  @Test
  void jumpsComeBackAndGotosDoNot() {
    wall.rule("iptables -N back")
        .rule("iptables -N gone")
        .rule("iptables -A FORWARD -p udp --dport 1 -j back")
        .rule("iptables -A FORWARD -p udp --dport 2 -g gone")
        .rule("iptables -A FORWARD -p udp -j DROP");
    wall.fromGuest(udp(GUEST, WORLD, 1));
    assertThat(wall.reachedWorld()).as("back, then dropped").isZero();
    wall.fromGuest(udp(GUEST, WORLD, 2));
    assertThat(wall.reachedWorld()).as("gone to the end, so to the policy").isEqualTo(1);
    assertThat(wall.counted("iptables", "FORWARD"))
        .containsExactly(
            ":FORWARD ACCEPT [1:32]",
            "[1:32] -A FORWARD -p udp -m udp --dport 1 -j back",
            "[1:32] -A FORWARD -p udp -m udp --dport 2 -g gone",
            "[1:32] -A FORWARD -p udp -j DROP");
  }

  @Test
  void aRejectedDatagramIsAnsweredByAnIcmpError() {
    wall.rule("iptables -A FORWARD -p udp -j REJECT --reject-with icmp-admin-prohibited");
    wall.fromGuest(udp(GUEST, WORLD, 53));
    assertThat(wall.reachedWorld()).isZero();
    byte[] answer = wall.toGuest();
    assertThat(Bytes.u8(answer, 20)).isEqualTo(3);
    assertThat(Bytes.u8(answer, 21)).isEqualTo(13);
    assertThat(Bytes.i32(answer, 12)).isEqualTo(Lab.v4("10.0.2.2"));
    assertThat(Bytes.i32(answer, 16)).isEqualTo(Lab.v4(GUEST));
  }

  @Test
  void aProgramIsToldWhatRulesDoNotLetItSend() {
    wall.rule("iptables -A OUTPUT -p udp --dport 7 -j DROP")
        .rule("iptables -t mangle -A POSTROUTING -p udp --dport 8 -j DROP");
    UdpSocket socket = wall.lab.stack.udp().open((s, p) -> {});
    IpAddress to = IpAddress.parse(WORLD);
    for (int port = 7; port < 10; port++) {
      int sent = socket.sendTo(new byte[3], 0, 3, 0, 0, to.hi(), to.lo(), port, null);
      assertThat(sent).isEqualTo(port < 9 ? -Errno.EPERM : 3);
    }
    socket.close();
  }

  @Test
  void aRejectedConnectionIsReset() {
    wall.rule("iptables -A FORWARD -p tcp -j REJECT --reject-with tcp-reset");
    wall.fromGuest(syn(GUEST, WORLD, 443));
    byte[] reset = wall.toGuest();
    assertThat(Bytes.i32(reset, 12)).isEqualTo(Lab.v4(WORLD));
    assertThat(Bytes.u16(reset, 20)).isEqualTo(443);
    assertThat(Bytes.i32(reset, 28)).as("acknowledges the SYN").isEqualTo(1001);
    assertThat(Bytes.u8(reset, 33)).as("RST and ACK").isEqualTo(0x14);
    long sum =
        InternetChecksum.sum(reset, 20, 20)
            + InternetChecksum.pseudo4(
                Bytes.u32(reset, 12), Bytes.u32(reset, 16), IpProtocol.TCP, 20);
    assertThat(InternetChecksum.finish(sum)).isZero();

    wall.fromGuest(tcp(GUEST, WORLD, 4000, 443, 0x10, new byte[0]));
    reset = wall.toGuest();
    assertThat(Bytes.i32(reset, 24)).as("where the ACK points to").isEqualTo(2000);
    assertThat(Bytes.u8(reset, 33)).as("RST alone").isEqualTo(0x04);

    wall.fromGuest(tcp(GUEST, WORLD, 4000, 443, 0x04, new byte[0]));
    byte[] garbled = syn(GUEST, WORLD, 443);
    garbled[37] ^= 1;
    wall.fromGuest(garbled);
    assertThat(wall.lab.toA).as("neither a reset nor a wrong checksum is answered").isEmpty();
  }

  @Test
  void whatTheApplianceSendsGoesThroughOutput() {
    byte[] ping =
        Lab.ipv4(GUEST, "10.0.2.2", IpProtocol.ICMP, 64, Lab.icmp(ECHO, 0, 1, new byte[8]));
    wall.fromGuest(ping);
    assertThat(Bytes.u8(wall.toGuest(), 20)).as("echo reply").isZero();
    wall.rule("iptables -A OUTPUT -p icmp --icmp-type echo-reply -j DROP");
    wall.fromGuest(ping);
    assertThat(wall.lab.toA).isEmpty();
    wall.rule("iptables -F OUTPUT").rule("iptables -A INPUT -p icmp -s " + GUEST + " -j DROP");
    wall.fromGuest(ping);
    assertThat(wall.lab.toA).isEmpty();
    assertThat(wall.counted("iptables", "INPUT").getLast()).startsWith("[1:36] ");
  }

  @Test
  void mangleChangesWhatTheNextTableSees() {
    wall.rule("iptables -t mangle -A PREROUTING -p udp --dport 5 -j MARK --set-mark 0x15")
        .rule("iptables -t mangle -A FORWARD -m mark --mark 0x5/0xf -j TTL --ttl-set 9")
        .rule("iptables -t mangle -A FORWARD -m mark --mark 0x15 -j DSCP --set-dscp-class ef")
        .rule("iptables -A FORWARD -m ttl ! --ttl-eq 9 -j DROP")
        .rule("iptables -A FORWARD -m dscp ! --dscp-class ef -j DROP");
    wall.fromGuest(udp(GUEST, WORLD, 6));
    assertThat(wall.reachedWorld()).isZero();
    wall.fromGuest(udp(GUEST, WORLD, 5));
    byte[] sent = wall.lab.toWorld.poll();
    assertThat(sent).isNotNull();
    assertThat(sent[8]).as("TTL").isEqualTo((byte) 9);
    assertThat(sent[1] & 0xff).as("TOS").isEqualTo(0xb8);
    assertThat(InternetChecksum.finish(InternetChecksum.sum(sent, 0, 20))).isZero();
  }

  @Test
  void tablesFollowEachOtherAsOnLinux() {
    for (String table : List.of("filter", "mangle", "raw", "security")) {
      String chain = table.equals("raw") ? "PREROUTING" : "FORWARD";
      wall.rule("iptables -t " + table + " -A " + chain + " -p udp --dport 9");
    }
    wall.rule("iptables -t raw -A PREROUTING -p udp --dport 8 -j DROP");
    wall.fromGuest(udp(GUEST, WORLD, 8));
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(wall.reachedWorld()).isEqualTo(1);
    assertThat(wall.counted("iptables", "FORWARD").stream().filter(l -> l.startsWith("[1:32]")))
        .as("mangle, filter and security have seen one")
        .hasSize(3);
  }

  @Test
  void aLimitLetsSoManyThroughInATime() {
    wall.rule("iptables -A FORWARD -m limit --limit 10/s --limit-burst 3 -j ACCEPT")
        .rule("iptables -A FORWARD -j DROP");
    for (int i = 0; i < 5; i++) {
      wall.fromGuest(udp(GUEST, WORLD, 9));
    }
    assertThat(wall.reachedWorld()).isEqualTo(3);
    wall.lab.loop.runForMillis(100);
    wall.fromGuest(udp(GUEST, WORLD, 9));
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(wall.reachedWorld()).isEqualTo(1);
    wall.lab.loop.runForMillis(60_000);
    for (int i = 0; i < 5; i++) {
      wall.fromGuest(udp(GUEST, WORLD, 9));
    }
    assertThat(wall.reachedWorld()).isEqualTo(3);
  }

  @Test
  void flagsAndOptionsOfTcpAreSeen() {
    byte[] mss = {2, 4, 5, (byte) 0xb4};
    wall.rule("iptables -P FORWARD DROP")
        .rule("iptables -A FORWARD -p tcp --syn -m tcpmss --mss 1400:1460 -j ACCEPT")
        .rule("iptables -A FORWARD -p tcp --tcp-option 3 -j ACCEPT");
    wall.fromGuest(tcp(GUEST, WORLD, 1, 2, 0x02, mss));
    assertThat(wall.reachedWorld()).isEqualTo(1);
    wall.fromGuest(tcp(GUEST, WORLD, 1, 2, 0x12, mss));
    wall.fromGuest(tcp(GUEST, WORLD, 1, 2, 0x02, new byte[0]));
    assertThat(wall.reachedWorld()).isZero();
    wall.fromGuest(tcp(GUEST, WORLD, 1, 2, 0x10, new byte[] {1, 3, 3, 7}));
    assertThat(wall.reachedWorld()).isEqualTo(1);
  }

  /** Ports are asked for by expressions of nf_tables, what those lack by the modules of old. */
  @Test
  void aHeaderThatIsCutShortIsDroppedWhereAModuleAsksForIt() {
    byte[] whole = syn(GUEST, WORLD, 80);
    byte[] cut = Lab.ipv4(GUEST, WORLD, IpProtocol.TCP, 64, Arrays.copyOfRange(whole, 20, 23));
    byte[] ports = Lab.ipv4(GUEST, WORLD, IpProtocol.TCP, 64, Arrays.copyOfRange(whole, 20, 24));
    wall.rule("iptables -A FORWARD -p tcp --dport 80 -j DROP");
    wall.fromGuest(cut);
    assertThat(wall.reachedWorld()).as("a port that is not there is not met").isEqualTo(1);
    wall.fromGuest(ports);
    assertThat(wall.reachedWorld()).as("nor is more of the header needed").isZero();
    wall.rule("iptables -A FORWARD -p tcp -m multiport --dports 81,82 -j ACCEPT");
    wall.fromGuest(cut);
    assertThat(wall.reachedWorld()).as("multiport").isZero();
    for (int port = 1; port < 20; port++) {
      wall.rule("iptables -I FORWARD -p udp --dport " + port + " -j DROP");
    }
    wall.fromGuest(cut);
    assertThat(wall.reachedWorld()).as("behind a search too").isZero();
    wall.rule("iptables -F FORWARD").rule("iptables -A FORWARD -p tcp --dport 1 --tcp-option 3");
    wall.fromGuest(ports);
    assertThat(wall.reachedWorld()).as("an option").isZero();
    wall.rule("iptables -F FORWARD");
    wall.fromGuest(cut);
    assertThat(wall.reachedWorld()).as("nobody asks").isEqualTo(1);
  }

  @Test
  void laterFragmentsHaveNoPorts() {
    wall.rule("iptables -A FORWARD -p udp --dport 53 -j DROP");
    byte[] later =
        Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, 0x2000 | 3, 7, Lab.udp(53, 53, new byte[8]));
    wall.fromGuest(later);
    assertThat(wall.reachedWorld()).isEqualTo(1);
    wall.rule("iptables -A FORWARD -f -j DROP");
    wall.fromGuest(later);
    assertThat(wall.reachedWorld()).isZero();
  }

  @Test
  void aMarkOnOutputChoosesTheWayAgain() {
    wall.rule("iptables -t mangle -A OUTPUT -p icmp -j MARK --set-mark 7");
    wall.ip("rule add fwmark 7 table 9").ip("route add default dev host0 table 9");
    wall.fromGuest(
        Lab.ipv4(GUEST, "10.0.2.2", IpProtocol.ICMP, 64, Lab.icmp(ECHO, 0, 1, new byte[8])));
    assertThat(wall.lab.toA).isEmpty();
    assertThat(wall.reachedWorld()).as("the answer left by host0").isEqualTo(1);
  }

  @Test
  void aMarkOfAnotherTableOnOutputChoosesNoWay() {
    wall.rule("iptables -A OUTPUT -p icmp -j MARK --set-mark 7");
    wall.ip("rule add fwmark 7 table 9").ip("route add default dev host0 table 9");
    byte[] echo = Lab.icmp(ECHO, 0, 1, new byte[8]);
    wall.fromGuest(Lab.ipv4(GUEST, "10.0.2.2", IpProtocol.ICMP, 64, echo));
    assertThat(wall.reachedWorld()).isZero();
    assertThat(wall.lab.toA).as("too late").hasSize(1);
    wall.rule("iptables -t mangle -A OUTPUT -p icmp -j MARK --set-mark 8");
    wall.fromGuest(Lab.ipv4(GUEST, "10.0.2.2", IpProtocol.ICMP, 64, echo));
    assertThat(wall.lab.toA).as("what counts is the mark of mangle").hasSize(2);
    wall.lab.toA.clear();
  }

  @Test
  void whatLeavesStillHasTheDeviceByWhichItCame() {
    wall.rule("iptables -t mangle -N u")
        .rule("iptables -t mangle -A POSTROUTING -j u")
        .rule("iptables -t mangle -A u -i br0 -j DROP");
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(wall.reachedWorld()).isZero();
    byte[] echo = Lab.icmp(ECHO, 0, 1, new byte[8]);
    wall.fromGuest(Lab.ipv4(GUEST, "10.0.2.2", IpProtocol.ICMP, 64, echo));
    assertThat(wall.lab.toA).as("ours came from nowhere").hasSize(1);
    wall.lab.toA.clear();
  }

  @Test
  void nobodyIsToldOfAFirstFragmentSinceItsRestIsNotHere() {
    wall.rule("iptables -A FORWARD -j REJECT");
    byte[] whole = Lab.udp(4000, 9, new byte[24]);
    Bytes.put16(whole, 6, 0x1234);
    wall.fromGuest(part(whole, WORLD, 0, 16, 0x2000));
    assertThat(wall.lab.toA).isEmpty();
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(wall.lab.toA).hasSize(1);
    wall.lab.toA.clear();
  }

  @Test
  void anAnswerThatIsRejectedLeadsToNoOther() {
    wall.rule("iptables -A OUTPUT -p icmp -j REJECT");
    byte[] echo = Lab.icmp(ECHO, 0, 1, new byte[8]);
    wall.fromGuest(Lab.ipv4(GUEST, "10.0.2.2", IpProtocol.ICMP, 64, echo));
    wall.lab.loop.runForMillis(10);
    assertThat(wall.counted("iptables", "OUTPUT").getLast()).startsWith("[1:36] ");
    assertThat(wall.lab.toA).isEmpty();
  }

  @Test
  void inputSeesFragmentsOfIpv6ByThemselves() {
    wall.rule("ip6tables -A INPUT -p udp -j DROP");
    byte[] body = new byte[8 + 16];
    Bytes.put8(body, 0, IpProtocol.UDP);
    Bytes.put16(body, 2, 24 | 1);
    wall.fromGuest(Lab.ipv6("fec0::15", "fec0::2", IpProtocol.FRAGMENT, 64, body));
    assertThat(wall.counted("ip6tables", "INPUT").getLast()).startsWith("[1:64] ");
    wall.lab.toA.clear();
  }

  @Test
  void aSegmentWithoutAnMssHasAnotherOne() {
    wall.rule("iptables -A FORWARD -p tcp -m tcpmss ! --mss 1400:1460 -j DROP");
    byte[] mss = {2, 4, 5, (byte) 0xb4};
    wall.fromGuest(tcp(GUEST, WORLD, 1, 2, 0x02, mss));
    assertThat(wall.reachedWorld()).isEqualTo(1);
    wall.fromGuest(tcp(GUEST, WORLD, 1, 2, 0x10, new byte[0]));
    assertThat(wall.reachedWorld()).isZero();
  }

  @Test
  void aRangeOfSeveralPortsRises() {
    for (String range : new String[] {"80:80", "90:80"}) {
      String rule = "iptables -A FORWARD -p tcp -m multiport --dports 1," + range;
      assertThat(wall.run(rule).stderr()).contains(": invalid portrange specified\n");
    }
    assertThat(wall.run("iptables -A FORWARD -p tcp -m multiport --dports 80:").stderr())
        .contains("invalid port/service `' specified");
  }

  @Test
  void addressesProtocolsAndDevicesAreInverted() {
    wall.rule("iptables -A FORWARD ! -s 10.0.2.0/24 -j DROP")
        .rule("iptables -A FORWARD ! -p udp -j DROP")
        .rule("iptables -A FORWARD ! -i br+ -j DROP")
        .rule("iptables -A FORWARD ! -o host0 -j DROP")
        .rule("iptables -A FORWARD -d 192.0.2.0/255.255.0.255 -j DROP");
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(wall.reachedWorld()).isEqualTo(1);
    wall.fromGuest(udp(GUEST, "192.0.99.0", 9));
    wall.fromGuest(syn(GUEST, WORLD, 9));
    wall.fromGuest(udp("10.0.3.1", WORLD, 9));
    assertThat(wall.reachedWorld()).isZero();
  }

  @Test
  void sixHasRulesOfItsOwn() {
    byte[] six = Lab.ipv6("fec0::15", "2001:db8::7", 17, 64, Lab.udp(1, 53, new byte[4]));
    wall.rule("iptables -P FORWARD DROP");
    wall.fromGuest(six);
    assertThat(wall.reachedWorld()).isEqualTo(1);
    wall.rule("ip6tables -A FORWARD -s fec0::/64 -p udp --dport 53 -j DROP");
    wall.fromGuest(six);
    assertThat(wall.reachedWorld()).isZero();
    byte[] options = new byte[8 + 12];
    options[0] = 17;
    options[2] = 1;
    options[3] = 4;
    System.arraycopy(Lab.udp(1, 53, new byte[4]), 0, options, 8, 12);
    wall.fromGuest(Lab.ipv6("fec0::15", "2001:db8::7", 60, 64, options));
    assertThat(wall.reachedWorld()).as("behind an extension header").isZero();
  }

  @Test
  void aWrongLineOfAFileChangesNothing() {
    wall.rule("iptables -A FORWARD -s 10.9.9.9 -j DROP");
    StringBuilder file = new StringBuilder("*filter\n:FORWARD DROP [0:0]\n");
    for (int i = 3; i < 99_999; i++) {
      file.append("-A FORWARD -s 10.").append(i >> 16).append('.').append(i >> 8 & 255);
      file.append('.').append(i & 255).append(" -j DROP\n");
    }
    var failed = wall.restore(file + "-A FORWARD -m mark -j DROP\nCOMMIT\n");
    assertThat(failed.status()).isEqualTo(2);
    assertThat(failed.stderr()).contains("Error occurred at line: 99999\n");
    assertThat(wall.counted("iptables", "FORWARD"))
        .containsExactly(":FORWARD ACCEPT [0:0]", "[0:0] -A FORWARD -s 10.9.9.9/32 -j DROP");
    assertThat(wall.restore(file + "COMMIT\n").stderr()).isEmpty();
    assertThat(wall.counted("iptables", "FORWARD")).hasSize(99_997);
    wall.fromGuest(udp(GUEST, WORLD, 9));
    assertThat(wall.reachedWorld()).isZero();
  }

  @Test
  void aReplacedTableKeepsNoRuleAndAChangedOneItsCounters() {
    wall.rule("iptables -A FORWARD -p udp -j ACCEPT");
    wall.fromGuest(udp(GUEST, WORLD, 9));
    wall.rule("iptables -I FORWARD -p tcp -j ACCEPT");
    assertThat(wall.counted("iptables", "FORWARD").getLast()).startsWith("[1:32] ");
    wall.rule("iptables -R FORWARD 2 -p udp -j ACCEPT");
    assertThat(wall.counted("iptables", "FORWARD").getLast()).startsWith("[0:0] ");
    wall.restore("*filter\nCOMMIT\n");
    assertThat(wall.counted("iptables", "FORWARD")).containsExactly(":FORWARD ACCEPT [0:0]");
  }

  @Test
  void extensionHeadersHideNothingHoweverManyThereAre() {
    byte[] datagram = Lab.udp(1, 623, new byte[4]);
    byte[] body = new byte[8 * 20 + datagram.length];
    for (int i = 0; i < 20; i++) {
      body[8 * i] = (byte) (i == 19 ? 17 : 60);
      body[8 * i + 2] = 1;
      body[8 * i + 3] = 4;
    }
    System.arraycopy(datagram, 0, body, 8 * 20, datagram.length);
    byte[] packet = Lab.ipv6("fec0::15", "2001:db8::7", 60, 64, body);
    wall.fromGuest(packet);
    assertThat(wall.reachedWorld()).isEqualTo(1);
    wall.rule("ip6tables -A FORWARD -p udp --dport 623 -j DROP");
    wall.fromGuest(packet);
    assertThat(wall.reachedWorld()).isZero();
  }

  @Test
  void aLimitCountsAlikeInChainsOfAnyLength() {
    for (int others : new int[] {0, 20}) {
      wall.rule("iptables -F FORWARD");
      wall.rule(
          "iptables -A FORWARD -p udp -m limit --limit 1/hour --limit-burst 1 -m udp --dport 53"
              + " -j ACCEPT");
      for (int i = 0; i < others; i++) {
        wall.rule("iptables -A FORWARD -s 192.168.7." + i + " -j DROP");
      }
      wall.rule("iptables -A FORWARD -j DROP");
      wall.fromGuest(udp(GUEST, WORLD, 99));
      wall.fromGuest(udp(GUEST, WORLD, 53));
      assertThat(wall.reachedWorld()).as("the first took the one there was").isZero();
    }
  }

  @Test
  void aMarkStaysWithJoinedFragments() {
    wall.rule("iptables -t mangle -A PREROUTING -s " + GUEST + " -j MARK --set-mark 1")
        .rule("iptables -A INPUT -m mark --mark 1");
    byte[] whole = Lab.udp(4000, 9, new byte[24]);
    wall.fromGuest(part(whole, "10.0.2.2", 0, 16, 0x2000));
    wall.fromGuest(part(whole, "10.0.2.2", 16, 32, 2));
    assertThat(wall.counted("iptables", "INPUT").getLast()).startsWith("[1:52] ");
    wall.lab.toA.clear();
  }

  private static byte[] part(byte[] whole, String host, int from, int to, int flags) {
    byte[] piece = Arrays.copyOfRange(whole, from, to);
    return Lab.ipv4(GUEST, host, IpProtocol.UDP, 64, flags, 7, piece);
  }

  @Test
  void whatIsGarbledIsRejectedWithoutAWord() {
    wall.rule("iptables -A FORWARD -j REJECT");
    byte[] good = udp(GUEST, WORLD, 9);
    wall.fromGuest(good);
    assertThat(wall.lab.toA).as("a checksum of 0 is none").hasSize(1);
    wall.lab.toA.clear();
    Bytes.put16(good, 26, 0x1234);
    wall.fromGuest(good);
    assertThat(wall.lab.toA).isEmpty();
  }

  @Test
  void dhcpIsNotFiltered() {
    wall.rule("iptables -P INPUT DROP").rule("iptables -t raw -A PREROUTING -j DROP");
    byte[] discover =
        Lab.ipv4("0.0.0.0", "255.255.255.255", IpProtocol.UDP, 64, Lab.udp(68, 67, new byte[8]));
    long before = wall.lab.stack.counters(true).inDelivers;
    wall.lab.fromA(Lab.ethernet(Addresses.MAC_BROADCAST, Lab.GUEST_A, EtherType.IPV4, discover));
    assertThat(wall.lab.stack.counters(true).inDelivers).isEqualTo(before + 1);
    wall.fromGuest(Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, Lab.udp(68, 67, new byte[8])));
    assertThat(wall.reachedWorld()).as("of others").isZero();
    wall.lab.toA.clear();
  }

  @Test
  void norIsThatOfIpv6() {
    wall.rule("ip6tables -t raw -A PREROUTING -p udp -j DROP");
    for (int port : new int[] {547, 548}) {
      byte[] solicit = Lab.ipv6("fe80::1", "fec0::2", 17, 64, Lab.udp(546, port, new byte[8]));
      wall.fromGuest(solicit);
    }
    assertThat(wall.counted("ip6tables", "PREROUTING").getLast())
        .as("the other port alone")
        .startsWith("[1:56] ");
    wall.lab.loop.runForMillis(10);
    wall.lab.toA.clear();
    wall.lab.toB.clear();
  }

  @Test
  void aFileGivenUpClearsNoCounters() {
    wall.rule("iptables -A FORWARD -p udp -j ACCEPT");
    wall.fromGuest(udp(GUEST, WORLD, 9));
    var failed = wall.restoreUpon("*filter\n-Z FORWARD\n-A NOPE -j DROP\nCOMMIT\n");
    assertThat(failed.status()).isEqualTo(1);
    assertThat(wall.counted("iptables", "FORWARD").getLast()).startsWith("[1:32] ");
    assertThat(wall.restoreUpon("*filter\n-Z FORWARD\nCOMMIT\n").status()).isZero();
    assertThat(wall.counted("iptables", "FORWARD").getLast()).startsWith("[0:0] ");
  }
}
