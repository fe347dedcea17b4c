package dev.patchbay.backend.config;

/**
 * A directory that cannot serve an instance, or a name that is taken. The message is what the user
 * sees; the exit status that belongs to it is 1.
 */
public final class InstanceException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The exit status of failed resources. */
  public static final int EXIT_STATUS = 1;

  /**
   * A fault with the message as the user is to see it.
   *
   * @param message the whole message, without the name of the program
   */
  public InstanceException(String message) {
    super(message);
  }

  /** The message; unlike that of other exceptions it is never null. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
