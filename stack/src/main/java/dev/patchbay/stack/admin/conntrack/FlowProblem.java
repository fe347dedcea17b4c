package dev.patchbay.stack.admin.conntrack;

/** A command that fails. */
final class FlowProblem extends Exception {
  /** Wrong words. */
  static final int SYNTAX = 2;

  /** The kernel's answer. */
  static final int FAILED = 1;

  private static final long serialVersionUID = 1;

  private final int status;
  private final String text;

  private FlowProblem(int status, String text) {
    super(text, null, false, false);
    this.status = status;
    this.text = text;
  }

  /** Wrong words; where help is to be found stands behind. */
  static FlowProblem syntax(String message) {
    return new FlowProblem(
        SYNTAX,
        headed(message) + "Try `conntrack -h' or 'conntrack --help' for more information.\n");
  }

  static FlowProblem other(String message) {
    return new FlowProblem(FAILED, headed(message));
  }

  /** What conntrack knows and we do not. */
  static FlowProblem unsupported(String name) {
    return new FlowProblem(SYNTAX, "conntrack: not supported here: " + name + "\n");
  }

  private static String headed(String message) {
    return ConntrackCommand.HEAD + message + "\n";
  }

  int status() {
    return status;
  }

  /** What is printed on standard error. */
  String text() {
    return text;
  }
}
