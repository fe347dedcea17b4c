package dev.patchbay.stack.bridge;

import org.jspecify.annotations.Nullable;

/** A change of a bridge that Linux refuses: its error, and the sentence that it gives beside. */
public final class BridgeRefusedException extends Exception {
  private static final long serialVersionUID = 1;

  private final int errno;

  /**
   * Without a sentence.
   *
   * @param errno of {@link dev.patchbay.stack.socket.Errno}, above 0
   */
  public BridgeRefusedException(int errno) {
    this(errno, null);
  }

  /**
   * @param errno of {@link dev.patchbay.stack.socket.Errno}, above 0
   * @param sentence of the extended acknowledgement, without full stop
   */
  public BridgeRefusedException(int errno, @Nullable String sentence) {
    super(sentence, null, false, false);
    this.errno = errno;
  }

  /** The error, above 0. */
  public int errno() {
    return errno;
  }
}
