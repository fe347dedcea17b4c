package dev.patchbay.qemu.process;

import dev.patchbay.qemu.qmp.QemuVersion;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A QEMU program that can be run, and its version.
 *
 * @param command the program's path, or a wrapper's path and the words it wants first
 * @param version what {@code --version} printed
 */
public record QemuBinary(List<String> command, QemuVersion version) {
  private static final int VERSION_LIMIT_SECONDS = 20;

  /** Copies the command. */
  public QemuBinary {
    command = List.copyOf(command);
  }

  /**
   * The program of this name on {@code PATH}.
   *
   * @param name e.g. {@code qemu-system-arm}
   * @return empty if there is none
   * @throws IOException if there is one whose version cannot be had
   */
  public static Optional<QemuBinary> find(String name) throws IOException {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/local/bin:/usr/bin:/bin");
    for (String folder : path.split(File.pathSeparator, -1)) {
      Path program = Path.of(folder.isEmpty() ? "." : folder, name);
      if (Files.isRegularFile(program) && Files.isExecutable(program)) {
        return Optional.of(of(program));
      }
    }
    return Optional.empty();
  }

  /**
   * The program at this path.
   *
   * @throws IOException if it cannot be run or is no QEMU
   */
  public static QemuBinary of(Path program) throws IOException {
    return ofCommand(List.of(program.toString()));
  }

  /**
   * A program of a QEMU that was unpacked into a folder, beside the system's own, and is started by
   * the script {@code run} in it: {@code FOLDER/run NAME ARGUMENTS…}.
   *
   * @throws IOException if it cannot be run or is no QEMU
   */
  public static QemuBinary unpacked(Path folder, String name) throws IOException {
    return ofCommand(List.of(folder.resolve("run").toString(), name));
  }

  /**
   * A program with words before QEMU's own arguments.
   *
   * @throws IOException if it cannot be run or is no QEMU
   */
  public static QemuBinary ofCommand(List<String> command) throws IOException {
    List<String> words = new ArrayList<>(command);
    words.add("--version");
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String printed =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(VERSION_LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", words) + " failed: " + printed);
      }
      return new QemuBinary(command, QemuVersion.parse(printed));
    } catch (IllegalArgumentException e) {
      throw new IOException(String.join(" ", words) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
