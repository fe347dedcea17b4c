package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;

/**
 * What a connection sends at the end of a turn: retransmissions, new data in packets of up to 64
 * KiB, else an ACK (Linux's {@code tcp_write_xmit}, {@code tcp_transmit_skb}). State is consistent
 * before each packet leaves, since sending may lead back to input at once.
 */
final class TcpOutput {
  /** Payload of the largest packet: 65535 less an IPv4 header and the longest TCP header. */
  private static final int MAX_PAYLOAD = 65535 - 20 - 60;

  private final TcpEngine engine;
  private final TcpCounters counters;

  TcpOutput(TcpEngine engine) {
    this.engine = engine;
    this.counters = engine.counters;
  }

  /** Sends what is due. */
  void flush(TcpSocket s) {
    switch (s.state) {
      case CLOSED, LISTEN -> {
        return;
      }
      case SYN_SENT, SYN_RECEIVED -> {
        if (s.synPending || s.ackNow) {
          sendSyn(s);
        }
        return;
      }
      default -> {
        // below
      }
    }
    long now = engine.loop.now();
    if (s.state != TcpState.TIME_WAIT) {
      if (now >= s.mtuRetryAt && s.phase == LossRecovery.Phase.OPEN) {
        engine.pathMtu.retryLarger(s);
      }
      boolean limited = resend(s, now);
      int sent = s.sndNxt;
      sendNew(s, now, limited);
      if (s.tailProbePending) {
        sendTailProbe(s, now);
      }
      if (s.sndNxt != sent && s.timers.mayProbeTail()) {
        s.timers.armForFlight(false);
      }
      if (s.probePending) {
        sendProbe(s);
      }
    }
    if (s.ackNow) {
      sendAck(s, acceptableSequence(s));
    } else if (s.ackPending && !s.ackDelayed && s.state != TcpState.TIME_WAIT) {
      s.timers.delayAck(s.ackTimeout);
    }
    if (s.state != TcpState.TIME_WAIT) {
      updateTimer(s);
    }
  }

  private static void updateTimer(TcpSocket s) {
    if (s.flight() > 0) {
      if (s.timerMode == TcpTimers.Mode.NONE || s.timerMode == TcpTimers.Mode.PROBE) {
        // RFC 6298 (5.1) "Every time a packet containing data is sent ..., if the timer is not
        // running, start it"
        s.timers.armForFlight(true);
      }
    } else if (waitsForPacer(s)) {
      // which sends on; a probe would bring data past the rate
      s.timerMode = TcpTimers.Mode.NONE;
    } else if (s.unsent() > 0 || s.finQueued && !s.finSent) {
      if (s.timerMode != TcpTimers.Mode.PROBE && !s.waitsForMemory) {
        // 3.8.6.1: "SHOULD send the first zero-window probe when a zero window has existed for the
        // RTO period"
        s.timers.arm(TcpTimers.Mode.PROBE, s.rtt.rto(s.backoff));
      }
    } else {
      s.timerMode = TcpTimers.Mode.NONE;
    }
  }

  /** The window is open and the pacer's timer will send: nothing is to be probed for. */
  private static boolean waitsForPacer(TcpSocket s) {
    return s.pacer != null && s.pacer.isArmed() && s.sndUna + s.sndWnd - s.sndNxt > 0;
  }

  // ---- retransmission

  /** Sends again what is lost; returns whether the congestion window holds some of it back. */
  private boolean resend(TcpSocket s, long now) {
    while (s.phase != LossRecovery.Phase.OPEN && s.scoreboard.count() > 0) {
      int i = engine.recovery.nextRetransmission(s);
      if (i < 0) {
        return false;
      }
      int mss = currentMss(s);
      int room = s.cwnd - LossRecovery.pipe(s);
      if (room < mss && !s.forceResend) {
        return true;
      }
      if (s.pacer != null && !s.pacer.mayGo(now)) {
        return s.cwndLimited;
      }
      int start = s.scoreboard.start(i);
      int windowLeft = s.sndUna + s.sndWnd - start;
      if (windowLeft <= 0 && i > 0) {
        return false;
      }
      int limit = Math.min(Math.max(mss, room - room % mss), maxBurst(s, mss));
      if (windowLeft < limit) {
        // but the head goes whole: its ACK tells whether the edge has moved
        limit = i > 0 && windowLeft < mss ? windowLeft : Math.max(mss, windowLeft / mss * mss);
      }
      if (s.scoreboard.end(i) - start > limit) {
        s.scoreboard.split(i, start + limit);
      }
      if (!retransmit(s, i, now)) {
        return false;
      }
    }
    return false;
  }

  private boolean retransmit(TcpSocket s, int i, long now) {
    int start = s.scoreboard.start(i);
    int end = s.scoreboard.end(i);
    boolean fin = s.finSent && end - s.finPosition() > 0;
    int len = end - start - (fin ? 1 : 0);
    Packet packet = build(s, start, len, fin);
    if (packet == null) {
      return false;
    }
    s.forceResend = false;
    paced(s, len, now);
    s.scoreboard.retransmitted(i, now);
    s.undo.retransmitted(s, end - start, now);
    s.prrOut += end - start;
    if (i == 0 && s.phase == LossRecovery.Phase.RECOVERY) {
      // as Linux: the repair of the head has a round trip of its own
      s.timers.restartRto();
    }
    int segments = Math.max(1, packet.gsoCount);
    s.retransmits += segments;
    s.bytesRetransmitted += len;
    counters.retransSegs += segments;
    if (s.phase == LossRecovery.Phase.LOSS) {
      counters.tcpSlowStartRetrans += segments;
    } else if (s.phase == LossRecovery.Phase.RECOVERY) {
      counters.tcpFastRetrans += segments;
    }
    send(s, packet);
    return true;
  }

  /** RFC 8985 section 7.3: a new segment where there is one, else the last one again. */
  private void sendTailProbe(TcpSocket s, long now) {
    s.tailProbePending = false;
    int last = s.scoreboard.count() - 1;
    if (last < 0 || !s.timers.mayProbeTail()) {
      return;
    }
    int mss = currentMss(s);
    int len = Math.min(Math.min(s.unsent(), s.sndUna + s.sndWnd - s.sndNxt), mss);
    if (len > 0 && s.pacer != null && !s.pacer.mayGo(now)) {
      return; // the pacer's timer sends on
    }
    if (len > 0) {
      boolean room = s.sndUna + s.sndWnd - s.sndNxt > len;
      boolean fin = s.finQueued && !s.finSent && len == s.unsent() && room;
      s.probeOutstanding = transmitNew(s, len, fin, mss, now);
      s.probeRepeats = false;
    } else {
      int end = s.scoreboard.end(last);
      if (end - s.scoreboard.start(last) > mss) {
        s.scoreboard.split(last, end - mss);
        last++;
      }
      s.probeOutstanding = retransmit(s, last, now);
      s.probeRepeats = true;
    }
    s.probeEnd = s.sndNxt;
    counters.tcpLossProbes += s.probeOutstanding ? 1 : 0;
  }

  // ---- new data

  private void sendNew(TcpSocket s, long now, boolean held) {
    boolean limited = held;
    Pacer pacer = s.pacer;
    if (s.flight() == 0 && s.unsent() > 0 && s.lastSent >= 0 && now - s.lastSent > s.rtt.rto(0)) {
      // RFC 5681 section 4.1: "a TCP SHOULD set cwnd to no more than RW ... if [it] has not sent
      // data in an interval
      // exceeding the retransmission timeout"
      s.congestion.restart(s, now);
    }
    while (true) {
      int unsent = s.unsent();
      boolean finDue = s.finQueued && !s.finSent;
      if (unsent == 0 && !finDue) {
        break;
      }
      if (pacer != null && !pacer.mayGo(now)) {
        limited = s.cwndLimited; // nothing is known of the window
        break;
      }
      int mss = currentMss(s);
      int window = s.sndUna + s.sndWnd - s.sndNxt;
      int room = s.cwnd - LossRecovery.pipe(s);
      if (unsent > 0 && room < Math.min(mss, unsent) && s.flight() > 0) {
        limited = true;
        break;
      }
      int len = amount(s, Math.min(unsent, window), Math.max(room, mss), mss);
      boolean fin = finDue && len == unsent && window > len;
      if (len <= 0 && !fin || !transmitNew(s, len, fin, mss, now)) {
        break;
      }
    }
    s.cwndLimited = limited;
    s.maxFlight = Math.max(s.maxFlight - (s.maxFlight >> 5), s.flight());
  }

  /**
   * How many bytes the next packet may have; 0: it waits (3.8.6.2.1 for the window, Nagle for
   * company).
   */
  private static int amount(TcpSocket s, int sendable, int room, int mss) {
    int unsent = s.unsent();
    int len = Math.min(sendable, maxBurst(s, mss));
    len = Math.min(len, room - room % mss);
    if (len <= 0) {
      return 0;
    }
    int tail = len % mss;
    if (tail == 0) {
      return len;
    }
    boolean whole = len == unsent;
    boolean tailMayGo;
    if (whole) {
      // 3.7.4: "... then the sending TCP endpoint buffers all user data (regardless of the PSH bit)
      // until the outstanding
      // data has been acknowledged"; as Minshall and Linux have it, only a short segment that is
      // outstanding counts
      tailMayGo = s.finQueued || !s.settings.corked() && (s.noDelay || !shortOutstanding(s));
    } else {
      // the window cuts it: "(3) ... if at least a fraction Fs of the maximum window can be sent"
      tailMayGo = s.flight() == 0 && len < mss && len >= s.maxSndWnd / 2;
    }
    return tailMayGo ? len : len - tail;
  }

  private static boolean shortOutstanding(TcpSocket s) {
    return s.smallEnd - s.sndUna > 0 && s.smallEnd - s.sndNxt <= 0;
  }

  private boolean transmitNew(TcpSocket s, int len, boolean fin, int mss, long now) {
    int start = s.sndNxt;
    Packet packet = build(s, start, len, fin);
    if (packet == null) {
      return false;
    }
    int end = start + len + (fin ? 1 : 0);
    paced(s, len, now);
    s.scoreboard.add(start, end, now);
    s.prrOut += end - start;
    s.sndNxt = end;
    s.finSent |= fin;
    if (len % mss != 0) {
      s.smallEnd = start + len;
    }
    s.lastSent = now;
    counters.tcpOrigDataSent += Math.max(1, packet.gsoCount);
    send(s, packet);
    return true;
  }

  private static void paced(TcpSocket s, int bytes, long now) {
    if (s.pacer != null) {
      s.pacer.sent(bytes, now);
    }
  }

  // ---- without data

  /**
   * An ACK that is not acceptable to the peer and so is answered: one below SND.UNA, as Linux
   * probes.
   */
  private void sendProbe(TcpSocket s) {
    s.probePending = false;
    int window = s.sndUna + s.sndWnd - s.sndNxt;
    int len = Math.min(s.unsent(), Math.min(window, currentMss(s)));
    if (s.flight() == 0 && len > 0) {
      if (waitsForPacer(s)) {
        return;
      }
      // the window is too small to be worth it, but it has waited long enough (the override
      // time-out of 3.8.6.2.1)
      boolean fin = s.finQueued && !s.finSent && len == s.unsent() && window > len;
      transmitNew(s, len, fin, currentMss(s), engine.loop.now());
      return;
    }
    sendAck(s, s.sndUna - 1);
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

  private void sendAck(TcpSocket s, int sequence) {
    Packet packet = build(s, sequence, 0, false);
    if (packet != null) {
      send(s, packet);
    }
  }

  /** SYN, or SYN and ACK. */
  private void sendSyn(TcpSocket s) {
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

  // ---- packets

  private static int sackLength(TcpSocket s) {
    int blocks = sackBlocks(s);
    return blocks == 0 ? 0 : 4 + 8 * blocks;
  }

  private static int sackBlocks(TcpSocket s) {
    if (!s.sackOn) {
      return 0;
    }
    return Math.min(s.receive.blocks() + (s.duplicatePending ? 1 : 0), s.timestampsOn ? 3 : 4);
  }

  private static int currentMss(TcpSocket s) {
    return Math.max(1, s.sendMss - sackLength(s));
  }

  private static int maxBurst(TcpSocket s, int mss) {
    // each segment of urgent data has a pointer of its own
    int most = mss >= MAX_PAYLOAD || s.urgent.isSending(s) ? mss : MAX_PAYLOAD / mss * mss;
    return s.pacer == null ? most : Math.min(most, s.pacer.burst(mss));
  }

  /**
   * A segment of the stream with ACK; null where there is no memory, then it is tried again soon.
   */
  private @org.jspecify.annotations.Nullable Packet build(
      TcpSocket s, int sequence, int len, boolean fin) {
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
      int mss = currentMss(s);
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

  private void send(TcpSocket s, Packet packet) {
    int segments = Math.max(1, packet.gsoCount);
    s.segmentsOut += segments;
    counters.outSegs += segments;
    engine.output.send(packet, s.localHi, s.localLo, s.remoteHi, s.remoteLo);
  }
}
