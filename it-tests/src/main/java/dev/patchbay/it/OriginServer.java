package dev.patchbay.it;

import dev.patchbay.qemu.process.OutputLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** A running {@link Origin}: in a namespace, or beside the test. */
public final class OriginServer implements AutoCloseable {
  private static final Pattern PORTS =
      Pattern.compile("(?m)^ports (\\d+) (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)$");
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final AtomicInteger LAST = new AtomicInteger();

  private final Process process;
  private final OutputLog.Found ports;

  private OriginServer(Process process, OutputLog.Found ports) {
    this.process = process;
    this.ports = ports;
  }

  /** Starts one on this machine's own network. */
  public static OriginServer start() throws IOException, InterruptedException, TimeoutException {
    return start(List.of());
  }

  /** Starts one in a namespace. */
  public static OriginServer start(Netns netns)
      throws IOException, InterruptedException, TimeoutException {
    return start(netns.wrapper());
  }

  private static OriginServer start(List<String> wrapper)
      throws IOException, InterruptedException, TimeoutException {
    Path log = Repository.output("origins/origin-" + LAST.incrementAndGet() + ".log");
    List<String> words = new ArrayList<>(wrapper);
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp"));
    words.add(System.getProperty("java.class.path"));
    words.add(Origin.class.getName());
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    try {
      OutputLog output = OutputLog.start(process.getInputStream(), log);
      return new OriginServer(process, output.await(PORTS, 0, LIMIT));
    } catch (IOException | InterruptedException | TimeoutException e) {
      process.toHandle().destroyForcibly();
      throw e;
    }
  }

  private int port(int group) {
    return Integer.parseInt(ports.group(group));
  }

  /** Port of HTTP. */
  public int httpPort() {
    return port(1);
  }

  /** Port of the echo services, TCP and UDP. */
  public int echoPort() {
    return port(2);
  }

  /** TCP port that sends as many bytes of {@link TestData} as a line asks for. */
  public int sourcePort() {
    return port(3);
  }

  /** TCP port that answers the SHA-256 of all it was sent before the end. */
  public int sinkPort() {
    return port(4);
  }

  /** TCP port that tells clients their own address. */
  public int whoPort() {
    return port(5);
  }

  /** TCP port at which as many clients meet as each announces; see {@link Origin}. */
  public int meetPort() {
    return port(6);
  }

  /**
   * URL of so many bytes of {@link TestData}.
   *
   * @param host address under which the client finds it, IPv6 in brackets
   */
  public String bytesUrl(String host, long length) {
    return "http://" + host + ":" + httpPort() + "/bytes/" + length;
  }

  /** URL to POST or PUT to, answered by the SHA-256 of what was sent. */
  public String hashUrl(String host) {
    return "http://" + host + ":" + httpPort() + "/hash";
  }

  /** Ends it and waits for its end. */
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.toHandle().destroyForcibly();
        process.waitFor();
      }
    } catch (InterruptedException _) {
      process.toHandle().destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
