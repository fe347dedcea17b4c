package dev.patchbay.stack.socket;

import org.jspecify.annotations.Nullable;

/**
 * {@code AF_UNIX}, by {@code socketpair} alone: there is no file system for names. A socket by
 * {@code socket(2)} would be of no use and is refused.
 */
final class UnixFamily implements SocketFamily {
  @Override
  public int family() {
    return AddressFamily.AF_UNIX;
  }

  @Override
  public @Nullable Socket create(SocketLayer layer, int type, int protocol) {
    int status = check(type, protocol);
    layer.fail(status == 0 ? Errno.EOPNOTSUPP : -status);
    return null;
  }

  /** {@code unix_create}. */
  private static int check(int type, int protocol) {
    if (protocol != 0 && protocol != AddressFamily.AF_UNIX) {
      return -Errno.EPROTONOSUPPORT;
    }
    return switch (type) {
      case SocketType.SOCK_STREAM,
          SocketType.SOCK_DGRAM,
          SocketType.SOCK_RAW,
          SocketType.SOCK_SEQPACKET ->
          0;
      default -> -Errno.ESOCKTNOSUPPORT;
    };
  }

  @Override
  public int createPair(SocketLayer layer, int type, int protocol, Socket[] out) {
    int status = check(type, protocol);
    if (status < 0) {
      return status;
    }
    // Linux makes a datagram socket of a raw one
    int made = type == SocketType.SOCK_RAW ? SocketType.SOCK_DGRAM : type;
    UnixSocket a = new UnixSocket(layer, made);
    UnixSocket b = new UnixSocket(layer, made);
    a.join(b);
    b.join(a);
    out[0] = a;
    out[1] = b;
    return 0;
  }
}
