package dev.patchbay.qemu.qmp;

import java.util.ArrayList;
import java.util.List;
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
 * likewise. All events are held back until then, so that the others keep their order.
 *
 * <p>What cannot be told apart: a STOP of the owner between our writing of {@code stop} and QEMU's
 * carrying it out, since ours then does nothing and says nothing. QEMU has no command that
 * continues a machine only if we were the ones who stopped it.
 */
final class OwnPause {
  private final Consumer<QmpEvent> others;
  private final List<QmpEvent> held = new ArrayList<>();
  private final CompletableFuture<Boolean> over = new CompletableFuture<>();

  /**
   * Begins with the writing.
   *
   * @param others is given the events that are not ours
   */
  OwnPause(Consumer<QmpEvent> others) {
    this.others = others;
  }

  /** An event came. */
  synchronized void event(QmpEvent event) {
    if (over.isDone()) {
      others.accept(event);
    } else {
      held.add(event);
    }
  }

  /** The answer to {@code stop}, or its failure. */
  synchronized void stopped(boolean good) {
    release(good ? QmpEvent.STOP : "", QmpEvent.RESUME);
  }

  /** The answer to {@code cont}, or why there is none. */
  void continued(@Nullable Throwable failure) {
    synchronized (this) {
      release(failure == null ? QmpEvent.RESUME : "", QmpEvent.STOP);
    }
    if (failure == null) {
      over.complete(true);
    } else {
      over.completeExceptionally(failure);
    }
  }

  private void release(String own, String opposite) {
    for (int i = held.size() - 1; i >= 0; i--) {
      String name = held.get(i).name();
      if (name.equals(own)) {
        held.remove(i);
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
