package dev.patchbay.stack.udp;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.neighbour.NeighbourTable;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Udp;
import org.jspecify.annotations.Nullable;

/** A UDP socket; all calls on the loop. */
public final class UdpSocket {
  private final NetworkStack stack;
  private final UdpEngine engine;
  private final UdpHandler handler;
  private long localHi;
  private long localLo;
  private int port;
  private @Nullable NetDevice device;

  UdpSocket(NetworkStack stack, UdpEngine engine, UdpHandler handler) {
    this.stack = stack;
    this.engine = engine;
    this.handler = handler;
  }

  /**
   * Binds it. Address (0, 0) is any of both families, 0.0.0.0 any of IPv4; port 0 chooses one.
   *
   * @param onlyBy take datagrams of this device alone, or null
   * @return false where the address is in use
   */
  public boolean bind(long hi, long lo, int wanted, @Nullable NetDevice onlyBy) {
    return port == 0 && engine.bind(this, hi, lo, wanted, onlyBy);
  }

  void bound(long hi, long lo, int chosen, @Nullable NetDevice onlyBy) {
    localHi = hi;
    localLo = lo;
    port = chosen;
    device = onlyBy;
  }

  UdpHandler handler() {
    return handler;
  }

  /** Port, 0 while it is not bound. */
  public int localPort() {
    return port;
  }

  public long localHi() {
    return localHi;
  }

  public long localLo() {
    return localLo;
  }

  /** The only device it listens to, or null. */
  public @Nullable NetDevice device() {
    return device;
  }

  /** How well a datagram for this destination fits; -1 not at all ({@code compute_score}). */
  int score(long hi, long lo, @Nullable NetDevice by) {
    int score = 0;
    if (device != null) {
      if (by != null && !device.equals(by)) {
        return -1;
      }
      score += 2;
    }
    if (Addresses.isAny(localHi, localLo)) {
      return localLo == 0 || Addresses.isV4(hi, lo) ? score : -1;
    }
    return localHi == hi && localLo == lo ? score + 4 : -1;
  }

  /**
   * Sends a datagram.
   *
   * @param srcHi source address; (0, 0) lets routing choose
   * @param by leave by this device whatever the routes say, or null
   * @return false where there is no route, no source address, no memory, or it is longer than 65507
   *     bytes
   */
  public boolean send(
      byte[] data,
      int off,
      int len,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      int dstPort,
      @Nullable NetDevice by) {
    long hi = srcHi;
    long lo = srcLo;
    if (Addresses.isAny(hi, lo)) {
      IpAddress chosen = stack.output().source(by, dstHi, dstLo);
      if (chosen == null) {
        return false;
      }
      hi = chosen.hi();
      lo = chosen.lo();
    }
    Packet packet = datagram(data, off, len, hi, lo, dstHi, dstLo, dstPort);
    if (packet == null) {
      return false;
    }
    engine.countSent(Addresses.isV4(dstHi, dstLo));
    if (by != null) {
      stack.output().pushHeader(packet, hi, lo, dstHi, dstLo);
      stack.output().sendOnLink(packet, by, dstHi, dstLo);
    } else {
      stack.output().send(packet, hi, lo, dstHi, dstLo);
    }
    return true;
  }

  /**
   * Sends an IPv4 datagram to an Ethernet address without asking for it, as a packet socket would:
   * to a client that has no address yet.
   *
   * @return false where there is no memory
   */
  public boolean sendToMac(
      byte[] data,
      int off,
      int len,
      long srcLo,
      long dstLo,
      int dstPort,
      long dstMac,
      NetDevice by) {
    Packet packet = datagram(data, off, len, 0, srcLo, 0, dstLo, dstPort);
    if (packet == null) {
      return false;
    }
    engine.countSent(true);
    stack.output().pushHeader(packet, 0, srcLo, 0, dstLo);
    NeighbourTable.send(packet, by, dstMac);
    return true;
  }

  private @Nullable Packet datagram(
      byte[] data, int off, int len, long srcHi, long srcLo, long dstHi, long dstLo, int dstPort) {
    Packet packet = len > 65507 ? null : stack.pool().acquire(Udp.LENGTH + len);
    if (packet == null) {
      return null;
    }
    packet.l4 = packet.append(Udp.LENGTH + len);
    packet.protocol = IpProtocol.UDP;
    System.arraycopy(data, off, packet.data, packet.l4 + Udp.LENGTH, len);
    int length = Udp.LENGTH + len;
    packet.udp().sourcePort(port).destinationPort(dstPort).length(length).checksum(0);
    long pseudo = InternetChecksum.pseudo(srcHi, srcLo, dstHi, dstLo, IpProtocol.UDP, length);
    long sum = pseudo + InternetChecksum.sum(packet.data, packet.l4, length);
    packet.udp().checksum(InternetChecksum.finishUdp(sum));
    packet.checksumState = Packet.CHECKSUM_UNNECESSARY;
    return packet;
  }

  /** Closes it; it cannot be used again. */
  public void close() {
    engine.close(this);
    port = 0;
  }
}
