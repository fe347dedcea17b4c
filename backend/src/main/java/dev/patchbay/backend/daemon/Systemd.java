package dev.patchbay.backend.daemon;

import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.NativeBuffer;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.stack.socket.Errno;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.logging.log4j.LogManager;

/**
 * Tells a service manager how we are (sd_notify(3)): one datagram to the unix socket that {@code
 * NOTIFY_SOCKET} names by a path or, behind an {@code @}, by an abstract name.
 */
final class Systemd {
  private static final String VARIABLE = "NOTIFY_SOCKET";

  private Systemd() {}

  /** All sockets are open: units of {@code Type=notify} are started by this. */
  static void ready(Map<String, String> env) {
    tell(env, "READY=1");
  }

  /** The end has begun, as asked. */
  static void stopping(Map<String, String> env) {
    tell(env, "STOPPING=1");
  }

  private static void tell(Map<String, String> env, String state) {
    String socket = env.getOrDefault(VARIABLE, "");
    if (socket.isEmpty()) {
      return;
    }
    try {
      int result = send(address(socket), state.getBytes(StandardCharsets.US_ASCII));
      if (result < 0) {
        warn(socket, Errno.name(-result));
      }
    } catch (IllegalArgumentException e) {
      warn(socket, String.valueOf(e.getMessage()));
    }
  }

  /** It is the manager that waits in vain; for us it is no reason to end. */
  private static void warn(String socket, String why) {
    LogManager.getLogger("patchbay").warn("{}={}: {}", VARIABLE, socket, why);
  }

  private static SockAddr address(String socket) {
    return switch (socket.charAt(0)) {
      case '@' -> new SockAddr().setAbstract(socket.substring(1));
      case '/' -> new SockAddr().setUnix(socket);
      default -> throw new IllegalArgumentException("expected /PATH or @NAME");
    };
  }

  private static int send(SockAddr to, byte[] state) {
    int fd = Fd.socket(Linux.AF_UNIX, Linux.SOCK_DGRAM, 0);
    if (fd < 0) {
      return fd;
    }
    try (NativeBuffer buffer = new NativeBuffer(state.length)) {
      int connected = Fd.connect(fd, to);
      if (connected < 0) {
        return connected;
      }
      buffer.copyFrom(0, state, 0, state.length);
      return Fd.send(fd, buffer, 0, state.length, 0);
    } finally {
      Fd.close(fd);
    }
  }
}
