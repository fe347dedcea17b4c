package dev.patchbay.it.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Netns;
import dev.patchbay.it.Requires;
import java.io.EOFException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starting, asking and ending the daemon as tests do it. */
@Timeout(90)
@Requires("daemon")
class DaemonTest {

  @Test
  void itIsReadyAnswersAndEndsAsAsked() throws Exception {
    try (Daemon daemon = Daemon.start()) {
      assertThat(daemon.ready().path("pid").asLong(0)).isEqualTo(daemon.pid());
      assertThat(daemon.plug("net0")).exists();
      assertThat(daemon.exec("ip", "addr", "show", "lo").ok()).contains("127.0.0.1/8");
      assertThat(daemon.exec("ip", "frobnicate").succeeded()).isFalse();
      assertThat(daemon.get("/v1/ports").get(0).path("name").asString("")).isEqualTo("net0");
      daemon.suspend();
      daemon.resume();
      assertThat(daemon.exec("ip", "addr").ok()).isNotEmpty();
      assertThat(daemon.stop()).isZero();
      assertThat(daemon.plug("net0")).doesNotExist();
    }
  }

  @Test
  void aKilledOneIsStartedAgainInItsFolder(@TempDir Path folder) throws Exception {
    try (Daemon first = Daemon.startIn(folder, List.of())) {
      first.kill();
      assertThat(first.exitStatus()).hasValue(128 + 9);
      try (Daemon second = Daemon.startIn(folder, List.of())) {
        assertThat(second.plug("net0")).isEqualTo(first.plug("net0"));
        assertThat(second.exec("ip", "addr").succeeded()).isTrue();
      }
    }
    assertThat(Files.isDirectory(folder)).isTrue();
  }

  @Test
  void whatItRefusesIsInTheMessage() {
    assertThatThrownBy(() -> Daemon.start("--frobnicate"))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("daemon ended with 2")
        .hasMessageContaining("frobnicate");
  }

  @Test
  @Requires({"root", "netns"})
  void unixSocketsReachIntoItsNamespace() throws Exception {
    try (Netns world = Netns.create();
        Daemon daemon = Daemon.start(world)) {
      assertThat(world.exec("ip", "netns", "pids", world.name()).ok())
          .contains(String.valueOf(daemon.pid()));
      assertThat(daemon.exec("ip", "addr").ok()).isNotEmpty();
    }
  }
}
