package dev.patchbay.backend.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

class YamlConfigTest {
  private static final Path BASE = Path.of("/etc/ci");

  private static DaemonConfig read(String content) throws ConfigException {
    ConfigBuilder builder = new ConfigBuilder();
    YamlConfig.read("ci.yaml", content, BASE, builder);
    return builder.build();
  }

  private static DhcpConfig br0(DaemonConfig config) throws ConfigException {
    ServiceKeys keys = config.services().getFirst();
    assertThat(keys).hasToString("dhcp br0");
    return keys.dhcp();
  }

  @Test
  void theExampleOfTheDocumentation() throws ConfigException {
    DaemonConfig config =
        read(
            """
            version: 1
            name: ci
            attachments:
              - {listen: "unix:/run/ci/bmc0.sock", name: bmc0, mac: "52:54:00:12:34:56", ncsi: fast}
            forwards: ["tcp:127.0.0.1:0-bmc0:443", "udp:127.0.0.1:0-bmc0:623"]
            exec: ["ip link add link bmc0 name bmc0.42 type vlan id 42", "iptables-restore rules.v4"]
            dhcp:
              br0: {range: 10.0.2.15-10.0.2.99, router: 10.0.2.2, lease: 3600, options: {42: 10.0.2.2}, hosts: [{mac: "52:54:00:12:34:56", ip: 10.0.2.20}]}
            captures: [{file: all.pcapng}]
            """);
    assertThat(config.instance().name()).isEqualTo("ci");
    Attachment bmc = config.attachments().get(0);
    assertThat(bmc.address()).hasToString("unix:/run/ci/bmc0.sock");
    assertThat(bmc.mac()).hasToString("52:54:00:12:34:56");
    assertThat(bmc.source()).hasToString("ci.yaml:4:14");
    assertThat(config.forwards())
        .map(Forward::toString)
        .containsExactly("tcp:127.0.0.1:0-bmc0:443", "udp:127.0.0.1:0-bmc0:623");
    assertThat(config.exec().get(1).argv()).containsExactly("iptables-restore", "rules.v4");
    assertThat(config.exec().get(1).base()).isEqualTo(BASE);
    assertThat(config.exec().get(1).label()).isEqualTo("ci.yaml:6:62 'iptables-restore rules.v4'");
    assertThat(config.captures().get(0).file()).isEqualTo(BASE.resolve("all.pcapng"));
    DhcpConfig dhcp = br0(config);
    assertThat(dhcp.range()).hasToString("10.0.2.15-10.0.2.99");
    assertThat(dhcp.router()).isEqualTo(IpLiterals.parse4("10.0.2.2").orElseThrow());
    assertThat(dhcp.lease()).hasValue(3600);
    assertThat(dhcp.options().values())
        .map(DhcpOption::toString)
        .containsExactly("42=hex:0a000202");
    assertThat(dhcp.hosts().get(0).mac()).hasToString("52:54:00:12:34:56");
    assertThat(dhcp.source()).hasToString("ci.yaml:8:3");
  }

  @Test
  void everyScalar() throws ConfigException {
    DaemonConfig config =
        read(
            """
            version: 1
            name: x
            dir: d
            control: /c
            ready-file: r
            restrict: true
            host-loopback: [22, 80]
            mtu: 9000
            seed: 9223372036854775807
            state: none
            allow-link-local: true
            log-level: debug
            log-format: json
            """);
    assertThat(config.instance())
        .isEqualTo(
            new DaemonConfig.Instance("x", BASE.resolve("d"), Path.of("/c"), BASE.resolve("r")));
    assertThat(config.uplink())
        .isEqualTo(new DaemonConfig.Uplink(true, HostLoopback.parse("22,80").orElseThrow(), true));
    assertThat(config.mtu()).isEqualTo(9000);
    assertThat(config.seed()).hasValue(Long.MAX_VALUE);
    assertThat(config.log()).isEqualTo(new DaemonConfig.Log(DaemonConfig.Log.Level.DEBUG, true));
  }

  @Test
  void attachmentsTakeTheirKeysEitherWay() throws ConfigException {
    DaemonConfig config =
        read(
            """
            version: 1
            attachments:
              - listen: tcp:[::]:5555
                allow: [192.0.2.0/24, "fec0::/64"]
                mac: 52:54:00:12:34:56     # no quotes needed
                ncsi-packages: 2
              - {dgram: "local=unix:a,remote=unix:b"}
              - {dgram: "", local: udp:127.0.0.1:1, remote: udp:127.0.0.1:2, mtu: 600}
              - {mcast: "230.0.0.1:1234", local: 127.0.0.1}
              - {tap: tap0}
              - connect: unix:q,name=q
            """);
    assertThat(config.attachments())
        .map(a -> a.name() + " " + a.kind().word() + " " + a.address())
        .containsExactly(
            "net0 listen tcp:[::]:5555",
            "net1 dgram local=unix:/etc/ci/a,remote=unix:/etc/ci/b",
            "net2 dgram local=udp:127.0.0.1:1,remote=udp:127.0.0.1:2",
            "net3 mcast 230.0.0.1:1234,local=127.0.0.1",
            "net4 tap tap0",
            "q connect unix:/etc/ci/q");
    assertThat(config.attachments().get(0).allow()).hasSize(2);
    assertThat(config.mtuOf(config.attachments().get(2))).isEqualTo(600);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "mtu: 70000|ci.yaml:2:6: mtu '70000': expected a number from 576 to 65520",
        "mtu:|ci.yaml:2:5: mtu: expected a value, found nothing",
        "mtu: [1]|ci.yaml:2:6: mtu: expected a value, found a list",
        "restrict: yes|ci.yaml:2:11: restrict 'yes': expected true or false",
        "nane: x|ci.yaml:2:1: unknown key 'nane'; expected one of version, name",
        "nane: {a: b}|ci.yaml:2:1: unknown key 'nane'; expected one of version, name",
        "name: a/b|ci.yaml:2:7: name 'a/b': expected 1 to 64 of [A-Za-z0-9_.-]",
        "dir: ''|ci.yaml:2:6: dir '': expected a path",
        "host-loopback: ssh|ci.yaml:2:16: host-loopback 'ssh': expected all, none or PORT,…",
        "seed: -1|ci.yaml:2:7: seed '-1': expected a number from 0 to 9223372036854775807",
        "state: keep|ci.yaml:2:8: state 'keep': is not supported yet; expected none",
        "web: localhost:80|ci.yaml:2:6: web 'localhost:80': is not supported yet",
        "log-level: loud|ci.yaml:2:12: log-level 'loud': expected error, warn, info, debug or"
            + " trace",
        "log-format: xml|ci.yaml:2:13: log-format 'xml': expected text or json",
        "version: 1|ci.yaml:2:1: key 'version' is given twice",
        "exec: &a [ip a]|ci.yaml:2:7: anchors (&a) are not supported",
        "mtu: *a|ci.yaml:2:6: aliases (*a) are not supported",
        "attachments: x|ci.yaml:2:14: attachments: expected a list of mappings, found 'x'",
        "attachments: [x]|ci.yaml:2:15: attachments: expected {listen: ADDRESS, …}, found 'x'",
        "attachments: [{name: x}]|ci.yaml:2:15: attachment: expected listen, connect, dgram, mcast"
            + " or tap beside 'name'",
        "attachments: [{listen: unix:a, tap: b}]|ci.yaml:2:32: 'tap' beside 'listen': expected one"
            + " of them",
        "attachments: [{listen: unix:a, foo: b}]|ci.yaml:2:32: unknown key 'foo'; expected name,"
            + " mac",
        "attachments: [{listen: unix:a, mac: 7}]|ci.yaml:2:37: mac '7': expected a MAC address",
        "attachments: [{listen: unix:a, netns: a/b}]|ci.yaml:2:39: netns 'a/b': expected the name"
            + " of a",
        "attachments: [{listen: [a]}]|ci.yaml:2:24: listen: expected an address, found a list",
        "attachments: [{listen: 'unix:a,name=a', name: b}]|ci.yaml:2:41: name 'b': is given twice",
        "forwards: [tcp]|ci.yaml:2:12: invalid forwarding rule 'tcp': expected a '-' between host"
            + " and guest at 'tcp'",
        "forwards: ['::1-x:1']|ci.yaml:2:12: invalid forwarding rule '::1-x:1': no attachment has"
            + " that name (there is net0) at 'x'",
        "exec: [\"ip 'a\"]|ci.yaml:2:8 'ip 'a': the quote ' at position 4 is not closed",
        "exec: ['']|ci.yaml:2:8 '': expected a command",
        "exec: [[ip, a]]|ci.yaml:2:8: exec: expected a command, found a list",
        "attachments: [{listen: foo}]|ci.yaml:2:24: expected unix:PATH or tcp:HOST:PORT at 'foo'",
        "attachments: [{name: x, listen: 'tcp:a:1'}]|ci.yaml:2:33: expected an IP address (names"
            + " are not resolved) at 'a'",
        "attachments: [{listen: unix:a, qmp: q}]|ci.yaml:2:37: qmp 'q': expected unix:PATH",
        "attachments: [{dgram: '', local: 'udp:127.0.0.1:1', remote: 'udp:x:2'}]|ci.yaml:2:61:"
            + " expected an IP address (names are not resolved) at 'x'",
        "attachments: [{listen: 'tcp:192.0.2.1:1'}]|ci.yaml:2:24: 'tcp:192.0.2.1:1' is not"
            + " loopback: it needs allow=CIDR, who may connect",
        "captures: [{fil: x}]|ci.yaml:2:13: unknown key 'fil'; expected file or port",
        "captures: [{port: x}]|ci.yaml:2:12: expected a file, or - for standard output",
        "captures: [{file: x, port: y}]|ci.yaml:2:28: port 'y': no attachment has that name (there"
            + " is net0)",
        "captures: [{file: '-'}]|ci.yaml:2:19: standard output is the capture, so the ready line"
            + " needs --ready-file FILE",
        "captures: [{file: a}, {file: a}]|ci.yaml:2:30: another capture is written to /etc/ci/a",
      })
  void wrong(String line, String message) {
    assertThatThrownBy(() -> read("version: 1\n" + line + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(message);
  }

  /** What is not YAML at all: lines are divided by /, a tab is written as T, U+0001 as N. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "attachments:/T- listen: unix:a|3:1: a tab cannot indent; expected spaces",
        "attachments:/  - listen: unix:a/Tname: x|4:1: a tab cannot indent; expected spaces",
        "mtu 1500/name: x|2:1: 'mtu 1500': expected KEY: VALUE, a space behind the colon",
        "mtu:1500|2:1: 'mtu:1500': expected KEY: VALUE, a space behind the colon",
        "name: \"x/mtu: 1500|2:7: '\"x': the quote is not closed; expected another \"",
        "name: 'x/mtu: 1500|2:7: ''x': the quote is not closed; expected another '",
        "mtu: [1|2:6: '[': the list is not closed; expected ']' before the end of the file",
        "exec: [a, b/mtu: 3|2:7: '[': the list is not closed; expected ']' before 'mtu' at 3:1",
        "exec: [/mtu: 1500/name: x|2:7: '[': the list is not closed; expected ']' before 'mtu' at"
            + " 3:1",
        "exec: [/  a,/mtu: 1500|2:7: '[': the list is not closed; expected ']' before 'mtu' at 4:1",
        "exec: [/  a/mtu: 1500/name: x|2:7: '[': the list is not closed; expected ']' before 'mtu'"
            + " at 4:1",
        "attachments: [/  {tap: a}/forwards: [tcp::1-:1]|2:14: '[': the list is not closed;"
            + " expected ']' before 'forwards' at 4:1",
        "exec: [|2:7: '[': the list is not closed; expected ']' before the end of the file",
        "exec: [/  a b: c: d,/]|3:9: ':': expected ',' or ']' of the list that begins at 2:7",
        "dhcp: {/  br0: {lease: 1}/mtu: 1500|2:7: '{': the mapping is not closed; expected '}'"
            + " before 'mtu' at 4:1",
        "attachments: [{tap: a]|2:22: ']': expected ',' or '}' of the mapping that begins at 2:15",
        "dhcp: {br0: {lease: 1 dns: x}}|2:26: ':': expected ',' or '}' of the mapping that begins"
            + " at 2:13",
        "name: x/  mtu: 1500|3:6: 'mtu: 1500': no ':' can stand here; expected keys of one mapping"
            + " in one column, and quotes around a value with ': '",
        "name: a: b|2:8: 'name: a: b': no ':' can stand here; expected keys of one mapping in one"
            + " column, and quotes around a value with ': '",
        "exec:/  - a/ - b|4:2: '-': expected KEY: VALUE of the mapping that begins at 1:1, in its"
            + " column",
        "exec:/  - a/  b: c|4:3: 'b': expected '- ' of the list that begins at 3:3, in its column",
        "exec:/  - a/  b|4:3: 'b': expected KEY: VALUE, a space behind the colon",
        "- a|2:1: '-': expected KEY: VALUE of the mapping that begins at 1:1, in its column",
        "}|2:1: '}': expected KEY: VALUE of the mapping that begins at 1:1, in its column",
        "name: @x|2:7: '@x': expected quotes around what begins so",
        "name: \"a\\qb\"|2:10: 'qb\"': is not YAML: while scanning a double-quoted scalar: found"
            + " unknown escape character q(113)",
        "name: N|2:7: U+0001 is no character of a text; expected it to be left out",
        "[a]: b|2:2: expected a word as the key",
        "exec: !foo x|2:7: tags (foo) are not supported",
      })
  void whatIsNotYaml(String lines, String message) {
    String text = lines.replace('/', '\n').replace('T', '\t').replace('N', '\1');
    assertThatThrownBy(() -> read("version: 1\n" + text + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("ci.yaml:" + message);
  }

  /** One wrong word of several is the one that is named, with its place. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "host-loopback: [22, ssh]|2:21: host-loopback 'ssh': expected a port (1 to 65535)",
        "host-loopback: [22, 70000]|2:21: host-loopback '70000': expected a port (1 to 65535)",
        "attachments: [{listen: 'tcp:[::]:1', allow: [192.0.2.0/24, lan]}]|2:60: allow 'lan':"
            + " expected",
        "forwards: ['::1-:1', '::2-:x']|2:22: invalid forwarding rule '::2-:x': ",
        "exec: [ip a, 7, [x]]|2:17: exec: expected a command, found a list",
        "dhcp: {br0: {dns: [10.0.2.3, x]}}|2:30: dns 'x': expected an IPv4 address",
      })
  void theWordOfAList(String line, String message) {
    assertThatThrownBy(() -> read("version: 1\n" + line + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("ci.yaml:" + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "range: 10.0.2.15|12: range '10.0.2.15': expected FIRST-LAST, e.g. 10.0.2.15-10.0.2.99",
        "range: 10.0.2.15-x|12: range 'x': expected an IPv4 address",
        "range: 10.0.2.15-10.0.2.14|12: range '10.0.2.15-10.0.2.14': expected the lower address"
            + " first",
        "router: fec0::2|13: router 'fec0::2': expected an IPv4 address",
        "lease: 0|12: lease '0': expected seconds from 1 to 4294967295",
        "lease: 4294967296|12: lease '4294967296': expected seconds from 1 to 4294967295",
        "lease: 1h|12: lease '1h': expected seconds from 1 to 4294967295",
        "dns: [10.0.2.3, x]|21: dns 'x': expected an IPv4 address",
        "foo: 1|5: unknown key 'foo'; expected range, router, lease, dns, options, hosts, v6,"
            + " range6, dns6, search or client",
        "options: {0: x}|15: option '0': expected a number from 1 to 254",
        "options: {255: x}|15: option '255': expected a number from 1 to 254",
        "options: {ntp: x}|15: option 'ntp': expected a number from 1 to 254",
        "options: {3: 10.0.2.2}|15: option 3: use the key router",
        "options: {51: 1}|15: option 51: use the key lease",
        "options: {6: 10.0.2.3}|15: option 6: use the key dns",
        "options: {53: 1}|15: option 53: belongs to the protocol itself and cannot be set",
        "options: {42: ntp.example}|19: option 42 'ntp.example': expected an IPv4 address",
        "options: {26: 70000}|19: option 26 '70000': expected a number from 0 to 65535",
        "options: {26: [1, 2]}|15: option 26: expected one value, not a list",
        "options: {12: []}|15: option 12: expected a value",
        "options: {43: hex:0}|19: option 43 'hex:0': expected pairs of hexadecimal digits after"
            + " hex:",
        "options: {119: a..b}|20: option 119 'a..b': expected a domain name",
        "options: {121: 10.0.0.0/8}|20: option 121 '10.0.0.0/8': routes are not supported yet;"
            + " expected hex:…",
        "options: {42: [10.0.2.2, x]}|30: option 42 'x': expected an IPv4 address",
        "hosts: [{mac: 52:54:00:12:34:56, ip: 10.0.2.20}, {mac: 52:54:00:12:34:56, ip:"
            + " 10.0.2.21}]|60: mac '52:54:00:12:34:56': is another host's",
        "options: {33: 10.0.0.1}|15: option 33: expected pairs of addresses",
        "hosts: [{mac: 52:54:00:12:34:56}]|13: hosts: ip is missing",
        "hosts: [{ip: 10.0.2.20}]|13: hosts: expected mac or clientId beside ip",
        "hosts: [{mac: x, ip: 10.0.2.20}]|19: mac 'x': expected a MAC address such as"
            + " 52:54:00:12:34:56",
        "hosts: [{clientId: 'hex:1', ip: 10.0.2.20}]|24: clientId 'hex:1': expected pairs of"
            + " hexadecimal digits after hex:",
        "hosts: [{clientId: a, ip: 10.0.2.20, hostname: a_b}]|52: hostname 'a_b': expected a host"
            + " name (RFC 1123)",
        "hosts: [{clientId: a, ip: 10.0.2.20}, {clientId: b, ip: 10.0.2.20}]|61: ip '10.0.2.20': is"
            + " another host's",
        "hosts: [{clientId: a, ip: 10.0.2.20, foo: 1}]|42: unknown key 'foo'; expected mac, ip,"
            + " hostname or clientId",
      })
  void wrongDhcp(String line, String message) {
    assertThatThrownBy(() -> read("version: 1\ndhcp:\n  br0:\n    " + line + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("ci.yaml:4:" + message);
  }

  @Test
  void wrongDhcpDevices() {
    assertThatThrownBy(() -> read("version: 1\ndhcp: {a/b/c: {}}"))
        .hasMessage("ci.yaml:2:8: dhcp 'a/b/c': expected [NETNS/]DEVICE");
    assertThatThrownBy(() -> read("version: 1\ndhcp: {lo: {}}"))
        .hasMessage("ci.yaml:2:8: dhcp 'lo': no guest is behind that device");
    assertThatThrownBy(() -> read("version: 1\ndhcp: {br0: maybe}"))
        .hasMessage("ci.yaml:2:13: br0 'maybe': expected on, off or a mapping of keys");
  }

  @Test
  void servicesOfDevices() throws ConfigException {
    DaemonConfig config =
        read(
            """
            version: 1
            dhcp:
              bmc0.42: {range: 192.168.42.9-192.168.42.20}
              br0: off
            ra:
              lab/bmc1:
                prefix: ["fd00:42::/64", "fd00:43::/64"]
                preference: high
                search: example.com
                route: "fd00:44::/48"
            dns:
              lab/bmc1: {upstream: [192.0.2.53, "2001:db8::53"]}
            """);
    assertThat(config.services())
        .extracting(ServiceKeys::toString)
        .containsExactly("dhcp bmc0.42", "dhcp br0", "ra lab/bmc1", "dns lab/bmc1");
    assertThat(config.services().get(0).words())
        .containsExactly("range=192.168.42.9-192.168.42.20");
    assertThat(config.services().get(1).isOn()).isFalse();
    assertThat(config.services().get(1).words()).containsExactly("off");
    ServiceKeys ra = config.services().get(2);
    assertThat(ra.netns()).isEqualTo("lab");
    assertThat(ra.deviceName()).isEqualTo("bmc1");
    assertThat(ra.ra().prefixes()).hasToString("[fd00:42::/64, fd00:43::/64]");
    assertThat(ra.ra().preference()).isEqualTo(RaConfig.Preference.HIGH);
    assertThat(ra.words())
        .containsExactly(
            "prefix=fd00:42::/64,fd00:43::/64",
            "preference=high",
            "search=example.com",
            "route=fd00:44::/48");
    assertThat(config.services().get(3).dns().upstream()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ra: {br0: {prefix: 10.0.0.0/8}}|2:20: prefix '10.0.0.0/8': expected an IPv6 network as"
            + " fd00:42::/64",
        "ra: {br0: {lifetime: 65536}}|2:22: lifetime '65536': expected a number from 0 to 65535",
        "ra: {br0: {preference: best}}|2:24: preference 'best': expected high, medium or low",
        "ra: {br0: {managed: x}}|2:21: managed 'x': expected true or false",
        "ra: {br0: {search: a..b}}|2:20: search 'a..b': expected a domain name",
        "ra: {br0: {mtu: 1000}}|2:17: mtu '1000': expected a number from 1280 to 65535",
        "dns: {br0: {address: 224.0.0.1}}|2:22: address '224.0.0.1': expected the IP address of a"
            + " machine",
        "dns: {br0: {foo: 1}}|2:13: unknown key 'foo'; expected address or upstream",
      })
  void wrongServices(String line, String message) {
    assertThatThrownBy(() -> read("version: 1\n" + line + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("ci.yaml:" + message);
  }

  @Test
  void dhcpOptionsAreEncodedAsTheirNumberWants() throws ConfigException {
    DhcpConfig dhcp =
        br0(
            read(
                """
                version: 1
                dhcp:
                  br0:
                    dns: 10.0.2.3
                    options:
                      2: 3600
                      12: bmc
                      19: true
                      26: 1400
                      42: [10.0.2.2, 10.0.2.3]
                      43: hex:01:02ff
                      119: [example.org, a.]
                      224: 10.0.2.9
                    hosts:
                      - {clientId: "hex:ff0102", ip: 10.0.2.21, hostname: bmc}
                      - {clientId: ab, ip: 10.0.2.22}
                """));
    assertThat(dhcp.dns()).hasSize(1);
    assertThat(
            dhcp.options().values().stream()
                .map(o -> o.number() + "=" + HexFormat.of().formatHex(o.value())))
        .containsExactly(
            "2=00000e10",
            "12=626d63",
            "19=01",
            "26=0578",
            "42=0a0002020a000203",
            "43=0102ff",
            "119=076578616d706c65036f726700016100",
            "224=0a000209");
    assertThat(dhcp.hosts().get(0).clientId()).isEqualTo(List.of((byte) 0xff, (byte) 1, (byte) 2));
    assertThat(dhcp.hosts().get(0).hostname()).isEqualTo("bmc");
    assertThat(dhcp.hosts().get(1).clientId()).isEqualTo(List.of((byte) 0, (byte) 'a', (byte) 'b'));
  }

  @Test
  void theLineIsThatOfTheWord() {
    assertThatThrownBy(() ->
            read(
                """
                # a comment

                version: 1
                attachments:
                  - listen: unix:a
                    name: bmc0

                  - listen: unix:b
                    mtu: 1500
                    ncsi: perhaps
                """))
        .hasMessage("ci.yaml:10:11: ncsi 'perhaps': expected fast, strict or off");
  }

  @Test
  void versionIsNeeded() {
    assertThatThrownBy(() -> read("")).hasMessage("ci.yaml:1: is empty: expected 'version: 1'");
    assertThatThrownBy(() -> read("# nothing\n")).hasMessageContaining("expected 'version: 1'");
    assertThatThrownBy(() -> read("name: x\n")).hasMessage("ci.yaml:1:1: expected 'version: 1'");
    assertThatThrownBy(() -> read("version: 2\n"))
        .hasMessage("ci.yaml:1:10: version '2': expected 1");
    assertThatThrownBy(() -> read("[1]"))
        .hasMessage("ci.yaml:1:1: file: expected a mapping (version: 1, …), found a list");
    assertThatThrownBy(() -> read("version: 1\n---\nversion: 1\n"))
        .hasMessageContaining("expected one document only");
  }

  @Test
  void files(@TempDir Path dir) throws Exception {
    ConfigBuilder builder = new ConfigBuilder();
    Path file = Files.writeString(dir.resolve("a.yaml"), "version: 1\nready-file: r\n");
    YamlConfig.read(Source.option("--config", 1, "a.yaml"), "a.yaml", dir, builder);
    DaemonConfig config = builder.build();
    assertThat(config.file()).isEqualTo(file);
    assertThat(config.instance().readyFile()).isEqualTo(dir.resolve("r"));
    assertThatThrownBy(() -> YamlConfig.read(Source.option("--config", 1, "b"), "b", dir, builder))
        .hasMessage("--config 'b': no such file");
    Files.write(dir.resolve("c"), new byte[] {(byte) 0xff, (byte) 0xfe, 'x'});
    assertThatThrownBy(() -> YamlConfig.read(Source.option("--config", 1, "c"), "c", dir, builder))
        .hasMessage("--config 'c': is not UTF-8 text");
  }

  @Test
  void theSchemaNamesEveryKey() throws Exception {
    String schema;
    try (var in = YamlConfig.class.getResourceAsStream("patchbay.schema.json")) {
      assertThat(in).isNotNull();
      schema = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    try (JsonParser json = new JsonFactory().createParser(ObjectReadContext.empty(), schema)) {
      int tokens = 0;
      for (JsonToken t = json.nextToken(); t != null; t = json.nextToken()) {
        tokens++;
      }
      assertThat(tokens).isGreaterThan(100);
    }
    for (String key :
        YamlConfig.KEYS.stream().filter(k -> !k.equals("web")).toList()) { // refused as yet
      assertThat(schema).contains("\"" + key + "\":");
    }
  }
}
