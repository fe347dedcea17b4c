package dev.patchbay.backend.sys;

import dev.patchbay.stack.socket.Errno;
import java.nio.file.Files;
import java.nio.file.Path;

/** Why a socket could not be bound, in words that hold the remedy (bind(2), ip(7), unix(7)). */
public final class BindFault {
  private BindFault() {}

  /**
   * Of a TCP or UDP port.
   *
   * @param port that was asked for, 0 for any
   * @param errno the positive errno of bind(2) or listen(2)
   */
  public static String ofPort(int port, int errno) {
    if (errno == Errno.EADDRINUSE) {
      return "another process has that port (`ss -lptun` shows which); take another one";
    }
    if (errno == Errno.EADDRNOTAVAIL) {
      return "this host has no such address (`ip addr` shows those it has)";
    }
    if (port > 0 && (errno == Errno.EACCES || errno == Errno.EPERM)) {
      return "a privileged port; use one from 1024, or `sysctl -w"
          + " net.ipv4.ip_unprivileged_port_start="
          + port
          + "`, or give us CAP_NET_BIND_SERVICE as an ambient capability (setpriv(1), or"
          + " AmbientCapabilities= of systemd)";
    }
    return Errno.text(errno);
  }

  /**
   * Of the file of a unix socket.
   *
   * @param path absolute
   * @param errno the positive errno of bind(2)
   */
  public static String ofPath(Path path, int errno) {
    Path dir = path.getParent();
    return switch (errno) {
      case Errno.ENOENT ->
          "the directory "
              + dir
              + " does not exist; make it (`mkdir -p "
              + dir
              + "`) or name another path";
      case Errno.ENOTDIR -> dir + " is not a directory; name another path";
      case Errno.EACCES, Errno.EPERM ->
          "no right to write to the directory " + dir + "; name another path";
      case Errno.EROFS -> "the directory " + dir + " cannot be written; name another path";
      default -> Errno.text(errno);
    };
  }

  /**
   * Looks whether a file can be made in the directory of a path, for sockets that are not bound by
   * {@link UnixPath}.
   *
   * @param path absolute
   * @throws SysException ENOENT, ENOTDIR or EACCES of the directory
   */
  public static void checkDirectory(Path path) throws SysException {
    Path dir = path.getParent();
    if (dir == null || (Files.isDirectory(dir) && Files.isWritable(dir))) {
      return;
    }
    int errno = Errno.EACCES;
    if (!Files.exists(dir)) {
      errno = Errno.ENOENT;
    } else if (!Files.isDirectory(dir)) {
      errno = Errno.ENOTDIR;
    }
    throw new SysException(path.toString(), errno, ofPath(path, errno));
  }
}
