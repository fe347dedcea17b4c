package dev.patchbay.qemu.process;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * The shell on the serial line of our guest images, when {@value #APPEND} is on the kernel's
 * command line: the init prints {@code PATCHBAY-READY}, then reads lines {@code run ID COMMAND…},
 * and prints for each {@code PATCHBAY-BEGIN ID}, the command's output, a line's end, and {@code
 * PATCHBAY-EXIT ID STATUS}, with the terminal's echo off. To {@code ready} it answers {@code
 * PATCHBAY-READY} again. Commands run one after the other. One thread at a time.
 */
public final class GuestShell {
  /** The word of the kernel's command line that asks the init for it. */
  public static final String APPEND = "patchbay.console=harness";

  /** Longest command in characters: a terminal's line ends at 4096 bytes. */
  public static final int LONGEST = 1500;

  private static final Duration ASK_AGAIN = Duration.ofSeconds(15);
  private static final String PANIC = "Kernel panic - not syncing[^\\n]*\\n";
  private static final Pattern READY = Pattern.compile("PATCHBAY-READY\\s|" + PANIC);

  private final QemuProcess qemu;
  private int lastId;

  /** The shell of the guest in this QEMU; nothing is sent yet. */
  public GuestShell(QemuProcess qemu) {
    this.qemu = qemu;
  }

  /**
   * How a command ended.
   *
   * @param status 0 to 255
   * @param output what it printed, standard error included, lines ended by LF
   */
  public record Answer(int status, String output) {}

  /**
   * Waits until the init takes commands, after the start or a reboot.
   *
   * @param from place in {@link QemuProcess#serial} to look from
   * @throws IOException if QEMU ended or the kernel panicked; the message says what QEMU said
   * @throws TimeoutException if it takes longer; the message holds its last lines
   */
  public void awaitReady(long from, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    try {
      OutputLog.Found found = awaitReadyLine(from, limit);
      if (found.group(0).startsWith("Kernel")) {
        throw new IOException(found.group(0).strip() + "\n" + qemu.serial().tail());
      }
    } catch (IOException e) {
      throw new IOException(e.getMessage() + qemu.messages(), e);
    }
    quieten();
  }

  /** Asks again now and then: a kernel message may have come in the middle of the line. */
  private OutputLog.Found awaitReadyLine(long from, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      long left = end - System.nanoTime();
      try {
        Duration turn = Duration.ofNanos(Math.min(left, ASK_AGAIN.toNanos()));
        return qemu.serial().await(READY, from, turn);
      } catch (TimeoutException e) {
        if (left <= ASK_AGAIN.toNanos()) {
          throw e;
        }
        qemu.send("ready\n");
      }
    }
  }

  /** Kernel messages in the middle of our own lines would hide them: they stay in dmesg only. */
  private void quieten() throws IOException, InterruptedException, TimeoutException {
    for (int attempt = 0; ; attempt++) {
      try {
        run("dmesg -n 1", Duration.ofSeconds(5));
        return;
      } catch (TimeoutException e) {
        if (attempt == 3) {
          throw e;
        }
      }
    }
  }

  /** A number for a command that no other of this guest has. */
  public int nextId() {
    return ++lastId;
  }

  /**
   * Begins a command that takes the line over, e.g. a shell for a person. Its end is told by {@code
   * PATCHBAY-EXIT ID STATUS}.
   *
   * @return its ID
   */
  public int begin(String command) throws IOException {
    if (command.indexOf('\n') >= 0 || command.length() > LONGEST) {
      throw new IllegalArgumentException("not one line of at most " + LONGEST + ": " + command);
    }
    int id = nextId();
    qemu.send("run " + id + " " + command + "\n");
    return id;
  }

  /**
   * Runs a command and waits for its end.
   *
   * @param command one line of at most {@value #LONGEST} characters, for {@code sh -c}
   * @throws TimeoutException if it takes longer; it goes on in the guest, and the next one waits
   *     for it
   * @throws IOException if QEMU ended or the kernel panicked
   */
  public Answer run(String command, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    long from = qemu.serial().position();
    int id = begin(command);
    Pattern pattern =
        Pattern.compile(
            "(?s)PATCHBAY-BEGIN "
                + id
                + "\\r*\\n(.*?)\\r*\\nPATCHBAY-EXIT "
                + id
                + " (\\d+)\\r*\\n|"
                + PANIC);
    OutputLog.Found found = qemu.serial().await(pattern, from, limit);
    if (found.group(2).isEmpty()) {
      throw new IOException(found.group(0).strip() + " while running: " + command);
    }
    return new Answer(Integer.parseInt(found.group(2)), found.group(1).replace("\r", ""));
  }
}
