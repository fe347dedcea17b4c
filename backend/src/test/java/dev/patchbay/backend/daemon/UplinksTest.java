package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.plug.FrameObserver;
import dev.patchbay.backend.plug.PlugListener;
import dev.patchbay.backend.plug.Plugs;
import dev.patchbay.backend.uplink.UplinkOptions;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.tcp.TcpHandler;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.udp.UdpHandler;
import dev.patchbay.stack.udp.UdpSocket;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Uplinks of namespaces: {@code guest --veth-- lab --up0-- } the kernel's loopback, which is the
 * host behind lab's own address.
 */
@Timeout(60)
class UplinksTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final IpAddress GATEWAY = IpAddress.parse("10.9.0.1");

  private final NettyLoop loop = new NettyLoop("uplinks-test");
  private final PacketPool pool = new PacketPool(64 << 20, false);
  private final IpCommand ip = new IpCommand();
  private final UplinkOptions options = new UplinkOptions();
  private final Network network = on(() -> new Network(loop, pool, new RandomSource(3)));
  private final Uplinks uplinks = on(this::uplinks);
  private NetworkStack guest;

  private Uplinks uplinks() {
    Plugs plugs = new Plugs(loop, pool, PlugListener.NONE, FrameObserver.NONE);
    Uplinks made =
        new Uplinks(loop, pool, new RandomSource(4), options, forward -> null, network, plugs);
    network.stack().namespaces().host(made);
    return made;
  }

  private <T extends @Nullable Object> T on(Callable<T> action) {
    try {
      return loop.submit(action).get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private IpCommand.Result ip(String words) {
    return on(() -> ip.run(network.stack(), List.of(words.split(" "))));
  }

  private void done(String words) {
    assertThat(ip(words)).as(words).isEqualTo(new IpCommand.Result(0, "", ""));
  }

  @BeforeEach
  void wire() {
    done("netns add lab");
    done("netns add guest");
    done("-n lab link add g1 type veth peer name eth0 netns guest");
    done("-n lab addr add 10.9.0.1/24 dev g1");
    done("-n lab link set g1 up");
    done("-n guest addr add 10.9.0.2/24 dev eth0");
    done("-n guest link set eth0 up");
    done("-n guest route add default via 10.9.0.1");
    guest = on(() -> Objects.requireNonNull(network.stack().namespaces().find("guest")));
  }

  private void plugIn() {
    done("-n lab link add up0 type uplink");
    done("-n lab link set up0 up");
    done("-n lab route add default dev up0");
  }

  @AfterEach
  void end() throws Exception {
    on(() -> {
      uplinks.close();
      return null;
    });
    loop.close();
  }

  /** A connection of the guest: says "ping" once it stands, and keeps what it hears. */
  private static final class Stream implements TcpHandler {
    final CompletableFuture<String> heard = new CompletableFuture<>();
    final CompletableFuture<TcpError> closed = new CompletableFuture<>();

    @Override
    public void onConnected(TcpSocket s) {
      byte[] ping = "ping".getBytes(StandardCharsets.US_ASCII);
      s.write(ping, 0, ping.length);
    }

    @Override
    public void onReadable(TcpSocket s) {
      byte[] chunk = new byte[100];
      int n = s.read(chunk, 0, chunk.length);
      if (n > 0) {
        heard.complete(new String(chunk, 0, n, StandardCharsets.US_ASCII));
      }
    }

    @Override
    public void onWritable(TcpSocket s) {}

    @Override
    public void onClosed(TcpSocket s, TcpError error) {
      closed.complete(error);
    }
  }

  private Stream connect(IpAddress to, int port) {
    Stream stream = new Stream();
    on(() -> guest.tcp().connect(0, IpAddress.ANY4.lo(), 0, to.hi(), to.lo(), port, stream));
    return stream;
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  @Test
  void aConnectionGoesThroughItAndEndsWithIt() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK)) {
      assertThat(get(connect(GATEWAY, server.getLocalPort()).closed)).isEqualTo(TcpError.REFUSED);

      plugIn();
      Stream stream = connect(GATEWAY, server.getLocalPort());
      try (Socket accepted = server.accept()) {
        assertThat(accepted.getInputStream().readNBytes(4)).asString().isEqualTo("ping");
        accepted.getOutputStream().write("pong".getBytes(StandardCharsets.US_ASCII));
        assertThat(get(stream.heard)).isEqualTo("pong");
        assertThat(on(() -> uplinks.first().tcpFlows())).isEqualTo(1);

        done("-n lab link del up0");
        assertThat(get(stream.closed)).isEqualTo(TcpError.RESET);
        assertThat(on(() -> uplinks.first().tcpFlows())).isZero();
      }
      assertThat(get(connect(GATEWAY, server.getLocalPort()).closed)).isEqualTo(TcpError.REFUSED);
      assertThat(ip("-n lab route").stdout()).doesNotContain("default");
    }
  }

  @Test
  void datagramsGoThroughItAndTheSocketEndsWithTheNamespace() throws Exception {
    plugIn();
    CompletableFuture<String> heard = new CompletableFuture<>();
    UdpHandler handler =
        new UdpHandler() {
          @Override
          public void onDatagram(UdpSocket socket, Packet p) {
            byte[] payload = Arrays.copyOfRange(p.data, p.l4 + 8, p.tail);
            heard.complete(new String(payload, StandardCharsets.US_ASCII));
          }
        };
    try (DatagramSocket server = new DatagramSocket(0, LOOPBACK)) {
      byte[] ping = "ping".getBytes(StandardCharsets.US_ASCII);
      on(() -> {
        UdpSocket socket = guest.udp().open(handler);
        socket.connect(GATEWAY.hi(), GATEWAY.lo(), server.getLocalPort());
        return socket.send(ping, 0, ping.length);
      });
      DatagramPacket packet = new DatagramPacket(new byte[100], 100);
      server.setSoTimeout(20_000);
      server.receive(packet);
      assertThat(Arrays.copyOf(packet.getData(), packet.getLength())).isEqualTo(ping);
      server.send(new DatagramPacket(ping, ping.length, packet.getSocketAddress()));
      assertThat(get(heard)).isEqualTo("ping");
      assertThat(on(() -> uplinks.first().udpFlows())).isEqualTo(1);
      done("netns del lab");
      assertThat(on(() -> uplinks.first().udpFlows())).isZero();
    }
  }

  @Test
  void itsPolicyIsThatOfHost0() throws Exception {
    plugIn();
    Stream metadata = connect(IpAddress.parse("169.254.169.254"), 80);
    assertThat(get(metadata.closed)).isEqualTo(TcpError.UNREACHABLE);
    assertThat(on(() -> uplinks.first().counters().denied)).isEqualTo(1);
  }

  @Test
  void allOfThemHaveTheLimitsOfOne() throws Exception {
    options.maxTcp = 2;
    plugIn();
    done("netns add lab2");
    done("-n lab2 link add up0 type uplink");
    try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK)) {
      Stream first = connect(GATEWAY, server.getLocalPort());
      try (Socket accepted = server.accept()) {
        accepted.getOutputStream().write(1);
        get(first.heard);
        // half of all is one port's, and all that came by no cable is one
        assertThat(get(connect(GATEWAY, server.getLocalPort()).closed)).isEqualTo(TcpError.REFUSED);
        assertThat(on(() -> uplinks.first().counters().flowLimit)).isEqualTo(1);
      }
    }
  }

  @Test
  void wordsThatCannotBe() {
    plugIn();
    assertThat(ip("-n lab link add up1 type uplink"))
        .isEqualTo(new IpCommand.Result(2, "", "Error: the namespace has an uplink, up0.\n"));
    assertThat(ip("link add up1 type uplink").stderr())
        .isEqualTo("Error: the namespace has an uplink, host0.\n");
    assertThat(ip("link del host0").stderr())
        .isEqualTo("Error: host0 belongs to the appliance and cannot be deleted.\n");
    assertThat(ip("-n lab link set up0 netns guest").stderr())
        .isEqualTo("RTNETLINK answers: Invalid argument\n");
    assertThat(ip("-n guest link add up0 address 02:00:00:00:00:01 type uplink").stderr())
        .isEqualTo("Error: an uplink has no address.\n");
    assertThat(ip("-n guest link add up0 mtu 70000 type uplink").stderr())
        .isEqualTo("Error: mtu greater than device maximum.\n");
    assertThat(ip("-n guest link add up0 type uplink id 3").stderr())
        .isEqualTo("Garbage instead of arguments \"id ...\". Try \"ip link help\".\n");
    done("-n guest link add up0 mtu 1400 type uplink");
    assertThat(ip("-n guest -d link show up0").stdout())
        .contains("<POINTOPOINT,MULTICAST,NOARP> mtu 1400")
        .contains("\n    uplink addrgenmode");
    assertThat(ip("-n guest -j link show type uplink").stdout()).contains("\"ifname\":\"up0\"");
  }
}
