package dev.patchbay.stack.udp;

import static dev.patchbay.stack.udp.UdpTester.APPLIANCE;
import static dev.patchbay.stack.udp.UdpTester.APPLIANCE6;
import static dev.patchbay.stack.udp.UdpTester.GUEST;
import static dev.patchbay.stack.udp.UdpTester.GUEST6;
import static dev.patchbay.stack.udp.UdpTester.datagram;
import static dev.patchbay.stack.udp.UdpTester.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.UdpCounters;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** UDP-Lite (RFC 3828): what the checksum covers. */
class UdpLiteTest {
  private final UdpTester t = new UdpTester();
  private final UdpCounters counters = t.lab.stack.counters(true).udpLite;
  private final UdpSocket socket = t.lite();

  @AfterEach
  void nothingLeaks() {
    t.close();
  }

  private static byte[] abcd(String from, String to, int covered) {
    byte[] data = "abcd".getBytes(StandardCharsets.UTF_8);
    return datagram(from, 1000, to, 7, data, 136, covered);
  }

  @ParameterizedTest
  @CsvSource({"-1, 12, 12", "0, 0, 12", "8, 8, 8", "10, 10, 10", "12, 12, 12", "500, 12, 12"})
  void theSenderSaysWhatIsCovered(int option, int field, int covered) {
    socket.sendCoverage = option;
    for (String to : new String[] {GUEST, GUEST6}) {
      assertThat(t.send(socket, to, 9, "abcd")).isEqualTo(4);
      byte[] frame = t.lab.nextToA();
      int l4 = to.equals(GUEST) ? 34 : 54;
      assertThat(frame[to.equals(GUEST) ? 23 : 20]).isEqualTo((byte) 136);
      assertThat(Bytes.u16(frame, l4 + 4)).isEqualTo(field);
      IpAddress a = IpAddress.parse(to.equals(GUEST) ? APPLIANCE : APPLIANCE6);
      IpAddress b = IpAddress.parse(to);
      long pseudo = InternetChecksum.pseudo(a.hi(), a.lo(), b.hi(), b.lo(), 136, 12);
      assertThat(InternetChecksum.fold(pseudo + InternetChecksum.sum(frame, l4, covered)))
          .isEqualTo(0xffff);
    }
    assertThat(counters.outDatagrams).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0, true", "8, false", "10, false", "12, true"})
  void damageBehindTheCoverageIsLetThrough(int covered, boolean dropped) {
    assertThat(t.bind(socket, "::", 7)).isZero();
    for (String from : new String[] {GUEST, GUEST6}) {
      String to = from.equals(GUEST) ? APPLIANCE : APPLIANCE6;
      byte[] damaged = abcd(from, to, covered);
      damaged[11] = 'D';
      t.fromGuest(from, to, 136, damaged);
      assertThat(read(socket)).isEqualTo(dropped ? "" : "abcD");
    }
    assertThat(counters.inCsumErrors).isEqualTo(dropped ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 8, true",
    "0, 8, false",
    "0, 0, true",
    "0, 12, true",
    "10, 8, false",
    "10, 10, true"
  })
  void theReceiverAsksForSome(int least, int covered, boolean taken) {
    assertThat(t.bind(socket, "::", 7)).isZero();
    socket.receiveCoverage = least;
    t.fromGuest(GUEST, APPLIANCE, 136, abcd(GUEST, APPLIANCE, covered));
    assertThat(read(socket)).isEqualTo(taken ? "abcd" : "");
    assertThat(counters.inErrors).isEqualTo(taken ? 0 : 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 13, 65535})
  void aCoverageThatLiesIsAnError(int field) {
    assertThat(t.bind(socket, "::", 7)).isZero();
    byte[] bad = abcd(GUEST, APPLIANCE, 12);
    Bytes.put16(bad, 4, field);
    t.fromGuest(GUEST, APPLIANCE, 136, bad);
    assertThat(read(socket)).isEmpty();
    assertThat(counters.inErrors).isEqualTo(1);
    assertThat(t.lab.stack.counters(true).udp.inErrors).isZero();
  }

  @Test
  void aChecksumThereMustBe() {
    assertThat(t.bind(socket, "::", 7)).isZero();
    byte[] bad = abcd(GUEST, APPLIANCE, 0);
    Bytes.put16(bad, 6, 0);
    t.fromGuest(GUEST, APPLIANCE, 136, bad);
    assertThat(read(socket)).isEmpty();
    assertThat(counters.inCsumErrors).isEqualTo(1);
  }

  @Test
  void itsPortsAreItsOwn() {
    UdpSocket udp = t.bound("::", 7);
    assertThat(t.bind(socket, "::", 7)).isZero();
    t.fromGuest(1000, 7, "udp");
    t.fromGuest(GUEST, APPLIANCE, 136, abcd(GUEST, APPLIANCE, 0));
    assertThat(read(udp)).isEqualTo("udp");
    assertThat(read(socket)).isEqualTo("abcd");
    socket.close();
    t.fromGuest(GUEST, APPLIANCE, 136, abcd(GUEST, APPLIANCE, 0));
    byte[] error = t.lab.nextToA();
    assertThat(Arrays.copyOfRange(error, 34, 36)).containsExactly(3, 3);
    assertThat(counters.noPorts).isEqualTo(1);
  }
}
