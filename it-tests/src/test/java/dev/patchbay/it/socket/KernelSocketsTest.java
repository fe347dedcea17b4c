package dev.patchbay.it.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Netns;
import dev.patchbay.it.Requires;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@code scenarios.txt} on the kernel of this machine ({@code kernel.py}, in a network
 * namespace) and on our sockets ({@link SocketScript}), and compares what each call gave: results,
 * errors, data, addresses, readiness, options. Where ours is to differ, the line says so and why.
 */
@Requires({"root", "netns", "ip", "python3"})
class KernelSocketsTest {
  private static final String WANTED = " !ours=";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path folder;

  private Path resource(String name) throws IOException {
    Path copy = folder.resolve(name);
    try (InputStream in = KernelSocketsTest.class.getResourceAsStream("/sockets/" + name)) {
      Files.copy(Objects.requireNonNull(in, name), copy);
    }
    return copy;
  }

  private static List<String> steps(Path scenarios) throws IOException {
    return Files.readAllLines(scenarios, StandardCharsets.UTF_8).stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
  }

  private List<String> kernel(Path scenarios) throws IOException, InterruptedException {
    Path script = resource("kernel.py");
    try (Netns netns = Netns.create()) {
      netns.exec("ip", "link", "add", "br0", "type", "veth", "peer", "name", "far").ok();
      netns.exec("ip", "addr", "add", "10.0.2.2/24", "brd", "+", "dev", "br0").ok();
      netns.exec("ip", "addr", "add", "fec0::2/64", "dev", "br0", "nodad").ok();
      netns.exec("ip", "link", "set", "br0", "up").ok();
      netns.exec("ip", "link", "set", "far", "up").ok();
      netns.exec("ip", "route", "add", "unreachable", "10.66.1.0/24").ok();
      netns.exec("ip", "route", "add", "prohibit", "10.66.2.0/24").ok();
      netns.exec("ip", "route", "add", "blackhole", "10.66.3.0/24").ok();
      netns.exec("ip", "-6", "route", "add", "prohibit", "fec1::/64").ok();
      String all = netns.exec(LIMIT, "python3", script.toString(), scenarios.toString()).ok();
      return all.lines().toList();
    }
  }

  @Test
  void everyCallGivesWhatTheKernelGives() throws IOException, InterruptedException {
    Path scenarios = resource("scenarios.txt");
    List<String> steps = steps(scenarios);
    List<String> kernel = kernel(scenarios);
    assertThat(kernel).as("the kernel ran all").hasSameSizeAs(steps);
    List<String> differences = new ArrayList<>();
    SocketScript ours = new SocketScript();
    String scenario = "";
    for (int i = 0; i < steps.size(); i++) {
      String step = steps.get(i);
      if (step.startsWith("==")) {
        ours.close();
        ours = new SocketScript();
        scenario = step;
        continue;
      }
      int at = step.indexOf(WANTED);
      String call = at < 0 ? step : step.substring(0, at);
      String theirs = kernel.get(i).substring((call + " -> ").length());
      String wanted = at < 0 ? theirs : step.substring(at + WANTED.length()).split(" ", 2)[0];
      String result = ours.run(call);
      if (!result.equals(wanted)) {
        differences.add(scenario + ": " + call + "  kernel " + theirs + "  ours " + result);
      } else if (at >= 0 && theirs.equals(wanted)) {
        differences.add(scenario + ": " + call + "  does not differ: " + theirs);
      }
    }
    ours.close();
    assertThat(differences).isEmpty();
    assertThat(steps.stream().filter(step -> step.startsWith("==")).count()).isGreaterThan(90);
  }
}
