package dev.patchbay.stack.qdisc;

/** A change of qdiscs that cannot be: nothing was changed. The message is the kernel's. */
public final class QdiscException extends Exception {
  private static final long serialVersionUID = 1;

  private QdiscException(String message) {
    super(message, null, false, false);
  }

  /** With the kernel's explanation ({@code NL_SET_ERR_MSG}). */
  static QdiscException of(String explanation) {
    return new QdiscException("Error: " + explanation + ".");
  }

  /** EINVAL without an explanation. */
  static QdiscException invalid() {
    return new QdiscException("RTNETLINK answers: Invalid argument");
  }

  /** Its message, which is never null. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
