package dev.patchbay.stack.tcp;

import dev.patchbay.stack.wire.Tcp;

/**
 * When and with what a segment is answered by an ACK: delayed ones (RFC 5681 section 4.2, Linux's
 * {@code tcp_event_data_recv} and {@code __tcp_ack_snd_check}), limited ones to what is not
 * acceptable (RFC 5961), and the report of what came twice (RFC 2883). Only notes it; {@link
 * TcpOutput} sends at the end of the turn. How long an ACK in waiting may wait is measured by
 * {@link TcpTimers}.
 */
final class AckPolicy {
  private static final int MAX_QUICK_ACKS = 16;

  private final TcpEngine engine;
  private final TcpCounters counters;

  AckPolicy(TcpEngine engine) {
    this.engine = engine;
    this.counters = engine.counters;
  }

  /**
   * The peer has answered our SYN: at once, or, where the user switched {@code TCP_QUICKACK} off
   * before and has written nothing, with what it will write, as Linux does.
   */
  void handshake(TcpSocket s) {
    s.ackNow = !s.pingPong || s.buffer.length() > 0;
    if (!s.ackNow) {
      s.pingPong = false;
      s.ackPending = true;
      s.ackTimeout = engine.config.maxDelayedAck;
    }
  }

  /**
   * RFC 5681 section 4.2: an ACK for every second full segment, at the end of the burst; else
   * within the delay.
   */
  void dataReceived(TcpSocket s, TcpInput in, int segmentSize) {
    int size = segmentSize > 0 ? segmentSize : in.length;
    if (size >= s.rcvMss) {
      s.rcvMss = Math.min(size, engine.pathMtu.localMss(s));
    }
    s.pushed |= in.has(Tcp.PSH);
    adaptDelay(s, in.now);
    s.ackPending = true;
    if (s.quickAcks > 0 && !s.pingPong) {
      s.quickAcks--;
      ReceiveWindow.acknowledgeQuickly(s);
    } else if (s.rcvNxt - s.lastAckSent >= 2 * s.rcvMss) {
      s.ackNow = true;
    }
    engine.markDirty(s);
  }

  private void adaptDelay(TcpSocket s, long now) {
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

  /** RFC 2883: the next ACK tells that these bytes came twice. */
  void reportDuplicate(TcpSocket s, int from, int bytes) {
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
  void unacceptable(TcpSocket s, TcpInput in) {
    if (in.length == 0 && !in.has(Tcp.FIN)) {
      if (in.now - s.lastInvalidAck < engine.config.invalidAckInterval) {
        counters.tcpAckSkipped++;
        return;
      }
      s.lastInvalidAck = in.now;
    }
    s.ackNow = true;
    engine.markDirty(s);
  }

  /**
   * RFC 5961 section 7: challenge ACKs are limited, here for each connection and for all together.
   */
  void challenge(TcpSocket s, TcpInput in) {
    if (in.now - s.lastInvalidAck < engine.config.invalidAckInterval || !engine.challenges.take()) {
      counters.tcpAckSkipped++;
      return;
    }
    s.lastInvalidAck = in.now;
    counters.tcpChallengeAck++;
    s.ackNow = true;
    engine.markDirty(s);
  }
}
