package dev.patchbay.sockets.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Much data, many threads, peers that do not play along. */
@Timeout(180)
class BlockingScaleTest {
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

  /** Byte i of a stream of a seed: nothing that repeats where segments do. */
  private static byte[] pattern(int seed, int length) {
    byte[] b = new byte[length];
    new Random(seed).nextBytes(b);
    return b;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void fiftyMegabytesBothWaysWithASlowReader(boolean virtual) throws Exception {
    int total = 50 << 20;
    byte[] up = pattern(1, total);
    byte[] down = pattern(2, total);
    BlockingSocket[] c = net.connection();
    List<Background<Integer>> writers =
        List.of(
            Background.of(virtual, () -> c[0].send(up, 0, total, 0)),
            Background.of(
                virtual,
                () -> {
                  int sent = 0;
                  for (int i = 0; i < 50; i++) {
                    sent += c[1].send(down, sent, 1 << 20, 0);
                  }
                  return sent;
                }));
    Background<byte[]> fast =
        Background.of(
            virtual,
            () -> {
              byte[] got = new byte[total];
              int n = c[0].recv(got, 0, total, MessageFlags.MSG_WAITALL);
              return Arrays.copyOf(got, n);
            });
    Background<byte[]> slow =
        Background.of(
            virtual,
            () -> {
              byte[] got = new byte[total];
              Random sizes = new Random(3);
              int n = 0;
              int reads = 0;
              while (n < total) {
                int most = Math.min(total - n, 1 + sizes.nextInt(200_000));
                int once = c[1].recv(got, n, most, 0);
                assertThat(once).isPositive();
                n += once;
                if (reads++ % 50 == 0) {
                  Thread.sleep(5);
                }
              }
              return got;
            });
    assertThat(writers.get(0).get()).isEqualTo(total);
    assertThat(writers.get(1).get()).isEqualTo(total);
    assertThat(Arrays.equals(slow.get(), up)).as("up, byte by byte").isTrue();
    assertThat(Arrays.equals(fast.get(), down)).as("down, byte by byte").isTrue();
    for (BlockingSocket s : c) {
      s.close();
    }
  }

  @Test
  void twoThousandThreadsWithAConnectionEach() throws Exception {
    int count = 2000;
    BlockingSocket listener = net.listener(7, 4096);
    List<Thread> echoes = new ArrayList<>();
    Background<Object> server =
        Background.virtual(() -> {
          for (int i = 0; i < count; i++) {
            BlockingSocket s = listener.accept();
            echoes.add(Thread.startVirtualThread(() -> echo(s)));
          }
          return null;
        });
    List<Background<String>> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int seed = i;
      clients.add(Background.virtual(() -> ask(seed)));
    }
    for (int i = 0; i < count; i++) {
      assertThat(clients.get(i).get()).isEqualTo("as it was");
    }
    server.get();
    for (Thread echo : echoes) {
      echo.join(); // until it has read the end
    }
    listener.close();
  }

  private static void echo(BlockingSocket s) {
    byte[] b = new byte[4096];
    try (s) {
      for (int n = s.recv(b, 0, b.length, 0); n > 0; n = s.recv(b, 0, b.length, 0)) {
        s.send(b, 0, n, 0);
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private String ask(int seed) throws Exception {
    byte[] question = pattern(seed, 3000);
    byte[] answer = new byte[3000];
    try (BlockingSocket s = TwoHosts.stream(net.here)) {
      s.connect(TwoHosts.at(TwoHosts.THERE, 7));
      for (int round = 0; round < 3; round++) {
        s.send(question, 0, question.length, 0);
        int n = s.recv(answer, 0, answer.length, MessageFlags.MSG_WAITALL);
        if (n != answer.length || !Arrays.equals(question, answer)) {
          return "round " + round + ": " + n + " bytes";
        }
      }
    }
    return "as it was";
  }

  @Test
  void tenThousandReadersThatWait() throws Exception {
    int count = 10_000;
    BlockingSocket listener = net.listener(7, 4096);
    List<BlockingSocket> clients = new ArrayList<>();
    List<BlockingSocket> servers = new ArrayList<>();
    SocketAddress to = TwoHosts.at(TwoHosts.THERE, 7);
    for (int i = 0; i < count; i++) {
      BlockingSocket s = TwoHosts.stream(net.here);
      s.connect(to);
      clients.add(s);
      servers.add(listener.accept());
    }
    long before = heap();
    AtomicInteger heard = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(count);
    for (BlockingSocket s : servers) {
      Thread.startVirtualThread(() -> {
        byte[] b = new byte[1];
        try {
          heard.addAndGet(s.recv(b, 0, 1, 0));
        } catch (java.io.IOException e) {
          throw new java.io.UncheckedIOException(e);
        } finally {
          done.countDown();
        }
      });
    }
    net.awaitWaiting(count);
    long each = (heap() - before) / count;
    System.out.println("heap of a virtual thread that waits in a read: " + each + " bytes");
    assertThat(each).as("bytes of heap for each reader that waits").isLessThan(4096);
    byte[] one = {1};
    for (BlockingSocket s : clients) {
      s.send(one, 0, 1, 0);
    }
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(heard).hasValue(count);
  }

  private static long heap() throws InterruptedException {
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(50);
      Runtime r = Runtime.getRuntime();
      used = Math.min(used, r.totalMemory() - r.freeMemory());
    }
    return used;
  }

  /** What is in neither the peer's window nor our buffer stays in the caller's array. */
  @Test
  void aPeerThatNeverReadsHoldsNoMoreThanTheBuffers() throws Exception {
    BlockingSocket[] c = net.connection();
    byte[] much = new byte[64 << 20];
    Background<Integer> writer = Background.virtual(() -> c[0].send(much, 0, much.length, 0));
    net.awaitWaiting(1);
    // until window and buffers have grown as far as they grow
    long held = -1;
    long now = net.onLoop(net.pool::used);
    while (now != held) {
      Thread.sleep(200);
      held = now;
      now = net.onLoop(net.pool::used);
    }
    assertThat(held).as("bytes of packets").isLessThan(16L << 20);
    assertThat(writer.isDone()).isFalse();
    c[0].close();
    int taken = writer.get();
    assertThat(taken).isPositive().isLessThan(16 << 20);
  }

  @Test
  void connectionsThatAreResetInTheMiddle() throws Exception {
    BlockingSocket listener = net.listener(7, 100);
    byte[] linger = {1, 0, 0, 0, 0, 0, 0, 0};
    for (int i = 0; i < 50; i++) {
      BlockingSocket client = TwoHosts.stream(net.here);
      client.connect(TwoHosts.at(TwoHosts.THERE, 7));
      BlockingSocket server = listener.accept();
      byte[] much = new byte[1 << 20];
      Background<Integer> writer =
          Background.virtual(() -> {
            int sent = 0;
            while (sent < 100 << 20) {
              sent += client.send(much, 0, much.length, 0);
            }
            return sent;
          });
      Background<Integer> reader = Background.virtual(() -> client.recv(new byte[1], 0, 1, 0));
      server.recv(new byte[1000 * (i + 1)], 0, 1000 * (i + 1), MessageFlags.MSG_WAITALL);
      server.setsockopt(1, 13, linger, 8);
      server.close();
      List<String> told = List.of(message(writer.failure()), end(reader));
      assertThat(told)
          .as("one hears of the reset, the other of its end")
          .isSubsetOf(
              "send: ECONNRESET (Connection reset by peer)",
              "send: EPIPE (Broken pipe)",
              "recv: ECONNRESET (Connection reset by peer)",
              "the end");
      assertThat(told.stream().filter(t -> t.contains("ECONNRESET"))).hasSize(1);
      client.close();
    }
    assertThat(net.onLoop(() -> net.stackHere.tcp().counters().currEstab)).isZero();
    listener.close();
  }

  private static String message(Throwable e) {
    return String.valueOf(e.getMessage());
  }

  private static String end(Background<Integer> reader) {
    try {
      return reader.get() == 0 ? "the end" : "data";
    } catch (Exception e) {
      return message(e);
    }
  }

  /** A platform thread is woken by the loop as well, thousands of times in turn. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pingPong(boolean virtual) throws Exception {
    BlockingSocket[] c = net.connection();
    int rounds = 5000;
    Background<Object> server =
        Background.of(
            virtual,
            () -> {
              byte[] b = new byte[1];
              for (int i = 0; i < rounds; i++) {
                c[1].recv(b, 0, 1, 0);
                c[1].send(b, 0, 1, 0);
              }
              return null;
            });
    Background<Long> client =
        Background.of(
            virtual,
            () -> {
              byte[] b = new byte[1];
              long begin = System.nanoTime();
              for (int i = 0; i < rounds; i++) {
                b[0] = (byte) i;
                c[0].send(b, 0, 1, 0);
                c[0].recv(b, 0, 1, 0);
                assertThat(b[0]).isEqualTo((byte) i);
              }
              return System.nanoTime() - begin;
            });
    server.get();
    System.out.println("round trip, virtual " + virtual + ": " + client.get() / rounds + " ns");
    c[0].shutdown(Socket.SHUT_WR);
  }
}
