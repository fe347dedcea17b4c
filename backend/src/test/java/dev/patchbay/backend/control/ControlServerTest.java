package dev.patchbay.backend.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.cli.ControlClient;
import dev.patchbay.backend.cli.HttpReply;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class ControlServerTest {
  @TempDir Path dir;
  private Path socket;
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final EventLog events =
      new EventLog(Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC));
  private ControlServer server;

  private final BlockingQueue<byte[]> pieces = new LinkedBlockingQueue<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final BlockingQueue<ExecStream> words = new LinkedBlockingQueue<>();

  /** Gives the pieces that there are; an empty one is the last. */
  private static final class Counting implements ByteStream {
    private final BlockingQueue<byte[]> pieces;
    private final CountDownLatch closed;
    private boolean ended;

    Counting(BlockingQueue<byte[]> pieces, CountDownLatch closed) {
      this.pieces = pieces;
      this.closed = closed;
    }

    @Override
    public void onReady(Runnable listener) {
      listener.run();
    }

    @Override
    public byte @Nullable [] poll() {
      byte[] piece = pieces.poll();
      ended = piece != null && piece.length == 0;
      return piece;
    }

    @Override
    public boolean isEnded() {
      return ended;
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private final class Model implements ControlModel {
    @Override
    public CompletionStage<ExecResult> exec(List<String> argv, String stdin) {
      return CompletableFuture.supplyAsync(
          () -> new ExecResult(argv.size(), String.join("|", argv), stdin));
    }

    @Override
    public ByteStream execStream(List<String> argv, String stdin) {
      ExecStream made = new ExecStream();
      made.onClose(closed::countDown);
      made.out("one\n");
      words.add(made);
      return made;
    }

    @Override
    public Object ports() {
      return List.of(Map.of("name", "net0"));
    }

    @Override
    public Object leases() {
      throw new IllegalStateException("a defect");
    }

    @Override
    public Object forwards() {
      return List.of();
    }

    @Override
    public CompletionStage<? extends Object> addForward(String rule) {
      return rule.equals("taken")
          ? CompletableFuture.failedFuture(new ControlException(409, "taken", "it is taken"))
          : CompletableFuture.completedFuture(Map.of("id", 1));
    }

    @Override
    public void removeForward(int id) {
      if (id != 1) {
        throw new ControlException(404, "not-found", "there is no forward " + id);
      }
    }

    @Override
    public Object captures() {
      return List.of(Map.of("id", 1));
    }

    @Override
    public CompletionStage<? extends Object> addCapture(
        @Nullable String port, @Nullable String file) {
      return CompletableFuture.completedFuture(List.of(port + " " + file));
    }

    @Override
    public void removeCapture(int id) {
      if (id != 1) {
        throw new ControlException(404, "unknown", "there is no capture " + id);
      }
    }

    @Override
    public ByteStream readCapture(int id) {
      removeCapture(id);
      return new Counting(pieces, closed);
    }

    @Override
    public String metrics() {
      return new MetricsText().counter("rx_total", "Frames.", 3, "port", "a\"b").toString();
    }
  }

  @BeforeEach
  void open() throws IOException {
    socket = dir.resolve("control.sock");
    server = ControlServer.open(group, () -> {}, socket, new Model(), events);
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    assertThat(socket).doesNotExist();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private void expect(String method, String target, String body, int status, String answer)
      throws IOException {
    HttpReply reply =
        ControlClient.request(socket, method, target, body.getBytes(StandardCharsets.UTF_8));
    assertThat(reply.text()).isEqualTo(answer);
    assertThat(reply.status()).isEqualTo(status);
  }

  private static String error(String code, String message) {
    return "{\"error\":{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}}";
  }

  @Test
  void onlyTheOwnerMayConnect() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    try (var files = Files.list(dir)) {
      assertThat(files).containsExactly(socket);
    }
  }

  @Test
  void wordsRun() throws IOException {
    assertThat(ControlClient.exec(socket, List.of("ip", "a\n\u00e4"), "in"))
        .isEqualTo(new ControlClient.Reply(2, "ip|a\n\u00e4", "in"));
  }

  @Test
  void resources() throws IOException {
    expect("GET", "/v1/ports", "", 200, "[{\"name\":\"net0\"}]");
    expect("POST", "/v1/forwards", "{\"rule\":\"x\"}", 201, "{\"id\":1}");
    expect("POST", "/v1/forwards", "{\"rule\":\"taken\"}", 409, error("taken", "it is taken"));
    expect("DELETE", "/v1/forwards/1", "", 204, "");
    expect("DELETE", "/v1/forwards/2", "", 404, error("not-found", "there is no forward 2"));
    expect(
        "GET",
        "/v1/metrics",
        "",
        200,
        "# HELP rx_total Frames.\n# TYPE rx_total counter\nrx_total{port=\"a\\\"b\"} 3\n");
  }

  @Test
  void capturesAreMadeAndRead() throws Exception {
    expect("GET", "/v1/captures", "", 200, "[{\"id\":1}]");
    expect("POST", "/v1/captures", "{}", 201, "[\"null null\"]");
    expect("POST", "/v1/captures", "{\"port\":null,\"file\":\"/a\"}", 201, "[\"null /a\"]");
    expect("DELETE", "/v1/captures/1", "", 204, "");
    expect("DELETE", "/v1/captures/2", "", 404, error("unknown", "there is no capture 2"));
    expect("GET", "/v1/captures/2", "", 404, error("unknown", "there is no capture 2"));
    pieces.add("first, ".getBytes(StandardCharsets.UTF_8));
    pieces.add("last".getBytes(StandardCharsets.UTF_8));
    pieces.add(new byte[0]);
    expect("GET", "/v1/captures/1", "", 200, "first, last");
    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aReaderThatLeavesIsNoticed() throws Exception {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      String request = "GET /v1/captures/1 HTTP/1.1\r\nHost: a\r\n\r\n";
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      assertThat(channel.read(ByteBuffer.allocate(4096))).isPositive();
    }
    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void wrongRequestsAreRefused() throws IOException {
    expect("GET", "/v1/nope", "", 404, error("not-found", "there is nothing at /v1/nope"));
    expect(
        "PUT", "/v1/ports", "", 405, error("method-not-allowed", "/v1/ports takes GET, not PUT"));
    expect("GET", "/v1/captures/x", "", 404, error("not-found", "there is no capture 'x'"));
    expect(
        "PUT",
        "/v1/captures/1",
        "",
        405,
        error("method-not-allowed", "/v1/captures/1 takes DELETE, not PUT"));
    expect(
        "POST", "/v1/captures", "{\"port\":1}", 400, error("bad-request", "port is to be a text"));
    expect("POST", "/v1/exec", "[]", 400, error("bad-request", "the body is to be an object"));
    expect("POST", "/v1/exec", "{\"x\":1}", 400, error("bad-request", "unknown key 'x'"));
    expect(
        "POST",
        "/v1/exec",
        "{\"argv\":[]}",
        400,
        error("bad-request", "argv is to be a list of at least one text"));
    expect("GET", "/v1/leases", "", 500, error("internal", "a defect: see the daemon's log"));
  }

  @Test
  void malformedAndOversizedHttp() throws IOException {
    assertThat(raw("GARBAGE\r\n\r\n")).startsWith("HTTP/1.1 400 ").contains("bad-request");
    assertThat(raw("GET /" + "a".repeat(9000) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    int tooLong = ControlServer.MAX_BODY + 1;
    assertThat(raw("POST /v1/exec HTTP/1.1\r\nHost: x\r\nContent-Length: " + tooLong + "\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ")
        .contains("too-large");
    expect("GET", "/v1/forwards", "", 200, "[]");
  }

  private String raw(String request) throws IOException {
    try (SocketChannel channel = connect(request)) {
      StringBuilder text = new StringBuilder();
      ByteBuffer buffer = ByteBuffer.allocate(4096);
      while (channel.read(buffer) >= 0) {
        text.append(StandardCharsets.UTF_8.decode(buffer.flip()));
        buffer.clear();
      }
      return text.toString();
    }
  }

  private SocketChannel connect(String request) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
    return channel;
  }

  @Test
  void aWordThatPrintsOverTime() throws Exception {
    CompletableFuture<HttpReply> reply =
        CompletableFuture.supplyAsync(() -> {
          try {
            byte[] body = "{\"argv\":[\"ip\",\"monitor\"]}".getBytes(StandardCharsets.UTF_8);
            return ControlClient.request(socket, "POST", "/v1/exec?stream=1", body);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    ExecStream word = words.take();
    onLoop(() -> word.out("two\n"));
    onLoop(() -> word.err("hm\n"));
    onLoop(() -> word.end(3));

    assertThat(reply.get().text())
        .isEqualTo(
            "{\"stdout\":\"one\\n\"}\n"
                + "{\"stdout\":\"two\\n\"}\n"
                + "{\"stderr\":\"hm\\n\"}\n"
                + "{\"status\":3}\n");
  }

  @Test
  void aWordEndsWithItsClient() throws Exception {
    String body = "{\"argv\":[\"ip\",\"monitor\"]}";
    String head = "POST /v1/exec?stream=1 HTTP/1.1\r\nHost: x\r\nContent-Length: ";
    try (SocketChannel channel = connect(head + body.length() + "\r\n\r\n" + body)) {
      assertThat(channel.isConnected()).isTrue();
      words.take();
    }
    closed.await();
  }

  @Test
  void whatNobodyReadsIsBoundedAndSaidToBeLost() {
    ExecStream word = new ExecStream();
    String line = "x".repeat(1000);
    for (int i = 0; i < 5000; i++) {
      word.out(line);
    }
    word.end(0);
    int lines = 0;
    String beforeLast = "";
    String last = "";
    for (byte[] next = word.poll(); next != null; next = word.poll()) {
      beforeLast = last;
      last = new String(next, StandardCharsets.UTF_8);
      lines++;
    }
    assertThat(lines).isBetween(900, 1100);
    assertThat(beforeLast).contains("No buffer space available");
    assertThat(last).isEqualTo("{\"status\":0}\n");
    assertThat(word.isEnded()).isTrue();
  }

  @Test
  void eventsOldAndNewUntilTheClientVanishes() throws Exception {
    onLoop(() -> events.append("attached", Map.of("port", "net0")));
    onLoop(() -> events.append("link", Map.of("port", "net0")));
    try (SocketChannel channel = connect("GET /v1/events?since=1 HTTP/1.1\r\nHost: x\r\n\r\n")) {
      String old =
          "{\"time\":\"2026-01-02T03:04:05Z\",\"seq\":2,\"event\":\"link\",\"port\":\"net0\"}\n";
      assertThat(until(channel, old)).doesNotContain("attached");
      onLoop(() -> events.append("lease", Map.of()));
      assertThat(until(channel, "\"seq\":3,\"event\":\"lease\"}\n")).isNotEmpty();
    }
    while (group.submit(events::subscribers).get() > 0) {
      Thread.onSpinWait();
    }
    onLoop(() -> events.append("link", Map.of()));
    expect("GET", "/v1/forwards", "", 200, "[]");
  }

  private void onLoop(Runnable task) throws Exception {
    group.submit(task).get();
  }

  private static String until(SocketChannel channel, String end) throws IOException {
    StringBuilder text = new StringBuilder();
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    while (text.indexOf(end) < 0 && channel.read(buffer) >= 0) {
      text.append(StandardCharsets.UTF_8.decode(buffer.flip()));
      buffer.clear();
    }
    assertThat(text).contains(end);
    return text.toString();
  }

  @Test
  void theLogForgetsTheOldest() {
    for (int i = 0; i < EventLog.LIMIT + 5; i++) {
      events.append("link", Map.of());
    }
    assertThat(events.since(0)).hasSize(EventLog.LIMIT);
    assertThat(events.since(0).getFirst().seq()).isEqualTo(6);
    assertThat(events.since(events.lastSeq())).isEmpty();
  }
}
