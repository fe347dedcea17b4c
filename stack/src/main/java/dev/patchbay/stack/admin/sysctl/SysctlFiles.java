package dev.patchbay.stack.admin.sysctl;

import java.util.ArrayList;
import java.util.List;

/**
 * The files of {@code sysctl -p FILE…} on their way from the caller, who reads them, to the
 * command: each is its name, its text or what was wrong with it, behind NUL bytes, which no name
 * has.
 */
public final class SysctlFiles {
  private static final String TEXT = "t";
  private static final String FAULT = "f";
  private static final int FIELDS = 3;

  private SysctlFiles() {}

  /**
   * One file.
   *
   * @param fault why it could not be read (as strerror has it), empty where it was
   */
  public record File(String name, String text, String fault) {}

  /** Whether {@code argv} (behind {@code sysctl}) asks for files; they are its other words. */
  public static List<String> named(List<String> argv) {
    return SysctlOptions.files(argv);
  }

  /** Packs files. */
  public static String pack(List<File> files) {
    StringBuilder out = new StringBuilder();
    for (File file : files) {
      boolean good = file.fault().isEmpty();
      out.append(file.name()).append('\0').append(good ? TEXT : FAULT).append('\0');
      out.append((good ? file.text() : file.fault()).replace("\0", "")).append('\0');
    }
    return out.toString();
  }

  /** Takes them out again. */
  static List<File> unpack(String packed) {
    String[] parts = packed.split("\0", -1);
    List<File> files = new ArrayList<>();
    for (int i = 0; i + FIELDS <= parts.length; i += FIELDS) {
      boolean good = parts[i + 1].equals(TEXT);
      files.add(new File(parts[i], good ? parts[i + 2] : "", good ? "" : parts[i + 2]));
    }
    return files;
  }
}
