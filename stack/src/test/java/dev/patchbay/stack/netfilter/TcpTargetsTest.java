package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;
import static dev.patchbay.stack.netfilter.Firewall.syn;
import static dev.patchbay.stack.netfilter.Firewall.tcp;
import static dev.patchbay.stack.netfilter.Firewall.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TCPMSS, TCPOPTSTRIP and ECN on packets. */
class TcpTargetsTest {
  private static final int SYN = 0x02;
  private static final int ACK = 0x10;

  private final Firewall wall = new Firewall();

  @AfterEach
  void nothingLeaks() {
    wall.close();
  }

  /** What reaches the world of a segment from the guest; its checksums are right. */
  private byte[] through(byte[] segment) {
    wall.fromGuest(segment);
    byte[] out = wall.lab.toWorld.poll();
    assertThat(out).as("reached the world").isNotNull();
    int header = out[0] >>> 4 == 4 ? 20 : 40;
    int length = out.length - header;
    long sum = InternetChecksum.sum(out, header, length);
    if (header == 20) {
      assertThat(Bytes.u16(out, 2)).isEqualTo(out.length);
      assertThat(InternetChecksum.finish(InternetChecksum.sum(out, 0, 20))).isZero();
      sum += InternetChecksum.pseudo4(Bytes.u32(out, 12), Bytes.u32(out, 16), 6, length);
    } else {
      assertThat(Bytes.u16(out, 4)).isEqualTo(length);
      sum +=
          InternetChecksum.pseudo6(
              Bytes.i64(out, 8),
              Bytes.i64(out, 16),
              Bytes.i64(out, 24),
              Bytes.i64(out, 32),
              IpProtocol.TCP,
              length);
    }
    assertThat(InternetChecksum.finish(sum)).as("checksum").isZero();
    return out;
  }

  private static String options(byte[] packet) {
    int at = packet[0] >>> 4 == 4 ? 20 : 40;
    int length = (packet[at + 12] & 0xff) >>> 4 << 2;
    return HexFormat.of().formatHex(packet, at + 20, at + length);
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  private static byte[] synWith(String options) {
    return tcp(GUEST, WORLD, 4000, 80, SYN, hex(options));
  }

  private static byte[] tcp6(int flags, String options) {
    byte[] four = tcp(GUEST, WORLD, 4000, 80, flags, hex(options));
    byte[] body = Arrays.copyOfRange(four, 20, four.length);
    Bytes.put16(body, 16, 0);
    byte[] packet = Lab.ipv6("fec0::15", "2001:db8::7", IpProtocol.TCP, 64, body);
    long sum = InternetChecksum.sum(body, 0, body.length);
    sum +=
        InternetChecksum.pseudo6(
            Bytes.i64(packet, 8),
            Bytes.i64(packet, 16),
            Bytes.i64(packet, 24),
            Bytes.i64(packet, 32),
            IpProtocol.TCP,
            body.length);
    Bytes.put16(packet, 40 + 16, InternetChecksum.finish(sum));
    return packet;
  }

  @Test
  void theSegmentSizeIsLoweredAndNeverRaised() {
    wall.rule("iptables -t mangle -A FORWARD -p tcp --syn -j TCPMSS --set-mss 1400");
    assertThat(options(through(synWith("020405b4")))).isEqualTo("02040578");
    assertThat(options(through(synWith("02040200")))).isEqualTo("02040200");
    assertThat(options(through(synWith("010402020405b401"))))
        .as("at an odd place")
        .isEqualTo("0104020204057801");
    assertThat(options(through(synWith("01020405b4010101")))).isEqualTo("0102040578010101");
    assertThat(options(through(tcp(GUEST, WORLD, 1, 80, SYN | ACK, hex("020405b4")))))
        .as("--syn is a SYN alone")
        .isEqualTo("020405b4");
  }

  @Test
  void theOptionIsAddedWhereItIsMissing() {
    wall.rule("iptables -t mangle -A FORWARD -p tcp --syn -j TCPMSS --set-mss 1400")
        .rule("iptables -A FORWARD -m length --length 44 -j ACCEPT")
        .rule("iptables -A FORWARD -p tcp");
    assertThat(options(through(syn(GUEST, WORLD, 80))))
        .as("never more than what its lack means")
        .isEqualTo("02040218");
    assertThat(wall.counted("iptables", "FORWARD").getLast())
        .as("rules behind see the new length")
        .startsWith("[0:0] ");
    assertThat(options(through(synWith("04020101")))).isEqualTo("0204021804020101");
    String full = "01".repeat(40);
    assertThat(options(through(synWith(full)))).as("no room").isEqualTo(full);
    wall.rule("iptables -t mangle -F FORWARD")
        .rule("iptables -t mangle -A FORWARD -p tcp -j TCPMSS --set-mss 100");
    byte[] whole = tcp(GUEST, WORLD, 4000, 80, SYN, hex("00000000" + "61626364"));
    Bytes.put8(whole, 32, 0x60); // four bytes of options, four of data
    int sum = Bytes.u16(whole, 36);
    Bytes.put16(whole, 36, InternetChecksum.update16(sum, 0x7002, 0x6002));
    assertThat(options(through(whole))).as("data follows").isEqualTo("00000000");
  }

  @Test
  void clampingLooksAtBothWays() {
    wall.rule("iptables -t mangle -A FORWARD -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu");
    assertThat(options(through(synWith("0204ffff"))))
        .as("the guest's link has 1500 bytes")
        .isEqualTo("020405b4");
    wall.ip("route change default dev host0 mtu 1400");
    assertThat(options(through(synWith("0204ffff")))).isEqualTo("02040550");
    assertThat(options(through(synWith("02040100")))).isEqualTo("02040100");
  }

  @Test
  void sixHasLongerHeadersAndAnotherDefault() {
    wall.rule("ip6tables -t mangle -A FORWARD -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu");
    assertThat(options(through(tcp6(SYN, "0204ffff")))).isEqualTo("020405a0");
    assertThat(options(through(tcp6(SYN, "")))).isEqualTo("020404c4");
  }

  @Test
  void whatIsCutShortIsDropped() {
    wall.rule("iptables -t mangle -A FORWARD -p tcp -j TCPMSS --set-mss 1400");
    byte[] short1 = syn(GUEST, WORLD, 80);
    Bytes.put8(short1, 32, 0x40); // header of 16 bytes
    wall.fromGuest(short1);
    byte[] long1 = syn(GUEST, WORLD, 80);
    Bytes.put8(long1, 32, 0xf0); // header of 60 bytes, of which 20 are there
    wall.fromGuest(long1);
    wall.fromGuest(Lab.ipv4(GUEST, WORLD, IpProtocol.TCP, 64, new byte[12]));
    assertThat(wall.reachedWorld()).isZero();
    wall.fromGuest(Lab.ipv4(GUEST, WORLD, IpProtocol.TCP, 64, 0x2000 | 3, 7, new byte[12]));
    assertThat(wall.reachedWorld()).as("a later fragment has no header").isEqualTo(1);
  }

  @Test
  void optionsBecomeNoOperations() {
    wall.rule(
        "iptables -t mangle -A FORWARD -p tcp -j TCPOPTSTRIP --strip-options timestamp,wscale");
    assertThat(options(through(synWith("020405b40402080a0000000100000000" + "01030307"))))
        .isEqualTo("020405b404020101010101010101010101010101");
    assertThat(options(through(synWith("01080a00000001000000020103030700"))))
        .as("at odd places")
        .isEqualTo("01010101010101010101010101010100");
    assertThat(options(through(synWith("0801030203000800"))))
        .as("lengths of 1 and 0 move on")
        .isEqualTo(options(through(synWith("0801030203000800"))));
    assertThat(options(through(synWith("010108ff"))))
        .as("longer than the header")
        .isEqualTo("010108ff");
  }

  @Test
  void stripWithoutOptionsDoesNothing() {
    wall.rule("iptables -t mangle -A FORWARD -p tcp -j TCPOPTSTRIP");
    assertThat(options(through(synWith("020405b4")))).isEqualTo("020405b4");
    wall.rule("ip6tables -t mangle -A FORWARD -p tcp -j TCPOPTSTRIP --strip-options mss");
    assertThat(options(through(tcp6(SYN, "020405b4")))).isEqualTo("01010101");
  }

  @Test
  void ecnIsTakenOutOfTcp() {
    wall.rule("iptables -t mangle -A FORWARD -p tcp -j ECN --ecn-tcp-remove");
    assertThat(through(tcp(GUEST, WORLD, 1, 80, 0xc2, new byte[0]))[33]).isEqualTo((byte) SYN);
    assertThat(through(tcp(GUEST, WORLD, 1, 80, 0x12, new byte[0]))[33]).isEqualTo((byte) 0x12);
  }

  @Test
  void ecnIsSet() {
    wall.rule("iptables -t mangle -A FORWARD -p tcp -j ECN --ecn-tcp-ece 1 --ecn-tcp-cwr 0")
        .rule("iptables -t mangle -A FORWARD -j ECN --ecn-ip-ect 2");
    byte[] out = through(tcp(GUEST, WORLD, 1, 80, 0x82, new byte[0]));
    assertThat(out[33]).isEqualTo((byte) 0x42);
    assertThat(out[1]).isEqualTo((byte) 2);
    wall.fromGuest(udp(GUEST, WORLD, 9));
    byte[] datagram = wall.lab.toWorld.poll();
    assertThat(datagram).isNotNull();
    assertThat(datagram[1]).isEqualTo((byte) 2);
  }

  @Test
  void whatTheApplianceSendsIsChangedToo() {
    wall.rule("iptables -t mangle -A POSTROUTING -p tcp -j ECN --ecn-tcp-ece 1");
    wall.fromGuest(syn(GUEST, "10.0.2.2", 80));
    byte[] reset = wall.toGuest();
    assertThat(reset[33]).isEqualTo((byte) 0x54);
    long sum = InternetChecksum.sum(reset, 20, 20);
    sum += InternetChecksum.pseudo4(Bytes.u32(reset, 12), Bytes.u32(reset, 16), 6, 20);
    assertThat(InternetChecksum.finish(sum)).isZero();
  }
}
