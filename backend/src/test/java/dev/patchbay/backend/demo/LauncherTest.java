package dev.patchbay.backend.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code patchbay demo} does before Java: options, and packages on a machine that has none.
 * That machine is a {@code PATH} of ours with basic tools and our own {@code id} and {@code
 * apt-get}.
 */
@Timeout(60)
class LauncherTest {
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "env",
          "sed",
          "sort",
          "paste",
          "awk",
          "uname",
          "cat",
          "grep",
          "dirname",
          "readlink");
  private static final Path SCRIPT = Path.of("bin/patchbay").toAbsolutePath();

  @TempDir Path tools;
  @TempDir Path home;
  private String out = "";
  private String err = "";

  @BeforeEach
  void fewTools() throws IOException {
    for (String tool : TOOLS) {
      Files.createSymbolicLink(tools.resolve(tool), find(tool));
    }
  }

  private static Path find(String tool) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  private void tool(String name, String script) throws IOException {
    Path file = Files.writeString(tools.resolve(name), "#!/bin/bash\n" + script + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private int demo(String... options) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(SCRIPT.toString(), "demo"));
    words.addAll(List.of(options));
    Path errors = home.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(words).redirectError(errors.toFile());
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("HOME", home.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    process.getOutputStream().close();
    out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    err = Files.readString(errors);
    return status;
  }

  private void refused(String message, String... options) throws Exception {
    assertThat(demo(options)).isEqualTo(2);
    assertThat(err).isEqualTo("patchbay: demo: " + message + "; see patchbay demo --help\n");
    assertThat(out).isEmpty();
  }

  @Test
  void whatIsWrongIsNamedBeforeAnythingIsDone() throws Exception {
    refused("--board 'x': expected romulus-bmc, ast2500-evb, ast2600-evb or e1000", "--board", "x");
    refused("--board needs an argument", "--keep", "--board");
    refused("unknown option '--frob'", "--frob");
    refused("unexpected argument 'more'", "more");
    refused("--image '/absent.mtd': no such file", "--image", "/absent.mtd");
    refused("--image '" + home + "': no such file", "--image=" + home);
    String some = SCRIPT.toString();
    refused("--image: board e1000 has no flash for firmware", "--image", some, "--board", "e1000");
  }

  @Test
  void helpNamesAllOptions() throws Exception {
    assertThat(demo("--help")).isZero();
    assertThat(out).contains("--board BOARD", "--keep", "--image FILE.mtd", "77 something");
  }

  @Test
  void anOrdinaryUserIsToldTheOneCommand() throws Exception {
    tool("id", "echo 1000");
    assertThat(demo("--board", "e1000")).isEqualTo(77);
    assertThat(err)
        .startsWith("patchbay: demo: needs Debian packages that are not installed; run as root: ")
        .contains("apt-get update && apt-get install -y --no-install-recommends ")
        .containsPattern(" qemu-system-x86( |\n)")
        .containsPattern(" cpio( |\n)")
        .doesNotContain("gcc-arm-linux-gnueabi")
        .hasLineCount(1);
    assertThat(demo()).isEqualTo(77);
    assertThat(err).contains(" qemu-system-arm").contains(" gcc-arm-linux-gnueabi").hasLineCount(1);
  }

  @Test
  void firmwareNeedsQemuAlone() throws Exception {
    tool("id", "echo 1000");
    tool("mvn", "exit 1");
    assertThat(demo("--image", SCRIPT.toString())).isEqualTo(77);
    assertThat(err).endsWith(" apt-get install -y --no-install-recommends qemu-system-arm\n");
  }

  @Test
  void rootIsToldAndGetsThem() throws Exception {
    tool("id", "echo 0");
    tool("mvn", "exit 1");
    tool("apt-get", "echo \"apt-get $*\"; [[ $1 == update ]]");
    assertThat(demo("--image", SCRIPT.toString())).isEqualTo(77);
    assertThat(out)
        .startsWith("Installing Debian packages, about a minute: qemu-system-arm\n")
        .containsSubsequence(
            "   apt-get update -q\n",
            "   apt-get install -q -y --no-install-recommends qemu-system-arm\n");
    assertThat(err).contains("the packages could not be installed; run: apt-get update && ");
  }

  @Test
  void withoutAptTheNamesAreAllThereIsToTell() throws Exception {
    tool("id", "echo 0");
    tool("mvn", "exit 1");
    assertThat(demo("--image", SCRIPT.toString())).isEqualTo(77);
    assertThat(err).contains("needs (by Debian's names): qemu-system-arm; and there is no apt-get");
  }
}
