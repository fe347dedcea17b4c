package dev.patchbay.backend.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LiteralsTest {
  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "10.0.2.15", "255.255.255.255", "192.0.2.1"})
  void ipv4(String text) {
    assertThat(IpLiterals.parse4(text)).map(IpLiterals::format).contains(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10",
        "10.1",
        "10.0.2",
        "10.0.2.",
        "10.0.2.256",
        "10.0.02.1",
        "0x7f.1.1.1",
        "1.2.3.4.5",
        "localhost",
        "10.0.2.1 ",
        "::1",
        "1.2.3.4."
      })
  void notIpv4(String text) {
    assertThat(IpLiterals.parse4(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "::,::",
    "::1,::1",
    "FEC0:0:0:0::2,fec0::2",
    "2001:db8:0:0:1:0:0:1,2001:db8::1:0:0:1",
    "1:0:2:3:4:5:6:7,1:0:2:3:4:5:6:7",
    "fe80:0:0:0:0:0:0:0,fe80::",
    "1:2:3:4:5:6:0:0,1:2:3:4:5:6::"
  })
  void ipv6IsPrintedAsRfc5952Wants(String text, String canonical) {
    assertThat(IpLiterals.parse6(text)).map(IpLiterals::format).contains(canonical);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":", ":::", "1::2::3", "fe80::1%eth0", "[::1]", "g::", "12345::"})
  void notIpv6(String text) {
    assertThat(IpLiterals.parse6(text)).isEmpty();
  }

  @Test
  void randomIpv6RoundTrips() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[16];
      random.nextBytes(bytes);
      for (int g = 0; g < 8; g++) {
        if (random.nextBoolean()) {
          bytes[2 * g] = bytes[2 * g + 1] = 0;
        }
      }
      bytes[0] = 0x20; // not a v4-mapped one
      InetAddress address = InetAddress.getByAddress(bytes);
      assertThat(IpLiterals.parse(IpLiterals.format(address))).contains(address);
    }
  }

  @Test
  void mac() {
    MacAddress mac = MacAddress.parse("52:54:00:AB:cd:ef").orElseThrow();
    assertThat(mac.value()).isEqualTo(0x525400abcdefL);
    assertThat(mac).hasToString("52:54:00:ab:cd:ef");
    assertThat(mac.bytes()).containsExactly(0x52, 0x54, 0, 0xab, 0xcd, 0xef);
    assertThat(MacAddress.parse("52-54-00-ab-cd-ef")).contains(mac);
    assertThat(mac.isUnicast()).isTrue();
    assertThat(MacAddress.parse("01:00:5e:00:00:01").orElseThrow().isUnicast()).isFalse();
    assertThat(new MacAddress(0).isUnicast()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "52:54:00:ab:cd",
        "52:54:00:ab:cd:ef:00",
        "52:54-00:ab:cd:ef",
        "5:54:00:ab:cd:ef",
        "52:54:00:ab:cd:eg",
        "525400abcdef"
      })
  void notMac(String text) {
    assertThat(MacAddress.parse(text)).isEmpty();
  }

  @Test
  void cidr() throws Exception {
    Cidr net = Cidr.parse("192.0.2.0/24").orElseThrow();
    assertThat(net.contains(InetAddress.ofLiteral("192.0.2.255"))).isTrue();
    assertThat(net.contains(InetAddress.ofLiteral("192.0.3.0"))).isFalse();
    assertThat(net.contains(InetAddress.ofLiteral("::1"))).isFalse();
    assertThat(Cidr.parse("2001:db8::/33")).map(Cidr::toString).contains("2001:db8::/33");
    assertThat(Cidr.parse("10.0.0.1")).map(Cidr::toString).contains("10.0.0.1/32");
    assertThat(Cidr.parse("0.0.0.0/0").orElseThrow().contains(InetAddress.ofLiteral("8.8.8.8")))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.1/24",
        "::1/64",
        "x/8",
        "10.0.0.0/-1"
      })
  void notCidr(String text) {
    assertThat(Cidr.parse(text)).isEmpty();
  }

  @Test
  void hostLoopback() {
    assertThat(HostLoopback.parse("all").orElseThrow().allows(22)).isTrue();
    assertThat(HostLoopback.parse("none").orElseThrow().allows(22)).isFalse();
    HostLoopback some = HostLoopback.parse("443,22,22").orElseThrow();
    assertThat(some).hasToString("22,443");
    assertThat(some.allows(22)).isTrue();
    assertThat(some.allows(23)).isFalse();
    assertThat(some.bits().cardinality()).isEqualTo(2);
    assertThat(HostLoopback.ALL.bits().cardinality()).isEqualTo(65535);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ALL", "0", "65536", "22,", ",22", "22-23", "ssh", "none,22"})
  void notHostLoopback(String text) {
    assertThat(HostLoopback.parse(text)).isEmpty();
  }
}
