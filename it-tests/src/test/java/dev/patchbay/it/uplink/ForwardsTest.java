package dev.patchbay.it.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.it.ControlClient;
import dev.patchbay.it.Netns;
import dev.patchbay.it.OriginServer;
import dev.patchbay.it.Requires;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** Forwarded ports with clients near and far, and who the guest takes them for. */
@Timeout(120)
@Requires({"root", "netns", "tun", "daemon"})
class ForwardsTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static World world;
  private static OriginServer origin;

  @BeforeAll
  static void build() throws Exception {
    // may not bind privileged ports
    world =
        new World(
            List.of("setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"));
    origin = OriginServer.start(world.guest);
    // a guest is known by name from its first packet
    World.sh(world.guest, "ping -c 1 -W 5 " + World.GATEWAY4);
    // a client whose address lies on our own link
    World.sh(world.router, "ip addr add 10.0.2.77/32 dev lo");
    World.sh(world.host, "ip route add 10.0.2.77 via " + World.ROUTER4);
  }

  @AfterAll
  static void remove() throws IOException {
    origin.close();
    world.close();
  }

  private static ControlClient.Answer post(String rule) throws IOException {
    return world.daemon().control().request("POST", "/v1/forwards", "{\"rule\":\"" + rule + "\"}");
  }

  private static int forward(String rule) throws IOException {
    ControlClient.Answer answer = post(rule);
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return JSON.readTree(answer.body()).path("port").asInt();
  }

  /** Who the guest says that a client is: address and port. */
  private static String who(Netns from, String bind, String host, int port) throws Exception {
    try (Socket socket =
        Setns.call(
            from,
            () -> {
              Socket s = new Socket();
              s.bind(new InetSocketAddress(World.literal(bind), 0));
              s.connect(new InetSocketAddress(World.literal(host), port), 10_000);
              return s;
            })) {
      String line =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      int at = line.lastIndexOf(':');
      String seen = World.canonical(line.substring(0, at));
      return line.substring(at + 1).equals(String.valueOf(socket.getLocalPort()))
          ? seen + " with its port"
          : seen;
    }
  }

  @Test
  void clientsKeepTheirAddressUnlessItCannotComeFromOutside() throws Exception {
    int port = forward("tcp:0.0.0.0:0-net0:" + origin.whoPort());
    assertThat(who(world.far, World.FAR4, World.HOST4, port))
        .isEqualTo(World.FAR4 + " with its port");
    assertThat(who(world.router, World.ROUTER4, World.HOST4, port))
        .isEqualTo(World.ROUTER4 + " with its port");
    assertThat(who(world.host, "127.0.0.1", "127.0.0.1", port)).isEqualTo(World.GATEWAY4);
    assertThat(who(world.router, "10.0.2.77", World.HOST4, port)).isEqualTo(World.GATEWAY4);
  }

  @Test
  void theSameOverIpv6() throws Exception {
    int port = forward("tcp:[::]:0-[fec0::15]:" + origin.whoPort());
    assertThat(who(world.far, World.FAR6, "2001:db8:1::1", port))
        .isEqualTo(World.FAR6 + " with its port");
    assertThat(who(world.host, "::1", "::1", port)).isEqualTo(World.GATEWAY6);
    // a client of one family, a guest of the other
    int mixed = forward("tcp:0.0.0.0:0-[fec0::15]:" + origin.whoPort());
    assertThat(who(world.far, World.FAR4, World.HOST4, mixed)).isEqualTo(World.GATEWAY6);
  }

  @Test
  void manyClientsOfAUdpForward() throws Exception {
    int port = forward("udp:0.0.0.0:0-10.0.2.15:" + origin.echoPort());
    int clients = 50;
    for (Netns from : new Netns[] {world.far, world.host}) {
      String to = from.equals(world.far) ? World.HOST4 : "127.0.0.1";
      DatagramSocket[] sockets = new DatagramSocket[clients];
      for (int i = 0; i < clients; i++) {
        sockets[i] = Setns.call(from, DatagramSocket::new);
        sockets[i].setSoTimeout(10_000);
        byte[] data = {(byte) i};
        sockets[i].send(
            new DatagramPacket(data, 1, new InetSocketAddress(World.literal(to), port)));
      }
      Set<Integer> answered = new HashSet<>();
      for (int i = 0; i < clients; i++) {
        DatagramPacket reply = new DatagramPacket(new byte[10], 10);
        sockets[i].receive(reply);
        assertThat(reply.getData()[0]).isEqualTo((byte) i);
        assertThat(reply.getPort()).isEqualTo(port);
        answered.add((int) reply.getData()[0]);
        sockets[i].close();
      }
      assertThat(answered).hasSize(clients);
    }
  }

  @Test
  void aGuestThatDoesNotAnswerCostsItsClientTenSeconds() throws Exception {
    int port = forward("tcp:127.0.0.1:0-10.0.2.15:" + origin.echoPort());
    World.sh(world.guest, "ip route add blackhole 10.0.2.2/32");
    try (Socket client = World.connect(world.host, "127.0.0.1", port)) {
      long start = System.nanoTime();
      client.setSoTimeout(20_000);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertThat(millis).isBetween(9_000L, 11_000L);
    } finally {
      World.sh(world.guest, "ip route del blackhole 10.0.2.2/32");
    }
  }

  @Test
  void portsThatCannotBeHadAreNamedWithTheRemedy() throws Exception {
    try (ServerSocket taken = World.listen(world.host)) {
      ControlClient.Answer answer = post("tcp:127.0.0.1:" + taken.getLocalPort() + "-net0:22");
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.body()).contains("127.0.0.1:" + taken.getLocalPort()).contains("ss -l");
    }
    ControlClient.Answer privileged = post("udp:127.0.0.1:623-net0:623");
    assertThat(privileged.status()).isEqualTo(500);
    assertThat(privileged.body())
        .contains("127.0.0.1:623")
        .contains("privileged port")
        .contains("net.ipv4.ip_unprivileged_port_start=623");
    ControlClient.Answer bad = post("tcp:127.0.0.1:99999-net0:22");
    assertThat(bad.status()).isEqualTo(400);
    assertThat(bad.body()).contains("invalid forwarding rule").contains("99999");
  }
}
