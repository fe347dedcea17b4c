package dev.patchbay.it.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Netns;
import dev.patchbay.it.Requires;
import dev.patchbay.stack.bridge.SnoopingScript;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the kernel's bridge sends groups, and where ours does: IGMP snooping, step by step. */
@Timeout(120)
@Requires({"root", "netns", "python3"})
class SnoopingTest {
  private static final Duration LIMIT = Duration.ofSeconds(100);

  private static String resource(String name) throws IOException {
    try (InputStream in = SnoopingTest.class.getResourceAsStream("/groups/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void groupsGoWhereTheKernelSendsThem(@TempDir Path dir) throws Exception {
    Path program = Files.writeString(dir.resolve("snooping.py"), resource("snooping.py"));
    Path script = Files.writeString(dir.resolve("snooping.txt"), resource("snooping.txt"));
    List<String> kernel;
    try (Netns netns = Netns.create()) {
      String line = "exec python3 " + program + " < " + script;
      kernel = netns.exec(LIMIT, "sh", "-c", line).ok().lines().map(String::strip).toList();
    }
    List<String> steps = resource("snooping.txt").lines().toList();
    assertThat(kernel).hasSameSizeAs(steps);
    assertThat(SnoopingScript.run(steps).stream().map(String::strip))
        .containsExactlyElementsOf(kernel);
  }
}
