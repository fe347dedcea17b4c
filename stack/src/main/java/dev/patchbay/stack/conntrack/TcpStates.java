package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.wire.Tcp;

/**
 * State by event, as Linux documents it ({@code tcp_conntracks}). The columns are the states of
 * {@link TcpState.State} in their order; letters stand for the state that follows, {@code V} for an
 * invalid segment, {@code i} for one that is let through and changes nothing.
 */
final class TcpStates {
  /** What a segment is: the first of its flags that is set, in this order. */
  static final int SYN = 0;

  static final int SYNACK = 1;
  static final int FIN = 2;
  static final int ACK = 3;
  static final int RST = 4;
  static final int NOTHING = 5;

  /** Not a state: the segment is let through, the connection stays. */
  static final int IGNORE = 10;

  /** Not a state: the segment is invalid. */
  static final int INVALID = 11;

  /** The letters, by state: none, SYN_SENT, SYN_RECV, ... as {@link TcpState.State}. */
  private static final String LETTERS = "-SREFCLTX2iV";

  private static final byte[][][] NEXT = {
    {
      // from          - S R E F C L T X 2
      row(/* SYN    */ "S S i i i i i S S 2"), // a SYN in the middle may be the truth: the answer
      // tells
      row(/* SYNACK */ "V V R V V V V V V R"), // of a simultaneous open alone
      row(/* FIN    */ "V V F F L L L T X V"),
      row(/* ACK    */ "E V E E C C T T X V"), // none: picked up in its middle
      row(/* RST    */ "V X X X X X X X X X"),
      row(/* none   */ "V V V V V V V V V V")
    },
    {
      row(/* SYN    */ "V 2 V V V V V S V 2"), // simultaneous open, or opened again by the other
      // side
      row(/* SYNACK */ "V R i i i i i i i R"),
      row(/* FIN    */ "V V F F L L L T X V"),
      row(/* ACK    */ "V i R E C C T T X i"), // SYN_SENT: may be a challenge
      row(/* RST    */ "V X X X X X X X X X"),
      row(/* none   */ "V V V V V V V V V V")
    }
  };

  private TcpStates() {}

  private static byte[] row(String letters) {
    byte[] row = new byte[TcpState.State.values().length];
    for (int i = 0; i < row.length; i++) {
      row[i] = (byte) LETTERS.indexOf(letters.charAt(2 * i));
    }
    return row;
  }

  /** What a segment with these flags is. */
  static int event(int flags) {
    if ((flags & Tcp.RST) != 0) {
      return RST;
    }
    if ((flags & Tcp.SYN) != 0) {
      return (flags & Tcp.ACK) != 0 ? SYNACK : SYN;
    }
    if ((flags & Tcp.FIN) != 0) {
      return FIN;
    }
    return (flags & Tcp.ACK) != 0 ? ACK : NOTHING;
  }

  /** The state that follows, {@link #IGNORE} or {@link #INVALID}. */
  static int next(int direction, int event, int state) {
    return NEXT[direction][event][state];
  }

  /** Whether a segment may have these flags; PSH, ECE and CWR do not matter. */
  static boolean areValid(int flags) {
    return switch (flags & (Tcp.FIN | Tcp.SYN | Tcp.RST | Tcp.ACK | Tcp.URG)) {
      case Tcp.SYN,
          Tcp.SYN | Tcp.URG,
          Tcp.SYN | Tcp.ACK,
          Tcp.RST,
          Tcp.RST | Tcp.ACK,
          Tcp.FIN | Tcp.ACK,
          Tcp.FIN | Tcp.ACK | Tcp.URG,
          Tcp.ACK,
          Tcp.ACK | Tcp.URG ->
          true;
      default -> false;
    };
  }
}
