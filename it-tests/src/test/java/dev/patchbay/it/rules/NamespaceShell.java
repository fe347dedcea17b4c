package dev.patchbay.it.rules;

import dev.patchbay.it.Netns;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** One shell in a namespace for many short commands: starting each by itself takes longer. */
final class NamespaceShell implements AutoCloseable {
  private static final String END = "=== end ";

  private final Process process;
  private final Writer in;
  private final BufferedReader out;

  NamespaceShell(Netns netns) throws IOException {
    process = new ProcessBuilder(netns.command("sh")).redirectErrorStream(true).start();
    in = process.outputWriter(StandardCharsets.UTF_8);
    out = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Runs commands of the shell.
   *
   * @return all that they print
   */
  String run(String commands) throws IOException {
    in.write(commands + "\necho '" + END + "'\n");
    in.flush();
    StringBuilder all = new StringBuilder();
    for (String line = out.readLine(); ; line = out.readLine()) {
      if (line == null) {
        throw new IOException("the shell has ended: " + all);
      }
      if (line.equals(END)) {
        return all.toString();
      }
      all.append(line).append('\n');
    }
  }

  /** Runs commands that print nothing where they work. */
  void quiet(String commands) throws IOException {
    String said = run(commands);
    if (!said.isEmpty()) {
      throw new IOException(commands + ": " + said);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    out.close();
  }
}
