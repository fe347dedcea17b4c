package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Requires;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Paths that somebody has: a living owner keeps his, a dead one's is taken over. */
@Timeout(90)
@Requires("daemon")
class PathsTest {
  @TempDir Path folder;

  private static ServerSocketChannel owner(Path path) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    return channel.bind(UnixDomainSocketAddress.of(path));
  }

  private static void refused(String says, String... options) {
    assertThatThrownBy(() -> Daemon.start(options))
        .hasMessageContaining("daemon ended with 1")
        .hasMessageContaining(says);
  }

  @Test
  void theControlSocketOfALivingProcessIsNotStolen() throws Exception {
    Path path = folder.resolve("c.sock");
    try (ServerSocketChannel living = owner(path)) {
      refused(path + ": in use by process ", "--control", path.toString());
      assertThat(path).exists();
      assertThat(living.isOpen()).isTrue();
    }
    // closed, its file still there: stale
    assertThat(path).exists();
    try (Daemon daemon = Daemon.start("--control", path.toString())) {
      assertThat(Files.getPosixFilePermissions(path))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(daemon.stop()).isZero();
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void aFileAtTheControlSocketsPathIsKept() throws Exception {
    Path path = folder.resolve("notes.txt");
    Files.writeString(path, "mine");
    refused(path + ": exists and is not a socket", "--control", path.toString());
    assertThat(path).hasContent("mine");
  }

  @Test
  void aForwardsSocketIsTakenOverOnlyWhereItsOwnerIsDead() throws Exception {
    Path path = folder.resolve("f.sock");
    String rule = "unix:" + path + "-:22";
    try (ServerSocketChannel living = owner(path)) {
      refused(path + ": in use by process ", "--hostfwd", rule);
      assertThat(living.isOpen()).isTrue();
    }
    try (Daemon daemon = Daemon.start("--hostfwd", rule)) {
      assertThat(Files.getPosixFilePermissions(path))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      var added =
          daemon.control().request("POST", "/v1/forwards", "{\"rule\":\"tcp:[::1]:0-:22\"}");
      assertThat(added.status()).isEqualTo(201);
      assertThat(added.body()).contains("\"host\":\"::1\"");
      assertThat(daemon.stop()).isZero();
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void aReadyFileThatCannotBeWrittenIsNamedByItsOption() {
    Path path = folder.resolve("nodir/ready.json");
    refused("--ready-file " + path + ": cannot be written", "--ready-file", path.toString());
  }
}
