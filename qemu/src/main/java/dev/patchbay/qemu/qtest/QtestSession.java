package dev.patchbay.qemu.qtest;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What one client sends, made into a machine's commands; without I/O. */
public final class QtestSession {
  /** Longest line that is read; a write of 1 MiB takes twice that. */
  private static final int LONGEST = 2 * QtestMachine.MOST + 256;

  private final QtestMachine machine;
  private final StringBuilder line = new StringBuilder();

  /** A session that begins. */
  public QtestSession(QtestMachine machine) {
    this.machine = machine;
  }

  /**
   * Takes bytes until a command is whole, and carries it out.
   *
   * @param in what has come; bytes behind the command are left
   * @return its answer, lines with their ends; empty where {@code in} has no end of a line
   * @throws IOException if the client sends a line without end
   */
  public String next(ByteBuffer in) throws IOException {
    while (in.hasRemaining()) {
      char c = (char) (in.get() & 0xff);
      if (c == '\n') {
        String command = line.toString();
        line.setLength(0);
        return machine.execute(command);
      }
      if (line.length() == LONGEST) {
        throw new IOException("qtest: a line of more than " + LONGEST + " characters");
      }
      line.append(c);
    }
    return "";
  }
}
