package dev.patchbay.stack.socket;

/**
 * An entry of a socket's error queue ({@code struct sock_extended_err}, ip(7)): the ICMP error that
 * came, or a local one.
 */
public final class ExtendedError {
  /** No origin ({@code SO_EE_ORIGIN_NONE}). */
  public static final int ORIGIN_NONE = 0;

  /** From this host: {@code EMSGSIZE} where the path is too narrow. */
  public static final int ORIGIN_LOCAL = 1;

  /** From ICMP. */
  public static final int ORIGIN_ICMP = 2;

  /** From ICMPv6. */
  public static final int ORIGIN_ICMP6 = 3;

  /** One of {@link Errno}. */
  public int errno;

  /** One of {@code ORIGIN_*}. */
  public int origin;

  /** Type of the ICMP message. */
  public int type;

  /** Code of the ICMP message. */
  public int code;

  /** The path's MTU where {@link #errno} is {@code EMSGSIZE}. */
  public int info;

  /** Who sent the message ({@code SO_EE_OFFENDER}). */
  public final SocketAddress offender = new SocketAddress();

  /** Takes over all fields of another one. */
  public void set(ExtendedError other) {
    errno = other.errno;
    origin = other.origin;
    type = other.type;
    code = other.code;
    info = other.info;
    offender.set(other.offender);
  }

  @Override
  public String toString() {
    return Errno.name(errno) + " origin " + origin + " type " + type + " code " + code;
  }
}
