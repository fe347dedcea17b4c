package dev.patchbay.it.kernel;

import dev.patchbay.backend.sys.Tap;
import dev.patchbay.it.Netns;
import dev.patchbay.it.uplink.Setns;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** The kernel in a network namespace behind a TAP: cubic, its buffers as the kernel has them. */
final class KernelHost implements Host {
  private static final int CHUNK = 256 << 10;

  private final int number;
  private final Netns netns;
  private final Tap cable;

  KernelHost(int number) throws Exception {
    this.number = number;
    netns = Netns.create();
    Host.ok(
        netns, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
    // what an earlier transfer found out must not help the next one
    Host.ok(netns, "sysctl -qw net.ipv4.tcp_no_metrics_save=1");
    // the kernel's own values; distributions and their users change them
    netns.exec("sysctl", "-qw", "net.ipv4.tcp_rmem=4096 131072 6291456").ok();
    netns.exec("sysctl", "-qw", "net.ipv4.tcp_wmem=4096 16384 4194304").ok();
    Host.ok(netns, "ip tuntap add dev tap0 mode tap");
    cable = Setns.call(netns, () -> Tap.open("tap0"));
    Host.ok(netns, "ip link set dev tap0 address " + Host.mac(number) + " up");
    Host.ok(netns, "ip addr add " + Host.address(number) + "/24 dev tap0");
    // by route, since a namespace may not choose what the host's own does not allow everybody
    Host.ok(netns, "ip route replace 10.9.0.0/24 dev tap0 proto kernel congctl cubic");
    for (int peer : NUMBERS) {
      if (peer != number) {
        String line = "ip neigh replace %s lladdr %s nud permanent dev tap0";
        Host.ok(netns, String.format(line, Host.address(peer), Host.mac(peer)));
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

  Netns netns() {
    return netns;
  }

  @Override
  public BulkEnd listen(int port, boolean sends) throws Exception {
    ServerSocketChannel listener =
        Setns.call(netns, () -> ServerSocketChannel.open(StandardProtocolFamily.INET));
    listener.bind(new InetSocketAddress(Host.address(number), port));
    return new End(
        sends,
        () -> {
          try (listener) {
            return listener.accept();
          }
        },
        listener);
  }

  @Override
  public BulkEnd dial(Host peer, int port, boolean sends) throws Exception {
    SocketChannel channel =
        Setns.call(netns, () -> SocketChannel.open(StandardProtocolFamily.INET));
    InetSocketAddress address = new InetSocketAddress(Host.address(peer.number()), port);
    return new End(
        sends,
        () -> {
          channel.connect(address);
          return channel;
        },
        channel);
  }

  @Override
  public void close() throws IOException {
    cable.close();
    netns.close();
  }

  /** How a connection comes about. */
  private interface Opening {
    SocketChannel open() throws IOException;
  }

  /** A thread that waits for the connection and then only writes, or only reads. */
  private static final class End implements BulkEnd {
    private final boolean sends;
    private final AutoCloseable pending;
    private final Thread thread;
    private volatile SocketChannel channel;
    private volatile long connectedAt;
    private volatile long received;
    private volatile String failure = "";

    @SuppressWarnings("NullAway.Init")
    End(boolean sends, Opening opening, AutoCloseable pending) {
      this.sends = sends;
      this.pending = pending;
      thread = Thread.ofPlatform().daemon().name("kernel's user").start(() -> run(opening));
    }

    private void run(Opening opening) {
      try {
        SocketChannel open = opening.open();
        open.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel = open;
        connectedAt = System.nanoTime();
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
        while (sends) {
          open.write(buffer.clear());
        }
        for (int n = 0; n >= 0; n = open.read(buffer.clear())) {
          received += n;
        }
        failure = "the peer has ended";
      } catch (AsynchronousCloseException e) {
        // abort, while it waited
      } catch (ClosedChannelException e) {
        // abort, between two calls
      } catch (IOException e) {
        failure = String.valueOf(e.getMessage());
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

    @Override
    public void abort() throws Exception {
      if (connectedAt != 0) {
        channel.close();
      }
      pending.close();
      thread.join();
    }
  }
}
