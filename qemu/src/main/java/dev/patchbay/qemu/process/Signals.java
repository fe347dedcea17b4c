package dev.patchbay.qemu.process;

import java.io.IOException;
import java.util.List;

/** Signals that Java has no method for, sent by the shell's own {@code kill}. */
public final class Signals {
  private Signals() {}

  /**
   * Sends a signal to a process of ours. SIGSTOP stops what it says; {@code kill} returns when the
   * signal was queued.
   *
   * @param name without {@code SIG}, e.g. {@code STOP}, {@code CONT}, {@code TERM}
   * @throws IOException if the process is gone or the name unknown
   */
  public static void send(Process process, String name) throws IOException, InterruptedException {
    if (!process.isAlive()) {
      throw new IOException("process " + process.pid() + " has ended");
    }
    List<String> words =
        List.of("sh", "-c", "kill -s \"$1\" \"$2\"", "sh", name, String.valueOf(process.pid()));
    Process kill = new ProcessBuilder(words).inheritIO().start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill -s " + name + " " + process.pid() + " failed");
    }
  }
}
