package dev.patchbay.it;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where things are in the work tree. */
public final class Repository {
  private static final Path ROOT = find();

  private Repository() {}

  private static Path find() {
    String given = System.getProperty("patchbay.root", "");
    if (!given.isEmpty()) {
      return Path.of(given).toAbsolutePath().normalize();
    }
    Path start = Path.of(System.getProperty("user.dir", ".")).toAbsolutePath().normalize();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.isDirectory(folder.resolve("images"))
          && Files.isRegularFile(folder.resolve("it-tests/pom.xml"))) {
        return folder;
      }
    }
    return start;
  }

  /**
   * Root of the repository: {@code -Dpatchbay.root}, else the nearest folder above that looks so.
   */
  public static Path root() {
    return ROOT;
  }

  /** A file of the repository, whether it exists or not. */
  public static Path file(String relative) {
    return ROOT.resolve(relative);
  }

  /** A file for what a test wants to leave behind, below {@code target/} of the running module. */
  public static Path output(String relative) {
    return Path.of("target").toAbsolutePath().resolve(relative);
  }
}
