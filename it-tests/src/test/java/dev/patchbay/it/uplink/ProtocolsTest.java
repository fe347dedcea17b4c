package dev.patchbay.it.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.it.OriginServer;
import dev.patchbay.it.Requires;
import dev.patchbay.it.TestData;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TCP and UDP of both families from a guest to the world and to the host's loopback. */
@Timeout(120)
@Requires({"root", "netns", "tun", "daemon"})
class ProtocolsTest {
  private static final int SIZE = 3_000_000;
  private static World world;

  @BeforeAll
  static void build() throws Exception {
    world = new World();
  }

  @AfterAll
  static void remove() throws IOException {
    world.close();
  }

  private static String readAll(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void streamsBothWaysOverTheHostsLoopback(boolean v6) throws Exception {
    try (OriginServer origin = OriginServer.start(world.host)) {
      try (Socket up = World.connect(world.guest, World.gateway(v6), origin.sinkPort())) {
        new TestData(SIZE).transferTo(up.getOutputStream());
        up.shutdownOutput();
        // the answer comes over the half-closed connection
        assertThat(readAll(up)).startsWith(TestData.sha256(SIZE));
      }
      try (Socket who = World.connect(world.guest, World.gateway(v6), origin.whoPort())) {
        assertThat(readAll(who)).startsWith(v6 ? "0:0:0:0:0:0:0:1:" : "127.0.0.1:");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void datagramsOverTheHostsLoopbackAndToTheWorld(boolean v6) throws Exception {
    try (OriginServer near = OriginServer.start(world.host);
        OriginServer origin = OriginServer.start(world.far);
        Probe probe = Probe.udp(world.guest, v6)) {
      byte[] data = "hello".getBytes(StandardCharsets.US_ASCII);
      probe.send(World.gateway(v6), near.echoPort(), data);
      assertThat(probe.receive().from())
          .isEqualTo(new InetSocketAddress(World.literal(World.gateway(v6)), near.echoPort()));
      probe.send(World.far(v6), origin.echoPort(), data);
      Probe.Datagram reply = probe.receive();
      assertThat(reply.from())
          .isEqualTo(new InetSocketAddress(World.literal(World.far(v6)), origin.echoPort()));
      assertThat(reply.data()).isEqualTo(data);
      probe.send(World.far(v6), origin.echoPort(), new byte[0]);
      assertThat(probe.receive().data()).isEmpty();
    }
  }

  /** RFC 4787 REQ-8; TFTP's servers do so. */
  @Test
  void aServerMayAnswerFromAnotherPortButAStrangerMayNot() throws Exception {
    try (DatagramSocket server = Setns.call(world.far, () -> new DatagramSocket(0));
        DatagramSocket other = Setns.call(world.far, () -> new DatagramSocket(0));
        DatagramSocket stranger = Setns.call(world.router, () -> new DatagramSocket(0));
        Probe probe = Probe.udp(world.guest, false)) {
      probe.send(World.FAR4, server.getLocalPort(), new byte[] {1});
      DatagramPacket request = new DatagramPacket(new byte[10], 10);
      server.setSoTimeout(10_000);
      server.receive(request);
      long filtered = world.metric("patchbay_uplink_total{what=\"udp_filtered\"}");
      stranger.send(new DatagramPacket(new byte[] {2}, 1, request.getSocketAddress()));
      other.send(new DatagramPacket(new byte[] {3}, 1, request.getSocketAddress()));
      Probe.Datagram reply = probe.receive();
      assertThat(reply.data()).containsExactly(3);
      assertThat(reply.from().getPort()).isEqualTo(other.getLocalPort());
      assertThat(probe.isSilent()).isTrue();
      assertThat(world.metric("patchbay_uplink_total{what=\"udp_filtered\"}"))
          .isEqualTo(filtered + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closedPortsAreRefused(boolean v6) throws Exception {
    for (String host : new String[] {World.gateway(v6), World.far(v6)}) {
      assertThatThrownBy(() -> World.connect(world.guest, host, 9))
          .hasRootCauseInstanceOf(ConnectException.class)
          .hasStackTraceContaining("refused");
      try (Probe probe = Probe.udp(world.guest, v6)) {
        probe.send(host, 9, new byte[10]);
        assertThat(probe.error().text()).isEqualTo(host + (v6 ? " 1/4" : " 3/3"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatNoRouterReachesIsUnreachable(boolean v6) throws Exception {
    // the router has no route for the first, and nobody answers its ARP for the second
    String nowhere = v6 ? "2001:db8:77::1" : "203.0.113.1";
    String silent = v6 ? "2001:db8:2::77" : "198.51.100.77";
    String[] answers = {
      v6 ? World.ROUTER6 + " 1/0" : World.ROUTER4 + " 3/0",
      v6 ? World.ROUTER6 + " 1/3" : World.ROUTER4 + " 3/1"
    };
    String[] hosts = {nowhere, silent};
    for (int i = 0; i < hosts.length; i++) {
      try (Probe probe = Probe.udp(world.guest, v6)) {
        probe.send(hosts[i], 7, new byte[10]);
        assertThat(probe.error().text()).isEqualTo(answers[i]);
      }
      try (Probe probe = Probe.tcp(world.guest, hosts[i], 7, 64)) {
        assertThat(probe.error().text()).isEqualTo(answers[i]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatTheFirewallOfTheWorldSwallowsTimesOut(boolean v6) throws Exception {
    String blackhole = v6 ? "2001:db8:66::1" : "203.0.113.66";
    World.sh(world.router, (v6 ? "ip -6" : "ip") + " route add blackhole " + blackhole);
    long parked = world.metric("patchbay_tcp_flows");
    Socket socket = Setns.call(world.guest, Socket::new);
    assertThatThrownBy(() ->
            Setns.call(
                world.guest,
                () -> {
                  socket.connect(new InetSocketAddress(World.literal(blackhole), 80), 1500);
                  return null;
                }))
        .hasRootCauseInstanceOf(SocketTimeoutException.class);
    // parked as long as the host tries
    assertThat(world.metric("patchbay_tcp_flows")).isGreaterThan(parked);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void resetsGoThroughInBothDirections(boolean v6) throws Exception {
    try (ServerSocket server = World.listen(world.far)) {
      Socket client = World.connect(world.guest, World.far(v6), server.getLocalPort());
      try (Socket accepted = server.accept()) {
        client.setSoLinger(true, 0);
        client.close();
        accepted.setSoTimeout(10_000);
        assertThatThrownBy(() -> accepted.getInputStream().read())
            .isInstanceOf(SocketException.class)
            .hasMessageContaining("reset");
      }
      Socket other = World.connect(world.guest, World.far(v6), server.getLocalPort());
      Socket accepted = server.accept();
      accepted.setSoLinger(true, 0);
      accepted.close();
      other.setSoTimeout(10_000);
      assertThatThrownBy(() -> other.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      other.close();
    }
  }

  /** In line, as RFC 6093 advises and as most gateways make it: no byte is lost or moved. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void urgentDataStaysWhereItStands(boolean v6) throws Exception {
    try (ServerSocket server = World.listen(world.far);
        Socket client = World.connect(world.guest, World.far(v6), server.getLocalPort());
        Socket accepted = server.accept()) {
      for (Socket[] way : new Socket[][] {{client, accepted}, {accepted, client}}) {
        way[1].setOOBInline(true);
        for (int b = 'a'; b <= 'j'; b++) {
          way[0].getOutputStream().write(b);
          if (b == 'e') {
            way[0].sendUrgentData('!');
          }
          TimeUnit.MILLISECONDS.sleep(5);
        }
        way[0].shutdownOutput();
        assertThat(readAll(way[1])).isEqualTo("abcde!fghij");
      }
    }
  }
}
