package dev.patchbay.sockets.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ServerSocketChannelConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of {@link StackServerSocketChannel}. Those of {@code SOL_SOCKET} are inherited by the
 * connections that come, as on Linux; their own are set by {@code childOption}.
 */
public final class StackServerSocketChannelConfig extends StackChannelConfig
    implements ServerSocketChannelConfig {
  /** {@code net.core.somaxconn}. */
  private static final int MAX_BACKLOG = 4096;

  private final StackServerSocketChannel listener;
  private volatile int backlog = MAX_BACKLOG;

  StackServerSocketChannelConfig(StackServerSocketChannel channel) {
    super(channel, StackOptions.LISTENER, new ServerChannelRecvByteBufAllocator());
    listener = channel;
    // as all of Netty's transports have it
    set(ChannelOption.SO_REUSEADDR, true);
  }

  @Override
  public Map<ChannelOption<?>, Object> getOptions() {
    return getOptions(super.getOptions(), ChannelOption.SO_BACKLOG);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> @Nullable T getOption(ChannelOption<T> option) {
    return ChannelOption.SO_BACKLOG.equals(option)
        ? (T) Integer.valueOf(backlog)
        : super.getOption(option);
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    if (ChannelOption.SO_BACKLOG.equals(option)) {
      validate(option, value);
      setBacklog((Integer) value);
      return true;
    }
    return super.setOption(option, value);
  }

  @Override
  public int getBacklog() {
    return backlog;
  }

  /** Connections that may wait to be accepted; more than 4096 are as 4096. At any time. */
  @Override
  public StackServerSocketChannelConfig setBacklog(int connections) {
    if (connections < 0) {
      throw new IllegalArgumentException("SO_BACKLOG: " + connections + " (expected: >= 0)");
    }
    backlog = connections;
    ask(socket -> {
      listener.relisten();
      return true;
    });
    return this;
  }

  @Override
  public boolean isReuseAddress() {
    return get(ChannelOption.SO_REUSEADDR);
  }

  @Override
  public StackServerSocketChannelConfig setReuseAddress(boolean on) {
    set(ChannelOption.SO_REUSEADDR, on);
    return this;
  }

  @Override
  public int getReceiveBufferSize() {
    return get(ChannelOption.SO_RCVBUF);
  }

  @Override
  public StackServerSocketChannelConfig setReceiveBufferSize(int bytes) {
    set(ChannelOption.SO_RCVBUF, bytes);
    return this;
  }

  /**
   * Sockets of Linux have no such thing.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public StackServerSocketChannelConfig setPerformancePreferences(
      int connectionTime, int latency, int bandwidth) {
    throw new UnsupportedOperationException("performance preferences");
  }

  // ---- with the type that the interface wants

  @Override
  public StackServerSocketChannelConfig setConnectTimeoutMillis(int millis) {
    super.setConnectTimeoutMillis(millis);
    return this;
  }

  @Override
  @Deprecated
  public StackServerSocketChannelConfig setMaxMessagesPerRead(int count) {
    super.setMaxMessagesPerRead(count);
    return this;
  }

  @Override
  public StackServerSocketChannelConfig setWriteSpinCount(int count) {
    super.setWriteSpinCount(count);
    return this;
  }

  @Override
  public StackServerSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
    super.setAllocator(allocator);
    return this;
  }

  @Override
  public StackServerSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
    super.setRecvByteBufAllocator(allocator);
    return this;
  }

  @Override
  public StackServerSocketChannelConfig setAutoRead(boolean on) {
    super.setAutoRead(on);
    return this;
  }

  @Override
  public StackServerSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
    super.setMessageSizeEstimator(estimator);
    return this;
  }

  @Override
  public StackServerSocketChannelConfig setWriteBufferHighWaterMark(int bytes) {
    super.setWriteBufferHighWaterMark(bytes);
    return this;
  }

  @Override
  public StackServerSocketChannelConfig setWriteBufferLowWaterMark(int bytes) {
    super.setWriteBufferLowWaterMark(bytes);
    return this;
  }

  @Override
  public StackServerSocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark mark) {
    super.setWriteBufferWaterMark(mark);
    return this;
  }
}
