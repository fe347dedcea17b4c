package dev.patchbay.backend.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.config.Source;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.wire.Bytes;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When flows end by themselves, and how many there may be; the times of users, shortened. */
@Timeout(60)
class FlowLifeTest {
  private static final long MS = 1_000_000L;
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private final UplinkOptions options = new UplinkOptions();
  private TestGuest guest;

  @BeforeEach
  void start() throws Exception {
    options.sweep = 20 * MS;
    guest = new TestGuest(options);
  }

  @AfterEach
  void end() throws Exception {
    guest.close();
  }

  private void await(Callable<Boolean> condition) throws Exception {
    while (!guest.<Boolean>on(condition)) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private TestStream connect(int port, boolean open) throws Exception {
    TestStream stream = new TestStream(new byte[0], open);
    guest.on(() -> guest.tcp.connect(0, TestGuest.ADDRESS, 0, 0, TestGuest.GATEWAY, port, stream));
    return stream;
  }

  private static <T> T get(java.util.concurrent.CompletableFuture<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  @Test
  void aMappingThatOnlyAskedNameServersEndsEarlier() throws Exception {
    try (DatagramSocket server = new DatagramSocket(0, LOOPBACK)) {
      guest.udp(4000, TestGuest.GATEWAY, 53, new byte[12]);
      guest.udp(4001, TestGuest.GATEWAY, server.getLocalPort(), new byte[12]);
      guest.udp(4001, TestGuest.GATEWAY, 53, new byte[12]);
      assertThat(guest.<Integer>on(guest.outside::udpFlows)).isEqualTo(2);
      options.dnsIdle = 50 * MS;
      await(() -> guest.outside.udpFlows() == 1);
      options.udpIdle = 50 * MS;
      await(() -> guest.outside.udpFlows() == 0);
    }
  }

  @Test
  void aMappingLivesWhileItIsUsed() throws Exception {
    options.udpIdle = 2000 * MS;
    try (DatagramSocket server = new DatagramSocket(0, LOOPBACK)) {
      long start = System.nanoTime();
      guest.udp(4001, TestGuest.GATEWAY, server.getLocalPort(), new byte[12]);
      DatagramPacket packet = new DatagramPacket(new byte[20], 20);
      server.receive(packet);
      while (System.nanoTime() - start < 3000 * MS) {
        // what comes in refreshes it too
        server.send(packet);
        assertThat(guest.await()).isNotNull();
        assertThat(guest.<Integer>on(guest.outside::udpFlows)).isEqualTo(1);
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  @Test
  void halfClosedConnectionsEndEarlierThanOpenOnes() throws Exception {
    options.tcpHalfClosedIdle = 100 * MS;
    try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK)) {
      TestStream open = connect(server.getLocalPort(), true);
      get(open.connected);
      TestStream half = connect(server.getLocalPort(), false);
      get(half.connected);
      assertThat(get(half.closed)).isEqualTo(TcpError.RESET);
      assertThat(open.closed).isNotDone();
      assertThat(guest.<Long>on(() -> guest.outside.counters().tcpIdled)).isEqualTo(1);
      options.tcpIdle = 100 * MS;
      assertThat(get(open.closed)).isEqualTo(TcpError.RESET);
      assertThat(guest.<Long>on(() -> guest.outside.counters().tcpIdled)).isEqualTo(2);
      await(() -> guest.outside.tcpFlows() == 0);
    }
  }

  @Test
  void flowsAboveAGuestsLimitAreRefusedAndCounted() throws Exception {
    options.maxUdpPerGuest = 2;
    options.maxTcpPerGuest = 2;
    try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK)) {
      for (int port = 4000; port < 4003; port++) {
        guest.udp(port, TestGuest.GATEWAY, server.getLocalPort(), new byte[1]);
      }
      assertThat(guest.<Integer>on(guest.outside::udpFlows)).isEqualTo(2);
      assertThat(guest.<Long>on(() -> guest.pool.drops(DropReason.HOST_FLOW_LIMIT))).isEqualTo(1);
      TestStream first = connect(server.getLocalPort(), true);
      TestStream second = connect(server.getLocalPort(), true);
      get(first.connected);
      get(second.connected);
      TestStream third = connect(server.getLocalPort(), true);
      assertThat(get(third.closed)).isEqualTo(TcpError.REFUSED);
      assertThat(guest.<Long>on(() -> guest.pool.drops(DropReason.HOST_FLOW_LIMIT))).isEqualTo(2);
      assertThat(guest.<Long>on(() -> guest.outside.counters().flowLimit)).isEqualTo(2);
      // one that ends makes room
      Socket accepted = server.accept();
      accepted.setSoLinger(true, 0);
      accepted.close();
      assertThat(get(first.closed)).isEqualTo(TcpError.RESET);
      get(connect(server.getLocalPort(), true).connected);
    }
  }

  /** A client of a forward into the guest's UDP port 623, and what the guest hears of it. */
  private final class UdpClient implements AutoCloseable {
    private final DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
    private final int port;

    UdpClient() throws Exception {
      String rule = "udp:127.0.0.1:0-[52:54:00:12:34:56]:623";
      Forward forward = Forward.parse(Source.DEFAULT, rule, Path.of("/"));
      port = guest.<Integer>on(() -> guest.outside.forwards().add(forward).port());
    }

    /** Sends a datagram; returns it as the guest sees it, from its IP header. */
    byte[] send() throws Exception {
      socket.send(new DatagramPacket(new byte[4], 4, LOOPBACK, port));
      return Objects.requireNonNull(guest.await());
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  @Test
  void aUdpClientThatGetsNoAnswerFindsTheGuestUnderItsNewAddress() throws Exception {
    options.forwardConnect = 100 * MS;
    try (UdpClient client = new UdpClient()) {
      assertThat(Bytes.i32(client.send(), 16)).isEqualTo((int) TestGuest.ADDRESS);
      guest.target = IpAddress.parse("10.0.2.16");
      while (Bytes.i32(client.send(), 16) != (int) guest.target.lo()) {
        TimeUnit.MILLISECONDS.sleep(5); // it never pauses, so it is never idle
      }
    }
  }

  @Test
  void aUdpClientThatIsAnsweredStaysWhereItIs() throws Exception {
    options.forwardConnect = 1000 * MS;
    try (UdpClient client = new UdpClient()) {
      client.send();
      guest.target = IpAddress.parse("10.0.2.16");
      long start = System.nanoTime();
      while (System.nanoTime() - start < 1500 * MS) {
        byte[] datagram = client.send();
        assertThat(Bytes.i32(datagram, 16)).isEqualTo((int) TestGuest.ADDRESS);
        guest.udp(623, TestGuest.GATEWAY, Bytes.u16(datagram, 20), new byte[4]);
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }
}
