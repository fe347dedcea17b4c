package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.packet.PacketQueue;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Tcp;
import org.jspecify.annotations.Nullable;

/**
 * Segments that no socket sends: RSTs, and ACKs of TIME-WAIT. Built at once, sent at the end of the
 * turn, bounded.
 */
final class ControlSender {
  private final PacketPool pool;
  private final TcpConfig config;
  private final TcpCounters counters;
  private final SegmentOutput output;
  private final Runnable wake;
  private final PacketQueue queue = new PacketQueue();
  private long[] addresses = new long[4 * 16];
  private int head;

  ControlSender(TcpEngine engine, SegmentOutput output, Runnable wake) {
    this.pool = engine.pool;
    this.config = engine.config;
    this.counters = engine.counters;
    this.output = output;
    this.wake = wake;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** A segment without options; null where the limit of this turn or of memory is reached. */
  private @Nullable Packet make(int ports, int sequence, int ack, int flags, int window, int room) {
    if (queue.count() >= config.maxControlPerTurn) {
      counters.controlSkipped++;
      return null;
    }
    Packet packet = pool.acquire(Tcp.LENGTH + room);
    if (packet == null) {
      counters.outNoMemory++;
      return null;
    }
    byte[] b = packet.data;
    int at = packet.append(Tcp.LENGTH + room);
    packet.l3 = at;
    packet.l4 = at;
    packet.socket = Packet.SOCKET_STACK;
    Bytes.put32(b, at, ports);
    Bytes.put32(b, at + 4, sequence);
    Bytes.put32(b, at + 8, ack);
    Bytes.put32(b, at + 12, (Tcp.LENGTH + room) / 4 << 28 | flags << 16 | window);
    return packet;
  }

  private void queue(Packet packet, long srcHi, long srcLo, long dstHi, long dstLo) {
    SegmentBuilder.partialChecksum(packet, srcHi, srcLo, dstHi, dstLo);
    int capacity = addresses.length / 4;
    if (queue.count() == capacity) {
      long[] more = new long[addresses.length * 2];
      for (int i = 0; i < addresses.length; i++) {
        more[i] = addresses[head * 4 + i & addresses.length - 1];
      }
      addresses = more;
      capacity *= 2;
      head = 0;
    }
    int at = (head + queue.count() & capacity - 1) * 4;
    addresses[at] = srcHi;
    addresses[at + 1] = srcLo;
    addresses[at + 2] = dstHi;
    addresses[at + 3] = dstLo;
    queue.add(packet);
    wake.run();
  }

  /** Sends all that waits; more may come while it does. */
  void flush() {
    while (!queue.isEmpty()) {
      int at = head * 4;
      long srcHi = addresses[at];
      long srcLo = addresses[at + 1];
      long dstHi = addresses[at + 2];
      long dstLo = addresses[at + 3];
      head = head + 1 & addresses.length / 4 - 1;
      Packet packet = queue.poll();
      if (packet != null) {
        counters.outSegs++;
        output.send(packet, srcHi, srcLo, dstHi, dstLo);
      }
    }
  }

  /**
   * The RST that a segment without a connection deserves (3.10.7.1); the packet stays the caller's.
   */
  void answerWithReset(Packet packet, TcpInput in) {
    answerWithReset(packet, in, null);
  }

  /**
   * As the other one, for a connection of ours: by its device and with its mark ({@code
   * tcp_v4_send_reset}).
   */
  void answerWithReset(Packet packet, TcpInput in, @Nullable TcpSocket s) {
    if ((in.flags & Tcp.RST) != 0) {
      return;
    }
    long srcHi = packet.destinationHi();
    long srcLo = packet.destinationLo();
    if (!output.isUnicast(srcHi, srcLo)
        || !output.isUnicast(packet.sourceHi(), packet.sourceLo())) {
      return;
    }
    int ports = Integer.rotateLeft(Bytes.i32(packet.data, packet.l4), 16);
    Packet reset =
        (in.flags & Tcp.ACK) != 0
            // "If the ACK bit is on, <SEQ=SEG.ACK><CTL=RST>"
            ? make(ports, in.ack, 0, Tcp.RST, 0, 0)
            // "If the ACK bit is off, sequence number zero is used,
            // <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>"
            : make(ports, 0, in.sequence + in.segmentLength(), Tcp.RST | Tcp.ACK, 0, 0);
    if (reset != null) {
      // as its segment, without the bits of ECN (tcp_v4_send_reset)
      reset.tos = (packet.isIpv4() ? packet.ipv4().tos() : packet.ipv6().trafficClass()) & ~3;
      if (s != null) {
        s.settings.label(reset);
      } else if (Addresses.isLinkLocal(packet.sourceHi(), packet.sourceLo())) {
        reset.device = packet.isIpv4() ? null : packet.device;
      }
      counters.outRsts++;
      queue(reset, srcHi, srcLo, packet.sourceHi(), packet.sourceLo());
    }
  }

  /** A RST of a connection of ours: an abort, or data lost. */
  void reset(TcpSocket s) {
    int flags = Tcp.RST | Tcp.ACK;
    int sequence = SegmentBuilder.acceptableSequence(s);
    Packet reset = make(s.localPort << 16 | s.remotePort, sequence, s.rcvNxt, flags, 0, 0);
    if (reset != null) {
      reset.tos = s.tos;
      reset.ttl = s.ttl;
      s.settings.label(reset);
      reset.socket = Packet.SOCKET_PROGRAM;
      counters.outRsts++;
      queue(reset, s.localHi, s.localLo, s.remoteHi, s.remoteLo);
    }
  }

  /** Window that a cookie offers. */
  static int cookieWindow(TcpConfig config) {
    return Math.min(0xffff, config.receiveBufferInitial / 2);
  }

  /**
   * A SYN-ACK of which nothing is remembered: {@link SynCookies}. The packet stays the caller's.
   *
   * @param iss the cookie
   * @param clock the flow's timestamp clock
   * @return whether it will be sent
   */
  boolean cookie(Packet syn, TcpInput in, int iss, int clock) {
    TcpOptions options = in.options;
    boolean timestamps = config.timestamps && options.timestamps;
    boolean sack = timestamps && config.sack && options.sackPermitted;
    boolean scaled = timestamps && config.windowScaling && options.windowScale >= 0;
    boolean ecn = timestamps && config.ecn > 0 && Ecn.isOffer(in.flags);
    int room = 4 + (timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0);
    room += (sack ? 4 : 0) + (scaled ? 4 : 0);
    int ports = Integer.rotateLeft(Bytes.i32(syn.data, syn.l4), 16);
    int flags = Tcp.SYN | Tcp.ACK | (ecn ? Tcp.ECE : 0);
    Packet packet = make(ports, iss, in.sequence + 1, flags, cookieWindow(config), room);
    if (packet == null) {
      return false;
    }
    long srcHi = syn.destinationHi();
    long srcLo = syn.destinationLo();
    int mtu = output.mtu(srcHi, srcLo, syn.sourceHi(), syn.sourceLo());
    int mss = mtu - (Addresses.isV4(syn.sourceHi(), syn.sourceLo()) ? 40 : 60);
    byte[] b = packet.data;
    int o = TcpOptions.emitMss(b, packet.l4 + Tcp.LENGTH, Math.min(mss, 0xffff));
    if (sack) {
      o = TcpOptions.emitSackPermitted(b, o);
    }
    if (timestamps) {
      int value = SynCookies.timestamp(clock, options, config, ecn);
      o = TcpOptions.emitTimestamps(b, o, value, options.tsValue);
    }
    if (scaled) {
      TcpOptions.emitWindowScale(b, o, Lifecycle.receiveShift(config));
    }
    packet.socket = Packet.SOCKET_PROGRAM; // the listener's
    queue(packet, srcHi, srcLo, syn.sourceHi(), syn.sourceLo());
    return true;
  }

  /** Refuses a SYN: RST with ACK of it. */
  void refuse(IncomingSyn syn) {
    int ports = syn.destinationPort() << 16 | syn.sourcePort();
    Packet reset = make(ports, 0, syn.sequence() + 1, Tcp.RST | Tcp.ACK, 0, 0);
    if (reset != null) {
      counters.outRsts++;
      queue(reset, syn.destinationHi(), syn.destinationLo(), syn.sourceHi(), syn.sourceLo());
    }
  }

  /** The ACK of a connection in TIME-WAIT. */
  void acknowledge(TimeWait t, long now) {
    int room = t.timestampsOn ? TcpOptions.TIMESTAMPS_LENGTH : 0;
    int ports = t.localPort << 16 | t.remotePort;
    Packet packet = make(ports, t.sndNxt, t.rcvNxt, Tcp.ACK, t.window, room);
    if (packet == null) {
      return;
    }
    if (room > 0) {
      int time = (int) (now / 1_000_000) + t.tsOffset;
      TcpOptions.emitTimestamps(packet.data, packet.l4 + Tcp.LENGTH, time, t.tsRecent);
    }
    packet.tos = t.tos;
    packet.device = t.device;
    packet.mark = t.mark;
    packet.priority = t.priority;
    queue(packet, t.localHi, t.localLo, t.remoteHi, t.remoteLo);
  }
}
