package dev.patchbay.sockets.netty;

import dev.patchbay.stack.socket.Errno;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;

/**
 * Errors of the socket layer as the exceptions of {@code java.net} that users of Netty know; the
 * text is {@code strerror}'s.
 */
final class SocketErrors {
  private SocketErrors() {}

  /**
   * Of {@code connect} to a peer: {@link ConnectException} for what the peer did or did not, {@link
   * NoRouteToHostException} where it cannot be reached, {@link BindException} for our own address.
   *
   * @param error negative, as operations return it
   */
  static SocketException connect(int error) {
    return switch (-error) {
      case Errno.ECONNREFUSED, Errno.ETIMEDOUT, Errno.ECONNRESET, Errno.ECONNABORTED ->
          new ConnectException(Errno.text(error));
      case Errno.EHOSTUNREACH, Errno.ENETUNREACH, Errno.EHOSTDOWN, Errno.ENETDOWN, Errno.ENONET ->
          new NoRouteToHostException(Errno.text(error));
      case Errno.EADDRINUSE, Errno.EADDRNOTAVAIL -> new BindException(Errno.text(error));
      default -> new SocketException(Errno.text(error));
    };
  }

  /** Of {@code bind} and {@code listen}. */
  static SocketException bind(int error, Object address) {
    String text = Errno.text(error) + ": " + address;
    return switch (-error) {
      case Errno.EADDRINUSE, Errno.EADDRNOTAVAIL, Errno.EACCES -> new BindException(text);
      default -> new SocketException(text);
    };
  }

  /** Of all else that a stream does. */
  static SocketException stream(int error) {
    return new SocketException(Errno.text(error));
  }

  /** Of datagrams sent or received. */
  static SocketException datagram(int error) {
    return switch (-error) {
      case Errno.ECONNREFUSED -> new PortUnreachableException(Errno.text(error));
      case Errno.EHOSTUNREACH, Errno.ENETUNREACH, Errno.EHOSTDOWN, Errno.ENETDOWN, Errno.ENONET ->
          new NoRouteToHostException(Errno.text(error));
      default -> new SocketException(Errno.text(error));
    };
  }
}
