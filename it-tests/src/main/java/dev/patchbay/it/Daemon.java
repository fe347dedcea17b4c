package dev.patchbay.it;

import dev.patchbay.qemu.process.OutputLog;
import dev.patchbay.qemu.process.Signals;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A running {@code patchbay run}. Its log is kept in {@code target/daemons/}, its files live in a
 * folder of its own which is removed with it unless the test gave one.
 */
public final class Daemon implements AutoCloseable {
  /** The launcher of the built daemon. */
  public static final Path SCRIPT = Repository.file("backend/bin/patchbay");

  private static final Duration READY_LIMIT = Duration.ofSeconds(30);
  private static final Pattern READY = Pattern.compile("(?m)^(\\{.*\"event\":\"ready\".*\\})$");
  private static final AtomicInteger LAST = new AtomicInteger();
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Process process;
  private final Path folder;
  private final boolean ownFolder;
  private final Path log;
  private final JsonNode ready;
  private final ControlClient control;

  private Daemon(Process process, Path folder, boolean ownFolder, Path log, JsonNode ready) {
    this.process = process;
    this.folder = folder;
    this.ownFolder = ownFolder;
    this.log = log;
    this.ready = ready;
    this.control = new ControlClient(Path.of(ready.path("control").asString("")));
  }

  /** Starts one on this machine's own network, in a fresh folder, and waits until it is ready. */
  public static Daemon start(String... options)
      throws IOException, InterruptedException, TimeoutException {
    return start(List.of(), options);
  }

  /**
   * Starts one in a namespace, which is then its world; unix sockets reach across.
   *
   * @param options of {@code patchbay run}
   */
  public static Daemon start(Netns netns, String... options)
      throws IOException, InterruptedException, TimeoutException {
    return start(netns.wrapper(), options);
  }

  private static Daemon start(List<String> wrapper, String... options)
      throws IOException, InterruptedException, TimeoutException {
    Path folder = Files.createTempDirectory("pb");
    try {
      return start(wrapper, folder, true, options);
    } catch (IOException | InterruptedException | TimeoutException e) {
      delete(folder);
      throw e;
    }
  }

  /**
   * Starts one whose files live in a given folder, e.g. again where another was killed.
   *
   * @param wrapper words before the command, e.g. {@link Netns#wrapper}; empty for none
   * @throws EOFException if it ended without becoming ready; the message holds its log
   */
  public static Daemon startIn(Path folder, List<String> wrapper, String... options)
      throws IOException, InterruptedException, TimeoutException {
    return start(wrapper, folder, false, options);
  }

  private static Daemon start(
      List<String> wrapper, Path folder, boolean ownFolder, String... options)
      throws IOException, InterruptedException, TimeoutException {
    String name = "daemon-" + ProcessHandle.current().pid() + "-" + LAST.incrementAndGet();
    Path output = Repository.output("daemons/" + name + ".out");
    Path log = Repository.output("daemons/" + name + ".log");
    Files.createDirectories(Repository.output("daemons"));
    List<String> words = new ArrayList<>(wrapper);
    words.addAll(List.of(SCRIPT.toString(), "run", "--dir", folder.toString()));
    words.addAll(List.of("--name", name));
    words.addAll(List.of(options));
    return launch(words, folder, ownFolder, output, log);
  }

  /**
   * Starts one by a whole command line, e.g. as another user, and waits until it is ready. Its
   * files live where the command says, and stay.
   *
   * @throws EOFException if it ended without becoming ready; the message holds its log
   */
  public static Daemon launch(List<String> command)
      throws IOException, InterruptedException, TimeoutException {
    String name = "daemon-" + ProcessHandle.current().pid() + "-" + LAST.incrementAndGet();
    Files.createDirectories(Repository.output("daemons"));
    Path log = Repository.output("daemons/" + name + ".log");
    Path output = Repository.output("daemons/" + name + ".out");
    return launch(command, Path.of(""), false, output, log);
  }

  private static Daemon launch(
      List<String> words, Path given, boolean ownFolder, Path output, Path log)
      throws IOException, InterruptedException, TimeoutException {
    Process process = new ProcessBuilder(words).redirectError(log.toFile()).start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> process.toHandle().destroyForcibly()));
    try {
      OutputLog stdout = OutputLog.start(process.getInputStream(), output);
      String line = stdout.await(READY, 0, READY_LIMIT).group(1);
      JsonNode ready = JSON.readTree(line);
      Path folder = ownFolder ? given : Path.of(ready.path("dir").asString(""));
      return new Daemon(process, folder, ownFolder, log, ready);
    } catch (EOFException e) {
      throw new EOFException(
          "daemon ended with " + process.waitFor() + ":\n" + Files.readString(log));
    } catch (IOException | InterruptedException | TimeoutException e) {
      process.toHandle().destroyForcibly();
      throw e;
    }
  }

  /** The {@code ready} line. */
  public JsonNode ready() {
    return ready;
  }

  /** Folder of its files. */
  public Path folder() {
    return folder;
  }

  /** Path of the plug of this name, of those that {@code ready} lists with a unix address. */
  public Path plug(String name) {
    for (JsonNode port : ready.path("ports")) {
      if (port.path("name").asString("").equals(name)) {
        return Path.of(port.path("address").asString("").replaceFirst("^unix:", ""));
      }
    }
    throw new IllegalArgumentException("no port " + name + " in " + ready);
  }

  /** Its log so far. */
  public String log() throws IOException {
    return Files.readString(log);
  }

  /** The client of its control socket. */
  public ControlClient control() {
    return control;
  }

  /** Runs a word, e.g. {@code exec("ip", "-j", "addr")}, by the control socket. */
  public Result exec(String... argv) throws IOException {
    String body = JSON.writeValueAsString(Map.of("argv", List.of(argv)));
    ControlClient.Answer answer = control.request("POST", "/v1/exec", body);
    String line = String.join(" ", argv);
    if (answer.status() != 200) {
      throw new IOException(line + ": HTTP " + answer.status() + " " + answer.body());
    }
    JsonNode result = JSON.readTree(answer.body());
    return new Result(
        line,
        result.path("status").asInt(-1),
        result.path("stdout").asString(""),
        result.path("stderr").asString(""));
  }

  /**
   * Gets JSON of the control socket, e.g. {@code get("/v1/ports")}.
   *
   * @throws IOException if the answer is not HTTP 200
   */
  public JsonNode get(String target) throws IOException {
    ControlClient.Answer answer = control.request("GET", target, null);
    if (answer.status() != 200) {
      throw new IOException(target + ": HTTP " + answer.status() + " " + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  /** Process id. */
  public long pid() {
    return process.pid();
  }

  /** Exit status; empty while it lives. */
  public OptionalInt exitStatus() {
    return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }

  /** Stops it as by Ctrl-Z: it answers nothing and reads nothing until {@link #resume}. */
  public void suspend() throws IOException, InterruptedException {
    Signals.send(process, "STOP");
  }

  /** Lets it go on. */
  public void resume() throws IOException, InterruptedException {
    Signals.send(process, "CONT");
  }

  /** Kills it at once (SIGKILL), as a crash would end it. */
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
  }

  /**
   * Asks it to end (SIGTERM) and waits.
   *
   * @return its exit status
   * @throws TimeoutException if it needs longer than 10 s; it is killed then
   */
  public int stop() throws InterruptedException, TimeoutException {
    process.toHandle().destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      kill();
      throw new TimeoutException("the daemon did not end within 10 s of SIGTERM");
    }
    return process.exitValue();
  }

  /** Ends it, by SIGTERM and then SIGKILL, and removes its folder if that is its own. */
  @Override
  public void close() throws IOException {
    try {
      process.toHandle().destroy();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException _) {
      process.toHandle().destroyForcibly();
      Thread.currentThread().interrupt();
    }
    if (ownFolder) {
      delete(folder);
    }
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
