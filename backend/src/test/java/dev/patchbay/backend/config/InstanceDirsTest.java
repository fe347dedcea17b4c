package dev.patchbay.backend.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceDirsTest {
  @TempDir Path tmp = Path.of("/");
  private int uid;
  private InstanceDirs dirs = new InstanceDirs(Map.of(), 0);

  @BeforeEach
  void setUp() throws Exception {
    uid = (Integer) Files.getAttribute(tmp, "unix:uid");
    dirs = new InstanceDirs(Map.of("TMPDIR", tmp.toString()), uid);
  }

  private static DaemonConfig.Instance named(String name, @Nullable Path dir) {
    return new DaemonConfig.Instance(name, dir, null, null);
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void whereTheyLive() throws Exception {
    Path runtime = Files.createDirectory(tmp.resolve("run"));
    assertThat(new InstanceDirs(Map.of("XDG_RUNTIME_DIR", runtime.toString()), uid).dir("x"))
        .isEqualTo(runtime.resolve("patchbay/x"));
    Map<String, String> env =
        Map.of("XDG_RUNTIME_DIR", tmp.resolve("none").toString(), "TMPDIR", tmp.toString());
    assertThat(new InstanceDirs(env, uid).dir("x"))
        .isEqualTo(tmp.resolve("patchbay-" + uid + "/x"));
    Map<String, String> foreign = Map.of("XDG_RUNTIME_DIR", runtime.toString());
    assertThat(new InstanceDirs(foreign, uid + 1).dir("x"))
        .isEqualTo(Path.of("/tmp/patchbay-" + (uid + 1) + "/x"));
    assertThat(new InstanceDirs(Map.of("XDG_RUNTIME_DIR", "run"), uid).base())
        .isEqualTo(Path.of("/tmp/patchbay-" + uid));
    assertThat(InstanceDirs.ofThisUser(Map.of("TMPDIR", "/t")).base())
        .isEqualTo(Path.of("/t/patchbay-" + uid));
  }

  @Test
  void takesANameAndGivesItBack() throws Exception {
    Path dir = tmp.resolve("patchbay-" + uid + "/default");
    try (InstanceLock lock = dirs.acquire(named("default", null))) {
      assertThat(lock.dir()).isEqualTo(dir);
      assertThat(lock.control()).isEqualTo(dir.resolve("control.sock"));
      assertThat(mode(dir)).isEqualTo("rwx------");
      assertThat(mode(dirs.base())).isEqualTo("rwx------");
      assertThat(mode(dir.resolve("lock"))).isEqualTo("rw-------");
      long pid = ProcessHandle.current().pid();
      assertThatThrownBy(() -> dirs.acquire(named("default", null)))
          .isInstanceOf(InstanceException.class)
          .hasMessage("already running as pid " + pid + " (" + dir + "); use --name");
      lock.publish(List.of("unix:/a", "tcp:127.0.0.1:5555"));
      assertThat(dirs.list())
          .containsExactly(
              new InstanceDirs.Instance(
                  "default", pid, dir, lock.control(), List.of("unix:/a", "tcp:127.0.0.1:5555")));
    }
    assertThat(dirs.list()).isEmpty();
    dirs.acquire(named("default", null)).close();
  }

  @Test
  void anEndLeavesNothingOfOurs() throws Exception {
    Path usual = dirs.dir("default");
    try (InstanceLock lock = dirs.acquire(named("default", null))) {
      lock.publish(List.of("tcp:127.0.0.1:5555"));
    }
    assertThat(usual).doesNotExist();
    Path made = tmp.resolve("made");
    dirs.acquire(named("default", made)).close();
    assertThat(made).doesNotExist();
    Path users = Files.createDirectory(tmp.resolve("users"));
    dirs.acquire(named("default", users)).close();
    assertThat(users).isEmptyDirectory();
  }

  @Test
  void whatOutlivesAnInstanceKeepsItsDirectory() throws Exception {
    Path dir = dirs.dir("default");
    try (InstanceLock lock = dirs.acquire(named("default", null))) {
      Files.writeString(lock.dir().resolve("leases.json"), "[]");
    }
    assertThat(dir.resolve("leases.json")).exists();
    assertThat(dir).isDirectoryNotContaining("glob:**/{lock,listeners}");
    Files.delete(dir.resolve("leases.json"));
    // what is below our own directory is ours, whoever made it
    dirs.acquire(named("default", null)).close();
    assertThat(dir).doesNotExist();
  }

  /** Taken and given back in quick succession by several processes, never by two at once. */
  @Test
  void aLockThatIsRemovedIsNobodysLock() throws Exception {
    int rounds = 150;
    List<Process> all = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        all.add(java(Contender.class, Integer.toString(rounds)));
      }
      for (Process process : all) {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.inputReader().readLine()).isEqualTo("held " + rounds);
      }
    } finally {
      all.forEach(Process::destroyForcibly);
    }
    assertThat(dirs.dir("default")).doesNotExist();
  }

  private Process java(Class<?> main, String... more) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    words.add(tmp.toString());
    words.addAll(List.of(more));
    return new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Takes the name {@code default} and gives it back, again and again. */
  static final class Contender {
    private Contender() {}

    /** Ends with an exception where another one holds it too. */
    public static void main(String[] args) throws Exception {
      InstanceDirs dirs = InstanceDirs.ofThisUser(Map.of("TMPDIR", args[0]));
      Path mark = Path.of(args[0], "mark");
      int rounds = Integer.parseInt(args[1]);
      for (int held = 0; held < rounds; ) {
        try (InstanceLock lock = dirs.acquire(named("default", null))) {
          Files.createFile(mark); // fails where it exists
          lock.publish(List.of());
          Files.delete(mark);
          held++;
        } catch (InstanceException e) {
          if (!e.getMessage().startsWith("already running")) {
            throw e;
          }
        }
      }
      System.out.println("held " + rounds);
    }
  }

  @Test
  void autoTakesTheFirstFreeName() throws Exception {
    try (InstanceLock b = autoOneAfterAnother()) {
      assertThat(b.name()).isEqualTo("auto1");
      try (InstanceLock c = dirs.acquire(named("auto", null))) {
        assertThat(c.name()).isEqualTo("auto0");
      }
    }
  }

  /** Takes two names and gives the first back. */
  private InstanceLock autoOneAfterAnother() throws Exception {
    try (InstanceLock a = dirs.acquire(named("auto", null))) {
      assertThat(a.name()).isEqualTo("auto0");
      return dirs.acquire(named("auto", null));
    }
  }

  @Test
  void anInstanceElsewhereIsListedAndFound() throws Exception {
    Path dir = tmp.resolve("elsewhere");
    Path control = tmp.resolve("c.sock");
    try (InstanceLock lock = dirs.acquire(new DaemonConfig.Instance("far", dir, control, null))) {
      assertThat(lock.control()).isEqualTo(control);
      assertThat(dirs.list()).map(InstanceDirs.Instance::dir).containsExactly(dir);
      assertThat(dirs.control("far")).isEqualTo(control);
    }
    assertThat(dirs.list()).isEmpty();
    assertThat(dirs.control("far")).isEqualTo(dirs.dir("far").resolve("control.sock"));
  }

  @Test
  void autoElsewhereGetsAFreeNameToo() throws Exception {
    try (InstanceLock a = dirs.acquire(named("auto", null));
        InstanceLock b = dirs.acquire(named("auto", tmp.resolve("b")))) {
      assertThat(a.name()).isEqualTo("auto0");
      assertThat(b.name()).isEqualTo("auto1");
      assertThat(b.dir()).isEqualTo(tmp.resolve("b"));
    }
  }

  @Test
  void theSameDirectoryByAnotherPathIsTheSameInstance() throws Exception {
    Files.createSymbolicLink(tmp.resolve("l"), tmp);
    try (InstanceLock a = dirs.acquire(named("a", tmp.resolve("d")))) {
      assertThatThrownBy(() -> dirs.acquire(named("b", tmp.resolve("l/d"))))
          .hasMessageStartingWith("already running as pid " + ProcessHandle.current().pid());
      assertThat(dirs.list()).map(InstanceDirs.Instance::name).containsExactly(a.name());
    }
  }

  @Test
  void anotherProcessHoldsIt() throws Exception {
    Process process = java(Holder.class);
    try {
      assertThat(process.inputReader().readLine()).isEqualTo("held");
      assertThatThrownBy(() -> dirs.acquire(named("default", null)))
          .hasMessageStartingWith("already running as pid " + process.pid() + " (");
      assertThat(dirs.list()).map(InstanceDirs.Instance::pid).containsExactly(process.pid());
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(dirs.list()).isEmpty();
    dirs.acquire(named("default", null)).close(); // a killed one leaves nothing that hinders
  }

  /** Holds a name until it is killed. */
  static final class Holder {
    private Holder() {}

    /** Takes the name {@code default}. */
    public static void main(String[] args) throws Exception {
      try (InstanceLock lock =
          InstanceDirs.ofThisUser(Map.of("TMPDIR", args[0])).acquire(named("default", null))) {
        System.out.println("held");
        while (lock.name().equals("default")) {
          if (System.in.read() < 0) {
            return;
          }
        }
      }
    }
  }

  @Test
  void linksAndStrangersAreRefused() throws Exception {
    Path real = Files.createDirectory(tmp.resolve("real"));
    Path link = Files.createSymbolicLink(tmp.resolve("link"), real);
    assertThatThrownBy(() -> dirs.acquire(named("x", link)))
        .hasMessage("--dir " + link + ": is a symbolic link; expected a directory of ours");
    Path file = Files.createFile(tmp.resolve("file"));
    assertThatThrownBy(() -> dirs.acquire(named("x", file)))
        .hasMessage("--dir " + file + ": is not a directory; name another path");
    assertThatThrownBy(() -> dirs.acquire(named("x", file.resolve("y"))))
        .hasMessage("--dir " + file.resolve("y") + ": Not a directory; name another directory");
    Path missing = tmp.resolve("a/b");
    assertThatThrownBy(() -> dirs.acquire(named("x", missing)))
        .hasMessage(
            "--dir "
                + missing
                + ": cannot be made: the directory "
                + missing.getParent()
                + " does not exist; make it (`mkdir -p "
                + missing.getParent()
                + "`) or name another one");
    int other = uid + 1;
    InstanceDirs stranger = new InstanceDirs(Map.of("TMPDIR", tmp.toString()), other);
    Files.createDirectory(tmp.resolve("patchbay-" + other));
    assertThatThrownBy(() -> stranger.acquire(named("x", null)))
        .hasMessage(
            tmp.resolve("patchbay-" + other)
                + (": belongs to uid "
                    + uid
                    + ", not to us (uid "
                    + other
                    + "); set TMPDIR to a directory of ours"));
    assertThat(stranger.list()).isEmpty();
  }

  @Test
  void aWiderModeIsNarrowedWhereNobodyElseUsesTheDirectory() throws Exception {
    Path empty = Files.createDirectory(tmp.resolve("empty"));
    Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("rwxr-xr-x"));
    dirs.acquire(named("x", empty)).close();
    assertThat(mode(empty)).isEqualTo("rwx------");
    Path used = Files.createDirectory(tmp.resolve("used"));
    Files.createFile(used.resolve("thesis.tex"));
    Files.setPosixFilePermissions(used, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(() -> dirs.acquire(named("x", used)))
        .hasMessageStartingWith("--dir " + used + ": has mode rwxr-xr-x and holds other files");
    assertThat(mode(used)).isEqualTo("rwxr-xr-x");
  }

  @Test
  void aControlPathThatIsTooLong() {
    Path dir = tmp.resolve("d".repeat(100));
    assertThatThrownBy(() -> dirs.acquire(named("x", dir)))
        .hasMessageContaining("bytes, at most 107 are possible; use --dir or --control");
  }

  @Test
  void names() {
    assertThat(List.of("default", "a", "ci-1_x.y", "0")).allMatch(InstanceDirs::isName);
    assertThat(List.of("", ".", "..", "-x", ".x", "a/b", "a b", "x".repeat(65)))
        .noneMatch(InstanceDirs::isName);
  }
}
