package dev.patchbay.sockets.netty;

import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Two networks, each its own stack, on one loop, joined by a cable: the client's with 10.0.0.1 and
 * fec0::1, the server's with 10.0.0.2 and fec0::2, both at {@code eth0}.
 */
final class TwoNetworks implements AutoCloseable {
  static final String CLIENT = "10.0.0.1";
  static final String SERVER = "10.0.0.2";
  static final String CLIENT6 = "fec0::1";
  static final String SERVER6 = "fec0::2";

  private static final long CLIENT_MAC = 0x0200_0000_0001L;
  private static final long SERVER_MAC = 0x0200_0000_0002L;

  final NettyLoop loop = new NettyLoop("networks");
  private final PacketPool pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);

  final NetworkStack clientStack;
  final NetworkStack serverStack;
  final NettySockets client;
  final NettySockets server;

  /** Nothing comes through. On the loop. */
  boolean cut;

  TwoNetworks() {
    clientStack = on(() -> new NetworkStack(loop, pool, new RandomSource(1)));
    serverStack = on(() -> new NetworkStack(loop, pool, new RandomSource(2)));
    client = NettySockets.of(clientStack);
    server = NettySockets.of(serverStack);
    on(() -> {
      PortDevice a = port(clientStack, CLIENT_MAC);
      PortDevice b = port(serverStack, SERVER_MAC);
      a.plug(new Cable(b));
      b.plug(new Cable(a));
      address(clientStack, a, CLIENT, 24);
      address(serverStack, b, SERVER, 24);
      address(clientStack, a, CLIENT6, 64);
      address(serverStack, b, SERVER6, 64);
      return true;
    });
  }

  private static PortDevice port(NetworkStack stack, long mac) {
    PortDevice port = new PortDevice(stack.nextIndex(), "eth0", mac, 1500);
    stack.add(port);
    stack.setUp(port, true);
    return port;
  }

  private static void address(NetworkStack stack, PortDevice port, String literal, int prefix) {
    IpAddress ip = IpAddress.parse(literal);
    InterfaceAddress.Scope scope =
        ip.isV4() ? InterfaceAddress.Scope.GLOBAL : InterfaceAddress.Scope.SITE;
    stack.addAddress(port, new InterfaceAddress(ip, prefix, null, scope, false, true, port.name()));
  }

  /** One direction of the cable: what is sent in a turn comes out in the next one. */
  private final class Cable implements PortDevice.Plug, Segmenter.FrameSink {
    private final PortDevice to;
    private final Deque<byte[]> frames = new ArrayDeque<>();
    private byte[] frame = {};

    Cable(PortDevice to) {
      this.to = to;
    }

    @Override
    public void send(Packet packet) {
      Segmenter.write(packet, this);
      packet.release();
    }

    @Override
    public int reserve(int length) {
      if (cut) {
        return -1;
      }
      frame = new byte[length];
      if (frames.isEmpty()) {
        loop.execute(this::arrive);
      }
      frames.add(frame);
      return 0;
    }

    @Override
    public byte[] buffer() {
      return frame;
    }

    private void arrive() {
      for (int left = frames.size(); left > 0; left--) {
        byte[] bytes = frames.remove();
        Packet packet = pool.acquire(bytes.length);
        if (packet != null) {
          System.arraycopy(bytes, 0, packet.data, packet.append(bytes.length), bytes.length);
          to.receive(packet);
        }
      }
    }
  }

  /** Does something on the loop and waits for it. */
  <T> T on(Callable<T> task) {
    return loop.submit(task).orTimeout(10, TimeUnit.SECONDS).join();
  }

  void cut(boolean value) {
    on(() -> cut = value);
  }

  /** A server's bootstrap whose connections have one handler. */
  ServerBootstrap server(ChannelHandler child) {
    return new ServerBootstrap()
        .group(server.eventLoopGroup())
        .channelFactory(server.serverSocketChannels())
        .childHandler(child);
  }

  /** A client's bootstrap with one handler. */
  Bootstrap client(ChannelHandler handler) {
    return client(client, handler);
  }

  /** A client's bootstrap, in either network, with one handler. */
  static Bootstrap client(NettySockets side, ChannelHandler handler) {
    return new Bootstrap()
        .group(side.eventLoopGroup())
        .channelFactory(side.socketChannels())
        .handler(handler);
  }

  /** A bootstrap for datagrams with one handler. */
  static Bootstrap datagrams(NettySockets side, ChannelHandler handler) {
    return new Bootstrap()
        .group(side.eventLoopGroup())
        .channelFactory(side.datagramChannels())
        .handler(handler);
  }

  /** Ends the loop, with all channels; fails where a packet leaked or the loop has failed. */
  @Override
  public void close() {
    // what is being sent behind a close needs some round trips
    for (int i = 0; i < 500 && on(() -> pool.live() + pool.liveChunks()) > 0; i++) {
      LockSupport.parkNanos(10_000_000);
    }
    long failures = on(loop::failures);
    int live = on(() -> pool.live() + pool.liveChunks());
    loop.close();
    if (live > 0) {
      pool.checkNoLeaks();
    }
    if (failures > 0) {
      throw new IllegalStateException(failures + " failures of the loop");
    }
    LeakRecorder.check();
  }
}
