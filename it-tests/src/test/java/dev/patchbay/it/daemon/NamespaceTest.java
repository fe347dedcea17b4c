package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Requires;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An attachment in a network namespace of its own, on a running daemon. */
@Timeout(60)
@Requires("daemon")
class NamespaceTest {
  @TempDir Path folder;

  @Test
  void anAttachmentNamesItsNamespace() throws Exception {
    Path other = folder.resolve("red.sock");
    try (Daemon daemon =
        Daemon.start(
            "--listen", "unix:" + folder.resolve("net0.sock"),
            "--listen", "unix:" + other + ",name=bmc1,netns=red")) {
      assertThat(daemon.exec("ip", "netns").ok()).isEqualTo("red");
      assertThat(daemon.exec("ip", "-br", "link").ok()).doesNotContain("bmc1");
      assertThat(daemon.exec("ip", "-n", "red", "-br", "link").ok())
          .startsWith("lo               DOWN ")
          .contains("\nbmc1             DOWN ");
      daemon.exec("ip", "-n", "red", "addr", "add", "10.0.2.2/24", "dev", "bmc1").ok();
      try (ArpPeer first = new ArpPeer(folder.resolve("net0.sock"));
          ArpPeer second = new ArpPeer(other)) {
        assertThat(first.gateway()).isEqualTo("52550a000202");
        String mac = daemon.exec("ip", "-n", "red", "-br", "link", "show", "bmc1").ok();
        assertThat(mac.replace(":", "")).contains(second.gateway());
        assertThat(daemon.exec("ip", "neigh").ok())
            .containsOnlyOnce("10.0.2.77")
            .contains("dev br0");
        assertThat(daemon.exec("ip", "-n", "red", "neigh").ok())
            .containsOnlyOnce("10.0.2.77")
            .contains("dev bmc1");
      }
      assertThat(daemon.exec("ip", "netns", "del", "red").ok()).isEmpty();
      assertThat(daemon.exec("ip", "-br", "link").ok()).contains("\nbmc1 ");
      assertThat(daemon.exec("ip", "-n", "red", "link").errors())
          .isEqualTo("Cannot open network namespace \"red\": No such file or directory\n");
      assertThat(daemon.stop()).isZero();
    }
  }
}
