package dev.patchbay.stack.admin;

import dev.patchbay.stack.socket.Errno;
import org.jspecify.annotations.Nullable;

/** A command that fails: what goes to standard error, and the exit status. */
public final class RefusedException extends Exception {
  /** Wrong syntax, as iproute2 exits for it. */
  public static final int SYNTAX = 255;

  /** Correct, but not supported here. */
  public static final int UNSUPPORTED = 2;

  /** Names something that is not there. */
  public static final int FAILED = 1;

  private static final long serialVersionUID = 1;

  private final int status;

  public RefusedException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  public static RefusedException unsupported(String what) {
    return new RefusedException(UNSUPPORTED, "Error: '" + what + "' is not supported yet.");
  }

  public static RefusedException incomplete() {
    return new RefusedException(SYNTAX, "Command line is not complete. Try option \"help\"");
  }

  /** A second device, or a word that is none. */
  public static RefusedException garbage(String word) {
    return garbage("dev", word);
  }

  /** A word that is the second value of {@code key}, or none at all ({@code duparg2}). */
  public static RefusedException garbage(String key, String word) {
    return new RefusedException(
        SYNTAX, "Error: either \"" + key + "\" is duplicate, or \"" + word + "\" is a garbage.");
  }

  /** A second value of {@code key} ({@code duparg}). */
  public static RefusedException duplicate(String key, String word) {
    return new RefusedException(
        SYNTAX, "Error: duplicate \"" + key + "\": \"" + word + "\" is the second value.");
  }

  /** An argument that does not fit ({@code invarg}). */
  public static RefusedException wrong(String word, String what) {
    return new RefusedException(SYNTAX, "Error: argument \"" + word + "\" is wrong: " + what);
  }

  public static RefusedException noPrefix(String word) {
    return new RefusedException(
        FAILED, "Error: any valid prefix is expected rather than \"" + word + "\".");
  }

  /** What the kernel answered: its sentence, or its error in words. */
  public static RefusedException answered(int errno, @Nullable String sentence) {
    return new RefusedException(
        2,
        sentence != null ? "Error: " + sentence + "." : "RTNETLINK answers: " + Errno.text(errno));
  }

  public int status() {
    return status;
  }
}
