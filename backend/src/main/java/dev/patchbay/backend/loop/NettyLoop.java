package dev.patchbay.backend.loop;

import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.loop.TurnQueue;
import dev.patchbay.stack.loop.TurnTask;
import dev.patchbay.stack.time.TimerWheel;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The stack's loop on one thread of Netty's epoll loop. The monotonic clock begins at 0 when the
 * loop is made.
 *
 * <p>The end of a turn is a Netty task queued by the first {@link #enter} of the turn: it runs
 * after all descriptors of this round were served, so that frames gathered by all of them leave
 * with one system call per port.
 */
public final class NettyLoop implements EventLoop, AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(NettyLoop.class);
  private static final long WALL_REFRESH = 1_000_000_000L;
  private static final long NOT_ARMED = Long.MAX_VALUE;

  /**
   * Time for tasks of which others come, as packets on the loopback make them, before descriptors
   * are looked at again; Netty looks at the clock once in 64 tasks, and allows a second by itself.
   */
  private static final long TASKS_MILLIS = 1;

  private final MultiThreadIoEventLoopGroup group;
  private final IoEventLoop loop;
  private final long origin = System.nanoTime();
  private final TimerWheel wheel = new TimerWheel(0);
  private final TurnQueue deferred = new TurnQueue();
  private final TurnQueue flushes = new TurnQueue();
  private final Runnable endOfTurn = this::endTurn;
  private final Runnable wakeUp = this::timerFired;

  // all below: the loop's thread
  private boolean inTurn;
  private long now;
  private long wallOffset;
  private long wallReadAt;
  private long armedFor = NOT_ARMED;
  private @Nullable ScheduledFuture<?> armed;
  private long turns;
  private long longestTurn;
  private long failures;

  /**
   * Starts the thread.
   *
   * @param threadName as tools show it
   */
  public NettyLoop(String threadName) {
    group = new Group(threadName);
    loop = group.next();
    readWallClock();
  }

  /**
   * Netty's loop, for channels that are to share the thread; their handlers call {@link #enter}
   * first.
   */
  public IoEventLoop netty() {
    return loop;
  }

  /** Netty's group, for bootstraps. */
  public MultiThreadIoEventLoopGroup group() {
    return group;
  }

  /** Whether the caller is on the loop's thread. */
  public boolean inLoop() {
    return loop.inEventLoop();
  }

  /**
   * Begins a turn, or joins the one that runs. On the loop's thread, first thing in every callback.
   */
  public void enter() {
    if (inTurn) {
      return;
    }
    inTurn = true;
    now = System.nanoTime() - origin;
    if (now - wallReadAt >= WALL_REFRESH) {
      readWallClock();
    }
    loop.execute(endOfTurn);
  }

  /**
   * The wall clock is followed by its distance to the monotonic one, taken anew at most once a
   * second.
   */
  private void readWallClock() {
    Instant instant = Instant.now();
    long read = System.nanoTime() - origin;
    wallOffset = instant.getEpochSecond() * 1_000_000_000L + instant.getNano() - read;
    wallReadAt = read;
  }

  @Override
  public long now() {
    return now;
  }

  @Override
  public long wallTime() {
    return now + wallOffset;
  }

  /**
   * Wall time at this moment rather than at the turn's begin, ns since 1970: for what is written
   * down packet by packet. On the loop's thread.
   */
  public long wallTimeNow() {
    return System.nanoTime() - origin + wallOffset;
  }

  @Override
  public TimerWheel timers() {
    return wheel;
  }

  /**
   * {@inheritDoc}
   *
   * @throws java.util.concurrent.RejectedExecutionException once the loop has ended
   */
  @Override
  public void execute(Runnable task) {
    loop.execute(() -> {
      enter();
      task.run();
    });
  }

  /**
   * Runs {@code task} on the loop; what it returns or throws completes the future. From any thread.
   */
  public <T extends @Nullable Object> CompletableFuture<T> submit(Callable<T> task) {
    CompletableFuture<T> future = new CompletableFuture<>();
    execute(() -> {
      try {
        future.complete(task.call());
      } catch (Exception | Error e) {
        future.completeExceptionally(e);
      }
    });
    return future;
  }

  @Override
  public void atEndOfTurn(TurnTask task) {
    deferred.add(task);
  }

  /**
   * Runs {@code task} once this turn, after all timers and deferred work: where a plug writes what
   * it gathered.
   */
  public void atFlush(TurnTask task) {
    flushes.add(task);
  }

  /**
   * Takes a descriptor over. Interest is set on the handle that is returned. On the loop's thread.
   *
   * @param listener called within a turn
   */
  public FdHandle register(int fd, FdHandle.Listener listener) {
    FdHandle handle = new FdHandle(fd, new TurnListener(listener));
    handle.register(loop);
    return handle;
  }

  private void endTurn() {
    do {
      guarded(0);
      guarded(1);
      guarded(2);
    } while (!deferred.isEmpty() || !flushes.isEmpty());
    inTurn = false;
    armTimer();
    turns++;
    longestTurn = Math.max(longestTurn, System.nanoTime() - origin - now);
  }

  /**
   * One of the three parts of a turn's end. A failure is a defect: it is logged, and what follows
   * goes on.
   */
  private void guarded(int part) {
    try {
      switch (part) {
        case 0 -> wheel.advance(now);
        case 1 -> deferred.run();
        default -> flushes.run();
      }
    } catch (RuntimeException e) {
      failures++;
      LOG.error("defect: work of the event loop failed", e);
    }
  }

  private void armTimer() {
    long next = wheel.nextDeadline();
    // one that is armed too early costs a wake-up, arming anew at every turn costs more
    if (next >= armedFor) {
      return;
    }
    ScheduledFuture<?> old = armed;
    if (old != null) {
      old.cancel(false);
    }
    armedFor = next;
    long delay = Math.max(0, next - (System.nanoTime() - origin));
    armed = loop.schedule(wakeUp, delay, TimeUnit.NANOSECONDS);
  }

  private void timerFired() {
    armedFor = NOT_ARMED;
    armed = null;
    enter();
  }

  /** Turns so far. On the loop's thread. */
  public long turns() {
    return turns;
  }

  /** The longest turn since the last call, ns. On the loop's thread. */
  public long takeLongestTurn() {
    long value = longestTurn;
    longestTurn = 0;
    return value;
  }

  /** Timers and deferred tasks that threw, which is a defect. On the loop's thread. */
  public long failures() {
    return failures;
  }

  /**
   * Ends the loop and waits for its thread, at most 5 s; descriptors that are still registered are
   * closed.
   */
  @Override
  public void close() {
    var ended = group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    if (!loop.inEventLoop()) {
      ended.awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
  }

  /** One loop, which looks at descriptors again soon where tasks bring tasks. */
  private static final class Group extends MultiThreadIoEventLoopGroup {
    Group(String threadName) {
      super(1, new DefaultThreadFactory(threadName, true), EpollIoHandler.newFactory());
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory handlers, Object... args) {
      return new SingleThreadIoEventLoop(
          this,
          executor,
          handlers,
          Integer.MAX_VALUE,
          RejectedExecutionHandlers.reject(),
          TASKS_MILLIS);
    }
  }

  /** Begins the turn before each callback. */
  private final class TurnListener implements FdHandle.Listener {
    private final FdHandle.Listener target;

    TurnListener(FdHandle.Listener target) {
      this.target = target;
    }

    @Override
    public void onReadable(FdHandle handle) {
      enter();
      target.onReadable(handle);
    }

    @Override
    public void onWritable(FdHandle handle) {
      enter();
      target.onWritable(handle);
    }

    @Override
    public void onError(FdHandle handle, int events) {
      enter();
      target.onError(handle, events);
    }
  }
}
