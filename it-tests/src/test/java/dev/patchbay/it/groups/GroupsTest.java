package dev.patchbay.it.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Netns;
import dev.patchbay.it.Requires;
import dev.patchbay.stack.multicast.GroupScript;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the kernel reports of its groups, by IGMP and MLD, when programs join and leave and queriers
 * ask, and what we report of ours in the same case: the same messages, as often, in the same order.
 * The script's paragraphs are cases of their own; the kernel plays them beside each other, each in
 * a namespace, since it does so in real time.
 */
@Timeout(180)
@Requires({"root", "netns", "python3"})
class GroupsTest {
  private static final Duration LIMIT = Duration.ofSeconds(150);

  private static String resource(String name) throws IOException {
    try (InputStream in = GroupsTest.class.getResourceAsStream("/groups/" + name)) {
      if (in == null) {
        throw new IOException("no resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void ok(Netns netns, String command) throws Exception {
    netns.exec(command.split(" ", -1)).ok();
  }

  private static List<String> ofKernel(Path program, Path script) throws Exception {
    try (Netns host = Netns.create()) {
      ok(host, "ip link add host0 type veth peer name wire0");
      ok(host, "sysctl -qw net.ipv6.conf.wire0.disable_ipv6=1");
      ok(host, "sysctl -qw net.ipv6.conf.host0.accept_dad=0");
      ok(host, "ip addr add 10.0.2.2/24 dev host0");
      ok(host, "ip link set wire0 up");
      ok(host, "ip link set host0 up");
      String line = "exec python3 " + program + " host0 wire0 < " + script;
      return host.exec(LIMIT, "sh", "-c", line).ok().lines().toList();
    }
  }

  @Test
  void weReportAsTheKernelDoes(@TempDir Path dir) throws Exception {
    Path program = Files.writeString(dir.resolve("kernel.py"), resource("kernel.py"));
    List<List<String>> cases = new ArrayList<>();
    List<Callable<List<String>>> kernels = new ArrayList<>();
    for (String paragraph : resource("script.txt").split("\n\n")) {
      Path script = dir.resolve("script" + cases.size() + ".txt");
      Files.writeString(script, paragraph + "\n");
      cases.add(paragraph.lines().toList());
      kernels.add(() -> ofKernel(program, script));
    }
    List<String> expected = new ArrayList<>();
    List<String> got = new ArrayList<>();
    List<String> reports = new ArrayList<>();
    try (ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<String>>> played = beside.invokeAll(kernels);
      for (int i = 0; i < cases.size(); i++) {
        List<String> steps = cases.get(i);
        List<String> kernel = played.get(i).get();
        assertThat(kernel).hasSameSizeAs(steps);
        reports.addAll(kernel);
        addSteps(expected, steps, kernel);
        addSteps(got, steps, GroupScript.run(steps));
      }
    }
    assertThat(got).isEqualTo(expected);
    assertThat(reports).filteredOn(s -> !s.isEmpty()).hasSizeGreaterThan(reports.size() / 2);
  }

  private static void addSteps(List<String> to, List<String> steps, List<String> reports) {
    for (int i = 0; i < steps.size(); i++) {
      to.add(steps.get(i) + ": " + reports.get(i));
    }
  }
}
