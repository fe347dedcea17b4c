package dev.patchbay.sockets.blocking;

import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.route.RouteEntry;
import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.socket.SocketType;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Two hosts on one loop, joined by a cable: {@link #here} is 10.1.0.1 and fd01::1, {@link #there}
 * 10.1.0.2 and fd01::2. {@link #cut} pulls the cable. Of the rest of the world 10.9.0.0/16 is
 * unreachable for both, and for all else there is no route.
 */
final class TwoHosts implements AutoCloseable {
  static final String HERE = "10.1.0.1";
  static final String THERE = "10.1.0.2";

  final NettyLoop loop = new NettyLoop("two-hosts");
  final PacketPool pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);
  final NetworkStack stackHere = new NetworkStack(loop, pool, new RandomSource(1));
  final NetworkStack stackThere = new NetworkStack(loop, pool, new RandomSource(2));
  final BlockingNetwork here = new BlockingNetwork(stackHere);
  final BlockingNetwork there = new BlockingNetwork(stackThere);
  private volatile boolean cut;

  TwoHosts() throws Exception {
    onLoop(() -> {
      PortDevice left = device(stackHere, 0x525400000101L, HERE, "fd01::1");
      PortDevice right = device(stackThere, 0x525400000102L, THERE, "fd01::2");
      left.plug(new Cable(right));
      right.plug(new Cable(left));
      return null;
    });
  }

  private static PortDevice device(NetworkStack stack, long mac, String four, String six) {
    PortDevice device = new PortDevice(stack.nextIndex(), "eth0", mac, 1500);
    stack.add(device);
    IpAddress v4 = IpAddress.parse(four);
    IpAddress broadcast = new IpAddress(0, v4.lo() | 0xff);
    InterfaceAddress.Scope global = InterfaceAddress.Scope.GLOBAL;
    stack.setUp(device, true);
    stack.addAddress(device, new InterfaceAddress(v4, 24, broadcast, global, false, true, "eth0"));
    stack.addAddress(
        device, new InterfaceAddress(IpAddress.parse(six), 64, null, global, false, true, "eth0"));
    Route unreachable =
        Route.of(Route.Type.UNREACHABLE, null, InterfaceAddress.Scope.GLOBAL).withProtocol("boot");
    stack.routes4().add(RouteEntry.MAIN, IpAddress.parse("10.9.0.0"), 16, unreachable);
    return device;
  }

  /** What leaves one end arrives at the other in a later task, or nowhere once it is cut. */
  private final class Cable implements PortDevice.Plug {
    private final PortDevice to;
    private final Deque<byte[]> frames = new ArrayDeque<>();

    Cable(PortDevice to) {
      this.to = to;
    }

    @Override
    public void send(Packet packet) {
      Segmenter.write(
          packet,
          new Segmenter.FrameSink() {
            private byte[] frame = {};

            @Override
            public int reserve(int length) {
              frame = new byte[length];
              frames.add(frame);
              return 0;
            }

            @Override
            public byte[] buffer() {
              return frame;
            }
          });
      packet.release();
      loop.execute(this::arrive);
    }

    private void arrive() {
      for (byte[] frame = frames.poll(); frame != null; frame = frames.poll()) {
        Packet packet = cut ? null : pool.acquire(frame.length);
        if (packet != null) {
          System.arraycopy(frame, 0, packet.data, packet.append(frame.length), frame.length);
          to.receive(packet);
        }
      }
    }
  }

  /** Nothing gets through any more. */
  void cut() {
    cut = true;
  }

  /** Everything gets through again. */
  void mend() {
    cut = false;
  }

  /** Runs it on the loop. */
  <T> T onLoop(Callable<T> task) throws InterruptedException, TimeoutException {
    try {
      return loop.submit(task).get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  /** Sockets on which a call waits, of both hosts. */
  int waiting() throws Exception {
    return onLoop(() -> here.waitingSockets() + there.waitingSockets());
  }

  /** Waits until so many sockets have somebody who waits. */
  void awaitWaiting(int count) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (waiting() != count) {
      if (System.nanoTime() > end) {
        throw new AssertionError(waiting() + " sockets have somebody who waits, not " + count);
      }
      Thread.sleep(1);
    }
  }

  static BlockingSocket stream(BlockingNetwork network) throws IOException {
    return network.socket(AddressFamily.AF_INET, SocketType.SOCK_STREAM, 0);
  }

  static BlockingSocket datagrams(BlockingNetwork network) throws IOException {
    return network.socket(AddressFamily.AF_INET, SocketType.SOCK_DGRAM, 0);
  }

  static SocketAddress at(String address, int port) {
    return SocketAddress.of(address, port);
  }

  /** A listener on the other host. */
  BlockingSocket listener(int port, int backlog) throws IOException {
    BlockingSocket s = stream(there);
    s.bind(at("0.0.0.0", port));
    s.listen(backlog);
    return s;
  }

  /** A connection: {@code [0]} is here and has connected, {@code [1]} is there. */
  BlockingSocket[] connection() throws IOException {
    try (BlockingSocket listener = listener(0, 5)) {
      SocketAddress to = new SocketAddress();
      listener.getsockname(to);
      BlockingSocket client = stream(here);
      client.connect(at(THERE, to.port));
      return new BlockingSocket[] {client, listener.accept()};
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
