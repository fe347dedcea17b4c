package dev.patchbay.backend.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where instances live: {@code $XDG_RUNTIME_DIR/patchbay/NAME} where that variable names a
 * directory of ours, else {@code ${TMPDIR:-/tmp}/patchbay-UID/NAME}. Directories have mode 0700; a
 * symbolic link or another owner is refused, since whoever else can write there could give us
 * sockets of his.
 *
 * <p>An instance whose directory the user chose ({@code --dir}) leaves its address in {@code
 * .dirs/PID} there, so that it is found by name and listed too.
 */
public final class InstanceDirs {
  /** The name of an instance that was given none. */
  public static final String DEFAULT_NAME = "default";

  /** The name that stands for the first free one of {@code auto0}, {@code auto1}, … */
  public static final String AUTO = "auto";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");
  private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwx------");
  private static final String REGISTER = ".dirs";

  /** What messages about the user's directory begin with. */
  private static final String OPTION = "--dir ";

  private static final int MOST_AUTO = 10_000;

  /** A lock seems held for a moment while another process looks whether it is: try again. */
  private static final int TRIES = 5;

  private static final long TRY_AGAIN_MILLIS = 20;

  private final Path base;
  private final int uid;

  /**
   * The directories of a user.
   *
   * @param environment {@code XDG_RUNTIME_DIR} and {@code TMPDIR} are looked at
   * @param uid the user's number
   */
  public InstanceDirs(Map<String, String> environment, int uid) {
    this.uid = uid;
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    String temporary = environment.getOrDefault("TMPDIR", "");
    if (runtime.startsWith("/") && isOurDirectory(Path.of(runtime))) {
      base = Path.of(runtime).normalize().resolve("patchbay");
    } else {
      base =
          Path.of(temporary.isEmpty() ? "/tmp" : temporary)
              .toAbsolutePath()
              .normalize()
              .resolve("patchbay-" + uid);
    }
  }

  /**
   * The directories of the user who runs this process.
   *
   * @throws InstanceException on a system without {@code /proc}
   */
  public static InstanceDirs ofThisUser(Map<String, String> environment) throws InstanceException {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("Uid:")) {
          // real, effective, saved, file system (proc(5)); files get the effective one
          return new InstanceDirs(environment, Integer.parseInt(line.split("\\s+")[2]));
        }
      }
    } catch (IOException | NumberFormatException e) {
      throw new InstanceException("needs Linux: /proc/self/status: " + e.getMessage());
    }
    throw new InstanceException("needs Linux: /proc/self/status has no Uid");
  }

  private boolean isOurDirectory(Path path) {
    try {
      return Files.isDirectory(path) && owner(path) == uid;
    } catch (IOException e) {
      return false;
    }
  }

  private static int owner(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Whether a word may name an instance: 1 to 64 of {@code [A-Za-z0-9_.-]}, no dot or dash first.
   */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** The directory that holds those of the instances. */
  public Path base() {
    return base;
  }

  /** The directory of an instance that was given none. */
  public Path dir(String name) {
    return base.resolve(name);
  }

  /**
   * The control socket of an instance, living or not. Where several bear the name, the one in the
   * usual directory is meant.
   *
   * @param name an instance's name, {@value #DEFAULT_NAME} for the one without
   */
  public Path control(String name) {
    Path usual = dir(name);
    Path found = usual.resolve("control.sock");
    boolean elsewhere = false;
    for (Instance instance : list()) {
      if (instance.dir().equals(usual)) {
        return instance.control();
      }
      if (instance.name().equals(name) && !elsewhere) {
        found = instance.control();
        elsewhere = true;
      }
    }
    return found;
  }

  /**
   * A living instance.
   *
   * @param name its name
   * @param pid its process
   * @param dir its directory
   * @param control its control socket
   * @param listeners what it has published by {@link InstanceLock#publish}
   */
  public record Instance(String name, long pid, Path dir, Path control, List<String> listeners) {
    /** Takes a copy. */
    public Instance {
      listeners = List.copyOf(listeners);
    }
  }

  /** The living instances of this user, by name. What cannot be read is left out. */
  public List<Instance> list() {
    Map<Path, Instance> found = new TreeMap<>();
    try {
      if (!Files.isDirectory(base, LinkOption.NOFOLLOW_LINKS) || owner(base) != uid) {
        return List.of();
      }
      try (DirectoryStream<Path> dirs = Files.newDirectoryStream(base)) {
        for (Path dir : dirs) {
          if (!dir.endsWith(REGISTER)) {
            look(dir, found);
          }
        }
      }
      Path register = base.resolve(REGISTER);
      if (Files.isDirectory(register, LinkOption.NOFOLLOW_LINKS)) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(register)) {
          for (Path entry : entries) {
            lookElsewhere(entry, found);
          }
        }
      }
    } catch (IOException e) {
      // it went away while we looked
    }
    List<Instance> list = new ArrayList<>(found.values());
    list.sort(Comparator.comparing(Instance::name).thenComparing(Instance::dir));
    return list;
  }

  private void lookElsewhere(Path entry, Map<Path, Instance> found) {
    try {
      Path dir = Path.of(Files.readString(entry).strip());
      if (!look(dir, found)) {
        Files.deleteIfExists(entry); // its process was killed
      }
    } catch (IOException e) {
      // it went away while we looked
    }
  }

  /** Adds the instance of a directory; false if no living one is there. */
  private boolean look(Path dir, Map<Path, Instance> found) {
    try {
      if (!Files.isDirectory(dir, LinkOption.NOFOLLOW_LINKS)
          || owner(dir) != uid
          || !InstanceLock.isHeld(dir)) {
        return false;
      }
      List<String> lines = InstanceLock.read(dir);
      if (lines.size() >= 3) {
        long pid = Long.parseLong(lines.get(0));
        Path control = Path.of(lines.get(2));
        List<String> listeners = InstanceLock.listeners(dir);
        found.put(dir, new Instance(lines.get(1), pid, dir, control, listeners));
      }
      return true;
    } catch (IOException | NumberFormatException e) {
      return false;
    }
  }

  /**
   * Takes a name and its directory, making what is missing.
   *
   * <p>It is the directory that only one process may have: two with directories of their own may
   * bear one name.
   *
   * @param wanted what the user asked for; {@value #AUTO} takes the first free one
   * @throws InstanceException where a directory cannot be ours, or {@code already running as pid N
   *     (DIR); use --name}
   */
  public InstanceLock acquire(DaemonConfig.Instance wanted) throws InstanceException {
    Path shown = base;
    try {
      make(base, "");
      if (!wanted.name().equals(AUTO) || wanted.dir() != null) {
        String name = wanted.name().equals(AUTO) ? freeName() : wanted.name();
        Path dir = wanted.dir() == null ? dir(name) : wanted.dir();
        shown = dir;
        InstanceLock lock = tryAcquire(name, dir, wanted);
        if (lock == null) {
          throw running(dir);
        }
        return lock;
      }
      for (int i = 0; i < MOST_AUTO; i++) {
        shown = dir(AUTO + i);
        InstanceLock lock = tryAcquire(AUTO + i, shown, wanted);
        if (lock != null) {
          return lock;
        }
      }
      throw new InstanceException("no name is free: there are " + MOST_AUTO + " instances");
    } catch (FileSystemException e) {
      // no attribute of a directory that is refused names another file than what is within
      Path at = e.getFile() == null ? shown : Path.of(e.getFile());
      boolean ours = shown.equals(wanted.dir()) && at.startsWith(shown);
      throw new InstanceException((ours ? OPTION : "") + at + ": " + reason(at, ours, e));
    } catch (IOException e) {
      throw new InstanceException(shown + ": " + e.getMessage());
    }
  }

  /** What the JDK tells by a class's name alone, in words. */
  private static String reason(Path at, boolean given, FileSystemException e) {
    Path parent = at.getParent();
    if (e instanceof NoSuchFileException && parent != null && !Files.exists(parent)) {
      return "cannot be made: the directory "
          + parent
          + " does not exist; make it (`mkdir -p "
          + parent
          + "`) or name another one";
    }
    String remedy = given ? "; name another directory" : "; set TMPDIR to a directory of ours";
    if (e instanceof AccessDeniedException) {
      return "no right to make or use it" + remedy;
    }
    return (e.getReason() == null ? "cannot be used" : e.getReason()) + remedy;
  }

  /** The first of {@code auto0}, … that no living instance bears. */
  private String freeName() {
    List<String> taken = list().stream().map(Instance::name).toList();
    int i = 0;
    while (taken.contains(AUTO + i)) {
      i++;
    }
    return AUTO + i;
  }

  private static InstanceException running(Path dir) throws IOException {
    String pid;
    try {
      pid = InstanceLock.read(dir).stream().findFirst().orElse("?");
    } catch (NoSuchFileException e) {
      pid = "?"; // it has ended since
    }
    return new InstanceException("already running as pid " + pid + " (" + dir + "); use --name");
  }

  private @Nullable InstanceLock tryAcquire(String name, Path dir, DaemonConfig.Instance wanted)
      throws IOException, InstanceException {
    Path control = wanted.control() == null ? dir.resolve("control.sock") : wanted.control();
    int bytes = control.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > AttachmentParser.MAX_SOCKET_PATH) {
      throw new InstanceException(
          "the control socket's path '"
              + control
              + "' has "
              + bytes
              + " bytes, at most "
              + AttachmentParser.MAX_SOCKET_PATH
              + " are possible; use --dir or --control");
    }
    Path entry = wanted.dir() == null ? null : register(dir);
    InstanceLock lock = null;
    boolean made = false;
    try {
      for (int i = 0; i < TRIES && lock == null; i++) {
        try {
          made |= make(dir, entry == null ? "" : OPTION);
          // under our own directory all of them are ours; elsewhere only what we have made now
          boolean removable = made || entry == null;
          lock = InstanceLock.tryAcquire(name, dir, control, removable, entry);
        } catch (NoSuchFileException e) {
          if (!Files.exists(dir.resolveSibling("."))) {
            throw e;
          } // else an instance that ends has removed it just now
        }
        if (lock == null && i + 1 < TRIES) {
          Thread.sleep(TRY_AGAIN_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InstanceException("interrupted");
    } finally {
      if (lock == null && entry != null) {
        Files.deleteIfExists(entry);
      }
    }
    return lock;
  }

  private Path register(Path dir) throws IOException, InstanceException {
    Path register = base.resolve(REGISTER);
    make(register, "");
    // one process may hold several: the directory's hash tells them apart
    long pid = ProcessHandle.current().pid();
    Path entry = register.resolve(pid + "-" + Integer.toHexString(dir.hashCode()));
    Files.writeString(entry, dir + "\n");
    return entry;
  }

  /**
   * Makes a directory of mode 0700, or sees that one is there that can have that mode.
   *
   * @param option that named it, for messages, or empty
   * @return whether it was made
   */
  private boolean make(Path dir, String option) throws IOException, InstanceException {
    boolean made = false;
    try {
      Files.createDirectory(dir, PosixFilePermissions.asFileAttribute(MODE));
      made = true;
    } catch (FileAlreadyExistsException e) {
      // the checks below say whether it will do
    }
    // one look: an instance that ends may remove it at any time, and the next one make it again
    BasicFileAttributes found =
        Files.readAttributes(dir, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (found.isSymbolicLink()) {
      throw new InstanceException(
          option + dir + ": is a symbolic link; expected a directory of ours");
    }
    if (!found.isDirectory()) {
      throw new InstanceException(option + dir + ": is not a directory; name another path");
    }
    int owner = owner(dir);
    if (owner != uid) {
      throw new InstanceException(
          option
              + dir
              + ": belongs to uid "
              + owner
              + ", not to us (uid "
              + uid
              + ")"
              + (option.isEmpty() ? "; set TMPDIR to a directory of ours" : "; name another one"));
    }
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(dir);
    if (!mode.equals(MODE)) {
      narrow(dir, mode, option);
    }
    return made;
  }

  /** A directory in use for something else is not taken away from others: only an empty one is. */
  private static void narrow(Path dir, Set<PosixFilePermission> found, String option)
      throws IOException, InstanceException {
    boolean empty;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir)) {
      empty = !entries.iterator().hasNext();
    }
    if (!empty && !Files.exists(dir.resolve("lock"), LinkOption.NOFOLLOW_LINKS)) {
      throw new InstanceException(
          option
              + dir
              + ": has mode "
              + PosixFilePermissions.toString(found)
              + " and holds other files; expected mode 0700: chmod 700 it or name a new directory");
    }
    Files.setPosixFilePermissions(dir, MODE);
  }
}
