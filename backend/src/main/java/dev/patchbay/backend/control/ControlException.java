package dev.patchbay.backend.control;

/** A request that is refused: HTTP status, and code and message of the error's body. */
public final class ControlException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String code;

  /**
   * @param status HTTP status, 400 to 599
   * @param code short word for programs, e.g. {@code taken}
   * @param message for people
   */
  public ControlException(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  public int status() {
    return status;
  }

  public String code() {
    return code;
  }
}
