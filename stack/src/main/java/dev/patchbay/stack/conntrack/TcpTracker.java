package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.Tcp;
import org.jspecify.annotations.Nullable;

/**
 * TCP's connections (Linux: {@code nf_conntrack_tcp_packet}): the state by {@link TcpStates}, and
 * whether a segment is in the window, after G. van Rooij, "Real Stateful TCP Packet Filtering in IP
 * Filter" (2000). Of each side it is known how far it has sent ({@code end}), how far it may send
 * ({@code maxEnd}) and the widest window that it has offered ({@code maxWin}). A segment is good
 * where
 *
 * <pre>
 *   I    its beginning is not behind maxEnd of its sender
 *   II   its end is not before end of its sender less maxWin of its receiver
 *   III  what it acknowledges has been sent
 *   IV   what it acknowledges is not too long ago
 * </pre>
 */
final class TcpTracker implements ProtocolTracker {
  /** How a segment stands to the window. */
  private enum Fit {
    /** Out of date, yet harmless: it passes and changes nothing. */
    IGNORED,
    INVALID,
    GOOD
  }

  private static final int MAX_SCALE = 14;

  /** An acknowledgment may be so many bytes older than the end of what it acknowledges. */
  private static final int MAX_ACK_WINDOW = 66_000;

  /** Seconds: what ends earlier is not made to end sooner. */
  private static final int LONG_ENOUGH = 120;

  private static final int OPTION_END = 0;
  private static final int OPTION_NOP = 1;
  private static final int OPTION_SCALE = 3;
  private static final int OPTION_SACK_PERMITTED = 4;
  private static final int OPTION_SACK = 5;

  private final Conntrack conntrack;
  private final Settings settings;

  // the segment at hand
  private int sequence;
  private int acknowledgment;
  private int end;
  private int window;
  private int flags;
  private int event;

  // its options
  private int optionScale;
  private int optionFlags;

  TcpTracker(Conntrack conntrack) {
    this.conntrack = conntrack;
    settings = conntrack.settings();
  }

  @Override
  public Answer packet(Connection c, PacketFields p, int info) {
    Packet packet = p.packet();
    Tcp tcp = conntrack.tcp().wrap(packet.data, p.transport);
    if (!isWellFormed(tcp, p)) {
      return Answer.INVALID;
    }
    read(tcp, packet);
    boolean begun = c.has(Connection.CONFIRMED) || c.tcp != null || begin(c, tcp);
    TcpState s = c.tcp;
    if (!begun || s == null) {
      return Answer.INVALID; // without a state: of a helper's or a command's making
    }
    int way = TrackingInfo.direction(info);
    int before = s.state;
    int after = TcpStates.next(way, event, before);
    boolean windowed = true;
    switch (after) {
      case TcpStates.INVALID -> {
        return Answer.INVALID;
      }
      case TcpStates.IGNORE -> {
        if (!isAnswerToIgnoredSyn(s, way)) {
          note(s, tcp, way, before);
          return Answer.VALID;
        }
        before = TcpState.State.SYN_SENT.ordinal();
        after = TcpState.State.SYN_RECV.ordinal();
        resync(s, way);
      }
      default -> {
        TcpState.State to = TcpState.State.of(after);
        if (to == TcpState.State.SYN_SENT && before >= TcpState.State.TIME_WAIT.ordinal()) {
          if (isOver(s, way)) {
            // what comes now is another one
            conntrack.kill(c);
            return Answer.REPEAT;
          }
          note(s, tcp, way, before);
          return Answer.VALID;
        }
        if (to == TcpState.State.TIME_WAIT && isChallenge(s, way, before)) {
          s.lastFlags &= ~TcpState.CHALLENGE_ACK;
          return Answer.VALID;
        }
        if (to == TcpState.State.SYN_SENT2) {
          s.lastFlags |= TcpState.SIMULTANEOUS_OPEN;
        }
        if (to == TcpState.State.SYN_RECV) {
          after = received(s, way, after);
        }
        if (to == TcpState.State.CLOSE && event == TcpStates.RST) {
          int reset = reset(c, s, way, before, after);
          if (reset == TcpStates.INVALID) {
            return Answer.INVALID;
          }
          windowed = reset != TcpStates.IGNORE;
          after = windowed ? reset : after;
        }
      }
    }
    if (windowed) {
      switch (inWindow(c, s, tcp, way)) {
        case IGNORED -> {
          return Answer.VALID;
        }
        case INVALID -> {
          outOfWindow(c, s, way);
          return Answer.INVALID;
        }
        case GOOD -> {
          // goes on
        }
      }
    }
    accept(c, s, way, before, after, p);
    return Answer.VALID;
  }

  /** Whether it was closed, or given up by who opens it anew. */
  private static boolean isOver(TcpState s, int way) {
    return ((s.flags0 | s.flags1) & TcpState.CLOSE_INIT) != 0
        || s.lastDirection == way && s.lastEvent == TcpStates.RST;
  }

  /** {@code tcp_error}. */
  private boolean isWellFormed(Tcp tcp, PacketFields p) {
    return p.transport + Tcp.LENGTH <= p.packet().tail
        && tcp.check(p.packet().tail)
        && conntrack.hasGoodChecksum(p)
        && TcpStates.areValid(tcp.flags());
  }

  private void read(Tcp tcp, Packet packet) {
    flags = tcp.flags();
    event = TcpStates.event(flags);
    sequence = tcp.sequence();
    acknowledgment = tcp.acknowledgment();
    window = tcp.window();
    end = sequence + packet.tail - tcp.offset() - tcp.headerLength();
    end += (flags & Tcp.SYN) != 0 ? 1 : 0;
    end += (flags & Tcp.FIN) != 0 ? 1 : 0;
  }

  /** The first segment ({@code tcp_new}); false where no connection begins so. */
  private boolean begin(Connection c, Tcp tcp) {
    int state = TcpStates.next(Connection.ORIGINAL, event, TcpState.State.NONE.ordinal());
    if (state >= TcpStates.IGNORE) {
      return false;
    }
    boolean opens = state == TcpState.State.SYN_SENT.ordinal();
    if (!opens && settings.tcpLoose == 0) {
      return false;
    }
    TcpState s = new TcpState();
    s.end0 = end;
    s.maxWin0 = Math.max(window, 1);
    if (opens) {
      s.maxEnd0 = end;
      takeOptions(s, tcp, 0);
    } else {
      s.maxEnd0 = end + s.maxWin0;
      // nobody knows the scale of its windows
      s.flags0 = TcpState.SACK_PERMITTED | TcpState.LIBERAL;
      s.flags1 = s.flags0;
    }
    s.lastEvent = TcpStates.NOTHING;
    c.tcp = s;
    return true;
  }

  /**
   * A SYN and ACK that answers a SYN which was let through though we thought it wrong: both sides
   * agree, and we did not.
   */
  private boolean isAnswerToIgnoredSyn(TcpState s, int way) {
    return event == TcpStates.SYNACK
        && s.lastEvent == TcpStates.SYN
        && s.lastDirection != way
        && acknowledgment == s.lastEnd;
  }

  /** Takes over what was written down of that SYN ({@code nf_ct_tcp_state_resync}). */
  private static void resync(TcpState s, int way) {
    int other = s.lastDirection;
    s.end(other, s.lastEnd);
    s.maxEnd(other, s.lastEnd);
    s.maxWin(other, s.lastWindow == 0 ? 1 : s.lastWindow);
    s.scale(other, s.lastScale);
    s.lastFlags &= ~TcpState.CHALLENGE_ACK;
    s.flags(other, s.lastFlags);
    s.reset(way);
  }

  /** Writes a segment down that is let through without a change. */
  private void note(TcpState s, Tcp tcp, int way, int state) {
    annotate(s, way);
    if (event == TcpStates.SYN && way == Connection.ORIGINAL) {
      annotateSyn(s, tcp);
      if (state == TcpState.State.LAST_ACK.ordinal()) {
        s.lastFlags |= TcpState.CHALLENGE_ACK; // RFC 5961: it may be answered by an ACK
      }
    }
    if (state == TcpState.State.SYN_SENT.ordinal()
        && event == TcpStates.ACK
        && way == Connection.REPLY) {
      s.lastAcknowledgment = acknowledgment;
    }
  }

  private void annotate(TcpState s, int way) {
    s.lastEvent = (byte) event;
    s.lastDirection = (byte) way;
    s.lastSequence = sequence;
    s.lastEnd = end;
    s.lastWindow = window;
  }

  private void annotateSyn(TcpState s, Tcp tcp) {
    readOptions(tcp);
    s.lastFlags = (short) optionFlags;
    s.lastScale = (byte) ((optionFlags & TcpState.WINDOW_SCALE) != 0 ? optionScale : 0);
  }

  private boolean isChallenge(TcpState s, int way, int state) {
    return state == TcpState.State.LAST_ACK.ordinal()
        && event == TcpStates.ACK
        && s.lastDirection != way
        && s.lastEvent == TcpStates.SYN
        && (s.lastFlags & TcpState.CHALLENGE_ACK) != 0;
  }

  /** A segment that leads to SYN_RECV; the state that really follows. */
  private int received(TcpState s, int way, int after) {
    if ((s.lastFlags & TcpState.REINIT) != 0) {
      if (acknowledgment == s.lastEnd) {
        resync(s, way);
      } else {
        s.liberal(); // its history is lost
      }
      s.lastFlags &= ~TcpState.REINIT;
    }
    boolean simultaneous =
        way == Connection.REPLY
            && event == TcpStates.ACK
            && (s.lastFlags & TcpState.SIMULTANEOUS_OPEN) != 0;
    return simultaneous ? TcpState.State.ESTABLISHED.ordinal() : after;
  }

  /**
   * A reset: the state that follows, {@link TcpStates#INVALID} where it cannot be true, {@link
   * TcpStates#IGNORE} where the window says nothing about it.
   */
  private int reset(Connection c, TcpState s, int way, int before, int after) {
    int other = 1 - way;
    boolean established =
        before == TcpState.State.ESTABLISHED.ordinal() && c.has(Connection.ASSURED);
    if (mayBeDroppedEarly(before)) {
      return TcpStates.IGNORE; // what is known of its windows may be of an older one
    }
    int to = after;
    if (s.has(other, TcpState.MAXACK_SET) && s.lastEvent != TcpStates.SYN) {
      if (sequence == 0 && !established) {
        return after; // an answer to a SYN that was let through
      }
      if (sequence - s.maxAck(other) < 0 && settings.tcpIgnoreInvalidReset == 0) {
        return TcpStates.INVALID;
      }
      boolean follows =
          s.lastEvent == TcpStates.ACK && s.lastDirection == way && sequence == s.lastEnd;
      if (!established || sequence == s.maxAck(other) || follows) {
        return after;
      }
      to = before; // it may be answered by a challenge (RFC 5961)
    }
    return answers(c, s, before) ? TcpStates.IGNORE : to;
  }

  /** Whether a reset answers a SYN or an ACK that was let through without a change. */
  private boolean answers(Connection c, TcpState s, int before) {
    boolean half =
        c.has(Connection.SEEN_REPLY) && s.lastEvent == TcpStates.SYN
            || !c.has(Connection.ASSURED) && s.lastEvent == TcpStates.ACK;
    if (half && acknowledgment == s.lastEnd) {
      return true;
    }
    return before == TcpState.State.SYN_SENT.ordinal()
        && s.lastEvent == TcpStates.ACK
        && s.lastDirection == Connection.REPLY
        && sequence == s.lastAcknowledgment;
  }

  /** {@code tcp_can_early_drop}. */
  static boolean mayBeDroppedEarly(int state) {
    return switch (TcpState.State.of(state)) {
      case FIN_WAIT, LAST_ACK, TIME_WAIT, CLOSE, CLOSE_WAIT -> true;
      default -> false;
    };
  }

  /** {@code tcp_in_window}. */
  private Fit inWindow(Connection c, TcpState s, Tcp tcp, int way) {
    int other = 1 - way;
    boolean ack = (flags & Tcp.ACK) != 0;
    int acked = acknowledgment;
    int sacked = s.has(other, TcpState.SACK_PERMITTED) ? highestSacked(tcp) : acked;
    SequenceAdjustment moved = c.extras == null ? null : c.extras.adjustment;
    if (moved != null) {
      int by = moved.offset(other, acked - 1);
      acked -= by;
      sacked -= by;
    }
    Fit begun = begins(s, tcp, way, sacked);
    if (begun != null) {
      return begun;
    }
    boolean reset = (flags & Tcp.RST) != 0;
    // some stacks reset with ACK and an acknowledgment of 0
    if (!ack || reset && acked == 0) {
      acked = s.end(other);
      sacked = acked;
    }
    int from = sequence;
    int to = end;
    if (from == to && (!reset || from == 0 && s.state == TcpState.State.SYN_SENT.ordinal())) {
      from = s.end(way); // without data its acknowledgment alone counts
      to = from;
    }
    boolean below = sacked - (s.end(other) + 1) < 0;
    boolean fresh = s.maxWin(other) == 0 || to - (s.end(way) - s.maxWin(other) - 1) > 0;
    int slack = Math.max(s.maxWin(way), MAX_ACK_WINDOW);
    boolean late = !fresh || sacked - (s.end(other) - slack - 1) <= 0;
    if (from - (s.maxEnd(way) + 1) >= 0) {
      return overshoot(s, way, to, !late && below);
    }
    if (!below) {
      return lenient(s, way);
    }
    if (late) {
      return isLiberal(s, way) ? Fit.GOOD : Fit.IGNORED;
    }
    update(s, way, from, to, acked, sacked);
    return Fit.GOOD;
  }

  /**
   * What a segment says of a side of which nothing is known yet, or which begins anew; the answer
   * where that is all there is to ask, else null.
   */
  private @Nullable Fit begins(TcpState s, Tcp tcp, int way, int sacked) {
    int other = 1 - way;
    boolean syn = (flags & Tcp.SYN) != 0;
    boolean ack = (flags & Tcp.ACK) != 0;
    boolean early =
        s.state == TcpState.State.SYN_SENT.ordinal()
            || s.state == TcpState.State.SYN_RECV.ordinal();
    if (s.maxWin(way) == 0) {
      if (syn) {
        beginSide(s, tcp, way);
        if (!ack) {
          return Fit.GOOD; // a simultaneous open
        }
      } else {
        // in its middle: what this segment says has to do
        s.end(way, end);
        int wide = window << s.scale(way);
        s.maxWin(way, wide == 0 ? 1 : wide);
        s.maxEnd(way, end + s.maxWin(way));
        if (s.maxWin(other) == 0) {
          s.end(other, sacked);
          s.maxEnd(other, sacked);
        } else if (sacked == s.end(other) + 1) {
          s.end(other, sacked); // an answer to a keep-alive
        }
      }
    } else if (syn && early) {
      if (end - s.end(way) > 0) {
        beginSide(s, tcp, way);
        if (way == Connection.REPLY && !ack) {
          return Fit.GOOD;
        }
      } else if (end - s.end(way) < 0 && way == Connection.ORIGINAL && !ack) {
        annotate(s, way);
        annotateSyn(s, tcp);
        s.lastFlags |= TcpState.REINIT;
        return Fit.IGNORED;
      }
    }
    return null;
  }

  /**
   * More than the window allows, but the other side may take it: then its answer fits.
   *
   * @param otherwise whether all else about it is right
   */
  private Fit overshoot(TcpState s, int way, int to, boolean otherwise) {
    int beyond = to - s.maxEnd(way) + 1;
    if (!otherwise || Integer.compareUnsigned(beyond, s.maxWin(1 - way)) > 0) {
      return lenient(s, way);
    }
    s.end(way, to);
    s.flags(way, s.flags(way) | TcpState.UNACKNOWLEDGED);
    return isLiberal(s, way) ? Fit.GOOD : Fit.IGNORED;
  }

  private boolean isLiberal(TcpState s, int way) {
    return s.has(way, TcpState.LIBERAL) || settings.tcpLiberal != 0;
  }

  private Fit lenient(TcpState s, int way) {
    return isLiberal(s, way) ? Fit.GOOD : Fit.INVALID;
  }

  /** {@code tcp_init_sender}. */
  private void beginSide(TcpState s, Tcp tcp, int way) {
    s.end(way, end);
    s.maxEnd(way, end);
    s.maxWin(way, window == 0 ? 1 : window);
    takeOptions(s, tcp, way);
    // RFC 7323: both sides have to offer it
    if (way == Connection.REPLY && (s.flags0 & s.flags1 & TcpState.WINDOW_SCALE) == 0) {
      s.scale(0, 0);
      s.scale(1, 0);
    }
  }

  private void update(TcpState s, int way, int from, int to, int acked, int sacked) {
    int other = 1 - way;
    boolean syn = (flags & Tcp.SYN) != 0;
    int wide = syn ? window : window << s.scale(way);
    int offered = wide + (sacked - acked);
    if (Integer.compareUnsigned(s.maxWin(way), offered) < 0) {
      s.maxWin(way, offered);
    }
    if (to - s.end(way) > 0) {
      s.end(way, to);
      s.flags(way, s.flags(way) | TcpState.UNACKNOWLEDGED);
    }
    if ((flags & Tcp.ACK) != 0) {
      if (!s.has(way, TcpState.MAXACK_SET) || acked - s.maxAck(way) > 0) {
        s.maxAck(way, acked);
        s.flags(way, s.flags(way) | TcpState.MAXACK_SET);
      }
    }
    if (s.maxWin(other) != 0 && to - s.maxEnd(way) > 0) {
      s.maxWin(other, s.maxWin(other) + to - s.maxEnd(way));
    }
    if (sacked + wide - (s.maxEnd(other) - 1) > 0) {
      s.maxEnd(other, sacked + wide + (wide == 0 ? 1 : 0));
    }
    if (acked == s.end(other)) {
      s.flags(other, s.flags(other) & ~TcpState.UNACKNOWLEDGED);
    }
    if (event == TcpStates.ACK) {
      boolean again =
          s.lastDirection == way
              && s.lastSequence == from
              && s.lastAcknowledgment == acked
              && s.lastEnd == to
              && s.lastWindow == wide;
      if (again) {
        s.retransmissions = (byte) Math.min(s.retransmissions + 1, Byte.MAX_VALUE);
      } else {
        s.lastDirection = (byte) way;
        s.lastSequence = from;
        s.lastAcknowledgment = acked;
        s.lastEnd = to;
        s.lastWindow = wide;
        s.retransmissions = 0;
      }
    }
  }

  /**
   * The end of a connection was not in the window: where the other side has ended too, it does not
   * wait for days ({@code nf_tcp_handle_invalid}).
   */
  private void outOfWindow(Connection c, TcpState s, int way) {
    if (event != TcpStates.RST && event != TcpStates.FIN) {
      return;
    }
    boolean answers =
        s.lastDirection != way && (s.lastEvent == TcpStates.FIN || s.lastEvent == TcpStates.RST);
    if (answers) {
      conntrack.shorten(c, settings.tcpUnacknowledged, LONG_ENOUGH);
    } else {
      s.lastEvent = (byte) event;
      s.lastDirection = (byte) way;
    }
  }

  /** A segment that is in the window has come. */
  private void accept(Connection c, TcpState s, int way, int before, int after, PacketFields p) {
    s.lastEvent = (byte) event;
    s.lastDirection = (byte) way;
    s.state = (byte) after;
    if (before != after && after == TcpState.State.FIN_WAIT.ordinal()) {
      s.flags(way, s.flags(way) | TcpState.CLOSE_INIT);
    }
    int seconds = settings.tcp[after];
    if (s.retransmissions >= settings.tcpRetransmissions
        && seconds > settings.tcpMaxRetransmitted) {
      seconds = settings.tcpMaxRetransmitted;
    } else if (event == TcpStates.RST) {
      seconds = settings.tcp[TcpState.State.CLOSE.ordinal()];
    } else if (((s.flags0 | s.flags1) & TcpState.UNACKNOWLEDGED) != 0
        && seconds > settings.tcpUnacknowledged) {
      seconds = settings.tcpUnacknowledged;
    } else if (s.lastWindow == 0) {
      seconds = Math.min(seconds, settings.tcpMaxRetransmitted);
    }
    if (before != after) {
      conntrack.note(c, ConntrackListener.PROTOINFO);
    }
    if (!c.has(Connection.SEEN_REPLY)) {
      if ((flags & Tcp.RST) != 0) {
        conntrack.account(c, p, way);
        conntrack.kill(c); // nothing but a reset came back: there is no connection
        return;
      }
      if (event == TcpStates.SYN && before == TcpState.State.SYN_SENT.ordinal() && again(c)) {
        return; // or a client that tries for ever would keep it
      }
      if (after == TcpState.State.ESTABLISHED.ordinal()) {
        // picked up in its middle, and not answered: that does not live for days
        seconds = Math.min(seconds, settings.tcpUnacknowledged);
      }
    } else if (!c.has(Connection.ASSURED)
        && after == TcpState.State.ESTABLISHED.ordinal()
        && (before == TcpState.State.SYN_RECV.ordinal()
            || before == TcpState.State.ESTABLISHED.ordinal())) {
      c.status |= Connection.ASSURED;
      conntrack.note(c, ConntrackListener.ASSURED);
    }
    conntrack.refresh(c, p, way, seconds);
  }

  /** Whether it is not the first segment of its connection. */
  private static boolean again(Connection c) {
    return c.has(Connection.CONFIRMED);
  }

  private void takeOptions(TcpState s, Tcp tcp, int way) {
    if (tcp.headerLength() == Tcp.LENGTH) {
      return;
    }
    readOptions(tcp);
    s.scale(way, optionScale);
    s.flags(way, s.flags(way) & TcpState.LIBERAL | optionFlags);
  }

  private void readOptions(Tcp tcp) {
    optionScale = 0;
    optionFlags = 0;
    byte[] b = conntrack.bytes();
    int at = tcp.offset() + Tcp.LENGTH;
    int stop = tcp.offset() + tcp.headerLength();
    while (at < stop) {
      int kind = Bytes.u8(b, at);
      if (kind == OPTION_END) {
        return;
      }
      if (kind == OPTION_NOP) {
        at++;
        continue;
      }
      int length = at + 1 < stop ? Bytes.u8(b, at + 1) : 0;
      if (length < 2 || at + length > stop) {
        return;
      }
      if (kind == OPTION_SACK_PERMITTED && length == 2) {
        optionFlags |= TcpState.SACK_PERMITTED;
      } else if (kind == OPTION_SCALE && length == 3) {
        optionScale = Math.min(Bytes.u8(b, at + 2), MAX_SCALE);
        optionFlags |= TcpState.WINDOW_SCALE;
      }
      at += length;
    }
  }

  /** The highest end of a SACK block, the acknowledgment where that is higher. */
  private int highestSacked(Tcp tcp) {
    byte[] b = conntrack.bytes();
    int highest = acknowledgment;
    int at = tcp.offset() + Tcp.LENGTH;
    int stop = tcp.offset() + tcp.headerLength();
    while (at < stop) {
      int kind = Bytes.u8(b, at);
      if (kind == OPTION_END) {
        return highest;
      }
      if (kind == OPTION_NOP) {
        at++;
        continue;
      }
      int length = at + 1 < stop ? Bytes.u8(b, at + 1) : 0;
      if (length < 2 || at + length > stop) {
        return highest;
      }
      if (kind == OPTION_SACK && length >= 10 && (length - 2) % 8 == 0) {
        for (int block = at + 6; block < at + length; block += 8) {
          int right = Bytes.i32(b, block);
          highest = right - highest > 0 ? right : highest;
        }
        return highest;
      }
      at += length;
    }
    return highest;
  }
}
