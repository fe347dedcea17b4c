package dev.patchbay.stack.socket;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.wire.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A socket ({@code struct socket} and {@code struct sock}). Operations are Linux's and return what
 * the system call returns: a result from 0 on, or a negative error ({@link Errno}); nothing is
 * thrown. None of them blocks: what would, returns {@code -EAGAIN} or {@code -EINPROGRESS}. Only on
 * the loop.
 */
public abstract class Socket {
  /** Our direction to read is shut ({@code RCV_SHUTDOWN}). */
  protected static final int RCV_SHUTDOWN = 1;

  /** Our direction to write is shut ({@code SEND_SHUTDOWN}). */
  protected static final int SEND_SHUTDOWN = 2;

  /** Both. */
  protected static final int SHUTDOWN_MASK = 3;

  /** {@code shutdown}: no more reading. */
  public static final int SHUT_RD = 0;

  /** {@code shutdown}: no more writing. */
  public static final int SHUT_WR = 1;

  /** {@code shutdown}: neither. */
  public static final int SHUT_RDWR = 2;

  private final SocketLayer layer;
  private final int family;
  private final int type;
  private final int protocol;
  private boolean closed;
  private @Nullable Waiter waiters;

  /** Pending error, positive ({@code sk_err}). */
  private int error;

  /** {@code sk_shutdown}. */
  private int shutdown;

  final SocketLevel options;

  /** One of a family, type and protocol, each of which options tell. */
  protected Socket(SocketLayer layer, int family, int type, int protocol) {
    this.layer = layer;
    this.family = family;
    this.type = type;
    this.protocol = protocol;
    this.options = new SocketLevel(type, layer.stack().namespaces().initial().conf());
  }

  // ---- operations

  /**
   * bind(2).
   *
   * @return 0, {@code -EADDRINUSE}, {@code -EADDRNOTAVAIL}, {@code -EAFNOSUPPORT}, {@code -EINVAL}
   */
  public abstract int bind(SocketAddress address);

  /**
   * listen(2).
   *
   * @param backlog connections that may wait for {@link #accept} at a time, one less
   */
  public int listen(int backlog) {
    return isClosed() ? -Errno.EBADF : -Errno.EOPNOTSUPP;
  }

  /**
   * accept(2).
   *
   * @param peer takes the peer's address, or null
   * @return null: {@link SocketLayer#errno} says why, {@code EAGAIN} where none waits
   */
  public @Nullable Socket accept(@Nullable SocketAddress peer) {
    layer.fail(isClosed() ? Errno.EBADF : Errno.EOPNOTSUPP);
    return null;
  }

  /**
   * connect(2); {@code AF_UNSPEC} dissolves an association.
   *
   * @return 0, {@code -EINPROGRESS} where the handshake goes on ({@code POLLOUT} tells of its end,
   *     {@code SO_ERROR} how), or another error
   */
  public abstract int connect(SocketAddress address);

  /**
   * sendmsg(2).
   *
   * @param flags bits of {@link MessageFlags}
   * @return bytes taken, or a negative error
   */
  public abstract int sendmsg(Message message, int flags);

  /**
   * recvmsg(2).
   *
   * @param flags bits of {@link MessageFlags}
   * @return bytes received, 0 at the end of a stream, or a negative error
   */
  public abstract int recvmsg(Message message, int flags);

  /** {@link #shutdown(int)}, {@code how} as in {@link #SHUTDOWN_MASK}. */
  protected abstract int shutDown(int how);

  /** Gives all up; called once. */
  protected abstract void release();

  /** getsockname(2): fills {@code out}. */
  public abstract int getsockname(SocketAddress out);

  /**
   * getpeername(2): fills {@code out}.
   *
   * @return 0 or {@code -ENOTCONN}
   */
  public abstract int getpeername(SocketAddress out);

  /**
   * poll(2).
   *
   * @return all bits of {@link PollEvents} that hold
   */
  public abstract int poll();

  /** setsockopt(2) of all levels but {@code SOL_SOCKET}. */
  protected int setOption(int level, int name, byte[] value, int length) {
    return -Errno.EOPNOTSUPP;
  }

  /** getsockopt(2) of all levels but {@code SOL_SOCKET}: the length written, or an error. */
  protected int getOption(int level, int name, byte[] value, int length) {
    return -Errno.EOPNOTSUPP;
  }

  /** An option of {@code SOL_SOCKET} has changed; 0, or an error that undoes nothing. */
  protected int optionChanged(int name) {
    return 0;
  }

  // ---- made of those

  /** send(2). */
  public int send(byte[] data, int offset, int length, int flags) {
    return sendto(data, offset, length, flags, null);
  }

  /** sendto(2). */
  public int sendto(
      byte[] data, int offset, int length, int flags, @Nullable SocketAddress address) {
    Message m = layer.scratch.buffer(data, offset, length);
    m.control = 0;
    m.name = address;
    int result = sendmsg(m, flags);
    m.name = null;
    return result;
  }

  /** recv(2). */
  public int recv(byte[] data, int offset, int length, int flags) {
    return recvfrom(data, offset, length, flags, null);
  }

  /**
   * recvfrom(2).
   *
   * @param address takes the sender's address, or null; {@code AF_UNSPEC}: there is none
   */
  public int recvfrom(
      byte[] data, int offset, int length, int flags, @Nullable SocketAddress address) {
    Message m = layer.scratch.buffer(data, offset, length);
    m.name = address;
    int result = recvmsg(m, flags);
    m.name = null;
    return result;
  }

  /**
   * sendmmsg(2).
   *
   * @return messages sent; an error only where the first one had it
   */
  public int sendmmsg(Message[] messages, int count, int flags) {
    for (int i = 0; i < count; i++) {
      int n = sendmsg(messages[i], flags);
      if (n < 0) {
        return i > 0 ? i : n;
      }
      messages[i].length = n;
    }
    return isClosed() ? -Errno.EBADF : count;
  }

  /**
   * recvmmsg(2) without time-out.
   *
   * @return messages received; an error only where the first one had it. One that came later is
   *     kept for the next operation, as Linux does
   */
  public int recvmmsg(Message[] messages, int count, int flags) {
    int pending = takeError();
    if (pending != 0) {
      return -pending;
    }
    for (int i = 0; i < count; i++) {
      int n = recvmsg(messages[i], flags & ~MessageFlags.MSG_WAITFORONE);
      if (n < 0) {
        if (i > 0 && n != -Errno.EAGAIN) {
          error = -n;
        }
        return i > 0 ? i : n;
      }
      messages[i].length = n;
    }
    return isClosed() ? -Errno.EBADF : count;
  }

  /**
   * shutdown(2).
   *
   * @param how {@link #SHUT_RD}, {@link #SHUT_WR}, {@link #SHUT_RDWR}
   * @return 0, {@code -ENOTCONN}, {@code -EINVAL}
   */
  public final int shutdown(int how) {
    if (closed) {
      return -Errno.EBADF;
    }
    return how < SHUT_RD || how > SHUT_RDWR ? -Errno.EINVAL : shutDown(how + 1);
  }

  /**
   * close(2). What a TCP socket has to send is still sent.
   *
   * @return 0, or {@code -EBADF} where it was closed before
   */
  public final int close() {
    if (closed) {
      return -Errno.EBADF;
    }
    closed = true;
    release();
    for (Waiter w = waiters; w != null; w = waiters) {
      removeWaiter(w);
      if (w instanceof Epoll.Registration r) {
        r.forget(this);
      } else {
        w.wake(this, PollEvents.POLLHUP);
      }
    }
    return 0;
  }

  /** Whether {@link #close} was called; then all operations return {@code -EBADF}. */
  public final boolean isClosed() {
    return closed;
  }

  /**
   * setsockopt(2).
   *
   * @param value as Linux has it in memory, numbers little-endian
   * @param length bytes of it ({@code optlen})
   * @return 0, {@code -ENOPROTOOPT} for what is not known, {@code -EINVAL} for a length or value
   *     out of range
   */
  public final int setsockopt(int level, int name, byte[] value, int length) {
    if (closed) {
      return -Errno.EBADF;
    }
    if (length < 0 || length > value.length) {
      return -Errno.EINVAL;
    }
    return level == SocketOptions.SOL_SOCKET
        ? options.set(this, name, value, length)
        : setOption(level, name, value, length);
  }

  /** setsockopt(2) of an {@code int}. */
  public final int setsockopt(int level, int name, int value) {
    byte[] bytes = new byte[4];
    Bytes.put32(bytes, 0, Integer.reverseBytes(value));
    return setsockopt(level, name, bytes, 4);
  }

  /**
   * getsockopt(2).
   *
   * @param value takes the value as Linux has it in memory, numbers little-endian
   * @param length room in it ({@code optlen})
   * @return bytes written, or a negative error
   */
  public final int getsockopt(int level, int name, byte[] value, int length) {
    if (closed) {
      return -Errno.EBADF;
    }
    if (length < 0 || length > value.length) {
      return -Errno.EINVAL;
    }
    return level == SocketOptions.SOL_SOCKET
        ? options.get(this, name, value, length)
        : getOption(level, name, value, length);
  }

  /**
   * getsockopt(2) of an {@code int}.
   *
   * @param out takes the value in its first element
   * @return 0 or a negative error
   */
  public final int getsockopt(int level, int name, int[] out) {
    byte[] bytes = new byte[4];
    int n = getsockopt(level, name, bytes, 4);
    if (n < 0) {
      return n;
    }
    out[0] = Integer.reverseBytes(Bytes.i32(bytes, 0));
    return 0;
  }

  // ---- looking

  /** The layer it belongs to. */
  public final SocketLayer layer() {
    return layer;
  }

  /** One of {@link AddressFamily} ({@code SO_DOMAIN}). */
  public final int family() {
    return family;
  }

  /** One of {@link SocketType} ({@code SO_TYPE}). */
  public final int type() {
    return type;
  }

  /** Protocol ({@code SO_PROTOCOL}). */
  public final int protocol() {
    return protocol;
  }

  /** Whether it takes connections ({@code SO_ACCEPTCONN}). */
  public boolean isListening() {
    return false;
  }

  /** The only device it may use ({@code SO_BINDTODEVICE}), null: all. */
  public final @Nullable NetDevice boundDevice() {
    return options.device;
  }

  /** Mark of what it sends ({@code SO_MARK}). */
  public final int mark() {
    return options.mark;
  }

  /** Whether it may send to broadcast addresses ({@code SO_BROADCAST}). */
  public final boolean isBroadcast() {
    return options.broadcast;
  }

  /** Memory that may wait to be read, bytes ({@code SO_RCVBUF}). */
  public final int receiveBufferSize() {
    return options.receiveBuffer;
  }

  /** Memory that may wait to be sent, bytes ({@code SO_SNDBUF}). */
  public final int sendBufferSize() {
    return options.sendBuffer;
  }

  /** {@code SO_RCVTIMEO}, for whoever blocks: µs, 0 for ever. */
  public final long receiveTimeout() {
    return options.receiveTimeout;
  }

  /** {@code SO_SNDTIMEO}, for whoever blocks: µs, 0 for ever. */
  public final long sendTimeout() {
    return options.sendTimeout;
  }

  /** {@code SO_LINGER}, for whoever blocks: seconds, -1 off. */
  public final int lingerSeconds() {
    return options.linger ? options.lingerSeconds : -1;
  }

  /** Least bytes that make it readable ({@code SO_RCVLOWAT}). */
  public final int receiveLowWater() {
    return options.receiveLowWater;
  }

  // ---- for the types

  /** Pending error, positive, 0 none; it stays ({@code sk_err}). */
  protected final int error() {
    return error;
  }

  /** Takes the pending error away ({@code sock_error}). */
  protected final int takeError() {
    int taken = error;
    error = 0;
    return taken;
  }

  /** Takes what {@code SO_ERROR} tells: the pending error, else a soft one where there are such. */
  protected int reportedError() {
    return takeError();
  }

  /** Sets the pending error and tells the waiters ({@code sk_error_report}). */
  protected final void fail(int errno) {
    error = errno;
    wake(PollEvents.POLLERR);
  }

  /** Sets the pending error without telling anybody. */
  protected final void error(int errno) {
    error = errno;
  }

  /** {@code sk_shutdown}. */
  protected final int shutdownMask() {
    return shutdown;
  }

  /** Sets {@code sk_shutdown}. */
  protected final void shutdownMask(int mask) {
    shutdown = mask;
  }

  // ---- waiting

  /**
   * Tells {@code waiter} from now on of what happens.
   *
   * @throws IllegalStateException where it waits on a socket already
   */
  public final void addWaiter(Waiter waiter) {
    if (waiter.socket != null) {
      throw new IllegalStateException("it waits already");
    }
    waiter.socket = this;
    waiter.previous = null;
    waiter.next = waiters;
    if (waiters != null) {
      waiters.previous = waiter;
    }
    waiters = waiter;
  }

  /** Tells it no more; nothing happens where it does not wait here. */
  public final void removeWaiter(Waiter waiter) {
    if (!equals(waiter.socket)) {
      return;
    }
    if (waiter.previous == null) {
      waiters = waiter.next;
    } else {
      waiter.previous.next = waiter.next;
    }
    if (waiter.next != null) {
      waiter.next.previous = waiter.previous;
    }
    waiter.socket = null;
    waiter.previous = null;
    waiter.next = null;
  }

  /** Tells the waiters; {@code events} as in {@link Waiter#wake}. */
  protected final void wake(int events) {
    for (Waiter w = waiters; w != null; ) {
      Waiter following = w.next;
      w.wake(this, events);
      w = following;
    }
  }
}
