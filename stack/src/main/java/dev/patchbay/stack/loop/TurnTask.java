package dev.patchbay.stack.loop;

import org.jspecify.annotations.Nullable;

/** Work deferred to the end of a turn of the loop, linked without allocation. */
public abstract class TurnTask {
  boolean pending;
  @Nullable TurnTask next;

  /** Called once at the end of the turn in which it was asked for. */
  protected abstract void run();

  /** A task that calls {@code action}. */
  public static TurnTask of(Runnable action) {
    return new TurnTask() {
      @Override
      protected void run() {
        action.run();
      }
    };
  }
}
