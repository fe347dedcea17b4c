package dev.patchbay.sockets.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Data, time-outs, interrupts and closes at the same moments: nothing is lost, nothing is left
 * behind, and nobody waits for ever. The threads' interleaving is the machine's; the rest comes
 * from the seed.
 */
@Timeout(120)
class BlockingRaceTest {
  private static final int CONNECTIONS = 16;
  private static final int BYTES = 100_000;

  private TwoHosts net;

  @BeforeEach
  void begin() throws Exception {
    net = new TwoHosts();
  }

  @AfterEach
  void end() throws Exception {
    assertThat(net.waiting()).as("sockets on which somebody still waits").isZero();
    assertThat(net.onLoop(net.loop::failures)).isZero();
    net.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void everyByteArrivesOnceAndInOrder(int seed) throws Exception {
    List<Background<Integer>> readers = new ArrayList<>();
    List<Background<Integer>> writers = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      BlockingSocket[] c = net.connection();
      int own = seed * 1000 + i;
      boolean virtual = i % 4 != 0;
      readers.add(Background.of(virtual, () -> read(c[1], own)));
      writers.add(Background.of(virtual, () -> write(c[0], own)));
    }
    AtomicBoolean over = new AtomicBoolean();
    Background<Object> chaos =
        Background.platform(() -> {
          Random random = new Random(seed);
          while (!over.get()) {
            List<Background<Integer>> some = random.nextBoolean() ? readers : writers;
            some.get(random.nextInt(CONNECTIONS)).thread().interrupt();
            Thread.sleep(0, 200_000);
          }
          return null;
        });
    for (int i = 0; i < CONNECTIONS; i++) {
      assertThat(writers.get(i).get()).isEqualTo(BYTES);
      assertThat(readers.get(i).get()).isEqualTo(BYTES);
    }
    over.set(true);
    chaos.get();
  }

  private static int write(BlockingSocket s, int seed) throws Exception {
    Random random = new Random(seed);
    byte[] data = new byte[5000];
    int sent = 0;
    while (sent < BYTES) {
      int length = Math.min(BYTES - sent, 1 + random.nextInt(data.length));
      for (int i = 0; i < length; i++) {
        data[i] = (byte) ((sent + i) * 31 + seed);
      }
      try {
        sent += s.send(data, 0, length, 0);
      } catch (InterruptedIOException e) {
        // nothing was sent
      }
      Thread.interrupted();
      if (random.nextInt(4) == 0) {
        Thread.onSpinWait();
        Thread.yield();
      }
    }
    s.shutdown(Socket.SHUT_WR);
    return sent;
  }

  private static int read(BlockingSocket s, int seed) throws Exception {
    Random random = new Random(-seed);
    byte[] data = new byte[5000];
    int got = 0;
    while (true) {
      int length = 1 + random.nextInt(data.length);
      int flags = random.nextBoolean() ? MessageFlags.MSG_WAITALL : 0;
      long timeout = 100_000L + random.nextInt(2_000_000);
      int n = s.tryReceive(data, 0, length, flags, null, timeout, true);
      Thread.interrupted();
      if (n == 0) {
        return got;
      }
      if (n < 0) {
        assertThat(n).isIn(-Errno.EAGAIN, -Errno.EINTR);
        continue;
      }
      for (int i = 0; i < n; i++) {
        if (data[i] != (byte) ((got + i) * 31 + seed)) {
          throw new AssertionError("byte " + (got + i) + " of seed " + seed);
        }
      }
      got += n;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyConnectionIsAcceptedOnce(int seed) throws Exception {
    int connections = 600;
    BlockingSocket listener = net.listener(7, 4096);
    AtomicInteger accepted = new AtomicInteger();
    List<Background<Object>> acceptors = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      acceptors.add(
          Background.of(
              i % 2 == 0,
              () -> {
                while (accepted.get() < connections) {
                  AcceptCall call = new AcceptCall(listener, null, null, 500_000);
                  int result = call.perform(true);
                  Thread.interrupted();
                  if (result == 0) {
                    accepted.incrementAndGet();
                    call.accepted().close();
                  } else {
                    assertThat(result).isIn(-Errno.EAGAIN, -Errno.EINTR);
                  }
                }
                return null;
              }));
    }
    Random random = new Random(seed);
    for (int i = 0; i < connections; i++) {
      BlockingSocket client = TwoHosts.stream(net.here);
      client.connect(TwoHosts.at(TwoHosts.THERE, 7));
      acceptors.get(random.nextInt(8)).thread().interrupt();
      assertThat(client.recv(new byte[1], 0, 1, 0)).as("accepted, and closed").isZero();
      client.close();
    }
    for (Background<Object> acceptor : acceptors) {
      acceptor.get();
    }
    assertThat(accepted).hasValue(connections);
    listener.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aCloseAtAnyMomentEndsEverybody(int seed) throws Exception {
    Random random = new Random(seed);
    for (int round = 0; round < 100; round++) {
      BlockingSocket[] c = net.connection();
      List<Background<Object>> users = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        int kind = i;
        users.add(Background.of(i % 2 == 0, () -> use(c[0], kind)));
      }
      for (int spin = random.nextInt(2000); spin > 0; spin--) {
        Thread.onSpinWait();
      }
      c[0].close();
      for (Background<Object> user : users) {
        assertThat(user.failure())
            .isExactlyInstanceOf(java.net.SocketException.class)
            .hasMessage("Socket closed");
      }
      c[1].close();
    }
  }

  @Test
  void aLoopThatEndsAtAnyMomentEndsEverybody() throws Exception {
    Random random = new Random(1);
    for (int round = 0; round < 40; round++) {
      TwoHosts other = new TwoHosts();
      BlockingSocket s = TwoHosts.datagrams(other.here);
      List<Background<Object>> users = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        users.add(
            Background.of(
                i % 2 == 0,
                () -> {
                  while (true) {
                    s.getsockname(new SocketAddress());
                  }
                }));
      }
      for (int spin = random.nextInt(20_000); spin > 0; spin--) {
        Thread.onSpinWait();
      }
      if (round % 2 == 0) {
        other.close();
      } else {
        other.here.close();
      }
      for (Background<Object> user : users) {
        assertThat(user.failure()).hasMessage("the network has ended");
      }
      other.close();
    }
  }

  /** Until it fails. */
  private static Object use(BlockingSocket s, int kind) throws Exception {
    byte[] data = new byte[100_000];
    while (true) {
      switch (kind) {
        case 0 -> s.recv(data, 0, 100, 0);
        case 1 -> s.recv(data, 0, 100, MessageFlags.MSG_PEEK);
        case 2, 3 -> s.send(data, 0, data.length, 0);
        case 4 -> {
          if (s.poll(1, -1) == PollFd.POLLNVAL) {
            s.recv(data, 0, 1, 0);
          }
        }
        default -> s.getsockname(new SocketAddress());
      }
    }
  }
}
