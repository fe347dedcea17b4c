package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Requires;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An attachment in a network namespace of its own, on a running daemon. */
@Timeout(60)
@Requires("daemon")
class NamespaceTest {
  private static final int ARP = 42;

  /** Who has 10.0.2.2? Tell 10.0.2.77, 52:54:00:00:00:77. */
  private static final byte[] WHO_HAS =
      HexFormat.of()
          .parseHex(
              "ffffffffffff5254000000770806"
                  + "00010800060400015254000000770a00024d0000000000000a000202");

  @TempDir Path folder;

  /** The station that answers for the gateway's address, as twelve digits. */
  private static String gateway(SocketChannel guest) throws Exception {
    guest.write(ByteBuffer.allocate(4 + ARP).putInt(ARP).put(WHO_HAS).flip());
    while (true) {
      byte[] frame = read(guest, read(guest, 4).getInt()).array();
      if (frame[12] == 8 && frame[13] == 6 && frame[21] == 2) {
        return HexFormat.of().formatHex(frame, 22, 28);
      }
    }
  }

  private static ByteBuffer read(SocketChannel from, int length) throws Exception {
    ByteBuffer into = ByteBuffer.allocate(length);
    while (into.hasRemaining()) {
      assertThat(from.read(into)).isPositive();
    }
    return into.flip();
  }

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
      try (SocketChannel first =
              SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("net0.sock")));
          SocketChannel second = SocketChannel.open(UnixDomainSocketAddress.of(other))) {
        assertThat(gateway(first)).isEqualTo("52550a000202");
        String mac = daemon.exec("ip", "-n", "red", "-br", "link", "show", "bmc1").ok();
        assertThat(mac.replace(":", "")).contains(gateway(second));
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
