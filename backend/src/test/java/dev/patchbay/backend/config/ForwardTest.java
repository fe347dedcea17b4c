package dev.patchbay.backend.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardTest {
  private static final Path CWD = Path.of("/base");

  private static Forward parse(String rule) throws ConfigException {
    return Forward.parse(Source.option("--hostfwd", 1, rule), rule, CWD);
  }

  @ParameterizedTest
  @CsvSource({
    "tcp::2222-:22,tcp:127.0.0.1:2222-:22",
    "::2222-:22,tcp:127.0.0.1:2222-:22",
    ":0.0.0.0:0-10.0.2.16:22,tcp:0.0.0.0:0-10.0.2.16:22",
    "udp:[::1]:69-[fec0::15]:69,udp:[::1]:69-[fec0::15]:69",
    "tcp:127.0.0.1:1-[52:54:00:12:34:56]:2,tcp:127.0.0.1:1-[52:54:00:12:34:56]:2",
    "tcp::1-bmc0.x:65535,tcp:127.0.0.1:1-bmc0.x:65535",
    "unix:/a-b.sock-bmc0:22,unix:/a-b.sock-bmc0:22",
    "unix:s-:22,unix:/base/s-:22",
    "unix:/x:y-[fec0::2]:22,unix:/x:y-[fec0::2]:22",
  })
  void rules(String rule, String canonical) throws ConfigException {
    Forward forward = parse(rule);
    assertThat(forward).hasToString(canonical);
    assertThat(parse(canonical)).hasToString(canonical);
  }

  @Test
  void parts() throws ConfigException {
    Forward f = parse("udp::623-bmc0:624");
    assertThat(f.proto()).isEqualTo(Forward.Proto.UDP);
    assertThat(f.hostPort()).isEqualTo(623);
    assertThat(f.guest()).isEqualTo(new Forward.Guest.Name("bmc0"));
    assertThat(f.guestPort()).isEqualTo(624);
    assertThat(f.path()).isNull();
    assertThat(parse("tcp::1-:2").guest()).isEqualTo(new Forward.Guest.Only());
    Forward unix = parse("unix:/s-:2");
    assertThat(unix.path()).isEqualTo(Path.of("/s"));
    assertThat(unix.host()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tcp::2222|expected a '-' between host and guest|tcp::2222",
        "sctp::1-:2|unknown protocol (expected tcp, udp or unix)|sctp",
        "TCP::1-:2|unknown protocol (expected tcp, udp or unix)|TCP",
        "tcp:2222-:22|expected [HOSTADDR]:HOSTPORT|2222",
        "tcp::-:22|expected a host port from 0 to 65535|''",
        "tcp::65536-:22|expected a host port from 0 to 65535|65536",
        "tcp::+1-:22|expected a host port from 0 to 65535|+1",
        "tcp::22-my-bmc:22|expected a host port from 0 to 65535 (a guest's name with a '-' cannot stand in a rule)|22-my",
        "tcp:localhost:1-:2|expected an IP address of this host (names are not resolved)|localhost",
        "tcp:10.0.2:1-:2|expected an IP address of this host (names are not resolved)|10.0.2",
        "tcp:::1:1-:2|an IPv6 address stands in brackets|::1",
        "tcp:[1.2.3.4]:1-:2|expected an IPv6 address in the brackets|[1.2.3.4]",
        "tcp:224.0.0.1:1-:2|expected the address of one machine|224.0.0.1",
        "tcp::1-22|expected [GUEST]:GUESTPORT|22",
        "tcp::1-:0|expected a guest port from 1 to 65535|0",
        "tcp::1-:|expected a guest port from 1 to 65535|''",
        "tcp::1-:ssh|expected a guest port from 1 to 65535|ssh",
        "tcp::1-10.0.2.300:22|expected an IPv4 address|10.0.2.300",
        "tcp::1-10.0.2:22|expected an IPv4 address|10.0.2",
        "tcp::1-0.0.0.0:22|expected the address of a guest|0.0.0.0",
        "tcp::1-127.0.0.1:22|expected the address of a guest|127.0.0.1",
        "tcp::1-224.0.0.1:22|expected the address of one machine|224.0.0.1",
        "tcp::1-fec0::15:22|an IPv6 or a MAC address stands in brackets|fec0::15",
        "tcp::1-52:54:00:12:34:56:22|an IPv6 or a MAC address stands in brackets|52:54:00:12:34:56",
        "tcp::1-[x]:22|expected an IPv6 or a MAC address in the brackets|[x]",
        "tcp::1-[01:00:5e:00:00:01]:22|expected the MAC address of one card|[01:00:5e:00:00:01]",
        "tcp::1-a b:22|expected an IPv4 address, [IPv6], [MAC] or the name of an attachment|a b",
        "unix:-:22|expected a path after unix:|unix:",
      })
  void wrong(String rule, String what, String word) {
    assertThatThrownBy(() -> parse(rule))
        .isInstanceOf(ConfigException.class)
        .hasMessage("invalid forwarding rule '" + rule + "': " + what + " at '" + word + "'");
  }

  @Test
  void aHostSideWithoutColon() {
    assertThatThrownBy(() -> parse("2222-:22"))
        .hasMessage(
            "invalid forwarding rule '2222-:22': expected [tcp|udp]:[HOSTADDR]:HOSTPORT or"
                + " unix:PATH at '2222'");
  }

  @Test
  void aGuestByNameMustExist() throws ConfigException {
    Forward f = parse("tcp::1-bmc1:22");
    List<String> both = List.of("bmc0", "bmc1");
    f.checkGuest(both, both);
    assertThatThrownBy(() -> f.checkGuest(List.of("bmc0"), List.of("bmc0")))
        .hasMessage(
            "invalid forwarding rule 'tcp::1-bmc1:22': no attachment has that name (there is bmc0)"
                + " at 'bmc1'");
    assertThatThrownBy(() -> f.checkGuest(both, List.of("bmc0")))
        .hasMessage(
            "invalid forwarding rule 'tcp::1-bmc1:22': that attachment is in a namespace of its"
                + " own, where no forward leads at 'bmc1'");
  }

  @Test
  void theHostsSideIsUnique() throws ConfigException {
    ConfigBuilder builder = new ConfigBuilder();
    builder.forward(Source.option("--hostfwd", 1, "tcp::1-:1"), "tcp::1-:1", CWD);
    builder.forward(Source.option("--hostfwd", 2, "udp::1-:1"), "udp::1-:1", CWD);
    builder.forward(Source.option("--hostfwd", 3, "tcp::0-:1"), "tcp::0-:1", CWD);
    builder.forward(Source.option("--hostfwd", 4, "tcp::0-:1"), "tcp::0-:1", CWD);
    assertThat(builder.build().forwards()).hasSize(4);
    builder.forward(Source.option("--hostfwd", 5, "::1-:2"), "::1-:2", CWD);
    assertThatThrownBy(builder::build)
        .hasMessage(
            "invalid forwarding rule '::1-:2': another rule has the host's side at '127.0.0.1:1'");
  }

  @Test
  void randomRulesEitherRoundTripOrAreRefusedInForm() {
    Random random = new Random(3);
    String[][] parts = {
      {"tcp", "udp", "unix", "", "sctp", ":"},
      {":", ":", ":", "-", ""},
      {"", "10.0.0.1", "[::1]", "/p", "[", "x"},
      {":", ":", ":", ""},
      {"22", "0", "70000", "", "-"},
      {"-", "-", "-", ":"},
      {"", "10.0.2.15", "bmc", "[fec0::2]", "[52:54:00:12:34:56]", "::1", "[", "br0"},
      {":", ":", ":", ""},
      {"22", "0", "", "x"}
    };
    int good = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder rule = new StringBuilder();
      for (String[] choices : parts) {
        rule.append(choices[random.nextInt(choices.length)]);
      }
      try {
        Forward f = parse(rule.toString());
        assertThat(parse(f.toString())).hasToString(f.toString());
        good++;
      } catch (ConfigException e) {
        assertThat(e.getMessage())
            .startsWith("invalid forwarding rule '" + rule + "': ")
            .matches("(?s).* at '.*'");
      }
    }
    assertThat(good).isGreaterThan(100);
  }
}
