package dev.patchbay.sockets.blocking;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A thread that does one thing, whose result is asked for. */
final class Background<T> {
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private final Thread thread;

  private Background(boolean virtual, Callable<T> task) {
    Runnable body =
        () -> {
          try {
            result.complete(task.call());
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        };
    thread = virtual ? Thread.ofVirtual().start(body) : Thread.ofPlatform().daemon().start(body);
  }

  /** Starts a virtual thread. */
  static <T> Background<T> virtual(Callable<T> task) {
    return new Background<>(true, task);
  }

  /** Starts a platform thread. */
  static <T> Background<T> platform(Callable<T> task) {
    return new Background<>(false, task);
  }

  static <T> Background<T> of(boolean virtual, Callable<T> task) {
    return new Background<>(virtual, task);
  }

  Thread thread() {
    return thread;
  }

  boolean isDone() {
    return result.isDone();
  }

  /** Its result, within 60 s. */
  T get() throws Exception {
    try {
      return result.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (TimeoutException e) {
      AssertionError stuck = new AssertionError("it is still at it");
      stuck.setStackTrace(thread.getStackTrace());
      throw stuck;
    }
  }

  /** What it failed with, within 60 s. */
  Throwable failure() throws Exception {
    try {
      T value = get();
      throw new AssertionError("it did not fail: " + value);
    } catch (Exception e) {
      return e;
    }
  }
}
