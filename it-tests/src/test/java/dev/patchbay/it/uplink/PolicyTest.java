package dev.patchbay.it.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Requires;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Where guests may not go: {@code --restrict}, {@code --host-loopback}, our own listeners. */
@Timeout(120)
@Requires({"root", "netns", "tun", "daemon", "dig"})
class PolicyTest {
  private static void refused(World world, String host, int port) {
    assertThatThrownBy(() -> World.connect(world.guest, host, port))
        .hasRootCauseInstanceOf(ConnectException.class)
        .hasStackTraceContaining("refused");
  }

  private static void heardNothing(ServerSocket server) throws Exception {
    server.setSoTimeout(1);
    assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void restrictedNothingLeaves() throws Exception {
    try (World world = new World("--restrict", "--hostfwd", "tcp:127.0.0.1:0-10.0.2.15:80")) {
      for (String far : new String[] {World.FAR4, World.FAR6, World.HOST4}) {
        boolean v6 = far.equals(World.FAR6);
        String prohibited = v6 ? World.GATEWAY6 + " 1/1" : World.GATEWAY4 + " 3/13";
        try (Probe udp = Probe.udp(world.guest, v6);
            Probe tcp = Probe.tcp(world.guest, far, 80, 64)) {
          udp.send(far, 53, new byte[20]);
          assertThat(udp.error().text()).isEqualTo(prohibited);
          assertThat(tcp.error().text()).isEqualTo(prohibited);
        }
      }
      assertThat(world.guest.exec("ping", "-n", "-c", "1", "-W", "5", World.FAR4).output())
          .contains("filtered");
      assertThat(world.drops("host_denied")).isGreaterThanOrEqualTo(7);

      try (ServerSocket server = World.listen(world.host)) {
        refused(world, World.GATEWAY4, server.getLocalPort());
        refused(world, World.GATEWAY6, server.getLocalPort());
        heardNothing(server);
      }
      try (Probe udp = Probe.udp(world.guest, false)) {
        udp.send(World.GATEWAY4, 9, new byte[1]);
        assertThat(udp.error().text()).isEqualTo(World.GATEWAY4 + " 3/3");
      }
    }
  }

  @Test
  void restrictedServicesAndForwardsWork() throws Exception {
    try (World world = new World("--restrict", "--hostfwd", "tcp:127.0.0.1:0-10.0.2.15:80")) {
      int port = world.daemon().ready().path("forwards").get(0).path("port").asInt();
      try (ServerSocket server = World.listen(world.guest, 80);
          Socket client = World.connect(world.host, "127.0.0.1", port);
          Socket accepted = server.accept()) {
        client.getOutputStream().write(7);
        assertThat(accepted.getInputStream().read()).isEqualTo(7);
        accepted.getOutputStream().write(8);
        assertThat(client.getInputStream().read()).isEqualTo(8);
      }
      String dig = "dig +time=5 +tries=1 @10.0.2.3 ";
      assertThat(World.sh(world.guest, dig + "+short gateway")).isEqualTo(World.GATEWAY4);
      assertThat(World.sh(world.guest, dig + "example.com")).contains("status: REFUSED");
      assertThat(World.sh(world.guest, dig + "+tcp example.com")).contains("status: REFUSED");
      assertThat(offered(world)).isEqualTo("10.0.2.15");
      world.acceptRouterAdvertisements();
      String addresses = World.sh(world.guest, "ip -6 addr show scope site");
      while (!addresses.contains("dynamic")) {
        TimeUnit.MILLISECONDS.sleep(50);
        addresses = World.sh(world.guest, "ip -6 addr show scope site");
      }
      assertThat(addresses).contains("fec0::");
    }
  }

  /** The address of the OFFER to a DISCOVER (RFC 2131). */
  private static String offered(World world) throws Exception {
    byte[] discover = new byte[300];
    discover[0] = 1;
    discover[1] = 1;
    discover[2] = 6;
    discover[10] = (byte) 0x80;
    byte[] mac = {0x52, 0x54, 0, 1, 2, 3};
    System.arraycopy(mac, 0, discover, 28, 6);
    byte[] options = {0x63, (byte) 0x82, 0x53, 0x63, 53, 1, 1, (byte) 255};
    System.arraycopy(options, 0, discover, 236, options.length);
    try (DatagramSocket client = Setns.call(world.guest, () -> new DatagramSocket(68))) {
      client.setBroadcast(true);
      client.setSoTimeout(10_000);
      client.send(
          new DatagramPacket(
              discover, 300, new InetSocketAddress(World.literal("255.255.255.255"), 67)));
      DatagramPacket offer = new DatagramPacket(new byte[1500], 1500);
      client.receive(offer);
      byte[] b = offer.getData();
      return (b[16] & 0xff) + "." + (b[17] & 0xff) + "." + (b[18] & 0xff) + "." + (b[19] & 0xff);
    }
  }

  @Test
  void onlyTheNamedPortsOfTheLoopbackAreOpen() throws Exception {
    try (World world = new World("--host-loopback", "7001");
        ServerSocket open = World.listen(world.host, 7001);
        ServerSocket shut = World.listen(world.host, 7002)) {
      for (String gateway : new String[] {World.GATEWAY4, World.GATEWAY6}) {
        World.connect(world.guest, gateway, 7001).close();
        open.accept().close();
        refused(world, gateway, 7002);
      }
      heardNothing(shut);
      // the host's other addresses are the world
      World.connect(world.guest, World.HOST4, 7002).close();
      shut.accept().close();
    }
  }

  @Test
  void noneOfTheLoopback() throws Exception {
    try (World world = new World("--host-loopback", "none");
        ServerSocket shut = World.listen(world.host)) {
      refused(world, World.GATEWAY4, shut.getLocalPort());
      refused(world, World.GATEWAY6, shut.getLocalPort());
      heardNothing(shut);
    }
  }

  /** A guest must not plug itself into our own ports, whoever's and by whatever address. */
  @Test
  void plugsOfThisAndOfOtherInstancesAreReset() throws Exception {
    try (World world = new World("--listen", "tcp:127.0.0.1:0,name=cable");
        Daemon other =
            Daemon.start(world.host, "--listen", "tcp:0.0.0.0:0,name=theirs,allow=192.0.2.0/24")) {
      // other instances' listeners are read once a second at most
      TimeUnit.MILLISECONDS.sleep(1100);
      refused(world, World.GATEWAY4, 9);
      TimeUnit.MILLISECONDS.sleep(200);
      int ours = port(world.daemon().ready(), "cable");
      int theirs = port(other.ready(), "theirs");
      int tried = 0;
      for (int port : new int[] {ours, theirs}) {
        for (String host :
            new String[] {World.GATEWAY4, World.HOST4, World.GATEWAY6, "2001:db8:1::1"}) {
          refused(world, host, port);
          tried++;
        }
      }
      assertThat(world.drops("host_self")).isEqualTo(tried);
      assertThat(world.metric("patchbay_uplink_total{what=\"self\"}")).isEqualTo(tried);
      assertThat(world.daemon().log()).doesNotContain("cable: attached").doesNotContain("closed:");
      assertThat(other.log()).doesNotContain("attached").doesNotContain("closed:");
    }
  }

  private static int port(JsonNode ready, String name) {
    for (JsonNode port : ready.path("ports")) {
      if (port.path("name").asString("").equals(name)) {
        String address = port.path("address").asString("");
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
      }
    }
    throw new AssertionError(ready);
  }
}
