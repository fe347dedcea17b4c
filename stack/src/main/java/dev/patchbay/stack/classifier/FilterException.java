package dev.patchbay.stack.classifier;

/** A change of filters that cannot be: nothing was changed. The message is the kernel's. */
public final class FilterException extends Exception {
  private static final long serialVersionUID = 1;

  private FilterException(String message) {
    super(message, null, false, false);
  }

  /** With the kernel's explanation ({@code NL_SET_ERR_MSG}). */
  public static FilterException of(String explanation) {
    return new FilterException("Error: " + explanation + ".");
  }

  /** EINVAL without an explanation. */
  public static FilterException invalid() {
    return answered("Invalid argument");
  }

  /** An error in words without an explanation. */
  static FilterException answered(String error) {
    return new FilterException("RTNETLINK answers: " + error);
  }

  /** Its message, which is never null. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
