package dev.patchbay.stack.nat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Expectation;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * FTP and TFTP through the router. What is dropped, changed or passed on was tried on a Linux 6.18;
 * numbers above their range are no commands here.
 */
class HelperTest {
  private final Router r = new Router();
  private final Conntrack conntrack = r.lab.stack.netfilter().conntrack();

  @AfterEach
  void nothingLeaks() {
    r.close();
  }

  private void masquerades() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
  }

  /** New connections to a port get the helper. */
  private void helper(String name, String protocol, int port) {
    for (String program : new String[] {"iptables", "ip6tables"}) {
      r.rule(
          "%s -t raw -A PREROUTING -p %s --dport %d -j CT --helper %s"
              .formatted(program, protocol, port, name));
    }
  }

  /** A client's control connection to 192.0.2.7 after the greeting and its first line. */
  private void controlled() {
    helper("ftp", "tcp", 21);
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 S 1000").worldGot();
    r.fromWorld("tcp 192.0.2.7:21 > 203.0.113.1:4000 SA 5000 1001").guestGot();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 A 1001 5001").worldGot();
    r.fromWorld("tcp 192.0.2.7:21 > 203.0.113.1:4000 PA 5001 1001 220 hello\\r\\n").guestGot();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1001 5012 USER x\\r\\n").worldGot();
    r.fromWorld("tcp 192.0.2.7:21 > 203.0.113.1:4000 PA 5012 1009 230 ok\\r\\n").guestGot();
  }

  @Test
  void portNamesTheAddressOutsideAndTheServerMayCome() {
    masquerades();
    controlled();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1009 5020 PORT 10,0,2,15,16,1\\r\\n")
        .toWorld("tcp 203.0.113.1:4000 > 192.0.2.7:21 PA 1009 5020 PORT 203,0,113,1,16,1\\r\\n");
    assertThat(conntrack.expectations().all()).hasSize(1);
    // its text is two bytes longer
    r.fromWorld("tcp 192.0.2.7:21 > 203.0.113.1:4000 PA 5020 1032 200 ok\\r\\n")
        .toA("tcp 192.0.2.7:21 > 10.0.2.15:4000 PA 5020 1030 200 ok\\r\\n");
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1030 5028 RETR f\\r\\n")
        .toWorld("tcp 203.0.113.1:4000 > 192.0.2.7:21 PA 1032 5028 RETR f\\r\\n");
    r.fromWorld("tcp 192.0.2.7:20 > 203.0.113.1:4097 S 77")
        .toA("tcp 192.0.2.7:20 > 10.0.2.15:4097 S 77 0");
    r.fromA("tcp 10.0.2.15:4097 > 192.0.2.7:20 SA 88 78")
        .toWorld("tcp 203.0.113.1:4097 > 192.0.2.7:20 SA 88 78");
    assertThat(conntrack.expectations().all()).isEmpty();
  }

  @Test
  void aRepeatedSegmentIsChangedAlikeAndSackBlocksAreMovedBack() {
    masquerades();
    controlled();
    String port = "tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1009 5020 PORT 10,0,2,15,16,1\\r\\n";
    String changed = "tcp 203.0.113.1:4000 > 192.0.2.7:21 PA 1009 5020 PORT 203,0,113,1,16,1\\r\\n";
    r.fromA(port).toWorld(changed);
    r.fromA(port).toWorld(changed);
    assertThat(conntrack.expectations().all()).hasSize(1);
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1030 5020 NOOP\\r\\n")
        .toWorld("tcp 203.0.113.1:4000 > 192.0.2.7:21 PA 1032 5020 NOOP\\r\\n");
    // the first was lost, the second is there
    r.fromWorld("tcp 192.0.2.7:21 > 203.0.113.1:4000 A 5020 1009+1032-1038")
        .toA("tcp 192.0.2.7:21 > 10.0.2.15:4000 A 5020 1009+1030-1036");
    r.fromWorld("tcp 192.0.2.7:21 > 203.0.113.1:4000 A 5020 1038")
        .toA("tcp 192.0.2.7:21 > 10.0.2.15:4000 A 5020 1036");
  }

  @Test
  void sackBlocksAtAnOddPlace() {
    masquerades();
    controlled();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1009 5020 PORT 10,0,2,15,16,1\\r\\n").worldGot();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1030 5020 NOOP\\r\\n").worldGot();
    byte[] ip = PacketText.packet("tcp 192.0.2.7:21 > 203.0.113.1:4000 A 5020 1009+1032-1038");
    // one padding before the blocks, the other one behind
    System.arraycopy(ip, 41, ip, 40, 11);
    ip[51] = 1;
    Bytes.put16(ip, 36, 0);
    long sum = InternetChecksum.sum(ip, 20, 32);
    sum += InternetChecksum.pseudo4(Bytes.u32(ip, 12), Bytes.u32(ip, 16), 6, 32);
    Bytes.put16(ip, 36, InternetChecksum.finish(sum));
    r.lab.fromWorld(ip);
    byte[] frame = Objects.requireNonNull(r.lab.toA.peekFirst());
    assertThat(r.guestGot()).as("its checksum is right").contains(" A 5020 1009");
    assertThat(Bytes.i32(frame, 14 + 43)).isEqualTo(1030);
    assertThat(Bytes.i32(frame, 14 + 47)).isEqualTo(1036);
  }

  /** Commands with bytes changed, left out, and put in by chance. */
  @Test
  void garbledCommandsHarmNobody() {
    masquerades();
    controlled();
    Random random = new Random(5);
    String[] whole = {
      "PORT 10,0,2,15,16,1\r\n", "EPRT |1|10.0.2.15|4097|\r\n", "eprt |2|fec0::15|4097|\r\n",
    };
    for (int i = 0; i < 3000; i++) {
      StringBuilder text = new StringBuilder(whole[random.nextInt(whole.length)]);
      for (int n = random.nextInt(4); n > 0 && !text.isEmpty(); n--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, (char) random.nextInt(256));
          case 1 -> text.setLength(at);
          default -> text.insert(at, "0123456789,|.:\r".charAt(random.nextInt(15)));
        }
      }
      r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1009 5020 " + text);
      while (!r.lab.toWorld.isEmpty()) {
        PacketText.of(r.lab.toWorld.removeFirst());
      }
      assertThat(conntrack.expectations().all()).hasSizeLessThanOrEqualTo(1);
    }
    r.lab.toA.clear();
  }

  @Test
  void shorterTexts() {
    r.rule("iptables -t nat -A POSTROUTING -o host0 -j SNAT --to-source 9.9.9.9");
    r.ip("ip addr add 9.9.9.9/32 dev host0");
    helper("ftp", "tcp", 21);
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 S 1000").worldGot();
    r.fromWorld("tcp 192.0.2.7:21 > 9.9.9.9:4000 SA 5000 1001").guestGot();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1001 5001 USER x\\r\\n").worldGot();
    r.fromWorld("tcp 192.0.2.7:21 > 9.9.9.9:4000 PA 5001 1009 220 ok\\r\\n").guestGot();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1009 5009 EPRT |1|10.0.2.15|4097|\\r\\n")
        .toWorld("tcp 9.9.9.9:4000 > 192.0.2.7:21 PA 1009 5009 EPRT |1|9.9.9.9|4097|\\r\\n");
    r.fromWorld("tcp 192.0.2.7:21 > 9.9.9.9:4000 A 5009 1032")
        .toA("tcp 192.0.2.7:21 > 10.0.2.15:4000 A 5009 1034");
    r.fromWorld("tcp 192.0.2.7:20 > 9.9.9.9:4097 S 1")
        .toA("tcp 192.0.2.7:20 > 10.0.2.15:4097 S 1 0");
  }

  @Test
  void aServerOfAGuestAnswersToPasv() {
    r.rule(
        "iptables -t nat -A PREROUTING -i host0 -p tcp --dport 21 -j DNAT"
            + " --to-destination 10.0.2.15");
    helper("ftp", "tcp", 21);
    r.fromWorld("tcp 192.0.2.7:5000 > 203.0.113.1:21 S 1").guestGot();
    r.fromA("tcp 10.0.2.15:21 > 192.0.2.7:5000 SA 100 2").worldGot();
    r.fromWorld("tcp 192.0.2.7:5000 > 203.0.113.1:21 A 2 101").guestGot();
    r.fromA("tcp 10.0.2.15:21 > 192.0.2.7:5000 PA 101 2 220 hi\\r\\n").worldGot();
    r.fromWorld("tcp 192.0.2.7:5000 > 203.0.113.1:21 PA 2 109 PASV\\r\\n").guestGot();
    r.fromA(
            "tcp 10.0.2.15:21 > 192.0.2.7:5000 PA 109 8"
                + " 227 Entering Passive Mode (10,0,2,15,200,10).\\r\\n")
        .toWorld(
            "tcp 203.0.113.1:21 > 192.0.2.7:5000 PA 109 8"
                + " 227 Entering Passive Mode (203,0,113,1,200,10).\\r\\n");
    r.fromWorld("tcp 192.0.2.7:5001 > 203.0.113.1:51210 S 7")
        .toA("tcp 192.0.2.7:5001 > 10.0.2.15:51210 S 7 0");
    r.fromWorld("tcp 192.0.2.7:5001 > 203.0.113.1:51211 S 7");
    assertThat(r.lab.toA).as("what was not announced is not let in").isEmpty();
    r.lab.toWorld.clear();
  }

  @Test
  void epsvAndEprtOfIpv6() {
    r.rule("ip6tables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    helper("ftp", "tcp", 21);
    r.fromA("tcp [fec0::15]:4000 > [2001:db8:7::7]:21 S 1000").worldGot();
    r.fromWorld("tcp [2001:db8:7::7]:21 > [2001:db8::1]:4000 SA 5000 1001").guestGot();
    r.fromA("tcp [fec0::15]:4000 > [2001:db8:7::7]:21 PA 1001 5001 USER x\\r\\n").worldGot();
    r.fromWorld("tcp [2001:db8:7::7]:21 > [2001:db8::1]:4000 PA 5001 1009 220 ok\\r\\n").guestGot();
    r.fromA("tcp [fec0::15]:4000 > [2001:db8:7::7]:21 PA 1009 5009 EPRT |2|fec0::15|4097|\\r\\n")
        .toWorld(
            "tcp [2001:db8::1]:4000 > [2001:db8:7::7]:21 PA 1009 5009"
                + " EPRT |2|2001:0db8:0000:0000:0000:0000:0000:0001|4097|\\r\\n");
    r.fromWorld("tcp [2001:db8:7::7]:20 > [2001:db8::1]:4097 S 1")
        .toA("tcp [2001:db8:7::7]:20 > [fec0::15]:4097 S 1 0");
    r.fromWorld(
            "tcp [2001:db8:7::7]:21 > [2001:db8::1]:4000 PA 5009 1064"
                + " 229 Entering (|||6446|)\\r\\n")
        .toA(
            "tcp [2001:db8:7::7]:21 > [fec0::15]:4000 PA 5009 1033"
                + " 229 Entering (|||6446|)\\r\\n");
    assertThat(conntrack.expectations().all())
        .singleElement()
        .satisfies(e -> assertThat(e.tuple.destination).isEqualTo(6446));
  }

  @Test
  void whatIsExpectedIsRelated() {
    r.rule("iptables -t nat -A POSTROUTING -o lo -j ACCEPT"); // so that connections are tracked
    helper("ftp", "tcp", 21);
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 S 1000").worldGot();
    r.fromWorld("tcp 192.0.2.7:21 > 10.0.2.15:4000 SA 5000 1001").guestGot();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1001 5001 USER x\\r\\n").worldGot();
    r.fromWorld("tcp 192.0.2.7:21 > 10.0.2.15:4000 PA 5001 1009 220 ok\\r\\n").guestGot();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1009 5009 port 10,0,2,15,16,1\\r\\n")
        .toWorld("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1009 5009 port 10,0,2,15,16,1\\r\\n");
    r.fromWorld("tcp 192.0.2.7:20 > 10.0.2.15:4097 S 1").guestGot();
    assertThat(conntrack.all())
        .filteredOn(c -> c.has(Connection.EXPECTED))
        .singleElement()
        .satisfies(c -> assertThat(Objects.requireNonNull(c.extras()).master).isNotNull());
  }

  @Test
  void anothersAddressIsNotBelieved() {
    masquerades();
    controlled();
    String forged = "PA 1009 5020 PORT 10,0,2,16,16,1\\r\\n";
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 " + forged)
        .toWorld("tcp 203.0.113.1:4000 > 192.0.2.7:21 " + forged);
    assertThat(conntrack.expectations().all()).isEmpty();
  }

  @Test
  void anAnswerNeedsNoBracketsButNumbers() {
    masquerades();
    controlled();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1009 5020 PASV\\r\\n").worldGot();
    for (String text : List.of("227", "227 no numbers\\r\\n", "227 (192,0,2,7,16)\\r\\n")) {
      r.fromWorld("tcp 192.0.2.7:21 > 203.0.113.1:4000 PA 5020 1015 " + text).nothing();
    }
    r.fromWorld("tcp 192.0.2.7:21 > 203.0.113.1:4000 PA 5020 1015 227 is 192,0,2,7,16,1\\r\\n")
        .toA("tcp 192.0.2.7:21 > 10.0.2.15:4000 PA 5020 1015 227 is 192,0,2,7,16,1\\r\\n");
    assertThat(conntrack.expectations().all())
        .singleElement()
        .satisfies(e -> assertThat(e.tuple.destination).isEqualTo(4097));
  }

  @Test
  void theFirstLineIsNotRead() {
    masquerades();
    helper("ftp", "tcp", 21);
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 S 1000").worldGot();
    r.fromWorld("tcp 192.0.2.7:21 > 203.0.113.1:4000 SA 5000 1001").guestGot();
    String port = "4000 > 192.0.2.7:21 PA 1001 5001 PORT 10,0,2,15,16,1\\r\\n";
    r.fromA("tcp 10.0.2.15:" + port).toWorld("tcp 203.0.113.1:" + port);
    assertThat(conntrack.expectations().all()).isEmpty();
  }

  @Test
  void commandsThatMakeNoSenseOrAreCutShortAreDropped() {
    masquerades();
    controlled();
    for (String text :
        new String[] {
          "PO",
          "PORT ",
          "PORT 10,0,2,15",
          "PORT 10,0,2,15,16,1",
          "PORT 10,0,2,15,16,256\\r\\n",
          "PORT 10,0,2,15,0,0\\r\\n",
          "PORT 10,0,2,99999999999,1,1\\r\\n",
          "EPRT |1|10.0.2.15|\\r\\n",
          "EPRT |2|fec0::1|5|\\r\\n",
          "EPRT |1|10.0.2.15|70000|\\r\\n",
          "EPRT 1\\r\\n",
          "EPRT |",
          "PORT\\r\\n",
          "PORTAL\\r\\n",
          "PORT  10,0,2,15,16,1\\r\\n",
          "PORT 10,0,2,15,16,1 \\r\\n",
          "EPRT |1|10.0.2.15|0|\\r\\n",
        }) {
      r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1009 5020 " + text).nothing();
    }
    // in the middle of a line it is no command
    String inside = "PA 1009 5020 STOR PORT 10,0,2,15,16,1\\r\\n";
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 " + inside)
        .toWorld("tcp 203.0.113.1:4000 > 192.0.2.7:21 " + inside);
    assertThat(conntrack.expectations().all()).isEmpty();
  }

  @Test
  void aPortThatAnotherWaitsForIsNotPromisedTwice() {
    masquerades();
    controlled();
    Expectation other = new Expectation(otherConnection());
    for (Connection c : conntrack.all()) {
      if (c.extras() != null) {
        c.tuple(Connection.REPLY, other.tuple);
      }
    }
    other.tuple.destination = 4097;
    assertThat(conntrack.expectations().add(other, 300)).isTrue();
    r.fromA("tcp 10.0.2.15:4000 > 192.0.2.7:21 PA 1009 5020 PORT 10,0,2,15,16,1\\r\\n")
        .toWorld("tcp 203.0.113.1:4000 > 192.0.2.7:21 PA 1009 5020 PORT 203,0,113,1,16,2\\r\\n");
    r.fromWorld("tcp 192.0.2.7:20 > 203.0.113.1:4098 S 77")
        .toA("tcp 192.0.2.7:20 > 10.0.2.15:4097 S 77 0");
  }

  private Connection otherConnection() {
    r.fromB("udp 10.0.2.16:1 > 192.0.2.9:2 x").worldGot();
    return conntrack.all().stream().filter(c -> c.protocol() == 17).findFirst().orElseThrow();
  }

  @Test
  void tftpAnswersFromAnotherPort() {
    masquerades();
    r.rule("iptables -t nat -A PREROUTING -i host0 -j DNAT --to-destination 10.0.2.16");
    helper("tftp", "udp", 69);
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:69 \u0000\u0001file\u0000octet\u0000").worldGot();
    r.fromWorld("udp 192.0.2.7:50000 > 203.0.113.1:4000 \u0000\u0003\u0000\u0001data")
        .toA("udp 192.0.2.7:50000 > 10.0.2.15:4000 \u0000\u0003\u0000\u0001data");
    r.fromA("udp 10.0.2.15:4000 > 192.0.2.7:50000 \u0000\u0004\u0000\u0001")
        .toWorld("udp 203.0.113.1:4000 > 192.0.2.7:50000 \u0000\u0004\u0000\u0001");
    r.fromWorld("udp 192.0.2.7:50001 > 203.0.113.1:4000 another one is no answer")
        .toB("udp 192.0.2.7:50001 > 10.0.2.16:4000 another one is no answer");
  }

  @Test
  void aTftpServerOfAGuest() {
    r.rule(
        "iptables -t nat -A PREROUTING -i host0 -p udp --dport 69 -j DNAT"
            + " --to-destination 10.0.2.15");
    helper("tftp", "udp", 69);
    r.fromWorld("udp 192.0.2.7:5000 > 203.0.113.1:69 \u0000\u0001file\u0000octet\u0000").guestGot();
    r.fromA("udp 10.0.2.15:40000 > 192.0.2.7:5000 \u0000\u0003\u0000\u0001data")
        .toWorld("udp 203.0.113.1:40000 > 192.0.2.7:5000 \u0000\u0003\u0000\u0001data");
    r.fromWorld("udp 192.0.2.7:5000 > 203.0.113.1:40000 \u0000\u0004\u0000\u0001")
        .toA("udp 192.0.2.7:5000 > 10.0.2.15:40000 \u0000\u0004\u0000\u0001");
  }
}
