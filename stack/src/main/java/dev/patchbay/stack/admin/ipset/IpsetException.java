package dev.patchbay.stack.admin.ipset;

/** A command of ipset that ends here; what it says, and how. */
final class IpsetException extends Exception {
  /** What stands around the message, and the exit status. */
  enum Kind {
    /** Wrong words, where to find help behind it. */
    PARAMETER(2),
    /** Options that do not fit. */
    OTHER(1),
    /** What is wrong within a word, or the kernel's answer: with the line of a restore file. */
    SESSION(1),
    /** Correct, but not supported here. */
    UNSUPPORTED(2),
    /** No fault, but the end of all: the message stands alone. */
    NOTICE(1),
    /** As that, and a success. */
    WARNING(0);

    private final int status;

    Kind(int status) {
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  private static final long serialVersionUID = 1;

  private final Kind kind;
  private final String text;

  IpsetException(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
    text = message;
  }

  static IpsetException parameter(String message) {
    return new IpsetException(Kind.PARAMETER, message);
  }

  static IpsetException other(String message) {
    return new IpsetException(Kind.OTHER, message);
  }

  static IpsetException session(String message) {
    return new IpsetException(Kind.SESSION, message);
  }

  /** A word that cannot be read. */
  static IpsetException syntax(String message) {
    return session("Syntax error: " + message);
  }

  static IpsetException unsupported(String name) {
    return new IpsetException(Kind.UNSUPPORTED, "not supported here: " + name);
  }

  Kind kind() {
    return kind;
  }

  String text() {
    return text;
  }
}
