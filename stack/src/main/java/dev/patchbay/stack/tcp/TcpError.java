package dev.patchbay.stack.tcp;

/** Why a connection ended, with the name of Linux's error number. */
public enum TcpError {
  /** Both directions ended in order. */
  NONE(""),
  /** The peer reset it. */
  RESET("ECONNRESET"),
  /** The peer answered the SYN with a RST. */
  REFUSED("ECONNREFUSED"),
  /** Retransmissions, probes or keep-alives went unanswered. */
  TIMED_OUT("ETIMEDOUT"),
  /** ICMP said that the peer cannot be reached. */
  UNREACHABLE("EHOSTUNREACH"),
  /** {@link TcpSocket#abort}, or data was lost by {@link TcpSocket#close}. */
  ABORTED("ECONNABORTED"),
  /** Limits of memory or of orphaned sockets. */
  NO_MEMORY("ENOMEM");

  private final String errno;

  TcpError(String errno) {
    this.errno = errno;
  }

  /** Linux's name, empty for {@link #NONE}. */
  public String errno() {
    return errno;
  }
}
