package dev.patchbay.it.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.OriginServer;
import dev.patchbay.it.Requires;
import dev.patchbay.it.Result;
import dev.patchbay.it.TestData;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What routers and hosts of the world say comes back to the guest, told by who said it. */
@Timeout(120)
@Requires({"root", "netns", "tun", "daemon"})
class RouterErrorsTest {
  private static final int SIZE = 5_000_000;
  private static World world;

  @BeforeAll
  static void build() throws Exception {
    world = new World();
  }

  @AfterAll
  static void remove() throws IOException {
    world.close();
  }

  private static byte[] bytes(int length) {
    byte[] b = new byte[length];
    Arrays.fill(b, (byte) 0x5a);
    return b;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tracerouteByUdp(boolean v6) throws Exception {
    String exceeded = v6 ? " 3/0" : " 11/0";
    try (Probe probe = Probe.udp(world.guest, v6)) {
      probe.send(World.far(v6), 33434, bytes(32), 1);
      assertThat(probe.error().text()).isEqualTo(World.gateway(v6) + exceeded);
      probe.send(World.far(v6), 33435, bytes(32), 2);
      Probe.Icmp second = probe.error();
      assertThat(second.text()).isEqualTo(World.router(v6) + exceeded);
      // the quotation is the guest's own packet: its destination, port and data
      assertThat(second.to().getAddress()).isEqualTo(World.literal(World.far(v6)));
      assertThat(second.to().getPort()).isEqualTo(33435);
      assertThat(second.data()).isEqualTo(bytes(32));
      probe.send(World.far(v6), 33436, bytes(32), 3);
      assertThat(probe.error().text()).isEqualTo(World.far(v6) + (v6 ? " 1/4" : " 3/3"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tracerouteByTcp(boolean v6) throws Exception {
    String exceeded = v6 ? " 3/0" : " 11/0";
    try (ServerSocket server = World.listen(world.far)) {
      int port = server.getLocalPort();
      try (Probe probe = Probe.tcp(world.guest, World.far(v6), port, 1)) {
        assertThat(probe.error().text()).isEqualTo(World.gateway(v6) + exceeded);
      }
      try (Probe probe = Probe.tcp(world.guest, World.far(v6), port, 2)) {
        Probe.Icmp error = probe.error();
        assertThat(error.text()).isEqualTo(World.router(v6) + exceeded);
        assertThat(error.to().getPort()).isEqualTo(port);
      }
      // the third hop is the server itself, and the connection that stands is an ordinary one
      try (Probe probe = Probe.tcp(world.guest, World.far(v6), port, 3);
          Socket accepted = server.accept()) {
        assertThat(accepted.isConnected()).isTrue();
        assertThat(probe.isSilent()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tracerouteByEcho(boolean v6) throws Exception {
    String[] ping = {
      "ping", v6 ? "-6" : "-4", "-n", "-c", "1", "-W", "5", "-t", "2", World.far(v6)
    };
    Result router = world.guest.exec(ping);
    assertThat(router.output())
        .containsIgnoringCase("From " + World.router(v6))
        .contains(v6 ? "Time exceeded: Hop limit" : "Time to live exceeded");
    ping[8] = "1";
    assertThat(world.guest.exec(ping).output()).contains("From " + World.gateway(v6));
    ping[8] = "3";
    assertThat(world.guest.exec(ping).ok()).contains("1 received");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aNarrowerLinkIsToldToTheGuest(boolean v6) throws Exception {
    String tooBig = v6 ? " 2/0" : " 3/4";
    try (OriginServer origin = OriginServer.start(world.far);
        Probe probe = Probe.udp(world.guest, v6)) {
      probe.send(World.far(v6), origin.echoPort(), bytes(1430));
      Probe.Icmp first = probe.error();
      assertThat(first.text()).isEqualTo(World.router(v6) + tooBig);
      assertThat(first.info()).isEqualTo(World.NARROW);
      // now the host knows the path, and it is the gateway that says so
      probe.send(World.far(v6), origin.echoPort(), bytes(1430));
      Probe.Icmp second = probe.error();
      assertThat(second.text()).isEqualTo(World.gateway(v6) + tooBig);
      assertThat(second.info()).isEqualTo(World.NARROW);
      probe.send(World.far(v6), origin.echoPort(), bytes(1300));
      assertThat(probe.receive().data()).isEqualTo(bytes(1300));
      // who may fragment gets through in pieces
      probe.fragmenting().send(World.far(v6), origin.echoPort(), bytes(1430));
      assertThat(probe.receive().data()).isEqualTo(bytes(1430));
      probe.send(World.far(v6), origin.echoPort(), bytes(8000));
      assertThat(probe.receive().data()).isEqualTo(bytes(8000));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tcpGoesThroughTheNarrowerLink(boolean v6) throws Exception {
    try (OriginServer origin = OriginServer.start(world.far)) {
      try (Socket up = World.connect(world.guest, World.far(v6), origin.sinkPort())) {
        new TestData(SIZE).transferTo(up.getOutputStream());
        up.shutdownOutput();
        assertThat(new String(up.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
            .startsWith(TestData.sha256(SIZE));
      }
      try (Socket down = World.connect(world.guest, World.far(v6), origin.sourcePort())) {
        down.getOutputStream().write((SIZE + "\n").getBytes(StandardCharsets.US_ASCII));
        try (InputStream in = down.getInputStream()) {
          assertThat(in.readNBytes(SIZE)).isEqualTo(new TestData(SIZE).readAllBytes());
        }
      }
    }
  }

  @Test
  void pingThatIsTooLongForThePath() throws Exception {
    World.sh(world.guest, "ip route flush cache");
    Result ping =
        world.guest.exec("ping", "-n", "-c", "1", "-W", "5", "-M", "do", "-s", "1440", World.FAR4);
    assertThat(ping.output() + ping.errors()).contains("mtu = " + World.NARROW);
  }
}
