package dev.patchbay.sockets.netty;

import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketType;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ServerSocketChannel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A TCP listener of the virtual network. Made by {@link NettySockets#serverSocketChannels}. */
public final class StackServerSocketChannel extends AbstractStackChannel
    implements ServerSocketChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

  private final StackServerSocketChannelConfig config;

  StackServerSocketChannel(NettySockets sockets, int family) {
    super(sockets, null, sockets.socket(family, SocketType.SOCK_STREAM));
    config = new StackServerSocketChannelConfig(this);
  }

  @Override
  public StackServerSocketChannelConfig config() {
    return config;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  protected void doBind(SocketAddress address) throws Exception {
    super.doBind(address);
    int result = socket.listen(config.getBacklog());
    if (result < 0) {
      throw SocketErrors.bind(result, address);
    }
    active = true;
  }

  /** The backlog has changed. */
  void relisten() {
    if (isActive()) {
      socket.listen(config.getBacklog());
    }
  }

  @Override
  void readReady() {
    ChannelPipeline pipeline = pipeline();
    RecvByteBufAllocator.ExtendedHandle handle = unsafe().recvBufAllocHandle();
    handle.reset(config);
    handle.attemptedBytesRead(1);
    do {
      Socket accepted = socket.accept(scratch);
      handle.lastBytesRead(accepted == null ? 0 : 1);
      if (accepted == null) {
        // none is left: it fails for nothing else
        break;
      }
      handle.incMessagesRead(1);
      readPending = false;
      pipeline.fireChannelRead(new StackSocketChannel(this, accepted, scratch));
    } while (isOpen() && handle.continueReading());
    handle.readComplete();
    pipeline.fireChannelReadComplete();
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) {
    throw new UnsupportedOperationException("a listener does not write");
  }

  @Override
  protected @Nullable Object filterOutboundMessage(Object message) {
    throw new UnsupportedOperationException("a listener does not write");
  }

  @Override
  boolean doConnect(SocketAddress peer, @Nullable SocketAddress from) {
    throw new UnsupportedOperationException("a listener does not connect");
  }
}
