package dev.patchbay.qemu.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.qemu.qmp.QemuVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QemuCommandTest {
  private static final PlugAddress SOCKET = PlugAddress.unix(Path.of("/run/net0.sock"));
  private static final PlugAddress TCP = PlugAddress.inet("127.0.0.1", 4000);

  private static QemuVersion version(String text) {
    return QemuVersion.parse("QEMU emulator version " + text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7.2.22|stream,id=n0,server=off,addr.type=unix,addr.path=/run/net0.sock",
        "8.0.0|stream,id=n0,server=off,addr.type=unix,addr.path=/run/net0.sock,reconnect=1",
        "9.1.2|stream,id=n0,server=off,addr.type=unix,addr.path=/run/net0.sock,reconnect=1",
        "9.2.0|stream,id=n0,server=off,addr.type=unix,addr.path=/run/net0.sock,reconnect-ms=1000",
        "11.1.3|stream,id=n0,server=off,addr.type=unix,addr.path=/run/net0.sock,reconnect-ms=1000",
      })
  void aClientIsWrittenAsItsVersionHasIt(String version, String expected) {
    assertThat(Netdev.client(SOCKET, version(version)).option("n0", version(version)))
        .isEqualTo(expected);
  }

  @Test
  void beforeStreamThereIsSocketOverTcp() {
    QemuVersion old = version("6.2.0");
    assertThat(Netdev.client(TCP, old).option("n0", old))
        .isEqualTo("socket,id=n0,connect=127.0.0.1:4000");
    assertThat(Netdev.server(PlugAddress.inet("::1", 4000), old).option("n0", old))
        .isEqualTo("socket,id=n0,listen=[::1]:4000");
    assertThatThrownBy(() -> Netdev.client(SOCKET, old).option("n0", old))
        .hasMessageContaining("knows TCP only");
  }

  @Test
  void serversDatagramsAndGroups() {
    QemuVersion v = version("7.2.22");
    assertThat(Netdev.server(TCP, v).option("n1", v))
        .isEqualTo("stream,id=n1,server=on,addr.type=inet,addr.host=127.0.0.1,addr.port=4000");
    assertThat(new Netdev.Dgram(PlugAddress.unix(Path.of("/a,b")), SOCKET).option("n0", v))
        .isEqualTo(
            "dgram,id=n0,local.type=unix,local.path=/a,,b,"
                + "remote.type=unix,remote.path=/run/net0.sock");
    PlugAddress.Inet group = new PlugAddress.Inet("230.0.0.1", 1234);
    assertThat(new Netdev.Multicast(group, "127.0.0.1").option("n0", v))
        .isEqualTo("socket,id=n0,mcast=230.0.0.1:1234,localaddr=127.0.0.1");
  }

  @Test
  void whatAVersionLacksIsRefusedWithTheVersionThatHasIt() {
    QemuVersion v = version("7.2.22");
    Netdev patient = new Netdev.Stream(SOCKET, false, Duration.ofSeconds(1));
    assertThatThrownBy(() -> patient.option("n0", v))
        .hasMessage("-netdev stream with reconnect needs QEMU 8.0 or later, this is 7.2.22");
    Netdev serving = new Netdev.Stream(SOCKET, true, Duration.ofSeconds(1));
    assertThatThrownBy(() -> serving.option("n0", v)).hasMessageContaining("server=on");
  }

  @Test
  void aBoardsLineFromItsImage(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("image.properties"),
        """
        kernel=zImage
        initrd=root.cpio.gz
        board.romulus-bmc.dtb=romulus.dtb
        board.romulus-bmc.append=console=ttyS4,115200n8
        board.ast2500-evb.dtb=evb.dtb
        """);
    QemuBinary binary = new QemuBinary(List.of("/opt/q/run", "qemu-system-arm"), version("9.2.0"));
    QemuCommand command =
        QemuCommand.of(binary, Board.ROMULUS_BMC)
            .image(GuestImage.read(folder))
            .append("patchbay.console=harness")
            .nic(Netdev.client(SOCKET, binary.version()), "52:54:00:12:34:56")
            .qmp(Path.of("/run/q.sock"))
            .build();

    assertThat(command.words())
        .startsWith("/opt/q/run", "qemu-system-arm", "-M", "romulus-bmc")
        .containsSequence("-kernel", folder.resolve("zImage").toString())
        .containsSequence("-dtb", folder.resolve("romulus.dtb").toString())
        .containsSequence("-append", "console=ttyS4,115200n8 patchbay.console=harness")
        .containsSequence("-net", "nic,netdev=n0,macaddr=52:54:00:12:34:56")
        .containsSequence("-qmp", "unix:/run/q.sock,server=on,wait=off")
        .doesNotContain("-nodefaults");
    assertThat(command.qmp()).contains(Path.of("/run/q.sock"));
  }

  @Test
  void nicsOfAPcAreDevices() {
    QemuBinary binary = new QemuBinary(List.of("qemu-system-x86_64"), version("7.2.22"));
    QemuCommand command =
        QemuCommand.of(binary, Board.E1000)
            .nic(new Netdev.User(""), "")
            .nic(Netdev.server(SOCKET, binary.version()), "52:54:00:00:00:02")
            .build();
    assertThat(command.words())
        .containsSequence("-netdev", "user,id=n0", "-device", "e1000,netdev=n0")
        .containsSequence("-device", "e1000,netdev=n1,mac=52:54:00:00:00:02")
        .contains("-nodefaults");
  }

  @Test
  void boardsAreKnownByName() {
    assertThat(Board.of("ast2600-evb")).isEqualTo(Board.AST2600_EVB);
    assertThatThrownBy(() -> Board.of("palmetto"))
        .hasMessage(
            "unknown board 'palmetto': expected one of romulus-bmc, ast2500-evb, ast2600-evb, e1000");
  }

  @ParameterizedTest
  @CsvSource({
    "unix:/a/b,unix:/a/b",
    "tcp:[::1]:80,tcp:[::1]:80",
    "udp:127.0.0.1:9,tcp:127.0.0.1:9"
  })
  void addressesAreRead(String text, String expected) {
    assertThat(PlugAddress.parse(text)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({"unix:", "tcp:host", "tcp::80", "tcp:::1:80", "tcp:h:99999", "tcp:h:x", "vsock:1:2"})
  void otherAddressesAreRefused(String text) {
    assertThatThrownBy(() -> PlugAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected unix:PATH or tcp:HOST:PORT");
  }
}
