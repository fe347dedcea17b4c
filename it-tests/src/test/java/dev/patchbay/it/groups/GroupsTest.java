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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the kernel reports of its groups, by IGMP and MLD, when programs join and leave and queriers
 * ask, and what we report of ours in the same case: the same messages, as often, in the same order.
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

  private static List<String> ofKernel(Path dir) throws Exception {
    Path program = Files.writeString(dir.resolve("kernel.py"), resource("kernel.py"));
    Path script = Files.writeString(dir.resolve("script.txt"), resource("script.txt"));
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
    List<String> steps = resource("script.txt").lines().toList();
    List<String> kernel = ofKernel(dir);
    List<String> ours = GroupScript.run(steps);
    assertThat(kernel).hasSameSizeAs(steps);
    List<String> expected = new ArrayList<>();
    List<String> got = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      expected.add(steps.get(i) + ": " + kernel.get(i));
      got.add(steps.get(i) + ": " + ours.get(i));
    }
    assertThat(got).isEqualTo(expected);
    assertThat(kernel).filteredOn(s -> !s.isEmpty()).hasSizeGreaterThan(steps.size() / 2);
  }
}
