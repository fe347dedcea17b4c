package dev.patchbay.qemu.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Timeout(30)
class QmpClientTest {
  private static final String INFO_NETWORK =
      "\"return\": \"n1: index=0,type=stream,\\r\\n"
          + "ftgmac100.0: index=0,type=nic,model=ftgmac100,macaddr=52:54:00:12:34:56\\r\\n"
          + " \\\\ n0: index=0,type=stream,unix:/run/net0.sock\\r\\n\"";

  @TempDir Path folder;

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(10, TimeUnit.SECONDS);
  }

  private Path socket() {
    return folder.resolve("qmp.sock");
  }

  @Test
  void connectsForTheFirstCommandAndFindsAnswersByTheirNumber() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket());
        QmpClient client = new QmpClient(socket())) {
      assertThat(client.isConnected()).isFalse();
      CompletableFuture<JsonNode> unknown = client.execute("nonsense", Map.of("a", 1));
      CompletableFuture<String> status = client.queryStatus();

      assertThat(get(status)).isEqualTo("running");
      assertThat(client.isConnected()).isTrue();
      assertThat(qemu.heard).containsExactly("nonsense {\"a\":1}", "query-status");
      assertThatThrownBy(() -> get(unknown))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              QmpException.class, e -> assertThat(e.errorClass()).isEqualTo("CommandNotFound"))
          .hasMessage("QMP nonsense: no nonsense (CommandNotFound)");
      assertThat(get(client.version())).isEqualTo(new QemuVersion(7, 2, 22));
    }
  }

  @Test
  void anAnswerThatDoesNotComeTimesOutAndTheNextCommandStillWorks() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket()).on("slow", "").on("quick", "\"return\": 7");
        QmpClient client = new QmpClient(socket())) {
      CompletableFuture<JsonNode> slow = client.execute("slow", Map.of(), Duration.ofMillis(200));

      assertThatThrownBy(() -> get(slow)).hasCauseInstanceOf(TimeoutException.class);
      assertThat(get(client.execute("quick")).asInt()).isEqualTo(7);
      assertThat(qemu.heard).containsExactly("slow", "quick");
    }
  }

  @Test
  void nobodyThereIsAnErrorThatNamesTheSocket() {
    try (QmpClient client = new QmpClient(socket())) {
      assertThatThrownBy(() -> get(client.execute("query-status")))
          .cause()
          .isInstanceOf(IOException.class)
          .hasMessageContaining(socket().toString());
    }
  }

  @Test
  void aLostConnectionFailsWhatWaitsAndIsMadeAnewByTheNextCommand() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket()).on("wait", "").on("x", "\"return\": {}");
        QmpClient client = new QmpClient(socket())) {
      get(client.version());
      CompletableFuture<JsonNode> waiting = client.execute("wait");
      while (qemu.heard.isEmpty()) {
        Thread.onSpinWait();
      }
      qemu.hangUp();

      assertThatThrownBy(() -> get(waiting)).hasMessageContaining("closed by QEMU");
      assertThat(get(client.execute("x")).isObject()).isTrue();
    }
  }

  @Test
  void aSocketThatAnotherClientHoldsIsToldApart() throws Exception {
    // The kernel connects us to the backlog, and nothing ever comes.
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket()), 1);
      try (QmpClient client = new QmpClient(socket())) {
        assertThatThrownBy(() -> get(client.version()))
            .hasMessageContaining("no greeting within 2 s: another client holds it");
      }
    }
  }

  @Test
  void whatIsNotQmpIsRefused() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket()));
      Thread.ofVirtual()
          .start(() -> {
            try (SocketChannel client = server.accept()) {
              client.write(
                  ByteBuffer.wrap(
                      "HTTP/1.1 400 Bad Request\r\n".getBytes(StandardCharsets.US_ASCII)));
            } catch (IOException _) {
              // the test fails by what it waits for
            }
          });
      try (QmpClient client = new QmpClient(socket())) {
        assertThatThrownBy(() -> get(client.version())).hasMessageContaining("not QMP");
      }
    }
  }

  @Test
  void listenersHearEventsAndTheConnectionComeAndGo() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    try (FakeQmp qemu = new FakeQmp(socket());
        QmpClient client = new QmpClient(socket())) {
      client.addListener(
          new QmpListener() {
            @Override
            public void connected(QemuVersion version) {
              told.add("connected " + version + " " + client.isConnected());
            }

            @Override
            public void event(QmpEvent event) {
              told.add(event.name() + " " + event.netdev() + " " + event.time().getEpochSecond());
              throw new IllegalStateException("a listener that fails hurts nobody");
            }

            @Override
            public void disconnected(String reason) {
              told.add("disconnected");
            }
          });
      client.keepConnected(Duration.ofMillis(20));
      assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("connected 7.2.22 true");

      CompletableFuture<QmpEvent> next = client.nextEvent(QmpEvent.NETDEV_STREAM_CONNECTED);
      qemu.event("NETDEV_STREAM_CONNECTED", "{\"netdev-id\": \"n0\"}");
      assertThat(get(next).netdev()).isEqualTo("n0");
      assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("NETDEV_STREAM_CONNECTED n0 1");

      qemu.hangUp();
      assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("disconnected");
      assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("connected 7.2.22 true");
    }
  }

  @Test
  void theLinkOfAnUnconnectedStreamIsNeverSetUp() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket()).on("human-monitor-command", INFO_NETWORK);
        QmpClient client = new QmpClient(socket())) {
      get(client.setLink("n0", false));
      get(client.setLink("n0", true));
      get(client.setLink("n1", false));
      get(client.setLink("ftgmac100.0", true));
      assertThatThrownBy(() -> get(client.setLink("n1", true)))
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("its stream is not connected");

      assertThat(qemu.heard.stream().filter(word -> word.startsWith("set_link")).toList())
          .hasSize(4)
          .doesNotContain("set_link {\"name\":\"n1\",\"up\":true}")
          .contains("set_link {\"name\":\"n1\",\"up\":false}");
    }
  }

  @Test
  void aKickStopsAndContinuesARunningGuestOnly() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket());
        QmpClient client = new QmpClient(socket())) {
      assertThat(get(client.kick())).isTrue();
      assertThat(qemu.heard).containsExactly("query-status", "stop", "cont");

      qemu.heard.clear();
      qemu.run(false);
      assertThat(get(client.kick())).isFalse();
      assertThat(qemu.heard).containsExactly("query-status");
    }
  }

  /** Writes down the events that it hears. */
  private static QmpListener to(BlockingQueue<String> told, Function<QmpEvent, String> words) {
    return new QmpListener() {
      @Override
      public void event(QmpEvent event) {
        told.add(words.apply(event));
      }
    };
  }

  /** Names and times of the events that a client tells. */
  private static BlockingQueue<String> events(QmpClient client) {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    client.addListener(to(told, event -> event.name() + " " + event.time().getEpochSecond()));
    return told;
  }

  @Test
  void stopAndContOfAKickAreNotTold() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket());
        QmpClient client = new QmpClient(socket())) {
      BlockingQueue<String> told = events(client);
      assertThat(get(client.kick())).isTrue();
      qemu.event("RESET", "{}");
      assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("RESET 3");
    }
  }

  @Test
  void whatTheOwnerDoesBesideAKickIsToldInItsOrder() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket());
        QmpClient client = new QmpClient(socket())) {
      BlockingQueue<String> told = events(client);
      qemu.before(
          "stop",
          () -> {
            qemu.run(false); // 1
            qemu.event("RESET", "{}"); // 2
            qemu.run(true); // 3; 4 is our STOP
          });
      qemu.before(
          "cont",
          () -> {
            qemu.run(true); // 5
            qemu.run(false); // 6; 7 is our RESUME
          });
      assertThat(get(client.kick())).isTrue();
      qemu.run(false); // 8
      for (String event : List.of("STOP 1", "RESET 2", "RESUME 3", "RESUME 5", "STOP 6")) {
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(event);
      }
      assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("STOP 8");
    }
  }

  @Test
  void aKickWhoseAnswersComeTooLateStillKnowsItsOwnEvents() throws Exception {
    CountDownLatch late = new CountDownLatch(1);
    try (FakeQmp qemu = new FakeQmp(socket()).before("stop", () -> await(late));
        QmpClient client = new QmpClient(socket(), Duration.ofMillis(200))) {
      BlockingQueue<String> told = events(client);
      assertThatThrownBy(() -> get(client.kick())).hasCauseInstanceOf(TimeoutException.class);
      qemu.before("cont", () -> qemu.event("RESET", "{}"));
      late.countDown();
      assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("RESET 2");
      assertThat(get(client.queryStatus())).isEqualTo("running");
      assertThat(told).isEmpty();
    }
  }

  @Test
  void aMachineThatItsOwnerStopsAfterItSaidThatItRunsIsLeftAlone() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    try (FakeQmp qemu = new FakeQmp(socket())) {
      QmpConnection connection = QmpConnection.open(socket(), to(told, QmpEvent::name));
      qemu.run(false);
      assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("STOP");
      assertThat(get(pauseAndContinue(connection, 1, 2))).isFalse();
      qemu.run(true);
      assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("RESUME");
      assertThat(get(pauseAndContinue(connection, 3, 4))).isTrue();
      assertThat(qemu.heard).containsExactly("stop", "cont");
      connection.close("end of the test");
    }
  }

  private static CompletableFuture<Boolean> pauseAndContinue(
      QmpConnection connection, long stopId, long contId) {
    QmpConnection.Pause pause = connection.reservePause(stopId, contId, Duration.ofSeconds(10));
    connection.write(pause);
    return pause.over();
  }

  @Test
  void aPauseWithoutAnAnswerHoldsBackNoEventsForEver() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    CountDownLatch late = new CountDownLatch(1);
    try (FakeQmp qemu = new FakeQmp(socket()).before("stop", () -> await(late))) {
      QmpConnection connection = QmpConnection.open(socket(), to(told, QmpEvent::name));
      QmpConnection.Pause dead = connection.reservePause(1, 2, Duration.ofMillis(300));
      connection.write(dead);
      qemu.event("RESET", "{}");
      assertThatThrownBy(() -> get(dead.over())).hasCauseInstanceOf(TimeoutException.class);
      assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("RESET");
      qemu.event("WAKEUP", "{}");
      assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("WAKEUP");

      CompletableFuture<Boolean> next = pauseAndContinue(connection, 3, 4);
      late.countDown();
      assertThat(get(next)).as("one of its own").isTrue();
      assertThat(qemu.heard).containsExactly("stop", "cont", "stop", "cont");
      connection.close("end of the test");
    }
  }

  /** Closing on a loop must find it to wait for, without waiting for the write itself. */
  @Test
  void aPauseIsWaitedForBeforeItIsWritten() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket())) {
      QmpConnection connection = QmpConnection.open(socket(), new QmpListener() {});
      QmpConnection.Pause pause = connection.reservePause(1, 2, Duration.ofSeconds(10));
      CompletableFuture<Void> waited =
          CompletableFuture.runAsync(() -> connection.awaitPause(Duration.ofSeconds(10)));
      assertThat(waited.copy().completeOnTimeout(null, 200, TimeUnit.MILLISECONDS))
          .succeedsWithin(Duration.ofSeconds(5));
      assertThat(waited).isNotDone();
      assertThat(qemu.heard).isEmpty();
      connection.write(pause);
      get(waited);
      assertThat(get(pause.over())).isTrue();
      assertThat(qemu.heard).containsExactly("stop", "cont");
      connection.close("end of the test");
    }
  }

  @Test
  void eventsThatAreHeldBackAreBounded() {
    List<String> told = new ArrayList<>();
    OwnPause own = new OwnPause(event -> told.add(event.name()));
    own.event(event("FIRST"));
    for (int i = 1; i < OwnPause.MOST_HELD; i++) {
      own.event(event("OTHER"));
    }
    assertThat(told).isEmpty();
    own.event(event(QmpEvent.STOP));
    assertThat(told).containsExactly("FIRST");
    own.stopped(true);
    own.event(event(QmpEvent.RESUME));
    own.continued(null);
    assertThat(told).hasSize(OwnPause.MOST_HELD).doesNotContain("STOP", "RESUME");
  }

  private static QmpEvent event(String name) {
    return QmpEvent.of(QmpConnection.JSON.createObjectNode().put("event", name));
  }

  @Test
  void aClientThatIsClosedInAKickLeavesNoStoppedMachine() throws Exception {
    CountDownLatch stopping = new CountDownLatch(1);
    CountDownLatch closing = new CountDownLatch(1);
    try (FakeQmp qemu = new FakeQmp(socket())) {
      QmpClient client = new QmpClient(socket());
      qemu.before(
          "stop",
          () -> {
            stopping.countDown();
            await(closing);
          });
      // the reader must have seen the end of the connection, if there is one, before cont's turn
      qemu.before("cont", () -> pause(100));
      CompletableFuture<Boolean> kick = client.kick();
      await(stopping); // a client closed before its stop goes out stops nothing
      CompletableFuture<Void> closed = CompletableFuture.runAsync(client::close);
      pause(100); // it is closed by now, or waits
      closing.countDown();
      get(closed);
      assertThat(get(kick)).isTrue();
      assertThat(qemu.isRunning()).isTrue();
      assertThat(qemu.heard).containsExactly("query-status", "stop", "cont");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aClosedClientAnswersEverythingWithAFailure() throws Exception {
    try (FakeQmp qemu = new FakeQmp(socket()).on("wait", "")) {
      QmpClient client = new QmpClient(socket());
      CompletableFuture<JsonNode> waiting = client.execute("wait");
      while (qemu.heard.isEmpty()) {
        Thread.onSpinWait();
      }
      client.close();

      assertThatThrownBy(() -> get(waiting)).hasMessageContaining("client closed");
      assertThatThrownBy(() -> get(client.execute("x"))).hasMessageContaining("is closed");
    }
  }

  @Test
  void versionsAreReadAndCompared() {
    QemuVersion debian12 =
        QemuVersion.parse("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright");
    assertThat(debian12).isEqualTo(new QemuVersion(7, 2, 22)).hasToString("7.2.22");
    assertThat(debian12.atLeast(7, 2)).isTrue();
    assertThat(debian12.atLeast(8, 0)).isFalse();
    assertThat(new QemuVersion(11, 1, 3)).isGreaterThan(new QemuVersion(9, 2, 50));
    assertThatThrownBy(() -> QemuVersion.parse("bash 5")).hasMessageContaining("bash 5");
  }

  @Test
  void addressesAreUnixPaths() {
    try (QmpClient client = QmpClient.of("unix:/run/q.sock")) {
      assertThat(client.socket()).isEqualTo(Path.of("/run/q.sock"));
    }
    assertThatThrownBy(() -> QmpClient.of("tcp:127.0.0.1:4444")).hasMessageContaining("unix:PATH");
  }
}
