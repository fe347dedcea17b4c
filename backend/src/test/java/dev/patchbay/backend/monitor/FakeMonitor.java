package dev.patchbay.backend.monitor;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** QEMU's monitor, one client at a time, as far as a test needs it. */
final class FakeMonitor implements AutoCloseable {
  private final Path path;
  private final ServerSocketChannel server;
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private volatile @Nullable SocketChannel client;

  /** Commands as they came, with their arguments. */
  final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  FakeMonitor(Path path) throws IOException {
    this.path = path;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path), 1);
    answers.put("query-status", "{\"status\": \"running\"}");
    Thread.ofVirtual().start(this::serve);
  }

  /** What a command returns. */
  void on(String command, String answer) {
    answers.put(command, answer);
  }

  void say(String line) throws IOException {
    SocketChannel to = client;
    if (to != null) {
      to.write(ByteBuffer.wrap((line + "\r\n").getBytes(StandardCharsets.UTF_8)));
    }
  }

  void hangUp() throws IOException {
    SocketChannel to = client;
    if (to != null) {
      to.close();
    }
  }

  private void serve() {
    while (server.isOpen()) {
      try (SocketChannel accepted = server.accept()) {
        client = accepted;
        say(
            "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 1, \"minor\": 2, \"major\": 7},"
                + " \"package\": \"\"}, \"capabilities\": []}}");
        BufferedReader lines =
            new BufferedReader(Channels.newReader(accepted, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          answer(JsonMapper.shared().readTree(line));
        }
      } catch (IOException _) {
        // the client left; the next one may come
      }
    }
  }

  private void answer(JsonNode message) throws IOException {
    String command = message.path("execute").asString("");
    if (!command.equals("qmp_capabilities")) {
      JsonNode arguments = message.path("arguments");
      heard.add(arguments.isMissingNode() ? command : command + " " + arguments);
    }
    if (command.equals("stop") || command.equals("cont")) {
      String event = command.equals("stop") ? "STOP" : "RESUME";
      say("{\"event\": \"" + event + "\", \"timestamp\": {\"seconds\": 1, \"microseconds\": 0}}");
    }
    String answer = answers.getOrDefault(command, "{}");
    say("{\"return\": " + answer + ", \"id\": " + message.path("id") + "}");
  }

  @Override
  public void close() throws IOException {
    server.close();
    hangUp();
    Files.deleteIfExists(path);
  }
}
