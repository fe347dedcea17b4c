package dev.patchbay.sockets.blocking;

import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketLayer;
import io.netty.util.concurrent.FutureListener;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.DatagramSocket;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace as programs see it that block: sockets of Linux's system calls ({@link
 * #socket}), and the JDK's own types over them. For any number of virtual and platform threads, but
 * the network's loop, which must not block and is refused.
 *
 * <p>It lasts until it is closed or the loop ends. Whoever waits in a call then, and every later
 * call, gets a {@link SocketException}, {@code the network has ended}.
 */
public final class BlockingNetwork implements AutoCloseable {
  private final NetworkStack stack;
  private final NettyLoop loop;
  private final NameResolver resolver;
  private final VirtualSocketFactory clients = new VirtualSocketFactory(this);
  private final VirtualServerSocketFactory servers = new VirtualServerSocketFactory(this);

  private final PostedCalls posted;
  private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
  private final FutureListener<Object> loopEnded = future -> end(false);

  /** Sockets that are open; the loop's, and once it has ended that of the one who ends. */
  private @Nullable BlockingSocket sockets;

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
    this(stack, nettyLoop(stack), resolver, nettyLoop(stack)::execute);
  }

  /**
   * For tests.
   *
   * @param calls takes calls to the loop
   */
  BlockingNetwork(NetworkStack stack, NettyLoop loop, NameResolver resolver, Executor calls) {
    this.stack = stack;
    this.loop = loop;
    this.resolver = Objects.requireNonNull(resolver);
    this.posted = new PostedCalls(calls, new QuickCall(this, () -> 0));
    loop.netty().terminationFuture().addListener(loopEnded);
  }

  private static NettyLoop nettyLoop(NetworkStack stack) {
    if (stack.loop() instanceof NettyLoop found) {
      return found;
    }
    throw new IllegalArgumentException("the stack's loop is no NettyLoop: " + stack.loop());
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
    BlockingSocket[] made = new BlockingSocket[1];
    check("socket", new QuickCall(this, () -> make(family, type, protocol, made)).perform(false));
    return made[0];
  }

  private int make(int family, int type, int protocol, BlockingSocket[] out) {
    SocketLayer layer = stack.sockets();
    Socket socket = layer.socket(family, type, protocol);
    if (socket == null) {
      return -layer.errno();
    }
    out[0] = adopt(socket, type);
    return 0;
  }

  /**
   * socketpair(2).
   *
   * @return both ends
   */
  public BlockingSocket[] socketpair(int family, int type, int protocol) throws IOException {
    BlockingSocket[] made = new BlockingSocket[2];
    check(
        "socketpair",
        new QuickCall(this, () -> makePair(family, type, protocol, made)).perform(false));
    return made;
  }

  private int makePair(int family, int type, int protocol, BlockingSocket[] out) {
    Socket[] made = new Socket[2];
    int result = stack.sockets().socketpair(family, type, protocol, made);
    for (int i = 0; i < made.length && result == 0; i++) {
      out[i] = adopt(made[i], type);
    }
    return result;
  }

  /** Makes one of a socket of the stack. On the loop. */
  BlockingSocket adopt(Socket socket, int type) {
    BlockingSocket made = new BlockingSocket(this, socket);
    made.nonBlocking((type & BlockingSocket.SOCK_NONBLOCK) != 0);
    made.following = sockets;
    if (sockets != null) {
      sockets.preceding = made;
    }
    sockets = made;
    return made;
  }

  /**
   * poll(2).
   *
   * @param fds sockets of this network, at least one; {@link PollFd#revents} is set in each
   * @param timeoutMillis how long to wait, ms; 0 not at all, below 0 for ever
   * @return in how many {@code revents} is not 0; 0: time-out
   * @throws InterruptedIOException the thread was interrupted while it waited; its interrupt status
   *     is set
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

  /**
   * Closes it: whoever waits in a call is told, the sockets that are open are closed, and neither
   * the loop nor the stack knows of it any more. From any thread; closed twice, nothing happens.
   */
  @Override
  public void close() {
    if (loop.inLoop()) {
      loop.enter();
      end(true);
      return;
    }
    try {
      loop.execute(() -> end(true));
    } catch (RejectedExecutionException e) {
      // the loop's end does it
    }
    end.join();
  }

  // ---- the JDK's types

  /** Makes {@link java.net.Socket}s; names go by the {@link NameResolver}. */
  public SocketFactory socketFactory() {
    return clients;
  }

  /** Makes {@link ServerSocket}s. */
  public ServerSocketFactory serverSocketFactory() {
    return servers;
  }

  /** A TCP socket, neither bound nor connected. */
  public java.net.Socket newSocket() throws IOException {
    return clients.createSocket();
  }

  /** A listening TCP socket, not bound yet. */
  public ServerSocket newServerSocket() throws IOException {
    return servers.createServerSocket();
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
      case -Errno.EINTR -> throw new InterruptedIOException(call + " interrupted");
      default -> throw new ErrnoException(call, result);
    }
  }

  boolean hasEnded() {
    return posted.isOver() || loop.netty().isShuttingDown();
  }

  SocketException ended() {
    return new SocketException("the network has ended");
  }

  /** Has a call started by the loop, or ended with the network; false: it has ended already. */
  boolean post(Call call) {
    return posted.post(call);
  }

  /** A socket is closed. On the loop. */
  void remove(BlockingSocket socket) {
    if (socket.preceding != null) {
      socket.preceding.following = socket.following;
    } else if (socket == sockets) {
      sockets = socket.following;
    }
    if (socket.following != null) {
      socket.following.preceding = socket.preceding;
    }
    socket.following = null;
    socket.preceding = null;
  }

  /**
   * Nobody will wake those who wait. On the loop, or once its thread is over: then all is ours.
   *
   * @param loopLives the stack goes on, and sockets have to be closed
   */
  private void end(boolean loopLives) {
    if (end.isDone()) {
      return;
    }
    posted.end();
    for (BlockingSocket s = sockets; s != null; s = sockets) {
      s.networkEnded();
      if (loopLives) {
        s.socket().close();
      }
      remove(s);
    }
    loop.netty().terminationFuture().removeListener(loopEnded);
    end.complete(null);
  }

  /**
   * Sockets on which somebody waits. On the loop; for tests, which look for what was left behind.
   */
  int waitingSockets() {
    int count = 0;
    for (BlockingSocket s = sockets; s != null; s = s.following) {
      count += s.isWaitedFor() ? 1 : 0;
    }
    return count;
  }
}
