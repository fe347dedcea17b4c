package dev.patchbay.it;

/**
 * How a command ended.
 *
 * @param command the command, for messages
 * @param status its exit status
 * @param output what it printed, standard error included where the two are not kept apart
 * @param errors standard error where it is kept apart, else empty
 */
public record Result(String command, int status, String output, String errors) {

  /** Whether the exit status is 0. */
  public boolean succeeded() {
    return status == 0;
  }

  /**
   * The output without blanks around it, of a command that must have succeeded.
   *
   * @throws AssertionError with command, status and output if it failed
   */
  public String ok() {
    if (status != 0) {
      throw new AssertionError("status " + status + " of: " + command + "\n" + output + errors);
    }
    return output.strip();
  }
}
