package dev.patchbay.stack.tcp;

import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Addresses;
import java.util.Objects;

/**
 * A client that sends to a server over a link with a rate, a queue, a delay and seeded loss: two
 * engines with the daemon's defaults, on virtual time.
 */
final class BulkTransfer {
  static final int MTU = 1500;

  final VirtualLoop loop = new VirtualLoop();

  /**
   * From the client to the server, and back. The n-th packet has the fate that the measurement
   * against the kernel gives it with the same seed.
   */
  final SimLink[] links = new SimLink[2];

  private final PacketPool pool = new PacketPool(64 << 20, false);
  private final TcpEngine[] engines = new TcpEngine[2];
  private final SimUser client;
  private final SimUser server;

  /**
   * Two engines and a link that does nothing but take time.
   *
   * @param bytes the client has to send
   * @param rate bytes a second
   * @param rtt ns, half of it each way
   * @param queue bytes
   */
  BulkTransfer(long seed, int bytes, long rate, long rtt, int queue) {
    RandomSource random = new RandomSource(seed);
    for (int i = 0; i < 2; i++) {
      int other = 1 - i;
      SimLink link =
          new SimLink(
              loop,
              random.derive(i == 0 ? "a to b" : "b to a"),
              p -> arrive(engines[other], p),
              (p, mtu) -> {});
      link.delay = rtt / 2;
      link.rate = rate;
      link.queue = queue;
      links[i] = link;
      engines[i] =
          new TcpEngine(loop, pool, random.derive("engine " + i), output(link), new TcpConfig());
    }
    client = new SimUser(loop, bytes, 2, random.derive("client"));
    server = new SimUser(loop, 0, 3, random.derive("server"));
  }

  private static void arrive(TcpEngine at, Packet p) {
    if (!at.receive(p)) {
      at.reject(p);
    }
  }

  private SegmentOutput output(SimLink link) {
    return new SegmentOutput() {
      @Override
      public void send(Packet p, long srcHi, long srcLo, long dstHi, long dstLo) {
        Wire.toLink(pool, p, srcHi, srcLo, dstHi, dstLo, link::carry);
      }

      @Override
      public int mtu(long srcHi, long srcLo, long dstHi, long dstLo) {
        return MTU;
      }
    };
  }

  /** The server's receive buffer has this size from the start, bytes. */
  BulkTransfer receiveBuffer(int bytes) {
    server.receiveBuffer = bytes;
    return this;
  }

  /** Begins; the SYN leaves in the next turn. */
  BulkTransfer open() {
    engines[1].listen(0, 0, 80, syn -> server.take(syn.accept(server)));
    long a = Addresses.v4(0x0a000001);
    long b = Addresses.v4(0x0a000002);
    client.take(engines[0].connect(0, a, 40_000, 0, b, 80, client));
    return this;
  }

  /** The client's. */
  TcpSocket socket() {
    return Objects.requireNonNull(client.socket);
  }

  /** Whether the client may send. */
  boolean isConnected() {
    TcpSocket s = client.socket;
    return s != null && s.state() == TcpState.ESTABLISHED;
  }

  /** Bytes that the server has read. */
  int received() {
    return server.read;
  }
}
