package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.NativeBuffer;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.stack.socket.Errno;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service manager's side is a datagram socket of the test. */
class SystemdTest {
  @TempDir Path folder;

  @Test
  void byPath() {
    Path socket = folder.resolve("notify");
    assertThat(heard(new SockAddr().setUnix(socket.toString()), socket.toString()))
        .containsExactly("READY=1", "STOPPING=1");
  }

  @Test
  void byAbstractName() {
    String name = "patchbay-test-" + ProcessHandle.current().pid();
    assertThat(heard(new SockAddr().setAbstract(name), "@" + name))
        .containsExactly("READY=1", "STOPPING=1");
  }

  @Test
  void whoCannotBeReachedIsNoReasonToFail() {
    Systemd.ready(Map.of());
    Systemd.ready(Map.of("NOTIFY_SOCKET", ""));
    Systemd.ready(Map.of("NOTIFY_SOCKET", folder.resolve("absent").toString()));
    Systemd.ready(Map.of("NOTIFY_SOCKET", "vsock:2:1234"));
    assertThat(heard(new SockAddr().setUnix(folder.resolve("n").toString()), "")).isEmpty();
  }

  /** What a socket of this address gets while we tell both states to {@code variable}. */
  private static List<String> heard(SockAddr address, String variable) {
    int fd = Fd.socket(Linux.AF_UNIX, Linux.SOCK_DGRAM, 0);
    List<String> all = new ArrayList<>();
    try (NativeBuffer buffer = new NativeBuffer(100)) {
      assertThat(Fd.bind(fd, address)).isZero();
      Systemd.ready(Map.of("NOTIFY_SOCKET", variable));
      Systemd.stopping(Map.of("NOTIFY_SOCKET", variable));
      int length;
      while ((length = Fd.recv(fd, buffer, 0, 100, 0)) > 0) {
        byte[] text = new byte[length];
        buffer.copyTo(0, text, 0, length);
        all.add(new String(text, StandardCharsets.US_ASCII));
      }
      assertThat(length).isEqualTo(-Errno.EAGAIN);
    } finally {
      Fd.close(fd);
    }
    return all;
  }
}
