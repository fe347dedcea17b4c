package dev.patchbay.stack.tcp;

/**
 * How much the peer may send: the window we offer, when to tell of a larger one, and how large the
 * buffer grows.
 */
final class ReceiveWindow {
  private static final int MAX_FIELD = 0xffff;

  private ReceiveWindow() {}

  /**
   * Payload for which there is room: half of the free memory, since a buffer may be half empty
   * (Linux's truesize).
   */
  static int space(TcpSocket s) {
    long free = (s.receiveBuffer - s.receive.charge()) / 2;
    int clamp = s.settings.windowClamp;
    return (int) Math.max(0, clamp > 0 ? Math.min(free, clamp) : free);
  }

  /** What we last offered and the peer has not used: it may not be taken back. */
  static int offered(TcpSocket s) {
    return Math.max(0, s.rcvAdv - s.rcvNxt);
  }

  /** Decides on the window field of the segment that is being sent and remembers its right edge. */
  static int select(TcpSocket s) {
    int shift = s.rcvShift;
    int current = offered(s);
    int space = (int) Math.min(space(s), (long) MAX_FIELD << shift);
    if (s.engine.pool.underPressure()) {
      space = Math.min(space, current);
    }
    int field;
    // 3.8.6.2.2: "keep RCV.NXT+RCV.WND fixed until ... RCV.BUFF - RCV.USER - RCV.WND >= min( Fr *
    // RCV.BUFF, Eff.snd.MSS )";
    // "A TCP receiver SHOULD NOT shrink the window" (3.8.6): what is offered is rounded up, never
    // down
    if (space - current < Math.min(s.receiveBuffer / 4, s.rcvMss)) {
      field = Math.min(MAX_FIELD, current + (1 << shift) - 1 >> shift);
    } else {
      field = space >> shift;
    }
    TcpCounters counters = s.engine.counters;
    if (field == 0 && current > 0) {
      counters.tcpToZeroWindowAdv++;
    } else if (field > 0 && current == 0) {
      counters.tcpFromZeroWindowAdv++;
    }
    s.rcvAdv = s.rcvNxt + (field << shift);
    return field;
  }

  /** The field of a SYN, which is never scaled (RFC 7323 section 2.2). */
  static int selectForSyn(TcpSocket s) {
    int field = Math.min(space(s), MAX_FIELD);
    s.rcvAdv = s.rcvNxt + field;
    return field;
  }

  /**
   * The user read {@code bytes}: perhaps the buffer grows, perhaps the peer is to be told of the
   * room.
   */
  static void consumed(TcpSocket s, int bytes) {
    tune(s, bytes);
    int space = space(s);
    int threshold = Math.min(s.receiveBuffer / 4, Math.max(2 * s.rcvMss, s.receiveBuffer / 8));
    if (s.ackPending && s.pushed && !s.pingPong && s.receive.bytes() == 0) {
      // the user has drained it and does not answer: a peer that Nagle holds back waits for this
      // ACK (Linux's
      // tcp_cleanup_rbuf)
      acknowledgeQuickly(s);
      s.engine.markDirty(s);
    }
    if (space - offered(s) >= threshold && s.receivesData() && !s.engine.pool.underPressure()) {
      s.ackNow = true;
      s.engine.markDirty(s);
    }
  }

  /**
   * What Linux acknowledges at once: here, too, or a little later if it is short ({@link
   * TcpConfig#quickAckDelay}).
   */
  static void acknowledgeQuickly(TcpSocket s) {
    long delay = s.engine.config.quickAckDelay;
    if (delay > 0 && s.rcvNxt - s.lastAckSent < s.rcvMss) {
      s.ackPending = true;
      s.timers.delayAck(delay);
    } else {
      s.ackNow = true;
    }
  }

  /**
   * Dynamic right-sizing as Linux has it: room for twice of what the user read within a round trip.
   */
  private static void tune(TcpSocket s, int bytes) {
    s.tuneCopied += bytes;
    long now = s.engine.loop.now();
    if (now - s.tuneStart < s.rtt.srtt()) {
      return;
    }
    if (s.tuneCopied > s.tuneSpace) {
      s.tuneSpace = s.tuneCopied;
      long wanted = 4L * s.tuneCopied + 32L * s.rcvMss;
      if (!s.receiveBufferFixed && !s.engine.pool.underPressure()) {
        s.receiveBuffer =
            (int) Math.max(s.receiveBuffer, Math.min(wanted, s.engine.config.receiveBufferMax));
      }
    }
    s.tuneCopied = 0;
    s.tuneStart = now;
  }
}
