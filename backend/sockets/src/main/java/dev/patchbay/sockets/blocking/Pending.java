package dev.patchbay.sockets.blocking;

import org.jspecify.annotations.Nullable;

/** What waits in a {@link CallQueue}. Only on the loop. */
abstract class Pending {
  @Nullable Pending previous;
  @Nullable Pending next;

  /** Where it waits, null: nowhere. */
  @Nullable CallQueue queue;

  /**
   * Something may have changed: tries again. It has left the queue when this returns true.
   *
   * @return whether it has ended
   */
  abstract boolean retry();

  /** Ends it with a negative error. */
  abstract void fail(int error);

  /** Ends it because the loop has ended. */
  abstract void networkEnded();

  /**
   * Whether those behind it would find nothing either when this one finds nothing ({@code
   * WQ_FLAG_EXCLUSIVE}).
   */
  abstract boolean isExclusive();

  final void leaveQueue() {
    CallQueue from = queue;
    if (from != null) {
      from.remove(this);
    }
  }
}
