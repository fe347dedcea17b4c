package dev.patchbay.stack.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One engine with a scripted peer: the test is the other side of the wire. */
final class TcpTester extends HandlerLog implements SegmentOutput {
  static final long US = Addresses.v4(0x0a000001);
  static final long PEER = Addresses.v4(0x0a000002);

  /** High half of both ends' addresses where {@link #six} is set. */
  static final long NET6 = 0xfd00_0000_0000_0000L;

  static final int OUR_PORT = 80;
  static final int PEER_PORT = 4000;
  static final int PEER_ISN = 0x7fff_fff0;

  final VirtualLoop loop = new VirtualLoop();
  final PacketPool pool = new PacketPool(64 << 20, true);
  final TcpConfig config = new TcpConfig();
  final TcpEngine engine = new TcpEngine(loop, pool, new RandomSource(1), this, config);
  private final Deque<Segment> sent = new ArrayDeque<>();
  @Nullable TcpSocket accepted;
  int mtu = 1500;

  /** Segments may go to others than {@link #peerAddress}. */
  boolean anyPeer;

  /** Speaks IPv6: set before the connection is made. */
  boolean six;

  /** How long the handshake's last segment takes. */
  long handshakeMillis;

  int iss;
  boolean issKnown;
  long peerAddress = PEER;
  int peerPort = PEER_PORT;
  int ourPort = OUR_PORT;

  /** Mark, priority and device of what was sent last. */
  int mark;

  int priority;
  @Nullable NetDevice device;

  // ---- below

  @Override
  public void send(Packet p, long srcHi, long srcLo, long dstHi, long dstLo) {
    assertThat(p.head).isEqualTo(p.l4);
    assertThat(p.headroom()).isGreaterThanOrEqualTo(Packet.HEADROOM);
    assertThat(p.checksumState).isEqualTo(Packet.CHECKSUM_PARTIAL);
    assertThat(srcHi).isEqualTo(net());
    assertThat(srcLo).isEqualTo(ourAddress());
    assertThat(dstHi).isEqualTo(net());
    assertThat(anyPeer || dstLo == peer()).as("to the peer").isTrue();
    Wire.finishChecksum(p);
    long sum = InternetChecksum.pseudo(srcHi, srcLo, dstHi, dstLo, 6, p.length());
    sum += InternetChecksum.sum(p.data, p.head, p.length());
    assertThat(InternetChecksum.fold(sum)).as("checksum").isEqualTo(0xffff);
    if ((p.tcp().flags() & 2) != 0) {
      iss = p.tcp().sequence();
      issKnown = true;
    }
    sent.add(
        Segment.parse(p.data, p.l4, p.tail, issKnown ? iss : 0, PEER_ISN).tos(p.tos).hops(p.ttl));
    mark = p.mark;
    priority = p.priority;
    device = p.device;
    p.release();
  }

  @Override
  public int mtu(long srcHi, long srcLo, long dstHi, long dstLo) {
    return mtu;
  }

  private long net() {
    return six ? NET6 : 0;
  }

  private long ourAddress() {
    return six ? 1 : US;
  }

  private long peer() {
    return six ? 2 : peerAddress;
  }

  // ---- the peer

  /** Sends without ending the turn. */
  boolean arrive(Segment s) {
    Packet p = packet(s);
    boolean taken = engine.receive(p);
    if (!taken) {
      engine.reject(p);
    }
    return taken;
  }

  Packet packet(Segment s) {
    int len = s.length == null ? 0 : s.length;
    Packet p = pool.acquire(40 + 60 + len);
    if (p == null) {
      throw new AssertionError("no memory");
    }
    int at = p.head + (six ? 40 : 20);
    byte[] b = p.data;
    int seq = s.seq == null ? 0 : s.seq;
    Bytes.put32(b, at, peerPort << 16 | ourPort);
    Bytes.put32(b, at + 4, PEER_ISN + seq);
    Bytes.put32(b, at + 8, s.ack == null ? 0 : iss + s.ack);
    int o = s.emitOptions(b, at + 20, iss);
    int win = s.win == null ? 65535 : s.win;
    Bytes.put32(b, at + 12, (o - at) / 4 << 28 | s.flags << 16 | win);
    Bytes.put32(b, at + 16, s.urgent);
    for (int i = 0; i < len; i++) {
      b[o + i] = s.payload.length > 0 ? s.payload[i] : (byte) (seq + i);
    }
    p.tail = o + len;
    p.l3 = p.head;
    p.l4 = at;
    addIp(p, s.tos);
    long sum = InternetChecksum.pseudo(net(), peer(), net(), ourAddress(), 6, p.tail - at);
    sum += InternetChecksum.sum(b, at, p.tail - at);
    Bytes.put16(b, at + 16, InternetChecksum.finish(sum));
    return p;
  }

  private void addIp(Packet p, int tos) {
    byte[] b = p.data;
    if (six) {
      Bytes.put32(b, p.l3, 6 << 28 | tos << 20);
      Bytes.put32(b, p.l3 + 4, p.tail - p.l4 << 16 | 6 << 8 | 64);
      p.ipv6().sourceHi(NET6).sourceLo(peer()).destinationHi(NET6).destinationLo(ourAddress());
    } else {
      Bytes.put32(b, p.l3, 0x45 << 24 | tos << 16 | p.length());
      Bytes.put32(b, p.l3 + 4, 0x4000);
      Bytes.put32(b, p.l3 + 8, 64 << 24 | 6 << 16);
      p.ipv4().source(peerAddress).destination(US).fillChecksum();
    }
  }

  /** Sends in a turn of its own. */
  TcpTester send(Segment s) {
    arrive(s);
    loop.turn();
    return this;
  }

  Segment next() {
    Segment s = sent.poll();
    if (s == null) {
      return fail("nothing was sent");
    }
    return s;
  }

  Segment expect(Segment wanted) {
    Segment actual = sent.poll();
    if (actual == null) {
      return fail("nothing was sent, expected " + wanted);
    }
    String mismatch = wanted.mismatch(actual);
    if (mismatch != null) {
      fail(mismatch + "\n then " + sent);
    }
    for (int i = 0; i < actual.payload.length; i++) {
      int seq = actual.seq == null ? 0 : actual.seq;
      if (actual.payload[i] != (byte) (seq + i)) {
        fail("payload differs at " + i + " of " + actual);
      }
    }
    return actual;
  }

  TcpTester expectNothing() {
    assertThat(sent).isEmpty();
    return this;
  }

  void clearSent() {
    sent.clear();
  }

  int pendingSent() {
    return sent.size();
  }

  TcpTester after(long millis) {
    loop.runForMillis(millis);
    return this;
  }

  /** Lets time pass until something is sent, and tells how long it took. */
  long awaitSent(long atMost) {
    long start = loop.now();
    while (sent.isEmpty() && loop.now() - start < atMost * 1_000_000) {
      loop.runForMillis(1);
    }
    return (loop.now() - start) / 1_000_000;
  }

  // ---- the user

  void listen() {
    engine.listen(0, 0, ourPort, syn -> accepted = syn.accept(this));
  }

  TcpSocket socket() {
    if (accepted == null) {
      return fail("no connection");
    }
    return accepted;
  }

  /** A handshake opened by the peer without options but an MSS of 1000. */
  TcpSocket established() {
    return established(Segment.tcp().mss(1000));
  }

  /** A handshake opened by the peer with the options of {@code options}. */
  TcpSocket established(Segment options) {
    listen();
    options.flags = 0;
    send(options.syn().seq(0));
    Segment synAck = next();
    assertThat(synAck.flags).isEqualTo(0x12);
    after(handshakeMillis);
    Segment ack = Segment.tcp().seq(1).ack(1).win(options.win == null ? 65535 : options.win);
    if (options.tsVal != null) {
      ack.ts(options.tsVal, synAck.tsVal == null ? 0 : synAck.tsVal);
    }
    send(ack);
    assertThat(events).containsExactly("connected");
    events.clear();
    expectNothing();
    assertThat(socket().state()).isEqualTo(TcpState.ESTABLISHED);
    return socket();
  }

  TcpSocket connect() {
    accepted = engine.connect(net(), ourAddress(), ourPort, net(), peer(), peerPort, this);
    loop.turn();
    return socket();
  }

  /** Writes {@code len} bytes of the pattern that {@link #expect} checks. */
  int write(int len) {
    TcpSocket s = socket();
    byte[] bytes = new byte[len];
    int at = s.bufferSequence + s.buffer.length() - iss;
    for (int i = 0; i < len; i++) {
      bytes[i] = (byte) (at + i);
    }
    int n = s.write(bytes, 0, len);
    loop.turn();
    return n;
  }

  /**
   * Reads {@code len} bytes and checks that they are those of relative sequence number {@code
   * from}.
   */
  void read(int from, int len) {
    byte[] bytes = new byte[len];
    assertThat(socket().read(bytes, 0, len)).isEqualTo(len);
    for (int i = 0; i < len; i++) {
      assertThat(bytes[i]).isEqualTo((byte) (from + i));
    }
    loop.turn();
  }

  /** An ICMP error that quotes the segment with this relative sequence number. */
  void icmp(IcmpErrorKind kind, int quotedMtu, int sequence) {
    int ports = ourPort << 16 | peerPort;
    engine.icmpError(kind, quotedMtu, net(), ourAddress(), net(), peer(), ports, iss + sequence);
    loop.turn();
  }

  /** Ends the connection if there is one; nothing may be left then. */
  void end() {
    if (accepted != null) {
      accepted.abort();
      loop.turn();
    }
    checkNoLeaks();
  }

  void checkNoLeaks() {
    pool.checkNoLeaks();
  }
}
