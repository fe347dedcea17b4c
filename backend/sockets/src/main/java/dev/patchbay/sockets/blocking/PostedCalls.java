package dev.patchbay.sockets.blocking;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Calls on their way to the loop. A loop that ends may accept a task and never run it, without a
 * word to anybody; so a call is known here from before the loop hears of it until it starts, and
 * those that did not start are ended by {@link #end}. Calls that are posted while the loop is busy
 * share one task.
 */
final class PostedCalls {
  private final Executor loop;

  /** Stands where {@link #end} was. */
  private final Call over;

  /** The last one posted; each names the one before. */
  private final AtomicReference<@Nullable Call> last = new AtomicReference<>();

  private final Runnable startAll = this::startAll;

  /**
   * None yet.
   *
   * @param loop runs what it is given in the order in which it comes; may refuse
   * @param over a call that nobody performs
   */
  PostedCalls(Executor loop, Call over) {
    this.loop = loop;
    this.over = over;
  }

  /**
   * Has a call started in a later task of the loop, or ended by {@link #end}. From any thread.
   *
   * @return whether; false: {@link #end} was before
   */
  boolean post(Call call) {
    Call before;
    do {
      before = last.get();
      if (isOver(before)) {
        return false;
      }
      call.postedBefore = before;
    } while (!last.compareAndSet(before, call));
    if (before == null) {
      try {
        loop.execute(startAll);
      } catch (RejectedExecutionException e) {
        // the loop's end ends the call
        return true;
      }
    }
    return true;
  }

  private void startAll() {
    if (isOver()) {
      return;
    }
    Call call = firstOf(last.getAndSet(null));
    while (call != null) {
      Call following = call.postedBefore;
      // the caller may post it again as soon as it has ended
      call.postedBefore = null;
      call.start();
      call = following;
    }
  }

  /** Turns a chain round. */
  private static @Nullable Call firstOf(@Nullable Call newest) {
    Call turned = null;
    Call call = newest;
    while (call != null) {
      Call before = call.postedBefore;
      call.postedBefore = turned;
      turned = call;
      call = before;
    }
    return turned;
  }

  /** Ends those that have not started, and takes no more. On the loop, or once it has ended. */
  void end() {
    Call call = firstOf(last.getAndSet(over));
    while (call != null) {
      Call following = call.postedBefore;
      call.postedBefore = null;
      call.networkEnded();
      call = following;
    }
  }

  boolean isOver() {
    return isOver(last.get());
  }

  /** That one object, whatever is equal to it. */
  @SuppressWarnings("ReferenceEquality")
  private boolean isOver(@Nullable Call call) {
    return call == over;
  }
}
