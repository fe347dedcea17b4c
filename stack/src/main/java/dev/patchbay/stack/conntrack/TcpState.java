package dev.patchbay.stack.conntrack;

/** What is remembered of a TCP connection (Linux: {@code struct ip_ct_tcp}). */
public final class TcpState {
  /** The states of {@link TcpStates}, as {@code conntrack} prints them. */
  public enum State {
    NONE,
    SYN_SENT,
    SYN_RECV,
    ESTABLISHED,
    FIN_WAIT,
    CLOSE_WAIT,
    LAST_ACK,
    TIME_WAIT,
    CLOSE,
    SYN_SENT2;

    private static final State[] ALL = values();

    static State of(int number) {
      return ALL[number];
    }
  }

  /** Bits of what a side has said, with Linux's values ({@code IP_CT_TCP_FLAG_}). */
  static final int WINDOW_SCALE = 0x01;

  static final int SACK_PERMITTED = 0x02;
  static final int CLOSE_INIT = 0x04;
  static final int LIBERAL = 0x08;
  static final int UNACKNOWLEDGED = 0x10;
  static final int MAXACK_SET = 0x20;

  /** Further bits of {@link #lastFlags}. */
  static final int CHALLENGE_ACK = 0x40;

  static final int SIMULTANEOUS_OPEN = 0x80;
  static final int REINIT = 0x100;

  byte state;

  // of each side: highest end of what it sent, highest it may send, widest window, highest
  // acknowledgment, window scale, what it said
  int end0;
  int maxEnd0;
  int maxWin0;
  int maxAck0;
  int end1;
  int maxEnd1;
  int maxWin1;
  int maxAck1;
  byte scale0;
  byte scale1;
  byte flags0;
  byte flags1;

  // the last segment: its direction, what it was, and for a retransmission where it stood
  byte lastDirection;
  byte lastEvent;
  byte retransmissions;
  byte lastScale;
  short lastFlags;
  int lastSequence;
  int lastAcknowledgment;
  int lastEnd;
  int lastWindow;

  TcpState() {}

  /** The state. */
  public State state() {
    return State.of(state);
  }

  /** Sets the state, as {@code conntrack -U} does. */
  public void state(State to) {
    state = (byte) to.ordinal();
  }

  /** Lets everything pass in either direction, as after a pause in the tracking. */
  void liberal() {
    flags0 |= LIBERAL;
    flags1 |= LIBERAL;
  }

  int end(int side) {
    return side == 0 ? end0 : end1;
  }

  void end(int side, int value) {
    if (side == 0) {
      end0 = value;
    } else {
      end1 = value;
    }
  }

  int maxEnd(int side) {
    return side == 0 ? maxEnd0 : maxEnd1;
  }

  void maxEnd(int side, int value) {
    if (side == 0) {
      maxEnd0 = value;
    } else {
      maxEnd1 = value;
    }
  }

  int maxWin(int side) {
    return side == 0 ? maxWin0 : maxWin1;
  }

  void maxWin(int side, int value) {
    if (side == 0) {
      maxWin0 = value;
    } else {
      maxWin1 = value;
    }
  }

  int maxAck(int side) {
    return side == 0 ? maxAck0 : maxAck1;
  }

  void maxAck(int side, int value) {
    if (side == 0) {
      maxAck0 = value;
    } else {
      maxAck1 = value;
    }
  }

  int scale(int side) {
    return side == 0 ? scale0 : scale1;
  }

  void scale(int side, int value) {
    if (side == 0) {
      scale0 = (byte) value;
    } else {
      scale1 = (byte) value;
    }
  }

  int flags(int side) {
    return side == 0 ? flags0 : flags1;
  }

  void flags(int side, int value) {
    if (side == 0) {
      flags0 = (byte) value;
    } else {
      flags1 = (byte) value;
    }
  }

  boolean has(int side, int flag) {
    return (flags(side) & flag) != 0;
  }

  /** Forgets what a side has sent; liberal it stays. */
  void reset(int side) {
    end(side, 0);
    maxEnd(side, 0);
    maxWin(side, 0);
    maxAck(side, 0);
    scale(side, 0);
    flags(side, flags(side) & LIBERAL);
  }
}
