package dev.patchbay.it.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Netns;
import dev.patchbay.it.Requires;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One network over two machines, one of them the kernel's:
 *
 * <pre>
 *   guest --TAP-- br0 with vx0 of the daemon, on host --veth-- far with a vxlan device of Linux
 *   10.0.2.15     10.0.2.2                  192.0.2.1          192.0.2.2, within 10.0.2.9
 * </pre>
 */
@Timeout(90)
@Requires({"daemon", "root", "netns"})
class VxlanKernelTest {
  private static final int BYTES = 1 << 20;
  private static final String FAR = "10.0.2.9";
  private static final String GUEST = "10.0.2.15";

  @TempDir Path folder;

  @Test
  void overIpv4() throws Exception {
    span("192.0.2.1", "192.0.2.2", 1500); // frames longer than the way come in two pieces
  }

  @Test
  void overIpv6() throws Exception {
    span("2001:db8:1::1", "2001:db8:1::2", 1430);
  }

  private void span(String here, String there, int mtu) throws Exception {
    try (Netns host = Netns.create();
        Netns far = Netns.create();
        Netns guest = Netns.create()) {
      String link = host.veth(far, "192.0.2.1/24", "192.0.2.2/24");
      World.sh(host, "ip addr add 2001:db8:1::1/64 dev " + link + " nodad");
      String farEnd = link.replace('v', 'p');
      World.sh(far, "ip addr add 2001:db8:1::2/64 dev " + farEnd + " nodad");
      String words =
          "ip link add vx0 type vxlan id 77 dstport 4789 local " + there + " remote " + here;
      assumeTrue(far.exec(words.split(" ")).succeeded(), "this kernel has no vxlan");
      // a veth leaves checksums undone, also within a tunnel: a socket would see them so
      World.sh(far, "ethtool -K vx0 tx off");
      World.sh(far, "ip link set vx0 up mtu " + mtu);
      World.sh(far, "ip addr add " + FAR + "/24 dev vx0");
      World.sh(host, "ip tuntap add dev tap0 mode tap");
      World.sh(host, "ip link set tap0 up");
      String vxlan = "ip link add vx0 type vxlan id 77 dstport 4789 local " + here;
      try (Daemon daemon =
          Daemon.startIn(
              folder,
              host.wrapper(),
              "--tap",
              "tap0",
              "--exec",
              vxlan,
              "--exec",
              "bridge fdb append 00:00:00:00:00:00 dev vx0 dst " + there,
              "--exec",
              "ip link set vx0 up master br0")) {
        World.sh(host, "ip link set tap0 netns " + guest.name());
        World.sh(guest, "ip link set tap0 up mtu " + mtu);
        World.sh(guest, "ip addr add " + GUEST + "/24 dev tap0");

        World.sh(far, "ping -c 2 -i 0.2 -W 5 10.0.2.2");
        World.sh(guest, "ping -c 2 -i 0.2 -W 5 " + FAR);
        World.sh(guest, "ping -c 1 -W 5 -s " + (mtu - 28) + " " + FAR);
        transfer(guest, far, FAR);
        transfer(far, guest, GUEST);
        assertThat(daemon.exec("bridge", "fdb", "show", "dev", "vx0").ok())
            .containsPattern("(?m)^[0-9a-f:]{17} dst " + there + " self ?$");

        daemon.exec("ip", "link", "del", "vx0").ok();
        assertThat(guest.exec("ping", "-c", "1", "-W", "1", FAR).succeeded()).isFalse();
        assertThat(daemon.stop()).isZero();
      }
    }
  }

  /** Bytes by TCP from one to a server of the other and back. */
  private static void transfer(Netns from, Netns to, String address) throws Exception {
    byte[] data = new byte[BYTES];
    new Random(1).nextBytes(data);
    try (ServerSocket server = World.listen(to);
        Socket client = World.connect(from, address, server.getLocalPort());
        Socket accepted = server.accept()) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  client.getOutputStream().write(data);
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      byte[] read = accepted.getInputStream().readNBytes(BYTES);
      writer.join();
      assertThat(Arrays.equals(read, data)).isTrue();
      accepted.getOutputStream().write(read, 0, 1000);
      assertThat(client.getInputStream().readNBytes(1000)).isEqualTo(Arrays.copyOf(data, 1000));
    }
  }
}
