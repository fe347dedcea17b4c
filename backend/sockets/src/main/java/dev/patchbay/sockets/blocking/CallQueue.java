package dev.patchbay.sockets.blocking;

import org.jspecify.annotations.Nullable;

/** Those who wait for one direction of a socket, the first come first. Only on the loop. */
final class CallQueue {
  private final BlockingSocket owner;
  private @Nullable Pending first;
  private @Nullable Pending last;

  CallQueue(BlockingSocket owner) {
    this.owner = owner;
  }

  boolean isEmpty() {
    return first == null;
  }

  /** For tests. */
  int size() {
    int count = 0;
    for (Pending p = first; p != null; p = p.next) {
      count++;
    }
    return count;
  }

  void add(Pending pending) {
    pending.queue = this;
    pending.next = null;
    pending.previous = last;
    if (last == null) {
      first = pending;
    } else {
      last.next = pending;
    }
    last = pending;
    owner.beginWaiting();
  }

  void remove(Pending pending) {
    if (pending.previous == null) {
      first = pending.next;
    } else {
      pending.previous.next = pending.next;
    }
    if (pending.next == null) {
      last = pending.previous;
    } else {
      pending.next.previous = pending.previous;
    }
    pending.queue = null;
    pending.previous = null;
    pending.next = null;
    owner.endWaiting();
  }

  /** Lets them try again, as long as there is something to be found. */
  void serve() {
    Pending p = first;
    while (p != null) {
      Pending following = p.next;
      boolean exclusive = p.isExclusive();
      if (!p.retry() && exclusive) {
        return;
      }
      // the end of one may be that of the next, where it waits for several
      p = following != null && following.queue == null ? first : following;
    }
  }

  void failAll(int error) {
    for (Pending p = first; p != null; p = first) {
      p.fail(error);
    }
  }

  void networkEnded() {
    for (Pending p = first; p != null; p = first) {
      p.networkEnded();
    }
  }
}
