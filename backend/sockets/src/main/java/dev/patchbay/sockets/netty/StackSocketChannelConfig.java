package dev.patchbay.sockets.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannelConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of {@link StackSocketChannel}: Netty's, and those of {@link StackChannelOption} that
 * concern TCP. Buffer sizes read back as Linux tells them, twice of what was asked for. {@code
 * SO_LINGER} 0 resets at the close; other values change nothing, since no close ever waits: what
 * was written is sent behind it.
 */
public final class StackSocketChannelConfig extends StackChannelConfig
    implements SocketChannelConfig {
  private volatile boolean allowHalfClosure;

  StackSocketChannelConfig(StackSocketChannel channel) {
    super(channel, StackOptions.STREAM);
    // as all of Netty's transports have it
    set(ChannelOption.TCP_NODELAY, true);
  }

  @Override
  public Map<ChannelOption<?>, Object> getOptions() {
    return getOptions(super.getOptions(), ChannelOption.ALLOW_HALF_CLOSURE);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> @Nullable T getOption(ChannelOption<T> option) {
    return ChannelOption.ALLOW_HALF_CLOSURE.equals(option)
        ? (T) Boolean.valueOf(allowHalfClosure)
        : super.getOption(option);
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    if (ChannelOption.ALLOW_HALF_CLOSURE.equals(option)) {
      validate(option, value);
      setAllowHalfClosure((Boolean) value);
      return true;
    }
    return super.setOption(option, value);
  }

  @Override
  public boolean isAllowHalfClosure() {
    return allowHalfClosure;
  }

  @Override
  public StackSocketChannelConfig setAllowHalfClosure(boolean allow) {
    allowHalfClosure = allow;
    return this;
  }

  private <T> StackSocketChannelConfig with(ChannelOption<T> option, T value) {
    set(option, value);
    return this;
  }

  @Override
  public boolean isTcpNoDelay() {
    return get(ChannelOption.TCP_NODELAY);
  }

  @Override
  public StackSocketChannelConfig setTcpNoDelay(boolean on) {
    return with(ChannelOption.TCP_NODELAY, on);
  }

  @Override
  public int getSoLinger() {
    return get(ChannelOption.SO_LINGER);
  }

  @Override
  public StackSocketChannelConfig setSoLinger(int seconds) {
    return with(ChannelOption.SO_LINGER, seconds);
  }

  @Override
  public int getSendBufferSize() {
    return get(ChannelOption.SO_SNDBUF);
  }

  @Override
  public StackSocketChannelConfig setSendBufferSize(int bytes) {
    return with(ChannelOption.SO_SNDBUF, bytes);
  }

  @Override
  public int getReceiveBufferSize() {
    return get(ChannelOption.SO_RCVBUF);
  }

  @Override
  public StackSocketChannelConfig setReceiveBufferSize(int bytes) {
    return with(ChannelOption.SO_RCVBUF, bytes);
  }

  @Override
  public boolean isKeepAlive() {
    return get(ChannelOption.SO_KEEPALIVE);
  }

  @Override
  public StackSocketChannelConfig setKeepAlive(boolean on) {
    return with(ChannelOption.SO_KEEPALIVE, on);
  }

  @Override
  public int getTrafficClass() {
    return get(ChannelOption.IP_TOS);
  }

  @Override
  public StackSocketChannelConfig setTrafficClass(int trafficClass) {
    return with(ChannelOption.IP_TOS, trafficClass);
  }

  @Override
  public boolean isReuseAddress() {
    return get(ChannelOption.SO_REUSEADDR);
  }

  @Override
  public StackSocketChannelConfig setReuseAddress(boolean on) {
    return with(ChannelOption.SO_REUSEADDR, on);
  }

  /**
   * Sockets of Linux have no such thing.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public StackSocketChannelConfig setPerformancePreferences(
      int connectionTime, int latency, int bandwidth) {
    throw new UnsupportedOperationException("performance preferences");
  }

  // ---- with the type that the interface wants

  @Override
  public StackSocketChannelConfig setConnectTimeoutMillis(int millis) {
    super.setConnectTimeoutMillis(millis);
    return this;
  }

  @Override
  @Deprecated
  public StackSocketChannelConfig setMaxMessagesPerRead(int count) {
    super.setMaxMessagesPerRead(count);
    return this;
  }

  @Override
  public StackSocketChannelConfig setWriteSpinCount(int count) {
    super.setWriteSpinCount(count);
    return this;
  }

  @Override
  public StackSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
    super.setAllocator(allocator);
    return this;
  }

  @Override
  public StackSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
    super.setRecvByteBufAllocator(allocator);
    return this;
  }

  @Override
  public StackSocketChannelConfig setAutoRead(boolean on) {
    super.setAutoRead(on);
    return this;
  }

  @Override
  public StackSocketChannelConfig setAutoClose(boolean on) {
    super.setAutoClose(on);
    return this;
  }

  @Override
  public StackSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
    super.setMessageSizeEstimator(estimator);
    return this;
  }

  @Override
  public StackSocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark mark) {
    super.setWriteBufferWaterMark(mark);
    return this;
  }
}
