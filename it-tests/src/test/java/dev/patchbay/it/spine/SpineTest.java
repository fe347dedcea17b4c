package dev.patchbay.it.spine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Guest;
import dev.patchbay.it.Netns;
import dev.patchbay.it.OriginServer;
import dev.patchbay.it.Requires;
import dev.patchbay.it.TestData;
import dev.patchbay.qemu.process.Board;
import dev.patchbay.qemu.process.Netdev;
import dev.patchbay.qemu.process.PlugAddress;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A real guest on the network through Patchbay: lease, gateway, the world behind the host (a veth
 * into a namespace of the test), 50 MB each way, a forwarded port, IPv6; on each board of the
 * contract.
 */
@Timeout(300)
class SpineTest {
  private static final String MAC = "52:54:00:12:34:56";
  private static final int SIZE = 50_000_000;
  private static final Duration LONG = Duration.ofSeconds(120);

  @Test
  @Requires({"root", "netns", "qemu-arm", "image-ast2500", "daemon"})
  void romulusWithNcsi() throws Exception {
    try (Lab lab = new Lab(Board.ROMULUS_BMC)) {
      lab.allOfTheSpine();
      assertThat(lab.guest.dmesg())
          .doesNotContain("No channel with link found")
          .doesNotContain("No channel found to configure")
          .doesNotContain("NCSI: Timed out");
      assertThat(lab.daemon.log()).contains("bmc0: NC-SI channel configured");
    }
  }

  @Test
  @Requires({"root", "netns", "qemu-arm", "image-ast2500", "daemon"})
  void ast2500EvaluationBoardWithPhy() throws Exception {
    try (Lab lab = new Lab(Board.of("ast2500-evb"))) {
      lab.allOfTheSpine();
    }
  }

  @Test
  @Requires({"root", "netns", "qemu-arm", "image-ast2600", "daemon"})
  void ast2600EvaluationBoard() throws Exception {
    try (Lab lab = new Lab(Board.of("ast2600-evb"))) {
      lab.allOfTheSpine();
    }
  }

  @Test
  @Requires({"root", "netns", "qemu-x86", "image-e1000", "daemon"})
  void pcWithE1000() throws Exception {
    try (Lab lab = new Lab(Board.E1000)) {
      lab.allOfTheSpine();
    }
  }

  /** Daemon in one namespace, the world in another, the guest plugged into the daemon. */
  private static final class Lab implements AutoCloseable {
    private final Netns world = Netns.create();
    private final Netns far = Netns.create();
    private final OriginServer origin;
    private final Daemon daemon;
    private final Guest guest;

    Lab(Board board) throws Exception {
      world.veth(far, "192.0.2.1/24", "192.0.2.2/24");
      world.allowPing();
      origin = OriginServer.start(far);
      daemon =
          Daemon.start(
              world,
              "--listen",
              "unix:bmc0.sock,name=bmc0,mac=" + MAC,
              "--hostfwd",
              "unix:forward.sock-bmc0:7");
      PlugAddress plug = PlugAddress.unix(daemon.plug("bmc0"));
      guest = Guest.on(board).nic(new Netdev.Stream(plug, false, Duration.ZERO), MAC).boot(LONG);
    }

    void allOfTheSpine() throws Exception {
      guest.run("ip link set eth0 up && udhcpc -i eth0 -n -q -t 10", LONG).ok();
      assertThat(guest.run("ip -4 addr show eth0").ok()).contains("inet 10.0.2.15/24");
      assertThat(guest.run("ip route").ok()).contains("default via 10.0.2.2");
      assertThat(guest.run("ping -c 3 10.0.2.2").ok()).contains(" 0% packet loss");
      assertThat(guest.run("ping -c 3 192.0.2.2").ok()).contains(" 0% packet loss");
      // longer than the link: the guest sends fragments, and gets fragments back
      assertThat(guest.run("ping -c 2 -s 3000 192.0.2.2").ok()).contains(" 0% packet loss");
      assertThat(guest.run("nslookup gateway 10.0.2.3").ok()).contains("10.0.2.2");
      down();
      up();
      forward();
      ipv6();
    }

    private void down() throws Exception {
      String url = origin.bytesUrl("192.0.2.2", SIZE);
      assertThat(guest.run("wget -qO- " + url + " | sha256sum", LONG).ok())
          .startsWith(TestData.sha256(SIZE));
    }

    private void up() throws Exception {
      // the origin's service keeps what it was sent and answers with its hash
      String command =
          "wget -qO /tmp/data "
              + origin.bytesUrl("192.0.2.2", SIZE / 5)
              + " && for i in 1 2 3 4 5; do cat /tmp/data; done > /tmp/all"
              + " && sha256sum < /tmp/all"
              + " && nc.traditional -q 1 192.0.2.2 "
              + origin.sinkPort()
              + " < /tmp/all";
      String answer = guest.run(command, LONG).ok();
      String sum = answer.substring(0, 64);
      assertThat(answer.substring(64)).contains(sum);
    }

    private void forward() throws Exception {
      guest.run("nc.traditional -l -p 7 -e /bin/cat >/dev/null 2>&1 &").ok();
      guest.runUntilOk("grep -q ':0007 00000000:0000 0A' /proc/net/tcp", LONG);
      Path path = Path.of(daemon.ready().at("/forwards/0/path").asString());
      var address = UnixDomainSocketAddress.of(path);
      try (var channel = SocketChannel.open(address)) {
        byte[] hello = "through the forward\n".getBytes(StandardCharsets.UTF_8);
        channel.write(ByteBuffer.wrap(hello));
        ByteBuffer answer = ByteBuffer.allocate(hello.length);
        while (answer.hasRemaining() && channel.read(answer) >= 0) {}
        assertThat(answer.array()).isEqualTo(hello);
      }
    }

    private void ipv6() throws Exception {
      guest.runUntilOk("ip -6 addr show dev eth0 scope site | grep -q 'inet6 fec0::'", LONG);
      assertThat(guest.run("ping -c 3 fec0::2").ok()).contains(" 0% packet loss");
    }

    @Override
    public void close() throws IOException {
      try (world;
          far;
          origin;
          daemon;
          guest) {
        assertThat(daemon.exitStatus()).as("the daemon lives").isEmpty();
      }
    }
  }
}
