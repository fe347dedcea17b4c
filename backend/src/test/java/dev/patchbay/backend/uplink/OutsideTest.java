package dev.patchbay.backend.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.config.HostLoopback;
import dev.patchbay.backend.config.Source;
import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The uplink between a guest of our own stack and sockets of the kernel's loopback. */
@Timeout(60)
class OutsideTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private final UplinkOptions options = new UplinkOptions();
  private TestGuest guest;

  @BeforeEach
  void start() throws Exception {
    guest = new TestGuest(options);
  }

  @AfterEach
  void end() throws Exception {
    guest.close();
  }

  private TestStream connect(long to, int port, byte[] out) throws Exception {
    TestStream stream = new TestStream(out, false);
    guest.on(() -> guest.tcp.connect(0, TestGuest.ADDRESS, 0, 0, to, port, stream));
    return stream;
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(40, TimeUnit.SECONDS);
  }

  private static byte[] noise(int length, int seed) {
    byte[] b = new byte[length];
    new Random(seed).nextBytes(b);
    return b;
  }

  /** Reads all, then writes {@code answer}, then ends. */
  private static CompletableFuture<byte[]> serve(ServerSocket server, byte[] answer) {
    return CompletableFuture.supplyAsync(() -> {
      try (Socket s = server.accept()) {
        byte[] all = s.getInputStream().readAllBytes();
        s.getOutputStream().write(answer);
        s.shutdownOutput();
        return all;
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    });
  }

  @Test
  void twentyMegabytesEachWayOverHalfClosedStreams() throws Exception {
    byte[] up = noise(20 << 20, 1);
    byte[] down = noise(20 << 20, 2);
    try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
      CompletableFuture<byte[]> served = serve(server, down);
      TestStream stream = connect(TestGuest.GATEWAY, server.getLocalPort(), up);
      // the server answers only after our FIN: its data comes over a half-closed connection
      assertThat(get(served)).isEqualTo(up);
      assertThat(get(stream.ended)).isEqualTo(down);
      assertThat(get(stream.closed)).isEqualTo(TcpError.NONE);
    }
    assertThat(guest.<Long>on(() -> guest.outside.counters().tcpBytesOut)).isEqualTo(up.length);
    assertThat(guest.<Long>on(() -> guest.outside.counters().tcpBytesIn)).isEqualTo(down.length);
  }

  @Test
  void closedPortIsRefused() throws Exception {
    int port;
    try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
      port = server.getLocalPort();
    }
    TestStream stream = connect(TestGuest.GATEWAY, port, new byte[0]);
    assertThat(get(stream.closed)).isEqualTo(TcpError.REFUSED);
    assertThat(guest.<Long>on(() -> guest.outside.counters().tcpRefused)).isEqualTo(1);
    assertThat(guest.<Integer>on(guest.outside::tcpFlows)).isZero();
  }

  @Test
  void resetOfTheServerResetsTheGuest() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
      TestStream stream = new TestStream(new byte[0], true);
      guest.on(() ->
          guest.tcp.connect(
              0, TestGuest.ADDRESS, 0, 0, TestGuest.GATEWAY, server.getLocalPort(), stream));
      Socket s = server.accept();
      get(stream.connected);
      s.setSoLinger(true, 0);
      s.close();
      assertThat(get(stream.closed)).isEqualTo(TcpError.RESET);
    }
  }

  @Test
  void serverThatDoesNotReadStopsTheGuestWithinBounds() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
      byte[] up = noise(40 << 20, 3);
      TestStream stream = connect(TestGuest.GATEWAY, server.getLocalPort(), up);
      try (Socket s = server.accept()) {
        // until the guest probes a shut window: all that is in between is full
        while (guest.<Long>on(() -> guest.tcp.counters().tcpWinProbe) == 0) {
          Thread.onSpinWait();
        }
        assertThat(guest.<Long>on(() -> guest.outside.counters().tcpBytesOut))
            .isPositive()
            .isLessThan(up.length);
        assertThat(guest.<Long>on(guest.pool::peak)).isLessThan(32L << 20);
        assertThat(s.getInputStream().readAllBytes()).isEqualTo(up);
      }
      get(stream.closed);
    }
  }

  @Test
  void fiveHundredConnectionsAtOnce() throws Exception {
    int count = 500;
    try (ServerSocket server = new ServerSocket(0, count, LOOPBACK)) {
      List<TestStream> streams = new ArrayList<>();
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        streams.add(connect(TestGuest.GATEWAY, server.getLocalPort(), noise(3000, i)));
      }
      for (int i = 0; i < count; i++) {
        sockets.add(server.accept());
      }
      for (TestStream s : streams) {
        get(s.connected);
      }
      assertThat(guest.<Integer>on(guest.outside::tcpFlows)).isEqualTo(count);
      for (Socket s : sockets) {
        assertThat(s.getInputStream().readAllBytes()).hasSize(3000);
        s.close();
      }
      for (TestStream s : streams) {
        assertThat(get(s.closed)).isEqualTo(TcpError.NONE);
      }
      assertThat(guest.<Integer>on(guest.outside::tcpFlows)).isZero();
    }
  }

  @Test
  void udpEchoComesFromTheAddressThatTheGuestKnows() throws Exception {
    try (DatagramSocket server = new DatagramSocket(0, LOOPBACK)) {
      guest.udp(
          4000, TestGuest.GATEWAY, server.getLocalPort(), "hello".getBytes(StandardCharsets.UTF_8));
      DatagramPacket p = new DatagramPacket(new byte[100], 100);
      server.setSoTimeout(5000);
      server.receive(p);
      assertThat(p.getLength()).isEqualTo(5);
      server.send(p);
      byte[] reply = guest.await();
      assertThat(Addresses.v4(Bytes.i32(reply, 12))).isEqualTo(TestGuest.GATEWAY);
      assertThat(Bytes.u16(reply, 20)).isEqualTo(server.getLocalPort());
      assertThat(Bytes.u16(reply, 22)).isEqualTo(4000);
      assertThat(new String(reply, 28, 5, StandardCharsets.UTF_8)).isEqualTo("hello");
    }
  }

  @Test
  void udpToAClosedPortIsAnsweredByPortUnreachable() throws Exception {
    int port;
    try (DatagramSocket server = new DatagramSocket(0, LOOPBACK)) {
      port = server.getLocalPort();
    }
    guest.udp(4001, TestGuest.GATEWAY, port, new byte[10]);
    byte[] error = guest.await();
    assertThat(Bytes.u8(error, 9)).isEqualTo(1);
    assertThat(Bytes.u16(error, 20)).isEqualTo(3 << 8 | 3);
    assertThat(Addresses.v4(Bytes.i32(error, 28 + 16))).isEqualTo(TestGuest.GATEWAY);
    assertThat(Bytes.u16(error, 48)).isEqualTo(4001);
    assertThat(Bytes.u16(error, 50)).isEqualTo(port);
  }

  @Test
  void refusedDestinationsAreProhibited() throws Exception {
    for (int address : new int[] {0xa9fea9fe, 0x7f000001, 0xe0000001, 0xf0000001, 0x00000001}) {
      guest.udp(4002, Addresses.v4(address), 80, new byte[1]);
      assertThat(Bytes.u16(guest.await(), 20)).isEqualTo(3 << 8 | 13);
    }
    TestStream stream = connect(Addresses.v4(0xa9fea9fe), 80, new byte[0]);
    assertThat(Bytes.u16(guest.await(), 20)).isEqualTo(3 << 8 | 13);
    assertThat(stream.connected).isNotDone();
    assertThat(guest.<Long>on(() -> guest.outside.counters().denied)).isEqualTo(6);
  }

  @Test
  void ownControlSideIsReset() throws Exception {
    try (ServerSocket plug = new ServerSocket(0, 1, LOOPBACK)) {
      options.selfPorts = (tcp, hi, lo, port) -> tcp && port == plug.getLocalPort();
      TestStream stream = connect(TestGuest.GATEWAY, plug.getLocalPort(), new byte[0]);
      assertThat(get(stream.closed)).isEqualTo(TcpError.REFUSED);
      assertThat(guest.<Long>on(() -> guest.outside.counters().self)).isEqualTo(1);
      plug.setSoTimeout(200);
      assertThatThrownBy(plug::accept).isInstanceOf(java.net.SocketTimeoutException.class);
    }
  }

  @Test
  void loopbackPortsThatAreNotOpenStayWithTheNamespace() throws Exception {
    guest.close();
    options.hostLoopback = HostLoopback.NONE;
    guest = new TestGuest(options);
    guest.udp(4003, TestGuest.GATEWAY, 5, new byte[1]);
    assertThat(guest.unserved).isEqualTo(1);
    assertThat(guest.<Long>on(() -> guest.outside.counters().loopbackDenied)).isEqualTo(1);
  }

  @Test
  void pingOfAnAddressOfTheHost() throws Exception {
    Assumptions.assumeTrue(Outside.icmpProblem() == null, "no ping and no raw sockets here");
    InetAddress own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(a ->
                a.getAddress().length == 4 && !a.isLoopbackAddress() && !a.isLinkLocalAddress())
            .findFirst()
            .orElse(null);
    Assumptions.assumeTrue(own != null, "only loopback here");
    long to = Addresses.v4(Bytes.i32(own.getAddress(), 0));
    guest.ping(to, 77, 5, noise(100, 4));
    byte[] reply = guest.await();
    assertThat(Addresses.v4(Bytes.i32(reply, 12))).isEqualTo(to);
    assertThat(Bytes.u16(reply, 20)).isZero();
    assertThat(Bytes.u16(reply, 24)).isEqualTo(77);
    assertThat(Bytes.u16(reply, 26)).isEqualTo(5);
    assertThat(java.util.Arrays.copyOfRange(reply, 28, reply.length)).isEqualTo(noise(100, 4));
  }

  private ForwardTable.Entry forward(String rule) throws Exception {
    Forward parsed = Forward.parse(Source.option("--hostfwd", 1, rule), rule, Path.of("/"));
    return guest.on(() -> guest.outside.forwards().add(parsed));
  }

  @Test
  void tcpForwardReachesTheGuestFromTheGateway() throws Exception {
    guest.on(() ->
        guest.tcp.listen(
            0,
            TestGuest.ADDRESS,
            22,
            syn -> {
              assertThat(syn.sourceLo()).isEqualTo(TestGuest.GATEWAY);
              syn.accept(new TestStream(new byte[0], true));
            }));
    ForwardTable.Entry entry = forward("tcp:127.0.0.1:0-10.0.2.15:22");
    assertThat(entry.port()).isPositive();
    try (Socket client = new Socket(LOOPBACK, entry.port())) {
      client.getOutputStream().write(noise(1000, 5));
      client.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).isEqualTo(noise(1000, 5));
    }
    assertThatThrownBy(() -> forward("tcp:127.0.0.1:" + entry.port() + "-10.0.2.15:22"))
        .hasStackTraceContaining("127.0.0.1:" + entry.port());
    assertThat(guest.<Boolean>on(() -> guest.outside.forwards().remove(entry.id()))).isTrue();
    assertThatThrownBy(() -> new Socket(LOOPBACK, entry.port()))
        .isInstanceOf(SocketException.class);
  }

  @Test
  void clientOfAForwardIsResetWhereTheGuestRefuses() throws Exception {
    ForwardTable.Entry entry = forward("tcp:127.0.0.1:0-10.0.2.15:23");
    try (Socket client = new Socket(LOOPBACK, entry.port())) {
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    }
    // read on the loop: the client hears the reset before the turn that counts it is over
    assertThat(guest.<Long>on(() -> guest.outside.counters().forwardFailed)).isEqualTo(1);
  }

  @Test
  void unixForward(@TempDir Path dir) throws Exception {
    guest.on(
        () -> guest.tcp.listen(0, 0, 80, syn -> syn.accept(new TestStream(new byte[0], true))));
    Path path = dir.resolve("s");
    forward("unix:" + path + "-10.0.2.15:80");
    try (SocketChannel c = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      c.connect(UnixDomainSocketAddress.of(path));
      c.write(ByteBuffer.wrap(noise(50, 6)));
      c.shutdownOutput();
      ByteBuffer in = ByteBuffer.allocate(100);
      while (c.read(in) >= 0) {
        assertThat(in.hasRemaining()).isTrue();
      }
      assertThat(java.util.Arrays.copyOf(in.array(), in.position())).isEqualTo(noise(50, 6));
    }
  }

  @Test
  void udpForwardAndItsReply() throws Exception {
    ForwardTable.Entry entry = forward("udp:127.0.0.1:0-10.0.2.15:623");
    try (DatagramSocket client = new DatagramSocket(0, LOOPBACK)) {
      client.send(new DatagramPacket(new byte[] {9, 8}, 2, LOOPBACK, entry.port()));
      byte[] request = guest.await();
      assertThat(Addresses.v4(Bytes.i32(request, 12))).isEqualTo(TestGuest.GATEWAY);
      assertThat(Bytes.u16(request, 22)).isEqualTo(623);
      guest.udp(623, TestGuest.GATEWAY, Bytes.u16(request, 20), new byte[] {7});
      DatagramPacket reply = new DatagramPacket(new byte[10], 10);
      client.setSoTimeout(5000);
      client.receive(reply);
      assertThat(reply.getLength()).isEqualTo(1);
      assertThat(reply.getPort()).isEqualTo(entry.port());
    }
  }
}
