package dev.patchbay.stack.admin.iptables.extension;

/** A command of iptables that fails; the program's name stands before the message elsewhere. */
public final class IptablesException extends Exception {
  /** What the message looks like, and the exit status. */
  public enum Kind {
    /** Wrong words: the version before it, where to find help behind it; status 2. */
    PARAMETER(2),
    /** As that, without the version. */
    WORD(2),
    /** Something else: the version before it; status 1. */
    OTHER(1),
    /** A table that is not there: the version before it, what to do behind it; status 3. */
    VERSION(3),
    /** A message without anything before it; status 1. */
    BARE(1),
    /** The kernel's answer to one command: the name alone before it; status 1. */
    ANSWER(1),
    /** The kernel's answer to a whole change: the version before it; status 4. */
    RESOURCE(4),
    /** Correct, but not supported here: the name alone before it; status 2. */
    UNSUPPORTED(2);

    private final int status;

    Kind(int status) {
      this.status = status;
    }

    public int status() {
      return status;
    }
  }

  private static final long serialVersionUID = 1;

  private final Kind kind;
  private final String text;

  public IptablesException(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
    text = message;
  }

  /** Wrong words. */
  public static IptablesException parameter(String message) {
    return new IptablesException(Kind.PARAMETER, message);
  }

  /** The kernel's answer. */
  public static IptablesException answer(String message) {
    return new IptablesException(Kind.ANSWER, message);
  }

  /** What iptables knows and we do not. */
  public static IptablesException unsupported(String name) {
    return new IptablesException(Kind.UNSUPPORTED, "not supported here: " + name);
  }

  /** The message. */
  public String text() {
    return text;
  }

  public Kind kind() {
    return kind;
  }
}
