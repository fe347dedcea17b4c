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
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A QMP server that serves one client at a time and notes what it heard. It has a machine that
 * {@code stop} and {@code cont} stop and continue, with the events of that; all else says what it
 * is told to. As in QEMU one thread reads and another carries out, one command after the other, and
 * what was read but not begun when the client leaves is thrown away.
 */
public final class FakeQmp implements AutoCloseable {
  private static final String GREETING =
      """
      {"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, \
      "capabilities": ["oob"]}}\
      """;

  private final Path path;
  private final ServerSocketChannel server;
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final Map<String, Runnable> before = new ConcurrentHashMap<>();
  private final AtomicInteger clock = new AtomicInteger();
  private volatile @Nullable SocketChannel client;
  private volatile boolean running = true;

  /**
   * Commands in the order in which they were carried out, their arguments behind a space, without
   * {@code qmp_capabilities}.
   */
  public final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  /** Opens the socket. */
  public FakeQmp(Path path) throws IOException {
    this.path = path;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path), 1);
    Thread.ofVirtual().start(this::serve);
  }

  /** What to say to a command: {@code "return": …} or {@code "error": …}; empty for silence. */
  public FakeQmp on(String command, String answer) {
    answers.put(command, answer);
    return this;
  }

  /** What happens when a command's turn has come, before it is carried out. */
  public FakeQmp before(String command, Runnable happening) {
    before.put(command, happening);
    return this;
  }

  /** Whether the machine runs. */
  public boolean isRunning() {
    return running;
  }

  /** Stops or continues the machine, as its owner would by another monitor. */
  public synchronized void run(boolean run) {
    if (running != run) {
      running = run;
      event(run ? "RESUME" : "STOP", "{}");
    }
  }

  /** Tells of an event; its time is one second after that of the event before. */
  public void event(String name, String data) {
    String time = "{\"seconds\": " + clock.incrementAndGet() + ", \"microseconds\": 0}";
    say("{\"event\": \"" + name + "\", \"data\": " + data + ", \"timestamp\": " + time + "}");
  }

  private synchronized void say(String line) {
    SocketChannel to = client;
    if (to == null) {
      return;
    }
    try {
      to.write(ByteBuffer.wrap((line + "\r\n").getBytes(StandardCharsets.UTF_8)));
    } catch (IOException _) {
      // the client has left; its reader ends by that
    }
  }

  /** Ends the connection; the next client may come. */
  public void hangUp() throws IOException {
    SocketChannel to = client;
    if (to != null) {
      to.close();
    }
  }

  private void serve() {
    while (server.isOpen()) {
      BlockingQueue<JsonNode> commands = new LinkedBlockingQueue<>();
      try (SocketChannel accepted = server.accept()) {
        client = accepted;
        say(GREETING);
        Thread.ofVirtual().start(() -> carryOut(accepted, commands));
        LineReader lines = new LineReader(accepted, 1 << 20);
        String line;
        while ((line = lines.next()) != null) {
          commands.add(JsonMapper.shared().readTree(line));
        }
      } catch (IOException _) {
        // the client left; the next one may come
      }
      commands.clear();
    }
  }

  private void carryOut(SocketChannel from, BlockingQueue<JsonNode> commands) {
    try {
      while (from.isOpen()) {
        JsonNode message = commands.take();
        before.getOrDefault(message.path("execute").asString(""), () -> {}).run();
        answer(message);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(JsonNode message) {
    String command = message.path("execute").asString("");
    if (!command.equals("qmp_capabilities")) {
      JsonNode arguments = message.path("arguments");
      heard.add(arguments.isMissingNode() ? command : command + " " + arguments);
    }
    String told = answers.get(command);
    String answer = told != null ? told : ownAnswer(command);
    if (!answer.isEmpty()) {
      say("{" + answer + ", \"id\": " + message.path("id") + "}");
    }
  }

  private String ownAnswer(String command) {
    switch (command) {
      case "stop" -> run(false);
      case "cont" -> run(true);
      case "query-status" -> {
        return "\"return\": {\"status\": \"" + (running ? "running" : "paused") + "\"}";
      }
      case "qmp_capabilities", "set_link" -> {
        // nothing but their answer
      }
      default -> {
        return "\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no " + command + "\"}";
      }
    }
    return "\"return\": {}";
  }

  @Override
  public void close() throws IOException {
    server.close();
    hangUp();
    Files.deleteIfExists(path);
  }
}
