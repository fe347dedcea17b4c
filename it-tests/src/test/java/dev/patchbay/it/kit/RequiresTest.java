package dev.patchbay.it.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.patchbay.it.Requirements;
import dev.patchbay.it.Requires;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs two small classes in a JVM of their own, with and without insisting on what is missing. */
@Timeout(60)
class RequiresTest {

  @Requires("image-that-nobody-makes")
  static class Lacking {
    @Test
    void first() {}

    @Test
    void second() {}
  }

  static class Mixed {
    @Test
    @Requires("image-that-nobody-makes")
    void lacking() {}

    @Test
    @Requires({})
    void free() {}

    @Test
    void assuming() {
      Assumptions.assumeTrue(false, "the moon is not full");
    }

    @Test
    @Requires("qemu-amr")
    void misspelt() {}
  }

  /** What the JVM of its own runs. */
  public static void main(String[] arguments) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    try (LauncherSession session = LauncherFactory.openSession()) {
      Launcher launcher = session.getLauncher();
      launcher.execute(
          LauncherDiscoveryRequestBuilder.request()
              .selectors(selectClass(Lacking.class), selectClass(Mixed.class))
              .build(),
          listener);
    }
    TestExecutionSummary summary = listener.getSummary();
    summary.printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    System.out.printf(
        "ok %d failed %d%n", summary.getTestsSucceededCount(), summary.getTotalFailureCount());
  }

  private static String runInOwnJvm(String demand) throws IOException, InterruptedException {
    List<String> words =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "-D" + Requirements.PROPERTY + "=" + demand,
            RequiresTest.class.getName());
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  @Test
  void whatIsMissingIsSkippedAndCountedByReason() throws Exception {
    assertThat(runInOwnJvm(""))
        .containsPattern("(?m)^skipped 3: image-that-nobody-makes: .+$")
        .containsPattern("(?m)^skipped 1: .*the moon is not full$")
        .contains("unknown requirement 'qemu-amr'")
        .endsWith("ok 1 failed 1\n");
  }

  @Test
  void whatIsInsistedOnFails() throws Exception {
    assertThat(runInOwnJvm("root,image-that-nobody-makes"))
        .contains("required by patchbay.require: image-that-nobody-makes: ")
        .doesNotContain("skipped 3")
        .endsWith("ok 1 failed 3\n");
    assertThat(runInOwnJvm("all")).endsWith("ok 1 failed 3\n");
  }

  @Test
  void namesAreChecked() {
    Requirements machine = Requirements.ofThisMachine();
    assertThatThrownBy(() -> machine.missing("toor"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown requirement 'toor': expected image-NAME or one of [");
  }
}
