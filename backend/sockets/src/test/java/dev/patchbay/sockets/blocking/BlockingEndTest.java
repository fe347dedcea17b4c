package dev.patchbay.sockets.blocking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.PollEvents;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.socket.SocketOptions;
import java.io.InterruptedIOException;
import java.lang.ref.WeakReference;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How calls end that wait: time-outs, interrupts, close, linger, the end of the loop. */
@Timeout(120)
class BlockingEndTest extends SystemCalls {
  // ---- time-outs

  @Test
  void theReceiveTimeoutIsKept() throws Exception {
    BlockingSocket[] c = net.connection();
    timeout(c[1], SocketOptions.SO_RCVTIMEO, 50);
    long begin = System.nanoTime();
    assertThatThrownBy(() -> recv(c[1], 1, 0)).hasMessageContaining("EAGAIN");
    assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(50_000_000L);
    assertThat(net.waiting()).isZero();
    send(c[0], "abc");
    assertThat(recv(c[1], 6, MessageFlags.MSG_WAITALL)).as("the part that came").isEqualTo("abc");
    send(c[0], "abc");
    assertThat(recv(c[1], 6, MessageFlags.MSG_WAITALL | MessageFlags.MSG_PEEK)).isEqualTo("abc");
    assertThat(recv(c[1], 6, 0)).isEqualTo("abc");
    BlockingSocket listener = net.listener(80, 5);
    timeout(listener, SocketOptions.SO_RCVTIMEO, 20);
    assertThatThrownBy(listener::accept).hasMessageContaining("EAGAIN");
  }

  @Test
  void aTimeoutBeyondAllTimesIsForEver() throws Exception {
    BlockingSocket[] c = net.connection();
    byte[] value = new byte[16];
    Arrays.fill(value, 0, 7, (byte) 0xff);
    c[1].setsockopt(SOL, SocketOptions.SO_RCVTIMEO, value, 16);
    Background<String> reader = Background.virtual(() -> recv(c[1], 1, 0));
    awaitWaiting(1);
    send(c[0], "x");
    assertThat(reader.get()).isEqualTo("x");
  }

  @Test
  void theSendTimeoutIsKept() throws Exception {
    BlockingSocket[] c = net.connection();
    timeout(c[0], SocketOptions.SO_SNDTIMEO, 50);
    byte[] much = new byte[8 << 20];
    int taken = c[0].send(much, 0, much.length, 0);
    assertThat(taken).isPositive().isLessThan(much.length);
    Throwable full = null;
    while (full == null) {
      // the peer's window grows for a while
      try {
        taken += c[0].send(much, 0, much.length, 0);
      } catch (ErrnoException e) {
        full = e;
      }
    }
    assertThat(full).hasMessageContaining("EAGAIN");
    assertThat(net.waiting()).isZero();
    byte[] got = new byte[taken];
    assertThat(c[1].recv(got, 0, taken, MessageFlags.MSG_WAITALL)).isEqualTo(taken);
  }

  @Test
  void aConnectThatTakesTooLongGoesOn() throws Exception {
    net.listener(80, 5);
    net.cut();
    BlockingSocket client = TwoHosts.stream(net.here);
    timeout(client, SocketOptions.SO_SNDTIMEO, 30);
    SocketAddress to = TwoHosts.at(TwoHosts.THERE, 80);
    assertThatThrownBy(() -> client.connect(to)).hasMessageContaining("EINPROGRESS");
    assertThatThrownBy(() -> client.connect(to)).hasMessageContaining("EALREADY");
    net.mend();
    timeout(client, SocketOptions.SO_SNDTIMEO, 0);
    client.connect(to);
    assertThatThrownBy(() -> client.connect(to)).hasMessageContaining("EISCONN");
  }

  @Test
  void aShutdownUnderAWriterLeavesWhatIsThereToBeRead() throws Exception {
    BlockingSocket[] c = net.connection();
    byte[] much = new byte[8 << 20];
    Background<Integer> writer = Background.virtual(() -> c[0].send(much, 0, much.length, 0));
    awaitWaiting(1);
    send(c[1], "answer");
    c[0].shutdown(Socket.SHUT_WR);
    assertThat(writer.get()).isPositive().isLessThan(much.length);
    assertThat(c[0].getsockopt(SOL, SocketOptions.SO_ERROR)).isZero();
    assertThat(recv(c[0], 10, 0)).as("no EPIPE of the writer's").isEqualTo("answer");
    assertThatThrownBy(() -> send(c[0], "x")).hasMessageContaining("EPIPE");
  }

  // ---- interrupts

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptEndsTheWaitAndNotTheSocket(boolean virtual) throws Exception {
    BlockingSocket[] c = net.connection();
    Background<Boolean> reader =
        Background.of(
            virtual,
            () -> {
              assertThatThrownBy(() -> recv(c[1], 1, 0))
                  .isExactlyInstanceOf(InterruptedIOException.class)
                  .hasMessage("recv interrupted");
              return Thread.currentThread().isInterrupted();
            });
    awaitWaiting(1);
    reader.thread().interrupt();
    assertThat(reader.get()).as("interrupt status").isTrue();
    assertThat(net.waiting()).isZero();
    send(c[0], "still open");
    assertThat(recv(c[1], 20, 0)).isEqualTo("still open");
  }

  @Test
  void anInterruptedCallHasWhatItGot() throws Exception {
    BlockingSocket[] c = net.connection();
    Background<String> reader = Background.virtual(() -> recv(c[1], 6, MessageFlags.MSG_WAITALL));
    send(c[0], "abc");
    awaitWaiting(1);
    reader.thread().interrupt();
    assertThat(reader.get()).isEqualTo("abc");
    byte[] much = new byte[8 << 20];
    Background<Integer> writer = Background.virtual(() -> c[0].send(much, 0, much.length, 0));
    awaitWaiting(1);
    writer.thread().interrupt();
    int taken = writer.get();
    assertThat(taken).isPositive().isLessThan(much.length);
    byte[] got = new byte[taken];
    assertThat(c[1].recv(got, 0, taken, MessageFlags.MSG_WAITALL)).isEqualTo(taken);
  }

  @Test
  void anInterruptedThreadGetsWhatIsThere() throws Exception {
    BlockingSocket[] c = net.connection();
    send(c[0], "abc");
    recv(c[1], 3, MessageFlags.MSG_PEEK | MessageFlags.MSG_WAITALL);
    Thread.currentThread().interrupt();
    assertThat(recv(c[1], 3, 0)).isEqualTo("abc");
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThatThrownBy(() -> recv(c[1], 3, 0)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void interruptsNeverLoseData() throws Exception {
    BlockingSocket[] c = net.connection();
    int total = 20_000;
    Background<Integer> reader =
        Background.virtual(() -> {
          byte[] b = new byte[1];
          int expected = 0;
          while (expected < total) {
            try {
              int n = c[1].recv(b, 0, 1, 0);
              assertThat(n).isEqualTo(1);
              assertThat(b[0]).isEqualTo((byte) expected);
              expected++;
            } catch (InterruptedIOException e) {
              Thread.interrupted();
            }
            Thread.interrupted();
          }
          return expected;
        });
    byte[] one = new byte[1];
    for (int i = 0; i < total; i++) {
      one[0] = (byte) i;
      c[0].send(one, 0, 1, 0);
      if (i % 3 == 0) {
        reader.thread().interrupt();
      }
    }
    assertThat(reader.get()).isEqualTo(total);
  }

  // ---- close

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void closeWakesAllWhoWait(boolean virtual) throws Exception {
    BlockingSocket[] c = net.connection();
    BlockingSocket listener = net.listener(80, 5);
    BlockingSocket opening = TwoHosts.stream(net.here);
    byte[] much = new byte[8 << 20];
    List<Background<?>> waiters =
        List.of(
            Background.of(virtual, () -> recv(c[1], 1, 0)),
            Background.of(virtual, () -> recv(c[1], 1, MessageFlags.MSG_PEEK)),
            Background.of(virtual, listener::accept),
            Background.of(virtual, listener::accept),
            Background.of(virtual, () -> c[0].send(much, 0, much.length, 0)),
            Background.of(
                virtual,
                () -> {
                  opening.connect(TwoHosts.at("10.1.0.77", 80));
                  return null;
                }));
    // the one who reads gets what is written: it is not among those who wait
    waiters.get(0).get();
    waiters.get(1).get();
    Background<String> reader = Background.of(virtual, () -> recv(c[0], 1, 0));
    awaitWaiting(3);
    Background<Integer> poller = Background.of(virtual, () -> listener.poll(PollEvents.POLLIN, -1));
    while (net.onLoop(() -> listener.pollers().size() + c[0].readers().size()) != 2) {
      Thread.sleep(1);
    }
    listener.close();
    opening.close();
    c[0].close();
    for (int i : new int[] {2, 3, 5}) {
      assertThat(waiters.get(i).failure())
          .isExactlyInstanceOf(SocketException.class)
          .hasMessage("Socket closed");
    }
    assertThat(waiters.get(4).get()).as("what was taken").isInstanceOf(Integer.class);
    assertThat(reader.failure()).hasMessage("Socket closed");
    assertThat(poller.get()).isEqualTo(PollFd.POLLNVAL);
    assertThatThrownBy(() -> recv(c[0], 1, 0)).hasMessage("Socket closed");
    assertThatThrownBy(() -> c[0].getsockname(new SocketAddress())).hasMessage("Socket closed");
    c[0].close();
    assertThat(c[0].isClosed()).isTrue();
  }

  @Test
  void shutdownEndsThoseWhoWaitForIt() throws Exception {
    BlockingSocket[] c = net.connection();
    Background<String> reader = Background.virtual(() -> recv(c[1], 1, 0));
    awaitWaiting(1);
    c[1].shutdown(Socket.SHUT_RD);
    assertThat(reader.get()).isEmpty();
    BlockingSocket udp = TwoHosts.datagrams(net.here);
    udp.bind(TwoHosts.at(TwoHosts.HERE, 53));
    udp.connect(TwoHosts.at(TwoHosts.THERE, 53));
    Background<String> receiver = Background.virtual(() -> recv(udp, 1, 0));
    awaitWaiting(1);
    udp.shutdown(Socket.SHUT_RD);
    assertThat(receiver.get()).isEmpty();
    assertThatThrownBy(() -> recv(udp, 1, MessageFlags.MSG_DONTWAIT))
        .hasMessageContaining("EAGAIN");
  }

  // ---- SO_LINGER

  @Test
  void lingerWaitsUntilThePeerHasAll() throws Exception {
    BlockingSocket[] c = net.connection();
    byte[] data = new byte[50_000];
    net.cut();
    c[0].send(data, 0, data.length, 0);
    linger(c[0], 60);
    Background<Object> closer =
        Background.virtual(() -> {
          c[0].close();
          return "closed";
        });
    awaitWaiting(1);
    assertThatThrownBy(() -> c[0].send(data, 0, 1, 0)).hasMessage("Socket closed");
    assertThat(closer.isDone()).isFalse();
    net.mend();
    assertThat(closer.get()).isEqualTo("closed");
    assertThat(c[1].recv(data, 0, data.length, MessageFlags.MSG_WAITALL)).isEqualTo(data.length);
    assertThat(c[1].recv(data, 0, 1, 0)).isZero();
  }

  @Test
  void lingerEndsWithItsTime() throws Exception {
    BlockingSocket[] c = net.connection();
    net.cut();
    send(c[0], "lost");
    linger(c[0], 1);
    long begin = System.nanoTime();
    c[0].close();
    long took = System.nanoTime() - begin;
    // a second, and what a busy machine adds to one wake-up
    assertThat(took).isBetween(TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(20));
  }

  @Test
  void lingerEndsWithAnInterrupt() throws Exception {
    BlockingSocket[] c = net.connection();
    net.cut();
    send(c[0], "lost");
    linger(c[0], 3600);
    Background<Boolean> closer =
        Background.virtual(() -> {
          c[0].close();
          return Thread.currentThread().isInterrupted();
        });
    awaitWaiting(1);
    closer.thread().interrupt();
    assertThat(closer.get()).isTrue();
  }

  @Test
  void lingerDoesNotWaitWhereSomethingIsUnread() throws Exception {
    BlockingSocket[] c = net.connection();
    send(c[1], "unread");
    recv(c[0], 6, MessageFlags.MSG_PEEK | MessageFlags.MSG_WAITALL);
    linger(c[0], 3600);
    c[0].close();
    assertThatThrownBy(() -> recv(c[1], 1, 0)).hasMessageContaining("ECONNRESET");
  }

  // ---- the loop

  @Test
  void theLoopMustNotBlock() throws Exception {
    BlockingSocket s = TwoHosts.stream(net.here);
    Throwable refused =
        net.onLoop(() -> {
          try {
            s.listen(1);
            return null;
          } catch (IllegalStateException e) {
            return e;
          }
        });
    assertThat(refused).hasMessage("a blocking call on the network's own loop");
  }

  @Test
  void theEndOfTheLoopEndsAllCalls() throws Exception {
    TwoHosts other = new TwoHosts();
    BlockingSocket[] c = other.connection();
    BlockingSocket listener = other.listener(80, 5);
    Background<String> reader = Background.virtual(() -> recv(c[1], 1, 0));
    Background<BlockingSocket> acceptor = Background.platform(listener::accept);
    Background<Integer> poller = Background.virtual(() -> listener.poll(1, -1));
    other.awaitWaiting(2);
    while (other.onLoop(() -> listener.pollers().size()) != 1) {
      Thread.sleep(1);
    }
    other.close();
    assertThat(reader.failure())
        .isExactlyInstanceOf(SocketException.class)
        .hasMessage("the network has ended");
    assertThat(acceptor.failure()).hasMessage("the network has ended");
    assertThat(poller.failure()).hasMessage("the network has ended");
    assertThatThrownBy(() -> recv(c[1], 1, 0)).hasMessage("the network has ended");
    c[0].close();
  }

  /** As a loop does in the moment in which it ends: some tasks it takes, and never runs. */
  @Test
  void aCallThatTheLoopDropsEndsWithIt() throws Exception {
    TwoHosts other = new TwoHosts();
    BlockingQueue<Runnable> dropped = new LinkedBlockingQueue<>();
    BlockingNetwork network =
        new BlockingNetwork(other.stackHere, other.loop, NameResolver.LITERALS, dropped::add);
    Background<BlockingSocket> one = Background.virtual(() -> TwoHosts.stream(network));
    Background<BlockingSocket> two = Background.platform(() -> TwoHosts.stream(network));
    assertThat(dropped.poll(20, TimeUnit.SECONDS)).isNotNull();
    one.thread().interrupt();
    other.close();
    assertThat(one.failure()).hasMessage("the network has ended");
    assertThat(two.failure()).hasMessage("the network has ended");
    assertThatThrownBy(() -> TwoHosts.stream(network)).hasMessage("the network has ended");
  }

  /** The task that starts a call may be another caller's, who is held up before the loop has it. */
  @Test
  void anInterruptThatOvertakesItsCallEndsIt() throws Exception {
    BlockingQueue<Runnable> heldUp = new LinkedBlockingQueue<>();
    AtomicBoolean holds = new AtomicBoolean();
    BlockingNetwork network =
        new BlockingNetwork(
            net.stackHere,
            net.loop,
            NameResolver.LITERALS,
            task -> {
              if (holds.get()) {
                heldUp.add(task);
              } else {
                net.loop.execute(task);
              }
            });
    BlockingSocket udp = TwoHosts.datagrams(network);
    udp.bind(TwoHosts.at(TwoHosts.HERE, 53));
    holds.set(true);
    Background<String> reader = Background.platform(() -> recv(udp, 1, 0));
    Runnable start = heldUp.poll(20, TimeUnit.SECONDS);
    reader.thread().interrupt();
    while (reader.thread().isInterrupted() || reader.thread().getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    net.onLoop(() -> "the interrupt has come");
    assertThat(reader.isDone()).isFalse();
    net.loop.execute(start);
    assertThat(reader.failure()).isExactlyInstanceOf(InterruptedIOException.class);
    network.close();
  }

  @Test
  void aCallThatTheLoopRefusesEndsWithIt() throws Exception {
    TwoHosts other = new TwoHosts();
    CountDownLatch refused = new CountDownLatch(1);
    BlockingNetwork network =
        new BlockingNetwork(
            other.stackHere,
            other.loop,
            NameResolver.LITERALS,
            task -> {
              refused.countDown();
              throw new RejectedExecutionException();
            });
    Background<BlockingSocket> caller = Background.virtual(() -> TwoHosts.stream(network));
    assertThat(refused.await(20, TimeUnit.SECONDS)).isTrue();
    other.close();
    assertThat(caller.failure()).hasMessage("the network has ended");
  }

  /** Between its FIN and its RST such a close is nowhere but on its way to the loop. */
  @Test
  void aCloseThatTheLoopDropsHalfwayEndsWithIt() throws Exception {
    TwoHosts other = new TwoHosts();
    BlockingQueue<Runnable> dropped = new LinkedBlockingQueue<>();
    BlockingNetwork network =
        new BlockingNetwork(
            other.stackHere,
            other.loop,
            NameResolver.LITERALS,
            task -> {
              if (other.loop.inLoop()) {
                dropped.add(task);
              } else {
                other.loop.execute(task);
              }
            });
    BlockingSocket listener = other.listener(80, 1);
    BlockingSocket client = TwoHosts.stream(network);
    client.connect(TwoHosts.at(TwoHosts.THERE, 80));
    BlockingSocket peer = listener.accept();
    send(peer, "unread");
    recv(client, 6, MessageFlags.MSG_PEEK | MessageFlags.MSG_WAITALL);
    Background<Object> closer =
        Background.virtual(() -> {
          client.close(true);
          return "closed";
        });
    assertThat(dropped.poll(20, TimeUnit.SECONDS)).isNotNull();
    assertThat(recv(peer, 1, 0)).as("the FIN").isEmpty();
    other.close();
    assertThat(closer.get()).isEqualTo("closed");
  }

  // ---- the end of the network

  @Test
  void aClosedNetworkEndsItsCallsAndSockets() throws Exception {
    BlockingNetwork mine = new BlockingNetwork(net.stackHere);
    BlockingSocket listener = net.listener(80, 5);
    BlockingSocket[] c = new BlockingSocket[2];
    BlockingSocket[] peers = new BlockingSocket[2];
    for (int i = 0; i < 2; i++) {
      c[i] = TwoHosts.stream(mine);
      c[i].connect(TwoHosts.at(TwoHosts.THERE, 80));
      peers[i] = listener.accept();
    }
    Background<String> reader = Background.virtual(() -> recv(c[0], 1, 0));
    Background<Integer> poller = Background.virtual(() -> c[0].poll(1, -1));
    while (net.onLoop(() -> c[0].pollers().size() + c[0].readers().size()) != 2) {
      Thread.sleep(1);
    }
    mine.close();
    mine.close();
    assertThat(reader.failure())
        .isExactlyInstanceOf(SocketException.class)
        .hasMessage("the network has ended");
    assertThat(poller.failure()).hasMessage("the network has ended");
    assertThatThrownBy(() -> send(c[1], "x")).hasMessage("the network has ended");
    assertThatThrownBy(() -> TwoHosts.stream(mine)).hasMessage("the network has ended");
    c[1].close();
    for (BlockingSocket peer : peers) {
      assertThat(recv(peer, 1, 0)).as("FIN").isEmpty();
    }
    BlockingSocket another = TwoHosts.stream(net.here);
    another.connect(TwoHosts.at(TwoHosts.THERE, 80));
  }

  @Test
  void aClosedNetworkIsForgotten() throws Exception {
    List<WeakReference<BlockingNetwork>> closed = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      BlockingNetwork mine = new BlockingNetwork(net.stackHere);
      TwoHosts.stream(mine);
      closed.add(new WeakReference<>(mine));
      if (i == 1) {
        net.onLoop(() -> {
          mine.close();
          return null;
        });
      } else {
        mine.close();
      }
    }
    for (WeakReference<BlockingNetwork> network : closed) {
      for (int i = 0; i < 500 && network.get() != null; i++) {
        System.gc();
        Thread.sleep(10);
      }
      assertThat(network.get()).as("held by the loop or the stack").isNull();
    }
  }
}
