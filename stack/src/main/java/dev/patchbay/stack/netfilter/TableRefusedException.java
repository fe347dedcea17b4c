package dev.patchbay.stack.netfilter;

import org.jspecify.annotations.Nullable;

/** A table that may not be so. */
public final class TableRefusedException extends Exception {
  private static final long serialVersionUID = 1;

  private final int errno;
  private final @Nullable String chain;

  /**
   * A refusal.
   *
   * @param errno Linux's number
   * @param chain the chain at which it was found, or null
   */
  TableRefusedException(int errno, @Nullable String chain) {
    super(null, null, false, false);
    this.errno = errno;
    this.chain = chain;
  }

  public int errno() {
    return errno;
  }

  public @Nullable String chain() {
    return chain;
  }
}
