package dev.patchbay.backend.demo;

import dev.patchbay.backend.cli.ControlClient;
import dev.patchbay.backend.cli.HttpReply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A {@code patchbay run} of its own process, started as a user would. */
final class DaemonProcess implements AutoCloseable {
  private static final Duration READY_LIMIT = Duration.ofSeconds(20);
  private static final int END_SECONDS = 4;
  private static final int POLL_MILLIS = 20;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Process process;
  private final JsonNode ready;
  private final Path control;

  private DaemonProcess(Process process, JsonNode ready) {
    this.process = process;
    this.ready = ready;
    this.control = Path.of(ready.path("control").asString(""));
  }

  /**
   * Starts it and waits for its {@code ready} line.
   *
   * @param launcher the script {@code patchbay}
   * @param dir where its files live
   * @param log file for what it prints
   * @throws IOException if it ended instead; the message holds what it said
   */
  static DaemonProcess start(Path launcher, Path dir, Path log, List<String> options)
      throws IOException, InterruptedException, TimeoutException {
    Path readyFile = dir.resolve("ready.json");
    List<String> words = new ArrayList<>();
    words.addAll(List.of(launcher.toString(), "run", "--dir", dir.toString()));
    words.addAll(List.of("--ready-file", readyFile.toString()));
    words.addAll(options);
    Process process =
        new ProcessBuilder(words)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      long end = System.nanoTime() + READY_LIMIT.toNanos();
      while (!Files.exists(readyFile)) {
        if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
          throw new IOException(
              "the daemon ended with " + process.exitValue() + ": " + Files.readString(log));
        }
        if (System.nanoTime() - end > 0) {
          throw new TimeoutException("the daemon is not ready after " + READY_LIMIT);
        }
      }
      return new DaemonProcess(process, JSON.readTree(Files.readString(readyFile)));
    } catch (IOException | InterruptedException | TimeoutException e) {
      end(process);
      throw e;
    }
  }

  /** Its {@code ready} line. */
  JsonNode ready() {
    return ready;
  }

  /** Its control socket. */
  Path control() {
    return control;
  }

  long pid() {
    return process.pid();
  }

  /** What it answers to a GET, e.g. of {@code /v1/leases}. */
  JsonNode get(String target) throws IOException {
    HttpReply reply = ControlClient.request(control, "GET", target, new byte[0]);
    if (reply.status() != 200) {
      throw new IOException("GET " + target + " answered " + reply.status() + ": " + reply.text());
    }
    return JSON.readTree(reply.text());
  }

  @Override
  public void close() {
    end(process);
  }

  /** SIGTERM, which the daemon answers by an orderly end within 2 s, then SIGKILL. */
  private static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
