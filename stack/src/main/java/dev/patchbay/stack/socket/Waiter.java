package dev.patchbay.stack.socket;

import org.jspecify.annotations.Nullable;

/**
 * Who is told when a socket may have become ready ({@code wait_queue_entry_t}). On one socket at a
 * time; only on the loop.
 */
public abstract class Waiter {
  @Nullable Socket socket;
  @Nullable Waiter previous;
  @Nullable Waiter next;

  /**
   * Something happened. Called while a packet is being taken in or at the end of the turn: it may
   * look at {@link Socket#poll} and take note, and leaves all else to later ({@link Epoll} calls at
   * the end of the turn).
   *
   * @param events what happened, bits of {@link PollEvents}; 0: the state changed, anything may be
   *     ready
   */
  protected abstract void wake(Socket woken, int events);

  /** The socket it waits on, null: none. */
  public final @Nullable Socket socket() {
    return socket;
  }
}
