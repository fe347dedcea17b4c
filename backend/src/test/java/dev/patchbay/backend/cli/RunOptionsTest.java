package dev.patchbay.backend.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.DaemonConfig;
import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.config.HostLoopback;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunOptionsTest {
  private static final Path CWD = Path.of("/cwd");

  private static DaemonConfig parse(String... argv) throws ConfigException {
    return RunOptions.parse(List.of(argv), CWD);
  }

  @Test
  void nothing() throws ConfigException {
    DaemonConfig config = parse();
    assertThat(config.instance()).isEqualTo(new DaemonConfig.Instance("default", null, null, null));
    assertThat(config.attachments()).isEmpty();
    assertThat(config.forwards()).isEmpty();
    assertThat(config.uplink()).isEqualTo(new DaemonConfig.Uplink(false, HostLoopback.ALL, false));
    assertThat(config.mtu()).isEqualTo(1500);
    assertThat(config.captures()).isEmpty();
    assertThat(config.exec()).isEmpty();
    assertThat(config.seed()).isEmpty();
    assertThat(config.log()).isEqualTo(new DaemonConfig.Log(DaemonConfig.Log.Level.INFO, false));
    assertThat(config.services()).isEmpty();
    assertThat(config.file()).isNull();
    assertThat(config.command()).isEmpty();
  }

  @Test
  void everyOption() throws ConfigException {
    DaemonConfig config =
        parse(
            "--listen",
            "unix:a",
            "--connect=unix:b",
            "--dgram",
            "local=unix:c,remote=unix:d",
            "--mcast",
            "230.0.0.1:1",
            "--tap",
            "tap0",
            "--hostfwd",
            "tcp::22-net1:22",
            "--hostfwd",
            "udp::0-:69",
            "--restrict",
            "--host-loopback",
            "22",
            "--mtu=9000",
            "--pcap",
            "-",
            "--pcap",
            "x.pcapng,port=net1",
            "--pcap",
            "y.pcapng,port=nflog:5",
            "--exec",
            "ip 'a b'",
            "--exec",
            "\"x\" y \"z\"",
            "--seed",
            "7",
            "--state",
            "none",
            "--allow-link-local",
            "--name",
            "ci",
            "--dir",
            "d",
            "--control",
            "/c",
            "--ready-file",
            "r",
            "--log-level",
            "trace",
            "--log-format",
            "json",
            "--",
            "qemu",
            "--listen",
            "--");
    assertThat(config.attachments())
        .map(a -> a.name() + " " + a.kind())
        .containsExactly("net0 LISTEN", "net1 CONNECT", "net2 DGRAM", "net3 MCAST", "net4 TAP");
    assertThat(config.forwards())
        .map(Forward::toString)
        .containsExactly("tcp:127.0.0.1:22-net1:22", "udp:127.0.0.1:0-:69");
    assertThat(config.uplink())
        .isEqualTo(new DaemonConfig.Uplink(true, HostLoopback.parse("22").orElseThrow(), true));
    assertThat(config.mtu()).isEqualTo(9000);
    assertThat(config.capturesToStandardOutput()).isTrue();
    assertThat(config.captures().get(1).file()).isEqualTo(Path.of("/cwd/x.pcapng"));
    assertThat(config.captures().get(1).port()).isEqualTo("net1");
    assertThat(config.captures().get(2).port()).isEqualTo("nflog:5");
    assertThat(config.exec().get(0).argv()).containsExactly("ip", "a b");
    assertThat(config.exec().get(1).argv()).containsExactly("x", "y", "z");
    assertThat(config.exec().get(1).label()).isEqualTo("--exec #2 '\"x\" y \"z\"'");
    assertThat(config.seed()).hasValue(7);
    assertThat(config.instance())
        .isEqualTo(
            new DaemonConfig.Instance("ci", Path.of("/cwd/d"), Path.of("/c"), Path.of("/cwd/r")));
    assertThat(config.log()).isEqualTo(new DaemonConfig.Log(DaemonConfig.Log.Level.TRACE, true));
    assertThat(config.command()).containsExactly("qemu", "--listen", "--");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--foo|unknown option '--foo'; see patchbay run --help",
        "--foo=1|unknown option '--foo'; see patchbay run --help",
        "--list x|unknown option '--list'; see patchbay run --help",
        "-x|unknown option '-x'; see patchbay run --help",
        "--restrict=yes|unknown option '--restrict'; see patchbay run --help",
        "x|unexpected argument 'x': a command stands after --; see patchbay run --help",
        "--restrict x --mtu 1500|unexpected argument 'x': a command stands after --; see patchbay"
            + " run --help",
        "--listen|--listen needs an argument (ADDRESS); see patchbay run --help",
        "--mtu --restrict|--mtu needs an argument (N); see patchbay run --help",
        "--|--: expected a command after it; see patchbay run --help",
        "--mtu 575|--mtu '575': expected a number from 576 to 65520",
        "--mtu 1500 --mtu 1500|--mtu '1500': is given twice",
        "--seed x|--seed 'x': expected a number from 0 to 9223372036854775807",
        "--state keep|--state 'keep': is not supported yet; expected none",
        "--state all|--state 'all': expected none",
        "--web 127.0.0.1:80|--web is not supported yet",
        "--name -x|--name '-x': expected 1 to 64 of [A-Za-z0-9_.-], the first not a dot or dash",
        "--name a/b|--name 'a/b': expected 1 to 64 of [A-Za-z0-9_.-], the first not a dot or dash",
        "--host-loopback x|--host-loopback 'x': expected all, none or PORT,… (1 to 65535)",
        "--log-level x|--log-level 'x': expected error, warn, info, debug or trace",
        "--log-format x|--log-format 'x': expected text or json",
        "--pcap a,port=b|--pcap 'a,port=b': port 'b': no attachment has that name (there is net0)",
        "--pcap a,port=nflog:65536|--pcap 'a,port=nflog:65536': port 'nflog:65536': no attachment"
            + " has that name (there is net0)",
        "--pcap a,port=nflog:007|--pcap 'a,port=nflog:007': port 'nflog:007': no attachment"
            + " has that name (there is net0)",
        "--pcap a,foo=b|--pcap 'a,foo=b': unknown key 'foo'; expected port",
        "--pcap a,port=net0,port=b|--pcap 'a,port=net0,port=b': port 'b': is given twice",
        "--pcap -|--pcap '-': standard output is the capture, so the ready line needs --ready-file"
            + " FILE",
        "--exec ip --exec 'a|--exec #2 ''a': the quote ' at position 1 is not closed",
        "--hostfwd x|invalid forwarding rule 'x': expected a '-' between host and guest at 'x'",
        "--listen x|--listen 'x': expected unix:PATH or tcp:HOST:PORT at 'x'",
        "--control a --listen unix:a|--listen 'unix:a': 'unix:/cwd/a' is already used by the"
            + " control socket",
        "--listen unix:a --hostfwd unix:a-:1|invalid forwarding rule 'unix:a-:1': already used by"
            + " attachment net0 at '/cwd/a'",
        "--config /nowhere/x|--config '/nowhere/x': no such file",
      })
  void wrong(String line, String message) {
    assertThatThrownBy(() -> parse(line.split(" ")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message);
  }

  @Test
  void anEmptyCommandIsNone() {
    assertThatThrownBy(() -> parse("--exec", " ")).hasMessage("--exec #1 ' ': expected a command");
  }

  @Test
  void optionsReplaceTheScalarsOfTheFileAndAppendToItsLists(@TempDir Path dir) throws Exception {
    Files.writeString(
        dir.resolve("c.yaml"),
        """
        version: 1
        name: file
        mtu: 9000
        exec: [ip a]
        forwards: ["tcp::1-:1"]
        attachments: [{listen: unix:a}]
        """);
    DaemonConfig config =
        RunOptions.parse(
            List.of(
                "--mtu",
                "1400",
                "--exec",
                "ip b",
                "--hostfwd",
                "tcp::2-x:1",
                "--listen",
                "unix:/b,name=x",
                "--config",
                "c.yaml"),
            dir);
    assertThat(config.instance().name()).isEqualTo("file");
    assertThat(config.mtu()).isEqualTo(1400);
    assertThat(config.exec()).map(e -> e.text()).containsExactly("ip a", "ip b");
    assertThat(config.exec().get(1).label()).isEqualTo("--exec #1 'ip b'");
    assertThat(config.attachments()).map(Attachment::name).containsExactly("net0", "x");
    assertThat(config.attachments().get(0).address()).hasToString("unix:" + dir.resolve("a"));
    assertThat(config.forwards()).hasSize(2);
    Files.writeString(dir.resolve("bad.yaml"), "version: 1\nmtu: 1\n");
    assertThatThrownBy(() -> RunOptions.parse(List.of("--config", "bad.yaml"), dir))
        .hasMessage("bad.yaml:2:6: mtu '1': expected a number from 576 to 65520");
  }

  @Test
  void aUserNetworkOfQemusOwnIsRefusedWithTheLineToUse() throws ConfigException {
    assertThatThrownBy(() -> parse("--", "qemu", "-netdev", "user,id=n7,hostfwd=:x"))
        .hasMessage(
            "'-netdev user,id=n7,hostfwd=:x' in the command is not rewritten yet: give patchbay run"
                + " --listen unix:/tmp/n7.sock and the command -netdev"
                + " stream,id=n7,server=off,addr.type=unix,addr.path=/tmp/n7.sock, and its hostfwd="
                + " rules as --hostfwd RULE");
    assertThatThrownBy(() -> parse("--", "qemu", "-net", "nic", "-net", "user"))
        .hasMessageContaining("--listen tcp:127.0.0.1:5555")
        .hasMessageEndingWith("-net socket,connect=127.0.0.1:5555");
    assertThatThrownBy(() -> parse("--", "qemu", "--nic", "user,model=e1000"))
        .hasMessageContaining("-nic socket,connect=127.0.0.1:5555");
    assertThat(parse("--", "qemu", "-netdev", "stream,id=user", "user,").command()).hasSize(4);
  }

  @Test
  void theHelpNamesEveryOptionWithItsArgument() {
    String help = RunHelp.text();
    for (RunOptions.Row row : RunOptions.TABLE) {
      assertThat(help).contains("  --" + row.name() + " " + row.argument());
    }
    assertThat(help).doesNotContain("--web").contains("repeatable", "(default 1500)");
    assertThat(help.lines()).allMatch(line -> line.length() <= 100);
  }
}
