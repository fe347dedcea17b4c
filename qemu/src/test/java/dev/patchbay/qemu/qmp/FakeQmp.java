package dev.patchbay.qemu.qmp;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A QMP server that serves one client at a time, says what it is told to, and notes what it heard.
 */
final class FakeQmp implements AutoCloseable {
  static final String GREETING =
      """
      {"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, \
      "capabilities": ["oob"]}}\
      """;

  private final Path path;
  private final ServerSocketChannel server;
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private volatile @Nullable SocketChannel client;

  /** Names of the commands in the order of their arrival, without {@code qmp_capabilities}. */
  final List<String> heard = new CopyOnWriteArrayList<>();

  FakeQmp(Path path) throws IOException {
    this.path = path;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path), 1);
    Thread.ofVirtual().start(this::serve);
  }

  /** What to say to a command: {@code "return": …} or {@code "error": …}; empty for silence. */
  FakeQmp on(String command, String answer) {
    answers.put(command, answer);
    return this;
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
        say(GREETING);
        LineReader lines = new LineReader(accepted, 1 << 20);
        String line;
        while ((line = lines.next()) != null) {
          answer(JsonMapper.shared().readTree(line));
        }
      } catch (IOException _) {
        // the client left; the next one may come
      }
    }
  }

  private void answer(JsonNode message) throws IOException {
    String command = message.path("execute").asString("");
    String fallback =
        "\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no " + command + "\"}";
    if (command.equals("qmp_capabilities")) {
      fallback = "\"return\": {}";
    } else {
      heard.add(message.has("arguments") ? command + message.path("arguments") : command);
    }
    String answer = answers.getOrDefault(command, fallback);
    if (!answer.isEmpty()) {
      say("{" + answer + ", \"id\": " + message.path("id") + "}");
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    hangUp();
    Files.deleteIfExists(path);
  }
}
