package dev.patchbay.backend.sys;

/**
 * The host's error numbers, those of Linux on x86-64, with their names and the words that C library
 * users know (errno(3)): the same as the stack's, from one table. Positive here; calls of this
 * package return them negated.
 */
public final class Errno extends dev.patchbay.stack.socket.Errno {
  private Errno() {}

  /**
   * Whether a call only has to be repeated when the descriptor is ready again, or at once (EINTR).
   */
  public static boolean isTransient(int errno) {
    return errno == EAGAIN || errno == EINTR || errno == EINPROGRESS;
  }
}
