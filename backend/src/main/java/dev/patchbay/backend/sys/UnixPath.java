package dev.patchbay.backend.sys;

import dev.patchbay.stack.socket.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The file of a unix socket of ours: bound with mode 0600, a stale one taken over, removed at the
 * end if still ours.
 */
public final class UnixPath {
  private static final int MODE = 0600;
  private static final int S_IFMT = 0170000;
  private static final int S_IFSOCK = 0140000;

  private final Path path;
  private final @Nullable Object key;

  private UnixPath(Path path, @Nullable Object key) {
    this.path = path;
    this.key = key;
  }

  /**
   * Binds a socket to a path.
   *
   * @param type Linux.SOCK_STREAM or SOCK_DGRAM, that of the socket
   * @throws IOException where a living process has it, it is no socket, or bind(2) fails
   */
  public static UnixPath bind(int fd, Path path, int type) throws IOException {
    SockAddr address = new SockAddr().setUnix(path.toString());
    removeStale(path, address, type);
    int bound = Fd.bind(fd, address);
    if (bound < 0) {
      throw new SysException(path.toString(), -bound, BindFault.ofPath(path, -bound));
    }
    SysException.check(Fd.chmod(path.toString(), MODE), "chmod(" + path + ")");
    return new UnixPath(path, fileKey(path));
  }

  /**
   * Takes a stale socket away, one to which nobody listens any more; does nothing where there is
   * none.
   *
   * @param type of the socket that is to be bound there
   * @throws IOException where a living process has it, or it is no socket
   */
  public static void removeStale(Path path, int type) throws IOException {
    removeStale(path, new SockAddr().setUnix(path.toString()), type);
  }

  private static void removeStale(Path path, SockAddr address, int type) throws IOException {
    int mode;
    try {
      mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    }
    if ((mode & S_IFMT) != S_IFSOCK) {
      throw new IOException(path + ": exists and is not a socket");
    }
    // a socket of another type cannot connect, so the owner does not hear of the question
    // (EPROTOTYPE)
    int probe =
        SysException.check(
            Fd.socket(
                Linux.AF_UNIX, type == Linux.SOCK_STREAM ? Linux.SOCK_DGRAM : Linux.SOCK_STREAM, 0),
            "socket(unix)");
    int result = Fd.connect(probe, address);
    Fd.close(probe);
    if (result == -Errno.ECONNREFUSED) {
      SysException.check(Fd.unlink(path.toString()), "unlink(" + path + ")");
    } else if (result == -Errno.EACCES || result == -Errno.EPERM) {
      throw new SysException("connect(" + address + ")", -result);
    } else if (result != -Errno.ENOENT) {
      throw new IOException(path + ": " + inUse(path));
    }
  }

  private static String inUse(Path path) {
    String owner = UnixOwner.of(path);
    return owner == null
        ? "in use by a living process (`ss -xlp`, as root, shows which); end that, or name another path"
        : "in use by " + owner + "; end that, or name another path";
  }

  private static @Nullable Object fileKey(Path path) {
    try {
      return Files.readAttributes(
              path, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (IOException e) {
      return null;
    }
  }

  /** Removes the file, unless another one stands there by now. */
  public void remove() {
    Object now = fileKey(path);
    if (now != null && now.equals(key)) {
      Fd.unlink(path.toString());
    }
  }
}
