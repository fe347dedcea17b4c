package dev.patchbay.stack.nat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What RFC 4787, RFC 5382 and RFC 5508 ask of who translates ({@code bcp127.tsv}). */
class NatRequirementsTest {
  private final Router r =
      new Router().rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");

  @AfterEach
  void nothingLeaks() {
    r.close();
  }

  private void later(int seconds) {
    r.lab.loop.runForMillis(seconds * 1000L);
    r.lab.toA.clear();
    r.lab.toB.clear();
    r.lab.toWorld.clear();
  }

  private boolean isAnswered(String answer) {
    r.lab.toWorld.clear();
    r.fromWorld(answer);
    boolean came = !r.lab.toA.isEmpty();
    r.lab.toA.clear();
    r.lab.toWorld.clear();
    return came;
  }

  @Test
  void mappingsLiveAsLongAsOnLinux() {
    String answer = "udp 192.0.2.7:53 > 203.0.113.1:4000 answer";
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 question").worldGot();
    assertThat(isAnswered(answer)).isTrue();
    later(31);
    assertThat(isAnswered(answer)).as("one question and its answer: 30 s").isFalse();
    later(31); // that was a connection to the router itself, under the same port
    for (int i = 0; i < 4; i++) {
      r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 question").worldGot();
      assertThat(isAnswered(answer)).isTrue();
      later(1);
    }
    later(115);
    assertThat(isAnswered(answer)).as("a stream: 120 s").isTrue();
  }

  @Test
  void whatTheGuestSendsRenewsItsMapping() {
    for (int i = 0; i < 10; i++) {
      r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 question")
          .toWorld("udp 203.0.113.1:4000 > 192.0.2.7:53 question");
      later(25);
    }
    assertThat(r.connections()).isEqualTo(1);
    assertThat(isAnswered("udp 192.0.2.7:53 > 203.0.113.1:4000 answer")).isTrue();
  }

  @Test
  void onePortOutsideMayServeTwoGuestsTowardsTwoPeers() {
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 a").toWorld("udp 203.0.113.1:4000 > 192.0.2.7:53 a");
    r.fromB("udp 10.0.2.16:4000 > 192.0.2.8:53 b").toWorld("udp 203.0.113.1:4000 > 192.0.2.8:53 b");
    r.fromWorld("udp 192.0.2.7:53 > 203.0.113.1:4000 a").toA("udp 192.0.2.7:53 > 10.0.2.15:4000 a");
    r.fromWorld("udp 192.0.2.8:53 > 203.0.113.1:4000 b").toB("udp 192.0.2.8:53 > 10.0.2.16:4000 b");
  }

  @Test
  void anErrorEndsNoMapping() {
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 x").worldGot();
    r.fromWorld("error 192.0.2.7 > 203.0.113.1 3/3 about udp 203.0.113.1:4000 > 192.0.2.7:53 x");
    assertThat(r.guestGot()).startsWith("error 192.0.2.7 > 10.0.2.15 3/3");
    later(20);
    r.fromWorld("error 192.0.2.7 > 203.0.113.1 3/3 about udp 203.0.113.1:4000 > 192.0.2.7:53 x");
    r.guestGot();
    assertThat(isAnswered("udp 192.0.2.7:53 > 203.0.113.1:4000 answer")).isTrue();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:80 S 1000").worldGot();
    r.fromWorld("tcp 192.0.2.7:80 > 203.0.113.1:4000 SA 5000 1001").guestGot();
    r.fromWorld(
        "error 192.0.2.7 > 203.0.113.1 3/3 about" + " tcp 203.0.113.1:4000 > 192.0.2.7:80 S 1000");
    r.guestGot();
    assertThat(isAnswered("tcp 192.0.2.7:80 > 203.0.113.1:4000 SA 5000 1001")).isTrue();
    r.fromA("ping 10.0.2.15 > 192.0.2.7 7").worldGot();
    r.fromWorld("error 192.0.2.1 > 203.0.113.1 3/1 about ping 203.0.113.1 > 192.0.2.7 7");
    r.guestGot();
    assertThat(isAnswered("pong 192.0.2.7 > 203.0.113.1 7")).isTrue();
  }

  @Test
  void anErrorRenewsNoMapping() {
    r.fromA("ping 10.0.2.15 > 192.0.2.7 7").worldGot();
    later(25);
    r.fromWorld("error 192.0.2.1 > 203.0.113.1 3/1 about ping 203.0.113.1 > 192.0.2.7 7");
    r.guestGot();
    later(6);
    assertThat(isAnswered("pong 192.0.2.7 > 203.0.113.1 7")).as("a question: 30 s").isFalse();
  }

  @Test
  void whatIsTooLongIsToldOfInTheGuestsWords() {
    r.ip("ip link set host0 mtu 1000");
    byte[] ip = PacketText.packet("udp 10.0.2.15:4000 > 192.0.2.7:53 " + "x".repeat(1200));
    Bytes.put16(ip, 6, 0x4000);
    Bytes.put16(ip, 10, 0);
    Bytes.put16(ip, 10, InternetChecksum.finish(InternetChecksum.sum(ip, 0, 20)));
    r.fromA(ip);
    assertThat(r.guestGot())
        .startsWith("error 10.0.2.2 > 10.0.2.15 3/4 about udp 10.0.2.15:4000 > 192.0.2.7:53 xx");
    assertThat(r.lab.toWorld).isEmpty();
  }

  @Test
  void fragmentsInAnyOrder() {
    for (boolean backwards : new boolean[] {false, true}) {
      int port = backwards ? 4001 : 4000;
      byte[] ip =
          PacketText.packet("udp 10.0.2.15:" + port + " > 192.0.2.7:53 " + "x".repeat(2000));
      byte[] first = fragment(ip, 0, 1008);
      byte[] second = fragment(ip, 1008, ip.length - 20);
      r.fromA(backwards ? second : first).nothing();
      r.fromA(backwards ? first : second);
      byte[] whole = new byte[ip.length];
      for (byte[] sent : r.lab.toWorld) {
        assertThat(Bytes.i32(sent, 12)).isEqualTo((int) 0xcb007101L);
        int at = (Bytes.u16(sent, 6) & 0x1fff) * 8;
        System.arraycopy(sent, 20, whole, 20 + at, sent.length - 20);
        System.arraycopy(sent, 0, whole, 0, 20);
      }
      assertThat(r.lab.toWorld).hasSize(2);
      r.lab.toWorld.clear();
      Bytes.put16(whole, 2, whole.length);
      Bytes.put16(whole, 6, 0);
      Bytes.put16(whole, 10, 0);
      Bytes.put16(whole, 10, InternetChecksum.finish(InternetChecksum.sum(whole, 0, 20)));
      assertThat(PacketText.of(whole))
          .isEqualTo("udp 203.0.113.1:" + port + " > 192.0.2.7:53 " + "x".repeat(2000));
    }
  }

  private static byte[] fragment(byte[] ip, int from, int to) {
    byte[] b = Arrays.copyOf(ip, 20 + to - from);
    System.arraycopy(ip, 20 + from, b, 20, to - from);
    Bytes.put16(b, 2, b.length);
    Bytes.put16(b, 6, from / 8 | (to == ip.length - 20 ? 0 : 0x2000));
    Bytes.put16(b, 10, 0);
    Bytes.put16(b, 10, InternetChecksum.finish(InternetChecksum.sum(b, 0, 20)));
    return b;
  }

  @Test
  void bothSidesOpenAtOnce() {
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:80 S 1000").worldGot();
    r.fromWorld("tcp 192.0.2.7:80 > 203.0.113.1:4000 S 5000")
        .toA("tcp 192.0.2.7:80 > 10.0.2.15:4000 S 5000 0");
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:80 SA 1000 5001")
        .toWorld("tcp 203.0.113.1:4000 > 192.0.2.7:80 SA 1000 5001");
    r.fromWorld("tcp 192.0.2.7:80 > 203.0.113.1:4000 SA 5000 1001")
        .toA("tcp 192.0.2.7:80 > 10.0.2.15:4000 SA 5000 1001");
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:80 PA 1001 5001 hello")
        .toWorld("tcp 203.0.113.1:4000 > 192.0.2.7:80 PA 1001 5001 hello");
  }

  @Test
  void aConnectionLivesForDaysAndEndsSoonAfterItsEnd() {
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:80 S 1000").worldGot();
    r.fromWorld("tcp 192.0.2.7:80 > 203.0.113.1:4000 SA 5000 1001").guestGot();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:80 A 1001 5001").worldGot();
    later(3 * 3600);
    assertThat(isAnswered("tcp 192.0.2.7:80 > 203.0.113.1:4000 PA 5001 1001 still there")).isTrue();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:80 FA 1001 5012").worldGot();
    r.fromWorld("tcp 192.0.2.7:80 > 203.0.113.1:4000 FA 5012 1002").guestGot();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:80 A 1002 5013").worldGot();
    later(119);
    assertThat(r.connections()).isEqualTo(1);
    later(2);
    assertThat(r.connections()).isZero();
  }

  @Test
  void aSynThatNobodyWaitsForIsAnsweredAtOnce() {
    r.fromWorld("tcp 192.0.2.7:80 > 203.0.113.1:4000 S 5000");
    assertThat(r.lab.toWorld).hasSize(1);
    assertThat(r.lab.toWorld.removeFirst()[33]).as("RST and ACK").isEqualTo((byte) 0x14);
  }

  @Test
  void hairpinnedPingsAndErrors() {
    r.rule("iptables -t nat -A PREROUTING -d 198.51.100.16 -j DNAT --to-destination 10.0.2.16")
        .rule("iptables -t nat -A POSTROUTING -s 10.0.2.15 -o br0 -j SNAT --to 198.51.100.15");
    r.fromA("ping 10.0.2.15 > 198.51.100.16 7").toB("ping 198.51.100.15 > 10.0.2.16 7");
    r.fromB("pong 10.0.2.16 > 198.51.100.15 7").toA("pong 198.51.100.16 > 10.0.2.15 7");
    r.fromA("udp 10.0.2.15:4000 > 198.51.100.16:53 x")
        .toB("udp 198.51.100.15:4000 > 10.0.2.16:53 x");
    r.fromB("error 10.0.2.16 > 198.51.100.15 3/3 about udp 198.51.100.15:4000 > 10.0.2.16:53 x")
        .toA("error 198.51.100.16 > 10.0.2.15 3/3 about udp 10.0.2.15:4000 > 198.51.100.16:53 x");
  }

  @Test
  void noHelperReadsUnasked() {
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:69 \u0000\u0001file\u0000octet\u0000").worldGot();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 S 1000").worldGot();
    assertThat(r.lab.stack.netfilter().conntrack().all())
        .extracting(Connection::extras)
        .allSatisfy(extras -> assertThat(extras == null || extras.helper == null).isTrue());
    assertThat(r.lab.stack.netfilter().conntrack().expectations().all()).isEmpty();
  }

  @Test
  void errorsAboutWhatNobodySentGoNowhere() {
    r.fromWorld("error 192.0.2.1 > 203.0.113.1 3/1 about udp 203.0.113.1:4000 > 192.0.2.7:53 x")
        .nothing();
    byte[] wrong =
        PacketText.packet(
            "error 192.0.2.1 > 203.0.113.1 3/1 about udp 203.0.113.1:4000 > 192.0.2.7:53 x");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:53 x").worldGot();
    wrong[23] ^= 1;
    r.lab.fromWorld(wrong);
    r.nothing();
  }
}
