package dev.patchbay.it.kernel;

import dev.patchbay.backend.sys.Tap;
import dev.patchbay.it.Netns;
import dev.patchbay.it.sockets.TapNetwork;
import dev.patchbay.it.uplink.Setns;
import dev.patchbay.stack.NetworkStack;
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
  private final TapNetwork network;
  private final NetworkStack stack;
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
    long mac = Addresses.parseMac(Host.mac(number));
    network = new TapNetwork(netns, "ours", mac, new PacketPool(), new RandomSource(seed));
    stack = network.stack();
    network.address(Host.address(number), 24, InterfaceAddress.Scope.GLOBAL);
    network.on(() -> {
      // as the cable, in whose thread the kernel's TCP runs: neither waits for a busy machine
      Poller.beFirst();
      knowNeighbours();
      return true;
    });
    Host.ok(netns, "ip link set dev br0 up");
  }

  private void knowNeighbours() {
    for (int peer : NUMBERS) {
      IpAddress address = IpAddress.parse(Host.address(peer));
      long peerMac = Addresses.parseMac(Host.mac(peer));
      if (peer != number
          && !stack.neighbours().permanent(address.hi(), address.lo(), network.bridge(), peerMac)) {
        throw new IllegalStateException("no room for a neighbour");
      }
    }
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
    network.on(() -> {
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
    network.on(() -> {
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
    network.close();
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
      return network.on(() -> socket == null ? null : socket.info());
    }

    @Override
    public void abort() throws Exception {
      network.on(() -> {
        unlisten.run();
        if (socket != null) {
          socket.abort();
        }
        return true;
      });
    }
  }
}
