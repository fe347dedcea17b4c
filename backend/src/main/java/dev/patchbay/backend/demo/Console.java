package dev.patchbay.backend.demo;

import dev.patchbay.qemu.process.OutputLog;
import dev.patchbay.qemu.process.QemuProcess;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * The user's terminal as the guest's serial line, with QEMU's keys: Ctrl-A X leaves, Ctrl-A Ctrl-A
 * is Ctrl-A. Also leaves at the end of QEMU or of the shell in the guest, and, where the input ends
 * (commands from a pipe), once the guest is silent.
 */
final class Console implements AutoCloseable {
  private static final char CONTROL_A = 1;
  private static final int KEYS = 256;
  private static final Pattern ANYTHING = Pattern.compile("(?s).+");
  private static final Duration TURN = Duration.ofMillis(100);

  /** Turns of silence by which a guest is taken to have done what its input said. */
  private static final int SILENT_TURNS = 20;

  private static final int STTY_SECONDS = 5;

  private final QemuProcess qemu;
  private final InputStream in;
  private final PrintStream out;
  private final String settings;
  private volatile boolean left;
  private volatile boolean inputEnded;

  /**
   * Takes the terminal over.
   *
   * @param terminal whether standard input is one: it is then set raw until {@link #close}
   */
  Console(QemuProcess qemu, InputStream in, PrintStream out, boolean terminal) throws IOException {
    this.qemu = qemu;
    this.in = in;
    this.out = out;
    this.settings = terminal ? stty("-g") : "";
    // only where it can be put back
    if (!settings.isEmpty()) {
      stty("raw", "-echo");
    }
  }

  /**
   * Passes on both ways until one leaves.
   *
   * @param from place in QEMU's serial output to begin at
   * @param end what tells that the guest's shell has ended; it is not shown
   */
  void relay(long from, Pattern end) throws InterruptedException {
    Thread typing = Thread.ofPlatform().daemon().name("console").start(this::type);
    long place = from;
    int silent = 0;
    while (!left && !(inputEnded && silent >= SILENT_TURNS)) {
      try {
        OutputLog.Found found = qemu.serial().await(ANYTHING, place, TURN);
        String text = found.group(0);
        var match = end.matcher(text);
        boolean ended = match.find();
        out.print(ended ? text.substring(0, match.start()) : text);
        out.flush();
        place = found.end();
        silent = 0;
        left |= ended;
      } catch (TimeoutException e) {
        silent++;
      } catch (EOFException e) {
        left = true; // QEMU has ended
      }
    }
    typing.interrupt();
  }

  private void type() {
    Reader typed = new InputStreamReader(in, StandardCharsets.UTF_8);
    char[] keys = new char[KEYS];
    boolean escaped = false;
    try {
      int count;
      while (!left && (count = typed.read(keys)) >= 0) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count && !left; i++) {
          if (escaped && (keys[i] == 'x' || keys[i] == 'X')) {
            left = true;
          } else if (!escaped && keys[i] == CONTROL_A) {
            escaped = true;
          } else {
            text.append(keys[i]);
            escaped = false;
          }
        }
        qemu.send(text.toString());
      }
    } catch (IOException e) {
      // QEMU or the terminal is gone
      left = true;
    }
    inputEnded = true;
  }

  /** Gives the terminal back as it was. */
  @Override
  public void close() throws IOException {
    left = true;
    if (!settings.isEmpty()) {
      stty(settings);
    }
  }

  private static String stty(String... words) throws IOException {
    String[] command = new String[words.length + 1];
    command[0] = "stty";
    System.arraycopy(words, 0, command, 1, words.length);
    Process process =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    try {
      process.waitFor(STTY_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return said.strip();
  }
}
