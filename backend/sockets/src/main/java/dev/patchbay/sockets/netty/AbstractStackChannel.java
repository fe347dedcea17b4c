package dev.patchbay.sockets.netty;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.PollEvents;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.socket.Waiter;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What all channels over a socket of the virtual network share: its life, readiness, addresses,
 * {@code connect}.
 *
 * <p>Readiness: a {@link Waiter} puts the channel on the {@link ReadyList} whenever the socket
 * stirs; at the end of the turn {@link #ready} asks the socket what holds. Whoever begins to read
 * asks too, so that nothing is lost that came while nobody read. All on the loop unless said
 * otherwise.
 */
abstract class AbstractStackChannel extends AbstractChannel {
  private static final int FAILED = PollEvents.POLLERR | PollEvents.POLLHUP;
  private static final int CONNECTED = FAILED | PollEvents.POLLOUT;

  /** What makes one read: data, a connection, the end, an error. */
  private static final int STIRRED = FAILED | PollEvents.POLLIN | PollEvents.POLLRDHUP;

  final NettySockets sockets;
  final Socket socket;

  /** For conversions; nothing is kept in it. */
  final SocketAddress scratch = new SocketAddress();

  private final Readiness readiness = new Readiness();

  // of the ready list
  boolean queued;
  @Nullable AbstractStackChannel nextReady;

  // read by any thread
  private volatile boolean open = true;
  volatile boolean active;
  private volatile @Nullable InetSocketAddress local;
  private volatile @Nullable InetSocketAddress remote;

  /** Somebody wants what comes next. */
  boolean readPending;

  /** The socket took not all: what is flushed waits until it is writable. */
  boolean writeBlocked;

  /** Written as much as one may at a time: goes on in the next round. */
  boolean writeAgain;

  private @Nullable ChannelPromise connectPromise;
  private @Nullable Future<?> connectTimeout;
  private final SocketAddress connectAddress = new SocketAddress();
  private java.net.@Nullable SocketAddress connectRemote;

  AbstractStackChannel(NettySockets sockets, @Nullable Channel parent, Socket socket) {
    super(parent);
    this.sockets = sockets;
    this.socket = socket;
  }

  @Override
  public abstract StackChannelConfig config();

  /** Reads what there is and hands it to the pipeline; {@link #readPending} was set. */
  abstract void readReady();

  /** The socket has ended or failed while nobody reads. */
  void endedUnread() {}

  // ---- life

  /** Always: {@link #doRegister} refuses foreign loops, with a message that says which to take. */
  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true;
  }

  @Override
  protected void doRegister(ChannelPromise promise) {
    if (!sockets.loop().inLoop()) {
      promise.setFailure(
          new IllegalStateException(
              "a channel of a virtual network lives on the network's own loop:"
                  + " take the group NettySockets.eventLoopGroup()"));
      return;
    }
    sockets.loop().enter();
    socket.addWaiter(readiness);
    sockets.registered(this);
    // what happened while it was not
    sockets.ready().add(this);
    promise.setSuccess();
  }

  @Override
  protected void doDeregister() {
    socket.removeWaiter(readiness);
    sockets.deregistered(this);
    readPending = false;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return active && open;
  }

  @Override
  protected void doClose() {
    open = false;
    active = false;
    if (sockets.loop().inLoop()) {
      release();
      return;
    }
    try {
      sockets.loop().execute(this::release);
    } catch (RejectedExecutionException _) {
      // the loop has ended, and the network with it
    }
  }

  private void release() {
    // the network ends with its loop: what it would still send finds no turn to be sent in
    if (!sockets.loop().netty().isShuttingDown()) {
      sockets.loop().enter();
      socket.close();
    }
    ChannelPromise promise = connectPromise;
    if (promise != null) {
      connectPromise = null;
      promise.tryFailure(new ClosedChannelException());
    }
    stopTimeout();
  }

  @Override
  protected void doDisconnect() throws Exception {
    doClose();
  }

  // ---- addresses

  @Override
  public @Nullable InetSocketAddress localAddress() {
    return local;
  }

  @Override
  public @Nullable InetSocketAddress remoteAddress() {
    return remote;
  }

  @Override
  protected final @Nullable InetSocketAddress localAddress0() {
    return local;
  }

  @Override
  protected final @Nullable InetSocketAddress remoteAddress0() {
    return remote;
  }

  /** Takes over what the socket says of itself. */
  final void learnAddresses() {
    if (socket.getsockname(scratch) == 0) {
      local = scratch.port == 0 ? null : InetAddresses.of(scratch);
    }
    remote = socket.getpeername(scratch) == 0 ? InetAddresses.of(scratch) : null;
  }

  /** The peer of a connection that was accepted, which may be gone already. */
  final void accepted(SocketAddress peer) {
    remote = InetAddresses.of(peer);
    if (socket.getsockname(scratch) == 0) {
      local = InetAddresses.of(scratch);
    }
    active = true;
  }

  /** An address for a call of this socket. */
  final SocketAddress fill(SocketAddress out, java.net.SocketAddress address)
      throws SocketException {
    return InetAddresses.fill(out, address, socket.family(), sockets.stack());
  }

  @Override
  protected void doBind(java.net.SocketAddress address) throws Exception {
    sockets.loop().enter();
    int result = socket.bind(fill(scratch, address));
    if (result < 0) {
      throw SocketErrors.bind(result, address);
    }
    learnAddresses();
  }

  // ---- readiness

  private final class Readiness extends Waiter {
    @Override
    protected void wake(Socket woken, int events) {
      if (open) {
        sockets.ready().add(AbstractStackChannel.this);
      }
    }
  }

  /** Looks at the socket, at the end of a turn. */
  final void ready() {
    if (!open || !isRegistered()) {
      return;
    }
    int events = socket.poll();
    if (connectPromise != null && (events & CONNECTED) != 0) {
      unsafe().finishConnect();
    }
    if (writeAgain || writeBlocked && (events & CONNECTED) != 0) {
      writeAgain = false;
      writeBlocked = false;
      unsafe().flushNow();
    }
    if (isActive() && (events & STIRRED) != 0) {
      if (readPending) {
        readGuarded();
      } else if ((events & FAILED) != 0) {
        endedUnread();
      }
    }
  }

  private void readGuarded() {
    try {
      readReady();
    } catch (RuntimeException | OutOfMemoryError e) {
      // there is no memory to read into
      pipeline().fireExceptionCaught(e);
      unsafe().close(voidPromise());
    }
  }

  @Override
  protected void doBeginRead() {
    readPending = true;
    sockets.loop().enter();
    if (isActive() && (socket.poll() & STIRRED) != 0) {
      sockets.ready().add(this);
    }
  }

  /** {@code AUTO_READ} was switched off. From any thread. */
  final void clearReadPending() {
    if (sockets.loop().inLoop()) {
      readPending = false;
    } else {
      sockets
          .loop()
          .execute(() -> {
            if (!config().isAutoRead()) {
              readPending = false;
            }
          });
    }
  }

  /** What was flushed is not all written, and the socket would take more. */
  final void writeInNextRound() {
    writeAgain = true;
    sockets.ready().add(this);
  }

  // ---- connect

  /**
   * Connects as far as that goes at once.
   *
   * @return false where the handshake goes on
   */
  boolean doConnect(java.net.SocketAddress peer, java.net.@Nullable SocketAddress from)
      throws Exception {
    sockets.loop().enter();
    fill(connectAddress, peer);
    if (from != null) {
      doBind(from);
    }
    int result = socket.connect(connectAddress);
    if (result == -Errno.EISCONN) {
      throw new AlreadyConnectedException();
    }
    if (result < 0 && result != -Errno.EINPROGRESS) {
      throw SocketErrors.connect(result);
    }
    learnAddresses();
    return result == 0;
  }

  private void stopTimeout() {
    Future<?> timeout = connectTimeout;
    if (timeout != null) {
      connectTimeout = null;
      timeout.cancel(false);
    }
  }

  @Override
  public StackUnsafe unsafe() {
    return (StackUnsafe) super.unsafe();
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new StackUnsafe();
  }

  /** Netty's side of the transport. */
  final class StackUnsafe extends AbstractUnsafe {
    @Override
    public void connect(
        java.net.SocketAddress peer,
        java.net.@Nullable SocketAddress from,
        ChannelPromise promise) {
      // it may be cancelled until it has ended
      if (promise.isDone() || !ensureOpen(promise)) {
        return;
      }
      if (connectPromise != null) {
        promise.tryFailure(new ConnectionPendingException());
        return;
      }
      try {
        boolean wasActive = isActive();
        if (doConnect(peer, from)) {
          connected(promise, wasActive);
        } else {
          await(peer, promise);
        }
      } catch (Exception e) {
        promise.tryFailure(annotateConnectException(e, peer));
        closeIfClosed();
      }
    }

    private void await(java.net.SocketAddress peer, ChannelPromise promise) {
      connectPromise = promise;
      connectRemote = peer;
      int millis = config().getConnectTimeoutMillis();
      if (millis > 0) {
        connectTimeout =
            eventLoop().schedule(() -> timedOut(millis), millis, TimeUnit.MILLISECONDS);
      }
      promise.addListener(future -> {
        if (future.isCancelled()) {
          connectPromise = null;
          stopTimeout();
          close(voidPromise());
        }
      });
    }

    private void timedOut(int millis) {
      ChannelPromise promise = connectPromise;
      connectTimeout = null;
      if (promise == null) {
        return;
      }
      connectPromise = null;
      promise.tryFailure(
          new ConnectTimeoutException(
              "connection timed out after " + millis + " ms: " + connectRemote));
      close(voidPromise());
    }

    /** The handshake may have ended. */
    void finishConnect() {
      int result = socket.connect(connectAddress);
      ChannelPromise promise = connectPromise;
      if (result == -Errno.EALREADY || promise == null) {
        return;
      }
      connectPromise = null;
      stopTimeout();
      if (result == 0) {
        learnAddresses();
        connected(promise, isActive());
      } else {
        promise.tryFailure(annotateConnectException(SocketErrors.connect(result), connectRemote));
        closeIfClosed();
      }
    }

    /** {@code wasActive}: a datagram channel that was bound. */
    private void connected(ChannelPromise promise, boolean wasActive) {
      hasConnected();
      // a listener of the promise may close the channel, which was active all the same
      boolean isActive = isActive();
      boolean wanted = promise.trySuccess();
      if (!wasActive && isActive) {
        pipeline().fireChannelActive();
      }
      if (!wanted) {
        close(voidPromise());
      }
    }

    @Override
    public RecvByteBufAllocator.ExtendedHandle recvBufAllocHandle() {
      return (RecvByteBufAllocator.ExtendedHandle) super.recvBufAllocHandle();
    }

    @Override
    protected void flush0() {
      // else it goes on by itself
      if (!writeBlocked && !writeAgain) {
        super.flush0();
      }
    }

    /** Writes what is flushed. */
    void flushNow() {
      super.flush0();
    }
  }

  /** {@code connect} has succeeded. */
  void hasConnected() {
    active = true;
  }
}
