package dev.patchbay.sockets.blocking;

import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketLayer;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.List;
import java.util.Objects;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace as programs see it that block: sockets of Linux's system calls ({@link
 * #socket}), and the JDK's own types over them. For any number of virtual and platform threads, but
 * the network's loop, which must not block and is refused.
 */
public final class BlockingNetwork {
  private final NetworkStack stack;
  private final NettyLoop loop;
  private final NameResolver resolver;
  private final VirtualSocketFactory sockets = new VirtualSocketFactory(this);
  private final VirtualServerSocketFactory serverSockets = new VirtualServerSocketFactory(this);

  /**
   * Sockets on which somebody waits; the loop's, and once it has ended that of the one who ends.
   */
  private @Nullable BlockingSocket waiting;

  /** A network whose programs know literal addresses alone ({@link NameResolver#LITERALS}). */
  public BlockingNetwork(NetworkStack stack) {
    this(stack, NameResolver.LITERALS);
  }

  /**
   * A network with a resolver of names.
   *
   * @param stack on a {@link NettyLoop}
   * @throws IllegalArgumentException it is on another loop: nobody could wait for that one
   */
  public BlockingNetwork(NetworkStack stack, NameResolver resolver) {
    if (!(stack.loop() instanceof NettyLoop nettyLoop)) {
      throw new IllegalArgumentException("the stack's loop is no NettyLoop: " + stack.loop());
    }
    this.stack = stack;
    this.loop = nettyLoop;
    this.resolver = Objects.requireNonNull(resolver);
    nettyLoop.netty().terminationFuture().addListener(future -> loopEnded());
  }

  // ---- system calls

  /**
   * socket(2).
   *
   * @param family one of {@link dev.patchbay.stack.socket.AddressFamily}
   * @param type one of {@link dev.patchbay.stack.socket.SocketType}, with {@code SOCK_NONBLOCK}
   *     (0x800) if wanted
   * @param protocol IP protocol, 0: the type's own
   * @throws ErrnoException {@code EAFNOSUPPORT}, {@code ESOCKTNOSUPPORT}, {@code EPROTONOSUPPORT},
   *     {@code EINVAL}
   */
  public BlockingSocket socket(int family, int type, int protocol) throws IOException {
    Socket[] made = new Socket[1];
    check("socket", new QuickCall(this, () -> make(family, type, protocol, made)).perform(false));
    return adopt(made[0], type);
  }

  private int make(int family, int type, int protocol, Socket[] out) {
    SocketLayer layer = stack.sockets();
    Socket socket = layer.socket(family, type, protocol);
    if (socket == null) {
      return -layer.errno();
    }
    out[0] = socket;
    return 0;
  }

  /**
   * socketpair(2).
   *
   * @return both ends
   */
  public BlockingSocket[] socketpair(int family, int type, int protocol) throws IOException {
    Socket[] made = new Socket[2];
    SocketLayer layer = stack.sockets();
    check(
        "socketpair",
        new QuickCall(this, () -> layer.socketpair(family, type, protocol, made)).perform(false));
    return new BlockingSocket[] {adopt(made[0], type), adopt(made[1], type)};
  }

  private BlockingSocket adopt(Socket socket, int type) {
    BlockingSocket made = new BlockingSocket(this, socket);
    made.nonBlocking((type & BlockingSocket.SOCK_NONBLOCK) != 0);
    return made;
  }

  /**
   * poll(2).
   *
   * @param fds sockets of this network, at least one; {@link PollFd#revents} is set in each
   * @param timeoutMillis how long to wait, ms; 0 not at all, below 0 for ever
   * @return in how many {@code revents} is not 0; 0: time-out
   * @throws java.io.InterruptedIOException the thread was interrupted while it waited; its
   *     interrupt status is set
   */
  public int poll(List<PollFd> fds, long timeoutMillis) throws IOException {
    if (fds.isEmpty()) {
      throw new IllegalArgumentException("no sockets to wait for");
    }
    for (PollFd fd : fds) {
      if (fd.socket().network() != this) {
        throw new IllegalArgumentException("a socket of another network: " + fd.socket());
      }
    }
    return check("poll", new PollCall(this, fds, timeoutMillis).perform(true));
  }

  // ---- the JDK's types

  /** Makes {@link java.net.Socket}s; names go by the {@link NameResolver}. */
  public SocketFactory socketFactory() {
    return sockets;
  }

  /** Makes {@link ServerSocket}s. */
  public ServerSocketFactory serverSocketFactory() {
    return serverSockets;
  }

  /** A TCP socket, neither bound nor connected. */
  public java.net.Socket newSocket() throws IOException {
    return sockets.createSocket();
  }

  /** A listening TCP socket, not bound yet. */
  public ServerSocket newServerSocket() throws IOException {
    return serverSockets.createServerSocket();
  }

  /**
   * A UDP socket.
   *
   * @param local where to bind it; null: not yet
   */
  public DatagramSocket newDatagramSocket(@Nullable SocketAddress local) throws IOException {
    return new VirtualDatagramSocket(this, local, false);
  }

  /**
   * A UDP socket with {@code SO_REUSEADDR}, as {@link MulticastSocket} has it.
   *
   * @param local where to bind it; null: not yet
   */
  public MulticastSocket newMulticastSocket(@Nullable SocketAddress local) throws IOException {
    return new VirtualDatagramSocket(this, local, true);
  }

  // ---- for the package

  NetworkStack stack() {
    return stack;
  }

  NettyLoop loop() {
    return loop;
  }

  NameResolver resolver() {
    return resolver;
  }

  /** Whoever blocks on the loop would wait for itself. */
  void checkCaller() {
    if (loop.inLoop()) {
      throw new IllegalStateException("a blocking call on the network's own loop");
    }
  }

  /** The result, or the exception of an error. */
  static int check(String call, int result) throws IOException {
    if (result >= 0) {
      return result;
    }
    switch (result) {
      case -Errno.EBADF -> throw new SocketException("Socket closed");
      case -Errno.EINTR -> throw new java.io.InterruptedIOException(call + " interrupted");
      default -> throw new ErrnoException(call, result);
    }
  }

  boolean hasEnded() {
    return loop.netty().isShuttingDown();
  }

  SocketException ended(@Nullable Throwable cause) {
    SocketException e = new SocketException("the network has ended");
    e.initCause(cause);
    return e;
  }

  /** On the loop. */
  void add(BlockingSocket socket) {
    socket.nextWaiting = waiting;
    socket.previousWaiting = null;
    if (waiting != null) {
      waiting.previousWaiting = socket;
    }
    waiting = socket;
  }

  /** On the loop. */
  void remove(BlockingSocket socket) {
    if (socket.previousWaiting == null) {
      waiting = socket.nextWaiting;
    } else {
      socket.previousWaiting.nextWaiting = socket.nextWaiting;
    }
    if (socket.nextWaiting != null) {
      socket.nextWaiting.previousWaiting = socket.previousWaiting;
    }
    socket.nextWaiting = null;
    socket.previousWaiting = null;
  }

  /** Nobody will wake those who wait; the loop's thread is over, so they are ours. */
  private void loopEnded() {
    for (BlockingSocket s = waiting; s != null; s = waiting) {
      s.networkEnded();
    }
  }

  /**
   * Sockets on which somebody waits. On the loop; for tests, which look for what was left behind.
   */
  int waitingSockets() {
    int count = 0;
    for (BlockingSocket s = waiting; s != null; s = s.nextWaiting) {
      count++;
    }
    return count;
  }
}
