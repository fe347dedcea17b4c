package dev.patchbay.sockets.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.tcp.TcpState;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.socket.SocketChannel;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The life of a TCP channel, and all that can befall it. */
@Timeout(60)
class StreamTest {
  private TwoNetworks nets;
  private final Events clientSees = new Events();
  private final Events serverSees = new Events();
  private final BlockingQueue<SocketChannel> accepted = new LinkedBlockingQueue<>();
  private Channel listener;
  private SocketChannel client;
  private SocketChannel server;

  @BeforeEach
  void start() throws Exception {
    nets = new TwoNetworks();
  }

  @AfterEach
  void nothingLeaks() throws Exception {
    for (Channel channel : new Channel[] {client, server, listener}) {
      if (channel != null) {
        channel.close().sync();
      }
    }
    nets.close();
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  private InetSocketAddress at(int port) {
    return nets.client.address(TwoNetworks.SERVER, port);
  }

  /** Hands out what was accepted, and then sees what happens. */
  private final class Accepting extends ChannelInboundHandlerAdapter {
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      ctx.pipeline().addLast(serverSees);
      accepted.add((SocketChannel) ctx.channel());
    }
  }

  private void listen() throws Exception {
    listener = nets.server(new Accepting()).bind(80).sync().channel();
  }

  private void connect() throws Exception {
    client = (SocketChannel) nets.client(clientSees).connect(at(80)).sync().channel();
    server = accepted.poll(10, TimeUnit.SECONDS);
    assertThat(clientSees.next()).isEqualTo("active");
    assertThat(serverSees.next()).isEqualTo("active");
  }

  // ---- life

  @Test
  void aConnectionFromItsBeginToItsEnd() throws Exception {
    listen();
    connect();
    assertThat(listener.localAddress()).isEqualTo(nets.client.address("::", 80));
    assertThat(client.remoteAddress()).isEqualTo(at(80));
    assertThat(server.localAddress()).isEqualTo(at(80));
    assertThat(client.localAddress().getAddress().getHostAddress()).isEqualTo(TwoNetworks.CLIENT);
    assertThat(server.remoteAddress()).isEqualTo(client.localAddress());
    assertThat(server.parent()).isSameAs(listener);
    assertThat(client.eventLoop()).isSameAs(nets.client.eventLoop());

    client.writeAndFlush(text("question")).sync();
    assertThat(serverSees.next()).isEqualTo("read question");
    server.writeAndFlush(text("answer")).sync();
    assertThat(clientSees.next()).isEqualTo("read answer");
    assertThat(((StackSocketChannel) client).tcpInfo().state()).isEqualTo(TcpState.ESTABLISHED);

    client.close().sync();
    assertThat(clientSees.next()).isEqualTo("inactive");
    assertThat(serverSees.next()).isEqualTo("inactive");
    assertThat(server.isOpen()).isFalse();
    assertThat(server.remoteAddress()).as("still tells whose it was").isNotNull();
    assertThatThrownBy(() -> client.writeAndFlush(text("late")).sync())
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void whatWasWrittenIsSentBehindAClose() throws Exception {
    listen();
    connect();
    for (int i = 0; i < 100; i++) {
      client.write(text("x"));
    }
    client.writeAndFlush(text("."));
    client.close().sync();
    StringBuilder got = new StringBuilder();
    for (String event = serverSees.next(); !event.equals("inactive"); event = serverSees.next()) {
      got.append(event.substring("read ".length()));
    }
    assertThat(got).hasToString("x".repeat(100) + ".");
  }

  @Test
  void halfCloseIsToldAndTheOtherDirectionGoesOn() throws Exception {
    listener =
        nets.server(new Accepting())
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .bind(80)
            .sync()
            .channel();
    connect();
    client.writeAndFlush(text("all"));
    client.shutdownOutput().sync();
    assertThat(client.isOutputShutdown()).isTrue();
    assertThat(client.isInputShutdown()).isFalse();
    assertThat(clientSees.next()).isEqualTo("event ChannelOutputShutdownEvent");
    assertThat(serverSees.next()).isEqualTo("read all");
    assertThat(serverSees.next()).isEqualTo("event ChannelInputShutdownEvent");
    assertThat(serverSees.next()).isEqualTo("event ChannelInputShutdownReadComplete");
    assertThat(serverSees.isQuiet()).isTrue();
    assertThat(server.isInputShutdown()).isTrue();
    assertThat(server.isActive()).isTrue();
    server.writeAndFlush(text("thanks")).sync();
    assertThat(clientSees.next()).isEqualTo("read thanks");
    assertThatThrownBy(() -> client.writeAndFlush(text("more")).sync())
        .isInstanceOf(ClosedChannelException.class);
    server.close().sync();
    assertThat(clientSees.next()).isEqualTo("inactive");
  }

  @Test
  void withoutHalfClosureTheEndOfTheStreamClosesTheChannel() throws Exception {
    listen();
    connect();
    client.shutdownOutput().sync();
    assertThat(serverSees.next()).isEqualTo("inactive");
    assertThat(clientSees.next()).isEqualTo("event ChannelOutputShutdownEvent");
    assertThat(clientSees.next()).isEqualTo("inactive");
  }

  @Test
  void anySpinCountWrites() throws Exception {
    listen();
    connect();
    client.config().setWriteSpinCount(Integer.MAX_VALUE);
    client.writeAndFlush(text("much patience")).sync();
    assertThat(serverSees.next()).isEqualTo("read much patience");
  }

  @Test
  void shutdownOfBothDirections() throws Exception {
    listen();
    connect();
    client.shutdown().sync();
    assertThat(client.isShutdown()).isTrue();
    assertThat(serverSees.next()).isEqualTo("inactive");
    client.close().sync();
    assertThatThrownBy(() -> client.shutdownInput().sync())
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void aChannelThatIsDeregisteredReadsAgainOnceItIsRegistered() throws Exception {
    listen();
    connect();
    server.deregister().sync();
    client.writeAndFlush(text("meanwhile")).sync();
    assertThat(serverSees.isQuiet()).isTrue();
    nets.server.eventLoopGroup().register(server).sync();
    assertThat(serverSees.next()).isEqualTo("read meanwhile");
    server.deregister().sync();
    client.close().sync();
    nets.server.eventLoopGroup().register(server).sync();
    assertThat(serverSees.next()).isEqualTo("inactive");
  }

  @Test
  void aTransportWithoutChannelsIsForgotten() throws Exception {
    NettySockets sockets = NettySockets.of(nets.clientStack);
    WeakReference<NettySockets> reference = new WeakReference<>(sockets);
    InetSocketAddress any = sockets.address("0.0.0.0", 0);
    for (int i = 0; i < 2; i++) {
      Channel first = TwoNetworks.datagrams(sockets, new Events()).bind(any).sync().channel();
      Channel second = TwoNetworks.datagrams(sockets, new Events()).bind(any).sync().channel();
      first.close().sync();
      second.close().sync();
    }
    sockets = null;
    for (int i = 0; i < 500 && reference.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(reference.get()).as("held by the loop").isNull();
  }

  @Test
  void theEndOfTheLoopClosesAllChannels() throws Exception {
    listen();
    connect();
    nets.loop.close();
    assertThat(clientSees.next()).isEqualTo("inactive");
    assertThat(serverSees.next()).isEqualTo("inactive");
    assertThat(listener.closeFuture().await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(nets.loop.failures()).isZero();
    assertThatThrownBy(() -> nets.client.socketChannels().newChannel())
        .hasMessage("the loop of the virtual network does not run");
    client = null;
    server = null;
    listener = null;
    nets = new TwoNetworks();
  }

  // ---- refusals

  @Test
  void aPortThatNobodyListensOnIsRefused() {
    assertThatThrownBy(() -> nets.client(new Events()).connect(at(81)).sync())
        .isInstanceOf(ConnectException.class)
        .hasMessage("Connection refused: /10.0.0.2:81");
    assertThatThrownBy(() ->
            nets.client(new Events()).connect(nets.client.address(TwoNetworks.SERVER6, 81)).sync())
        .isInstanceOf(ConnectException.class)
        .hasMessage("Connection refused: /[fec0:0:0:0:0:0:0:2]:81");
  }

  @Test
  void whatNoRouteLeadsToOrNobodyAnswersForIsUnreachable() {
    assertThatThrownBy(
            () -> nets.client(new Events()).connect(nets.client.address("192.0.2.1", 80)).sync())
        .isInstanceOf(NoRouteToHostException.class)
        .hasMessage("Network is unreachable: /192.0.2.1:80");
    assertThatThrownBy(
            () -> nets.client(new Events()).connect(nets.client.address("10.0.0.77", 80)).sync())
        .isInstanceOf(NoRouteToHostException.class)
        .hasMessage("No route to host: /10.0.0.77:80");
  }

  @Test
  void aPeerThatDoesNotAnswerTimesOut() throws Exception {
    listen();
    connect();
    nets.cut(true);
    ChannelFuture future =
        nets.client(new Events())
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 200)
            .connect(at(80))
            .await();
    assertThat(future.cause())
        .isInstanceOf(ConnectTimeoutException.class)
        .hasMessage("connection timed out after 200 ms: /10.0.0.2:80");
    assertThat(future.channel().closeFuture().await(5, TimeUnit.SECONDS)).isTrue();
    nets.cut(false);
  }

  @Test
  void aConnectThatIsCancelledClosesTheChannel() throws Exception {
    nets.cut(true);
    ChannelFuture future = nets.client(clientSees).connect(at(80));
    while (!nets.on(() -> future.channel().isRegistered())) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    nets.on(() -> true);
    assertThat(future.cancel(false)).isTrue();
    assertThat(future.channel().closeFuture().await(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aPortThatIsTakenAndAnAddressOfOthersCannotBeBound() throws Exception {
    listen();
    assertThatThrownBy(() -> nets.server(new Accepting()).bind(80).sync())
        .isInstanceOf(BindException.class)
        .hasMessageStartingWith("Address already in use: ");
    assertThatThrownBy(() ->
            nets.server(new Accepting()).bind(nets.server.address(TwoNetworks.CLIENT, 81)).sync())
        .isInstanceOf(BindException.class)
        .hasMessage("Cannot assign requested address: /10.0.0.1:81");
  }

  @Test
  void aNameIsNotAnAddress() {
    assertThatThrownBy(
            () -> {
              Channel channel = nets.client(clientSees).register().sync().channel();
              channel.connect(InetSocketAddress.createUnresolved("bmc0", 80)).sync();
            })
        .isInstanceOf(UnresolvedAddressException.class);
  }

  @Test
  void aLoopOfOthersIsRefused() throws Exception {
    try (var others = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory())) {
      ChannelFuture future =
          new Bootstrap()
              .group(others)
              .channelFactory(nets.client.socketChannels())
              .handler(clientSees)
              .connect(at(80))
              .await();
      assertThat(future.cause())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "a channel of a virtual network lives on the network's own loop:"
                  + " take the group NettySockets.eventLoopGroup()");
      assertThat(future.channel().isOpen()).isFalse();
    }
    NetworkStack virtual =
        new NetworkStack(new VirtualLoop(), new PacketPool(), new RandomSource(1));
    assertThatThrownBy(() -> NettySockets.of(virtual))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("VirtualLoop");
  }

  @Test
  void whatIsNoBufferIsRefused() throws Exception {
    listen();
    connect();
    DefaultFileRegion file = new DefaultFileRegion(new File("pom.xml"), 0, 10);
    assertThatThrownBy(() -> client.writeAndFlush(file).sync())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageStartingWith("unsupported message type: DefaultFileRegion (expected: ByteBuf");
    assertThat(client.isActive()).isTrue();
  }

  // ---- resets

  @Test
  void lingerOfZeroResetsThePeer() throws Exception {
    listen();
    connect();
    client.config().setSoLinger(0);
    client.close().sync();
    assertThat(serverSees.next()).isEqualTo("SocketException Connection reset by peer");
    assertThat(serverSees.next()).isEqualTo("inactive");
  }

  @Test
  void aResetIsToldAlsoWhereNobodyReads() throws Exception {
    listen();
    connect();
    server.config().setAutoRead(false);
    client.config().setSoLinger(0);
    client.close().sync();
    assertThat(serverSees.next()).isEqualTo("SocketException Connection reset by peer");
    assertThat(serverSees.next()).isEqualTo("inactive");
  }

  @Test
  void whatCameBeforeAResetIsReadFirst() throws Exception {
    listen();
    connect();
    server.config().setAutoRead(false);
    nets.on(() -> true);
    client.writeAndFlush(text("last words")).sync();
    client.config().setSoLinger(0);
    while (((StackSocketChannel) server).tcpInfo().receiveQueue() == 0) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    client.close().sync();
    assertThat(serverSees.isQuiet()).isTrue();
    server.config().setAutoRead(true);
    assertThat(serverSees.next()).isEqualTo("read last words");
    assertThat(serverSees.next()).isEqualTo("SocketException Connection reset by peer");
    assertThat(serverSees.next()).isEqualTo("inactive");
  }

  // ---- back-pressure

  @Test
  void whoDoesNotReadClosesTheWindowAndTheWriterBecomesUnwritable() throws Exception {
    listen();
    connect();
    server.config().setAutoRead(false);
    int length = 20_000_000;
    ChannelFuture written =
        nets.on(() -> client.writeAndFlush(Unpooled.wrappedBuffer(new byte[length])));
    assertThat(clientSees.next()).isEqualTo("not writable");
    StackSocketChannel sender = (StackSocketChannel) client;
    while (sender.tcpInfo().sendWindow() >= sender.tcpInfo().sendMss()) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    assertThat(serverSees.isQuiet()).as("nothing is read").isTrue();
    assertThat(client.bytesBeforeWritable()).isPositive();
    assertThat(written.isDone()).isFalse();

    server.pipeline().replace(serverSees, "count", new Counting());
    server.config().setAutoRead(true);
    assertThat(clientSees.next()).isEqualTo("writable");
    assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
    client.close().sync();
    assertThat(server.closeFuture().await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(read).isEqualTo(length);
  }

  private volatile int read;

  private final class Counting extends ChannelInboundHandlerAdapter {
    private int sum;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf data = (ByteBuf) message;
      sum += data.readableBytes();
      read = sum;
      data.release();
    }
  }

  @Test
  void oneReadAtATime() throws Exception {
    listen();
    connect();
    server.config().setAutoRead(false);
    nets.on(() -> true);
    client.writeAndFlush(text("one")).sync();
    assertThat(serverSees.isQuiet()).isTrue();
    server.read();
    assertThat(serverSees.next()).isEqualTo("read one");
    client.writeAndFlush(text("two")).sync();
    assertThat(serverSees.isQuiet()).isTrue();
    server.read();
    assertThat(serverSees.next()).isEqualTo("read two");
    server.read();
    assertThat(serverSees.isQuiet()).as("nothing there: it waits").isTrue();
    client.writeAndFlush(text("three")).sync();
    assertThat(serverSees.next()).isEqualTo("read three");
  }

  // ---- closing in the midst of it

  @Test
  void aHandlerMayCloseAtAnyPoint() throws Exception {
    for (String when : new String[] {"added", "registered", "active", "read", "complete"}) {
      Events sees = new Events();
      Channel closing =
          nets.server(
                  new ChannelInboundHandlerAdapter() {
                    private void at(ChannelHandlerContext ctx, String point) {
                      if (point.equals(when)) {
                        ctx.close();
                      }
                    }

                    @Override
                    public void handlerAdded(ChannelHandlerContext ctx) {
                      at(ctx, "added");
                    }

                    @Override
                    public void channelRegistered(ChannelHandlerContext ctx) {
                      at(ctx, "registered");
                    }

                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                      at(ctx, "active");
                    }

                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                      ((ByteBuf) message).release();
                      at(ctx, "read");
                    }

                    @Override
                    public void channelReadComplete(ChannelHandlerContext ctx) {
                      at(ctx, "complete");
                    }
                  })
              .bind(82)
              .sync()
              .channel();
      Channel dialling = nets.client(sees).connect(at(82)).sync().channel();
      assertThat(sees.next()).isEqualTo("active");
      dialling.writeAndFlush(text("hello"));
      assertThat(dialling.closeFuture().await(10, TimeUnit.SECONDS)).as(when).isTrue();
      closing.close().sync();
    }
  }

  @Test
  void aListenerThatIsClosedWhileItAcceptsResetsTheRest() throws Exception {
    CountingListener accepting = new CountingListener();
    listener =
        nets.server(accepting).option(ChannelOption.AUTO_READ, false).bind(80).sync().channel();
    Channel[] clients = new Channel[5];
    Events[] seen = new Events[5];
    for (int i = 0; i < 5; i++) {
      seen[i] = new Events();
      clients[i] = nets.client(seen[i]).connect(at(80)).sync().channel();
      assertThat(seen[i].next()).isEqualTo("active");
    }
    accepting.closes = listener;
    listener.config().setAutoRead(true);
    listener.closeFuture().sync();
    for (int i = 0; i < 5; i++) {
      assertThat(clients[i].closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(accepting.count).isEqualTo(1);
    assertThatThrownBy(() -> nets.client(clientSees).connect(at(80)).sync())
        .isInstanceOf(ConnectException.class);
  }

  private static final class CountingListener extends ChannelInboundHandlerAdapter {
    private volatile int count;
    private volatile Channel closes;

    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void channelRegistered(ChannelHandlerContext ctx) {
      count++;
      closes.close();
      ctx.close();
    }
  }

  // ---- threads

  @Test
  void handlersThatBlockHandTheirWorkToVirtualThreads() throws Exception {
    listener = nets.server(new Slow()).bind(80).sync().channel();
    client = (SocketChannel) nets.client(clientSees).connect(at(80)).sync().channel();
    assertThat(clientSees.next()).isEqualTo("active");
    client.writeAndFlush(text("slow"));
    // the network goes on meanwhile
    Channel other = nets.client(new Events()).connect(at(80)).sync().channel();
    other.close().sync();
    assertThat(answered.getCount()).isEqualTo(1);
    answered.countDown();
    assertThat(clientSees.next()).isEqualTo("read not on the loop");
  }

  private final CountDownLatch answered = new CountDownLatch(1);

  private final class Slow extends ChannelInboundHandlerAdapter {
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ((ByteBuf) message).release();
      Thread.startVirtualThread(() -> {
        try {
          answered.await();
          String where = nets.loop.inLoop() ? "on the loop" : "not on the loop";
          ctx.writeAndFlush(text(where));
        } catch (InterruptedException e) {
          ctx.fireExceptionCaught(e);
        }
      });
    }
  }
}
