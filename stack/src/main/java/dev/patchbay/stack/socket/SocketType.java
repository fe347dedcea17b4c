package dev.patchbay.stack.socket;

/** Linux's numbers of socket types ({@code SOCK_*}). */
public final class SocketType {
  /** A stream of bytes. */
  public static final int SOCK_STREAM = 1;

  /** Datagrams. */
  public static final int SOCK_DGRAM = 2;

  /** Packets of a protocol, or of a device, with their headers. */
  public static final int SOCK_RAW = 3;

  /** A stream of messages. */
  public static final int SOCK_SEQPACKET = 5;

  /** One more than the last type that Linux has ({@code SOCK_MAX}). */
  static final int SOCK_MAX = 11;

  private SocketType() {}
}
