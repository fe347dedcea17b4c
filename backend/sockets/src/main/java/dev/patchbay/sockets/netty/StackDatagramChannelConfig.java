package dev.patchbay.sockets.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramChannelConfig;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of {@link StackDatagramChannel}. {@code IP_MULTICAST_IF} names a device of the virtual
 * network by its name alone, which the host's interface has to bear too; {@link
 * StackChannelOption#IP_MULTICAST_DEVICE} needs none of the host.
 */
public final class StackDatagramChannelConfig extends StackChannelConfig
    implements DatagramChannelConfig {
  /** Longest datagram that is received whole unless another allocator is set, bytes. */
  private static final int RECEIVE = 2048;

  private final StackDatagramChannel datagrams;
  private volatile boolean activeOnRegistration;

  StackDatagramChannelConfig(StackDatagramChannel channel) {
    super(channel, StackOptions.DATAGRAM, new FixedRecvByteBufAllocator(RECEIVE));
    datagrams = channel;
    // as all of Netty's transports have it
    set(StackChannelOption.IP_MULTICAST_ALL, false);
  }

  boolean isActiveOnRegistration() {
    return activeOnRegistration;
  }

  @Override
  @SuppressWarnings("deprecation")
  public Map<ChannelOption<?>, Object> getOptions() {
    return getOptions(
        super.getOptions(),
        ChannelOption.IP_MULTICAST_ADDR,
        ChannelOption.IP_MULTICAST_IF,
        StackChannelOption.IP_MULTICAST_DEVICE,
        ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION);
  }

  @Override
  @SuppressWarnings({"unchecked", "deprecation"})
  public <T> @Nullable T getOption(ChannelOption<T> option) {
    if (ChannelOption.IP_MULTICAST_ADDR.equals(option)) {
      return (T) getInterface();
    }
    if (ChannelOption.IP_MULTICAST_IF.equals(option)) {
      return (T) getNetworkInterface();
    }
    if (StackChannelOption.IP_MULTICAST_DEVICE.equals(option)) {
      return (T) getMulticastDevice();
    }
    if (ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION.equals(option)) {
      return (T) Boolean.valueOf(activeOnRegistration);
    }
    return super.getOption(option);
  }

  @Override
  @SuppressWarnings("deprecation")
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    if (ChannelOption.IP_MULTICAST_ADDR.equals(option)) {
      validate(option, value);
      setInterface((InetAddress) value);
    } else if (ChannelOption.IP_MULTICAST_IF.equals(option)) {
      validate(option, value);
      setNetworkInterface((NetworkInterface) value);
    } else if (StackChannelOption.IP_MULTICAST_DEVICE.equals(option)) {
      validate(option, value);
      setMulticastDevice((String) value);
    } else if (ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION.equals(option)) {
      validate(option, value);
      activeOnRegistration = (Boolean) value;
    } else {
      return super.setOption(option, value);
    }
    return true;
  }

  private <T> StackDatagramChannelConfig with(ChannelOption<T> option, T value) {
    set(option, value);
    return this;
  }

  @Override
  public int getSendBufferSize() {
    return get(ChannelOption.SO_SNDBUF);
  }

  @Override
  public StackDatagramChannelConfig setSendBufferSize(int bytes) {
    return with(ChannelOption.SO_SNDBUF, bytes);
  }

  @Override
  public int getReceiveBufferSize() {
    return get(ChannelOption.SO_RCVBUF);
  }

  @Override
  public StackDatagramChannelConfig setReceiveBufferSize(int bytes) {
    return with(ChannelOption.SO_RCVBUF, bytes);
  }

  @Override
  public int getTrafficClass() {
    return get(ChannelOption.IP_TOS);
  }

  @Override
  public StackDatagramChannelConfig setTrafficClass(int trafficClass) {
    return with(ChannelOption.IP_TOS, trafficClass);
  }

  @Override
  public boolean isReuseAddress() {
    return get(ChannelOption.SO_REUSEADDR);
  }

  @Override
  public StackDatagramChannelConfig setReuseAddress(boolean on) {
    return with(ChannelOption.SO_REUSEADDR, on);
  }

  @Override
  public boolean isBroadcast() {
    return get(ChannelOption.SO_BROADCAST);
  }

  @Override
  public StackDatagramChannelConfig setBroadcast(boolean on) {
    return with(ChannelOption.SO_BROADCAST, on);
  }

  @Override
  public boolean isLoopbackModeDisabled() {
    return get(ChannelOption.IP_MULTICAST_LOOP_DISABLED);
  }

  @Override
  public StackDatagramChannelConfig setLoopbackModeDisabled(boolean disabled) {
    return with(ChannelOption.IP_MULTICAST_LOOP_DISABLED, disabled);
  }

  /** Time to live of datagrams to groups; {@link StackChannelOption#IP_TTL} is that of others. */
  @Override
  public int getTimeToLive() {
    return get(ChannelOption.IP_MULTICAST_TTL);
  }

  @Override
  public StackDatagramChannelConfig setTimeToLive(int ttl) {
    return with(ChannelOption.IP_MULTICAST_TTL, ttl);
  }

  // ---- the device of groups

  /** An address of the device by which datagrams to groups leave; null: as routes say. */
  @Override
  public @Nullable InetAddress getInterface() {
    return datagrams.groups().address();
  }

  /**
   * Datagrams to groups leave by the device that bears an address.
   *
   * @throws io.netty.channel.ChannelException where there is none
   */
  @Override
  public StackDatagramChannelConfig setInterface(InetAddress address) {
    datagrams.groups().device(address);
    return this;
  }

  /** The host's interface that bears the name of the device, or null. */
  @Override
  public @Nullable NetworkInterface getNetworkInterface() {
    String name = getMulticastDevice();
    try {
      return name.isEmpty() ? null : NetworkInterface.getByName(name);
    } catch (SocketException _) {
      return null;
    }
  }

  /**
   * Datagrams to groups leave by the virtual network's device of that name.
   *
   * @throws io.netty.channel.ChannelException where there is none
   */
  @Override
  public StackDatagramChannelConfig setNetworkInterface(NetworkInterface like) {
    return setMulticastDevice(like.getName());
  }

  /** Name of the device by which datagrams to groups leave; "" as routes say. */
  public String getMulticastDevice() {
    return datagrams.groups().device();
  }

  /**
   * Datagrams to groups leave by a device.
   *
   * @param name in the virtual network; "" as routes say
   * @throws io.netty.channel.ChannelException where there is none
   */
  public StackDatagramChannelConfig setMulticastDevice(String name) {
    datagrams.groups().device(name);
    return this;
  }

  // ---- with the type that the interface wants

  @Override
  public StackDatagramChannelConfig setConnectTimeoutMillis(int millis) {
    super.setConnectTimeoutMillis(millis);
    return this;
  }

  @Override
  @Deprecated
  public StackDatagramChannelConfig setMaxMessagesPerRead(int count) {
    super.setMaxMessagesPerRead(count);
    return this;
  }

  @Override
  public StackDatagramChannelConfig setWriteSpinCount(int count) {
    super.setWriteSpinCount(count);
    return this;
  }

  @Override
  public StackDatagramChannelConfig setAllocator(ByteBufAllocator allocator) {
    super.setAllocator(allocator);
    return this;
  }

  @Override
  public StackDatagramChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
    super.setRecvByteBufAllocator(allocator);
    return this;
  }

  @Override
  public StackDatagramChannelConfig setAutoRead(boolean on) {
    super.setAutoRead(on);
    return this;
  }

  @Override
  public StackDatagramChannelConfig setAutoClose(boolean on) {
    super.setAutoClose(on);
    return this;
  }

  @Override
  public StackDatagramChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
    super.setMessageSizeEstimator(estimator);
    return this;
  }

  @Override
  public StackDatagramChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark mark) {
    super.setWriteBufferWaterMark(mark);
    return this;
  }
}
