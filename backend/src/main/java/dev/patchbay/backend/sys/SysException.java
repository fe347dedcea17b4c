package dev.patchbay.backend.sys;

import dev.patchbay.stack.socket.Errno;
import java.io.IOException;

/**
 * A system call failed on a cold path: set-up, start, end. Hot paths return the negative errno
 * instead.
 */
public final class SysException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final int errno;

  /**
   * @param call what failed, as in strace: {@code "bind(127.0.0.1:80)"}
   * @param errno the positive errno
   */
  public SysException(String call, int errno) {
    super(call + ": " + Errno.text(errno) + " (" + Errno.name(errno) + ")");
    this.call = call;
    this.errno = errno;
  }

  /**
   * A failure of which more is known than the errno says.
   *
   * @param what the file or address that it is about
   * @param errno the positive errno
   * @param explanation for the user, with the remedy
   */
  public SysException(String what, int errno, String explanation) {
    super(what + ": " + explanation);
    this.call = what;
    this.errno = errno;
  }

  /** What failed. */
  public String call() {
    return call;
  }

  /** The positive errno, one of {@link Errno}. */
  public int errno() {
    return errno;
  }

  /**
   * Turns the result of a call of this package into a value or an exception.
   *
   * @param result what the call returned: a value, or a negative errno
   * @param call what to name in the message
   * @return {@code result} where it is not negative
   */
  public static int check(int result, String call) throws SysException {
    if (result < 0) {
      throw new SysException(call, -result);
    }
    return result;
  }
}
