package dev.patchbay.sockets.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that come back as they went, with back-pressure on both sides. */
@Timeout(120)
class EchoTest {
  private static final long BULK = 50_000_000;
  private static final int CHUNK = 30_000;

  /** Sends back what comes; reads no more while the other side does not take it. */
  private static final class Echo extends ChannelInboundHandlerAdapter {
    final AtomicInteger pauses;

    Echo(AtomicInteger pauses) {
      this.pauses = pauses;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.write(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      ctx.flush();
      pause(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      pause(ctx);
    }

    private void pause(ChannelHandlerContext ctx) {
      boolean writable = ctx.channel().isWritable();
      if (!writable && ctx.channel().config().isAutoRead()) {
        pauses.incrementAndGet();
      }
      ctx.channel().config().setAutoRead(writable);
    }
  }

  /** Sends pseudo-random bytes while it may, in buffers of all kinds, and compares what returns. */
  private static final class Source extends ChannelInboundHandlerAdapter {
    final CompletableFuture<Long> done = new CompletableFuture<>();
    private final SplittableRandom out = new SplittableRandom(7);
    private final SplittableRandom in = new SplittableRandom(7);
    private final byte[] expected = new byte[CHUNK];
    private final byte[] got = new byte[CHUNK];
    private int at = CHUNK;
    private long sent;
    private long received;
    private int kind;

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      send(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      send(ctx);
    }

    private void send(ChannelHandlerContext ctx) {
      while (sent < BULK && ctx.channel().isWritable()) {
        byte[] chunk = new byte[CHUNK];
        out.nextBytes(chunk);
        int length = (int) Math.min(CHUNK, BULK - sent);
        sent += length;
        ctx.write(buffer(ctx.alloc(), chunk, length));
        ctx.flush();
      }
    }

    /** In the heap, outside of it, in pieces of both, with a part that is not to be sent. */
    private ByteBuf buffer(ByteBufAllocator alloc, byte[] bytes, int length) {
      return switch (kind++ % 4) {
        case 0 -> alloc.heapBuffer(length).writeBytes(bytes, 0, length);
        case 1 -> alloc.directBuffer(length).writeBytes(bytes, 0, length);
        case 2 ->
            alloc.directBuffer(length + 9).writeZero(9).writeBytes(bytes, 0, length).skipBytes(9);
        default -> {
          CompositeByteBuf parts = alloc.compositeBuffer(8);
          int half = length / 2;
          parts.addComponent(true, alloc.heapBuffer(half).writeBytes(bytes, 0, half));
          parts.addComponent(true, alloc.directBuffer(1));
          ByteBuf rest = UnpooledByteBufAllocator.DEFAULT.directBuffer(length);
          parts.addComponent(true, rest.writeBytes(bytes, half, length - half));
          yield parts;
        }
      };
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf data = (ByteBuf) message;
      while (data.isReadable()) {
        if (at == CHUNK) {
          in.nextBytes(expected);
          at = 0;
        }
        int n = Math.min(data.readableBytes(), CHUNK - at);
        data.readBytes(got, 0, n);
        int differs = Arrays.mismatch(expected, at, at + n, got, 0, n);
        if (differs >= 0) {
          done.completeExceptionally(
              new AssertionError("byte " + (received + differs) + " differs"));
        }
        at += n;
        received += n;
      }
      data.release();
      if (received == BULK) {
        done.complete(received);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      done.completeExceptionally(new AssertionError("closed after " + received));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      done.completeExceptionally(cause);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TwoNetworks.SERVER, TwoNetworks.SERVER6})
  void fiftyMegabytesComeBackByteForByte(String address) throws Exception {
    try (TwoNetworks nets = new TwoNetworks()) {
      AtomicInteger pauses = new AtomicInteger();
      ChannelInitializer<SocketChannel> echoes =
          new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
              channel.pipeline().addLast(new Echo(pauses));
            }
          };
      Channel server = nets.server(echoes).bind(7).sync().channel();
      Source source = new Source();
      Channel client =
          nets.client(source)
              .option(
                  ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(64_000, 256_000))
              .connect(nets.client.address(address, 7))
              .sync()
              .channel();
      assertThat(source.done.get(100, TimeUnit.SECONDS)).isEqualTo(BULK);
      assertThat(pauses).as("the echo had to wait for the client").hasPositiveValue();
      client.close().sync();
      server.close().sync();
    }
  }

  @Test
  void twoProgramsOfOneNetworkTalkByItsLoopback() throws Exception {
    try (TwoNetworks nets = new TwoNetworks()) {
      Channel server =
          nets.server(new Echo(new AtomicInteger()))
              .bind(nets.server.address("127.0.0.1", 7))
              .sync()
              .channel();
      Source source = new Source();
      Channel client =
          TwoNetworks.client(nets.server, source).connect(server.localAddress()).sync().channel();
      assertThat(source.done.get(100, TimeUnit.SECONDS)).isEqualTo(BULK);
      client.close().sync();
      server.close().sync();
    }
  }

  @Test
  void aThousandConnectionsAtOnce() throws Exception {
    int count = 1000;
    try (TwoNetworks nets = new TwoNetworks()) {
      ChannelInitializer<SocketChannel> echoes =
          new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
              channel.pipeline().addLast(new Echo(new AtomicInteger()));
            }
          };
      Channel server = nets.server(echoes).bind(7).sync().channel();
      CountDownLatch connected = new CountDownLatch(count);
      CountDownLatch closed = new CountDownLatch(count);
      AtomicInteger right = new AtomicInteger();
      for (int i = 0; i < count; i++) {
        int number = i;
        nets.client(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void channelActive(ChannelHandlerContext ctx) throws Exception {
                    connected.countDown();
                    ctx.executor().submit(() -> sendWhenAllAre(ctx));
                  }

                  /** None speaks before all are connected. */
                  private void sendWhenAllAre(ChannelHandlerContext ctx) {
                    if (connected.getCount() > 0) {
                      ctx.executor().schedule(() -> sendWhenAllAre(ctx), 1, TimeUnit.MILLISECONDS);
                    } else {
                      ctx.writeAndFlush(ctx.alloc().buffer().writeInt(number));
                    }
                  }

                  @Override
                  public void channelRead(ChannelHandlerContext ctx, Object message) {
                    ByteBuf data = (ByteBuf) message;
                    if (data.readInt() == number) {
                      right.incrementAndGet();
                    }
                    data.release();
                    ctx.close();
                  }

                  @Override
                  public void channelInactive(ChannelHandlerContext ctx) {
                    closed.countDown();
                  }
                })
            .connect(nets.client.address(TwoNetworks.SERVER, 7));
      }
      assertThat(closed.await(60, TimeUnit.SECONDS)).as(() -> closed + " " + connected).isTrue();
      assertThat(right).hasValue(count);
      server.close().sync();
    }
  }
}
