package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Requires;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code tc} on a running daemon, and what a guest feels of it. */
@Timeout(90)
@Requires("daemon")
class TcTest {
  @TempDir Path folder;

  /** Asks for the gateway's address and returns how long the answer took, ms. */
  private static long arp(ArpPeer guest) throws IOException {
    long before = System.nanoTime();
    assertThat(guest.gateway()).isEqualTo("52550a000202");
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);
  }

  @Test
  void netemDelaysFramesToAndFromTheGuest() throws Exception {
    try (Daemon daemon =
            Daemon.start("--exec", "tc qdisc add dev net0 root netem delay 300ms seed 1");
        ArpPeer guest = new ArpPeer(daemon.plug("net0"))) {
      assertThat(arp(guest)).isGreaterThanOrEqualTo(300);
      daemon.exec("tc", "qdisc", "add", "dev", "net0", "ingress", "netem", "delay", "400ms").ok();
      assertThat(arp(guest)).isGreaterThanOrEqualTo(700);
      assertThat(daemon.exec("tc", "-s", "qdisc", "show", "dev", "net0").ok())
          .contains("root refcnt 2 limit 1000 delay 300ms seed 1")
          .contains("qdisc netem ffff: parent ffff:fff1 limit 1000 delay 400ms")
          .contains(" pkt (dropped 0,");
      assertThat(daemon.exec("ip", "link", "show", "net0").ok()).contains(" qdisc netem ");
      daemon.exec("tc", "qdisc", "change", "dev", "net0", "root", "netem", "loss", "100%").ok();
      daemon.exec("tc", "qdisc", "del", "dev", "net0", "ingress").ok();
      guest.ask();
      while (!daemon.exec("drops", "-j").ok().contains("QDISC_LOSS")) {
        Thread.sleep(20);
      }
      daemon.exec("tc", "qdisc", "del", "dev", "net0", "root").ok();
      arp(guest);
      assertThat(daemon.stop()).isZero();
    }
  }

  @Test
  void batchesAndLinksOfTheNameWork() throws Exception {
    try (Daemon daemon = Daemon.start()) {
      Path link = Files.createSymbolicLink(folder.resolve("tc"), Daemon.SCRIPT);
      Path batch = folder.resolve("batch");
      Files.writeString(
          batch,
          """
          # two levels
          qdisc add dev net0 root handle 1: netem delay 10ms
          qdisc add dev net0 parent 1:1 handle 10: tbf rate 1mbit burst 10k latency 50ms
          qdisc add dev net0 parent 7: pfifo
          qdisc del dev net0 root
          """);
      ProcessBuilder builder = new ProcessBuilder(link.toString(), "-b", batch.toString());
      builder.environment().put("PATCHBAY_CONTROL", daemon.ready().get("control").asString());
      Process tc = builder.redirectErrorStream(true).start();
      assertThat(new String(tc.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("Error: Failed to find specified qdisc.\nCommand failed -:4\n");
      assertThat(tc.waitFor()).isEqualTo(1);
      assertThat(daemon.exec("tc", "qdisc", "show", "dev", "net0").ok().lines())
          .containsExactly(
              "qdisc netem 1: root refcnt 2 limit 1000 delay 10ms",
              "qdisc tbf 10: parent 1:1 rate 1Mbit burst 10Kb lat 50ms");
      assertThat(daemon.exec("ethtool", "-i", "net0").ok()).startsWith("driver: patchbay\n");
      assertThat(daemon.exec("tc", "actions", "show").errors())
          .contains("Error: 'tc actions' is not supported here.");
    }
  }
}
