package dev.patchbay.stack.sysctl;

/** A value that is not taken. */
public final class SysctlException extends Exception {
  private static final long serialVersionUID = 1;

  private final int errno;

  /**
   * For one of {@code Errno}.
   *
   * @param errno positive
   */
  public SysctlException(int errno) {
    super("errno " + errno, null, false, false);
    this.errno = errno;
  }

  /** One of {@code Errno}, positive. */
  public int errno() {
    return errno;
  }
}
