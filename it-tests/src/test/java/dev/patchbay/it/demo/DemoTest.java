package dev.patchbay.it.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Images;
import dev.patchbay.it.Repository;
import dev.patchbay.it.Requires;
import dev.patchbay.qemu.process.OutputLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code patchbay demo} as a user runs it, with what it leaves behind. */
@Timeout(120)
class DemoTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern PROCESS = Pattern.compile("daemon ready .*pid (\\d+)");
  private static final List<String> STEPS =
      List.of(
          "daemon ready",
          "Linux booted",
          "DHCP lease",
          "ping of the gateway",
          "DNS",
          "download by the uplink",
          "forwarded port");

  @TempDir Path folder;

  @Test
  @Requires({"qemu-arm", "image-ast2500", "daemon"})
  void romulus() throws Exception {
    String said = shown("romulus-bmc");
    assertThat(said).containsPattern("(?m)^ok NC-SI configured .*package 0, channel 0: enabled");
  }

  @Test
  @Tag("full")
  @Requires({"qemu-arm", "image-ast2500", "daemon"})
  void ast2500EvaluationBoard() throws Exception {
    assertThat(shown("ast2500-evb")).doesNotContain("NC-SI");
  }

  @Test
  @Tag("full")
  @Requires({"qemu-arm", "image-ast2600", "daemon"})
  void ast2600EvaluationBoard() throws Exception {
    shown("ast2600-evb");
  }

  @Test
  @Tag("full")
  @Requires({"qemu-x86", "image-e1000", "daemon"})
  void pc() throws Exception {
    shown("e1000");
  }

  /** All steps shown within the minute, status 0, nothing left. */
  private String shown(String board) throws Exception {
    try (Demo demo = start("--board", board)) {
      int status = demo.await();
      String said = demo.out.text();
      assertThat(status).as(said).isZero();
      for (String step : STEPS) {
        assertThat(said).containsPattern("(?m)^ok " + step + " ");
      }
      assertThat(said)
          .contains("SHA-256 equal")
          .containsPattern("(?m)^All \\d+ steps passed in \\d+ s");
      demo.leftNothing(false);
      return said;
    }
  }

  @Test
  @Requires({"qemu-arm", "image-ast2500", "daemon"})
  void keptOnAConsoleUntilItsUserLeaves() throws Exception {
    try (Demo demo = start("--keep")) {
      demo.out.await(Pattern.compile("Ctrl-A X ends guest and daemon"), 0, LIMIT);
      OutputLog.Found prompt = demo.out.await(Pattern.compile("/root # "), 0, LIMIT);
      demo.type("echo $((6*7))-$(uname -n)\n");
      demo.out.await(Pattern.compile("(?m)^42-guest"), prompt.end(), LIMIT);
      demo.type("\u0001x");
      assertThat(demo.await()).isZero();
      demo.leftNothing(false);
    }
  }

  @Test
  @Requires({"qemu-arm", "image-ast2500", "daemon"})
  void terminatedInTheMiddleItTakesAllWithIt() throws Exception {
    try (Demo demo = start()) {
      demo.out.await(Pattern.compile("Linux booted: about"), 0, LIMIT);
      demo.process.toHandle().destroy();
      assertThat(demo.await()).isEqualTo(128 + 15);
      assertThat(demo.out.text()).endsWith("\ninterrupted\n").doesNotContain("failed");
      demo.leftNothing(false);
    }
  }

  @Test
  @Requires({"qemu-arm", "daemon"})
  void aFlashThatQemuRefusesIsAFailureThatNamesItsLogs() throws Exception {
    Path image = Files.write(folder.resolve("short.mtd"), new byte[1000]);
    try (Demo demo = start("--image", image.toString())) {
      assertThat(demo.await()).isEqualTo(1);
      assertThat(demo.out.text())
          .contains("FAILED DHCP lease")
          .contains("QEMU ended")
          .contains("The demo failed. Logs of daemon and guest: " + folder);
      demo.leftNothing(true);
    }
  }

  /** Sixty seconds are spent in waiting for a service that never comes. */
  @Test
  @Tag("full")
  @Requires({"qemu-arm", "image-ast2500", "daemon"})
  void firmwareIsSeenFromOutside() throws Exception {
    Path image = folder.resolve("flash.mtd");
    String script =
        """
        ip link set eth0 up
        udhcpc -i eth0 -n -q -t 20
        printf 'SSH-2.0-guest\\r\\n' >/tmp/banner
        tcpsvd -l guest 0 22 cat /tmp/banner &
        sleep 3600
        """;
    FlashImage.write(Images.folder("ast2500"), script, image);
    try (Demo demo = start("--image", image.toString())) {
      assertThat(demo.process.waitFor(100, TimeUnit.SECONDS)).as(demo.out.tail()).isTrue();
      assertThat(demo.await()).isZero();
      assertThat(demo.out.text())
          .containsPattern("(?m)^ok DHCP lease .* 10\\.0\\.2\\.15")
          .containsPattern("(?m)^ok NC-SI configured ")
          .containsPattern("(?m)^ok SSH, guest's port 22 .*: SSH-2\\.0-guest$")
          .containsPattern("(?m)^-  HTTPS, guest's port 443 .* it refuses the connection$");
      demo.leftNothing(false);
    }
  }

  private Demo start(String... options) throws IOException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of(Repository.file("backend/bin/patchbay").toString(), "demo"));
    words.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().put("TMPDIR", folder.toString());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    String name = "demo-" + ProcessHandle.current().pid() + "-" + process.pid();
    Path log = Repository.output("demo/" + name + ".log");
    return new Demo(process, OutputLog.start(process.getInputStream(), log), folder);
  }

  /** A running demo and what it prints. */
  private record Demo(Process process, OutputLog out, Path folder) implements AutoCloseable {
    void type(String text) throws IOException {
      process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    }

    int await() throws InterruptedException {
      assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as(out.tail()).isTrue();
      out.awaitEnd(LIMIT);
      return process.exitValue();
    }

    /** No daemon, no QEMU, no sockets; logs only where something went wrong. */
    void leftNothing(boolean logs) throws IOException {
      var found = PROCESS.matcher(out.text());
      assertThat(found.find()).isTrue();
      assertThat(ProcessHandle.of(Long.parseLong(found.group(1))).isPresent()).isFalse();
      assertThat(ProcessHandle.allProcesses().filter(this::isOurs)).isEmpty();
      try (Stream<Path> left = Files.list(folder)) {
        List<String> names =
            left.map(file -> file.getFileName().toString())
                // the daemon's record of its instances, one directory for each user, stays
                .filter(name -> name.startsWith("p") && !name.matches("patchbay-\\d+"))
                .toList();
        assertThat(names).hasSize(logs ? 1 : 0);
        assertThat(names).allMatch(name -> name.startsWith("patchbay-demo-"));
      }
    }

    private boolean isOurs(ProcessHandle other) {
      return other.info().commandLine().orElse("").contains(folder.toString());
    }

    @Override
    public void close() {
      process.destroy();
    }
  }
}
