package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Tcp;

/**
 * What a segment does to a connection: one method for each step of RFC 9293 section 3.10.7, and
 * before them a short way for what nearly every segment is (established, in order, nothing
 * special). The steps up to the fifth are here, those in SYN-SENT in {@link SynSent}, the sixth to
 * the eighth in {@link SegmentText}. Mirrors Linux's {@code tcp_rcv_established} and {@code
 * tcp_rcv_state_process}. Nothing is sent from here; the fields hold the segment at hand.
 */
final class TcpInput {
  /** 24 days: a timestamp older than this says nothing (RFC 7323 section 5.5). */
  private static final long PAWS_IDLE = 24L * 24 * 3600 * 1_000_000_000L;

  private static final int SPECIAL = Tcp.FIN | Tcp.SYN | Tcp.RST | Tcp.URG | Tcp.ACK;

  private final TcpEngine engine;
  private final TcpCounters counters;
  private final AckPolicy policy;
  private final TcpAck acks;
  private final SynSent synSent;
  private final SegmentText text;
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
    this.policy = new AckPolicy(engine);
    this.acks = new TcpAck(engine);
    this.text = new SegmentText(engine, policy);
    this.synSent = new SynSent(engine, policy, text);
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

  /** Whether one of these control bits is set. */
  boolean has(int flag) {
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
      synSent.process(s, this, packet);
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
      text.inOrder(s, this, packet);
      policy.dataReceived(s, this, packet.gsoSize);
    } else {
      counters.tcpHpAcks++;
      packet.release();
    }
    return true;
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
      text.process(s, this, packet);
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
    policy.unacceptable(s, this);
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
      policy.challenge(s, this);
    } else if (!has(Tcp.RST)) {
      if (offset < 0) {
        policy.reportDuplicate(s, sequence, Math.min(length, -offset));
      }
      policy.unacceptable(s, this);
    }
    packet.drop(offset < 0 ? DropReason.TCP_OLD_SEQUENCE : DropReason.TCP_INVALID_SEQUENCE);
    return false;
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
      policy.challenge(s, this);
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
    policy.challenge(s, this);
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
      policy.challenge(s, this);
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
}
