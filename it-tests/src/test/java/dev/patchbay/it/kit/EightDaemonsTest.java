package dev.patchbay.it.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Eight daemons beside each other, started at the same time, by a user who may do nothing. */
@Timeout(180)
@Requires("daemon")
class EightDaemonsTest {
  private static final int COUNT = 8;

  /** {@code nobody} of most systems; no entry in a user list is needed. */
  private static final String UID = "65534";

  @TempDir Path folder;

  private List<String> command() {
    List<String> words = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      words.addAll(List.of("setpriv", "--reuid", UID, "--regid", UID, "--clear-groups"));
      words.addAll(List.of("--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"));
    }
    words.addAll(List.of("env", "-u", "XDG_RUNTIME_DIR", "HOME=" + folder, "TMPDIR=" + folder));
    words.addAll(List.of(Daemon.SCRIPT.toString(), "run", "--name", "auto"));
    words.addAll(List.of("--hostfwd", "tcp::0-:22"));
    return words;
  }

  @Test
  void eachHasItsPlaceAnswersAndEnds() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    List<Daemon> daemons = new ArrayList<>();
    try {
      startTogether(daemons);
      Set<String> names = new HashSet<>();
      Set<Path> places = new HashSet<>();
      Set<Integer> ports = new HashSet<>();
      for (Daemon daemon : daemons) {
        names.add(daemon.ready().path("name").asString());
        places.add(daemon.folder());
        ports.add(daemon.ready().at("/forwards/0/port").asInt(0));
        assertThat(daemon.folder().toString()).startsWith(folder.toString());
        assertThat(daemon.exec("ip", "addr", "show", "br0").ok()).contains("10.0.2.2/24");
        assertThat(daemon.get("/v1/ports").get(0).path("name").asString()).isEqualTo("net0");
      }
      assertThat(names).hasSize(COUNT);
      assertThat(places).hasSize(COUNT);
      assertThat(ports).hasSize(COUNT).doesNotContain(0);
      for (Daemon daemon : daemons) {
        assertThat(daemon.stop()).isZero();
      }
    } finally {
      for (Daemon daemon : daemons) {
        daemon.close();
      }
    }
  }

  /** Starts all into {@code daemons}, so that those that did start end even where one does not. */
  private void startTogether(List<Daemon> daemons) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(COUNT)) {
      List<Callable<Daemon>> starts = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        starts.add(() -> Daemon.launch(command()));
      }
      ExecutionException failure = null;
      for (Future<Daemon> started : threads.invokeAll(starts)) {
        try {
          daemons.add(started.get());
        } catch (ExecutionException e) {
          failure = e;
        }
      }
      if (failure != null) {
        throw failure;
      }
    }
  }
}
