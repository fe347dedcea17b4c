package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Tcp;

/**
 * What a segment does to a connection: one method for each step of RFC 9293 section 3.10.7, and
 * before them a short way for what nearly every segment is (established, in order, nothing
 * special). Mirrors Linux's {@code tcp_rcv_established} and {@code tcp_rcv_state_process}. Nothing
 * is sent from here; the fields hold the segment at hand.
 */
final class TcpInput {
  /** 24 days: a timestamp older than this says nothing (RFC 7323 section 5.5). */
  private static final long PAWS_IDLE = 24L * 24 * 3600 * 1_000_000_000L;

  private static final int SPECIAL = Tcp.FIN | Tcp.SYN | Tcp.RST | Tcp.URG | Tcp.ACK;
  private static final int MAX_QUICK_ACKS = 16;

  private final TcpEngine engine;
  private final TcpCounters counters;
  private final TcpAck acks;
  final TcpOptions options = new TcpOptions();

  int sequence;
  int ack;
  int flags;
  int window;

  /** The segment was a SYN, whose window is never scaled (RFC 7323 section 2.2). */
  private boolean unscaled;

  int payload;
  int length;
  byte[] data = new byte[0];
  long now;

  TcpInput(TcpEngine engine) {
    this.engine = engine;
    this.counters = engine.counters;
    this.acks = new TcpAck(engine);
  }

  /** Reads the fixed header of a checked segment. */
  void parse(Packet packet) {
    data = packet.data;
    int at = packet.l4;
    sequence = Bytes.i32(data, at + 4);
    ack = Bytes.i32(data, at + 8);
    int word = Bytes.u16(data, at + 12);
    flags = word & 0xff;
    window = Bytes.u16(data, at + 14);
    unscaled = false;
    payload = at + (word >>> 12 << 2);
    length = packet.tail - payload;
    now = engine.loop.now();
  }

  void parseOptions(Packet packet) {
    options.parse(data, packet.l4 + Tcp.LENGTH, payload);
  }

  /** SEG.LEN: payload, SYN and FIN. */
  int segmentLength() {
    return length + (flags & Tcp.FIN) + ((flags & Tcp.SYN) >>> 1);
  }

  /** SEG.WND in bytes. */
  int sendWindow(TcpSocket s) {
    return unscaled ? window : window << s.sndShift;
  }

  private boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** A segment for {@code s}; takes it. */
  void segment(TcpSocket s, Packet packet) {
    s.share = packet.share();
    parse(packet);
    s.segmentsIn += Math.max(1, packet.gsoCount);
    if (s.state == TcpState.ESTABLISHED && predicted(s, packet)) {
      return;
    }
    parseOptions(packet);
    if (s.state == TcpState.SYN_SENT) {
      synSent(s, packet);
    } else {
      synchronizedStates(s, packet);
    }
  }

  /** Header prediction: handles the segment if nothing about it is special. */
  private boolean predicted(TcpSocket s, Packet packet) {
    int optionsAt = packet.l4 + Tcp.LENGTH;
    if ((flags & SPECIAL) != Tcp.ACK
        || sequence != s.rcvNxt
        || ack - s.sndUna < 0
        || s.sndNxt - ack < 0
        || length > s.rcvAdv - s.rcvNxt
        || length > 0 && s.receive.hasEarly()
        || s.finSeen
        || s.phase != LossRecovery.Phase.OPEN
        || s.ecn.concerns(flags, packet)) {
      return false;
    }
    options.sackBlocks = 0;
    options.timestamps = s.timestampsOn;
    if (s.timestampsOn) {
      if (payload - optionsAt != TcpOptions.TIMESTAMPS_LENGTH
          || Bytes.i32(data, optionsAt) != TcpOptions.TIMESTAMPS_WORD) {
        return false;
      }
      options.tsValue = Bytes.i32(data, optionsAt + 4);
      options.tsEcho = Bytes.i32(data, optionsAt + 8);
      if (options.tsValue - s.tsRecent < 0) {
        return false;
      }
      rememberTimestamp(s);
    } else if (payload != optionsAt) {
      return false;
    }
    s.lastReceived = now;
    s.keepAliveSent = 0;
    acks.process(s, this);
    if (length > 0) {
      counters.tcpHpHits++;
      inOrder(s, packet);
      acknowledgeSoon(s, packet.gsoSize);
    } else {
      counters.tcpHpAcks++;
      packet.release();
    }
    return true;
  }

  // ---- 3.10.7.3 SYN-SENT STATE

  private void synSent(TcpSocket s, Packet packet) {
    // First, check the ACK bit
    if (has(Tcp.ACK) && (ack - s.iss <= 0 || ack - s.sndNxt > 0)) {
      if (!has(Tcp.RST)) {
        engine.control.answerWithReset(packet, this, s);
      }
      packet.drop(DropReason.TCP_INVALID_ACK_SEQUENCE);
      return;
    }
    if (has(Tcp.ACK) && echoesNothingOfOurs(s)) {
      counters.pawsActive++;
      engine.control.answerWithReset(packet, this, s);
      packet.drop(DropReason.TCP_RFC7323_PAWS);
      return;
    }
    // Second, check the RST bit
    if (has(Tcp.RST)) {
      if (has(Tcp.ACK)) {
        // "signal to the user 'error: connection reset', drop the segment, enter CLOSED state"
        counters.attemptFails++;
        engine.finish(s, TcpError.REFUSED);
      }
      packet.drop(DropReason.TCP_RESET);
      return;
    }
    // Fourth, check the SYN bit (the third step, security, has no meaning here)
    if (!has(Tcp.SYN)) {
      packet.drop(DropReason.TCP_FLAGS);
      return;
    }
    int offered = ReceiveWindow.offered(s);
    s.irs = sequence;
    s.rcvNxt = sequence + 1;
    s.rcvAdv = s.rcvNxt + offered;
    s.lastAckSent = s.rcvNxt;
    s.lastReceived = now;
    engine.lifecycle.negotiate(s, options);
    if (options.timestamps) {
      s.tsRecent = options.tsValue;
      s.tsRecentTime = now;
    }
    // RFC 7323 section 2.2: the window of a SYN is never scaled
    s.sndWnd = window;
    s.maxSndWnd = window;
    s.sndWl1 = sequence;
    s.sndWl2 = ack;
    if (!has(Tcp.ACK)) {
      // simultaneous open: "enter SYN-RECEIVED, form a SYN,ACK segment and send it"
      s.state = TcpState.SYN_RECEIVED;
      s.synPending = true;
      engine.markDirty(s);
      packet.drop(DropReason.NOT_SPECIFIED);
      return;
    }
    s.sndUna = ack;
    acknowledgeHandshake(s);
    s.ecn = Ecn.agreed(s.ecnOffered && Ecn.isAgreement(flags));
    engine.lifecycle.established(s, options);
    // "If there are other controls or text in the segment, then continue processing at the sixth
    // step"
    sequence++;
    flags &= ~Tcp.SYN;
    text(s, packet);
  }

  /**
   * Whether an answer to the SYN echoes a timestamp that none of our SYNs had, as one to an older
   * connection does (Linux: {@code PAWSActive}). Until the peer is heard {@code lastReceived} is
   * when the first SYN was made.
   */
  private boolean echoesNothingOfOurs(TcpSocket s) {
    return options.timestamps
        && options.tsEcho != 0
        && engine.config.timestamps
        && (options.tsEcho - s.timestamp(s.lastReceived) < 0
            || options.tsEcho - s.timestamp(now) > 0);
  }

  /**
   * At once, or, where the user switched {@code TCP_QUICKACK} off before and has written nothing,
   * with what it will write, as Linux does.
   */
  private void acknowledgeHandshake(TcpSocket s) {
    s.ackNow = !s.pingPong || s.buffer.length() > 0;
    if (!s.ackNow) {
      s.pingPong = false;
      s.ackPending = true;
      s.ackTimeout = engine.config.maxDelayedAck;
    }
  }

  // ---- 3.10.7.4 Other States

  private void synchronizedStates(TcpSocket s, Packet packet) {
    if (s.state == TcpState.SYN_RECEIVED && has(Tcp.SYN) && sequence == s.irs && length == 0) {
      if (!has(Tcp.ACK)) {
        // the SYN again: our answer was lost
        s.synPending = true;
        engine.markDirty(s);
        packet.drop(DropReason.TCP_OLD_DATA);
        return;
      }
      // the peer's SYN,ACK of a simultaneous open (figure 8): its SYN is old, its ACK is news
      sequence++;
      flags &= ~Tcp.SYN;
      unscaled = true;
    }
    if (!checkTimestamp(s, packet)
        || !checkSequence(s, packet)
        || !checkReset(s, packet)
        || !checkSyn(s, packet)) {
      return;
    }
    rememberTimestamp(s);
    s.lastReceived = now;
    s.keepAliveSent = 0;
    if (checkAck(s, packet)) {
      text(s, packet);
    }
  }

  /** RFC 7323 section 5.3 R1: "if SEG.TSval < TS.Recent ... the segment is not acceptable". */
  private boolean checkTimestamp(TcpSocket s, Packet packet) {
    if (!s.timestampsOn
        || !options.timestamps
        || has(Tcp.RST)
        || options.tsValue - s.tsRecent >= 0
        || now - s.tsRecentTime > PAWS_IDLE) {
      return true;
    }
    counters.pawsEstab++;
    answerUnacceptable(s);
    packet.drop(DropReason.TCP_RFC7323_PAWS);
    return false;
  }

  private void rememberTimestamp(TcpSocket s) {
    // RFC 7323 section 4.3 (2): "If SEG.TSval >= TS.Recent and SEG.SEQ <= Last.ACK.sent"
    if (s.timestampsOn
        && options.timestamps
        && sequence - s.lastAckSent <= 0
        && options.tsValue - s.tsRecent >= 0) {
      s.tsRecent = options.tsValue;
      s.tsRecentTime = now;
    }
  }

  /** First, check the sequence number. */
  private boolean checkSequence(TcpSocket s, Packet packet) {
    int wnd = ReceiveWindow.offered(s);
    int segLen = segmentLength();
    int offset = sequence - s.rcvNxt;
    boolean acceptable;
    if (segLen == 0) {
      // at the right edge too, as Linux takes it: two ends that have filled each other's windows
      // and lost the heads would never hear each other's ACKs again
      acceptable = offset >= 0 && offset <= wnd;
    } else if (wnd == 0) {
      // nothing of it can be taken, but "special allowance should be made to accept valid ACKs,
      // URGs, and RSTs"
      acceptable = offset == 0;
    } else {
      int last = offset + segLen - 1;
      acceptable =
          offset >= 0 && offset < wnd || last >= 0 && last < wnd || offset < 0 && last >= 0;
    }
    if (acceptable) {
      return true;
    }
    // "If an incoming segment is not acceptable, an acknowledgment should be sent in reply (unless
    // the RST bit is set)"
    if (has(Tcp.SYN) && !has(Tcp.RST)) {
      counters.tcpSynChallenge++;
      challenge(s);
    } else if (!has(Tcp.RST)) {
      if (offset < 0) {
        reportDuplicate(s, sequence, Math.min(length, -offset));
      }
      answerUnacceptable(s);
    }
    packet.drop(offset < 0 ? DropReason.TCP_OLD_SEQUENCE : DropReason.TCP_INVALID_SEQUENCE);
    return false;
  }

  /** RFC 2883: the next ACK tells that these bytes came twice. */
  private void reportDuplicate(TcpSocket s, int from, int bytes) {
    if (s.sackOn && bytes > 0 && !s.duplicatePending) {
      s.duplicatePending = true;
      s.duplicateFrom = from;
      s.duplicateTo = from + bytes;
      if (from - s.rcvNxt < 0) {
        counters.tcpDsackOldSent++;
      } else {
        counters.tcpDsackOfoSent++;
      }
    }
  }

  /**
   * An ACK for what is not acceptable; those that could keep two ends busy for ever at most every
   * half second.
   */
  private void answerUnacceptable(TcpSocket s) {
    if (length == 0 && !has(Tcp.FIN)) {
      if (now - s.lastInvalidAck < engine.config.invalidAckInterval) {
        counters.tcpAckSkipped++;
        return;
      }
      s.lastInvalidAck = now;
    }
    s.ackNow = true;
    engine.markDirty(s);
  }

  /**
   * RFC 5961 section 7: challenge ACKs are limited, here for each connection and for all together.
   */
  private void challenge(TcpSocket s) {
    if (now - s.lastInvalidAck < engine.config.invalidAckInterval || !engine.challenges.take()) {
      counters.tcpAckSkipped++;
      return;
    }
    s.lastInvalidAck = now;
    counters.tcpChallengeAck++;
    s.ackNow = true;
    engine.markDirty(s);
  }

  /** Second, check the RST bit (RFC 5961 section 3.2). */
  private boolean checkReset(TcpSocket s, Packet packet) {
    if (!has(Tcp.RST)) {
      return true;
    }
    if (sequence != s.rcvNxt) {
      // "If the RST bit is set and the sequence number does not exactly match the next expected
      // sequence value, yet is
      // within the current receive window, TCP endpoints MUST send an acknowledgment (challenge
      // ACK)"
      challenge(s);
      packet.drop(DropReason.TCP_INVALID_SEQUENCE);
      return false;
    }
    TcpError error = TcpError.RESET;
    if (s.state == TcpState.SYN_RECEIVED) {
      counters.attemptFails++;
      error = s.passive ? TcpError.RESET : TcpError.REFUSED;
    } else if (s.state == TcpState.CLOSING || s.state == TcpState.LAST_ACK) {
      // "If the RST bit is set, then enter the CLOSED state": both sides had ended already
      error = TcpError.NONE;
    } else {
      counters.estabResets++;
      s.errno = s.state == TcpState.CLOSE_WAIT ? TcpError.BROKEN_PIPE : 0;
    }
    engine.finish(s, error);
    packet.drop(DropReason.TCP_RESET);
    return false;
  }

  /**
   * Fourth, check the SYN bit: RFC 5961 section 4.2, "MUST send a challenge ACK ... irrespective of
   * the sequence number".
   */
  private boolean checkSyn(TcpSocket s, Packet packet) {
    if (!has(Tcp.SYN)) {
      return true;
    }
    counters.tcpSynChallenge++;
    challenge(s);
    packet.drop(DropReason.TCP_INVALID_SYN);
    return false;
  }

  /** Fifth, check the ACK field. False: the segment is gone. */
  private boolean checkAck(TcpSocket s, Packet packet) {
    if (!has(Tcp.ACK)) {
      // "if the ACK bit is off, drop the segment and return"
      packet.drop(DropReason.TCP_FLAGS);
      return false;
    }
    if (s.state == TcpState.SYN_RECEIVED) {
      if (ack - s.sndUna <= 0 || ack - s.sndNxt > 0) {
        engine.control.answerWithReset(packet, this, s);
        packet.drop(DropReason.TCP_INVALID_ACK_SEQUENCE);
        return false;
      }
      s.sndUna = s.iss + 1;
      s.sndWnd = sendWindow(s);
      s.maxSndWnd = s.sndWnd;
      s.sndWl1 = sequence;
      s.sndWl2 = ack;
      engine.lifecycle.established(s, options);
    } else if (ack - s.sndNxt > 0 || s.sndUna - ack > Math.max(s.maxSndWnd, 1)) {
      // RFC 5961 section 5.2: "((SND.UNA - MAX.SND.WND) <= SEG.ACK <= SND.NXT) ... All incoming
      // segments whose ACK value
      // doesn't satisfy the above condition MUST be discarded and an ACK sent back"
      challenge(s);
      packet.drop(DropReason.TCP_INVALID_ACK_SEQUENCE);
      return false;
    }
    acks.process(s, this);
    if (s.finSent && s.sndUna - s.finPosition() > 0 && !finAcknowledged(s)) {
      if (length > 0) {
        packet.drop(DropReason.TCP_CLOSE);
      } else {
        // it has ended the connection, as it should
        packet.release();
      }
      return false;
    }
    return true;
  }

  /** Our FIN is acknowledged. False: the connection is over. */
  private boolean finAcknowledged(TcpSocket s) {
    switch (s.state) {
      case FIN_WAIT_1 -> {
        s.state = TcpState.FIN_WAIT_2;
        s.events |= TcpSocket.EVENT_FIN_ACKNOWLEDGED;
        engine.markDirty(s);
        if (s.userClosed && s.settings.finTimeout < 0) {
          // TCP_LINGER2 below 0: no FIN-WAIT-2 without a user (Linux's tcp_rcv_state_process)
          counters.tcpAbortOnData++;
          engine.control.reset(s);
          engine.finish(s, TcpError.ABORTED);
          return false;
        }
        if (s.userClosed) {
          s.timers.armLife(s.settings.finTimeout(engine.config));
        }
        return true;
      }
      case CLOSING -> {
        engine.enterTimeWait(s);
        return false;
      }
      case LAST_ACK -> {
        engine.finish(s, TcpError.NONE);
        return false;
      }
      default -> {
        return true;
      }
    }
  }

  /**
   * Sixth, check the URG bit, seventh, process the segment text, and eighth, check the FIN bit.
   * Takes the packet.
   */
  private void text(TcpSocket s, Packet packet) {
    if (has(Tcp.URG) && s.receivesData()) {
      s.urgent.received(s, sequence, Bytes.u16(data, packet.l4 + 18));
    }
    if (length == 0 && !has(Tcp.FIN)) {
      packet.release();
      return;
    }
    if (!s.receivesData()) {
      // CLOSE-WAIT and later: "this should not occur since a FIN has been received from the remote
      // side"
      s.ackNow = true;
      engine.markDirty(s);
      packet.drop(DropReason.TCP_CLOSE);
      return;
    }
    if (s.userClosed && sequence + length - s.rcvNxt > 0 && length > 0) {
      // data for nobody: the peer must learn that it is lost (RFC 2525 section 2.17)
      counters.tcpAbortOnData++;
      engine.control.reset(s);
      engine.finish(s, TcpError.ABORTED);
      packet.drop(DropReason.TCP_CLOSE);
      return;
    }
    int edge = s.rcvNxt + ReceiveWindow.offered(s);
    if (has(Tcp.FIN) && sequence + length - edge <= 0 && !s.finSeen) {
      s.finSeen = true;
      s.finSequence = sequence + length;
    }
    if (length > 0) {
      payload(s, packet, s.finSeen && s.finSequence - edge < 0 ? s.finSequence : edge);
    } else {
      packet.release();
    }
    fin(s);
  }

  private void payload(TcpSocket s, Packet packet, int edge) {
    boolean tight = s.receive.charge() > s.receiveBuffer / 2;
    // limits where a peer sends segments that pin much more memory than they carry
    if (sequence - s.rcvNxt <= 0
        ? s.receive.charge() > 2L * s.receiveBuffer
        : s.receive.charge() > s.receiveBuffer) {
      if (s.receive.hasEarly()) {
        counters.ofoPruned += s.receive.pruneEarly();
      }
      if (s.receive.charge() > 2L * s.receiveBuffer || sequence - s.rcvNxt > 0) {
        counters.tcpRcvQDrop++;
        s.ackNow = true;
        engine.markDirty(s);
        packet.drop(DropReason.SOCKET_RCVBUFF);
        return;
      }
    }
    if (s.ecn.received(flags, Ecn.isMarked(packet))) {
      s.ackNow = true;
    }
    int segmentSize = packet.gsoSize;
    takePayload(packet);
    // "Segments with higher beginning sequence numbers SHOULD be held"; "trim off any portions that
    // lie outside the window"
    if (packet.endSequence - edge > 0) {
      ReceiveQueue.trimBack(packet, edge);
      s.ackNow = true;
    }
    if (packet.sequence - s.rcvNxt < 0) {
      reportDuplicate(s, sequence, Math.min(length, s.rcvNxt - sequence));
      ReceiveQueue.trimFront(packet, s.rcvNxt);
      s.ackNow = true;
    }
    length = packet.tail - packet.head;
    if (length <= 0) {
      if (ReceiveWindow.offered(s) == 0) {
        counters.tcpZeroWindowDrop++;
      }
      s.ackNow = true;
      engine.markDirty(s);
      packet.drop(edge == s.rcvNxt ? DropReason.TCP_OVERWINDOW : DropReason.TCP_OLD_DATA);
      return;
    }
    if (packet.sequence == s.rcvNxt) {
      fillsHole(s, packet, tight, segmentSize);
    } else {
      counters.tcpOfoQueue++;
      int from = packet.sequence;
      int bytes = length;
      int news = s.receive.insertEarly(packet, tight);
      if (news == 0) {
        counters.tcpOfoMerge++;
        reportDuplicate(s, from, bytes);
      }
      // RFC 5681 section 4.2: "A TCP receiver SHOULD send an immediate duplicate ACK when an
      // out-of-order segment arrives"
      s.ackNow = true;
      engine.markDirty(s);
    }
  }

  private void fillsHole(TcpSocket s, Packet packet, boolean tight, int segmentSize) {
    boolean early = s.receive.hasEarly();
    if (early && packet.endSequence - s.receive.earlySequence() > 0) {
      ReceiveQueue.trimBack(packet, s.receive.earlySequence());
      length = packet.tail - packet.head;
    }
    int before = s.rcvNxt;
    s.rcvNxt = packet.endSequence;
    counters.tcpRcvCoalesce += s.receive.append(packet, tight) ? 1 : 0;
    if (early) {
      s.rcvNxt = s.receive.promote(s.rcvNxt, tight);
      // "... SHOULD send an immediate ACK when the incoming segment fills in all or part of a gap"
      s.ackNow = true;
    }
    s.bytesReceived += s.rcvNxt - before;
    s.events |= TcpSocket.EVENT_READABLE;
    acknowledgeSoon(s, segmentSize);
  }

  private void takePayload(Packet packet) {
    packet.head = payload;
    packet.sequence = sequence;
    packet.endSequence = sequence + length;
  }

  /** The short way of text in order. */
  private void inOrder(TcpSocket s, Packet packet) {
    takePayload(packet);
    s.rcvNxt += length;
    s.bytesReceived += length;
    s.events |= TcpSocket.EVENT_READABLE;
    boolean tight = s.receive.charge() > s.receiveBuffer / 2;
    counters.tcpRcvCoalesce += s.receive.append(packet, tight) ? 1 : 0;
  }

  /**
   * RFC 5681 section 4.2: an ACK for every second full segment, at the end of the burst; else
   * within the delay.
   */
  private void acknowledgeSoon(TcpSocket s, int segmentSize) {
    int size = segmentSize > 0 ? segmentSize : length;
    if (size >= s.rcvMss) {
      s.rcvMss = Math.min(size, engine.pathMtu.localMss(s));
    }
    s.pushed |= has(Tcp.PSH);
    adaptDelay(s);
    s.ackPending = true;
    if (s.quickAcks > 0 && !s.pingPong) {
      s.quickAcks--;
      ReceiveWindow.acknowledgeQuickly(s);
    } else if (s.rcvNxt - s.lastAckSent >= 2 * s.rcvMss) {
      s.ackNow = true;
    }
    engine.markDirty(s);
  }

  private void adaptDelay(TcpSocket s) {
    long gap = now - s.lastDataReceived;
    long least = engine.config.minDelayedAck;
    if (s.lastDataReceived < 0) {
      s.quickAcks = Math.max(2, Math.min(MAX_QUICK_ACKS, s.receiveBuffer / 4 / s.rcvMss));
      s.ackTimeout = least;
    } else if (gap <= least / 2) {
      s.ackTimeout = Math.max(least, s.ackTimeout / 2 + least / 2);
    } else if (gap < s.ackTimeout) {
      s.ackTimeout = Math.max(least, Math.min(s.ackTimeout / 2 + gap, engine.config.maxDelayedAck));
    }
    s.lastDataReceived = now;
  }

  /** Eighth, check the FIN bit, once all before it is here. */
  private void fin(TcpSocket s) {
    if (!s.finSeen || s.finReceived || s.rcvNxt != s.finSequence) {
      if (has(Tcp.FIN)) {
        s.ackNow = true;
        engine.markDirty(s);
      }
      return;
    }
    // "advance RCV.NXT over the FIN, and send an acknowledgment for the FIN"
    s.rcvNxt++;
    s.rcvAdv = s.rcvAdv - s.rcvNxt < 0 ? s.rcvNxt : s.rcvAdv;
    s.finReceived = true;
    if (s.state == TcpState.ESTABLISHED) {
      ReceiveWindow.acknowledgeQuickly(s); // with our own FIN, if the user closes as well
    } else {
      s.ackNow = true;
    }
    s.events |= TcpSocket.EVENT_READABLE;
    engine.markDirty(s);
    switch (s.state) {
      case ESTABLISHED -> s.state = TcpState.CLOSE_WAIT;
      // were our FIN acknowledged, the state would be FIN-WAIT-2 by now
      case FIN_WAIT_1 -> s.state = TcpState.CLOSING;
      case FIN_WAIT_2 -> engine.enterTimeWait(s);
      default -> {
        // the other states cannot take a FIN
      }
    }
  }
}
