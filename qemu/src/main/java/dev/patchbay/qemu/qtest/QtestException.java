package dev.patchbay.qemu.qtest;

import java.io.IOException;

/** The other side answered something else than OK. */
public final class QtestException extends IOException {
  private static final long serialVersionUID = 1;

  /** With what was asked and answered. */
  public QtestException(String command, String answer) {
    super("qtest: " + shorten(command) + ": " + answer);
  }

  private static String shorten(String command) {
    return command.length() <= 80 ? command : command.substring(0, 80) + "…";
  }
}
