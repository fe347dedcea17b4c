package dev.patchbay.it.kernel;

import dev.patchbay.backend.config.Attachment;
import dev.patchbay.backend.config.Ncsi;
import dev.patchbay.backend.config.PlugAddress;
import dev.patchbay.backend.config.Source;
import dev.patchbay.backend.loop.NettyLoop;
import dev.patchbay.backend.plug.FrameObserver;
import dev.patchbay.backend.plug.PlugListener;
import dev.patchbay.backend.plug.Plugs;
import dev.patchbay.backend.sys.Tap;
import dev.patchbay.it.Netns;
import dev.patchbay.it.uplink.Setns;
import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.Bridge;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.tcp.TcpHandler;
import dev.patchbay.stack.tcp.TcpInfo;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.wire.Addresses;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Our stack as the daemon assembles it: loop, pool, bridge, port, plug. Its TAP is a port of a
 * bridge of the kernel, whose other port is the cable's.
 */
final class OurHost implements Host {
  private static final int CHUNK = 64 << 10;

  private final int number;
  private final Netns netns;
  private final Tap cable;
  private final NettyLoop loop;
  private final NetworkStack stack;
  private final Plugs plugs;
  private final byte[] chunk = new byte[CHUNK];

  OurHost(int number, long seed) throws Exception {
    this.number = number;
    netns = Netns.create();
    Host.ok(
        netns, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
    Host.ok(netns, "ip link add br0 type bridge mcast_snooping 0");
    for (String tap : List.of("tap0", "tap1")) {
      Host.ok(netns, "ip tuntap add dev " + tap + " mode tap");
      Host.ok(netns, "ip link set dev " + tap + " master br0 up");
    }
    cable = Setns.call(netns, () -> Tap.open("tap1"));
    loop = new NettyLoop("ours");
    PacketPool pool = new PacketPool();
    RandomSource random = new RandomSource(seed);
    stack = on(() -> new NetworkStack(loop, pool, random));
    plugs = on(() -> new Plugs(loop, pool, PlugListener.NONE, FrameObserver.NONE));
    on(() -> {
      // for good: the thread is the loop's alone
      Setns.enter(netns);
      // as the cable, in whose thread the kernel's TCP runs: neither waits for a busy machine
      Poller.beFirst();
      assemble(random);
      return true;
    });
    Host.ok(netns, "ip link set dev br0 up");
  }

  private void assemble(RandomSource random) throws Exception {
    long mac = Addresses.parseMac(Host.mac(number));
    long key = random.derive("bridge").nextLong();
    Bridge bridge = new Bridge(stack.nextIndex(), "br0", mac, loop, key);
    stack.add(bridge);
    IpAddress own = IpAddress.parse(Host.address(number));
    InterfaceAddress.Scope scope = InterfaceAddress.Scope.GLOBAL;
    stack.addAddress(bridge, new InterfaceAddress(own, 24, null, scope, false, false, "br0"));
    stack.setUp(bridge, true);
    PortDevice port = new PortDevice(stack.nextIndex(), "net0", mac | 0xff00, 1500);
    stack.add(port);
    bridge.addPort(port);
    stack.setUp(port, true);
    plugs.open(
        new Attachment(
            Source.DEFAULT,
            Attachment.Kind.TAP,
            new PlugAddress.Tap("tap0"),
            "net0",
            null,
            OptionalInt.empty(),
            null,
            Ncsi.DEFAULT,
            List.of()),
        port);
    for (int peer : NUMBERS) {
      IpAddress address = IpAddress.parse(Host.address(peer));
      long peerMac = Addresses.parseMac(Host.mac(peer));
      if (peer != number
          && !stack.neighbours().permanent(address.hi(), address.lo(), bridge, peerMac)) {
        throw new IllegalStateException("no room for a neighbour");
      }
    }
  }

  private <T> T on(Callable<T> task) throws Exception {
    return loop.submit(task).get(30, TimeUnit.SECONDS);
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public Tap cable() {
    return cable;
  }

  @Override
  public BulkEnd listen(int port, boolean sends) throws Exception {
    End end = new End(sends);
    on(() -> {
      var listener = stack.tcp().listen(0, 0, port, syn -> end.socket = syn.accept(end));
      if (listener == null) {
        throw new IllegalStateException("port " + port + " is taken");
      }
      end.unlisten = listener::close;
      return true;
    });
    return end;
  }

  @Override
  public BulkEnd dial(Host peer, int port, boolean sends) throws Exception {
    End end = new End(sends);
    IpAddress from = IpAddress.parse(Host.address(number));
    IpAddress to = IpAddress.parse(Host.address(peer.number()));
    on(() -> {
      end.socket = stack.tcp().connect(from.hi(), from.lo(), 0, to.hi(), to.lo(), port, end);
      if (end.socket == null) {
        throw new IllegalStateException("no socket");
      }
      return true;
    });
    return end;
  }

  @Override
  public void close() throws IOException {
    loop.submit(
            () -> {
              plugs.close();
              return true;
            })
        .join();
    loop.close();
    cable.close();
    netns.close();
  }

  /** The application, on the loop. */
  final class End implements BulkEnd, TcpHandler {
    private final boolean sends;
    private @Nullable TcpSocket socket;
    private Runnable unlisten = () -> {};
    private long sum;
    private volatile long connectedAt;
    private volatile long received;
    private volatile String failure = "";

    End(boolean sends) {
      this.sends = sends;
    }

    @Override
    public void onConnected(TcpSocket s) {
      connectedAt = System.nanoTime();
      onWritable(s);
    }

    @Override
    public void onWritable(TcpSocket s) {
      int n = CHUNK;
      while (sends && n == CHUNK) {
        n = s.write(chunk, 0, CHUNK);
      }
    }

    @Override
    public void onReadable(TcpSocket s) {
      for (int n = s.read(chunk, 0, CHUNK); n > 0; n = s.read(chunk, 0, CHUNK)) {
        sum += n;
      }
      received = sum;
    }

    @Override
    public void onClosed(TcpSocket s, TcpError error) {
      if (error != TcpError.ABORTED) {
        failure = error.name();
      }
    }

    @Override
    public long connectedAt() {
      return connectedAt;
    }

    @Override
    public long received() {
      return received;
    }

    @Override
    public String failure() {
      return failure;
    }

    /** Its inner life now; null before there is a socket. */
    @Nullable TcpInfo info() throws Exception {
      return loop.submit(() -> socket == null ? null : socket.info()).get();
    }

    @Override
    public void abort() throws Exception {
      on(() -> {
        unlisten.run();
        if (socket != null) {
          socket.abort();
        }
        return true;
      });
    }
  }
}
