package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends a daemon and what does not, what ends with it, and what it leaves behind. */
@Timeout(120)
@Requires("daemon")
class EndTest {
  private static final Duration END_LIMIT = Duration.ofSeconds(2);

  /**
   * For an end in which the second until SIGKILL is waited for, and the JVM's own exit comes on
   * top; below the 4 s after which a daemon whose end hangs is halted.
   */
  private static final Duration KILL_LIMIT = Duration.ofSeconds(3);

  @TempDir Path folder;
  private final List<ProcessHandle> seen = new ArrayList<>();

  @AfterEach
  void leaveNoProcess() {
    seen.forEach(ProcessHandle::destroyForcibly);
  }

  private static void signal(long pid, String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, "--", Long.toString(pid)).start();
    assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(kill.exitValue()).isZero();
  }

  /** Waits for a file that a process of the command writes its number to. */
  private ProcessHandle process(String name) throws Exception {
    Path file = folder.resolve(name);
    while (!Files.exists(file) || !Files.readString(file).endsWith("\n")) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    ProcessHandle handle =
        ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).orElseThrow();
    seen.add(handle);
    return handle;
  }

  private static boolean lives(ProcessHandle handle) {
    try {
      // a zombie has ended; who reaps it is another question
      return !Files.readString(Path.of("/proc/" + handle.pid() + "/stat")).contains(") Z ");
    } catch (IOException e) {
      return false; // not there, or no longer while it was read
    }
  }

  private Daemon startWith(String script) throws Exception {
    return Daemon.start("--", "sh", "-c", script.replace("DIR", folder.toString()), "sh");
  }

  private static void endsInTime(Daemon daemon, int status) throws Exception {
    endsWithin(END_LIMIT, daemon, status);
  }

  private static void endsWithin(Duration limit, Daemon daemon, int status) throws Exception {
    long begin = System.nanoTime();
    assertThat(daemon.stop()).isEqualTo(status);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(limit);
  }

  private static boolean ignoresHangup(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("SigIgn:")) {
        return (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) != 0;
      }
    }
    throw new IOException("no SigIgn of " + pid);
  }

  @Test
  void hangupIsLoggedAndNothingElse() throws Exception {
    try (Daemon daemon = Daemon.start()) {
      signal(daemon.pid(), "HUP");
      // under nohup it is ignored from the start, and the JVM keeps to that
      while (!ignoresHangup(daemon.pid())
          && !daemon.log().contains("SIGHUP: reading the configuration again is not supported")) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(daemon.exec("ip", "addr").succeeded()).isTrue();
      assertThat(daemon.exitStatus()).isEmpty();
      endsInTime(daemon, 0);
    }
  }

  @Test
  void theWholeTreeOfTheCommandEndsWithUs() throws Exception {
    try (Daemon daemon =
        startWith(
            """
            sh -c 'sh -c "echo \\$\\$ >DIR/third; exec sleep 1000" & echo $$ >DIR/second; wait' &
            echo $$ >DIR/first
            wait
            """)) {
      List<ProcessHandle> tree = List.of(process("first"), process("second"), process("third"));
      Process stranger = new ProcessBuilder("sleep", "1000").start();
      seen.add(stranger.toHandle());
      endsInTime(daemon, 0);
      for (ProcessHandle handle : tree) {
        assertThat(lives(handle)).isFalse();
      }
      assertThat(stranger.isAlive()).isTrue();
    }
  }

  /**
   * As by Ctrl-C: a shell ends at once, what it runs in the background does not hear of it. Not by
   * SIGINT, which is ignored where these tests run in the background themselves.
   */
  @Test
  void anOrphanOfTheTreeEndsToo() throws Exception {
    try (Daemon daemon =
        startWith(
            """
            (sleep 1000 & echo $! >DIR/orphan)
            echo $$ >DIR/shell
            sleep 1000 & wait
            """)) {
      ProcessHandle shell = process("shell");
      ProcessHandle orphan = process("orphan");
      assertThat(orphan.parent().map(ProcessHandle::pid)).contains(daemon.pid());
      signal(shell.pid(), "TERM");
      while (daemon.exitStatus().isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(daemon.exitStatus()).hasValue(143);
      assertThat(lives(orphan)).isFalse();
    }
  }

  /**
   * As by Ctrl-C, or by a supervisor: the whole process group gets the signal, so COMMAND may end
   * before us. (SIGINT may be ignored where these tests run in the background.)
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec sleep 1000",
        "trap 'exit 3' TERM; while :; do sleep 0.01; done",
        "trap 'exit 0' TERM; while :; do sleep 0.01; done"
      })
  void aSignalToTheWholeGroupEndsAsAskedHoweverCommandTakesIt(String script) throws Exception {
    for (int i = 0; i < 3; i++) {
      Path dir = Files.createDirectory(folder.resolve("run" + i));
      Path left = dir.resolve("left");
      String all = "setsid sleep 1000 & echo $! >" + left + "; echo $$ >" + dir + "/up; " + script;
      try (Daemon daemon = Daemon.startIn(dir, List.of("setsid"), "--", "sh", "-c", all)) {
        process("run" + i + "/up");
        ProcessHandle orphan = process("run" + i + "/left");
        signal(-daemon.pid(), "TERM");
        while (daemon.exitStatus().isEmpty()) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(daemon.exitStatus()).hasValue(0);
        assertThat(lives(orphan)).as("left of COMMAND, in a group of its own").isFalse();
      }
    }
  }

  @Test
  void anOrphanThatEndsIsNoZombie() throws Exception {
    try (Daemon daemon =
        startWith(
            """
            (sleep 0.5 & echo $! >DIR/orphan)
            echo $$ >DIR/shell
            wait; sleep 1000 & wait
            """)) {
      process("shell");
      ProcessHandle orphan = process("orphan");
      while (ProcessHandle.of(orphan.pid()).isPresent()) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      endsInTime(daemon, 0);
    }
  }

  @Test
  void whoDoesNotEndIsKilled() throws Exception {
    try (Daemon daemon =
        startWith(
            """
            sh -c 'trap "" TERM; echo $$ >DIR/deaf; while :; do sleep 1; done' &
            wait
            """)) {
      ProcessHandle deaf = process("deaf");
      endsWithin(KILL_LIMIT, daemon, 0);
      assertThat(lives(deaf)).isFalse();
      assertThat(daemon.log()).contains("process " + deaf.pid()).contains("SIGTERM: killed");
    }
  }

  /** 255 is what ssh says when it could not connect, not signal 127. */
  @ParameterizedTest
  @ValueSource(ints = {5, 255})
  void whatACommandLeavesWhenItEndsByItselfLivesOn(int status) throws Exception {
    try (Daemon daemon = startWith("sleep 1000 & echo $! >DIR/left; sleep 0.5; exit " + status)) {
      ProcessHandle left = process("left");
      while (daemon.exitStatus().isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(daemon.exitStatus()).hasValue(status);
      assertThat(lives(left)).isTrue();
    }
  }

  @Test
  void aDirectoryOfItsOwnGoesWithIt() throws Exception {
    Path made = folder.resolve("made");
    try (Daemon daemon = Daemon.startIn(made, List.of())) {
      assertThat(made.resolve("lock")).exists();
      assertThat(made.resolve("listeners")).exists();
      endsInTime(daemon, 0);
    }
    assertThat(made).doesNotExist();
    Path users = Files.createDirectory(folder.resolve("users"));
    try (Daemon daemon = Daemon.startIn(users, List.of())) {
      assertThat(users.resolve("control.sock")).exists();
      endsInTime(daemon, 0);
    }
    assertThat(users).isEmptyDirectory();
  }
}
