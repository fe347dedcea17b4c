package dev.patchbay.qemu.qmp;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One {@code stop} and {@code cont} of ours on a connection, from their writing to their answers,
 * and which STOP and RESUME are theirs.
 *
 * <p>QEMU carries out one command at a time and tells what happens before it answers, so on one
 * connection the order says it: the last STOP before the answer to our {@code stop} is ours, unless
 * the machine was continued behind it; the last RESUME before the answer to our {@code cont}
 * likewise. All events are held back until then, so that the others keep their order; but not for
 * ever: an answer that does not come in time ends it ({@link QmpConnection#PAUSE_LIMIT}).
 *
 * <p>What cannot be told apart: a STOP of the owner between our writing of {@code stop} and QEMU's
 * carrying it out, since ours then does nothing and says nothing. QEMU has no command that
 * continues a machine only if we were the ones who stopped it.
 */
final class OwnPause {
  /** Most events that are held back; QEMU tells of a pause in two. */
  static final int MOST_HELD = 1024;

  private final Consumer<QmpEvent> others;
  private final ArrayDeque<QmpEvent> held = new ArrayDeque<>();
  private final CompletableFuture<Boolean> over = new CompletableFuture<>();
  private boolean ended;

  /**
   * Begins with the writing.
   *
   * @param others is given the events that are not ours
   */
  OwnPause(Consumer<QmpEvent> others) {
    this.others = others;
  }

  /** An event came. Beyond {@link #MOST_HELD} the oldest is let go, whosever it is. */
  synchronized void event(QmpEvent event) {
    if (ended) {
      others.accept(event);
      return;
    }
    if (held.size() == MOST_HELD) {
      others.accept(held.removeFirst());
    }
    held.add(event);
  }

  /** The answer to {@code stop}, or its failure. */
  synchronized void stopped(boolean good) {
    release(good ? QmpEvent.STOP : "", QmpEvent.RESUME);
  }

  /** The answer to {@code cont}, or why there is none; from now on all events flow. */
  void continued(@Nullable Throwable failure) {
    synchronized (this) {
      release(failure == null ? QmpEvent.RESUME : "", QmpEvent.STOP);
      ended = true;
    }
    if (failure == null) {
      over.complete(true);
    } else {
      over.completeExceptionally(failure);
    }
  }

  private void release(String own, String opposite) {
    Iterator<QmpEvent> backwards = held.descendingIterator();
    while (backwards.hasNext()) {
      String name = backwards.next().name();
      if (name.equals(own)) {
        backwards.remove();
        break;
      }
      if (name.equals(opposite)) {
        break;
      }
    }
    held.forEach(others);
    held.clear();
  }

  /** Done (true) when the machine was stopped and continued; fails as the commands do. */
  CompletableFuture<Boolean> over() {
    return over;
  }
}
