package dev.patchbay.stack.udp;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.IpSocketOptions;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.ip.UdpCounters;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.random.SipHash;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Udp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of UDP or of UDP-Lite in a namespace by port, and the checks that each datagram
 * passes.
 */
public final class UdpEngine {
  private final NetworkStack stack;
  private final boolean lite;
  private final RandomSource random;
  private final SipHash flows;
  private final @Nullable List<UdpSocket>[] byPort;
  private final Map<UdpSocket, Boolean> open = new HashMap<>();
  private UdpSocket[] matching = new UdpSocket[8];
  private long received;
  private long sent;

  /**
   * @param lite speak UDP-Lite
   */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public UdpEngine(NetworkStack stack, boolean lite) {
    this.stack = stack;
    this.lite = lite;
    this.random = stack.random().derive(lite ? "udplite ports" : "udp ports");
    this.flows = stack.random().hash(lite ? "udplite reuseport" : "udp reuseport");
    this.byPort = new List[65536];
  }

  /** Whether it speaks UDP-Lite. */
  public boolean isLite() {
    return lite;
  }

  /** Protocol number on the wire. */
  public int protocol() {
    return lite ? IpProtocol.UDPLITE : IpProtocol.UDP;
  }

  /** Counters of one family. */
  public UdpCounters counters(boolean v4) {
    return lite ? stack.counters(v4).udpLite : stack.counters(v4).udp;
  }

  /** A socket that is bound to nothing yet, whose datagrams are shown to the handler. */
  public UdpSocket open(UdpHandler handler) {
    return add(new UdpSocket(stack, this, handler, null));
  }

  /**
   * A socket that is bound to nothing yet, whose datagrams wait in a {@link
   * UdpSocket#receiveBuffer}.
   *
   * @param handler told of errors alone
   * @param readable called after each datagram that was queued
   */
  public UdpSocket open(UdpHandler handler, Runnable readable) {
    ReceiveBuffer buffer = new ReceiveBuffer(stack.datagramMemory(), stack.loop(), readable);
    return add(new UdpSocket(stack, this, handler, buffer));
  }

  private UdpSocket add(UdpSocket socket) {
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
    counters(v4).outDatagrams++;
  }

  /**
   * Checks length and checksum of a received datagram ({@code __udp4_lib_rcv}), and cuts off what
   * stands behind it.
   *
   * @return null where it is good, else why it is dropped; that is counted
   */
  public @Nullable DropReason check(Packet packet) {
    UdpCounters counters = counters(packet.isIpv4());
    int bytes = packet.tail - packet.l4;
    int claimed = bytes < Udp.LENGTH ? 0 : packet.udp().length();
    boolean v6 = !packet.isIpv4();
    boolean all = claimed == 0 && (lite || v6);
    if (bytes < Udp.LENGTH || !all && (claimed < Udp.LENGTH || claimed > bytes)) {
      counters.inErrors++;
      return DropReason.HDR_TRUNC;
    }
    int covered = all ? bytes : claimed;
    if (!lite) {
      packet.tail = packet.l4 + covered;
    }
    if (packet.checksumState == Packet.CHECKSUM_NONE && !checksumValid(packet, covered)) {
      counters.inErrors++;
      counters.inCsumErrors++;
      return DropReason.UDP_CSUM;
    }
    return null;
  }

  /**
   * Without a checksum there is only UDP over IPv4 (RFC 8200 section 8.1, RFC 3828 section 3.1).
   */
  private boolean checksumValid(Packet packet, int covered) {
    if (packet.udp().checksum() == 0) {
      return packet.isIpv4() && !lite;
    }
    long pseudo =
        InternetChecksum.pseudo(
            packet.sourceHi(),
            packet.sourceLo(),
            packet.destinationHi(),
            packet.destinationLo(),
            protocol(),
            packet.tail - packet.l4);
    long sum = pseudo + InternetChecksum.sum(packet.data, packet.l4, covered);
    return InternetChecksum.fold(sum) == 0xffff;
  }

  /** Offers a checked datagram to the sockets; true where it was taken. */
  public boolean receive(Packet packet) {
    List<UdpSocket> candidates = byPort[packet.udp().destinationPort()];
    if (packet.toMany) {
      toAll(candidates, packet);
      return true;
    }
    UdpSocket best = candidates == null ? null : lookup(candidates, packet);
    if (best == null) {
      return false;
    }
    deliver(best, packet);
    return true;
  }

  private @Nullable UdpSocket lookup(List<UdpSocket> candidates, Packet packet) {
    long srcHi = packet.sourceHi();
    long srcLo = packet.sourceLo();
    int srcPort = packet.udp().sourcePort();
    NetDevice by = packet.device;
    if (packet.isIpv4() && stack.loopback().equals(by)) {
      // inet_iif: what we sent to ourselves came by the device that bears the address
      by = stack.deviceOf(packet.destinationHi(), packet.destinationLo());
    }
    return lookup(
        candidates, packet.destinationHi(), packet.destinationLo(), srcHi, srcLo, srcPort, by);
  }

  /** {@code udp4_lib_lookup2}: the best score wins, of equal ones the newest. */
  private @Nullable UdpSocket lookup(
      List<UdpSocket> candidates,
      long hi,
      long lo,
      long srcHi,
      long srcLo,
      int srcPort,
      @Nullable NetDevice device) {
    UdpSocket best = null;
    int bestScore = -1;
    for (int i = candidates.size() - 1; i >= 0; i--) {
      UdpSocket socket = candidates.get(i);
      int score = socket.score(hi, lo, srcHi, srcLo, srcPort, device);
      if (score > bestScore) {
        best = socket;
        bestScore = score;
      }
    }
    if (best == null || !best.reusePort || best.isConnected()) {
      return best;
    }
    return ofGroup(candidates, best, srcHi, srcLo, srcPort);
  }

  /** {@code reuseport_select_sock}: each flow has its socket of a group. */
  private UdpSocket ofGroup(
      List<UdpSocket> candidates, UdpSocket best, long srcHi, long srcLo, int srcPort) {
    int members = 0;
    for (int i = 0; i < candidates.size(); i++) {
      members += best.sharesPortWith(candidates.get(i)) ? 1 : 0;
    }
    long hash = flows.hash(srcHi ^ srcPort, srcLo) & 0xffff_ffffL;
    int chosen = (int) (hash * members >>> 32);
    for (int i = 0; i < candidates.size(); i++) {
      if (best.sharesPortWith(candidates.get(i)) && chosen-- == 0) {
        return candidates.get(i);
      }
    }
    return best;
  }

  /** {@code __udp4_lib_mcast_deliver}; takes the packet. */
  private void toAll(@Nullable List<UdpSocket> candidates, Packet packet) {
    int count = 0;
    for (int i = 0; candidates != null && i < candidates.size(); i++) {
      UdpSocket socket = candidates.get(i);
      if (socket.wantsOfMany(packet)) {
        if (count == matching.length) {
          matching = Arrays.copyOf(matching, 2 * count);
        }
        matching[count++] = socket;
      }
    }
    if (count == 0) {
      counters(packet.isIpv4()).ignoredMulti++;
      packet.drop(DropReason.NO_SOCKET);
      return;
    }
    for (int i = 0; i < count - 1; i++) {
      if (!matching[i].isClosed()) {
        deliverCopy(matching[i], packet);
      }
    }
    UdpSocket last = matching[count - 1];
    if (last.isClosed()) {
      packet.release();
    } else {
      deliver(last, packet);
    }
    Arrays.fill(matching, 0, count, null);
  }

  /** One of several: who was told before may have closed or filled it. */
  private void deliverCopy(UdpSocket socket, Packet packet) {
    UdpCounters counters = counters(packet.isIpv4());
    ReceiveBuffer buffer = socket.receiveBuffer();
    if (buffer != null && !buffer.admits()) {
      counters.rcvbufErrors++;
      counters.inErrors++;
      return;
    }
    Packet twin = packet.copy();
    if (twin != null) {
      deliver(socket, twin);
    } else {
      counters.inErrors++;
      counters.memErrors++;
    }
  }

  private void deliver(UdpSocket socket, Packet packet) {
    UdpCounters counters = counters(packet.isIpv4());
    if (lite && !socket.acceptsCoverage(packet)) {
      counters.inErrors++;
      packet.drop(DropReason.UDP_CSUM);
      return;
    }
    received++;
    ReceiveBuffer buffer = socket.receiveBuffer();
    if (buffer == null) {
      counters.inDatagrams++;
      socket.handler().onDatagram(socket, packet);
      packet.release();
      return;
    }
    switch (buffer.offer(packet)) {
      case TAKEN -> {}
      case FULL -> {
        counters.rcvbufErrors++;
        counters.inErrors++;
        packet.drop(DropReason.SOCKET_RCVBUFF);
      }
      case NO_MEMORY -> {
        counters.memErrors++;
        counters.inErrors++;
        packet.drop(DropReason.PROTO_MEM);
      }
    }
  }

  int bind(UdpSocket socket, long hi, long lo, int port, @Nullable NetDevice device) {
    int chosen = port;
    if (port == 0) {
      StackConf conf = stack.conf();
      int span = conf.portMax - conf.portMin + 1;
      int start = random.nextInt(span);
      for (int i = 0; i < span && chosen == 0; i++) {
        int candidate = conf.portMin + (start + i) % span;
        if (byPort[candidate] == null && !conf.reservedPorts.get(candidate)) {
          chosen = candidate;
        }
      }
    }
    List<UdpSocket> there = byPort[chosen];
    if (chosen == 0 || there != null && conflicts(socket, there, hi, lo, device)) {
      return -Errno.EADDRINUSE;
    }
    if (there == null) {
      there = new ArrayList<>(1);
      byPort[chosen] = there;
    }
    there.add(socket);
    socket.bound(hi, lo, chosen, device);
    return 0;
  }

  /** {@code inet_rcv_saddr_equal} and the rules of {@code udp_lib_lport_inuse}. */
  private static boolean conflicts(
      UdpSocket socket, List<UdpSocket> there, long hi, long lo, @Nullable NetDevice device) {
    for (UdpSocket other : there) {
      boolean sameDevice =
          device == null || other.device() == null || device.equals(other.device());
      boolean overlap =
          other.localHi() == hi && other.localLo() == lo
              || socket.anyCovers(hi, lo, other.localHi(), other.localLo())
              || other.anyCovers(other.localHi(), other.localLo(), hi, lo);
      boolean shared =
          socket.reuseAddress && other.reuseAddress || socket.reusePort && other.reusePort;
      if (sameDevice && overlap && !shared) {
        return true;
      }
    }
    return false;
  }

  void unbind(UdpSocket socket) {
    List<UdpSocket> there = byPort[socket.localPort()];
    if (there != null) {
      there.remove(socket);
      if (there.isEmpty()) {
        byPort[socket.localPort()] = null;
      }
    }
  }

  void close(UdpSocket socket) {
    open.remove(socket);
    unbind(socket);
  }

  /**
   * An ICMP error about a datagram of ours ({@code __udp4_lib_err}): it concerns the socket that
   * its answer would reach.
   *
   * @return whether there is such a socket
   */
  public boolean icmpError(IcmpError error) {
    byte[] b = error.packet().data;
    List<UdpSocket> there = byPort[Bytes.u16(b, error.transport)];
    int dstPort = Bytes.u16(b, error.transport + 2);
    UdpSocket socket =
        there == null
            ? null
            : lookup(
                there,
                error.srcHi,
                error.srcLo,
                error.dstHi,
                error.dstLo,
                dstPort,
                error.packet().device);
    if (socket == null) {
      return false;
    }
    IpSocketOptions options = socket.options();
    int policy = options.mtuDiscover(error.isV4());
    boolean fatal = error.isFatal();
    if (error.isTooBig()) {
      if (policy < IpSocketOptions.PMTUDISC_PROBE) {
        stack.socketOutput().paths().learn(error.dstHi, error.dstLo, error.mtu(), error.isV4());
      }
      fatal = policy != IpSocketOptions.PMTUDISC_DONT;
    }
    boolean quench = error.isSourceQuench();
    boolean wanted = options.receiveErrors(error.isV4()) || fatal && socket.isConnected();
    boolean ignored = error.isV4() && error.isTooBig() && !fatal;
    if (wanted && !quench && !ignored) {
      socket.failed(error);
    }
    return true;
  }
}
