package dev.patchbay.sockets.netty;

import io.netty.channel.ChannelOption;

/**
 * Options of the virtual network's sockets that Netty has no names for, as {@code
 * EpollChannelOption} has them for the host's. Others are set by number: {@link
 * StackIntegerOption}.
 *
 * @param <T> type of the value
 */
public final class StackChannelOption<T> extends ChannelOption<T> {
  /** Several sockets share a port, and the connections or datagrams that come. */
  public static final ChannelOption<Boolean> SO_REUSEPORT = named("SO_REUSEPORT");

  /** The only device that is used, by its name in the virtual network; "" for all. */
  public static final ChannelOption<String> SO_BINDTODEVICE = named("SO_BINDTODEVICE");

  /** Mark of the packets that are sent. */
  public static final ChannelOption<Integer> SO_MARK = named("SO_MARK");

  /** Segments wait until they are full, at most 200 ms. */
  public static final ChannelOption<Boolean> TCP_CORK = named("TCP_CORK");

  /** The name of the congestion control: {@code cubic} or {@code reno}. */
  public static final ChannelOption<String> TCP_CONGESTION = named("TCP_CONGESTION");

  /** A connection is accepted when data came, or after so many seconds; 0 at once. */
  public static final ChannelOption<Integer> TCP_DEFER_ACCEPT = named("TCP_DEFER_ACCEPT");

  /** Idle time before the first probe of {@code SO_KEEPALIVE}, s, 1 to 32767. */
  public static final ChannelOption<Integer> TCP_KEEPIDLE = named("TCP_KEEPIDLE");

  /** Time between probes, s, 1 to 32767. */
  public static final ChannelOption<Integer> TCP_KEEPINTVL = named("TCP_KEEPINTVL");

  /** Probes without answer after which the peer is given up, 1 to 127. */
  public static final ChannelOption<Integer> TCP_KEEPCNT = named("TCP_KEEPCNT");

  /** Greatest segment to send, bytes, 88 to 32767; 0 as the path allows. */
  public static final ChannelOption<Integer> TCP_MAXSEG = named("TCP_MAXSEG");

  /** Bytes not yet sent above which the socket is not writable; 0: no such limit. */
  public static final ChannelOption<Integer> TCP_NOTSENT_LOWAT = named("TCP_NOTSENT_LOWAT");

  /** ACKs are not held back. */
  public static final ChannelOption<Boolean> TCP_QUICKACK = named("TCP_QUICKACK");

  /** The connection is given up when data was not acknowledged for so long, ms; 0: by retries. */
  public static final ChannelOption<Integer> TCP_USER_TIMEOUT = named("TCP_USER_TIMEOUT");

  /** Time to live or hop limit of what is sent, 1 to 255; -1 the network's default. */
  public static final ChannelOption<Integer> IP_TTL = named("IP_TTL");

  /** {@code bind} without port leaves its choice to {@code connect}. */
  public static final ChannelOption<Boolean> IP_BIND_ADDRESS_NO_PORT =
      named("IP_BIND_ADDRESS_NO_PORT");

  /**
   * The recipient of datagrams that are received is the address to which each was sent, rather than
   * the one that the channel is bound to.
   */
  public static final ChannelOption<Boolean> IP_PKTINFO = named("IP_PKTINFO");

  /** Datagrams to groups that other sockets have joined are received too; false at first. */
  public static final ChannelOption<Boolean> IP_MULTICAST_ALL = named("IP_MULTICAST_ALL");

  /**
   * The device by which datagrams to groups leave, by its name in the virtual network; "" as routes
   * say. What {@code IP_MULTICAST_IF} is for devices of which the host knows nothing.
   */
  public static final ChannelOption<String> IP_MULTICAST_DEVICE = named("IP_MULTICAST_DEVICE");

  @SuppressWarnings("deprecation")
  private StackChannelOption() {
    super(null);
  }

  private static <T> ChannelOption<T> named(String name) {
    return valueOf(StackChannelOption.class, name);
  }
}
