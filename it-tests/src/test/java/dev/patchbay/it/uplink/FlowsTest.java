package dev.patchbay.it.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.OriginServer;
import dev.patchbay.it.Requires;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Thousands of flows at once, and memory that stays bounded when somebody does not read. */
@Timeout(120)
@Requires({"root", "netns", "tun", "daemon"})
class FlowsTest {
  private static final int UDP = 5000;
  private static final int TCP = 2000;
  private static final int BATCH = 100;
  private static World world;

  @BeforeAll
  static void build() throws Exception {
    world = new World();
  }

  @AfterAll
  static void remove() throws IOException {
    world.close();
  }

  @Test
  void fiveThousandUdpAndTwoThousandTcpFlows() throws Exception {
    List<AutoCloseable> all = new ArrayList<>();
    try (OriginServer origin = OriginServer.start(world.far)) {
      List<Socket> streams = new ArrayList<>();
      Setns.call(
          world.guest,
          () -> {
            for (int i = 0; i < TCP; i++) {
              Socket socket = new Socket();
              all.add(socket);
              socket.connect(
                  new InetSocketAddress(World.literal(World.FAR4), origin.echoPort()), 20_000);
              socket.setSoTimeout(20_000);
              streams.add(socket);
            }
            return null;
          });
      InetSocketAddress echo = new InetSocketAddress(World.literal(World.FAR4), origin.echoPort());
      for (int i = 0; i < UDP; i += BATCH) {
        datagrams(all, echo, i);
      }
      assertThat(world.metric("patchbay_udp_flows")).isEqualTo(UDP);
      assertThat(world.metric("patchbay_tcp_flows")).isEqualTo(TCP);
      // each of the streams is alive while all the others are
      for (int i = 0; i < TCP; i++) {
        streams.get(i).getOutputStream().write(i);
      }
      for (int i = 0; i < TCP; i++) {
        assertThat(streams.get(i).getInputStream().read()).isEqualTo(i & 0xff);
      }
      assertThat(world.drops("host_flow_limit")).isZero();
    } finally {
      for (AutoCloseable each : all) {
        each.close();
      }
    }
  }

  /** A batch of new sockets of the guest; each must get its own datagram back. */
  private static void datagrams(List<AutoCloseable> all, InetSocketAddress echo, int first)
      throws Exception {
    List<DatagramChannel> batch =
        Setns.call(
            world.guest,
            () -> {
              List<DatagramChannel> made = new ArrayList<>();
              for (int i = 0; i < BATCH; i++) {
                DatagramChannel channel = DatagramChannel.open();
                all.add(channel);
                channel.configureBlocking(false);
                made.add(channel);
              }
              return made;
            });
    for (int i = 0; i < BATCH; i++) {
      batch.get(i).send(ByteBuffer.allocate(4).putInt(0, first + i), echo);
    }
    for (int i = 0; i < BATCH; i++) {
      ByteBuffer reply = ByteBuffer.allocate(8);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (batch.get(i).receive(reply) == null) {
        assertThat(System.nanoTime()).as("no answer for flow " + (first + i)).isLessThan(end);
        TimeUnit.MILLISECONDS.sleep(1);
      }
      assertThat(reply.getInt(0)).isEqualTo(first + i);
    }
  }

  /**
   * 40 streams into whose other end nobody looks: what is in between is bounded by windows and
   * socket buffers, and when the reader wakes all of it comes.
   */
  @Test
  void readersThatSleepStopTheirSendersWithBoundedMemory() throws Exception {
    int count = 40;
    try (ServerSocket server = World.listen(world.far)) {
      for (boolean towardsGuest : new boolean[] {false, true}) {
        List<Socket> writers = new ArrayList<>();
        List<Socket> readers = new ArrayList<>();
        List<Thread> writing = new ArrayList<>();
        long[] written = new long[count];
        int total = 20_000_000;
        for (int i = 0; i < count; i++) {
          Socket client = World.connect(world.guest, World.FAR4, server.getLocalPort());
          Socket accepted = server.accept();
          Socket writer = towardsGuest ? accepted : client;
          writers.add(writer);
          readers.add(towardsGuest ? client : accepted);
          int at = i;
          writing.add(
              Thread.ofPlatform()
                  .daemon()
                  .start(() -> {
                    byte[] chunk = new byte[50_000];
                    try {
                      while (written[at] < total) {
                        writer.getOutputStream().write(chunk);
                        written[at] += chunk.length;
                      }
                      writer.shutdownOutput();
                    } catch (IOException e) {
                      written[at] = -1;
                    }
                  }));
        }
        long stood = awaitStandstill(written);
        assertThat(stood).isLessThan((long) count * total);
        // some 1 MiB for each stream, far from the 256 MiB of the daemon
        assertThat(world.metric("patchbay_packet_memory_bytes")).isLessThan(96L << 20);
        // another connection is not held up by the sleepers
        World.connect(world.guest, World.FAR4, server.getLocalPort()).close();
        server.accept().close();
        readers.get(0).setSoTimeout(20_000);
        byte[] all = readers.get(0).getInputStream().readAllBytes();
        assertThat(all).hasSize(total);
        for (int i = 0; i < count; i++) {
          readers.get(i).close();
          writers.get(i).close();
          writing.get(i).join(10_000);
        }
      }
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (world.metric("patchbay_packet_memory_bytes") > 1 << 20) {
      assertThat(System.nanoTime()).as("packet memory comes back").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static long awaitStandstill(long[] written) throws InterruptedException {
    long before = -1;
    long now = 0;
    for (int same = 0; same < 4; ) {
      TimeUnit.MILLISECONDS.sleep(300);
      now = 0;
      for (long each : written) {
        now += each;
      }
      same = now == before ? same + 1 : 0;
      before = now;
    }
    return now;
  }
}
