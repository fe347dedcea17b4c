package dev.patchbay.stack.tcp;

import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Tcp;

/** What the acknowledgment of a segment tells the sending side (Linux's {@code tcp_ack}). */
final class TcpAck {
  private final TcpEngine engine;
  private final TcpCounters counters;
  private final Delivery delivery = new Delivery();

  /** SACK blocks of the ACK at hand; four fit into the options. */
  private final int[] from = new int[4];

  private final int[] to = new int[4];

  TcpAck(TcpEngine engine) {
    this.engine = engine;
    this.counters = engine.counters;
  }

  /** Takes acknowledgment, window and SACK blocks of an acceptable segment. */
  void process(TcpSocket s, TcpInput in) {
    Delivery d = delivery;
    boolean echo = s.timestampsOn && in.options.timestamps && in.options.tsEcho != 0;
    d.begin(s, in.now, echo, in.options.tsEcho);
    boolean blocks = s.sackOn && in.options.sackBlocks > 0;
    if (in.ack - s.sndUna < 0) {
      // "If the ACK is a duplicate (SEG.ACK =< SND.UNA), it can be ignored"; its SACK blocks may
      // still be news
      if (blocks) {
        sack(s, in);
        delivered(s, in, 0, false);
      }
      return;
    }
    int acked = in.ack - s.sndUna;
    boolean windowMoved = updateWindow(s, in);
    s.probes = 0;
    if (acked > 0) {
      advance(s, in);
    }
    if (blocks) {
      sack(s, in);
    }
    boolean duplicate =
        acked == 0 && s.flight() > 0 && (s.sackOn ? d.bytes > 0 : isDuplicate(in, windowMoved));
    if (s.ecn.isOn() && (in.flags & (Tcp.ECE | Tcp.SYN)) == Tcp.ECE) {
      engine.recovery.onCongestionEcho(s, s.flight() + acked);
    }
    if (s.probeOutstanding && acked == 0 && d.bytes == 0 && isDuplicate(in, windowMoved)) {
      engine.recovery.onPureDuplicate(s);
    }
    delivered(s, in, acked, duplicate);
    if (windowMoved) {
      engine.markDirty(s);
    }
  }

  /** Tells the recovery what is news; an ACK without any tells it nothing. */
  private void delivered(TcpSocket s, TcpInput in, int acked, boolean duplicate) {
    Delivery d = delivery;
    if (acked == 0 && !duplicate && d.bytes == 0 && !d.duplicate) {
      return;
    }
    if (d.sample() >= 0) {
      s.rtt.sample(in.now - d.sample());
    } else if (acked > 0 && s.timestampsOn && in.options.timestamps && in.options.tsEcho != 0) {
      sampleByTimestamp(s, in);
    }
    DeliveryRate.acknowledged(s, d);
    engine.recovery.onAck(s, d, acked, duplicate);
    if (acked > 0) {
      s.timers.armForFlight(true);
      tuneSendBuffer(s);
    }
    engine.markDirty(s);
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
    int wnd = in.sendWindow(s);
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
    if (s.timerMode == TcpTimers.Mode.PROBE && wnd > 0) {
      s.timerMode = TcpTimers.Mode.NONE;
      s.backoff = 0;
      s.stalledSince = -1;
    }
    return true;
  }

  private void advance(TcpSocket s, TcpInput in) {
    s.scoreboard.acknowledge(in.ack, delivery);
    s.sndUna = in.ack;
    int bytes = Math.min(in.ack - s.bufferSequence, s.buffer.length());
    s.buffer.drop(bytes);
    s.bufferSequence += bytes;
    s.bytesAcked += bytes;
    s.backoff = 0;
    s.stalledSince = -1;
    s.softError = false;
    s.confirmPending = true;
    if (s.mtuSearching) {
      engine.pathMtu.onAck(s);
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

  private void sack(TcpSocket s, TcpInput in) {
    int blocks = 0;
    for (int i = 0; i < in.options.sackBlocks && blocks < from.length; i++) {
      int start = blockStart(in, i);
      int end = blockEnd(in, i);
      if (i == 0 && isDuplicateReport(s, in, start, end)) {
        delivery.duplicate = true;
        counters.tcpDsackRecv++;
        s.undo.reported(start, end);
      } else if (start - s.sndUna >= 0 && end - start > 0 && end - s.sndNxt <= 0) {
        // blocks below SND.UNA are old, those above SND.NXT nonsense
        sort(blocks++, start, end);
      }
    }
    for (int i = 0; i < blocks; i++) {
      s.scoreboard.sack(from[i], to[i], delivery);
    }
    if (delivery.bytes > 0) {
      counters.tcpPureAcks += in.length == 0 ? 1 : 0;
    }
  }

  /** The newest comes first, but what a lost ACK told is no reordering: lowest first. */
  private void sort(int count, int start, int end) {
    int i = count;
    for (; i > 0 && from[i - 1] - start > 0; i--) {
      from[i] = from[i - 1];
      to[i] = to[i - 1];
    }
    from[i] = start;
    to[i] = end;
  }

  private static int blockStart(TcpInput in, int i) {
    return Bytes.i32(in.data, in.options.sackOffset + 8 * i);
  }

  private static int blockEnd(TcpInput in, int i) {
    return Bytes.i32(in.data, in.options.sackOffset + 8 * i + 4);
  }

  /**
   * RFC 2883 section 4: the first block tells of a duplicate where it is below the cumulative
   * acknowledgment or inside the second block.
   */
  private static boolean isDuplicateReport(TcpSocket s, TcpInput in, int from, int to) {
    if (to - from <= 0 || to - from > s.maxSndWnd) {
      return false;
    }
    if (to - in.ack <= 0) {
      return true;
    }
    return in.options.sackBlocks > 1 && from - blockStart(in, 1) >= 0 && to - blockEnd(in, 1) <= 0;
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
