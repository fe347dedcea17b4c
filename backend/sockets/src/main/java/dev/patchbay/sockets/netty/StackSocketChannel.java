package dev.patchbay.sockets.netty;

import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.socket.SocketType;
import dev.patchbay.stack.socket.StreamSocket;
import dev.patchbay.stack.tcp.TcpInfo;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** A TCP connection of the virtual network. Made by {@link NettySockets#socketChannels}. */
public final class StackSocketChannel extends AbstractStackChannel implements SocketChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

  /** Messages that are written before {@code WRITE_SPIN_COUNT} is counted down. */
  private static final int GATHER = 1024;

  private final StackSocketChannelConfig config;
  private final StreamSocket stream;
  private final byte[] oneByte = new byte[1];
  private volatile boolean inputShutdown;
  private volatile boolean outputShutdown;

  /** Nothing more will be read; handlers know. */
  private boolean endTold;

  StackSocketChannel(NettySockets sockets, int family) {
    super(sockets, null, sockets.socket(family, SocketType.SOCK_STREAM));
    stream = (StreamSocket) socket;
    config = new StackSocketChannelConfig(this);
  }

  /** One that a listener has accepted: connected already. */
  StackSocketChannel(StackServerSocketChannel parent, Socket socket, SocketAddress peer) {
    super(parent.sockets, parent, socket);
    stream = (StreamSocket) socket;
    config = new StackSocketChannelConfig(this);
    accepted(peer);
  }

  @Override
  public StackSocketChannelConfig config() {
    return config;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  public @Nullable StackServerSocketChannel parent() {
    return (StackServerSocketChannel) super.parent();
  }

  /** What {@code TCP_INFO} tells; null before there is a connection. From any thread. */
  public @Nullable TcpInfo tcpInfo() {
    return sockets.<@Nullable TcpInfo>call(stream::tcpInfo);
  }

  // ---- writing

  @Override
  protected Object filterOutboundMessage(Object message) {
    if (message instanceof ByteBuf) {
      return message;
    }
    throw new UnsupportedOperationException(
        "unsupported message type: "
            + StringUtil.simpleClassName(message)
            + " (expected: ByteBuf; a file goes as ChunkedFile or ChunkedNioFile)");
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) throws IOException {
    sockets.loop().enter();
    for (long spins = (long) config.getWriteSpinCount() * GATHER; spins > 0; spins--) {
      if (!(in.current() instanceof ByteBuf message)) {
        return;
      }
      int length = message.readableBytes();
      int n = length == 0 ? 0 : write(message, length);
      if (n < 0 && n != -Errno.EAGAIN) {
        throw SocketErrors.stream(n);
      }
      in.removeBytes(Math.max(n, 0));
      if (n < length) {
        // POLLOUT tells when there is room: the socket was asked for more than it took
        writeBlocked = true;
        return;
      }
    }
    writeInNextRound();
  }

  /** One copy, into the packets' memory: bytes taken, or a negative error. */
  private int write(ByteBuf message, int length) {
    if (message.hasArray()) {
      int at = message.arrayOffset() + message.readerIndex();
      return stream.send(message.array(), at, length, 0);
    }
    if (message.nioBufferCount() == 1) {
      return stream.send(message.internalNioBuffer(message.readerIndex(), length), 0);
    }
    int done = 0;
    for (ByteBuffer part : message.nioBuffers()) {
      int n = stream.send(part, 0);
      if (n < 0) {
        return done > 0 ? done : n;
      }
      done += n;
      if (part.hasRemaining()) {
        break;
      }
    }
    return done;
  }

  // ---- reading

  @Override
  protected void doBeginRead() {
    if (!endTold) {
      super.doBeginRead();
    }
  }

  /** One copy, out of the packets' memory: bytes, 0 at the end, or a negative error. */
  private int read(ByteBuf to, int room) {
    int at = to.writerIndex();
    int n =
        to.hasArray()
            ? stream.recv(to.array(), to.arrayOffset() + at, room, 0)
            : stream.recv(to.internalNioBuffer(at, room));
    if (n > 0) {
      to.writerIndex(at + n);
    }
    return n;
  }

  @Override
  void readReady() {
    if (endTold || inputShutdown && !config.isAllowHalfClosure()) {
      readPending = false;
      return;
    }
    ChannelPipeline pipeline = pipeline();
    RecvByteBufAllocator.ExtendedHandle handle = unsafe().recvBufAllocHandle();
    handle.reset(config);
    int n;
    do {
      ByteBuf buffer = handle.allocate(config.getAllocator());
      int room = buffer.writableBytes();
      handle.attemptedBytesRead(room);
      n = read(buffer, room);
      // as Netty's own: -1 is the end
      handle.lastBytesRead(n == 0 ? -1 : Math.max(n, 0));
      if (n <= 0) {
        buffer.release();
        break;
      }
      handle.incMessagesRead(1);
      readPending = false;
      pipeline.fireChannelRead(buffer);
    } while (isOpen() && handle.continueReading());
    handle.readComplete();
    boolean ended = n <= 0 && n != -Errno.EAGAIN && isOpen();
    if (ended) {
      readPending = false;
    }
    pipeline.fireChannelReadComplete();
    if (ended) {
      ended(n);
    }
  }

  /** The stream has ended ({@code n} is 0) or the connection has failed. */
  private void ended(int n) {
    if (n < 0) {
      pipeline().fireExceptionCaught(SocketErrors.stream(n));
      unsafe().close(voidPromise());
      return;
    }
    if (!inputShutdown) {
      if (!config.isAllowHalfClosure()) {
        unsafe().close(voidPromise());
        return;
      }
      inputShutdown = true;
      pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
    if (!endTold) {
      endTold = true;
      pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
    }
  }

  /**
   * A connection that failed is told of even where nobody reads, once nothing is left to read; the
   * end of a stream is not, it comes in its place.
   */
  @Override
  void endedUnread() {
    int n = active ? stream.recv(oneByte, 0, 1, MessageFlags.MSG_PEEK) : -Errno.EAGAIN;
    if (n < 0 && n != -Errno.EAGAIN) {
      ended(n);
    }
  }

  // ---- the directions

  @Override
  protected void doClose() {
    super.doClose();
    inputShutdown = true;
    outputShutdown = true;
  }

  @Override
  protected void doShutdownOutput() throws SocketException {
    sockets.loop().enter();
    shutdown(Socket.SHUT_WR);
    outputShutdown = true;
  }

  private void shutdown(int how) throws SocketException {
    int result = socket.shutdown(how);
    if (result < 0) {
      throw SocketErrors.stream(result);
    }
  }

  @Override
  public boolean isInputShutdown() {
    return inputShutdown || !isActive();
  }

  @Override
  public boolean isOutputShutdown() {
    return outputShutdown || !isActive();
  }

  @Override
  public boolean isShutdown() {
    return isInputShutdown() && isOutputShutdown();
  }

  @Override
  public ChannelFuture shutdownInput() {
    return shutdownInput(newPromise());
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    if (eventLoop().inEventLoop()) {
      shutdownInputNow(promise);
    } else {
      eventLoop().execute(() -> shutdownInputNow(promise));
    }
    return promise;
  }

  private void shutdownInputNow(ChannelPromise promise) {
    if (!isOpen()) {
      promise.setFailure(new ClosedChannelException());
      return;
    }
    sockets.loop().enter();
    try {
      shutdown(Socket.SHUT_RD);
      inputShutdown = true;
      promise.setSuccess();
    } catch (SocketException e) {
      promise.setFailure(e);
    }
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    if (eventLoop().inEventLoop()) {
      unsafe().shutdownOutput(promise);
    } else {
      eventLoop().execute(() -> unsafe().shutdownOutput(promise));
    }
    return promise;
  }

  @Override
  public ChannelFuture shutdown() {
    return shutdown(newPromise());
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    if (eventLoop().inEventLoop()) {
      shutdownNow(promise);
    } else {
      eventLoop().execute(() -> shutdownNow(promise));
    }
    return promise;
  }

  /** In one turn: between the two the peer's end could close the channel. */
  private void shutdownNow(ChannelPromise promise) {
    ChannelFuture output = shutdownOutput();
    shutdownInput()
        .addListener(input -> {
          Throwable cause = output.cause() != null ? output.cause() : input.cause();
          if (cause == null) {
            promise.setSuccess();
          } else {
            promise.setFailure(cause);
          }
        });
  }
}
