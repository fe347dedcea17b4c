package dev.patchbay.sockets.netty;

import static dev.patchbay.stack.socket.SocketOptions.IPPROTO_TCP;
import static dev.patchbay.stack.socket.SocketOptions.SOL_IP;
import static dev.patchbay.stack.socket.SocketOptions.SOL_SOCKET;

import dev.patchbay.stack.socket.OptionValue;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketOptions;
import io.netty.channel.ChannelOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which options each kind of channel has, and what they are of its socket. */
final class StackOptions {
  private StackOptions() {}

  private static final List<SocketOption<?>> COMMON =
      List.of(
          SocketOption.number(ChannelOption.SO_RCVBUF, SOL_SOCKET, SocketOptions.SO_RCVBUF),
          SocketOption.flag(ChannelOption.SO_REUSEADDR, SOL_SOCKET, SocketOptions.SO_REUSEADDR),
          SocketOption.flag(
              StackChannelOption.SO_REUSEPORT, SOL_SOCKET, SocketOptions.SO_REUSEPORT),
          SocketOption.text(
              StackChannelOption.SO_BINDTODEVICE, SOL_SOCKET, SocketOptions.SO_BINDTODEVICE),
          SocketOption.number(StackChannelOption.SO_MARK, SOL_SOCKET, SocketOptions.SO_MARK));

  /** Those of a socket that sends. */
  private static final List<SocketOption<?>> SENDER =
      List.of(
          SocketOption.number(ChannelOption.SO_SNDBUF, SOL_SOCKET, SocketOptions.SO_SNDBUF),
          SocketOption.ofBoth(
              ChannelOption.IP_TOS, SocketOptions.IP_TOS, SocketOptions.IPV6_TCLASS),
          SocketOption.ofBoth(
              StackChannelOption.IP_TTL, SocketOptions.IP_TTL, SocketOptions.IPV6_UNICAST_HOPS));

  /** Those of {@link StackSocketChannel}. */
  static final Map<ChannelOption<?>, SocketOption<?>> STREAM =
      table(
          COMMON,
          SENDER,
          List.of(
              SocketOption.flag(ChannelOption.SO_KEEPALIVE, SOL_SOCKET, SocketOptions.SO_KEEPALIVE),
              new Linger(),
              tcp(ChannelOption.TCP_NODELAY, SocketOptions.TCP_NODELAY),
              tcp(StackChannelOption.TCP_CORK, SocketOptions.TCP_CORK),
              tcp(StackChannelOption.TCP_QUICKACK, SocketOptions.TCP_QUICKACK),
              tcpNumber(StackChannelOption.TCP_KEEPIDLE, SocketOptions.TCP_KEEPIDLE),
              tcpNumber(StackChannelOption.TCP_KEEPINTVL, SocketOptions.TCP_KEEPINTVL),
              tcpNumber(StackChannelOption.TCP_KEEPCNT, SocketOptions.TCP_KEEPCNT),
              tcpNumber(StackChannelOption.TCP_USER_TIMEOUT, SocketOptions.TCP_USER_TIMEOUT),
              tcpNumber(StackChannelOption.TCP_NOTSENT_LOWAT, SocketOptions.TCP_NOTSENT_LOWAT),
              tcpNumber(StackChannelOption.TCP_MAXSEG, SocketOptions.TCP_MAXSEG),
              SocketOption.text(
                  StackChannelOption.TCP_CONGESTION, IPPROTO_TCP, SocketOptions.TCP_CONGESTION),
              SocketOption.flag(
                  StackChannelOption.IP_BIND_ADDRESS_NO_PORT,
                  SOL_IP,
                  SocketOptions.IP_BIND_ADDRESS_NO_PORT)));

  /** Those of {@link StackServerSocketChannel}. */
  static final Map<ChannelOption<?>, SocketOption<?>> LISTENER =
      table(
          COMMON,
          List.of(
              tcpNumber(StackChannelOption.TCP_DEFER_ACCEPT, SocketOptions.TCP_DEFER_ACCEPT),
              tcpNumber(StackChannelOption.TCP_MAXSEG, SocketOptions.TCP_MAXSEG)));

  /** Those of {@link StackDatagramChannel} that need nothing but the socket. */
  static final Map<ChannelOption<?>, SocketOption<?>> DATAGRAM =
      table(
          COMMON,
          SENDER,
          List.of(
              SocketOption.flag(ChannelOption.SO_BROADCAST, SOL_SOCKET, SocketOptions.SO_BROADCAST),
              SocketOption.flagOfBoth(
                  StackChannelOption.IP_PKTINFO,
                  SocketOptions.IP_PKTINFO,
                  SocketOptions.IPV6_RECVPKTINFO,
                  false),
              SocketOption.flagOfBoth(
                  StackChannelOption.IP_MULTICAST_ALL,
                  SocketOptions.IP_MULTICAST_ALL,
                  SocketOptions.IPV6_MULTICAST_ALL,
                  false),
              SocketOption.flagOfBoth(
                  ChannelOption.IP_MULTICAST_LOOP_DISABLED,
                  SocketOptions.IP_MULTICAST_LOOP,
                  SocketOptions.IPV6_MULTICAST_LOOP,
                  true),
              SocketOption.ofBoth(
                  ChannelOption.IP_MULTICAST_TTL,
                  SocketOptions.IP_MULTICAST_TTL,
                  SocketOptions.IPV6_MULTICAST_HOPS)));

  private static SocketOption<Boolean> tcp(ChannelOption<Boolean> option, int name) {
    return SocketOption.flag(option, IPPROTO_TCP, name);
  }

  private static SocketOption<Integer> tcpNumber(ChannelOption<Integer> option, int name) {
    return SocketOption.number(option, IPPROTO_TCP, name);
  }

  @SafeVarargs
  private static Map<ChannelOption<?>, SocketOption<?>> table(List<SocketOption<?>>... parts) {
    Map<ChannelOption<?>, SocketOption<?>> table = new LinkedHashMap<>();
    for (List<SocketOption<?>> part : parts) {
      for (SocketOption<?> option : part) {
        table.put(option.option(), option);
      }
    }
    return table;
  }

  /** {@code struct linger}: seconds, and -1 where it is off. */
  private static final class Linger extends SocketOption<Integer> {
    Linger() {
      super(ChannelOption.SO_LINGER);
    }

    @Override
    void set(Socket socket, Integer value) {
      byte[] bytes = new byte[8];
      OptionValue.put(bytes, 4, value >= 0);
      OptionValue.putAt(bytes, 4, 4, Math.max(value, 0));
      check(socket.setsockopt(SOL_SOCKET, SocketOptions.SO_LINGER, bytes, 8));
    }

    @Override
    Integer get(Socket socket) {
      byte[] bytes = new byte[8];
      check(socket.getsockopt(SOL_SOCKET, SocketOptions.SO_LINGER, bytes, 8));
      return OptionValue.int32(bytes, 0) == 0 ? -1 : OptionValue.int32(bytes, 4);
    }
  }
}
