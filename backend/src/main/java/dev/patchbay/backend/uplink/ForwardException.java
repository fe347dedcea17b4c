package dev.patchbay.backend.uplink;

/** A port of the host that cannot be had: the message names it, why, and what helps. */
public final class ForwardException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean taken;

  ForwardException(String message, boolean taken, Throwable cause) {
    super(message, cause);
    this.taken = taken;
  }

  /** Whether somebody else has it (EADDRINUSE). */
  public boolean isTaken() {
    return taken;
  }
}
