package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.DatagramReader;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Udp;
import org.jspecify.annotations.Nullable;

/** The host's UDP socket for one port of a guest. */
final class UdpFlow extends DatagramFlow {
  private static final int DNS = 53;

  /** Whether it spoke with anything but name servers. */
  boolean notOnlyDns;

  UdpFlow(Shared shared, long hi, long lo, int port, int fd, GuestLimits.Guest guest) {
    super(shared, hi, lo, port, fd, GuestLimits.Kind.UDP, guest);
  }

  void sendDatagram(Packet p) {
    notOnlyDns |= shared.host.port() != DNS;
    shared.counters.udpOut++;
    sendSoon(p, p.l4 + Udp.LENGTH, p.udp().length() - Udp.LENGTH, shared.host);
  }

  @Override
  boolean toGuest(DatagramReader r, long wireHi, long wireLo) {
    Packet p = build(shared, r, r.source().port(), number);
    if (p == null) {
      return false;
    }
    Emitter.partialChecksum(p, 6, wireHi, wireLo, hi, lo);
    shared.counters.udpIn++;
    shared.emitter.send(p, wireHi, wireLo, hi, lo);
    return true;
  }

  /**
   * A packet with the current datagram behind a UDP header without checksum; null where memory is
   * used up.
   */
  static @Nullable Packet build(
      Shared shared, DatagramReader r, int sourcePort, int destinationPort) {
    int length = r.length();
    Packet p = shared.pool.acquire(Udp.LENGTH + length);
    if (p == null) {
      return null;
    }
    p.append(Udp.LENGTH + length);
    r.copyTo(p.data, p.l4 + Udp.LENGTH);
    p.udp()
        .sourcePort(sourcePort)
        .destinationPort(destinationPort)
        .length(Udp.LENGTH + length)
        .checksum(0);
    p.protocol = IpProtocol.UDP;
    p.ttl = Math.max(0, r.ttl());
    return p;
  }

  @Override
  int quoteTransport(DatagramReader e, byte[] quote, int at) {
    int data = Math.min(e.length(), quote.length - at - Udp.LENGTH);
    Bytes.put16(quote, at, number);
    Bytes.put16(quote, at + 2, e.source().port());
    Bytes.put16(quote, at + 4, Udp.LENGTH + data);
    Bytes.put16(quote, at + 6, 0);
    e.copyTo(0, quote, at + Udp.LENGTH, data);
    return Udp.LENGTH + data;
  }

  @Override
  boolean isIdle(long now) {
    return now - last > (notOnlyDns ? shared.options.udpIdle : shared.options.dnsIdle);
  }

  @Override
  int protocol() {
    return IpProtocol.UDP;
  }
}
