package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.DatagramReader;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Icmp;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;

/** The host's ping or raw socket for one echo identifier of a guest. */
final class PingFlow extends DatagramFlow {
  private static final int HEADER = Icmp.LENGTH;

  /**
   * Of a raw socket: the identifier that stands for the guest's; -1 for a ping socket, whose kernel
   * chooses it.
   */
  private final int rawId;

  /** Of the guest's message that is being sent. */
  private int checksum;

  PingFlow(Shared shared, long hi, long lo, int id, int fd, int rawId, GuestLimits.Guest guest) {
    super(shared, hi, lo, id, fd, GuestLimits.Kind.PING, guest);
    this.rawId = rawId;
  }

  int rawId() {
    return rawId;
  }

  private boolean isV4() {
    return family == Linux.AF_INET;
  }

  void sendEcho(Packet p) {
    shared.counters.pingOut++;
    if (rawId >= 0) {
      // the kernel does the checksum for ping sockets and for ICMPv6
      checksum = Bytes.u16(p.data, p.l4 + 2);
      identify(p, rawId);
    }
    send(p, p.l4, p.tail - p.l4, shared.host);
  }

  @Override
  void restore(Packet p) {
    if (rawId >= 0) {
      Bytes.put16(p.data, p.l4 + 4, number);
      Bytes.put16(p.data, p.l4 + 2, checksum);
    }
  }

  private void identify(Packet p, int id) {
    Bytes.put16(p.data, p.l4 + 4, id);
    Bytes.put16(p.data, p.l4 + 2, 0);
    if (isV4()) {
      long sum = InternetChecksum.sum(p.data, p.l4, p.tail - p.l4);
      Bytes.put16(p.data, p.l4 + 2, InternetChecksum.finish(sum));
    }
  }

  /**
   * Where the ICMP message begins in what the socket gave: a raw IPv4 socket gives the IP header
   * too.
   */
  private int messageAt(DatagramReader r) {
    return rawId >= 0 && isV4() && r.length() > 0 ? (r.byteAt(0) & 15) << 2 : 0;
  }

  private boolean isMine(DatagramReader r, int at) {
    return rawId < 0 || (r.byteAt(at + 4) << 8 | r.byteAt(at + 5)) == rawId;
  }

  @Override
  boolean toGuest(DatagramReader r, long wireHi, long wireLo) {
    int at = messageAt(r);
    int length = r.length() - at;
    if (length < HEADER || r.byteAt(at) != (isV4() ? 0 : 129) || !isMine(r, at)) {
      return false;
    }
    Packet p = shared.pool.acquire(length);
    if (p == null) {
      return false;
    }
    p.append(length);
    r.copyTo(at, p.data, p.l4, length);
    Bytes.put16(p.data, p.l4 + 2, 0);
    Bytes.put16(p.data, p.l4 + 4, number);
    p.protocol = protocol();
    p.ttl = Math.max(0, r.ttl());
    Emitter.finishIcmp(p, wireHi, wireLo, hi, lo);
    shared.counters.pingIn++;
    shared.emitter.send(p, wireHi, wireLo, hi, lo);
    return true;
  }

  @Override
  int quoteTransport(DatagramReader e, byte[] quote, int at) {
    int length = Math.min(e.length(), quote.length - at);
    if (length < HEADER || !isMine(e, 0)) {
      return 0;
    }
    e.copyTo(0, quote, at, length);
    Bytes.put16(quote, at + 4, number);
    return length;
  }

  @Override
  boolean isIdle(long now) {
    return now - last > shared.options.pingIdle;
  }

  @Override
  int protocol() {
    return isV4() ? IpProtocol.ICMP : IpProtocol.ICMPV6;
  }
}
