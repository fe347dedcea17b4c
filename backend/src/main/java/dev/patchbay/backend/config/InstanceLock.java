package dev.patchbay.backend.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A name that this process holds: the file {@code lock} of its directory, locked as long as the
 * process lives, with three lines: process id, name, control socket. Beside it stands {@code
 * listeners} with one address a line, for {@code HOST_SELF}.
 *
 * <p>POSIX drops the locks of a file when the process closes <em>any</em> descriptor of it
 * (fcntl(2)), so directories that this very process holds are never opened a second time.
 */
public final class InstanceLock implements AutoCloseable {
  /** What this process holds, by real path, with the lines of the lock file. */
  private static final Map<Path, List<String>> HELD = new ConcurrentHashMap<>();

  private static final String LOCK = "lock";
  private static final String LISTENERS = "listeners";

  private final String name;
  private final Path dir;
  private final Path real;
  private final Path control;
  private final FileChannel channel;
  private final boolean removable;
  private final @Nullable Path registered;

  private InstanceLock(
      String name,
      Path dir,
      Path real,
      Path control,
      FileChannel channel,
      boolean removable,
      @Nullable Path registered) {
    this.name = name;
    this.dir = dir;
    this.real = real;
    this.control = control;
    this.channel = channel;
    this.removable = removable;
    this.registered = registered;
  }

  /**
   * Tries to take a directory.
   *
   * @param dir absolute, checked, ours
   * @param control absolute
   * @param removable whether the directory is to go in the end if it is empty then
   * @param registered a file to delete in the end, or null
   * @return null if a living process has it, or one that ends has just removed it
   * @throws NoSuchFileException where the directory is gone
   */
  static @Nullable InstanceLock tryAcquire(
      String name, Path dir, Path control, boolean removable, @Nullable Path registered)
      throws IOException {
    List<String> lines =
        List.of(Long.toString(ProcessHandle.current().pid()), name, control.toString());
    Path real = dir.toRealPath();
    if (HELD.putIfAbsent(real, lines) != null) {
      return null;
    }
    FileChannel channel = null;
    boolean taken = false;
    try {
      Path file = dir.resolve(LOCK);
      Object before = make(file);
      channel = open(file);
      // who ends removes the file while it is locked: if it is not the same one any more, what we
      // hold is not what others find
      taken = tryLock(channel) && before.equals(identity(file));
      if (!taken) {
        return null;
      }
      channel.truncate(0);
      String text = String.join("\n", lines) + "\n";
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
      return new InstanceLock(name, dir, real, control, channel, removable, registered);
    } finally {
      if (!taken) {
        HELD.remove(real);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  /** Sees that there is a lock file; its identity. */
  private static Object make(Path file) throws IOException {
    Object identity = identity(file);
    while (identity == null) {
      try {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } catch (FileAlreadyExistsException e) {
        // another one was faster; its lock decides
      }
      identity = identity(file);
    }
    return identity;
  }

  /**
   * Device and inode of a file, and when it was last changed, since the number of a removed file is
   * given to the next one; null where there is none.
   */
  private static @Nullable Object identity(Path file) throws IOException {
    try {
      return Files.readAttributes(file, "unix:dev,ino,ctime", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** Whether a living process holds a directory; it must be ours and may lack a lock file. */
  static boolean isHeld(Path dir) throws IOException {
    if (HELD.containsKey(dir.toRealPath())) {
      return true;
    }
    Path file = dir.resolve(LOCK);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (FileChannel channel = open(file)) {
      return !tryLock(channel);
    }
  }

  /** The lines of the lock file: process id, name, control socket; fewer if it is not complete. */
  static List<String> read(Path dir) throws IOException {
    // a second descriptor of a file that we hold must not be closed, see above
    List<String> own = HELD.get(dir.toRealPath());
    return own != null ? own : Files.readAllLines(dir.resolve(LOCK));
  }

  /** The addresses that the instance of a directory has published. */
  static List<String> listeners(Path dir) throws IOException {
    Path file = dir.resolve(LISTENERS);
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        ? Files.readAllLines(file)
        : List.of();
  }

  /** The instance's name, for {@value InstanceDirs#AUTO} the one that was found. */
  public String name() {
    return name;
  }

  /** Its directory, absolute. */
  public Path dir() {
    return dir;
  }

  /** Its control socket, absolute. */
  public Path control() {
    return control;
  }

  /**
   * Publishes our listeners, replacing those published before, atomically: no instance of this user
   * lets a guest connect to one of them.
   *
   * @param addresses one line each, e.g. {@code tcp:127.0.0.1:5555}
   */
  public void publish(Collection<String> addresses) throws IOException {
    Path next = dir.resolve(LISTENERS + ".new");
    Files.write(next, addresses);
    Files.move(next, dir.resolve(LISTENERS), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Gives the name back. What outlives an instance, its leases, stays; else nothing does, and the
   * directory itself only if it is the user's.
   */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(dir.resolve(LISTENERS));
    // before it is unlocked: then nobody can have taken it
    Files.deleteIfExists(dir.resolve(LOCK));
    if (registered != null) {
      Files.deleteIfExists(registered);
    }
    if (removable) {
      try {
        Files.delete(dir);
      } catch (FileSystemException e) {
        // it holds leases, or the next instance by now
      }
    }
    channel.close();
    HELD.remove(real);
  }
}
