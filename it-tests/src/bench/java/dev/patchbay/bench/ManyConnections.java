package dev.patchbay.bench;

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
import dev.patchbay.stack.wire.Arp;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;
import org.jspecify.annotations.Nullable;

/**
 * A whole stack with any number of established connections, and at the end of its cable a host that
 * holds of each connection two sequence numbers and nothing else: what is measured is ours.
 * Segments have timestamps, as Linux's have.
 */
final class ManyConnections implements TcpHandler {
  /** Payload bytes of the longest segment at an MTU of 1500, with timestamps. */
  static final int MSS = 1448;

  private static final IpAddress OURS = IpAddress.parse("192.0.2.1");
  private static final IpAddress PEER = IpAddress.parse("192.0.2.2");
  private static final long OUR_MAC = 0x525400000001L;
  private static final long PEER_MAC = 0x525400000002L;
  private static final int FIRST_PORT = 1000;
  private static final int FIRST_PEER_PORT = 10_000;
  private static final int PER_PORT = 50_000;
  private static final int L3 = 14;
  private static final int L4 = L3 + 20;
  private static final int TIMESTAMPS = 0x0101080a;
  private static final int SYN_OPTIONS = 20;
  private static final int TIMESTAMP_OPTIONS = 12;
  private static final int MAX_FRAME = 64;

  final VirtualLoop loop = new VirtualLoop();
  final PacketPool pool = new PacketPool();
  final NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));
  final int count;

  /** Payload bytes that the handler has read. */
  long read;

  /** Segments that came out. */
  long sent;

  /** Whether the handler answers a request of this many bytes by as many; 0: it only reads. */
  private final int answer;

  private final PortDevice port = new PortDevice(stack.nextIndex(), "eth0", OUR_MAC, 1500);
  private final byte[] buffer = new byte[64 << 10];
  private final byte[] frame = new byte[L4 + Tcp.LENGTH + SYN_OPTIONS];
  private final byte[] scratch = new byte[96 << 10];
  private final Segmenter.FrameSink cut = new Cut();

  /** Of each connection the peer's next sequence number and ours, side by side. */
  private final int[] next;

  private final int[] unacknowledged = new int[MAX_FRAME];
  private int unacknowledgedCount;
  private final @Nullable TcpSocket[] users;

  /** Where a long packet is cut into frames, as a plug does it. */
  private final class Cut implements Segmenter.FrameSink {
    @Override
    public int reserve(int length) {
      return 0;
    }

    @Override
    public byte[] buffer() {
      return scratch;
    }
  }

  /**
   * @param answer bytes with which each request is answered; 0: it is only read. Each connection
   *     has had one then
   */
  ManyConnections(int count, int answer) {
    this.answer = answer;
    this.count = count;
    next = new int[2 * count];
    users = new TcpSocket[count];
    Bytes.put48(frame, 0, OUR_MAC);
    Bytes.put48(frame, 6, PEER_MAC);
    Bytes.put16(frame, 12, EtherType.IPV4);
    Bytes.put16(frame, L3, 0x4500);
    Bytes.put16(frame, L3 + 8, 0x4006); // hop limit 64, TCP
    Bytes.put32(frame, L3 + 12, (int) PEER.lo());
    Bytes.put32(frame, L3 + 16, (int) OURS.lo());
    stack.add(port);
    IpAddress broadcast = new IpAddress(0, OURS.lo() | 0xff);
    stack.addAddress(
        port, new InterfaceAddress(OURS, 24, broadcast, Scope.GLOBAL, false, true, "eth0"));
    stack.setUp(port, true);
    port.plug(this::fromStack);
    loop.turn();
    for (int p = 0; p <= (count - 1) / PER_PORT; p++) {
      stack.tcp().listen(0, 0, FIRST_PORT + p, syn -> syn.accept(this));
    }
    for (int i = 0; i < count; i++) {
      send(i, Tcp.SYN, 0);
      turn(1000);
      acknowledge();
    }
    turn(1000);
    for (int i = 0; i < count; i++) {
      send(i, Tcp.ACK | Tcp.PSH, 1);
      turn(1000);
      acknowledge();
    }
    if (stack.tcp().counters().currEstab != count) {
      throw new IllegalStateException(stack.tcp().counters().currEstab + " of " + count);
    }
  }

  // ---- the host at the end of the cable

  /** Sends a segment of connection {@code i} with {@code length} bytes. */
  void send(int i, int flags, int length) {
    boolean syn = (flags & Tcp.SYN) != 0;
    int header = Tcp.LENGTH + (syn ? SYN_OPTIONS : TIMESTAMP_OPTIONS);
    Packet packet = pool.acquire(L4 + header + length);
    if (packet == null) {
      throw new IllegalStateException("no memory");
    }
    byte[] b = packet.data;
    int at = packet.append(L4 + header + length);
    System.arraycopy(frame, 0, b, at, L4);
    Bytes.put16(b, at + L3 + 2, 20 + header + length);
    Bytes.put16(b, at + L3 + 10, 0);
    Bytes.put16(b, at + L3 + 10, InternetChecksum.finish(InternetChecksum.sum(b, at + L3, 20)));
    int tcp = at + L4;
    Bytes.put32(b, tcp, FIRST_PEER_PORT + i % PER_PORT << 16 | FIRST_PORT + i / PER_PORT);
    Bytes.put32(b, tcp + 4, next[2 * i]);
    Bytes.put32(b, tcp + 8, syn ? 0 : next[2 * i + 1]);
    Bytes.put32(b, tcp + 12, header / 4 << 28 | flags << 16 | (syn ? 0xffff : 4096));
    Bytes.put32(b, tcp + 16, 0);
    int now = (int) (loop.now() / 1_000_000);
    if (syn) {
      Bytes.put32(b, tcp + 20, 0x020405b4); // MSS 1460
      Bytes.put32(b, tcp + 24, 0x0402080a); // SACK permitted, timestamps
      Bytes.put32(b, tcp + 28, now);
      Bytes.put32(b, tcp + 32, 0);
      Bytes.put32(b, tcp + 36, 0x01030307); // window scale 7
    } else {
      Bytes.put32(b, tcp + 20, TIMESTAMPS);
      Bytes.put32(b, tcp + 24, now);
      Bytes.put32(b, tcp + 28, 0);
    }
    // the payload is all zeros in the sum: what the pool's arrays hold is not looked at
    int total = header + length;
    long sum = InternetChecksum.pseudo4(PEER.lo(), OURS.lo(), IpProtocol.TCP, total);
    sum += InternetChecksum.sum(b, tcp, header);
    if (length > 0) {
      System.arraycopy(buffer, 0, b, tcp + header, length);
    }
    Bytes.put16(b, tcp + 16, InternetChecksum.finish(sum));
    next[2 * i] += length + (syn ? 1 : 0);
    packet.time = loop.now();
    port.receive(packet);
  }

  /** The user of connection {@code i} writes {@code length} bytes. */
  void write(int i, int length) {
    TcpSocket socket = users[i];
    if (socket == null || socket.write(buffer, 0, length) != length) {
      throw new IllegalStateException("no room");
    }
  }

  /** Time goes on, and what the turn has left to do is done. */
  void turn(long nanos) {
    loop.runFor(nanos);
  }

  /** Acknowledges what came since the last time. */
  void acknowledge() {
    for (int i = 0; i < unacknowledgedCount; i++) {
      send(unacknowledged[i], Tcp.ACK, 0);
    }
    unacknowledgedCount = 0;
  }

  private void fromStack(Packet packet) {
    int type = Bytes.u16(packet.data, packet.head + 12);
    if (type == EtherType.ARP) {
      answerArp(packet);
      return;
    }
    if (type != EtherType.IPV4) {
      packet.release(); // a router solicitation
      return;
    }
    Tcp tcp = packet.tcp();
    int i = (tcp.sourcePort() - FIRST_PORT) * PER_PORT + tcp.destinationPort() - FIRST_PEER_PORT;
    int flags = tcp.flags();
    int length = packet.tail - packet.l4 - tcp.headerLength() + ((flags & Tcp.SYN) >> 1);
    int end = tcp.sequence() + length;
    if (length > 0) {
      next[2 * i + 1] = end;
      unacknowledged[unacknowledgedCount++] = i;
    }
    sent += Math.max(1, packet.gsoCount);
    Segmenter.write(packet, cut);
    packet.release();
  }

  private void answerArp(Packet packet) {
    Arp arp = packet.arp();
    if (arp.operation() != 1) {
      packet.release();
      return;
    }
    Bytes.put48(packet.data, packet.head, OUR_MAC);
    Bytes.put48(packet.data, packet.head + 6, PEER_MAC);
    int target = Bytes.i32(packet.data, arp.offset() + 24);
    arp.operation(2);
    System.arraycopy(packet.data, arp.offset() + 8, packet.data, arp.offset() + 18, 10);
    Bytes.put48(packet.data, arp.offset() + 8, PEER_MAC);
    Bytes.put32(packet.data, arp.offset() + 14, target);
    if (target == (int) PEER.lo()) {
      loop.execute(() -> port.receive(packet));
    } else {
      packet.release();
    }
  }

  // ---- the user of the sockets

  @Override
  public void onConnected(TcpSocket socket) {
    socket.noDelay(true);
    int i = (socket.localPort() - FIRST_PORT) * PER_PORT + socket.remotePort() - FIRST_PEER_PORT;
    users[i] = socket;
  }

  @Override
  public void onReadable(TcpSocket socket) {
    int got = 0;
    for (int n = socket.read(buffer, 0, answer + MSS); n > 0; ) {
      got += n;
      n = socket.read(buffer, 0, answer + MSS);
    }
    read += got;
    if (answer > 0 && socket.write(buffer, 0, answer) != answer) {
      throw new IllegalStateException("no room");
    }
  }

  @Override
  public void onWritable(TcpSocket socket) {}

  @Override
  public void onClosed(TcpSocket socket, TcpError error) {
    throw new IllegalStateException("closed: " + error);
  }
}
