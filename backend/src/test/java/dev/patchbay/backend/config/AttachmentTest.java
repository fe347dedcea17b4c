package dev.patchbay.backend.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttachmentTest {
  private static final Path CWD = Path.of("/base");

  private static Attachment parse(String kind, String text) throws ConfigException {
    Attachment.Kind k = Attachment.Kind.valueOf(kind.toUpperCase(Locale.ROOT));
    ConfigBuilder builder = new ConfigBuilder();
    builder.attach(Source.option("--" + kind, 1, text), k, text, CWD);
    return builder.build().attachments().get(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listen|unix:/a|unix:/a",
        "listen|unix:b/../c|unix:/base/c",
        "listen|unix:/a,,b=c|unix:/a,b=c",
        "listen|tcp:127.0.0.1:0|tcp:127.0.0.1:0",
        "listen|tcp:localhost:5555|tcp:127.0.0.1:5555",
        "listen|tcp:[::1]:5555|tcp:[::1]:5555",
        "listen|tcp:0.0.0.0:5555,allow=192.0.2.0/24|tcp:0.0.0.0:5555",
        "connect|unix:/a|unix:/a",
        "connect|tcp:192.0.2.7:5555,allow=192.0.2.0/24|tcp:192.0.2.7:5555",
        "dgram|local=unix:/a,remote=unix:/b|local=unix:/a,remote=unix:/b",
        "dgram|remote=udp:127.0.0.1:1,local=udp:127.0.0.1:0|local=udp:127.0.0.1:0,remote=udp:127.0.0.1:1",
        "dgram|local=udp:[::1]:2,remote=udp:[::1]:1|local=udp:[::1]:2,remote=udp:[::1]:1",
        "mcast|230.0.0.1:1234|230.0.0.1:1234",
        "mcast|230.0.0.1:1234,local=127.0.0.1|230.0.0.1:1234,local=127.0.0.1",
        "tap|tap0|tap0",
      })
  void addresses(String kind, String text, String canonical) throws ConfigException {
    Attachment a = parse(kind, text);
    assertThat(a.address()).hasToString(canonical);
    assertThat(a.kind().word()).isEqualTo(kind);
    assertThat(a.name()).isEqualTo("net0");
  }

  @Test
  void everyKey() throws ConfigException {
    Attachment a =
        parse(
            "listen",
            "unix:/a,name=bmc-0.x,mac=52:54:00:12:34:56,mtu=9000,qmp=unix:q.sock,ncsi=strict,"
                + "ncsi-packages=2,ncsi-channels=31,ncsi-vendor=mellanox");
    assertThat(a.name()).isEqualTo("bmc-0.x");
    assertThat(a.mac()).hasToString("52:54:00:12:34:56");
    assertThat(a.mtu()).isEqualTo(OptionalInt.of(9000));
    assertThat(a.qmp()).isEqualTo(Path.of("/base/q.sock"));
    assertThat(a.ncsi()).isEqualTo(new Ncsi(Ncsi.Profile.STRICT, 2, 31, Ncsi.Vendor.MELLANOX));
  }

  @Test
  void whatIsLeftOut() throws ConfigException {
    Attachment a = parse("listen", "unix:/a");
    assertThat(a.mac()).isNull();
    assertThat(a.mtu()).isEmpty();
    assertThat(a.qmp()).isNull();
    assertThat(a.ncsi()).isEqualTo(new Ncsi(Ncsi.Profile.FAST, 1, 1, Ncsi.Vendor.NONE));
    assertThat(a.allow()).isEmpty();
  }

  @Test
  void allowMayBeAListOrRepeated() throws ConfigException {
    List<Cidr> both = parse("listen", "tcp:[::]:1,allow=10.0.0.0/8,,::1,allow=fec0::/64").allow();
    assertThat(both).map(Cidr::toString).containsExactly("10.0.0.0/8", "::1/128", "fec0::/64");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listen|/a|expected unix:PATH or tcp:HOST:PORT at '/a'",
        "listen|unix:|expected unix:PATH at 'unix:'",
        "listen|udp:1.2.3.4:5|expected unix:PATH or tcp:HOST:PORT at 'udp:1.2.3.4:5'",
        "listen|tcp:5555|expected HOST:PORT at 'tcp:5555'",
        "listen|tcp:127.0.0.1:x|expected a port from 0 to 65535 at 'x'",
        "listen|tcp:127.0.0.1:65536|expected a port from 0 to 65535 at '65536'",
        "listen|tcp:example.org:1|expected an IP address (names are not resolved) at 'example.org'",
        "listen|tcp::1|expected an IP address (names are not resolved) at ''",
        "listen|tcp:::1:5555|an IPv6 address stands in brackets: expected [::1]:PORT at 'tcp:::1:5555'",
        "listen|tcp:0.0.0.0:1|'tcp:0.0.0.0:1' is not loopback: it needs allow=CIDR, who may connect",
        "connect|tcp:127.0.0.1:0|expected a port from 1 to 65535 at '0'",
        "connect|tcp:192.0.2.7:1,allow=10.0.0.0/8|allow= does not contain '192.0.2.7'",
        "dgram|local=unix:/a|remote= is missing",
        "dgram|remote=unix:/a|local= is missing",
        "dgram|unix:/a|expected key=value at 'unix:/a'",
        "dgram|local=unix:/a,remote=unix:/a|remote 'unix:/a': is the same path as local=",
        "dgram|local=unix:/a,remote=udp:127.0.0.1:1|remote 'udp:127.0.0.1:1': expected unix:PATH",
        "dgram|local=udp:127.0.0.1:1,remote=unix:/a|remote 'unix:/a': expected udp:HOST:PORT",
        "dgram|local=/a,remote=unix:/a|local '/a': expected unix:PATH or udp:HOST:PORT",
        "dgram|local=udp:127.0.0.1:1,remote=udp:127.0.0.1:0|expected a port from 1 to 65535 at '0'",
        "dgram|local=udp:127.0.0.1:1,remote=udp:[::1]:1|remote 'udp:[::1]:1': is of another address family than local=",
        "mcast|10.0.0.1:1|expected an IPv4 multicast group (224.0.0.0/4) at '10.0.0.1:1'",
        "mcast|[ff02::1]:1|expected an IPv4 multicast group (224.0.0.0/4) at '[ff02::1]:1'",
        "mcast|230.0.0.1|expected HOST:PORT at '230.0.0.1'",
        "mcast|230.0.0.1:0|expected a port from 1 to 65535 at '0'",
        "mcast|230.0.0.1:1,local=x|local 'x': expected an IPv4 address of this host",
        "mcast|230.0.0.1:1,remote=unix:/a|unknown key 'remote'; expected local, name",
        "tap|''|expected the name of a TAP interface (1 to 15 bytes) at ''",
        "tap|a/b|expected the name of a TAP interface (1 to 15 bytes) at 'a/b'",
        "tap|abcdefghijklmnop|expected the name of a TAP interface (1 to 15 bytes) at 'abcdefghijklmnop'",
        "listen|unix:/a,foo=1|unknown key 'foo'; expected name, mac",
        "listen|unix:/a,local=unix:/b|unknown key 'local'; expected name, mac",
        "listen|unix:/a,name|expected key=value at 'name'",
        "listen|unix:/a,=x|expected key=value at '=x'",
        "listen|unix:/a,|nothing between two commas: expected key=value",
        "listen|unix:/a,name=a,name=b|name 'b': is given twice",
        "listen|unix:/a,name=|name '': expected a device name: 1 to 15 of [A-Za-z0-9_.-]",
        "listen|unix:/a,name=a b|name 'a b': expected a device name",
        "listen|unix:/a,name=abcdefghijklmnop|name 'abcdefghijklmnop': expected a device name",
        "listen|unix:/a,name=..|name '..': expected a device name",
        "listen|unix:/a,name=lo|name 'lo': is a device of the appliance",
        "listen|unix:/a,name=br0|name 'br0': is a device of the appliance",
        "listen|unix:/a,name=host0|name 'host0': is a device of the appliance",
        "listen|unix:/a,mac=1|mac '1': expected a MAC address such as 52:54:00:12:34:56",
        "listen|unix:/a,mac=ff:ff:ff:ff:ff:ff|mac 'ff:ff:ff:ff:ff:ff': expected the address of one card",
        "listen|unix:/a,mtu=575|mtu '575': expected a number from 576 to 65520",
        "listen|unix:/a,mtu=65521|mtu '65521': expected a number from 576 to 65520",
        "listen|unix:/a,mtu=1e3|mtu '1e3': expected a number from 576 to 65520",
        "listen|unix:/a,qmp=/q|qmp '/q': expected unix:PATH",
        "listen|unix:/a,qmp=unix:/a|'unix:/a' is already used by attachment net0",
        "listen|unix:/a,ncsi=on|ncsi 'on': expected fast, strict or off",
        "listen|unix:/a,ncsi-packages=0|ncsi-packages '0': expected a number from 1 to 8",
        "listen|unix:/a,ncsi-packages=9|ncsi-packages '9': expected a number from 1 to 8",
        "listen|unix:/a,ncsi-channels=0|ncsi-channels '0': expected a number from 1 to 31",
        "listen|unix:/a,ncsi-channels=32|ncsi-channels '32': expected a number from 1 to 31",
        "listen|unix:/a,ncsi-vendor=dell|ncsi-vendor 'dell': expected none, mellanox, broadcom or intel",
        "listen|unix:/a,ncsi=off,ncsi-packages=1|ncsi-packages '1': has no meaning with ncsi=off",
        "listen|unix:/a,allow=10.0.0.0/8|allow= is for tcp: addresses only",
        "listen|tcp:0.0.0.0:1,allow=x|allow 'x': expected CIDR",
        "listen|tcp:0.0.0.0:1,allow=10.0.0.1/8|allow '10.0.0.1/8': expected CIDR",
        "listen|unix:/a,netns=a/b|netns 'a/b': expected the name of a network namespace",
        "listen|unix:/a,netns=..|netns '..': expected the name of a network namespace",
        "listen|unix:/a,mode=0660|mode= is not supported yet",
      })
  void wrong(String kind, String text, String message) {
    assertThatThrownBy(() -> parse(kind, text))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("--" + kind + (text.isEmpty() ? "" : " '" + text + "'") + ": ")
        .hasMessageContaining(": " + message);
  }

  @Test
  void aSocketPathHasAtMost107Bytes() throws ConfigException {
    String fits = "unix:/" + "a".repeat(106);
    assertThat(parse("listen", fits).address()).hasToString(fits);
    assertThatThrownBy(() -> parse("listen", fits + "b"))
        .hasMessageContaining("has 108 bytes; a socket's has at most 107");
  }

  private static List<String> names(String... texts) throws ConfigException {
    ConfigBuilder builder = new ConfigBuilder();
    for (int i = 0; i < texts.length; i++) {
      Source source = Source.option("--listen", i + 1, texts[i]);
      builder.attach(source, Attachment.Kind.LISTEN, texts[i], CWD);
    }
    return builder.build().attachments().stream().map(Attachment::name).toList();
  }

  @Test
  void namesAreNumberedInTheOrderOfTheOptions() throws ConfigException {
    assertThat(names("unix:/a", "unix:/b")).containsExactly("net0", "net1");
    assertThat(names("unix:/a,name=x", "unix:/b")).containsExactly("x", "net0");
    assertThat(names("unix:/a", "unix:/b,name=net0", "unix:/c"))
        .containsExactly("net1", "net0", "net2");
  }

  @Test
  void namesAndAddressesAreUnique() {
    assertThatThrownBy(() -> names("unix:/a,name=x", "unix:/b,name=x"))
        .hasMessage(
            "--listen 'unix:/b,name=x': name 'x' is already that of --listen 'unix:/a,name=x'");
    assertThatThrownBy(() -> names("unix:/a", "unix:/./a"))
        .hasMessage("--listen 'unix:/./a': 'unix:/a' is already used by attachment net0");
    assertThatThrownBy(() -> names("tcp:127.0.0.1:1", "tcp:127.0.0.1:1"))
        .hasMessageEndingWith("'tcp:127.0.0.1:1' is already used by attachment net0");
  }

  @Test
  void portZeroMayBeAskedForTwice() throws ConfigException {
    assertThat(names("tcp:127.0.0.1:0", "tcp:127.0.0.1:0")).hasSize(2);
  }

  @Test
  void withoutAnyThereIsNet0InTheDirectory() throws ConfigException {
    DaemonConfig config = new ConfigBuilder().build();
    assertThat(config.attachments()).isEmpty();
    Attachment only = config.attachments(Path.of("/d")).get(0);
    assertThat(only.name()).isEqualTo("net0");
    assertThat(only.kind()).isEqualTo(Attachment.Kind.LISTEN);
    assertThat(only.address()).hasToString("unix:/d/net0.sock");
    assertThat(config.mtuOf(only)).isEqualTo(1500);
  }
}
