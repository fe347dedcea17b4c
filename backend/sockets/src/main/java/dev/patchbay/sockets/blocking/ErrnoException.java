package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Errno;
import java.net.SocketException;

/** A call failed with one of Linux's errors. */
public final class ErrnoException extends SocketException {
  private static final long serialVersionUID = 1;

  private final int errno;

  /**
   * The failure of a call.
   *
   * @param call the system call's name
   * @param errno one of {@link Errno}, positive, or negative as operations return it
   */
  public ErrnoException(String call, int errno) {
    super(call + ": " + Errno.name(errno) + " (" + Errno.text(errno) + ")");
    this.errno = Math.abs(errno);
  }

  /** One of {@link Errno}, positive. */
  public int errno() {
    return errno;
  }

  /** The error's name, for instance {@code ECONNREFUSED}. */
  public String errnoName() {
    return Errno.name(errno);
  }
}
