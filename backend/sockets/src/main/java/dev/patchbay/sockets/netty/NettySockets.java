package dev.patchbay.sockets.netty;

import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketLayer;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of a virtual network as a transport of Netty. Bootstraps take {@link #eventLoopGroup}
 * and one of the channel factories:
 *
 * <pre>{@code
 * NettySockets sockets = NettySockets.of(stack);
 * new ServerBootstrap()
 *     .group(sockets.eventLoopGroup())
 *     .channelFactory(sockets.serverSocketChannels())
 *     .childHandler(...)
 *     .bind(80);
 * }</pre>
 *
 * <p>All channels live on the one thread of the network's loop, and so do their handlers: one that
 * blocks or computes for long stops the network. Such handlers hand their work to virtual threads,
 * which may write to the channel as they like; {@code pipeline.addLast(EventExecutorGroup, …)},
 * which gives a handler a thread of its own, works too, but Netty 4.2 has deprecated it.
 *
 * <p>Methods may be called by any thread.
 */
public final class NettySockets {
  /** Longer than any turn of the loop, s. */
  private static final int PATIENCE = 30;

  private final NetworkStack stack;
  private final NettyLoop loop;
  private final ReadyList ready;

  /** What is registered; on the loop. */
  private final Set<AbstractStackChannel> registered = new LinkedHashSet<>();

  /** With Netty's loop while a channel is registered, so that it does not keep us for ever. */
  private final Runnable hook = this::loopEnds;

  private NettySockets(NetworkStack stack, NettyLoop loop) {
    this.stack = stack;
    this.loop = loop;
    this.ready = new ReadyList(loop);
  }

  /**
   * The transport of a network. There may be several of one network.
   *
   * @throws IllegalArgumentException where the network's loop is not {@link NettyLoop}
   */
  public static NettySockets of(NetworkStack stack) {
    if (stack.loop() instanceof NettyLoop loop) {
      return new NettySockets(stack, loop);
    }
    throw new IllegalArgumentException(
        "a network on "
            + stack.loop().getClass().getName()
            + ": Netty's channels need one on "
            + NettyLoop.class.getName());
  }

  // ---- for bootstraps

  /** The group, of one loop, on which alone the channels can live. */
  public EventLoopGroup eventLoopGroup() {
    return loop.group();
  }

  /** The loop of that group; what is run there may touch the network. */
  public EventLoop eventLoop() {
    return loop.netty();
  }

  /** Makes TCP clients that speak both IPv6 and IPv4. */
  public ChannelFactory<StackSocketChannel> socketChannels() {
    return socketChannels(SocketProtocolFamily.INET6);
  }

  /**
   * Makes TCP clients.
   *
   * @param family {@code INET}: IPv4 alone; {@code INET6}: both
   * @throws IllegalArgumentException for other families
   */
  public ChannelFactory<StackSocketChannel> socketChannels(SocketProtocolFamily family) {
    int number = number(family);
    return () -> new StackSocketChannel(this, number);
  }

  /** Makes TCP servers; one that is bound to no address takes connections of both families. */
  public ChannelFactory<StackServerSocketChannel> serverSocketChannels() {
    return serverSocketChannels(SocketProtocolFamily.INET6);
  }

  /**
   * Makes TCP servers.
   *
   * @param family {@code INET}: IPv4 alone; {@code INET6}: both
   * @throws IllegalArgumentException for other families
   */
  public ChannelFactory<StackServerSocketChannel> serverSocketChannels(
      SocketProtocolFamily family) {
    int number = number(family);
    return () -> new StackServerSocketChannel(this, number);
  }

  /** Makes channels of UDP for both families. */
  public ChannelFactory<StackDatagramChannel> datagramChannels() {
    return datagramChannels(SocketProtocolFamily.INET6);
  }

  /**
   * Makes channels of UDP.
   *
   * @param family {@code INET}: IPv4 alone; {@code INET6}: both
   * @throws IllegalArgumentException for other families
   */
  public ChannelFactory<StackDatagramChannel> datagramChannels(SocketProtocolFamily family) {
    int number = number(family);
    return () -> new StackDatagramChannel(this, number);
  }

  private static int number(SocketProtocolFamily family) {
    return switch (family) {
      case INET -> AddressFamily.AF_INET;
      case INET6 -> AddressFamily.AF_INET6;
      default ->
          throw new IllegalArgumentException("family " + family + " (expected: INET, INET6)");
    };
  }

  // ---- addresses

  /**
   * An address by its literal, which may name a device of the virtual network as its scope.
   *
   * @param literal for instance {@code 10.0.2.15}, {@code fec0::2}, {@code fe80::1%br0}
   * @throws IllegalArgumentException where it is no literal, or there is no such device
   */
  public InetSocketAddress address(String literal, int port) {
    int percent = literal.indexOf('%');
    IpAddress ip = IpAddress.parse(percent < 0 ? literal : literal.substring(0, percent));
    int scope = percent < 0 ? 0 : call(() -> index(literal.substring(percent + 1)));
    return new InetSocketAddress(InetAddresses.of(ip.hi(), ip.lo(), scope), port);
  }

  private int index(String device) {
    NetDevice found = stack.device(device);
    if (found == null) {
      throw new IllegalArgumentException("no device '" + device + "' in the virtual network");
    }
    return found.index();
  }

  // ---- for the channels

  NettyLoop loop() {
    return loop;
  }

  NetworkStack stack() {
    return stack;
  }

  ReadyList ready() {
    return ready;
  }

  /** A socket; from any thread. */
  Socket socket(int family, int type) {
    return call(() -> {
      SocketLayer layer = stack.sockets();
      Socket made = layer.socket(family, type, 0);
      if (made == null) {
        throw new ChannelException("socket: " + Errno.text(layer.errno()));
      }
      return made;
    });
  }

  /** A channel is registered. On the loop. */
  void registered(AbstractStackChannel channel) {
    if (registered.isEmpty()) {
      executor().addShutdownHook(hook);
    }
    registered.add(channel);
  }

  /** A channel is not registered any more. On the loop. */
  void deregistered(AbstractStackChannel channel) {
    if (registered.remove(channel) && registered.isEmpty()) {
      executor().removeShutdownHook(hook);
    }
  }

  private SingleThreadEventExecutor executor() {
    return (SingleThreadEventExecutor) loop.netty();
  }

  private void loopEnds() {
    for (AbstractStackChannel channel : registered.toArray(AbstractStackChannel[]::new)) {
      channel.unsafe().close(channel.voidPromise());
    }
  }

  /**
   * Does on the loop what touches the network, within a turn, and waits for it.
   *
   * @throws ChannelException where the loop has ended
   */
  <T extends @Nullable Object> T call(Supplier<T> task) {
    if (loop.inLoop()) {
      loop.enter();
      return task.get();
    }
    try {
      CompletableFuture<T> done = loop.submit(task::get);
      return done.get(PATIENCE, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new ChannelException(e.getCause());
    } catch (RejectedExecutionException | TimeoutException e) {
      throw new ChannelException("the loop of the virtual network does not run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChannelException("interrupted", e);
    }
  }
}
