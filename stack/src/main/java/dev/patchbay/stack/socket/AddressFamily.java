package dev.patchbay.stack.socket;

/** Linux's numbers of address families ({@code AF_*}). */
public final class AddressFamily {
  /** None: {@code connect} to it dissolves an association. */
  public static final int AF_UNSPEC = 0;

  /** Local sockets; here by {@code socketpair} alone. */
  public static final int AF_UNIX = 1;

  /** IPv4. */
  public static final int AF_INET = 2;

  /** IPv6, and IPv4 by mapped addresses. */
  public static final int AF_INET6 = 10;

  /** Frames of devices. */
  public static final int AF_PACKET = 17;

  private AddressFamily() {}
}
