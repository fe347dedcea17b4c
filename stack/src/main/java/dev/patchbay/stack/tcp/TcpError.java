package dev.patchbay.stack.tcp;

/** Why a connection ended, with the name of Linux's error number. */
public enum TcpError {
  /** Both directions ended in order. */
  NONE("", 0),
  /** The peer reset it. */
  RESET("ECONNRESET", 104),
  /** The peer answered the SYN with a RST. */
  REFUSED("ECONNREFUSED", 111),
  /** Retransmissions, probes or keep-alives went unanswered. */
  TIMED_OUT("ETIMEDOUT", 110),
  /** ICMP said that the peer cannot be reached. */
  UNREACHABLE("EHOSTUNREACH", 113),
  /** {@link TcpSocket#abort}, or data was lost by {@link TcpSocket#close}. */
  ABORTED("ECONNABORTED", 103),
  /** Limits of memory or of orphaned sockets. */
  NO_MEMORY("ENOMEM", 12);

  /** {@code EPIPE}: a RST after the peer's FIN. */
  static final int BROKEN_PIPE = 32;

  private final String errno;
  private final int number;

  TcpError(String errno, int number) {
    this.errno = errno;
    this.number = number;
  }

  /** Linux's number, 0 for {@link #NONE}. */
  public int number() {
    return number;
  }

  /** Linux's name, empty for {@link #NONE}. */
  public String errno() {
    return errno;
  }
}
