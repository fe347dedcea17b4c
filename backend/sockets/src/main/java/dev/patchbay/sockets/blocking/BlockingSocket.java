package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.loop.TurnTask;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Message;
import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.PollEvents;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.socket.SocketType;
import dev.patchbay.stack.socket.Waiter;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A socket of the virtual network whose calls block as Linux's do, {@code O_NONBLOCK} and {@code
 * MSG_DONTWAIT} included. For any number of threads at a time.
 *
 * <p>Every call may throw
 *
 * <ul>
 *   <li>{@link ErrnoException} with Linux's error; {@code EAGAIN} where it would block and may not,
 *       or {@code SO_RCVTIMEO} or {@code SO_SNDTIMEO} has passed ({@code EINPROGRESS} for {@link
 *       #connect}, which goes on);
 *   <li>{@link SocketException} {@code Socket closed}: it was closed, before or meanwhile;
 *   <li>{@link java.io.InterruptedIOException}: the thread was interrupted while it waited. Its
 *       interrupt status is set, the socket remains open, and nothing was sent or received;
 *   <li>{@link IllegalStateException}: it was called on the network's own loop.
 * </ul>
 *
 * A socket that is not closed holds its memory until its network ends.
 */
public final class BlockingSocket implements Closeable {
  /** {@code SOCK_NONBLOCK} in the type of a socket. */
  public static final int SOCK_NONBLOCK = 0x800;

  /** A time-out: what {@code SO_RCVTIMEO} or {@code SO_SNDTIMEO} says. */
  static final long BY_OPTION = -1;

  private static final int READ = PollEvents.POLLIN | PollEvents.POLLRDNORM;
  private static final int WRITE =
      PollEvents.POLLOUT | PollEvents.POLLWRNORM | PollEvents.POLLWRBAND;

  /** In the list of {@link BlockingNetwork}; the loop's. */
  @Nullable BlockingSocket following;

  @Nullable BlockingSocket preceding;

  private final BlockingNetwork network;
  private final Socket socket;
  private final boolean stream;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean nonBlocking;

  /** Calls to be used again, of the thread that takes them out. */
  private final AtomicReference<@Nullable ReceiveCall> idleReceive = new AtomicReference<>();

  private final AtomicReference<@Nullable SendCall> idleSend = new AtomicReference<>();

  // all below: the loop's
  private final CallQueue readers = new CallQueue(this);
  private final CallQueue writers = new CallQueue(this);
  private final CallQueue pollers = new CallQueue(this);
  private final Doorbell doorbell = new Doorbell();

  private boolean shut;

  /** Somebody waits: the doorbell hangs at the socket. */
  private boolean waitedFor;

  BlockingSocket(BlockingNetwork network, Socket socket) {
    this.network = network;
    this.socket = socket;
    this.stream = socket.type() == SocketType.SOCK_STREAM;
  }

  // ---- calls

  private int quick(String call, ToIntFunction<Socket> operation) throws IOException {
    return BlockingNetwork.check(call, quickly(operation));
  }

  /** The operation on the loop; its result or negative error. */
  int quickly(ToIntFunction<Socket> operation) throws IOException {
    return new QuickCall(network, () -> shut ? -Errno.EBADF : operation.applyAsInt(socket))
        .perform(false);
  }

  /** bind(2). */
  public void bind(SocketAddress address) throws IOException {
    quick("bind", s -> s.bind(address));
  }

  /**
   * listen(2).
   *
   * @param backlog connections that may wait to be accepted
   */
  public void listen(int backlog) throws IOException {
    quick("listen", s -> s.listen(backlog));
  }

  /** accept(2). */
  public BlockingSocket accept() throws IOException {
    return accept(null);
  }

  /**
   * accept(2).
   *
   * @param peer takes the peer's address, or null
   */
  public BlockingSocket accept(@Nullable SocketAddress peer) throws IOException {
    AcceptCall call = new AcceptCall(this, peer, null, BY_OPTION);
    BlockingNetwork.check("accept", call.perform(true));
    return Objects.requireNonNull(call.accepted());
  }

  /** connect(2). */
  public void connect(SocketAddress address) throws IOException {
    BlockingNetwork.check("connect", new ConnectCall(this, address, BY_OPTION).perform(true));
  }

  /** send(2): all bytes, or as many as were taken before an error, a time-out or an interrupt. */
  public int send(byte[] data, int offset, int length, int flags) throws IOException {
    return sendto(data, offset, length, flags, null);
  }

  /** sendto(2). */
  public int sendto(byte[] data, int offset, int length, int flags, @Nullable SocketAddress address)
      throws IOException {
    return BlockingNetwork.check("send", trySend(data, offset, length, flags, address, true));
  }

  /** The bytes taken or a negative error. */
  int trySend(
      byte[] data,
      int offset,
      int length,
      int flags,
      @Nullable SocketAddress address,
      boolean interruptible)
      throws IOException {
    Objects.checkFromIndexSize(offset, length, data.length);
    SendCall call = takeSend();
    call.buffer(data, offset, length, flags, address);
    int result = call.perform(interruptible);
    putBack(call);
    return result;
  }

  /** sendmsg(2). */
  public int sendmsg(Message message, int flags) throws IOException {
    SendCall call = takeSend();
    call.message(message, flags);
    int result = call.perform(true);
    putBack(call);
    return BlockingNetwork.check("sendmsg", result);
  }

  /**
   * sendmmsg(2).
   *
   * @return messages sent; {@link Message#length} tells the bytes of each
   */
  public int sendmmsg(Message[] messages, int count, int flags) throws IOException {
    Objects.checkFromIndexSize(0, count, messages.length);
    return BlockingNetwork.check(
        "sendmmsg", new ManyCall(this, messages, count, flags, true).perform(true));
  }

  /** recv(2): bytes, 0 at the end of a stream. */
  public int recv(byte[] data, int offset, int length, int flags) throws IOException {
    return recvfrom(data, offset, length, flags, null);
  }

  /**
   * recvfrom(2).
   *
   * @param address takes the sender's address, or null
   */
  public int recvfrom(
      byte[] data, int offset, int length, int flags, @Nullable SocketAddress address)
      throws IOException {
    return BlockingNetwork.check(
        "recv", tryReceive(data, offset, length, flags, address, BY_OPTION, true));
  }

  /** The bytes received or a negative error. */
  int tryReceive(
      byte[] data,
      int offset,
      int length,
      int flags,
      @Nullable SocketAddress address,
      long timeout,
      boolean interruptible)
      throws IOException {
    Objects.checkFromIndexSize(offset, length, data.length);
    ReceiveCall call = takeReceive();
    call.buffer(data, offset, length, flags, address);
    call.within(timeout);
    int result = call.perform(interruptible);
    putBack(call);
    return result;
  }

  /** recvmsg(2). */
  public int recvmsg(Message message, int flags) throws IOException {
    ReceiveCall call = takeReceive();
    call.message(message, flags);
    call.within(BY_OPTION);
    int result = call.perform(true);
    putBack(call);
    return BlockingNetwork.check("recvmsg", result);
  }

  /**
   * recvmmsg(2): waits for all messages, with {@code MSG_WAITFORONE} for the first.
   *
   * @return messages received; {@link Message#length} tells the bytes of each
   * @throws ErrnoException also {@code EOPNOTSUPP} for {@code MSG_WAITALL}
   */
  public int recvmmsg(Message[] messages, int count, int flags) throws IOException {
    Objects.checkFromIndexSize(0, count, messages.length);
    if ((flags & MessageFlags.MSG_WAITALL) != 0) {
      throw new ErrnoException("recvmmsg", Errno.EOPNOTSUPP);
    }
    return BlockingNetwork.check(
        "recvmmsg", new ManyCall(this, messages, count, flags, false).perform(true));
  }

  /**
   * shutdown(2). Who waits for the direction that is shut gets its end.
   *
   * @param how {@link Socket#SHUT_RD}, {@link Socket#SHUT_WR}, {@link Socket#SHUT_RDWR}
   */
  public void shutdown(int how) throws IOException {
    quick("shutdown", s -> s.shutdown(how));
  }

  /**
   * close(2). Who waits on the socket gets {@code Socket closed}. With {@code SO_LINGER} it waits
   * until all is acknowledged, the time has passed, or the thread is interrupted (its status is set
   * then). Closed twice, nothing happens.
   */
  @Override
  public void close() throws IOException {
    close(false);
  }

  void close(boolean finFirst) throws IOException {
    network.checkCaller();
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (network.hasEnded()) {
      return;
    }
    try {
      new CloseCall(this, finFirst).perform(true);
    } catch (SocketException e) {
      if (!network.hasEnded()) {
        throw e;
      }
    }
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed.get();
  }

  /** getsockname(2): fills {@code out}. */
  public void getsockname(SocketAddress out) throws IOException {
    quick("getsockname", s -> s.getsockname(out));
  }

  /** getpeername(2): fills {@code out}. */
  public void getpeername(SocketAddress out) throws IOException {
    quick("getpeername", s -> s.getpeername(out));
  }

  /**
   * setsockopt(2).
   *
   * @param value as Linux has it in memory, numbers little-endian
   * @param length bytes of it
   */
  public void setsockopt(int level, int name, byte[] value, int length) throws IOException {
    quick("setsockopt", s -> s.setsockopt(level, name, value, length));
  }

  /** setsockopt(2) of an {@code int}. */
  public void setsockopt(int level, int name, int value) throws IOException {
    quick("setsockopt", s -> s.setsockopt(level, name, value));
  }

  /**
   * getsockopt(2).
   *
   * @param value takes the value as Linux has it in memory
   * @param length room in it
   * @return bytes written
   */
  public int getsockopt(int level, int name, byte[] value, int length) throws IOException {
    return quick("getsockopt", s -> s.getsockopt(level, name, value, length));
  }

  /** getsockopt(2) of an {@code int}. */
  public int getsockopt(int level, int name) throws IOException {
    int[] out = new int[1];
    quick("getsockopt", s -> s.getsockopt(level, name, out));
    return out[0];
  }

  /**
   * poll(2) of this socket alone.
   *
   * @param events bits of {@link PollEvents}
   * @param timeoutMillis ms; 0 not at all, below 0 for ever
   * @return the bits that hold, 0: time-out
   */
  public int poll(int events, long timeoutMillis) throws IOException {
    PollFd fd = new PollFd(this, events);
    network.poll(List.of(fd), timeoutMillis);
    return fd.revents;
  }

  /** Sets or clears {@code O_NONBLOCK}; calls that wait already go on waiting. */
  public void nonBlocking(boolean on) {
    nonBlocking = on;
  }

  /** {@code O_NONBLOCK}. */
  public boolean isNonBlocking() {
    return nonBlocking;
  }

  /** The network. */
  public BlockingNetwork network() {
    return network;
  }

  // ---- calls to be used again

  private ReceiveCall takeReceive() {
    ReceiveCall idle = idleReceive.getAndSet(null);
    return idle == null ? new ReceiveCall(this) : idle;
  }

  private void putBack(ReceiveCall call) {
    call.forget();
    if (call.isReusable()) {
      idleReceive.set(call);
    }
  }

  private SendCall takeSend() {
    SendCall idle = idleSend.getAndSet(null);
    return idle == null ? new SendCall(this) : idle;
  }

  private void putBack(SendCall call) {
    call.forget();
    if (call.isReusable()) {
      idleSend.set(call);
    }
  }

  // ---- for the calls, on the loop

  /** A time-out of the stack, µs, in ns; what does not fit is for ever but for its name. */
  static long nanos(long micros) {
    return TimeUnit.MICROSECONDS.toNanos(micros);
  }

  Socket socket() {
    return socket;
  }

  boolean isStream() {
    return stream;
  }

  CallQueue readers() {
    return readers;
  }

  CallQueue writers() {
    return writers;
  }

  CallQueue pollers() {
    return pollers;
  }

  /** Whether it is closed, even though it may linger. */
  boolean isShut() {
    return shut;
  }

  /** Closing begins: nobody waits any more. */
  void shutAll() {
    shut = true;
    readers.failAll(-Errno.EBADF);
    writers.failAll(-Errno.EBADF);
    pollers.failAll(-Errno.EBADF);
  }

  void networkEnded() {
    shut = true;
    readers.networkEnded();
    writers.networkEnded();
    pollers.networkEnded();
  }

  /** What a call has to fail with before it tries, negative or 0. */
  int refusal() {
    return shut ? -Errno.EBADF : 0;
  }

  /**
   * Whether an error waits for the next call ({@code sk_err}): one that has part of its result ends
   * with that, and leaves it.
   */
  boolean hasError() {
    return (socket.poll() & PollEvents.POLLERR) != 0;
  }

  /** Somebody waits. */
  void beginWaiting() {
    if (!waitedFor) {
      waitedFor = true;
      socket.addWaiter(doorbell);
    }
  }

  /** Somebody waits no more. */
  void endWaiting() {
    if (readers.isEmpty() && writers.isEmpty() && pollers.isEmpty() && waitedFor) {
      waitedFor = false;
      socket.removeWaiter(doorbell);
    }
  }

  boolean isWaitedFor() {
    return waitedFor;
  }

  /** The end of {@link CloseCall}. */
  void closed() {
    socket.close();
    network.remove(this);
  }

  @Override
  public String toString() {
    return "BlockingSocket["
        + socket.family()
        + ","
        + socket.type()
        + ","
        + socket.protocol()
        + "]";
  }

  /** What the socket rings; at the end of the turn those who wait try again. */
  private final class Doorbell extends Waiter {
    private final TurnTask serve = TurnTask.of(this::serve);
    private int events;
    private boolean anything;

    @Override
    protected void wake(Socket woken, int what) {
      if (what == 0 || (what & ~(READ | WRITE)) != 0) {
        anything = true;
      }
      events |= what;
      network.loop().atEndOfTurn(serve);
    }

    private void serve() {
      boolean read = anything || (events & READ) != 0;
      boolean write = anything || (events & WRITE) != 0;
      events = 0;
      anything = false;
      if (read) {
        readers.serve();
      }
      if (write) {
        writers.serve();
      }
      pollers.serve();
    }
  }
}
