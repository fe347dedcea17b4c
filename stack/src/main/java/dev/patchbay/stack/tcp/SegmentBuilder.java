package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;
import org.jspecify.annotations.Nullable;

/**
 * Makes the segments of a connection and hands them down: header, options, payload, and what the IP
 * layer is to do with them (Linux's {@code tcp_transmit_skb}, {@code tcp_established_options},
 * {@code tcp_syn_options}). What has no socket is made by {@link ControlSender}.
 */
final class SegmentBuilder {
  /** Payload of the largest packet: 65535 less an IPv4 header and the longest TCP header. */
  private static final int MAX_PAYLOAD = 65535 - 20 - 60;

  private final TcpEngine engine;
  private final TcpCounters counters;

  SegmentBuilder(TcpEngine engine) {
    this.engine = engine;
    this.counters = engine.counters;
  }

  // ---- sizes and places

  static int sackLength(TcpSocket s) {
    int blocks = sackBlocks(s);
    return blocks == 0 ? 0 : 4 + 8 * blocks;
  }

  private static int sackBlocks(TcpSocket s) {
    if (!s.sackOn) {
      return 0;
    }
    return Math.min(s.receive.blocks() + (s.duplicatePending ? 1 : 0), s.timestampsOn ? 3 : 4);
  }

  static int currentMss(TcpSocket s) {
    return Math.max(1, s.sendMss - sackLength(s));
  }

  static int maxBurst(TcpSocket s, int mss) {
    // each segment of urgent data has a pointer of its own
    int most = mss >= MAX_PAYLOAD || s.urgent.isSending(s) ? mss : MAX_PAYLOAD / mss * mss;
    return s.pacer == null ? most : Math.min(most, s.pacer.burst(mss));
  }

  /**
   * The sequence number of a segment without data: SND.NXT, unless the peer has taken its window
   * back further than its scale rounds. Beyond the right edge it would not hear our ACKs (Linux's
   * {@code tcp_acceptable_seq}).
   */
  static int acceptableSequence(TcpSocket s) {
    int edge = s.sndUna + s.sndWnd;
    return s.sndNxt - edge < 1 << s.sndShift ? s.sndNxt : edge;
  }

  // ---- SYN

  /** SYN, or SYN and ACK. */
  void sendSyn(TcpSocket s) {
    s.synPending = false;
    s.ackNow = false;
    boolean withAck = s.state == TcpState.SYN_RECEIVED;
    Packet packet = engine.pool.acquire(Tcp.LENGTH + 40);
    s.timers.arm(TcpTimers.Mode.RETRANSMIT, s.rtt.rto(s.backoff));
    if (packet == null) {
      counters.outNoMemory++;
      return;
    }
    byte[] b = packet.data;
    int at = packet.head;
    int o = TcpOptions.emitMss(b, at + Tcp.LENGTH, engine.pathMtu.localMss(s));
    boolean offerSack = withAck ? s.sackOn : engine.config.sack;
    boolean offerTs = withAck ? s.timestampsOn : engine.config.timestamps;
    boolean offerScale = withAck ? s.scaling : engine.config.windowScaling;
    if (offerSack) {
      o = TcpOptions.emitSackPermitted(b, o);
    }
    if (offerTs) {
      int time = s.timestamp(engine.loop.now());
      // 0 in a SYN, unless it follows a connection in TIME-WAIT
      o = TcpOptions.emitTimestamps(b, o, time, s.tsRecent);
    }
    if (offerScale) {
      o = TcpOptions.emitWindowScale(b, o, s.rcvShift);
    }
    int field = ReceiveWindow.selectForSyn(s);
    s.lastAckSent = s.rcvNxt;
    if (s.backoff == 0) {
      s.lastSent = engine.loop.now();
    }
    packet.tail = o;
    header(s, packet, s.iss, synFlags(s, withAck), field);
    finishPacket(s, packet, false);
    send(s, packet);
  }

  /** RFC 3168 section 6.1.1, the offer only once (6.1.1.1). */
  private int synFlags(TcpSocket s, boolean withAck) {
    if (withAck) {
      return Tcp.SYN | Tcp.ACK | (s.ecn.isOn() ? Tcp.ECE : 0);
    }
    s.ecnOffered = engine.config.ecn == 1 && s.backoff == 0;
    return Tcp.SYN | (s.ecnOffered ? Tcp.ECE | Tcp.CWR : 0);
  }

  // ---- segments of the stream, and ACKs

  /**
   * A segment of the stream with ACK; null where there is no memory, then it is tried again soon.
   */
  @Nullable Packet build(TcpSocket s, int sequence, int len, boolean fin) {
    return build(s, sequence, len, fin, currentMss(s));
  }

  /** As the other one, cut by the device into segments of {@code mss} bytes. */
  @Nullable Packet build(TcpSocket s, int sequence, int len, boolean fin, int mss) {
    int header = Tcp.LENGTH + (s.timestampsOn ? TcpOptions.TIMESTAMPS_LENGTH : 0) + sackLength(s);
    Packet packet = engine.pool.acquire(header + len);
    if (packet == null) {
      counters.outNoMemory++;
      engine.memoryWaiters.add(s);
      return null;
    }
    byte[] b = packet.data;
    int at = packet.head;
    packet.tail = at + header + len;
    int o = at + Tcp.LENGTH;
    if (s.timestampsOn) {
      o = TcpOptions.emitTimestamps(b, o, s.timestamp(engine.loop.now()), s.tsRecent);
    }
    if (o < at + header) {
      int n = sackBlocks(s);
      Bytes.put32(
          b, o, TcpOptions.NOP << 24 | TcpOptions.NOP << 16 | TcpOptions.SACK << 8 | 2 + 8 * n);
      int first = 0;
      if (s.duplicatePending) {
        // RFC 2883 section 4: the duplicate comes first
        Bytes.put32(b, o + 4, s.duplicateFrom);
        Bytes.put32(b, o + 8, s.duplicateTo);
        first = 1;
      }
      for (int i = first; i < n; i++) {
        Bytes.put32(b, o + 4 + 8 * i, s.receive.blockStart(i - first));
        Bytes.put32(b, o + 8 + 8 * i, s.receive.blockEnd(i - first));
      }
    }
    boolean news = len > 0 && sequence == s.sndNxt;
    int flags = Tcp.ACK | (fin ? Tcp.FIN : 0) | s.ecn.flags(news);
    if (len > 0) {
      int offset = sequence - s.bufferSequence;
      s.buffer.copyTo(offset, b, at + header, len);
      flags |= offset + len == s.buffer.length() ? Tcp.PSH : 0;
      if (len > mss) {
        packet.gsoType =
            Addresses.isV4(s.remoteHi, s.remoteLo) ? Packet.GSO_TCPV4 : Packet.GSO_TCPV6;
        packet.gsoSize = mss;
        packet.gsoCount = (len + mss - 1) / mss;
      }
    }
    header(s, packet, sequence, flags, ReceiveWindow.select(s), header);
    finishPacket(s, packet, news);
    if (s.urgent.isSending(s)) {
      s.urgent.mark(packet, sequence);
    }
    acknowledged(s);
    return packet;
  }

  /** The segment carries the newest acknowledgment: no other is due. */
  private static void acknowledged(TcpSocket s) {
    s.ackNow = false;
    s.ackPending = false;
    s.pushed = false;
    s.duplicatePending = false;
    s.lastAckSent = s.rcvNxt;
    if (s.ackDelayed) {
      s.timers.ackSent();
    }
  }

  private static void header(TcpSocket s, Packet packet, int sequence, int flags, int window) {
    header(s, packet, sequence, flags, window, packet.tail - packet.head);
  }

  private static void header(
      TcpSocket s, Packet packet, int sequence, int flags, int window, int length) {
    byte[] b = packet.data;
    int at = packet.head;
    packet.l3 = at;
    packet.l4 = at;
    Bytes.put32(b, at, s.localPort << 16 | s.remotePort);
    Bytes.put32(b, at + 4, sequence);
    Bytes.put32(b, at + 8, (flags & Tcp.ACK) != 0 ? s.rcvNxt : 0);
    Bytes.put32(b, at + 12, length >>> 2 << 28 | flags << 16 | window);
  }

  private static void finishPacket(TcpSocket s, Packet packet, boolean news) {
    partialChecksum(packet, s.localHi, s.localLo, s.remoteHi, s.remoteLo);
    packet.tos = s.tos | s.ecn.field(news);
    packet.ttl = s.ttl;
    packet.mark = s.settings.mark;
    packet.device = s.settings.device;
    packet.priority = s.settings.priority;
    packet.socket = Packet.SOCKET_PROGRAM;
  }

  /** Leaves the checksum to the device: the pseudo header's sum is in the field. */
  static void partialChecksum(Packet packet, long srcHi, long srcLo, long dstHi, long dstLo) {
    int at = packet.l4;
    int protocol = IpProtocol.TCP;
    int length = packet.tail - at;
    long sum = InternetChecksum.pseudo(srcHi, srcLo, dstHi, dstLo, protocol, length);
    Bytes.put32(packet.data, at + 16, InternetChecksum.fold(sum) << 16);
    packet.checksumState = Packet.CHECKSUM_PARTIAL;
    packet.checksumStart = at;
    packet.checksumOffset = 16;
    packet.protocol = protocol;
  }

  void send(TcpSocket s, Packet packet) {
    int segments = Math.max(1, packet.gsoCount);
    s.segmentsOut += segments;
    counters.outSegs += segments;
    packet.confirmsNeighbour = s.confirmPending;
    s.confirmPending = false;
    engine.output.send(packet, s.localHi, s.localLo, s.remoteHi, s.remoteLo);
  }
}
