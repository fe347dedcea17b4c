package dev.patchbay.it;

import dev.patchbay.qemu.process.OutputLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands of this machine, run to their end. */
final class HostCommand {
  private HostCommand() {}

  /**
   * Runs a command and waits for it; a command that takes longer than the limit is killed.
   *
   * @throws IOException if it cannot be started or was killed
   */
  static Result run(Duration limit, List<String> words) throws IOException, InterruptedException {
    String line = String.join(" ", words);
    Path errors = Files.createTempFile("patchbay-it", ".err");
    Path output = Files.createTempFile("patchbay-it", ".out");
    try {
      Process process =
          new ProcessBuilder(words)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectError(errors.toFile())
              .start();
      OutputLog log = OutputLog.start(process.getInputStream(), output);
      try {
        if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
          throw new IOException("no end within " + limit.toMillis() + " ms of: " + line);
        }
      } finally {
        process.toHandle().destroyForcibly();
      }
      log.awaitEnd(limit);
      return new Result(line, process.exitValue(), log.text(), Files.readString(errors));
    } finally {
      Files.deleteIfExists(errors);
      Files.deleteIfExists(output);
    }
  }
}
