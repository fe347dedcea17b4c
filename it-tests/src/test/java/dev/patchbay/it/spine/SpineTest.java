package dev.patchbay.it.spine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Guest;
import dev.patchbay.it.Requires;
import dev.patchbay.qemu.process.Board;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A real guest on the network through Patchbay: lease, gateway, the world behind the host (a veth
 * into a namespace of the test), 50 MB each way, 200 connections at once, forwarded ports, IPv6; on
 * each board of the contract.
 */
@Timeout(300)
class SpineTest {
  private static final int SIZE = 50_000_000;
  private static final int CONNECTIONS = 200;

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  @Requires({"root", "netns", "qemu-arm", "image-ast2500", "daemon"})
  void romulusWithNcsi() throws Exception {
    allOfTheSpine(Board.ROMULUS_BMC);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  @Requires({"root", "netns", "qemu-arm", "image-ast2500", "daemon"})
  void ast2500EvaluationBoardWithPhy() throws Exception {
    allOfTheSpine(Board.AST2500_EVB);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  @Requires({"root", "netns", "qemu-arm", "image-ast2600", "daemon"})
  void ast2600EvaluationBoard() throws Exception {
    allOfTheSpine(Board.AST2600_EVB);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  @Requires({"root", "netns", "qemu-x86", "image-e1000", "daemon"})
  void pcWithE1000() throws Exception {
    allOfTheSpine(Board.E1000);
  }

  private static void allOfTheSpine(Board board) throws Exception {
    try (Lab lab =
        new Lab(
            "--listen",
            "unix:DIR/bmc0.sock,name=bmc0,mac=" + Lab.MAC,
            "--hostfwd",
            "unix:DIR/forward.sock-bmc0:7",
            "--hostfwd",
            "tcp::0-bmc0:7",
            "--hostfwd",
            "udp::0-bmc0:7")) {
      Guest guest = lab.boot(board, "bmc0", Lab.MAC);
      Lab.lease(guest);
      assertThat(guest.run("ip -4 addr show eth0").ok()).contains("inet 10.0.2.15/24");
      assertThat(guest.run("ip route").ok()).contains("default via 10.0.2.2");
      assertThat(guest.run("ping -c 3 10.0.2.2").ok()).contains(" 0% packet loss");
      assertThat(guest.run("ping -c 3 " + Lab.FAR).ok()).contains(" 0% packet loss");
      // longer than the link: the guest sends fragments, and gets fragments back
      assertThat(guest.run("ping -c 2 -s 3000 " + Lab.FAR).ok()).contains(" 0% packet loss");
      assertThat(guest.run("nslookup gateway 10.0.2.3").ok()).contains("10.0.2.2");
      lab.download(guest, SIZE);
      lab.upload(guest, SIZE);
      manyAtOnce(lab, guest);
      forwards(lab, guest);
      guest.runUntilOk("ip -6 addr show dev eth0 scope site | grep -q 'inet6 fec0::'", Lab.LONG);
      assertThat(guest.run("ping -c 3 fec0::2").ok()).contains(" 0% packet loss");
    }
  }

  /**
   * Each connection carries some 10 KB of its own to the meeting point of the world, which gives
   * them back when as many are open as were announced: nobody gets an answer if they are not all
   * there at the same time.
   */
  private static void manyAtOnce(Lab lab, Guest guest) throws Exception {
    String script =
        """
        one() {
          own=" connection $1 of the guest"
          for doubling in 1 2 3 4 5 6 7 8 9; do own=$own$own; done
          back=$({ echo COUNT; echo "$own"; } | nc.traditional -n -q 90 FAR PORT)
          [ "$back" = "$own" ] && echo same
        }
        i=0
        while [ $i -lt COUNT ]; do i=$((i + 1)); one $i & done | sort | uniq -c
        """
            .replace("COUNT", String.valueOf(CONNECTIONS))
            .replace("FAR", Lab.FAR)
            .replace("PORT", String.valueOf(lab.origin().meetPort()));
    assertThat(guest.run(script, Lab.LONG).ok()).isEqualTo(CONNECTIONS + " same");
  }

  private static void forwards(Lab lab, Guest guest) throws Exception {
    Lab.serveEcho(guest, 7);
    var address = UnixDomainSocketAddress.of(Path.of(lab.forward("unix").path("path").asString()));
    try (var channel = SocketChannel.open(address)) {
      byte[] hello = "through the forward\n".getBytes(StandardCharsets.UTF_8);
      channel.write(ByteBuffer.wrap(hello));
      ByteBuffer answer = ByteBuffer.allocate(hello.length);
      while (answer.hasRemaining() && channel.read(answer) >= 0) {}
      assertThat(answer.array()).isEqualTo(hello);
    }
    lab.echoByForward("tcp");
    lab.echoByForward("udp");
  }
}
