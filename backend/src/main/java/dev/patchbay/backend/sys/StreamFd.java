package dev.patchbay.backend.sys;

import dev.patchbay.stack.socket.Errno;

/**
 * Non-blocking stream sockets, unix and TCP, as plain descriptors: netdevs, forwards, and the
 * thousands of host connections of the uplink. Static and stateless; a flow keeps its number in its
 * {@link FdHandle}.
 *
 * <pre>
 *   int fd = StreamFd.open(family);                  // options, then
 *   int r = Fd.connect(fd, address);                 // 0, -EINPROGRESS, or the failure
 *   …onWritable: int errno = Fd.socketError(fd);     // 0: connected
 * </pre>
 *
 * Reads give bytes, 0 at the end of the stream, or the negative errno. The forms with byte[] hand
 * the array itself to the kernel: nothing is copied on the way, and they never wait.
 */
public final class StreamFd {
  private StreamFd() {}

  /** A socket of AF_UNIX, AF_INET or AF_INET6, or the negative errno (EMFILE, EAFNOSUPPORT). */
  public static int open(int family) {
    return Fd.socket(family, Linux.SOCK_STREAM, 0);
  }

  /**
   * A socket with its connect under way: also where the answer is still to come.
   *
   * @param options whether TCP sockets get TCP_NODELAY, SO_OOBINLINE and, unless they stay on this
   *     host, where no router is on the way, the error queue (IP_RECVERR, IPV6_RECVERR)
   * @param hops hop limit of the SYN, 0 for the kernel's own
   * @return the descriptor, or the negative errno of what failed at once (ENETUNREACH,
   *     ECONNREFUSED, ENOENT, EAGAIN of a unix listener whose backlog is full); nothing is left
   *     open then
   */
  public static int connect(SockAddr address, boolean options, int hops) {
    int fd = open(address.family());
    if (fd < 0) {
      return fd;
    }
    if (options && address.family() != Linux.AF_UNIX) {
      SockOpt.noDelay(fd, true);
      SockOpt.urgentInLine(fd);
      if (!address.isLoopback()) {
        SockOpt.receiveErrors(fd, address.family(), true);
      }
      if (hops > 0) {
        SockOpt.ttl(fd, address.family(), hops);
      }
    }
    int result = Fd.connect(fd, address);
    if (result < 0 && result != -Errno.EINPROGRESS) {
      Fd.close(fd);
      return result;
    }
    return fd;
  }

  /**
   * How far a connect to {@code address} is, as connect(2) tells who calls it again: to the host
   * itself it has ended before the first call returns, which only says EINPROGRESS. A socket that
   * was told of its end before stays connected.
   *
   * @return 0 connected, -EALREADY still under way, or the failure, which is told once
   */
  public static int connectState(int fd, SockAddr address) {
    int result = Fd.connect(fd, address);
    return result == -Errno.EISCONN ? 0 : result;
  }

  /** The same with the kernel's own hop limit. */
  public static int connect(SockAddr address, boolean options) {
    return connect(address, options, 0);
  }

  /**
   * A listening socket. TCP ones get SO_REUSEADDR, IPv6 ones IPV6_V6ONLY. A unix path that exists
   * is not taken over here.
   *
   * @param backlog connections that wait for accept, capped at net.core.somaxconn
   * @throws SysException EADDRINUSE, EACCES (privileged port), EADDRNOTAVAIL, ENOENT (directory of
   *     the path)
   */
  public static int listen(SockAddr address, int backlog) throws SysException {
    int fd = SysException.check(open(address.family()), "socket(" + address + ")");
    int result = 0;
    if (address.family() != Linux.AF_UNIX) {
      result = SockOpt.reuseAddress(fd, true);
    }
    if (result == 0 && address.family() == Linux.AF_INET6) {
      result = SockOpt.v6Only(fd, true);
    }
    String call = "setsockopt";
    if (result == 0) {
      call = "bind";
      result = Fd.bind(fd, address);
    }
    if (result == 0) {
      call = "listen";
      result = Fd.listen(fd, backlog);
    }
    if (result < 0) {
      Fd.close(fd);
      if (address.family() != Linux.AF_UNIX && !call.equals("setsockopt")) {
        throw new SysException(
            address.toString(), -result, BindFault.ofPort(address.port(), -result));
      }
      throw new SysException(call + "(" + address + ")", -result);
    }
    return fd;
  }

  /** Reads into native memory. */
  public static int read(int fd, NativeBuffer into, int at, int length) {
    return Fd.recv(fd, into, at, length, 0);
  }

  /** Writes from native memory; may write less. EPIPE comes as a result, never as a signal. */
  public static int write(int fd, NativeBuffer from, int at, int length) {
    return Fd.send(fd, from, at, length, 0);
  }

  /** Reads into an array. */
  public static int read(int fd, byte[] into, int at, int length) {
    return Fd.recv(fd, into, at, length, 0);
  }

  /** Writes from an array; may write less. */
  public static int write(int fd, byte[] from, int at, int length) {
    return Fd.send(fd, from, at, length, 0);
  }

  /** Half-close: our FIN after what was written. */
  public static int shutdownWrite(int fd) {
    return Fd.shutdown(fd, Linux.SHUT_WR);
  }
}
