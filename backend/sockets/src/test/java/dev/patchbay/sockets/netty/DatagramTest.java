package dev.patchbay.sockets.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Datagrams, with and without a peer, and groups. */
@Timeout(60)
class DatagramTest {
  private final TwoNetworks nets = new TwoNetworks();
  private final Sees a = new Sees();
  private final Sees b = new Sees();

  @AfterEach
  void nothingLeaks() {
    nets.close();
  }

  /** Notes datagrams with both of their addresses. */
  private static final class Sees extends Events {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      note(
          packet.content().toString(StandardCharsets.US_ASCII)
              + " from "
              + packet.sender()
              + " to "
              + packet.recipient());
      packet.release();
    }
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  private StackDatagramChannel bound(NettySockets side, Sees sees, String address, int port)
      throws Exception {
    InetSocketAddress local = side.address(address, port);
    StackDatagramChannel channel =
        (StackDatagramChannel) TwoNetworks.datagrams(side, sees).bind(local).sync().channel();
    assertThat(sees.next()).isEqualTo("active");
    return channel;
  }

  private StackDatagramChannel server(String address) throws Exception {
    return bound(nets.server, b, address, 69);
  }

  private StackDatagramChannel client(String address) throws Exception {
    return bound(nets.client, a, address, 1069);
  }

  @Test
  void datagramsGoThereAndBackWithTheirAddresses() throws Exception {
    StackDatagramChannel server = server("0.0.0.0");
    StackDatagramChannel client = client("10.0.0.1");
    assertThat(server.localAddress()).isEqualTo(nets.server.address("::", 69));
    InetSocketAddress to = nets.client.address("10.0.0.2", 69);
    client.write(new DatagramPacket(text("one"), to));
    client.writeAndFlush(new DefaultAddressedEnvelope<>(text("two"), to)).sync();
    assertThat(b.next()).isEqualTo("one from /10.0.0.1:1069 to /[0:0:0:0:0:0:0:0]:69");
    assertThat(b.next()).startsWith("two from /10.0.0.1:1069");
    server.writeAndFlush(new DatagramPacket(text("back"), client.localAddress())).sync();
    assertThat(a.next()).isEqualTo("back from /10.0.0.2:69 to /10.0.0.1:1069");
  }

  @Test
  void anAddressOfAnotherFamilyFailsItsDatagramAlone() throws Exception {
    server("::");
    Channel client =
        new Bootstrap()
            .group(nets.client.eventLoopGroup())
            .channelFactory(nets.client.datagramChannels(SocketProtocolFamily.INET))
            .handler(a)
            .bind(nets.client.address("10.0.0.1", 1069))
            .sync()
            .channel();
    InetSocketAddress six = nets.client.address(TwoNetworks.SERVER6, 69);
    assertThatThrownBy(() -> client.writeAndFlush(new DatagramPacket(text("no"), six)).sync())
        .isInstanceOf(UnsupportedAddressTypeException.class);
    InetSocketAddress four = nets.client.address("10.0.0.2", 69);
    client.writeAndFlush(new DatagramPacket(text("yes"), four)).sync();
    assertThat(b.next()).startsWith("yes from /10.0.0.1:1069");
  }

  @Test
  void buffersOfAllKindsAndNothingAtAll() throws Exception {
    server("::");
    StackDatagramChannel client = client("::");
    InetSocketAddress to = nets.client.address(TwoNetworks.SERVER6, 69);
    ByteBufAllocator alloc = client.alloc();
    ByteBuf direct = alloc.directBuffer().writeBytes("direct".getBytes(StandardCharsets.US_ASCII));
    ByteBuf parts = alloc.compositeBuffer();
    parts = Unpooled.wrappedBuffer(parts, text("com"), direct.retainedSlice(0, 0), text("posite"));
    client.writeAndFlush(new DatagramPacket(direct, to)).sync();
    assertThat(b.next()).startsWith("direct from /[fec0:0:0:0:0:0:0:1]:1069");
    client.writeAndFlush(new DatagramPacket(parts, to)).sync();
    assertThat(b.next()).startsWith("composite from");
    client.writeAndFlush(new DatagramPacket(Unpooled.EMPTY_BUFFER, to)).sync();
    assertThat(b.next()).startsWith(" from /[fec0:");
    client.writeAndFlush(new DatagramPacket(text("after"), to)).sync();
    assertThat(b.next()).startsWith("after from");
  }

  @Test
  void aLongDatagramIsCutAtTheBufferAndATooLongOneRefused() throws Exception {
    StackDatagramChannel server = server("::");
    StackDatagramChannel client = client("::");
    InetSocketAddress to = nets.client.address("10.0.0.2", 69);
    client.writeAndFlush(new DatagramPacket(text("x".repeat(5000)), to)).sync();
    assertThat(b.next()).startsWith("x".repeat(2048) + " from");
    server.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(65_536));
    client.writeAndFlush(new DatagramPacket(text("x".repeat(5000)), to)).sync();
    // the handle of the allocator is the channel's for good, as with Netty's own transports
    assertThat(b.next()).startsWith("x".repeat(2048) + " from");
    ByteBuf tooLong = client.alloc().buffer().writeZero(65_508);
    assertThatThrownBy(() -> client.writeAndFlush(new DatagramPacket(tooLong, to)).sync())
        .isInstanceOf(SocketException.class)
        .hasMessage("Message too long");
    assertThatThrownBy(() ->
            client
                .writeAndFlush(new DatagramPacket(text("x"), nets.client.address("192.0.2.1", 9)))
                .sync())
        .isInstanceOf(NoRouteToHostException.class)
        .hasMessage("Network is unreachable");
    assertThat(client.isActive()).isTrue();
  }

  @Test
  void aConnectedChannelHearsItsPeerAloneAndItsErrors() throws Exception {
    StackDatagramChannel server = server("10.0.0.2");
    StackDatagramChannel other = bound(nets.server, new Sees(), "10.0.0.2", 70);
    InetSocketAddress peer = nets.client.address("10.0.0.2", 69);
    StackDatagramChannel client =
        (StackDatagramChannel) TwoNetworks.datagrams(nets.client, a).connect(peer).sync().channel();
    assertThat(a.next()).isEqualTo("active");
    assertThat(client.isConnected()).isTrue();
    assertThat(client.remoteAddress()).isEqualTo(peer);
    client.writeAndFlush(text("hello")).sync();
    assertThat(b.next()).startsWith("hello from " + client.localAddress());
    other.writeAndFlush(new DatagramPacket(text("foreign"), client.localAddress())).sync();
    server.writeAndFlush(new DatagramPacket(text("answer"), client.localAddress())).sync();
    assertThat(a.next()).startsWith("answer from /10.0.0.2:69");

    server.close().sync();
    client.writeAndFlush(text("anybody?")).sync();
    assertThat(a.next()).isEqualTo("PortUnreachableException Connection refused");
    assertThat(client.isActive()).isTrue();

    client.disconnect().sync();
    assertThat(client.isConnected()).isFalse();
    assertThat(client.remoteAddress()).isNull();
  }

  @Test
  void aChannelWithoutPeerOrPortCannotSendBareBuffers() throws Exception {
    StackDatagramChannel client = client("::");
    assertThatThrownBy(() -> client.writeAndFlush(text("to whom?")).sync())
        .isInstanceOf(SocketException.class)
        .hasMessage("Destination address required");
    StackDatagramChannel unbound =
        (StackDatagramChannel)
            TwoNetworks.datagrams(nets.client, new Sees()).register().sync().channel();
    InetSocketAddress to = nets.client.address("10.0.0.2", 69);
    assertThatThrownBy(() -> unbound.writeAndFlush(new DatagramPacket(text("x"), to)).sync())
        .isInstanceOf(NotYetConnectedException.class);
    assertThatThrownBy(() -> client.writeAndFlush("text").sync())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageStartingWith("unsupported message type: String (expected: DatagramPacket");
  }

  @SuppressWarnings("deprecation")
  @Test
  void activeOnRegistrationSendsWithoutBind() throws Exception {
    server("::");
    StackDatagramChannel unbound =
        (StackDatagramChannel)
            TwoNetworks.datagrams(nets.client, a)
                .option(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true)
                .register()
                .sync()
                .channel();
    assertThat(a.next()).isEqualTo("active");
    unbound
        .writeAndFlush(new DatagramPacket(text("x"), nets.client.address("10.0.0.2", 69)))
        .sync();
    assertThat(b.next()).startsWith("x from /10.0.0.1:" + unbound.localAddress().getPort());
  }

  @Test
  void theRealRecipientIsToldWherePktinfoIsOn() throws Exception {
    StackDatagramChannel server = server("::");
    server.config().setOption(StackChannelOption.IP_PKTINFO, true);
    StackDatagramChannel client = client("::");
    client.writeAndFlush(new DatagramPacket(text("four"), nets.client.address("10.0.0.2", 69)));
    assertThat(b.next()).isEqualTo("four from /10.0.0.1:1069 to /10.0.0.2:69");
    client.writeAndFlush(new DatagramPacket(text("six"), nets.client.address("fec0::2", 69)));
    assertThat(b.next())
        .isEqualTo("six from /[fec0:0:0:0:0:0:0:1]:1069 to /[fec0:0:0:0:0:0:0:2]:69");
  }

  @Test
  void linkLocalAddressesNameTheirDeviceByItsIndex() throws Exception {
    server("::");
    StackDatagramChannel client = client("::");
    int eth0 = nets.on(() -> nets.serverStack.device("eth0").index());
    InetSocketAddress to = nets.client.address("fe80::ff:fe00:2%eth0", 69);
    client.writeAndFlush(new DatagramPacket(text("near"), to)).sync();
    assertThat(b.next()).startsWith("near from /[fe80:0:0:0:0:ff:fe00:1%" + eth0 + "]:1069");
    assertThatThrownBy(() -> nets.client.address("fe80::1%eth9", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no device 'eth9' in the virtual network");
  }

  @Test
  void broadcastHasToBeAllowed() throws Exception {
    server("0.0.0.0");
    StackDatagramChannel client = client("10.0.0.1");
    InetSocketAddress all = nets.client.address("10.0.0.255", 69);
    assertThatThrownBy(() -> client.writeAndFlush(new DatagramPacket(text("x"), all)).sync())
        .isInstanceOf(SocketException.class)
        .hasMessage("Permission denied");
    client.config().setBroadcast(true);
    client.writeAndFlush(new DatagramPacket(text("all"), all)).sync();
    assertThat(b.next()).startsWith("all from /10.0.0.1:1069");
  }

  @Test
  void autoReadOffLeavesDatagramsInTheSocket() throws Exception {
    StackDatagramChannel server = server("::");
    server.config().setAutoRead(false);
    nets.on(() -> true);
    StackDatagramChannel client = client("::");
    InetSocketAddress to = nets.client.address("10.0.0.2", 69);
    client.write(new DatagramPacket(text("1"), to));
    client.writeAndFlush(new DatagramPacket(text("2"), to)).sync();
    assertThat(b.isQuiet()).isTrue();
    server.read();
    assertThat(b.next()).startsWith("1 from");
    assertThat(b.isQuiet()).isTrue();
    server.config().setAutoRead(true);
    assertThat(b.next()).startsWith("2 from");
  }

  // ---- groups

  private void groups(String group, String source) throws Exception {
    StackDatagramChannel server = server("::");
    StackDatagramChannel client = client("::");
    client.config().setMulticastDevice("eth0");
    server.config().setMulticastDevice("eth0");
    InetAddress address = nets.client.address(group, 69).getAddress();
    InetAddress from = nets.client.address(source, 0).getAddress();
    InetSocketAddress to = new InetSocketAddress(address, 69);
    client.writeAndFlush(new DatagramPacket(text("0"), to)).sync();
    assertThat(b.isQuiet()).as("not joined").isTrue();

    server.joinGroup(address).sync();
    client.writeAndFlush(new DatagramPacket(text("1"), to)).sync();
    assertThat(b.next()).startsWith("1 from");
    assertThatThrownBy(() -> server.joinGroup(address).sync())
        .isInstanceOf(SocketException.class)
        .hasMessageStartingWith("Address already in use");

    server.block(address, from).sync();
    client.writeAndFlush(new DatagramPacket(text("2"), to)).sync();
    assertThat(b.isQuiet()).as("blocked").isTrue();
    server.leaveGroup(address).sync();

    server.joinGroup(address, "eth0", from, server.newPromise()).sync();
    client.writeAndFlush(new DatagramPacket(text("3"), to)).sync();
    assertThat(b.next()).startsWith("3 from");
    server.leaveGroup(address, "eth0", from, server.newPromise()).sync();
    client.writeAndFlush(new DatagramPacket(text("4"), to)).sync();
    assertThat(b.isQuiet()).as("left").isTrue();
    assertThatThrownBy(() -> server.leaveGroup(address).sync()).isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> server.joinGroup(address, "eth9", null, server.newPromise()).sync())
        .hasMessage("no device 'eth9' in the virtual network");
  }

  @Test
  void groupsOfIpv4() throws Exception {
    groups("239.1.2.3", TwoNetworks.CLIENT);
  }

  @Test
  void groupsOfIpv6() throws Exception {
    groups("ff05::123", TwoNetworks.CLIENT6);
  }
}
