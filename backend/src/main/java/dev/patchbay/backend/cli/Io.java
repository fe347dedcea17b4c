package dev.patchbay.backend.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command has of the world around it; tests give it their own.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param env the environment
 * @param cwd the working directory, absolute
 */
public record Io(
    InputStream in, PrintStream out, PrintStream err, Map<String, String> env, Path cwd) {
  /** Takes a copy of the environment. */
  public Io {
    env = Map.copyOf(env);
  }

  /** Those of the process; text is UTF-8. */
  public static Io ofProcess() {
    return new Io(
        System.in,
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        System.getenv(),
        Path.of("").toAbsolutePath());
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /**
   * Tells a fault on standard error.
   *
   * @param message without the program's name
   * @param status the exit status
   * @return the status
   */
  public int fail(String message, int status) {
    err.println("patchbay: " + message);
    err.flush();
    return status;
  }
}
