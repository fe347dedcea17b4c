package dev.patchbay.sockets.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.socket.SocketOptions;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Options are set, kept and read back, from any thread; what is unknown or wrong is told. */
@Timeout(60)
class ChannelOptionsTest {
  private final TwoNetworks nets = new TwoNetworks();
  private final List<Channel> made = new ArrayList<>();

  @AfterEach
  void nothingLeaks() {
    for (Channel channel : made) {
      if (channel.isRegistered()) {
        channel.close().syncUninterruptibly();
      } else {
        channel.unsafe().closeForcibly();
      }
    }
    nets.close();
  }

  private <C extends Channel> C made(C channel) {
    made.add(channel);
    return channel;
  }

  /** Sets an option twice, so that one of them is not its default. */
  private static <T> void keeps(ChannelConfig config, ChannelOption<T> option, T one, T other) {
    for (T value : List.of(one, other)) {
      assertThat(config.setOption(option, value)).as(option.name()).isTrue();
      assertThat(config.getOption(option)).as(option.name()).isEqualTo(value);
      assertThat(config.getOptions()).containsEntry(option, value);
    }
  }

  private static void common(ChannelConfig config) {
    keeps(config, ChannelOption.SO_REUSEADDR, true, false);
    keeps(config, StackChannelOption.SO_REUSEPORT, true, false);
    keeps(config, StackChannelOption.SO_MARK, 7, 0);
    keeps(config, StackChannelOption.SO_BINDTODEVICE, "eth0", "");
    config.setOption(ChannelOption.SO_RCVBUF, 50_000);
    assertThat(config.getOption(ChannelOption.SO_RCVBUF)).as("twice, as Linux").isEqualTo(100_000);
    keeps(config, ChannelOption.WRITE_SPIN_COUNT, 3, 16);
    keeps(config, ChannelOption.CONNECT_TIMEOUT_MILLIS, 3, 30_000);
    keeps(config, ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT, config.getAllocator());
    keeps(
        config,
        ChannelOption.WRITE_BUFFER_WATER_MARK,
        new WriteBufferWaterMark(1, 2),
        WriteBufferWaterMark.DEFAULT);
  }

  private static void sender(ChannelConfig config) {
    keeps(config, ChannelOption.IP_TOS, 0x10, 0);
    keeps(config, StackChannelOption.IP_TTL, 3, 64);
    config.setOption(ChannelOption.SO_SNDBUF, 50_000);
    assertThat(config.getOption(ChannelOption.SO_SNDBUF)).isEqualTo(100_000);
  }

  private void stream(SocketProtocolFamily family) {
    StackSocketChannelConfig config =
        made(nets.client.socketChannels(family).newChannel()).config();
    assertThat(config.isTcpNoDelay()).as("as with all transports of Netty").isTrue();
    common(config);
    sender(config);
    keeps(config, ChannelOption.ALLOW_HALF_CLOSURE, true, false);
    keeps(config, ChannelOption.SO_KEEPALIVE, true, false);
    keeps(config, ChannelOption.SO_LINGER, 0, -1);
    keeps(config, ChannelOption.SO_LINGER, 5, -1);
    keeps(config, ChannelOption.TCP_NODELAY, false, true);
    keeps(config, StackChannelOption.TCP_CORK, true, false);
    keeps(config, StackChannelOption.TCP_QUICKACK, false, true);
    keeps(config, StackChannelOption.TCP_KEEPIDLE, 10, 7200);
    keeps(config, StackChannelOption.TCP_KEEPINTVL, 10, 75);
    keeps(config, StackChannelOption.TCP_KEEPCNT, 10, 9);
    keeps(config, StackChannelOption.TCP_USER_TIMEOUT, 10, 0);
    keeps(config, StackChannelOption.TCP_NOTSENT_LOWAT, 10_000, 0);
    keeps(config, StackChannelOption.TCP_MAXSEG, 1000, 500);
    keeps(config, StackChannelOption.TCP_CONGESTION, "reno", "cubic");
    keeps(config, StackChannelOption.IP_BIND_ADDRESS_NO_PORT, true, false);
  }

  @Test
  void optionsOfStreamsOfBothFamilies() {
    stream(SocketProtocolFamily.INET6);
    stream(SocketProtocolFamily.INET);
  }

  @Test
  void optionsOfListeners() {
    StackServerSocketChannelConfig config =
        made(nets.server.serverSocketChannels().newChannel()).config();
    assertThat(config.isReuseAddress()).as("as with all transports of Netty").isTrue();
    common(config);
    keeps(config, ChannelOption.SO_BACKLOG, 5, 4096);
    keeps(config, StackChannelOption.TCP_DEFER_ACCEPT, 3, 0);
    keeps(config, StackChannelOption.TCP_MAXSEG, 1000, 500);
  }

  @SuppressWarnings("deprecation")
  private void datagrams(SocketProtocolFamily family) throws Exception {
    StackDatagramChannelConfig config =
        made(nets.client.datagramChannels(family).newChannel()).config();
    common(config);
    sender(config);
    keeps(config, ChannelOption.SO_BROADCAST, true, false);
    keeps(config, ChannelOption.IP_MULTICAST_TTL, 9, 1);
    keeps(config, ChannelOption.IP_MULTICAST_LOOP_DISABLED, true, false);
    keeps(config, StackChannelOption.IP_MULTICAST_ALL, true, false);
    keeps(config, StackChannelOption.IP_PKTINFO, true, false);
    keeps(config, StackChannelOption.IP_MULTICAST_DEVICE, "eth0", "");
    keeps(config, ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true, false);

    InetAddress own = nets.client.address(TwoNetworks.CLIENT, 0).getAddress();
    config.setInterface(own);
    assertThat(config.getInterface()).isEqualTo(own);
    assertThat(config.getMulticastDevice()).isEqualTo("eth0");
    // both networks have it, as each host does
    NetworkInterface lo = NetworkInterface.getByName("lo");
    config.setNetworkInterface(lo);
    assertThat(config.getNetworkInterface()).isEqualTo(lo);
    assertThat(config.getMulticastDevice()).isEqualTo("lo");
    InetAddress foreign = nets.client.address(TwoNetworks.SERVER, 0).getAddress();
    assertThatThrownBy(() -> config.setInterface(foreign))
        .isInstanceOf(ChannelException.class)
        .hasMessage("no device has the address 10.0.0.2");
    assertThatThrownBy(() -> config.setMulticastDevice("eth9"))
        .isInstanceOf(ChannelException.class)
        .hasMessage("no device 'eth9' in the virtual network");
  }

  @Test
  void optionsOfDatagramsOfBothFamilies() throws Exception {
    datagrams(SocketProtocolFamily.INET6);
    datagrams(SocketProtocolFamily.INET);
  }

  @Test
  void anyOtherOptionGoesByItsNumber() {
    ChannelConfig config = made(nets.client.socketChannels().newChannel()).config();
    StackIntegerOption priority =
        new StackIntegerOption("SO_PRIORITY", SocketOptions.SOL_SOCKET, SocketOptions.SO_PRIORITY);
    assertThat(config.setOption(priority, 6)).isTrue();
    assertThat(config.getOption(priority)).isEqualTo(6);
    StackIntegerOption errors =
        new StackIntegerOption("IP_RECVERR", SocketOptions.SOL_IP, SocketOptions.IP_RECVERR);
    assertThatThrownBy(() -> config.setOption(errors, 1))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("a channel does not read the error queue");
    assertThat(config.setOption(errors, 0)).isTrue();
    StackIntegerOption unknown =
        new StackIntegerOption(
            "IP_TRANSPARENT", SocketOptions.SOL_IP, SocketOptions.IP_TRANSPARENT);
    assertThatThrownBy(() -> config.setOption(unknown, 1))
        .isInstanceOf(ChannelException.class)
        .hasMessage("IP_TRANSPARENT: Protocol not available");
  }

  @Test
  void unknownOptionsAreToldAndWrongValuesNamed() {
    StackSocketChannel channel = made(nets.client.socketChannels().newChannel());
    ChannelConfig config = channel.config();
    assertThat(config.setOption(ChannelOption.TCP_FASTOPEN_CONNECT, true)).isFalse();
    assertThat(config.setOption(ChannelOption.SO_BROADCAST, true)).isFalse();
    assertThat(config.getOption(ChannelOption.SO_BROADCAST)).isNull();
    assertThatThrownBy(() -> config.setOption(StackChannelOption.TCP_KEEPCNT, 0))
        .isInstanceOf(ChannelException.class)
        .hasMessageEndingWith("TCP_KEEPCNT: Invalid argument");
    assertThatThrownBy(() -> config.setOption(StackChannelOption.TCP_CONGESTION, "bbr"))
        .hasMessageEndingWith("TCP_CONGESTION: No such file or directory");
    assertThatThrownBy(() -> config.setOption(StackChannelOption.SO_BINDTODEVICE, "eth9"))
        .hasMessageEndingWith("SO_BINDTODEVICE: No such device");
    assertThatThrownBy(() -> channel.config().setPerformancePreferences(1, 2, 3))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> nets.client.socketChannels(SocketProtocolFamily.UNIX))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("family UNIX (expected: INET, INET6)");
  }

  @Test
  void optionsOfTheBootstrapReachTheConnection() throws Exception {
    Channel listener =
        made(
            nets.server(new ChannelInboundHandlerAdapter())
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .bind(80)
                .sync()
                .channel());
    StackSocketChannel client =
        (StackSocketChannel)
            nets.client(new ChannelInboundHandlerAdapter())
                .option(StackChannelOption.TCP_MAXSEG, 500)
                .connect(nets.client.address(TwoNetworks.SERVER, 80))
                .sync()
                .channel();
    assertThat(client.tcpInfo().sendMss()).isLessThanOrEqualTo(500);
    // the backlog may change while it listens
    listener.config().setOption(ChannelOption.SO_BACKLOG, 1);
    client.close().sync();
    listener.close().sync();
  }
}
