package dev.patchbay.stack.loop;

import org.jspecify.annotations.Nullable;

/** The tasks deferred to the end of a turn, for implementations of {@link EventLoop}. */
public final class TurnQueue {
  private @Nullable TurnTask first;
  private @Nullable TurnTask last;

  /** Adds it, unless it already waits. */
  public void add(TurnTask task) {
    if (task.pending) {
      return;
    }
    task.pending = true;
    task.next = null;
    if (last == null) {
      first = task;
    } else {
      last.next = task;
    }
    last = task;
  }

  public boolean isEmpty() {
    return first == null;
  }

  /** Runs all, those added meanwhile included. */
  public void run() {
    for (TurnTask task = first; task != null; task = first) {
      first = task.next;
      if (first == null) {
        last = null;
      }
      task.pending = false;
      task.next = null;
      task.run();
    }
  }
}
