package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.DatagramReader;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.backend.sys.SockOpt;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Ipv4;

/**
 * A host socket for one endpoint of a guest (address and port, or address and echo identifier),
 * whatever its peers: endpoint-independent mapping (RFC 4787 REQ-1). The socket is not connected;
 * errors of the network come by its error queue and go to the guest as the ICMP errors they were.
 */
abstract class DatagramFlow extends EndpointTable.Node
    implements FdHandle.Listener, DatagramBurst.Sender {
  /** System calls of one event. */
  private static final int ROUNDS = 4;

  /**
   * Bytes in front of the quoted data of an error: the longest IP header and a UDP or ICMP header.
   */
  static final int QUOTE_HEADER = 48;

  final Shared shared;
  final int family;
  final FdHandle handle;
  final Peers peers = new Peers();
  final GuestLimits.Guest guest;
  final GuestLimits.Kind kind;
  private final byte[] quote = new byte[QUOTE_HEADER + 512];
  private boolean dontFragment;
  private int tooBig;
  private final DatagramBurst.SegmentLimit segments = new DatagramBurst.SegmentLimit();
  long last;

  DatagramFlow(
      Shared shared,
      long hi,
      long lo,
      int number,
      int fd,
      GuestLimits.Kind kind,
      GuestLimits.Guest guest) {
    super(hi, lo, number);
    this.shared = shared;
    this.kind = kind;
    this.guest = guest;
    family = Addresses.isV4(hi, lo) ? Linux.AF_INET : Linux.AF_INET6;
    SockOpt.receiveErrors(fd, family, true);
    SockOpt.receiveTtl(fd, family, true);
    SockOpt.mtuDiscover(fd, family, Linux.IP_PMTUDISC_DONT);
    handle = shared.io.open(fd, this);
    handle.setReadable(true);
    last = shared.now();
  }

  /**
   * Makes a packet from the current datagram of {@code reader} and sends it to the guest; false if
   * it is none for it.
   */
  abstract boolean toGuest(DatagramReader reader, long wireHi, long wireLo);

  /**
   * Writes the guest's transport header as it was at {@code at} of {@code quote} and how much of
   * the data is known.
   *
   * @return bytes written; 0 where the error is about a datagram of somebody else
   */
  abstract int quoteTransport(DatagramReader errors, byte[] quote, int at);

  /** Makes the packet again what the guest sent, to be quoted in an error. */
  void restore(Packet p) {}

  /** Whether it was idle for too long. */
  abstract boolean isIdle(long now);

  /** Protocol number of its packets. */
  abstract int protocol();

  // ---- out

  /**
   * Sends a datagram of the guest's and takes the packet.
   *
   * @param at where in the packet the bytes for the host's socket begin
   * @param to the destination on the host's side
   */
  final void send(Packet p, int at, int length, SockAddr to) {
    prepare(p, to);
    sendNow(p, at, length, to);
  }

  /** As {@link #send}, by the end of this turn, with those that follow it. */
  final void sendSoon(Packet p, int at, int length, SockAddr to) {
    prepare(p, to);
    shared.burst.add(this, p, at, length, to, hops(p), service(p));
  }

  private void prepare(Packet p, SockAddr to) {
    last = shared.now();
    peers.remember(p.destinationHi(), p.destinationLo(), to);
    boolean v4 = p.isIpv4();
    setDontFragment(v4 ? (p.ipv4().flagsAndOffset() & Ipv4.DONT_FRAGMENT) != 0 : !p.joined);
  }

  private static int hops(Packet p) {
    return p.isIpv4() ? p.ipv4().ttl() : p.ipv6().hopLimit();
  }

  private static int service(Packet p) {
    return p.isIpv4() ? p.ipv4().tos() : p.ipv6().trafficClass();
  }

  @Override
  public final int fd() {
    return handle.number();
  }

  @Override
  public final DatagramBurst.SegmentLimit segments() {
    return segments;
  }

  @Override
  public final void sendNow(Packet p, int at, int length, SockAddr to) {
    shared.burst.sendAlone(this, p, at, length, to, hops(p), service(p));
  }

  private void setDontFragment(boolean on) {
    if (on != dontFragment) {
      shared.burst.flush(this);
      dontFragment = on;
      int mode = on ? Linux.IP_PMTUDISC_DO : Linux.IP_PMTUDISC_DONT;
      SockOpt.mtuDiscover(handle.number(), family, mode);
    }
  }

  /** The host said at once what a router would have said. */
  @Override
  public final void failed(Packet p, int errno) {
    boolean v4 = p.isIpv4();
    restore(p);
    switch (errno) {
      case Errno.ENETUNREACH -> shared.emitter.unreachable(p, 0, 0);
      case Errno.EHOSTUNREACH, Errno.EHOSTDOWN -> shared.emitter.unreachable(p, 1, 3);
      case Errno.EACCES, Errno.EPERM -> shared.emitter.prohibited(p);
      case Errno.EMSGSIZE -> {
        drainErrors();
        int mtu = tooBig == 0 ? 1280 : tooBig;
        shared.emitter.icmp(p, v4 ? 3 : 2, v4 ? 4 : 0, mtu);
      }
      default -> shared.counters.hostErrors++;
    }
    p.drop(DropReason.HOST_ERROR);
  }

  // ---- in

  @Override
  public final void onReadable(FdHandle h) {
    DatagramReader r = shared.reader;
    for (int round = 0; round < ROUNDS; round++) {
      int n = r.receive(h.number());
      if (n < 0 && n != -Errno.EAGAIN) {
        drainErrors();
        continue;
      }
      for (int i = 0; i < n; i++) {
        r.select(i);
        received(r);
      }
      if (n < Shared.BURST) {
        return;
      }
    }
  }

  private void received(DatagramReader r) {
    int peer = peers.byHost(r.source());
    if (peer < 0) {
      shared.counters.udpFiltered++;
    } else if (toGuest(r, peers.wireHi(peer), peers.wireLo(peer))) {
      last = shared.now();
    }
  }

  @Override
  public final void onError(FdHandle h, int events) {
    drainErrors();
    // what is left there without an entry in the queue would be told again and again
    Fd.socketError(h.number());
  }

  @Override
  public final void drainErrors() {
    DatagramReader e = shared.errors;
    for (int n = e.receiveErrors(handle.number()); n > 0; n = e.receiveErrors(handle.number())) {
      for (int i = 0; i < n; i++) {
        e.select(i);
        error(e);
      }
    }
  }

  private void error(DatagramReader e) {
    if (e.errorNumber() == Errno.EMSGSIZE) {
      tooBig = e.errorInfo();
    }
    int origin = e.errorOrigin();
    int peer = peers.byHost(e.source());
    if (peer < 0 || origin != Linux.SO_EE_ORIGIN_ICMP && origin != Linux.SO_EE_ORIGIN_ICMP6) {
      return;
    }
    long wireHi = peers.wireHi(peer);
    long wireLo = peers.wireLo(peer);
    boolean v4 = family == Linux.AF_INET;
    int ip = v4 ? 20 : 40;
    int length = quoteTransport(e, quote, ip);
    if (length == 0) {
      return;
    }
    quoteNetwork(length, wireHi, wireLo);
    long fromHi = e.offender().hi();
    long fromLo = e.offender().lo();
    if (!e.offender().isSet() || Addresses.isLoopback(fromHi, fromLo)) {
      fromHi = wireHi;
      fromLo = wireLo;
    }
    int typeAndCode = e.errorType() << 8 | e.errorCode();
    int rest = e.errorNumber() == Errno.EMSGSIZE ? e.errorInfo() : 0;
    shared.emitter.icmp(quote, 0, ip + length, typeAndCode, rest, fromHi, fromLo);
  }

  /** The guest's IP header as it was, as far as it matters to who reads the error. */
  private void quoteNetwork(int length, long wireHi, long wireLo) {
    if (family == Linux.AF_INET) {
      new Ipv4()
          .wrap(quote, 0)
          .versionAndLength(0x45)
          .tos(0)
          .totalLength(20 + length)
          .id(0)
          .flagsAndOffset(0)
          .ttl(1)
          .protocol(protocol())
          .source(lo)
          .destination(wireLo)
          .fillChecksum();
      return;
    }
    Bytes.put32(quote, 0, 6 << 28);
    Bytes.put16(quote, 4, length);
    Bytes.put8(quote, 6, protocol());
    Bytes.put8(quote, 7, 1);
    Bytes.put64(quote, 8, hi);
    Bytes.put64(quote, 16, lo);
    Bytes.put64(quote, 24, wireHi);
    Bytes.put64(quote, 32, wireLo);
  }

  final void close() {
    shared.burst.flush(this);
    handle.close();
    shared.limits.give(kind, guest);
  }
}
