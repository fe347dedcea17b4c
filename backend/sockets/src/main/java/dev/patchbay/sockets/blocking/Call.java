package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.time.Timer;
import java.io.IOException;
import java.net.SocketException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One call of a thread that may block. The thread posts it to the loop and parks; the loop tries
 * the operation, keeps it in a {@link CallQueue} while it would block, and ends it exactly once:
 * with a result, an error, the time-out, or because the thread was interrupted. Since the loop
 * decides all of these, none of them can overtake another, and nothing that was taken off a socket
 * is lost.
 *
 * <p>What the caller sets before {@link #perform} the loop may use until it has ended; what the
 * loop leaves the caller may read after it.
 */
abstract class Call extends Pending {
  /** A time-out: for ever. */
  static final long FOREVER = 0;

  final BlockingNetwork network;

  /** In the chain of {@link PostedCalls}. */
  @Nullable Call postedBefore;

  private volatile boolean done;
  private @Nullable Thread caller;
  private int result;
  private @Nullable Throwable defect;
  private boolean ended;

  /** It would have blocked, and has not ended since. On the loop. */
  private boolean waits;

  /** It is given up, and a task that says so may still name it: it must not serve another call. */
  private volatile boolean givenUp;

  private @Nullable Timer timer;

  Call(BlockingNetwork network) {
    this.network = network;
  }

  // ---- of the operations, on the loop

  /** Tries: ends it by {@link #finish} and returns true, or returns false where it would block. */
  protected abstract boolean attempt();

  /** Whether it is to wait where it would block. */
  protected abstract boolean mayWait();

  /** Where it waits. */
  protected abstract void enqueue();

  /** How long it waits, ns; {@link #FOREVER}. */
  protected abstract long timeout();

  /** Its result where it would block and does not wait, or has waited long enough. */
  protected abstract int timedOut();

  /** Its result where the thread was interrupted. */
  protected abstract int interrupted();

  // ---- on the caller's thread

  /**
   * Goes through with it.
   *
   * @param interruptible whether an interrupt ends it; one that does not end it is kept for the
   *     caller, as one that does
   * @return a result from 0 on, or a negative error; {@code -EINTR} where it was interrupted
   * @throws SocketException the network has ended
   */
  final int perform(boolean interruptible) throws IOException {
    network.checkCaller();
    caller = Thread.currentThread();
    done = false;
    ended = false;
    defect = null;
    if (!network.post(this)) {
      throw network.ended();
    }
    await(interruptible);
    caller = null;
    if (ended) {
      throw network.ended();
    }
    if (defect != null) {
      throw new IOException("defect: a call failed on the loop", defect);
    }
    return result;
  }

  private void await(boolean interruptible) {
    boolean interrupted = false;
    while (!done) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        if (interruptible && !givenUp) {
          givenUp = true;
          giveUp();
        }
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void giveUp() {
    try {
      network
          .loop()
          .execute(() -> {
            if (waits) {
              finish(interrupted());
            }
          });
    } catch (RejectedExecutionException e) {
      // the loop's end ends the call
      return;
    }
  }

  /** Whether it may be performed once more. */
  final boolean isReusable() {
    return !givenUp;
  }

  // ---- on the loop

  /** The loop has it. */
  final void start() {
    try {
      begin();
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void begin() {
    if (attempt()) {
      return;
    }
    if (!mayWait()) {
      finish(timedOut());
      return;
    }
    if (givenUp) {
      // the loop heard of that first: somebody else's task is to start this call
      finish(interrupted());
      return;
    }
    waits = true;
    enqueue();
    long limit = timeout();
    if (limit != FOREVER) {
      Timer t = timer;
      if (t == null) {
        t = network.loop().timer(this::expired);
        timer = t;
      }
      long now = network.loop().now();
      t.arm(now + Math.min(limit, Long.MAX_VALUE - now));
    }
  }

  /** A defect is the caller's to hear of, not the loop's end. */
  private boolean failed(Throwable e) {
    defect = e;
    return finish(-Errno.EIO);
  }

  private void expired() {
    if (waits) {
      finish(timedOut());
    }
  }

  @Override
  final boolean retry() {
    try {
      return attempt();
    } catch (RuntimeException | Error e) {
      return failed(e);
    }
  }

  @Override
  void fail(int error) {
    finish(error);
  }

  @Override
  final void networkEnded() {
    ended = true;
    finish(-Errno.EBADF);
  }

  /** Ends it: the caller goes on. */
  final boolean finish(int value) {
    waits = false;
    leave();
    if (timer != null) {
      timer.cancel();
    }
    result = value;
    Thread waiting = caller;
    done = true;
    LockSupport.unpark(waiting);
    return true;
  }

  /** Leaves all queues. */
  protected void leave() {
    leaveQueue();
  }
}
