package dev.patchbay.stack.socket;

import org.jspecify.annotations.Nullable;

/** An address family ({@code struct net_proto_family}), known to {@link SocketLayer#register}. */
public interface SocketFamily {
  /** One of {@link AddressFamily}. */
  int family();

  /**
   * Makes a socket.
   *
   * @param type one of {@link SocketType}, without flags
   * @return the socket, or null after {@link SocketLayer#fail}
   */
  @Nullable Socket create(SocketLayer layer, int type, int protocol);

  /**
   * Makes two that are connected with each other.
   *
   * @param out takes both
   * @return 0 or a negative error; {@code -EOPNOTSUPP} unless the family has it
   */
  default int createPair(SocketLayer layer, int type, int protocol, Socket[] out) {
    Socket socket = create(layer, type, protocol);
    if (socket == null) {
      return -layer.errno();
    }
    socket.close();
    return -Errno.EOPNOTSUPP;
  }
}
