package dev.patchbay.stack.link;

import dev.patchbay.stack.socket.Errno;
import org.jspecify.annotations.Nullable;

/** A change of a link that is refused: Linux's error, and its sentence where it has one. */
public final class LinkRefusedException extends Exception {
  private static final long serialVersionUID = 1;

  private final int errno;
  private final @Nullable String sentence;

  /** An error without a sentence. */
  public LinkRefusedException(int errno) {
    this(errno, null);
  }

  /**
   * An error with a sentence ({@code extack}).
   *
   * @param errno one of {@link Errno}, positive
   */
  public LinkRefusedException(int errno, @Nullable String sentence) {
    super(sentence == null ? Errno.text(errno) : sentence, null, false, false);
    this.errno = errno;
    this.sentence = sentence;
  }

  /** The error, positive. */
  public int errno() {
    return errno;
  }

  /** The sentence, or null. */
  public @Nullable String sentence() {
    return sentence;
  }
}
