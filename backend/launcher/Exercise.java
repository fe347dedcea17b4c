import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddress.Scope;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.tcp.TcpHandler;
import dev.patchbay.stack.tcp.TcpSocket;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * The guest of a training run: plugs itself into the daemon at the unix socket that it is given and has it carry what guests
 * have carried, so that the AOT cache holds the classes of the packet path, linked: bulk data both ways, short exchanges, short
 * connections. Run from source by {@code train}; ends with 0 if all went through.
 */
final class Exercise {
  private static final IpAddress GUEST = IpAddress.parse("10.0.2.15");
  private static final IpAddress GATEWAY = IpAddress.parse("10.0.2.2");
  private static final int BULK = 10_000_000;
  private static final int EXCHANGES = 500;
  private static final int CONNECTIONS = 50;
  private static final long LIMIT = 60_000_000_000L;

  private final VirtualLoop loop = new VirtualLoop();
  private final PacketPool pool = new PacketPool();
  private final NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));
  private final PortDevice port = new PortDevice(stack.nextIndex(), "eth0", 0x525400123456L, 1500);
  private final ByteBuffer in = ByteBuffer.allocate(256 << 10);
  private final ByteBuffer out = ByteBuffer.allocate(4 << 20);
  private final long start = System.nanoTime();
  private final Selector selector = Selector.open();
  private final SocketChannel cable;
  private final SelectionKey key;

  private Exercise(Path socket) throws IOException {
    cable = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    cable.configureBlocking(false);
    key = cable.register(selector, SelectionKey.OP_READ);
    stack.add(port);
    IpAddress broadcast = new IpAddress(0, GUEST.lo() | 0xff);
    stack.addAddress(port, new InterfaceAddress(GUEST, 24, broadcast, Scope.GLOBAL, false, true, "eth0"));
    stack.setUp(port, true);
    port.plug(packet -> {
      Segmenter.write(packet, new Frames());
      packet.release();
    });
  }

  public static void main(String[] args) throws IOException {
    try (ServerSocket host = new ServerSocket(0, 512, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> serve(host));
      Exercise exercise = new Exercise(Path.of(args[0]));
      int at = host.getLocalPort();
      exercise.run(at, 'd', 0, BULK);
      exercise.run(at, 'u', BULK, 1);
      exercise.run(at, 'e', EXCHANGES, EXCHANGES);
      for (int i = 0; i < CONNECTIONS; i++) {
        exercise.run(at, 'e', 1, 1);
      }
    }
    System.exit(0);
  }

  /** The host's side: 'd' sends BULK bytes, 'u' takes as many and sends one, 'e' sends each byte back. */
  private static void serve(ServerSocket listener) {
    while (!listener.isClosed()) {
      try (Socket socket = listener.accept()) {
        socket.setTcpNoDelay(true);
        DataInputStream from = new DataInputStream(socket.getInputStream());
        DataOutputStream to = new DataOutputStream(socket.getOutputStream());
        switch (from.read()) {
          case 'd' -> to.write(new byte[BULK]);
          case 'u' -> {
            from.skipNBytes(BULK);
            to.write(1);
          }
          default -> {
            for (int b = from.read(); b >= 0; b = from.read()) {
              to.write(b);
            }
          }
        }
      } catch (IOException e) {
        // the guest has left
      }
    }
  }

  /** One connection: says what it wants, sends {@code send} bytes, ends when {@code expect} bytes came. */
  private void run(int hostPort, char what, int send, int expect) throws IOException {
    Client client = new Client(what, send, expect);
    stack.tcp().connect(GUEST.hi(), GUEST.lo(), 0, GATEWAY.hi(), GATEWAY.lo(), hostPort, client);
    until(() -> client.got >= client.expect && client.sent == client.send + 1);
    client.close();
    until(() -> client.closed);
  }

  private static final class Client implements TcpHandler {
    private final byte[] bytes = new byte[64 << 10];
    private final int send;
    private final int expect;
    private final boolean exchange;
    private TcpSocket socket;
    private long sent;
    private long got;
    private boolean closed;

    Client(char what, int send, int expect) {
      this.send = send;
      this.expect = expect;
      exchange = what == 'e';
      bytes[0] = (byte) what;
    }

    @Override
    public void onConnected(TcpSocket s) {
      socket = s;
      s.noDelay(true);
      onWritable(s);
    }

    @Override
    public void onReadable(TcpSocket s) {
      for (int n = s.read(bytes, 0, bytes.length); n > 0; n = s.read(bytes, 0, bytes.length)) {
        got += n;
      }
      onWritable(s);
    }

    @Override
    public void onWritable(TcpSocket s) {
      // an exchange waits for each answer; the first byte says what is wanted
      long limit = exchange ? Math.min(send, got + 1) + 1 : send + 1L;
      while (sent < limit) {
        int n = s.write(bytes, 0, (int) Math.min(bytes.length, sent == 0 ? 1 : limit - sent));
        if (n <= 0) {
          return;
        }
        sent += n;
      }
    }

    @Override
    public void onClosed(TcpSocket s, TcpError error) {
      closed = true;
    }

    void close() {
      socket.close();
    }
  }

  // ---- the cable

  private void until(BooleanSupplier done) throws IOException {
    while (!done.getAsBoolean()) {
      long now = System.nanoTime() - start;
      if (now > LIMIT) {
        throw new IOException("not done within a minute");
      }
      loop.runFor(Math.max(0, now - loop.now()));
      write();
      if (done.getAsBoolean()) {
        return;
      }
      key.interestOps(out.position() > 0 ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
      selector.select(k -> {}, 1);
      read();
    }
  }

  private void write() throws IOException {
    out.flip();
    cable.write(out);
    out.compact();
  }

  private void read() throws IOException {
    if (cable.read(in) < 0) {
      throw new IOException("the daemon closed the cable");
    }
    in.flip();
    while (in.remaining() >= 4 && in.remaining() >= 4 + in.getInt(in.position())) {
      int length = in.getInt();
      Packet packet = pool.acquire(length);
      in.get(packet.data, packet.append(length), length);
      packet.time = loop.now();
      port.receive(packet);
    }
    in.compact();
  }

  /** What the stack sends, in the framing of a stream netdev; what finds no room is lost. */
  private final class Frames implements Segmenter.FrameSink {
    @Override
    public int reserve(int length) {
      if (out.remaining() < 4 + length) {
        return -1;
      }
      out.putInt(length);
      int at = out.position();
      out.position(at + length);
      return at;
    }

    @Override
    public byte[] buffer() {
      return out.array();
    }
  }
}
