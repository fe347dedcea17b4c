package dev.patchbay.backend.config;

/**
 * A fault in the options or the configuration file. The message is what the user sees: it names the
 * option or line, the word, and what was expected. The exit status that belongs to it is {@value
 * #EXIT_STATUS}.
 */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The exit status of usage and configuration faults. */
  public static final int EXIT_STATUS = 2;

  /**
   * A fault with the message as the user is to see it.
   *
   * @param message the whole message, without the name of the program
   */
  public ConfigException(String message) {
    super(message);
  }

  /** The message; unlike that of other exceptions it is never null. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
