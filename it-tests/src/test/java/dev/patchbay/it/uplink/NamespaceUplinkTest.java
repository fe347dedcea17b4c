package dev.patchbay.it.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Netns;
import dev.patchbay.it.Requires;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A guest (the kernel with the other end of the daemon's TAP) in a namespace of the daemon reaches
 * the world by that namespace's own uplink:
 *
 * <pre>
 *   guest --TAP-- daemon's host --veth-- far
 *   10.9.0.2      192.0.2.1               192.0.2.2
 * </pre>
 */
@Timeout(60)
@Requires({"daemon", "root", "netns"})
class NamespaceUplinkTest {
  private static final String FAR = "192.0.2.2";

  @TempDir Path folder;

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void aGuestOfANamespaceReachesTheWorld() throws Exception {
    try (Netns host = Netns.create();
        Netns far = Netns.create();
        Netns guest = Netns.create()) {
      host.veth(far, "192.0.2.1/24", FAR + "/24");
      World.sh(host, "ip tuntap add dev tap0 mode tap");
      World.sh(host, "ip link set tap0 up");
      try (Daemon daemon =
          Daemon.startIn(
              folder,
              host.wrapper(),
              "--tap",
              "tap0,netns=lab",
              "--exec",
              "ip -n lab link add up0 type uplink")) {
        for (String words :
            new String[] {
              "ip -n lab addr add 10.9.0.1/24 dev net0",
              "ip -n lab link set up0 up",
              "ip -n lab route add default dev up0"
            }) {
          daemon.exec(words.split(" ")).ok();
        }
        World.sh(host, "ip link set tap0 netns " + guest.name());
        World.sh(guest, "ip link set tap0 up");
        World.sh(guest, "ip addr add 10.9.0.2/24 dev tap0");
        World.sh(guest, "ip route add default via 10.9.0.1");

        World.sh(guest, "ping -c 2 -i 0.2 -W 5 " + FAR);
        try (ServerSocket server = World.listen(far);
            Socket client = World.connect(guest, FAR, server.getLocalPort());
            Socket accepted = server.accept()) {
          client.getOutputStream().write(ascii("by TCP"));
          assertThat(accepted.getInputStream().readNBytes(6)).isEqualTo(ascii("by TCP"));
          assertThat(accepted.getInetAddress().getHostAddress()).isEqualTo("192.0.2.1");
        }
        datagram(guest, far);

        daemon.exec("ip", "netns", "del", "lab").ok();
        assertThat(guest.exec("ping", "-c", "1", "-W", "1", FAR).succeeded()).isFalse();
        assertThat(daemon.stop()).isZero();
      }
    }
  }

  private static void datagram(Netns guest, Netns far) throws Exception {
    try (DatagramSocket server =
            Setns.call(far, () -> new DatagramSocket(new InetSocketAddress(FAR, 0)));
        DatagramSocket client = Setns.call(guest, () -> new DatagramSocket())) {
      byte[] data = ascii("by UDP");
      client.send(
          new DatagramPacket(data, data.length, new InetSocketAddress(FAR, server.getLocalPort())));
      DatagramPacket came = new DatagramPacket(new byte[100], 100);
      server.setSoTimeout(10_000);
      server.receive(came);
      assertThat(new String(came.getData(), 0, came.getLength(), StandardCharsets.US_ASCII))
          .isEqualTo("by UDP");
    }
  }
}
