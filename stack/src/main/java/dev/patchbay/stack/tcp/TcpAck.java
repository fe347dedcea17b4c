package dev.patchbay.stack.tcp;

import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Tcp;

/** What the acknowledgment of a segment tells the sending side (Linux's {@code tcp_ack}). */
final class TcpAck {
  private final TcpEngine engine;
  private final TcpCounters counters;

  TcpAck(TcpEngine engine) {
    this.engine = engine;
    this.counters = engine.counters;
  }

  /** Takes acknowledgment, window and SACK blocks of an acceptable segment. */
  void process(TcpSocket s, TcpInput in) {
    if (in.ack - s.sndUna < 0) {
      // "If the ACK is a duplicate (SEG.ACK =< SND.UNA), it can be ignored"; its SACK blocks may
      // still be news
      if (s.sackOn && in.options.sackBlocks > 0 && sack(s, in) > 0) {
        engine.recovery.afterSack(s);
        engine.markDirty(s);
      }
      return;
    }
    int acked = in.ack - s.sndUna;
    boolean windowMoved = updateWindow(s, in);
    s.probes = 0;
    if (acked > 0) {
      advance(s, in);
    }
    if (s.flight() == 0 && acked == 0) {
      if (windowMoved) {
        engine.markDirty(s);
      }
      return;
    }
    int news = s.sackOn && in.options.sackBlocks > 0 ? sack(s, in) : 0;
    if (acked > 0) {
      engine.recovery.onAdvance(s, acked, in.now);
      tuneSendBuffer(s);
      engine.markDirty(s);
    } else if (s.sackOn ? news > 0 : isDuplicate(in, windowMoved)) {
      // a pure window update or keep-alive is none
      engine.recovery.onDuplicate(s);
      if (news > 0) {
        engine.recovery.afterSack(s);
      }
      engine.markDirty(s);
    } else if (windowMoved) {
      engine.markDirty(s);
    }
  }

  /** RFC 5681 section 2: no data, no SYN or FIN, the same window, something outstanding. */
  private static boolean isDuplicate(TcpInput in, boolean windowMoved) {
    return in.length == 0 && !windowMoved && (in.flags & (Tcp.SYN | Tcp.FIN)) == 0;
  }

  /**
   * 3.10.7.4: "the send window should be updated" unless the segment is older than the one that
   * gave it.
   */
  private static boolean updateWindow(TcpSocket s, TcpInput in) {
    int wnd = in.window << s.sndShift;
    int newer = in.sequence - s.sndWl1;
    if (newer < 0 || newer == 0 && in.ack - s.sndWl2 < 0) {
      return false;
    }
    s.sndWl1 = in.sequence;
    s.sndWl2 = in.ack;
    if (wnd == s.sndWnd) {
      return false;
    }
    s.sndWnd = wnd;
    s.maxSndWnd = Math.max(s.maxSndWnd, wnd);
    if (s.timers.mode() == TcpTimers.Mode.PROBE && wnd > 0) {
      s.timers.disarm();
      s.backoff = 0;
      s.stalledSince = -1;
    }
    return true;
  }

  private static void advance(TcpSocket s, TcpInput in) {
    long sentAt = s.scoreboard.acknowledge(in.ack);
    s.sndUna = in.ack;
    int bytes = Math.min(in.ack - s.bufferSequence, s.buffer.length());
    s.buffer.drop(bytes);
    s.bufferSequence += bytes;
    s.bytesAcked += bytes;
    if (sentAt >= 0) {
      s.rtt.sample(in.now - sentAt);
    } else if (s.timestampsOn && in.options.timestamps && in.options.tsEcho != 0) {
      sampleByTimestamp(s, in);
    }
    s.backoff = 0;
    s.stalledSince = -1;
    s.softError = false;
    if (s.flight() > 0) {
      // RFC 6298 (5.3) "restart the retransmission timer so that it will expire after RTO seconds"
      s.timers.arm(TcpTimers.Mode.RETRANSMIT, s.rtt.rto(0));
    } else {
      // (5.2) "When all outstanding data has been acknowledged, turn off the retransmission timer"
      s.timers.disarm();
    }
    if (s.wantWrite && s.writable() >= s.sendBuffer / 3) {
      s.events |= TcpSocket.EVENT_WRITABLE;
    }
  }

  /** RTTM (RFC 7323 section 4): where the clock of our own records says nothing. */
  private static void sampleByTimestamp(TcpSocket s, TcpInput in) {
    int millis = s.timestamp(in.now) - in.options.tsEcho;
    if (millis >= 0 && millis < 120_000) {
      s.rtt.sample(Math.max(1, millis) * 1_000_000L);
    }
  }

  private int sack(TcpSocket s, TcpInput in) {
    int news = 0;
    for (int i = 0; i < in.options.sackBlocks; i++) {
      int from = Bytes.i32(in.data, in.options.sackOffset + 8 * i);
      int to = Bytes.i32(in.data, in.options.sackOffset + 8 * i + 4);
      // blocks below SND.UNA are duplicates reported (RFC 2883) or old, those above SND.NXT
      // nonsense
      if (from - s.sndUna >= 0 && to - from > 0 && to - s.sndNxt <= 0) {
        news += s.scoreboard.sack(from, to);
      }
    }
    if (news > 0 && s.phase == LossRecovery.Phase.OPEN && s.scoreboard.sackSample() >= 0) {
      s.rtt.sample(in.now - s.scoreboard.sackSample());
    }
    if (news > 0) {
      counters.tcpPureAcks += in.length == 0 ? 1 : 0;
    }
    return news;
  }

  /**
   * Room for two windows, so that the user can write one while the other is in flight (Linux's
   * sndbuf_expand).
   */
  private void tuneSendBuffer(TcpSocket s) {
    if (s.sendBufferFixed
        || s.sendBuffer >= 2L * s.cwnd
        || s.sendBuffer >= engine.config.sendBufferMax
        || engine.pool.underPressure()) {
      return;
    }
    s.sendBuffer = (int) Math.min(2L * s.cwnd, engine.config.sendBufferMax);
    if (s.wantWrite) {
      s.events |= TcpSocket.EVENT_WRITABLE;
    }
  }
}
