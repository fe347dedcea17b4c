package dev.patchbay.backend.sys;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor in Netty's epoll loop: level-triggered, told to its {@link Listener} on the loop's
 * thread. It owns the descriptor: {@link #close}, or the end of the loop, closes it exactly once.
 *
 * <p>Interest is changed by epoll_ctl(2) only when it differs from what the kernel has: a listener
 * that reads until EAGAIN or its budget causes none per event. A listener may hear of readiness
 * that is gone (the number of a closed descriptor is used again within one turn): its read then
 * says EAGAIN.
 */
public final class FdHandle implements EpollIoHandle {
  /** Bits of epoll(7). */
  public static final int EPOLLIN = 1;

  public static final int EPOLLOUT = 4;
  public static final int EPOLLERR = 8;
  public static final int EPOLLHUP = 0x10;
  private static final int EPOLLET = 1 << 31;

  private static final int UNSUBMITTED = -1;

  /**
   * What a descriptor can say. All run on the loop; an exception closes the handle and goes to
   * Netty's log.
   */
  public interface Listener {
    /** Data, a connection or the end of a stream can be read. Called only with read interest. */
    void onReadable(FdHandle handle);

    /** There is room to write, or a connect has ended. Called only with write interest. */
    default void onWritable(FdHandle handle) {}

    /**
     * The error queue or SO_ERROR has something (EPOLLERR), or the connection is gone in both
     * directions (EPOLLHUP) while there is no read interest. Called before the other two. An
     * EPOLLERR that is left where it is comes again at once, for ever: take it by SO_ERROR or from
     * the error queue, or close. A hang-up is told once until interest changes.
     *
     * @param events EPOLLERR, EPOLLHUP or both
     */
    void onError(FdHandle handle, int events);
  }

  private final int fd;
  private final FileDescriptor descriptor;
  private final Listener listener;
  private final AtomicBoolean closed = new AtomicBoolean();

  // all below: the loop's thread
  private @Nullable IoEventLoop loop;
  private @Nullable IoRegistration registration;
  private int wanted;
  private int submitted = UNSUBMITTED;
  private boolean muted;

  /** Takes over a non-blocking descriptor. Nothing happens before {@link #register}. */
  public FdHandle(int fd, Listener listener) {
    this.fd = fd;
    this.descriptor = new FileDescriptor(fd);
    this.listener = listener;
  }

  /**
   * Joins a loop whose handler is epoll. On the loop's thread it is done on return. Interest may be
   * set before or after. If it fails, the descriptor is closed.
   *
   * @return when done, or why not
   */
  public Future<IoRegistration> register(IoEventLoop eventLoop) {
    loop = eventLoop;
    Future<IoRegistration> future = eventLoop.register(this);
    if (future.isDone() && eventLoop.inEventLoop()) {
      registered(future);
    } else {
      future.addListener(f -> registered(future));
    }
    return future;
  }

  private void registered(Future<IoRegistration> future) {
    if (!future.isSuccess()) {
      closeDescriptor();
      return;
    }
    registration = future.getNow();
    if (closed.get()) {
      registration.cancel();
      return;
    }
    submit();
  }

  /** The descriptor's number for calls of {@link Fd}; not to be closed by them. */
  public int number() {
    return fd;
  }

  @Override
  public FileDescriptor fd() {
    return descriptor;
  }

  /** Switches onReadable on or off. On the loop's thread, or before register. */
  public void setReadable(boolean on) {
    want(on ? wanted | EPOLLIN : wanted & ~EPOLLIN);
  }

  /** Switches onWritable on or off. On the loop's thread, or before register. */
  public void setWritable(boolean on) {
    want(on ? wanted | EPOLLOUT : wanted & ~EPOLLOUT);
  }

  public boolean isReadable() {
    return (wanted & EPOLLIN) != 0;
  }

  public boolean isWritable() {
    return (wanted & EPOLLOUT) != 0;
  }

  /** Whether {@link #close} was called, or the loop has ended. */
  public boolean isClosed() {
    return closed.get();
  }

  private void want(int events) {
    if (events != wanted) {
      wanted = events;
      muted = false;
      submit();
    }
  }

  private void submit() {
    // Netty takes a mask of 0 as the end of the registration: edge-triggered, errors alone are told
    // once
    int events = muted || wanted == 0 ? wanted | EPOLLET : wanted;
    IoRegistration current = registration;
    if (current == null || events == submitted || closed.get() || !current.isValid()) {
      return;
    }
    submitted = events;
    current.submit(EpollIoOps.valueOf(events));
  }

  @Override
  public void handle(IoRegistration from, IoEvent event) {
    int events = ((EpollIoEvent) event).ops().value();
    try {
      dispatch(events);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void dispatch(int events) {
    boolean reading = (wanted & EPOLLIN) != 0;
    int trouble = events & (reading ? EPOLLERR : EPOLLERR | EPOLLHUP);
    if (trouble != 0 && !closed.get()) {
      listener.onError(this, trouble);
    }
    // a hang-up is read as the end of the stream
    if ((events & (EPOLLIN | EPOLLHUP)) != 0 && reading && isReadable() && !closed.get()) {
      listener.onReadable(this);
    }
    // a refused connect may come as EPOLLERR | EPOLLHUP alone
    if ((events & (EPOLLOUT | EPOLLHUP)) != 0 && isWritable() && !closed.get()) {
      listener.onWritable(this);
    }
    if ((trouble & EPOLLHUP) != 0 && (wanted & EPOLLIN) == 0 && !muted) {
      mute();
    }
  }

  /**
   * The kernel reports a hang-up whether one asked or not, again each turn: a flow that waits for
   * room with unread data would spin. Edge-triggered, it is told once.
   */
  private void mute() {
    muted = true;
    submit();
  }

  /** Leaves the loop and closes the descriptor. From any thread, any number of times. */
  @Override
  public void close() {
    IoEventLoop owner = loop;
    if (owner == null || owner.inEventLoop()) {
      closeDescriptor();
      return;
    }
    try {
      owner.execute(this::closeDescriptor);
    } catch (RejectedExecutionException e) {
      // the loop has ended and dispatches nothing more
      closeDescriptor();
    }
  }

  private void closeDescriptor() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    IoRegistration current = registration;
    if (current != null && current.isValid()) {
      // before close(2): the number may be somebody else's right after it
      current.cancel();
    }
    Fd.close(fd);
  }
}
