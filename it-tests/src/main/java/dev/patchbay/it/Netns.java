package dev.patchbay.it;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace of a test: loopback up, and whatever the test adds. Needs root and {@code
 * ip}. Its name holds this JVM's process id; namespaces that a killed JVM left are removed when the
 * next one is made.
 */
public final class Netns implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Pattern OURS = Pattern.compile("(?m)^(pb-(\\d+)-\\d+)\\b");
  private static final AtomicInteger LAST = new AtomicInteger();
  private static final AtomicInteger LAST_VETH = new AtomicInteger();

  private final String name;
  private final Thread hook;

  private Netns(String name) {
    this.name = name;
    this.hook = new Thread(this::remove, "remove " + name);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Makes a namespace with its loopback up. */
  public static Netns create() throws IOException, InterruptedException {
    sweep();
    String name = "pb-" + ProcessHandle.current().pid() + "-" + LAST.incrementAndGet();
    HostCommand.run(LIMIT, List.of("ip", "netns", "add", name)).ok();
    Netns netns = new Netns(name);
    netns.exec("ip", "link", "set", "lo", "up").ok();
    return netns;
  }

  private static void sweep() throws IOException, InterruptedException {
    String list = HostCommand.run(LIMIT, List.of("ip", "netns", "list")).output();
    Matcher matcher = OURS.matcher(list);
    while (matcher.find()) {
      if (ProcessHandle.of(Long.parseLong(matcher.group(2))).isEmpty()) {
        HostCommand.run(LIMIT, List.of("ip", "netns", "del", matcher.group(1)));
      }
    }
  }

  /** Its name, as {@code ip netns} knows it. */
  public String name() {
    return name;
  }

  /**
   * The words that run what follows them in this namespace, replaced by it: {@code ip netns exec}.
   */
  public List<String> wrapper() {
    return List.of("ip", "netns", "exec", name);
  }

  /** Runs a command in it, for at most 30 s. */
  public Result exec(String... words) throws IOException, InterruptedException {
    return exec(LIMIT, words);
  }

  /** Runs a command in it; one that takes longer than the limit is killed. */
  public Result exec(Duration limit, String... words) throws IOException, InterruptedException {
    return HostCommand.run(limit, command(words));
  }

  /** The command line that runs a command in it. */
  public List<String> command(String... words) {
    List<String> line = new ArrayList<>(wrapper());
    line.addAll(List.of(words));
    return line;
  }

  /**
   * Joins two namespaces by a veth pair, both ends up.
   *
   * @param address address of our end with its prefix length, e.g. {@code 192.0.2.1/24}
   * @param otherAddress the other end's
   * @return name of our end; the other's is the same with {@code p} for {@code v}
   */
  public String veth(Netns other, String address, String otherAddress)
      throws IOException, InterruptedException {
    int number = LAST_VETH.incrementAndGet();
    String here = "v" + number;
    String there = "p" + number;
    exec("ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", other.name)
        .ok();
    exec("ip", "addr", "add", address, "dev", here, "nodad").ok();
    other.exec("ip", "addr", "add", otherAddress, "dev", there, "nodad").ok();
    exec("ip", "link", "set", here, "up").ok();
    other.exec("ip", "link", "set", there, "up").ok();
    return here;
  }

  /** Lets every group use ping sockets, as most distributions do for their users. */
  public void allowPing() throws IOException, InterruptedException {
    exec("sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647").ok();
  }

  private void remove() {
    try {
      HostCommand.run(LIMIT, List.of("ip", "netns", "del", name));
    } catch (IOException _) {
      // at the end of the JVM there is nobody left to tell
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Removes it. What was started in it has to be ended before: it would keep the namespace alive
   * without its name.
   *
   * @throws IllegalStateException if processes are left in it; it is removed all the same
   */
  @Override
  public void close() throws IOException {
    try {
      Result left = HostCommand.run(LIMIT, List.of("ip", "netns", "pids", name));
      Runtime.getRuntime().removeShutdownHook(hook);
      HostCommand.run(LIMIT, List.of("ip", "netns", "del", name)).ok();
      if (!left.ok().isEmpty()) {
        throw new IllegalStateException(
            "processes left in " + name + ": " + left.ok().replace('\n', ' '));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("namespace " + name + " may be left");
    }
  }
}
