package dev.patchbay.stack.socket;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.loop.TurnTask;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Readiness of many sockets (epoll(7)) without a thread that waits: {@link #onReady} is called at
 * the end of a turn of the loop in which something became ready, and {@link #take} is {@code
 * epoll_wait} without time-out. Level-triggered unless {@link PollEvents#EPOLLET} is asked for; as
 * with Linux, an entry that is level-triggered comes out of {@link #take} again for as long as it
 * is ready. Only on the loop.
 */
public final class Epoll {
  private static final int PRIVATE = PollEvents.EPOLLET | PollEvents.EPOLLONESHOT;
  private static final int ALWAYS = PollEvents.POLLERR | PollEvents.POLLHUP;

  /** A socket in an {@link Epoll}. */
  public static final class Registration extends Waiter {
    private final Epoll owner;
    private int interest;
    private long data;
    private int ready;
    private boolean queued;
    private @Nullable Registration nextReady;

    private Registration(Epoll owner) {
      this.owner = owner;
    }

    /** What the caller gave to know it again. */
    public long data() {
      return data;
    }

    /** What was ready when {@link Epoll#take} gave it out, bits of {@link PollEvents}. */
    public int ready() {
      return ready;
    }

    void forget(Socket closed) {
      owner.registrations.remove(closed);
      interest = 0;
    }

    @Override
    protected void wake(Socket woken, int events) {
      if ((interest & ~PRIVATE) != 0 && (events == 0 || (events & interest) != 0)) {
        owner.enqueue(this);
      }
    }
  }

  private final EventLoop loop;
  private final Runnable onReady;
  private final TurnTask endOfTurn = TurnTask.of(this::report);
  private final Map<Socket, Registration> registrations = new IdentityHashMap<>();
  private @Nullable Registration first;
  private @Nullable Registration last;
  private int count;

  /**
   * @param onReady called at the end of each turn in which something may have become ready
   */
  public Epoll(EventLoop loop, Runnable onReady) {
    this.loop = loop;
    this.onReady = onReady;
  }

  /**
   * {@code EPOLL_CTL_ADD}. A socket that is closed leaves by itself.
   *
   * @param events bits of {@link PollEvents}; errors and hang-ups are always reported
   * @return 0, or {@code -EEXIST}, {@code -EBADF}
   */
  public int add(Socket socket, int events, long data) {
    if (socket.isClosed()) {
      return -Errno.EBADF;
    }
    if (registrations.containsKey(socket)) {
      return -Errno.EEXIST;
    }
    Registration r = new Registration(this);
    r.interest = events | ALWAYS;
    r.data = data;
    registrations.put(socket, r);
    socket.addWaiter(r);
    enqueueIfReady(socket, r);
    return 0;
  }

  /**
   * {@code EPOLL_CTL_MOD}; also wakes an {@link PollEvents#EPOLLONESHOT} one that has reported.
   *
   * @return 0, or {@code -ENOENT}
   */
  public int modify(Socket socket, int events, long data) {
    Registration r = registrations.get(socket);
    if (r == null) {
      return -Errno.ENOENT;
    }
    r.interest = events | ALWAYS;
    r.data = data;
    enqueueIfReady(socket, r);
    return 0;
  }

  /**
   * {@code EPOLL_CTL_DEL}.
   *
   * @return 0, or {@code -ENOENT}
   */
  public int delete(Socket socket) {
    Registration r = registrations.remove(socket);
    if (r == null) {
      return -Errno.ENOENT;
    }
    socket.removeWaiter(r);
    r.interest = 0;
    return 0;
  }

  /** Sockets in it. */
  public int size() {
    return registrations.size();
  }

  private void enqueueIfReady(Socket socket, Registration r) {
    if ((socket.poll() & r.interest) != 0) {
      enqueue(r);
    }
  }

  private void enqueue(Registration r) {
    append(r);
    loop.atEndOfTurn(endOfTurn);
  }

  private void append(Registration r) {
    if (r.queued) {
      return;
    }
    r.queued = true;
    r.nextReady = null;
    if (last == null) {
      first = r;
    } else {
      last.nextReady = r;
    }
    last = r;
    count++;
  }

  private @Nullable Registration poll() {
    Registration r = first;
    if (r != null) {
      first = r.nextReady;
      if (first == null) {
        last = null;
      }
      r.nextReady = null;
      r.queued = false;
      count--;
    }
    return r;
  }

  private void report() {
    if (first != null) {
      onReady.run();
    }
  }

  /**
   * Gives out what is ready now ({@code epoll_wait} with time-out 0).
   *
   * @return how many elements of {@code out} were set
   */
  public int take(Registration[] out) {
    int taken = 0;
    for (int left = count; left > 0 && taken < out.length; left--) {
      Registration r = poll();
      if (r == null) {
        break;
      }
      Socket socket = r.socket();
      if (socket == null) {
        // it was closed or deleted meanwhile
        continue;
      }
      int mask = socket.poll() & r.interest;
      if (mask == 0) {
        continue;
      }
      r.ready = mask;
      out[taken++] = r;
      if ((r.interest & PollEvents.EPOLLONESHOT) != 0) {
        r.interest &= PRIVATE;
      } else if ((r.interest & PollEvents.EPOLLET) == 0) {
        append(r);
      }
    }
    return taken;
  }
}
