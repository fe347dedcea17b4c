package dev.patchbay.stack.tcp;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A SYN about which its acceptor decides, by one call of {@link #accept}, {@link #reject} or {@link
 * #drop}. Until then nothing is sent to the peer. The source is the peer, the destination our side.
 * Only on the loop.
 */
public final class IncomingSyn extends FlowEntry {
  /** Bytes after the IP header that {@link #quotation} keeps at most. */
  private static final int QUOTED = 64;

  final SynQueue queue;
  private final int tos;
  private final int hopLimit;
  private final @Nullable NetDevice device;
  private final byte[] quotation;

  int sequence;
  int window;
  int mss;
  int windowScale;
  boolean sackPermitted;
  boolean timestamps;
  int tsValue;
  boolean ecn;

  /** Made of an ACK that brought a cookie back, with the sequence number that this had. */
  boolean cookie;

  int cookieIss;

  boolean decided;
  boolean abandoned;
  boolean dropped;
  boolean parked;
  long expires;
  @Nullable TcpSocket accepted;
  @Nullable Runnable onAbandoned;
  @Nullable IncomingSyn previous;
  @Nullable IncomingSyn next;

  IncomingSyn(SynQueue queue, Packet packet) {
    super(
        packet.destinationHi(),
        packet.destinationLo(),
        Bytes.u16(packet.data, packet.l4 + 2),
        packet.sourceHi(),
        packet.sourceLo(),
        Bytes.u16(packet.data, packet.l4));
    this.queue = queue;
    boolean v4 = packet.isIpv4();
    tos = v4 ? packet.ipv4().tos() : packet.ipv6().trafficClass();
    hopLimit = v4 ? packet.ipv4().ttl() : packet.ipv6().hopLimit();
    device = packet.device;
    int end = Math.min(packet.tail, packet.l4 + QUOTED);
    quotation = new byte[end - packet.l3];
    System.arraycopy(packet.data, packet.l3, quotation, 0, quotation.length);
  }

  /** Takes sequence number, window and options of the SYN, also of a newer one of the same flow. */
  void take(TcpInput in) {
    sequence = in.sequence;
    window = in.window;
    mss = in.options.mss;
    windowScale = in.options.windowScale;
    sackPermitted = in.options.sackPermitted;
    timestamps = in.options.timestamps;
    tsValue = in.options.tsValue;
    ecn = Ecn.isOffer(in.flags);
  }

  /** Takes what the SYN said from the ACK that brings its cookie back. */
  void takeCookie(TcpInput in, int offeredMss) {
    cookie = true;
    cookieIss = in.ack - 1;
    sequence = in.sequence - 1;
    window = in.window;
    mss = offeredMss;
    timestamps = in.options.timestamps;
    tsValue = in.options.tsValue;
    int echo = in.options.tsEcho;
    windowScale = timestamps ? SynCookies.windowScale(echo) : -1;
    sackPermitted = timestamps && SynCookies.sackPermitted(echo);
    ecn = timestamps && SynCookies.ecn(echo);
  }

  /** The peer's address, high half. */
  public long sourceHi() {
    return remoteHi;
  }

  /** The peer's address, low half. */
  public long sourceLo() {
    return remoteLo;
  }

  /** The peer's port. */
  public int sourcePort() {
    return remotePort;
  }

  /** The address that the peer wants, high half. */
  public long destinationHi() {
    return localHi;
  }

  /** The address that the peer wants, low half. */
  public long destinationLo() {
    return localLo;
  }

  /** The port that the peer wants. */
  public int destinationPort() {
    return localPort;
  }

  /** TOS or traffic class of the SYN. */
  public int tos() {
    return tos;
  }

  /** Time to live or hop limit that the SYN had left, 0 to 255. */
  public int hopLimit() {
    return hopLimit;
  }

  /** Sequence number of the SYN. */
  public int sequence() {
    return sequence;
  }

  /** Device by which it came. */
  public @Nullable NetDevice device() {
    return device;
  }

  /**
   * Answers with SYN and ACK; {@link TcpHandler#onConnected} follows when the handshake ends,
   * {@link TcpHandler#onClosed} if it does not.
   *
   * @return null where the peer gave up meanwhile, or limits or memory forbid it
   * @throws IllegalStateException if it was decided before
   */
  public @Nullable TcpSocket accept(TcpHandler handler) {
    return queue.accept(this, handler);
  }

  /**
   * Answers with RST.
   *
   * @throws IllegalStateException if it was decided before
   */
  public void reject() {
    queue.reject(this);
  }

  /**
   * Forgets it without an answer; the caller may send an ICMP error with {@link #quotation}. The
   * next SYN of the flow comes to the acceptor again.
   *
   * @throws IllegalStateException if it was decided before
   */
  public void drop() {
    queue.drop(this);
  }

  /** IP header and first bytes of the SYN, as an ICMP error quotes them; a copy. */
  public byte[] quotation() {
    return quotation.clone();
  }

  /** Whether the peer reset it, or it was parked for too long; nothing can be done with it then. */
  public boolean isAbandoned() {
    return abandoned;
  }

  /** Called once if it becomes abandoned while parked. */
  public void onAbandoned(Runnable action) {
    onAbandoned = action;
  }
}
