package dev.patchbay.stack.udp;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.tcp.IcmpErrorKind;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Udp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The UDP sockets of a namespace by port, and the checks that each datagram passes. */
public final class UdpEngine {
  /**
   * First and last port that is chosen for a socket without one (RFC 6335; Linux:
   * ip_local_port_range).
   */
  private static final int EPHEMERAL_FIRST = 32768;

  private static final int EPHEMERAL_LAST = 60999;

  private final NetworkStack stack;
  private final RandomSource random;
  private final @Nullable List<UdpSocket>[] byPort;
  private final Map<UdpSocket, Boolean> open = new HashMap<>();
  private long received;
  private long sent;

  @SuppressWarnings({"unchecked", "rawtypes"})
  public UdpEngine(NetworkStack stack) {
    this.stack = stack;
    this.random = stack.random().derive("udp ports");
    this.byPort = new List[65536];
  }

  /** A socket that is bound to nothing yet. */
  public UdpSocket open(UdpHandler handler) {
    UdpSocket socket = new UdpSocket(stack, this, handler);
    open.put(socket, true);
    return socket;
  }

  /** Sockets that are open, a copy. */
  public List<UdpSocket> sockets() {
    return List.copyOf(open.keySet());
  }

  /** Datagrams delivered to sockets. */
  public long received() {
    return received;
  }

  /** Datagrams sent by sockets. */
  public long sent() {
    return sent;
  }

  void countSent(boolean v4) {
    sent++;
    stack.counters(v4).udpOutDatagrams++;
  }

  /**
   * Whether the checksum is right or absent where it may be (never over IPv6: RFC 8200 section
   * 8.1).
   */
  public boolean checksumValid(Packet packet) {
    if (packet.checksumState != Packet.CHECKSUM_NONE) {
      return true;
    }
    Udp udp = packet.udp();
    if (udp.checksum() == 0) {
      return packet.isIpv4();
    }
    int length = packet.tail - packet.l4;
    long pseudo =
        InternetChecksum.pseudo(
            packet.sourceHi(),
            packet.sourceLo(),
            packet.destinationHi(),
            packet.destinationLo(),
            IpProtocol.UDP,
            length);
    long sum = pseudo + InternetChecksum.sum(packet.data, packet.l4, length);
    return InternetChecksum.fold(sum) == 0xffff;
  }

  /** Offers a checked datagram to the sockets; true where it was taken. */
  public boolean receive(Packet packet) {
    List<UdpSocket> candidates = byPort[packet.udp().destinationPort()];
    if (candidates == null) {
      return false;
    }
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    UdpSocket best = null;
    int bestScore = -1;
    for (int i = 0; i < candidates.size(); i++) {
      UdpSocket socket = candidates.get(i);
      int score = socket.score(hi, lo, packet.device);
      if (score > bestScore) {
        best = socket;
        bestScore = score;
      }
    }
    if (best == null) {
      return false;
    }
    received++;
    stack.counters(packet.isIpv4()).udpInDatagrams++;
    best.handler().onDatagram(best, packet);
    packet.release();
    return true;
  }

  boolean bind(UdpSocket socket, long hi, long lo, int port, @Nullable NetDevice device) {
    int chosen = port;
    if (port == 0) {
      int span = EPHEMERAL_LAST - EPHEMERAL_FIRST + 1;
      int start = random.nextInt(span);
      for (int i = 0; i < span && chosen == 0; i++) {
        int candidate = EPHEMERAL_FIRST + (start + i) % span;
        if (byPort[candidate] == null) {
          chosen = candidate;
        }
      }
    }
    List<UdpSocket> there = byPort[chosen];
    if (chosen == 0 || there != null && conflicts(there, hi, lo, device)) {
      return false;
    }
    if (there == null) {
      there = new ArrayList<>(1);
      byPort[chosen] = there;
    }
    there.add(socket);
    socket.bound(hi, lo, chosen, device);
    return true;
  }

  private static boolean conflicts(
      List<UdpSocket> there, long hi, long lo, @Nullable NetDevice device) {
    for (UdpSocket other : there) {
      boolean sameDevice =
          device == null || other.device() == null || device.equals(other.device());
      boolean overlap =
          other.localHi() == hi && other.localLo() == lo
              || anyCovers(hi, lo, other.localHi(), other.localLo())
              || anyCovers(other.localHi(), other.localLo(), hi, lo);
      if (sameDevice && overlap) {
        return true;
      }
    }
    return false;
  }

  private static boolean anyCovers(long anyHi, long anyLo, long hi, long lo) {
    return Addresses.isAny(anyHi, anyLo) && (anyLo == 0 || Addresses.isV4(hi, lo));
  }

  void close(UdpSocket socket) {
    open.remove(socket);
    List<UdpSocket> there = byPort[socket.localPort()];
    if (there != null) {
      there.remove(socket);
      if (there.isEmpty()) {
        byPort[socket.localPort()] = null;
      }
    }
  }

  /** An ICMP error about a datagram of ours, with the quoted flow. */
  public void icmpError(
      @Nullable IcmpErrorKind kind,
      long srcHi,
      long srcLo,
      int srcPort,
      long dstHi,
      long dstLo,
      int dstPort) {
    List<UdpSocket> there = byPort[srcPort];
    for (int i = 0; there != null && i < there.size(); i++) {
      UdpSocket socket = there.get(i);
      if (socket.score(srcHi, srcLo, null) >= 0) {
        boolean hard = kind == IcmpErrorKind.UNREACHABLE_HARD;
        socket.handler().onError(socket, hard, dstHi, dstLo, dstPort);
        return;
      }
    }
  }
}
