package dev.patchbay.sockets.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How much is done at a time, that nothing is forgotten then, and who may listen beside whom. */
@Timeout(60)
class FairnessTest {
  private final TwoNetworks nets = new TwoNetworks();

  @AfterEach
  void nothingLeaks() {
    nets.close();
  }

  private InetSocketAddress at(int port) {
    return nets.client.address(TwoNetworks.SERVER, port);
  }

  private static ChannelInitializer<SocketChannel> each(
      java.util.function.Supplier<ChannelInboundHandlerAdapter> handler) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        channel.pipeline().addLast(handler.get());
      }
    };
  }

  /** Counts reads and bytes. */
  private static final class Counter extends ChannelInboundHandlerAdapter {
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger bytes = new AtomicInteger();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      reads.incrementAndGet();
      ByteBuf data =
          message instanceof DatagramPacket packet ? packet.content() : (ByteBuf) message;
      bytes.addAndGet(data.readableBytes());
      data.release();
    }

    void await(int expected) throws InterruptedException {
      while (bytes.get() < expected) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      assertThat(bytes).hasValue(expected);
    }
  }

  @Test
  @SuppressWarnings("deprecation")
  void oneSmallReadATurnStillReadsAll() throws Exception {
    Counter counter = new Counter();
    Channel server =
        nets.server(each(() -> counter))
            .childOption(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(10))
            .childOption(ChannelOption.MAX_MESSAGES_PER_READ, 1)
            .bind(80)
            .sync()
            .channel();
    Channel client = nets.client(new Events()).connect(at(80)).sync().channel();
    client.writeAndFlush(Unpooled.wrappedBuffer(new byte[5000])).sync();
    counter.await(5000);
    assertThat(counter.reads).hasValue(500);
    client.close().sync();
    server.close().sync();
  }

  @Test
  void moreMessagesThanAreWrittenAtATimeAreAllWritten() throws Exception {
    Counter counter = new Counter();
    Channel server = nets.server(each(() -> counter)).bind(80).sync().channel();
    Channel client =
        nets.client(new Events())
            .option(ChannelOption.WRITE_SPIN_COUNT, 1)
            .connect(at(80))
            .sync()
            .channel();
    nets.on(() -> {
      for (int i = 0; i < 5000; i++) {
        client.write(Unpooled.wrappedBuffer(new byte[i % 3]));
      }
      return client.flush();
    });
    counter.await(4999);
    client.close().sync();
    server.close().sync();
  }

  @Test
  void oneDatagramAtATimeEachWay() throws Exception {
    Counter counter = new Counter();
    Channel server =
        TwoNetworks.datagrams(nets.server, counter)
            .option(ChannelOption.MAX_MESSAGES_PER_WRITE, 1)
            .bind(69)
            .sync()
            .channel();
    Channel client =
        TwoNetworks.datagrams(nets.client, new Events())
            .option(ChannelOption.MAX_MESSAGES_PER_WRITE, 1)
            .bind(0)
            .sync()
            .channel();
    nets.on(() -> {
      for (int i = 0; i < 100; i++) {
        client.write(new DatagramPacket(Unpooled.wrappedBuffer(new byte[i]), at(69)));
      }
      return client.flush();
    });
    counter.await(4950);
    assertThat(counter.reads).hasValue(100);
    client.close().sync();
    server.close().sync();
  }

  /** Takes longer than a turn allows. */
  private final class Slow extends ChannelInboundHandlerAdapter {
    private final BlockingQueue<Long> turns;

    Slow(BlockingQueue<Long> turns) {
      this.turns = turns;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ((ByteBuf) message).release();
      turns.add(nets.loop.turns());
      long end = System.nanoTime() + 2 * ReadyList.SHARE;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void whoTakesLongLeavesTheNextChannelToAnotherTurn() throws Exception {
    BlockingQueue<Long> turns = new LinkedBlockingQueue<>();
    Channel server = nets.server(each(() -> new Slow(turns))).bind(80).sync().channel();
    Channel one = nets.client(new Events()).connect(at(80)).sync().channel();
    Channel two = nets.client(new Events()).connect(at(80)).sync().channel();
    nets.on(() -> {
      one.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
      return two.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
    });
    long first = turns.poll(10, TimeUnit.SECONDS);
    assertThat(turns.poll(10, TimeUnit.SECONDS)).isGreaterThan(first);
    one.close().sync();
    two.close().sync();
    server.close().sync();
  }

  // ---- who listens where

  @Test
  void aServerOfIpv4AloneIsNotThereForIpv6() throws Exception {
    Channel four =
        nets.server(each(Counter::new)).bind(nets.server.address("0.0.0.0", 81)).sync().channel();
    assertThat(four.localAddress()).as("both").isEqualTo(nets.server.address("::", 81));
    Channel alone =
        new io.netty.bootstrap.ServerBootstrap()
            .group(nets.server.eventLoopGroup())
            .channelFactory(nets.server.serverSocketChannels(SocketProtocolFamily.INET))
            .childHandler(each(Counter::new))
            .bind(80)
            .sync()
            .channel();
    assertThat(alone.localAddress()).isEqualTo(nets.server.address("0.0.0.0", 80));
    nets.client(new Events()).connect(at(80)).sync().channel().close().sync();
    assertThatThrownBy(
            () -> nets.client(new Events()).connect(nets.client.address("fec0::2", 80)).sync())
        .isInstanceOf(ConnectException.class);
    nets.client(new Events())
        .connect(nets.client.address("fec0::2", 81))
        .sync()
        .channel()
        .close()
        .sync();
    four.close().sync();
    alone.close().sync();
  }

  @Test
  void linkLocalPeersAreReachedByTheirDevice() throws Exception {
    BlockingQueue<SocketChannel> accepted = new LinkedBlockingQueue<>();
    Counter counter = new Counter();
    Channel server =
        nets.server(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(counter);
                    accepted.add(channel);
                  }
                })
            .bind(80)
            .sync()
            .channel();
    InetSocketAddress near = nets.client.address("fe80::ff:fe00:2%eth0", 80);
    Channel client = nets.client(new Events()).connect(near).sync().channel();
    assertThat(client.remoteAddress()).isEqualTo(near);
    client.writeAndFlush(Unpooled.wrappedBuffer(new byte[3000])).sync();
    counter.await(3000);
    SocketChannel there = accepted.poll(10, TimeUnit.SECONDS);
    assertThat(there.remoteAddress().getAddress().isLinkLocalAddress()).isTrue();
    client.close().sync();
    server.close().sync();
  }

  @Test
  void twoServersShareAPortByReuseport() throws Exception {
    List<Counter> counters = List.of(new Counter(), new Counter());
    Channel[] servers = new Channel[2];
    for (int i = 0; i < 2; i++) {
      Counter counter = counters.get(i);
      servers[i] =
          nets.server(
                  each(() ->
                      new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelActive(ChannelHandlerContext ctx) {
                          counter.reads.incrementAndGet();
                        }
                      }))
              .option(StackChannelOption.SO_REUSEPORT, true)
              .bind(80)
              .sync()
              .channel();
    }
    for (int i = 0; i < 40; i++) {
      nets.client(new Events()).connect(at(80)).sync().channel().close().sync();
    }
    while (counters.get(0).reads.get() + counters.get(1).reads.get() < 40) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    assertThat(counters).allSatisfy(counter -> assertThat(counter.reads).hasPositiveValue());
    servers[0].close().sync();
    servers[1].close().sync();
  }

  @Test
  void aClientMayChooseItsOwnAddressAndPort() throws Exception {
    Channel server = nets.server(each(Counter::new)).bind(80).sync().channel();
    InetSocketAddress own = nets.client.address(TwoNetworks.CLIENT, 4000);
    Channel client = nets.client(new Events()).connect(at(80), own).sync().channel();
    assertThat(client.localAddress()).isEqualTo(own);
    client.close().sync();
    server.close().sync();
  }
}
