package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.ControlClient;
import dev.patchbay.it.Daemon;
import dev.patchbay.it.Requires;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code trace} of a running daemon: as packets come, and of one that is described. */
@Timeout(90)
@Requires("daemon")
class TraceTest {
  /** An echo request of 10.0.2.77, 52:54:00:00:00:77, to 10.0.2.2. */
  private static final byte[] ECHO =
      HexFormat.of()
          .parseHex(
              "52550a0002025254000000770800"
                  + "4500001c00010000400162920a00024d0a000202"
                  + "0800f7fd00010001");

  private static void echo(SocketChannel to) throws IOException {
    to.write(ByteBuffer.allocate(4 + ECHO.length).putInt(ECHO.length).put(ECHO).flip());
  }

  @Test
  void asTheyCome() throws Exception {
    try (Daemon daemon = Daemon.start("--exec", "iptables -A INPUT -p icmp -j ACCEPT");
        SocketChannel guest = SocketChannel.open(UnixDomainSocketAddress.of(daemon.plug("net0")));
        ControlClient.Stream stream =
            daemon
                .control()
                .open(
                    "POST",
                    "/v1/exec?stream=1",
                    "{\"argv\":[\"trace\",\"-c\",\"1\",\"in=net0\",\"proto=icmp\"]}")) {
      assertThat(stream.status()).isEqualTo(200);
      echo(guest);
      assertThat(stream.readLine())
          .contains("packet   in=net0 proto=icmp src=10.0.2.77 dst=10.0.2.2 type=8 code=0 ttl=64");
      assertThat(stream.readLine()).contains("route    local dev br0");
      assertThat(stream.readLine())
          .contains("rule     INPUT filter INPUT 1: -p icmp -j ACCEPT => ACCEPT");
      assertThat(stream.readLine()).contains("local    for us");
      assertThat(stream.readLine()).isEqualTo("{\"status\":0}");
    }
  }

  @Test
  void whatWouldHappen() throws Exception {
    try (Daemon daemon = Daemon.start("--exec", "ip6tables -A FORWARD -o host0 -j REJECT")) {
      String packet = "in=net0 proto=tcp src=10.0.2.15 dst=192.0.2.7 dport=443";
      assertThat(daemon.exec("trace", "--packet", packet).ok()).endsWith("sent     host0");
      String six = "in=net0 proto=tcp src=fec0::15 dst=2001:db8::7 dport=443";
      assertThat(daemon.exec("trace", "-j", "--packet", six).ok())
          .contains("\"chain\":\"FORWARD\",\"rule\":1,\"verdict\":\"DROP\"")
          .contains("{\"step\":\"dropped\",\"reason\":\"NETFILTER_DROP\"}");
      assertThat(daemon.exec("drops").ok().lines()).as("nothing was dropped").hasSize(1);
    }
  }
}
