package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Requires;
import java.io.EOFException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands at start. */
@Timeout(90)
@Requires("daemon")
class ExecTest {
  @TempDir Path folder;

  @Test
  void theyRunInOrderAndTheirOutputIsLogged() throws Exception {
    try (Daemon daemon =
        Daemon.start("--exec", "ip -j 'addr' show dev br0", "--exec", "ip route show default")) {
      String log = daemon.log();
      assertThat(log)
          .contains("--exec #1 'ip -j 'addr' show dev br0': [{\"ifindex\":")
          .contains("--exec #2 'ip route show default': default dev host0");
      assertThat(log.indexOf("--exec #1")).isLessThan(log.indexOf("--exec #2"));
      // the port is there while they run, and nobody is plugged in
      assertThat(daemon.exec("ip", "link", "show", "net0").ok()).contains("NO-CARRIER");
      assertThat(daemon.stop()).isZero();
    }
  }

  @Test
  void aCommandThatFailsEndsTheStart() {
    refused("ip link show dev nope", "--exec #2 'ip link show dev nope': ");
    refused(
        "frobnicate now", "--exec #2 'frobnicate now': patchbay: 'frobnicate' is not supported");
    refused("ip 'addr", "--exec #2 'ip 'addr': ");
    refused(
        "ip -batch no.such.file",
        "--exec #2 'ip -batch no.such.file': cannot open file 'no.such.file'");
  }

  private void refused(String command, String message) {
    Path plug = folder.resolve("plug.sock");
    assertThatThrownBy(
            () -> Daemon.start("--listen", "unix:" + plug, "--exec", "ip addr", "--exec", command))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("daemon ended with 2")
        .hasMessageContaining(message);
    assertThat(plug).as("no plug was opened before").doesNotExist();
  }

  @Test
  void thoseOfTheFileAreNamedByTheirLine() throws Exception {
    Path file = folder.resolve("c.yaml");
    Files.writeString(file, "version: 1\nexec:\n  - ip addr\n  - ip link show dev nope\n");
    assertThatThrownBy(() -> Daemon.start("--config", file.toString()))
        .hasMessageContaining("daemon ended with 2")
        .hasMessageContaining("c.yaml:4:5 'ip link show dev nope': ");
  }
}
