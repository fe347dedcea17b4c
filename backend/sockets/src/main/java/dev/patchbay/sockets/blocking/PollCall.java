package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.PollEvents;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** poll(2). */
final class PollCall extends Call {
  private static final int ALWAYS = PollEvents.POLLERR | PollEvents.POLLHUP | PollFd.POLLNVAL;

  private final PollFd[] fds;
  private final Item[] items;
  private final long timeoutMillis;

  PollCall(BlockingNetwork network, List<PollFd> fds, long timeoutMillis) {
    super(network);
    this.fds = fds.toArray(PollFd[]::new);
    this.items = new Item[this.fds.length];
    this.timeoutMillis = timeoutMillis;
  }

  @Override
  protected boolean attempt() {
    int ready = 0;
    for (PollFd fd : fds) {
      int state = fd.socket().isShut() ? PollFd.POLLNVAL : fd.socket().socket().poll();
      fd.revents = state & (fd.events | ALWAYS);
      ready += fd.revents == 0 ? 0 : 1;
    }
    return ready > 0 && finish(ready);
  }

  @Override
  protected boolean mayWait() {
    return timeoutMillis != 0;
  }

  @Override
  protected void enqueue() {
    for (int i = 0; i < fds.length; i++) {
      items[i] = new Item();
      fds[i].socket().pollers().add(items[i]);
    }
  }

  @Override
  protected void leave() {
    super.leave();
    for (Item item : items) {
      if (item != null) {
        item.leaveQueue();
      }
    }
  }

  @Override
  protected long timeout() {
    return timeoutMillis < 0 ? FOREVER : TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
  }

  @Override
  protected int timedOut() {
    return 0;
  }

  @Override
  protected int interrupted() {
    return -Errno.EINTR;
  }

  @Override
  boolean isExclusive() {
    return false;
  }

  /** The call in the queue of one of its sockets. */
  private final class Item extends Pending {
    @Override
    boolean retry() {
      return PollCall.this.retry();
    }

    @Override
    void fail(int error) {
      leaveQueue();
      PollCall.this.retry();
    }

    @Override
    void networkEnded() {
      PollCall.this.networkEnded();
    }

    @Override
    boolean isExclusive() {
      return false;
    }
  }
}
