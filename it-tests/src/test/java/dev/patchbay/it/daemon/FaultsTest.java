package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Requires;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a user reads where the host refuses something: the option, the word, and what helps; and the
 * exit status.
 */
@Timeout(120)
@Requires("daemon")
class FaultsTest {
  private static final List<String> NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  @TempDir Path folder;

  /** Standard error and the exit status of a {@code run} that does not last. */
  private record Ended(int status, String said) {}

  private Ended run(List<String> before, String... options) throws Exception {
    return run(Path.of("/dev/null"), before, options);
  }

  private Ended run(Path out, List<String> before, String... options) throws Exception {
    List<String> words = new ArrayList<>(before);
    words.addAll(List.of(Daemon.SCRIPT.toString(), "run"));
    words.addAll(List.of(options));
    Path errors = folder.resolve("errors");
    ProcessBuilder builder = new ProcessBuilder(words);
    // /tmp is where anybody may make a directory
    Path files = Files.createTempDirectory(Path.of("/tmp"), "pb");
    Files.setPosixFilePermissions(files, Files.getPosixFilePermissions(Path.of("/tmp")));
    builder.environment().put("TMPDIR", files.toString());
    builder.environment().remove("XDG_RUNTIME_DIR");
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectOutput(out.toFile()).redirectError(errors.toFile());
    Process process = builder.start();
    try {
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("it ends by itself").isTrue();
      return new Ended(process.exitValue(), Files.readString(errors));
    } finally {
      process.toHandle().destroyForcibly();
      process.waitFor();
      delete(files);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private void refused(String message, String... options) throws Exception {
    refused(message, List.of(), options);
  }

  private void refused(String message, List<String> before, String... options) throws Exception {
    Ended ended = run(before, options);
    assertThat(ended.said()).isEqualTo("patchbay: " + message + "\n");
    assertThat(ended.status()).isEqualTo(1);
  }

  @Test
  void aPortThatAnotherProcessHas() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      refused(
          "--listen 'tcp:"
              + address
              + "': "
              + address
              + ": another process has that port (`ss -lptun` shows which); take another one",
          "--listen",
          "tcp:" + address);
    }
  }

  @Test
  @Requires({"root", "daemon"})
  void aPrivilegedPort() throws Exception {
    refused(
        "--listen 'tcp:127.0.0.1:80': 127.0.0.1:80: a privileged port; use one from 1024, or"
            + " `sysctl -w net.ipv4.ip_unprivileged_port_start=80`, or give us CAP_NET_BIND_SERVICE"
            + " as an ambient capability (setpriv(1), or AmbientCapabilities= of systemd)",
        NOBODY,
        "--listen",
        "tcp:127.0.0.1:80");
    String pair = "local=udp:127.0.0.1:81,remote=udp:127.0.0.1:5000";
    Ended dgram = run(NOBODY, "--dgram", pair);
    assertThat(dgram.said()).contains("--dgram '" + pair + "': 127.0.0.1:81: a privileged port");
    assertThat(dgram.status()).isEqualTo(1);
  }

  @Test
  void anAddressOfAnotherHost() throws Exception {
    refused(
        "--listen 'tcp:192.0.2.1:5555,allow=192.0.2.0/24': 192.0.2.1:5555: this host has no such"
            + " address (`ip addr` shows those it has)",
        "--listen",
        "tcp:192.0.2.1:5555,allow=192.0.2.0/24");
  }

  @Test
  void aSocketInADirectoryThatIsNotThere() throws Exception {
    String remedy =
        "the directory /missing/dir does not exist; make it (`mkdir -p /missing/dir`) or name"
            + " another path";
    refused(
        "--listen 'unix:/missing/dir/x.sock': /missing/dir/x.sock: " + remedy,
        "--listen",
        "unix:/missing/dir/x.sock");
    refused("--control /missing/dir/c.sock: " + remedy, "--control", "/missing/dir/c.sock");
    Ended forward = run(List.of(), "--hostfwd", "unix:/missing/dir/f.sock-:22");
    assertThat(forward.said())
        .contains("--hostfwd 'unix:/missing/dir/f.sock-:22'")
        .contains(remedy);
    Ended dgram = run(List.of(), "--dgram", "local=unix:/missing/dir/d,remote=unix:/missing/dir/q");
    assertThat(dgram.said()).contains("--dgram 'local=unix:/missing/dir/d").contains(remedy);
  }

  @Test
  @Requires({"root", "daemon"})
  void aDirectoryOfItsOwnThatCannotBeHad() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    refused("--dir " + file + ": is not a directory; name another path", "--dir", file.toString());
    refused("--dir " + file + "/x: Not a directory; name another directory", "--dir", file + "/x");
    refused(
        "--dir /root/x: no right to make or use it; name another directory",
        NOBODY,
        "--dir",
        "/root/x");
    Path used = Files.createDirectory(folder.resolve("used"));
    Files.createFile(used.resolve("thesis.tex"));
    Ended ended = run(List.of(), "--dir", used.toString());
    assertThat(ended.said()).contains("--dir " + used + ": has mode ").contains("chmod 700");
    assertThat(ended.status()).isEqualTo(1);
  }

  @Test
  void theReadyLineIsNotLostInSilence() throws Exception {
    Ended ended = run(Path.of("/dev/full"), List.of());
    assertThat(ended.said())
        .isEqualTo(
            "patchbay: standard output cannot be written, so the ready line is lost; expected room"
                + " there, or --ready-file FILE beside > /dev/null\n");
    assertThat(ended.status()).isEqualTo(1);
  }

  @Test
  void aCommandThatCannotBeStartedIsAsOfAShell() throws Exception {
    commandFails(127, "-- /nonexist: no such file; expected a command", "/nonexist");
    commandFails(127, "-- nonexist: not found in PATH; expected a command", "nonexist", "-x");
    commandFails(126, "-- /etc/passwd: /etc/passwd is not executable", "/etc/passwd");
    commandFails(126, "-- /etc: /etc is not executable", "/etc");
    Path text = Files.writeString(folder.resolve("text"), "#!/no/such/shell\n");
    assertThat(text.toFile().setExecutable(true)).isTrue();
    commandFails(
        126,
        "-- " + text + ": " + text + " is no program that this machine can run",
        text.toString());
  }

  private void commandFails(int status, String message, String... command) throws Exception {
    List<String> options = new ArrayList<>(List.of("--log-level", "error", "--"));
    options.addAll(List.of(command));
    Ended ended = run(List.of(), options.toArray(String[]::new));
    assertThat(ended.said()).isEqualTo("patchbay: " + message + "\n");
    assertThat(ended.status()).isEqualTo(status);
  }

  @Test
  @Requires({"root", "daemon"})
  void aDirectoryThatMayNotBeWritten() throws Exception {
    refused(
        "--listen 'unix:/etc/x.sock': /etc/x.sock: no right to write to the directory /etc; name"
            + " another path",
        NOBODY,
        "--listen",
        "unix:/etc/x.sock");
    refused(
        "--control /etc/c.sock: no right to write to the directory /etc; name another path",
        NOBODY,
        "--control",
        "/etc/c.sock");
  }

  @Test
  void theReadyFileOfAnEarlierInstanceIsNotLeftToBeRead() throws Exception {
    Path ready = folder.resolve("ready.json");
    Files.writeString(ready, "{\"old\":1}\n");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String rule = "tcp:127.0.0.1:" + taken.getLocalPort() + "-:22";
      Ended ended = run(List.of(), "--hostfwd", rule, "--ready-file", ready.toString());
      assertThat(ended.status()).isEqualTo(1);
    }
    assertThat(ready).doesNotExist();
  }
}
