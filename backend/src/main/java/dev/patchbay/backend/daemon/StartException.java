package dev.patchbay.backend.daemon;

/** The daemon cannot start: the message for the user, and the exit status. */
final class StartException extends Exception {
  private static final long serialVersionUID = 1;

  private final int status;

  StartException(String message, int status) {
    super(message, null, false, false);
    this.status = status;
  }

  /** 1 a resource failed, 2 configuration or a failed {@code --exec}. */
  int status() {
    return status;
  }
}
