package dev.patchbay.backend.dns;

import dev.patchbay.stack.loop.EventLoop;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.net.InetSocketAddress;

/**
 * Resolvers by the host's sockets: one connected socket per query, its port chosen by the kernel.
 */
public final class NettyDnsUpstream implements DnsUpstream {
  private static final int MAX_MESSAGE = 65_535;

  private final EventLoop loop;
  private final EventLoopGroup group;
  private final Class<? extends DatagramChannel> datagram;
  private final Class<? extends SocketChannel> stream;

  /**
   * @param loop the stack's, on which receivers are called
   * @param group Netty's loop: the same thread
   * @param datagram kind of channel that fits the group, e.g. {@code EpollDatagramChannel}
   * @param stream likewise, e.g. {@code EpollSocketChannel}
   */
  public NettyDnsUpstream(
      EventLoop loop,
      EventLoopGroup group,
      Class<? extends DatagramChannel> datagram,
      Class<? extends SocketChannel> stream) {
    this.loop = loop;
    this.group = group;
    this.datagram = datagram;
    this.stream = stream;
  }

  @Override
  public Exchange send(InetSocketAddress server, byte[] query, boolean tcp, Receiver receiver) {
    Bootstrap bootstrap = new Bootstrap().group(group);
    if (tcp) {
      bootstrap.channel(stream).handler(new StreamSetup(receiver));
    } else {
      bootstrap.channel(datagram).handler(new DatagramEnd(receiver));
    }
    ChannelFuture connected = bootstrap.connect(server);
    connected.addListener(f -> {
      if (!f.isSuccess()) {
        told(receiver);
        return;
      }
      Channel channel = connected.channel();
      ByteBuf framed =
          tcp
              ? Unpooled.buffer(query.length + 2).writeShort(query.length).writeBytes(query)
              : Unpooled.wrappedBuffer(query);
      channel
          .writeAndFlush(framed)
          .addListener(w -> {
            if (!w.isSuccess()) {
              told(receiver);
            }
          });
    });
    return () -> connected.channel().close();
  }

  private void told(Receiver receiver) {
    loop.execute(() -> receiver.received(null));
  }

  private void told(Receiver receiver, ByteBuf content) {
    byte[] message = new byte[content.readableBytes()];
    content.readBytes(message);
    loop.execute(() -> receiver.received(message));
  }

  private final class StreamSetup extends ChannelInitializer<SocketChannel> {
    private final Receiver receiver;

    StreamSetup(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
      channel
          .pipeline()
          .addLast(new LengthFieldBasedFrameDecoder(MAX_MESSAGE + 2, 0, 2, 0, 2))
          .addLast(new StreamEnd(receiver));
    }
  }

  private final class StreamEnd extends SimpleChannelInboundHandler<ByteBuf> {
    private final Receiver receiver;

    StreamEnd(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
      told(receiver, message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      told(receiver);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }

  private final class DatagramEnd extends SimpleChannelInboundHandler<DatagramPacket> {
    private final Receiver receiver;

    DatagramEnd(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      told(receiver, packet.content());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // connection refused: an ICMP error came back
      told(receiver);
    }
  }
}
