package dev.patchbay.qemu.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.qemu.qmp.QemuVersion;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Shell scripts in QEMU's place: starting, output and end do not depend on who prints. */
@Timeout(30)
class QemuProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @TempDir Path folder;

  private QemuProcess start(String script) throws IOException {
    QemuCommand command = new QemuCommand(List.of("sh", "-c", script), Optional.empty());
    return QemuProcess.start(command, folder.resolve("logs/serial.log"));
  }

  private static Pattern line(String regex) {
    return Pattern.compile("(?m)^" + regex + "\\r?$");
  }

  @Test
  void theSerialLineIsKeptSearchedAndWrittenTo() throws Exception {
    try (QemuProcess qemu =
        start("echo login:; read x; echo \"hello $x\"; echo oops >&2; exit 3")) {
      OutputLog.Found login = qemu.serial().await(line("login:"), 0, LIMIT);
      qemu.send("root\n");
      OutputLog.Found hello = qemu.serial().await(line("hello (\\w+)"), login.end(), LIMIT);

      assertThat(hello.group(1)).isEqualTo("root");
      assertThat(qemu.awaitExit(LIMIT)).isEqualTo(3);
      assertThat(qemu.exitStatus()).hasValue(3);
      assertThat(qemu.messages()).isEqualTo("oops\n");
      assertThat(qemu.serial().awaitEnd(LIMIT)).isTrue();
      assertThat(qemu.serial().file()).content().isEqualTo("login:\nhello root\n");
    }
  }

  @Test
  void waitingInVainTellsWhatWasSeenInstead() throws Exception {
    try (QemuProcess qemu = start("echo 'Kernel panic'; exec sleep 100")) {
      assertThatThrownBy(
              () -> qemu.serial().await(Pattern.compile("READY"), 0, Duration.ofMillis(300)))
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining("Kernel panic");
      qemu.kill();
      assertThat(qemu.exitStatus()).hasValue(128 + 9);
      assertThatThrownBy(() -> qemu.serial().await(Pattern.compile("READY"), 0, LIMIT))
          .isInstanceOf(EOFException.class);
    }
  }

  @Test
  void closingEndsByTermAndWaits() throws Exception {
    QemuProcess qemu = start("trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.05; done");
    qemu.serial().await(line("up"), 0, LIMIT);
    qemu.close();
    assertThat(qemu.exitStatus()).hasValue(5);
    assertThat(qemu.serial().text()).endsWith("bye\n");
  }

  @Test
  void whatDoesNotListenIsKilled() throws Exception {
    QemuProcess qemu = start("trap '' TERM; echo up; while :; do sleep 0.05; done");
    qemu.serial().await(line("up"), 0, LIMIT);
    qemu.close();
    assertThat(qemu.exitStatus()).hasValue(128 + 9);
  }

  @Test
  void bytesThatAreNoTextDoNotEndTheLog() throws Exception {
    try (QemuProcess qemu = start("printf 'a\\377b\\303'; printf '\\244\\nend\\n'")) {
      qemu.serial().await(line("end"), 0, LIMIT);
      assertThat(qemu.serial().text()).isEqualTo("a\ufffdb\u00e4\nend\n");
    }
  }

  @Test
  void aSignalStopsAndContinues() throws Exception {
    try (QemuProcess qemu = start("echo up; read x; echo $x")) {
      qemu.serial().await(line("up"), 0, LIMIT);
      qemu.signal("STOP");
      assertThat(stateOf(qemu.pid())).isEqualTo('T');
      qemu.signal("CONT");
      qemu.send("on\n");
      qemu.serial().await(line("on"), 0, LIMIT);
    }
  }

  private static char stateOf(long pid) throws IOException, InterruptedException {
    // SIGSTOP takes effect when the process is next scheduled, not when kill returns.
    for (int i = 0; i < 200; i++) {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      if (state == 'T') {
        return state;
      }
      Thread.sleep(10);
    }
    return '?';
  }

  @Test
  void aBinaryIsAskedForItsVersion() throws Exception {
    Path run = folder.resolve("run");
    Files.writeString(run, "#!/bin/sh\necho \"QEMU emulator version 11.1.3 ($1)\"\n");
    assertThat(run.toFile().setExecutable(true)).isTrue();
    QemuBinary binary = QemuBinary.unpacked(folder, "qemu-system-arm");

    assertThat(binary.version()).isEqualTo(new QemuVersion(11, 1, 3));
    assertThat(binary.command()).containsExactly(run.toString(), "qemu-system-arm");
    assertThatThrownBy(() -> QemuBinary.of(Path.of("/bin/true")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not the --version of a QEMU");
    assertThat(QemuBinary.find("no-such-emulator")).isEmpty();
  }
}
