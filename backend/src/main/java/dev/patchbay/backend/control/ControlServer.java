package dev.patchbay.backend.control;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The listener of the control socket; its channels run on the loop that is given. */
public final class ControlServer implements AutoCloseable {
  /** Longest body of a request in bytes: room for a file of 200 000 rules. */
  public static final int MAX_BODY = 32 << 20;

  /** Clients at one time; one more is closed at once. */
  static final int MAX_CLIENTS = 128;

  /** Bytes of events that may wait for one slow reader before it is closed. */
  private static final int MAX_WAITING = 4 << 20;

  private final Channel listener;
  private final ChannelGroup clients;
  private final Path path;

  private ControlServer(Channel listener, ChannelGroup clients, Path path) {
    this.listener = listener;
    this.clients = clients;
    this.path = path;
  }

  /**
   * Listens; not to be called on the loop's thread. The path must not exist: who owns the directory
   * decides about a stale socket.
   *
   * @param group one loop, on which the model is called
   * @param enter called on that loop before each call of the model ({@code NettyLoop::enter})
   * @param path at most 107 bytes
   * @throws IOException where the socket cannot be made
   */
  public static ControlServer open(
      EventLoopGroup group, Runnable enter, Path path, ControlModel model, EventLog events)
      throws IOException {
    ChannelGroup clients = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerDomainSocketChannel.class)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(MAX_WAITING / 2, MAX_WAITING))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (clients.size() >= MAX_CLIENTS) {
                      channel.close();
                      return;
                    }
                    clients.add(channel);
                    channel
                        .pipeline()
                        .addLast(new HttpServerCodec())
                        .addLast(new RequestDeadline())
                        .addLast(new BodyGatherer())
                        .addLast(new ControlHandler(enter, model, events));
                  }
                });
    // bound under a name that nobody knows, in mode 0600, before it gets its own: there is no
    // moment in which others could connect
    Path hidden = Files.createTempDirectory(path.toAbsolutePath().getParent(), ".c");
    Path socket = hidden.resolve("s");
    try {
      ChannelFuture bound = bootstrap.bind(new DomainSocketAddress(socket.toString()));
      bound.awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw new IOException(path + ": " + bound.cause().getMessage());
      }
      try {
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        Files.createLink(path, socket);
      } catch (IOException e) {
        bound.channel().close();
        throw e;
      }
      return new ControlServer(bound.channel(), clients, path);
    } finally {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(hidden);
    }
  }

  /** Connected clients. */
  public int clients() {
    return clients.size();
  }

  /** Closes the listener and all clients, and takes the socket's file away. */
  @Override
  public void close() throws IOException {
    listener.close();
    clients.close();
    Files.deleteIfExists(path);
  }
}
