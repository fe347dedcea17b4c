package dev.patchbay.stack.tcp;

/** Connection states of RFC 9293 section 3.3.2, in the order of Linux's numbers from 1. */
public enum TcpState {
  ESTABLISHED,
  SYN_SENT,
  SYN_RECEIVED,
  FIN_WAIT_1,
  FIN_WAIT_2,
  TIME_WAIT,
  CLOSED,
  CLOSE_WAIT,
  LAST_ACK,
  LISTEN,
  CLOSING;

  /** Name as {@code ss} prints it. */
  public String ssName() {
    return switch (this) {
      case ESTABLISHED -> "ESTAB";
      case SYN_SENT -> "SYN-SENT";
      case SYN_RECEIVED -> "SYN-RECV";
      case FIN_WAIT_1 -> "FIN-WAIT-1";
      case FIN_WAIT_2 -> "FIN-WAIT-2";
      case TIME_WAIT -> "TIME-WAIT";
      case CLOSED -> "UNCONN";
      case CLOSE_WAIT -> "CLOSE-WAIT";
      case LAST_ACK -> "LAST-ACK";
      case LISTEN -> "LISTEN";
      case CLOSING -> "CLOSING";
    };
  }
}
