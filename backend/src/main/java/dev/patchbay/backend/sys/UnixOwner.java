package dev.patchbay.backend.sys;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which process has a unix socket bound to a path: from {@code /proc/net/unix} the socket's inode,
 * from {@code /proc/PID/fd} who holds it open. Processes of other users are seen by root only,
 * sockets of other network namespaces by nobody. Source: proc_net(5), proc_pid_fd(5). For messages:
 * it reads all of {@code /proc}.
 */
final class UnixOwner {
  private static final Path PROC = Path.of("/proc");

  /** Fields before the path: Num RefCount Protocol Flags Type St Inode. */
  private static final int PATH_FIELD = 7;

  private static final int INODE_FIELD = 6;

  private UnixOwner() {}

  /** {@code process 123 (qemu-system-arm)}, or null where it cannot be known. */
  static @Nullable String of(Path path) {
    try {
      Map<String, String> sockets = sockets(path);
      if (sockets.isEmpty()) {
        return null;
      }
      try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
        for (Path process : all) {
          if (holds(process, sockets, path)) {
            String name = Files.readString(process.resolve("comm")).strip();
            return "process " + process.getFileName() + " (" + name + ")";
          }
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return null; // no such file system, or the process has just ended
    }
    return null;
  }

  /** The sockets that may be meant, as links of descriptors name them, with the path they gave. */
  private static Map<String, String> sockets(Path path) throws IOException {
    Map<String, String> found = new HashMap<>();
    String file = String.valueOf(path.getFileName());
    for (String line :
        new String(Files.readAllBytes(PROC.resolve("net/unix")), UTF_8).split("\n")) {
      String[] fields = line.split(" +", PATH_FIELD + 1);
      if (fields.length > PATH_FIELD && fields[PATH_FIELD].endsWith(file)) {
        found.put("socket:[" + fields[INODE_FIELD] + "]", fields[PATH_FIELD]);
      }
    }
    return found;
  }

  private static boolean holds(Path process, Map<String, String> sockets, Path path) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path fd : open) {
        String bound = sockets.get(Files.readSymbolicLink(fd).toString());
        // a relative one is meant from where its process stands
        if (bound != null && process.resolve("cwd").toRealPath().resolve(bound).equals(path)) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return false; // of another user, or gone
    }
    return false;
  }
}
