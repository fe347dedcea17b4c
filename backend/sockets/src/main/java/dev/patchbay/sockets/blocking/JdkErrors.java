package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.Errno;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;

/**
 * Linux's errors as the exceptions that the JDK makes of them ({@code Net.c}, {@code IOUtil.c}).
 */
final class JdkErrors {
  private JdkErrors() {}

  /** Of bind, listen, accept, connect and options. */
  static SocketException of(int error) {
    String text = Errno.text(error);
    return switch (Math.abs(error)) {
      case Errno.EBADF -> new SocketException("Socket closed");
      case Errno.ECONNREFUSED, Errno.ETIMEDOUT, Errno.ENOTCONN -> new ConnectException(text);
      case Errno.EHOSTUNREACH -> new NoRouteToHostException(text);
      case Errno.EADDRINUSE, Errno.EADDRNOTAVAIL, Errno.EACCES -> new BindException(text);
      default -> new SocketException(text);
    };
  }

  /** Of reading and writing. */
  static SocketException ofTransfer(int error) {
    return error == -Errno.EBADF ? of(error) : new SocketException(Errno.text(error));
  }

  /** Of sending and receiving datagrams. */
  static SocketException ofDatagram(int error) {
    return error == -Errno.ECONNREFUSED ? new PortUnreachableException() : ofTransfer(error);
  }

  /** Throws what {@link #of} makes of an error. */
  static int check(int result) throws SocketException {
    if (result < 0) {
      throw of(result);
    }
    return result;
  }

  /** What the JDK throws where a virtual thread is interrupted; it closes the socket. */
  static InterruptedIOException interrupted() {
    return new InterruptedIOException();
  }

  /** Whether an interrupt ends what the current thread waits for: as the JDK, of virtual ones. */
  static boolean isInterruptible() {
    return Thread.currentThread().isVirtual();
  }
}
